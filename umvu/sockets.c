/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sockets.c - socket calls, on their way to the module that takes them
 *
 * umvu knows no network: it reads what the guest gave and asks the modules in
 * turn until one takes the call.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "guestmem.h"
#include "handlers.h"
#include "modules.h"
#include "names.h"

long on_socket(struct umvu *session, struct umvu_call *call)
{
	long result = UMVU_CONTINUE;
	unsigned int i;

	for (i = 0; i < MODULES_MAX && result == UMVU_CONTINUE; i++) {
		const struct umvu_module *m = modules_at(session->modules, i);

		if (m && m->socket)
			result = m->socket(modules_state(session->modules, i),
				call, (int)call->args[0], (int)call->args[1],
				(int)call->args[2]);
	}
	return result;
}

bool umvu_has_socket_calls(const struct umvu *session)
{
	return !session->options->no_bridges;
}

long on_socket_call(struct umvu *session, struct umvu_call *call)
{
	long result = UMVU_CONTINUE;
	unsigned int i;

	for (i = 0; i < MODULES_MAX && result == UMVU_CONTINUE; i++) {
		const struct umvu_module *m = modules_at(session->modules, i);

		if (m && m->socket_call)
			result = m->socket_call(
				modules_state(session->modules, i), call,
				call->nr, call->args);
	}
	return result;
}

int umvu_call_name(
	const struct umvu_call *call, const char *path, struct umvu_name **name)
{
	struct umvu_place place;
	int err = place_resolve_link(&place, call->tid, AT_FDCWD, path);

	*name = NULL;
	if (err)
		return err == -EISDIR ? -ENOTSUP : err;
	*name = umvu_name_find(call->session, &place);
	if (*name)
		return 0;
	/* A file that is no stack, or nothing at all. */
	return faccessat(AT_FDCWD, place.text, F_OK, AT_SYMLINK_NOFOLLOW) == 0
		       ? -ENOTSUP
		       : -errno;
}

/* The name that the first argument means. 0 and NULL: the guest gave none. */
static int find_stack_name(struct umvu_call *call, struct umvu_name **name)
{
	char path[PATH_MAX];
	int err;

	*name = NULL;
	if (!call->args[0])
		return 0;
	err = guestmem_read_string(
		call->tid, call_addr(call, 0), path, sizeof(path));
	return err < 0 ? err : umvu_call_name(call, path, name);
}

/* The host's own stack, for a guest that named no other: made here, since a
 * system call that the kernel does not know cannot go on as socket(2). What
 * only our rights allow, the guest does not get. */
static long host_socket(
	struct umvu_call *call, int domain, int type, int protocol)
{
	struct umvu_parked *parked;
	struct umvu_creds creds;
	int fd, err;

	if (type == 0) /* SOCK_DEFAULT: the host's it is already */
		return 0;
	err = umvu_call_creds(call, &creds);
	if (err)
		return err;
	if (((type & 0xf) == SOCK_RAW || domain == AF_PACKET) &&
		domain != AF_NETLINK &&
		!(creds.effective & 1ull << CAP_NET_RAW))
		return -EPERM;
	fd = socket(domain, type | SOCK_CLOEXEC, protocol);
	if (fd < 0)
		return -errno;
	parked = umvu_park(call, NULL, NULL);
	if (!parked) {
		close(fd);
		return -ENOMEM;
	}
	umvu_answer_fd(parked, fd, type & SOCK_CLOEXEC);
	return UMVU_PARKED;
}

long on_msocket(struct umvu *session, struct umvu_call *call)
{
	int domain = (int)call->args[1], type = (int)call->args[2];
	int protocol = (int)call->args[3];
	long result = UMVU_CONTINUE;
	struct umvu_name *name;
	int err = find_stack_name(call, &name);
	unsigned int i;

	if (err)
		return err;
	for (i = 0; i < MODULES_MAX && result == UMVU_CONTINUE; i++) {
		const struct umvu_module *m = modules_at(session->modules, i);

		if (m && m->msocket && (!name || name_owner(name) == m))
			result = m->msocket(modules_state(session->modules, i),
				call, name, domain, type, protocol);
	}
	return result == UMVU_CONTINUE
		       ? host_socket(call, domain, type, protocol)
		       : result;
}

/* Requests of socket(7) in the same range: about the descriptor itself. */
static bool is_of_socket(uint32_t request)
{
	return request <= SIOCGSTAMPNS_OLD;
}

/* A socket, or nobody can tell. By the text of the link: a stat would ask the
 * file's file system, which may be slow to answer. */
static bool may_be_socket(const struct umvu_call *call, int fd)
{
	char path[64], text[16];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", call->tid, fd);
	n = readlink(path, text, sizeof(text));
	if (n < 0)
		return errno != ENOENT;
	return n > 7 && !memcmp(text, "socket:", 7);
}

long on_ioctl(struct umvu *session, struct umvu_call *call)
{
	uint32_t request = (uint32_t)call->args[1];
	int fd = (int)call->args[0];
	long result = UMVU_CONTINUE;
	unsigned int i;

	/* What is wrong with another descriptor, the kernel says. */
	if (is_of_socket(request) || !may_be_socket(call, fd))
		return UMVU_CONTINUE;
	for (i = 0; i < MODULES_MAX && result == UMVU_CONTINUE; i++) {
		const struct umvu_module *m = modules_at(session->modules, i);

		if (m && m->netdev_ioctl)
			result = m->netdev_ioctl(
				modules_state(session->modules, i), call, fd,
				request, call_addr(call, 2));
	}
	return result;
}
