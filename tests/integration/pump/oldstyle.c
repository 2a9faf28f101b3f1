/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * oldstyle - a plug-in as they were for the original libioth: its descriptors
 * only show when there is something to do, data come and go by its functions
 *
 * Options: pair, pipe, nothing (what the descriptors are, see oldnet.h), delay=MS
 * (how long a connect takes), deaf (connect and accept wait, O_NONBLOCK or not),
 * rw (no recvmsg, no sendmsg, just read and write), netns (netlink sockets are
 * the kernel's, of a name space that only root can make).
 */
#include "oldnet.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>
#include "ioth/plugin.h"

#define ADDR_UNREACHABLE 0xc0000200u

static int fail(int err)
{
	errno = err;
	return -1;
}

/* The socket, under the lock; NULL: errno, no lock. */
static struct oldnet_sock *enter(int fd)
{
	struct oldnet_sock *s;

	pthread_mutex_lock(&oldnet.lock);
	s = oldnet_find(fd);
	if (s)
		return s;
	pthread_mutex_unlock(&oldnet.lock);
	errno = EBADF;
	return NULL;
}

/* The end of each function: @err is 0 or an errno. */
static int leave(int err)
{
	pthread_mutex_unlock(&oldnet.lock);
	return err ? fail(err) : 0;
}

static void wait_change(void)
{
	pthread_cond_wait(&oldnet.changed, &oldnet.lock);
}

/* ---- life ---- */

static ssize_t old_read(int fd, void *buf, size_t size);
static ssize_t old_write(int fd, const void *buf, size_t size);

static int open_netns(void)
{
	return open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
}

static int new_netns(void)
{
	int here = open_netns(), made = 0;

	if (unshare(CLONE_NEWNET) == 0)
		made = open_netns();
	setns(here, CLONE_NEWNET);
	close(here);
	return made;
}

static int netlink_socket(int type, int protocol)
{
	int here = open_netns(), fd;

	setns(oldnet.netns, CLONE_NEWNET);
	fd = socket(AF_NETLINK, type, protocol);
	setns(here, CLONE_NEWNET);
	close(here);
	return fd;
}

static void take_option(const char *word, struct ioth_functions *f)
{
	if (!strcmp(word, "pair"))
		oldnet.shows = SHOWS_PAIR;
	else if (!strcmp(word, "pipe"))
		oldnet.shows = SHOWS_PIPE;
	else if (!strcmp(word, "nothing"))
		oldnet.shows = SHOWS_NOTHING;
	else if (!strncmp(word, "delay=", 6))
		oldnet.delay_ms = (unsigned)atoi(word + 6);
	else if (!strcmp(word, "deaf"))
		oldnet.deaf = true;
	else if (!strcmp(word, "netns"))
		oldnet.netns = new_netns();
	if (strcmp(word, "rw") != 0)
		return;
	f->recvmsg = NULL;
	f->sendmsg = NULL;
	f->read = old_read;
	f->write = old_write;
}

IOTH_EXPORT void *ioth_oldstyle_newstack(
	const char *vnlv[], const char *options, struct ioth_functions *f);
void *ioth_oldstyle_newstack(
	const char *vnlv[], const char *options, struct ioth_functions *f)
{
	char *words = strdup(options), *word, *rest = words;

	(void)vnlv;
	while ((word = strsep(&rest, ",")))
		take_option(word, f);
	free(words);
	return &oldnet;
}

IOTH_EXPORT int ioth_oldstyle_delstack(void *stackdata);
int ioth_oldstyle_delstack(void *stackdata)
{
	(void)stackdata;
	while (oldnet.first)
		oldnet_free(oldnet.first);
	return 0;
}

IOTH_EXPORT int ioth_oldstyle_socket(int domain, int type, int protocol);
int ioth_oldstyle_socket(int domain, int type, int protocol)
{
	int base = type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC), fd = -1;
	struct oldnet_sock *s;

	if (domain == AF_NETLINK && oldnet.netns)
		return netlink_socket(type, protocol);
	if (domain != AF_INET)
		return fail(EAFNOSUPPORT);
	if (base != SOCK_STREAM && base != SOCK_DGRAM)
		return fail(ESOCKTNOSUPPORT);
	pthread_mutex_lock(&oldnet.lock);
	s = oldnet_new(base);
	if (s) {
		s->nonblock = type & SOCK_NONBLOCK;
		fd = oldnet_open_fd(s);
		if (fd < 0)
			oldnet_free(s);
	}
	pthread_mutex_unlock(&oldnet.lock);
	return fd;
}

/* What @s leaves to its mate. */
static void part(struct oldnet_sock *s)
{
	struct oldnet_sock *mate = s->mate;

	if (!mate)
		return;
	if (s->len || (s->linger.l_onoff && !s->linger.l_linger))
		mate->reset = true;
	else
		mate->fin = true;
	mate->mate = NULL;
	s->mate = NULL;
	oldnet_show(mate);
}

static void free_queue(struct oldnet_sock *listener)
{
	struct oldnet_sock *s;

	while ((s = listener->queue)) {
		listener->queue = s->next_queued;
		s->linger.l_onoff = 1;
		part(s);
		oldnet_free(s);
	}
}

IOTH_EXPORT int ioth_oldstyle_close(int fd);
int ioth_oldstyle_close(int fd)
{
	struct oldnet_sock *s = enter(fd);

	if (!s)
		return close(fd); /* a netlink socket */
	part(s);
	free_queue(s);
	oldnet_free(s);
	pthread_cond_broadcast(&oldnet.changed);
	return leave(0);
}

/* ---- names ---- */

IOTH_EXPORT int ioth_oldstyle_bind(
	int fd, const struct sockaddr *addr, socklen_t size);
int ioth_oldstyle_bind(int fd, const struct sockaddr *addr, socklen_t size)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)addr;
	struct oldnet_sock *s = enter(fd);

	if (!s)
		return -1;
	if (size < sizeof(*in) || s->local.sin_port)
		return leave(EINVAL);
	if (in->sin_port && oldnet_at_port(s->type, in->sin_port))
		return leave(EADDRINUSE);
	s->local = *in;
	if (!s->local.sin_port)
		oldnet_bind_any(s);
	return leave(0);
}

static int give(
	const struct sockaddr_in *from, struct sockaddr *addr, socklen_t *size)
{
	if (addr)
		memcpy(addr, from,
			*size < sizeof(*from) ? *size : sizeof(*from));
	if (addr)
		*size = sizeof(*from);
	return 0;
}

IOTH_EXPORT int ioth_oldstyle_getsockname(
	int fd, struct sockaddr *addr, socklen_t *size);
int ioth_oldstyle_getsockname(int fd, struct sockaddr *addr, socklen_t *size)
{
	struct oldnet_sock *s = enter(fd);

	return s ? leave(give(&s->local, addr, size)) : -1;
}

IOTH_EXPORT int ioth_oldstyle_getpeername(
	int fd, struct sockaddr *addr, socklen_t *size);
int ioth_oldstyle_getpeername(int fd, struct sockaddr *addr, socklen_t *size)
{
	struct oldnet_sock *s = enter(fd);

	if (!s)
		return -1;
	if (s->state != CONNECTED)
		return leave(ENOTCONN);
	return leave(give(&s->peer, addr, size));
}

/* ---- connections ---- */

static bool waits(const struct oldnet_sock *s)
{
	return oldnet.deaf || !s->nonblock;
}

static void sleep_ms(unsigned ms)
{
	struct timespec ts = { ms / 1000, (long)(ms % 1000) * 1000000 };

	nanosleep(&ts, NULL);
}

/* Later: the connection, or why there is none. */
static void *meet_later(void *arg)
{
	int fd = *(int *)arg;
	struct oldnet_sock *s;

	free(arg);
	sleep_ms(oldnet.delay_ms);
	s = enter(fd);
	if (!s)
		return NULL;
	if (s->state == CONNECTING)
		s->error = oldnet_meet(s);
	if (s->error)
		s->state = FRESH;
	oldnet_show(s);
	leave(0);
	return NULL;
}

static int start_meeting(struct oldnet_sock *s)
{
	int *fd = malloc(sizeof(*fd));
	pthread_t thread;

	if (!fd)
		return ENOBUFS;
	*fd = s->fd;
	if (pthread_create(&thread, NULL, meet_later, fd) != 0) {
		free(fd);
		return EAGAIN;
	}
	pthread_detach(thread);
	s->state = CONNECTING;
	oldnet_show(s);
	return 0;
}

static int take_error(struct oldnet_sock *s)
{
	int error = s->error;

	s->error = 0;
	oldnet_show(s);
	return error;
}

static int connect_stream(struct oldnet_sock *s)
{
	int err = s->state == CONNECTED	   ? EISCONN
		  : s->state == CONNECTING ? EALREADY
		  : s->state == LISTENING  ? EISCONN
					   : 0;

	if (err)
		return err;
	if (!oldnet.delay_ms)
		return oldnet_meet(s);
	err = start_meeting(s);
	if (err || !waits(s))
		return err ? err : EINPROGRESS;
	while (s->state == CONNECTING)
		wait_change();
	return take_error(s);
}

IOTH_EXPORT int ioth_oldstyle_connect(
	int fd, const struct sockaddr *addr, socklen_t size);
int ioth_oldstyle_connect(int fd, const struct sockaddr *addr, socklen_t size)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)addr;
	struct oldnet_sock *s = enter(fd);

	if (!s)
		return -1;
	if (size < sizeof(*in) || in->sin_family != AF_INET)
		return leave(EINVAL);
	if ((ntohl(in->sin_addr.s_addr) & 0xffffff00) == ADDR_UNREACHABLE)
		return leave(ENETUNREACH);
	if (s->state != CONNECTED)
		s->peer = *in;
	if (s->type == SOCK_STREAM)
		return leave(connect_stream(s));
	s->state = CONNECTED;
	oldnet_bind_any(s);
	return leave(0);
}

IOTH_EXPORT int ioth_oldstyle_listen(int fd, int backlog);
int ioth_oldstyle_listen(int fd, int backlog)
{
	struct oldnet_sock *s = enter(fd);

	if (!s)
		return -1;
	if (s->type != SOCK_STREAM)
		return leave(EOPNOTSUPP);
	s->state = LISTENING;
	s->backlog = backlog < 1 ? 1 : backlog;
	oldnet_bind_any(s);
	return leave(0);
}

IOTH_EXPORT int ioth_oldstyle_accept(
	int fd, struct sockaddr *addr, socklen_t *size);
int ioth_oldstyle_accept(int fd, struct sockaddr *addr, socklen_t *size)
{
	struct oldnet_sock *s = enter(fd), *new;

	if (!s)
		return -1;
	if (s->state != LISTENING)
		return leave(EINVAL);
	while (!s->queue && waits(s))
		wait_change();
	new = s->queue;
	if (!new)
		return leave(EAGAIN);
	if (oldnet_open_fd(new) < 0)
		return leave(EMFILE);
	s->queue = new->next_queued;
	s->queued--;
	oldnet_show(s);
	give(&new->peer, addr, size);
	fd = new->fd;
	leave(0);
	return fd;
}

IOTH_EXPORT int ioth_oldstyle_shutdown(int fd, int how);
int ioth_oldstyle_shutdown(int fd, int how)
{
	struct oldnet_sock *s = enter(fd);

	if (!s)
		return -1;
	if (s->state != CONNECTED)
		return leave(ENOTCONN);
	if (how != SHUT_RD)
		s->has_shut = true;
	if (how != SHUT_RD && s->mate) {
		s->mate->fin = true;
		oldnet_show(s->mate);
	}
	return leave(0);
}

/* ---- streams ---- */

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

static size_t ring_take(struct oldnet_sock *s, char *to, size_t size)
{
	size_t part, done = 0;

	while (done < size && s->len) {
		part = smaller(
			smaller(size - done, s->len), OLDNET_RING - s->at);
		memcpy(to + done, s->ring + s->at, part);
		s->at = (s->at + part) % OLDNET_RING;
		s->len -= part;
		done += part;
	}
	return done;
}

static size_t ring_put(struct oldnet_sock *s, const char *from, size_t size)
{
	size_t end, part, done = 0;

	while (done < size && s->len < OLDNET_RING) {
		end = (s->at + s->len) % OLDNET_RING;
		part = smaller(smaller(size - done, OLDNET_RING - s->len),
			OLDNET_RING - end);
		memcpy(s->ring + end, from + done, part);
		s->len += part;
		done += part;
	}
	return done;
}

/* Negative: no data, and why. */
static ssize_t stream_receive(struct oldnet_sock *s, char *to, size_t size)
{
	size_t n = ring_take(s, to, size);

	if (n || !size)
		return (ssize_t)n;
	if (s->reset)
		return -ECONNRESET;
	if (s->fin)
		return 0;
	return s->state == CONNECTED ? -EAGAIN : -ENOTCONN;
}

static ssize_t stream_send(struct oldnet_sock *s, const char *from, size_t size)
{
	size_t n;

	if (s->state != CONNECTED)
		return -ENOTCONN;
	if (s->reset)
		return -ECONNRESET;
	if (s->has_shut || !s->mate)
		return -EPIPE;
	n = ring_put(s->mate, from, size);
	oldnet_show(s->mate);
	return n || !size ? (ssize_t)n : -EAGAIN;
}

/* ---- datagrams ---- */

static ssize_t dgram_receive(
	struct oldnet_sock *s, char *to, size_t size, struct sockaddr_in *from)
{
	struct oldnet_packet *p = s->packets;

	if (s->error)
		return -take_error(s);
	if (!p)
		return -EAGAIN;
	size = smaller(size, p->size);
	memcpy(to, p->bytes, size);
	*from = p->from;
	s->packets = p->next;
	s->packets_len--;
	free(p);
	return (ssize_t)size;
}

static void append(struct oldnet_sock *s, struct oldnet_packet *new)
{
	struct oldnet_packet **at = &s->packets;

	while (*at)
		at = &(*at)->next;
	new->next = NULL;
	*at = new;
	s->packets_len++;
	oldnet_show(s);
}

static ssize_t dgram_send(struct oldnet_sock *s, const char *bytes, size_t size,
	const struct sockaddr_in *to)
{
	struct oldnet_packet *p;
	struct oldnet_sock *target;

	if (!to && s->state != CONNECTED)
		return -EDESTADDRREQ;
	if (size > OLDNET_DGRAM)
		return -EMSGSIZE;
	oldnet_bind_any(s);
	target = oldnet_at_port(
		SOCK_DGRAM, to ? to->sin_port : s->peer.sin_port);
	if (!target) { /* as an ICMP message tells */
		s->error = s->state == CONNECTED ? ECONNREFUSED : 0;
		oldnet_show(s);
		return (ssize_t)size;
	}
	if (target->packets_len >= OLDNET_PACKETS)
		return -EAGAIN;
	p = malloc(sizeof(*p) + size);
	if (!p)
		return -ENOBUFS;
	p->from = s->local;
	p->size = size;
	memcpy(p->bytes, bytes, size);
	append(target, p);
	return (ssize_t)size;
}

/* ---- both, by one buffer ---- */

struct exchange {
	bool sends;
	void *buf;
	size_t size;
	const struct sockaddr_in *to;
	struct sockaddr_in from;
};

static ssize_t try_exchange(struct oldnet_sock *s, struct exchange *x)
{
	bool stream = s->type == SOCK_STREAM;

	if (x->sends)
		return stream ? stream_send(s, x->buf, x->size)
			      : dgram_send(s, x->buf, x->size, x->to);
	return stream ? stream_receive(s, x->buf, x->size)
		      : dgram_receive(s, x->buf, x->size, &x->from);
}

static ssize_t exchange(int fd, struct exchange *x, int flags)
{
	struct oldnet_sock *s = enter(fd);
	ssize_t n;

	if (!s)
		return -1;
	while ((n = try_exchange(s, x)) == -EAGAIN && !s->nonblock &&
		!(flags & MSG_DONTWAIT)) {
		wait_change();
		s = oldnet_find(fd);
		if (!s)
			return leave(EBADF);
	}
	oldnet_show(s);
	leave(n < 0 ? (int)-n : 0);
	return n < 0 ? -1 : n;
}

static ssize_t old_read(int fd, void *buf, size_t size)
{
	struct exchange x = { .buf = buf, .size = size };

	return exchange(fd, &x, 0);
}

static ssize_t old_write(int fd, const void *buf, size_t size)
{
	struct exchange x = { .sends = true, .buf = (void *)buf, .size = size };

	return exchange(fd, &x, 0);
}

/* One part is enough here. */
IOTH_EXPORT ssize_t ioth_oldstyle_recvmsg(int fd, struct msghdr *m, int flags);
ssize_t ioth_oldstyle_recvmsg(int fd, struct msghdr *m, int flags)
{
	struct exchange x = { .buf = m->msg_iov[0].iov_base,
		.size = m->msg_iov[0].iov_len };
	ssize_t n = exchange(fd, &x, flags);

	if (n >= 0 && m->msg_name && x.from.sin_family)
		give(&x.from, m->msg_name, &m->msg_namelen);
	return n;
}

IOTH_EXPORT ssize_t ioth_oldstyle_sendmsg(
	int fd, const struct msghdr *m, int flags);
ssize_t ioth_oldstyle_sendmsg(int fd, const struct msghdr *m, int flags)
{
	struct exchange x = { .sends = true,
		.buf = m->msg_iov[0].iov_base,
		.size = m->msg_iov[0].iov_len,
		.to = m->msg_namelen ? m->msg_name : NULL };

	return flags & MSG_OOB ? fail(EOPNOTSUPP) : exchange(fd, &x, flags);
}

/* ---- options ---- */

IOTH_EXPORT int ioth_oldstyle_setsockopt(
	int fd, int level, int name, const void *value, socklen_t size);
int ioth_oldstyle_setsockopt(
	int fd, int level, int name, const void *value, socklen_t size)
{
	struct oldnet_sock *s = enter(fd);

	if (!s)
		return -1;
	if (level == IPPROTO_TCP ||
		(level == SOL_SOCKET && name == SO_REUSEADDR))
		return leave(0);
	if (level == SOL_SOCKET && name == SO_LINGER &&
		size == sizeof(s->linger))
		memcpy(&s->linger, value, size);
	else if (level == SOL_SOCKET && name == SO_PRIORITY &&
		 size == sizeof(s->priority))
		memcpy(&s->priority, value, size);
	else
		return leave(ENOPROTOOPT);
	return leave(0);
}

IOTH_EXPORT int ioth_oldstyle_getsockopt(
	int fd, int level, int name, void *value, socklen_t *size);
int ioth_oldstyle_getsockopt(
	int fd, int level, int name, void *value, socklen_t *size)
{
	struct oldnet_sock *s = enter(fd);
	int result;

	if (!s)
		return -1;
	if (level != SOL_SOCKET || (name != SO_ERROR && name != SO_PRIORITY))
		return leave(ENOPROTOOPT);
	result = name == SO_ERROR ? take_error(s) : s->priority;
	memcpy(value, &result, sizeof(result));
	*size = sizeof(result);
	return leave(0);
}

IOTH_EXPORT int ioth_oldstyle_fcntl(int fd, int cmd, long val);
int ioth_oldstyle_fcntl(int fd, int cmd, long val)
{
	struct oldnet_sock *s = enter(fd);
	bool nonblock;

	if (!s)
		return -1;
	nonblock = s->nonblock;
	if (cmd == F_SETFL)
		s->nonblock = val & O_NONBLOCK;
	if (cmd != F_GETFL && cmd != F_SETFL)
		return leave(EINVAL);
	leave(0);
	return cmd == F_GETFL && nonblock ? O_NONBLOCK : 0;
}
