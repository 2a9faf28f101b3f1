/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "requests.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include "calls.h"
#include "abort.h"
#include "ioth.h"
#include "offer.h"
#include "options.h"
#include "pump.h"
#include "rights.h"

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

/* --- answers ------------------------------------------------------------- */

/* Somebody waits for each answer. Our hypervisor never waits for us, so it will
 * read; who shares the stack and does not read loses it. */
static void deliver(int peer, bool sharer, struct control_message *out,
	const struct control_fds *fds)
{
	struct pollfd pfd = { peer, POLLOUT, 0 };
	int err;

	if (out->result == -EMFILE)
		out->result = -ENFILE; /* the limit is ours, not the guest's */
	while ((err = control_send(peer, out, fds)) == -EAGAIN ||
		err == -ETOOMANYREFS) {
		if (sharer)
			shutdown(peer, SHUT_RDWR);
		else if (err == -EAGAIN)
			poll(&pfd, 1, -1);
		else /* descriptors on their way, of this user: no event */
			poll(NULL, 0, 1);
	}
}

static void answer(
	struct stack_process *p, int result, const struct control_fds *fds)
{
	p->out.id = p->in.id;
	p->out.result = result;
	memcpy(p->out.arg, p->in.arg, sizeof(p->out.arg));
	deliver(p->peer, p->peer != p->control, &p->out, fds);
	p->out.size = 0;
}

static void answer_text(struct stack_process *p, int result, const char *text)
{
	size_t len = strlen(text);

	p->out.size =
		(uint32_t)(len < CONTROL_DATA_MAX ? len : CONTROL_DATA_MAX);
	memcpy(p->out.data, text, p->out.size);
	answer(p, result, NULL);
}

/* --- start --------------------------------------------------------------- */

/* The next string of the request's data, NULL at its end. */
static const char *next_string(struct stack_process *p, size_t *at)
{
	const char *text = p->in.data + *at;
	size_t len = strnlen(text, p->in.size - *at);

	if (*at + len >= p->in.size)
		return NULL;
	*at += len + 1;
	return text;
}

static struct ioth *make_stack(struct stack_process *p)
{
	const char *vnl[OPTIONS_MAX_VNL + 1], *spec;
	size_t at = 0, n, len = (size_t)p->in.arg[0];

	spec = next_string(p, &at);
	for (n = 0; spec && n < len && n < OPTIONS_MAX_VNL; n++)
		if (!(vnl[n] = next_string(p, &at)))
			break;
	vnl[n] = NULL;
	if (!spec || n != len) {
		errno = EPROTO;
		return NULL;
	}
	if (p->in.arg[1] >= 0)
		p->offer_path = strdup(next_string(p, &at));
	return ioth_newstackv(spec, vnl);
}

static uint64_t families(struct ioth *stack)
{
	uint64_t set = 0;
	int domain;

	/* Unix sockets are no network: a stack never takes them over. */
	for (domain = 1; domain < 64 && domain < AF_MAX; domain++)
		if (domain != AF_UNIX && ioth_supported(stack, domain) == 1)
			set |= 1ull << domain;
	return set;
}

static uint64_t netns_cookie(int fd)
{
	uint64_t cookie = 0;
	socklen_t len = sizeof(cookie);

	getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &len);
	return cookie;
}

/*
 * A SOCK_DIAG socket of the stack, by which the hypervisor can abort its
 * connections, even when we have died. Only of a name space of its own: never
 * of the one that we live in. -1: none.
 */
static int diag_socket(struct ioth *stack)
{
	int fd = ioth_msocket(
		stack, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	int here = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	uint64_t cookie = fd >= 0 ? netns_cookie(fd) : 0;

	if (fd >= 0 && (!cookie || cookie == netns_cookie(here))) {
		ioth_close(fd);
		fd = -1;
	}
	if (here >= 0)
		close(here);
	return fd;
}

static void answer_with_diag(struct stack_process *p, int result)
{
	int fd = diag_socket(p->stack);
	struct control_fds fds = { fd >= 0, { fd } };

	answer(p, result, &fds);
	control_fds_close(&fds);
}

/* What START and ATTACH are answered. Who only shares the stack has no business
 * aborting connections. */
static void answer_started(struct stack_process *p)
{
	const struct control_started started = { families(p->stack) };

	memcpy(p->out.data, &started, sizeof(started));
	p->out.size = sizeof(started);
	if (p->peer == p->control)
		answer_with_diag(p, 0);
	else
		answer(p, 0, NULL);
}

/* What is at its path belongs to somebody else. */
static void answer_no_offer(struct stack_process *p)
{
	char text[256];

	snprintf(text, sizeof(text), "offer=%s%s", p->offer_path,
		p->offer == -EADDRINUSE ? ": another stack is offered there"
		: p->offer == -EEXIST	? ": a file is there"
					: "");
	answer_text(p, p->offer, text);
	free(p->offer_path);
	p->offer_path = NULL;
}

/* Nobody else can attach from now on. */
static void withdraw_offer(struct stack_process *p)
{
	if (p->offer < 0)
		return;
	close(p->offer);
	p->offer = -1;
	unlink(p->offer_path);
}

bool requests_start(struct stack_process *p)
{
	struct control_fds none;

	p->peer = p->control;

	if (control_receive(p->control, &p->in, &none) <= 0 ||
		p->in.op != CONTROL_START)
		return false;
	p->stack = make_stack(p);
	if (!p->stack) {
		answer_text(p, -errno, ioth_errmsg());
		return false;
	}
	if (p->offer_path) {
		p->offer = offer_open(p->offer_path, (mode_t)p->in.arg[1]);
		if (p->offer < 0) {
			answer_no_offer(p);
			return false;
		}
	}
	answer_started(p);
	return true;
}

static void close_diag(struct stack_process *p)
{
	if (p->diag >= 0)
		close(p->diag);
	p->diag = -1;
}

void requests_tell_users(struct stack_process *p)
{
	if (!p->sharers_len)
		close_diag(p);
	else if (p->diag < 0)
		p->diag = diag_socket(p->stack);
	p->peer = p->control;
	p->in.id = CONTROL_USERS;
	p->out.size = 0;
	answer(p, p->sharers_len, NULL);
}

/* --- requests ------------------------------------------------------------ */

/* Takes over @fd, a socket that the plug-in has made. What guests can use, or
 * -1 and errno. */
static int adopt(struct stack_process *p, int fd)
{
	int err = 0;

	if (!pump_is_needed(p->stack, fd, p->in.arg[0]))
		return fd;
	if (!p->pump)
		err = pump_new(&p->pump, p->stack);
	if (err)
		ioth_close(fd);
	else
		err = pump_adopt(
			p->pump, fd, p->in.arg[0], p->in.arg[1], p->in.arg[2]);
	if (err >= 0)
		return err;
	errno = -err;
	return -1;
}

/* How many of @fds guests can use now; with -1 errno tells of the last. */
static int adopt_all(struct stack_process *p, struct control_fds *fds)
{
	size_t i, len = 0;
	int fd;

	for (i = 0; i < fds->len; i++) {
		fd = adopt(p, fds->fd[i]);
		if (fd >= 0)
			fds->fd[len++] = fd;
	}
	fds->len = len;
	return len ? (int)len : -1;
}

/* Sockets of one kind, as many as are wanted, or as there can be. */
static void do_socket(struct stack_process *p)
{
	struct control_fds fds = { 0 };
	int n = p->in.arg[3];

	if (!p->trusted && rights_of_socket(p->in.arg[0], p->in.arg[1]) >= 0) {
		answer(p, -EPERM, NULL);
		return;
	}
	n = n < 1 ? 1 : n > CONTROL_FDS_MAX ? CONTROL_FDS_MAX : n;
	/* Our own copies live for a moment: never in a program that we
	 * start. */
	n = ioth_sockets(p->stack, p->in.arg[0], p->in.arg[1] | SOCK_CLOEXEC,
		p->in.arg[2], fds.fd, n);
	if (n > 0) {
		fds.len = (unsigned int)n;
		n = adopt_all(p, &fds);
	}
	answer(p, n > 0 ? n : -errno, &fds);
	control_fds_close(&fds);
}

static int control_socket(struct ioth *stack)
{
	int fd = ioth_msocket(stack, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		fd = ioth_msocket(
			stack, AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return fd;
}

static int list_interfaces(struct stack_process *p, int fd)
{
	struct ifconf ifc = { .ifc_len = CONTROL_DATA_MAX,
		.ifc_buf = p->out.data };
	int result = ioth_ioctl(fd, SIOCGIFCONF, &ifc);

	if (result >= 0)
		p->out.size = (uint32_t)ifc.ifc_len;
	return result;
}

static int ioctl_request(
	struct stack_process *p, int fd, const struct rights_ioctl *row)
{
	int result;

	if (row->request == SIOCGIFCONF)
		return list_interfaces(p, fd);
	memcpy(p->out.data, p->in.data, row->size);
	result = ioth_ioctl(fd, row->request, p->out.data);
	if (result >= 0)
		p->out.size = row->size;
	return result;
}

/* 0, or why this peer may not ask for it. */
static int check_ioctl(
	const struct stack_process *p, const struct rights_ioctl *row)
{
	if (!row || p->in.size < row->size)
		return -EOPNOTSUPP;
	return row->admin && !p->trusted ? -EPERM : 0;
}

static void do_ioctl(struct stack_process *p)
{
	const struct rights_ioctl *row =
		rights_of_ioctl((uint32_t)p->in.arg[0]);
	int fd, result = check_ioctl(p, row);

	if (result) {
		answer(p, result, NULL);
		return;
	}
	fd = control_socket(p->stack);
	result = fd < 0 ? -1 : ioctl_request(p, fd, row);
	if (result < 0)
		result = -errno;
	if (fd >= 0)
		ioth_close(fd);
	answer(p, result, NULL);
}

/* A call that waits has a thread, and nothing of the process's but the
 * connection on which it answers. */
struct waiting_call {
	struct waiter_job job; /* first */
	struct control_message in, out;
	struct pump *pump;
	int peer, fd;
	bool sharer; /* the peer */
};

static void answer_call(struct waiting_call *w)
{
	struct control_fds fds = { 0 };
	int made;

	w->out.result = 0; /* for analyzers that do not see calls.c */
	calls_do(w->pump, &w->in, w->fd, &w->out, &made);
	if (made >= 0)
		fds.fd[fds.len++] = made;
	w->out.id = w->in.id;
	deliver(w->peer, w->sharer, &w->out, &fds);
	control_fds_close(&fds);
}

static void wait_in_call(struct waiter_job *job)
{
	struct waiting_call *w = (struct waiting_call *)job;

	answer_call(w);
	close(w->peer);
	close(w->fd);
	free(w);
}

/* Takes over @fd. 0 or -EAGAIN. */
static int start_waiting(struct stack_process *p, int fd)
{
	struct waiting_call *w = malloc(sizeof(*w));

	if (!w)
		return -EAGAIN;
	w->job.run = wait_in_call;
	w->in = p->in;
	w->pump = p->pump;
	w->fd = fd;
	w->sharer = p->peer != p->control;
	w->peer = fcntl(p->peer, F_DUPFD_CLOEXEC, 0);
	if (w->peer >= 0 && waiters_run(&p->waiters, &w->job) == 0)
		return 0;
	close(w->peer);
	free(w);
	return -EAGAIN;
}

/* A socket of the kernel's needs nobody to do calls on it, so with our rights
 * least of all. */
static bool is_app_end(int fd)
{
	socklen_t len = sizeof(int);
	int domain = 0;

	return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) == 0 &&
	       domain == AF_UNIX;
}

static void do_call(struct stack_process *p, struct control_fds *fds)
{
	struct waiting_call w;
	int fd = control_fds_take(fds);

	if (fd < 0 || (!p->trusted && !is_app_end(fd))) {
		answer(p, -EBADF, NULL);
		if (fd >= 0)
			close(fd);
		return;
	}
	if (calls_may_wait(p->pump, &p->in, fd, p->trusted)) {
		if (start_waiting(p, fd) == 0)
			return;
		answer(p, -ENOBUFS, NULL);
	} else {
		w.in = p->in;
		w.pump = p->pump;
		w.peer = p->peer;
		w.sharer = p->peer != p->control;
		w.fd = fd;
		answer_call(&w);
	}
	close(fd);
}

/* A file of /proc that shows the stack's network. Another user's session gets
 * what everybody may read. */
static void do_procfile(struct stack_process *p)
{
	struct control_fds fds = { 0 };
	size_t at = 0;
	const char *path = next_string(p, &at);
	int fd = -1, result = path ? 0 : -EPROTO;

	if (path)
		fd = ioth_procopen(p->stack, path, p->in.arg[0] | O_CLOEXEC);
	if (path && fd < 0)
		result = -errno;
	if (fd >= 0 && !p->trusted && !rights_all_may_open(fd, p->in.arg[0])) {
		close(fd);
		fd = -1;
		result = -EACCES;
	}
	if (fd >= 0)
		fds.fd[fds.len++] = fd;
	answer(p, result, &fds);
	control_fds_close(&fds);
}

/* False: it is gone. */
static bool do_delete(struct stack_process *p)
{
	if (p->peer != p->control) /* it has nothing to delete but itself */
		return false;
	if (p->sharers_len && p->in.arg[0] == DELETE_IF_UNUSED) {
		answer_with_diag(p, -EBUSY);
		return true;
	}
	switch (p->in.arg[0]) {
	case DELETE_NOW:
		return false;
	case DELETE_WHEN_UNUSED:
		p->detached = true;
		withdraw_offer(p);
		break;
	default:
		break;
	}
	if (p->pump && p->in.arg[0] == DELETE_IF_UNUSED)
		pump_drop_closed(p->pump);
	if (!p->sharers_len && ioth_delstack(p->stack) == 0) {
		p->stack = NULL;
		answer(p, 0, NULL);
		return false;
	}
	if (!p->detached)
		answer_with_diag(p, -errno);
	return true;
}

bool requests_serve(struct stack_process *p, const struct sharer *sharer)
{
	struct control_fds fds;
	int n;

	p->peer = sharer ? sharer->fd : p->control;
	p->trusted = !sharer || sharer->trusted;
	n = control_receive(p->peer, &p->in, &fds);
	if (n == -EINTR || n == -EAGAIN)
		return true;
	if (n <= 0)
		return false;
	if (p->in.op != CONTROL_CALL)
		control_fds_close(&fds);
	switch (p->in.op) {
	case CONTROL_ATTACH:
		answer_started(p);
		return true;
	case CONTROL_SOCKET:
		do_socket(p);
		return true;
	case CONTROL_IOCTL:
		do_ioctl(p);
		return true;
	case CONTROL_CALL:
		do_call(p, &fds);
		control_fds_close(&fds);
		return true;
	case CONTROL_PROCFILE:
		do_procfile(p);
		return true;
	case CONTROL_DELETE:
		return do_delete(p);
	default:
		answer(p, -ENOSYS, NULL);
		return true;
	}
}

void requests_end(struct stack_process *p)
{
	withdraw_offer(p);
	if (p->diag >= 0)
		abort_connections(p->diag);
	close_diag(p);
	if (p->pump)
		pump_end(p->pump);
	/* EBUSY: sockets live on without us. */
	if (p->stack && ioth_delstack(p->stack) < 0)
		ioth_abort(p->stack);
}
