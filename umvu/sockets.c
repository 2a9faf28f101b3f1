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

static long ask_socket(const struct umvu_module *m, void *state,
	struct umvu_call *call, void *arg)
{
	(void)arg;
	return m->socket ? m->socket(state, call, (int)call->args[0],
				   (int)call->args[1], (int)call->args[2])
			 : UMVU_CONTINUE;
}

long on_socket(struct umvu *session, struct umvu_call *call)
{
	return modules_ask(session->modules, call, ask_socket, NULL);
}

bool umvu_has_socket_calls(const struct umvu *session)
{
	return !session->options->no_bridges;
}

static long ask_socket_call(const struct umvu_module *m, void *state,
	struct umvu_call *call, void *arg)
{
	(void)arg;
	return m->socket_call
		       ? m->socket_call(state, call, call->nr, call->args)
		       : UMVU_CONTINUE;
}

long on_socket_call(struct umvu *session, struct umvu_call *call)
{
	return modules_ask(session->modules, call, ask_socket_call, NULL);
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

static long ask_msocket(const struct umvu_module *m, void *state,
	struct umvu_call *call, void *arg)
{
	struct umvu_name *name = arg;

	if (!m->msocket || (name && name_owner(name) != m))
		return UMVU_CONTINUE;
	return m->msocket(state, call, name, (int)call->args[1],
		(int)call->args[2], (int)call->args[3]);
}

long on_msocket(struct umvu *session, struct umvu_call *call)
{
	struct umvu_name *name;
	long result = find_stack_name(call, &name);

	if (result)
		return result;
	result = modules_ask(session->modules, call, ask_msocket, name);
	return result == UMVU_CONTINUE
		       ? host_socket(call, (int)call->args[1],
				 (int)call->args[2], (int)call->args[3])
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

static long ask_ioctl(const struct umvu_module *m, void *state,
	struct umvu_call *call, void *arg)
{
	(void)arg;
	return m->netdev_ioctl
		       ? m->netdev_ioctl(state, call, (int)call->args[0],
				 (uint32_t)call->args[1], call_addr(call, 2))
		       : UMVU_CONTINUE;
}

long on_ioctl(struct umvu *session, struct umvu_call *call)
{
	/* What is wrong with another descriptor, the kernel says. */
	if (is_of_socket((uint32_t)call->args[1]) ||
		!may_be_socket(call, (int)call->args[0]))
		return UMVU_CONTINUE;
	return modules_ask(session->modules, call, ask_ioctl, NULL);
}
