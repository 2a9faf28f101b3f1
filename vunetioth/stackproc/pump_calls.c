/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pump_calls.c - what guests ask of their sockets, on the plug-in's descriptor
 */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/syscall.h>
#include "bridge_app.h"
#include "ioth/pass.h"
#include "pump.h"
#include "pump_impl.h"

struct pump_call {
	struct pump *pump;
	uint64_t cookie;
	const struct control_message *in;
	int fd; /* an app end of the socket */
	struct control_message *out;
};

/* What the plug-in lacks is no missing system call to the guest. */
static int error_of(int missing)
{
	return errno == ENOSYS ? -missing : -errno;
}

/* ---- names ---- */

static int do_bind(struct pump_sock *s, struct pump_call *c)
{
	struct sockaddr_storage addr = { 0 };

	if (c->in->size > sizeof(addr))
		return -EINVAL;
	memcpy(&addr, c->in->data, c->in->size);
	return ioth_bind(s->fd, (struct sockaddr *)&addr, c->in->size) < 0
		       ? error_of(EOPNOTSUPP)
		       : 0;
}

static int do_name(struct pump_sock *s, struct pump_call *c)
{
	struct sockaddr_storage addr = { 0 };
	struct sockaddr *at = (struct sockaddr *)&addr;
	socklen_t len = sizeof(addr);
	int result = c->in->arg[0] == __NR_getpeername
			     ? ioth_getpeername(s->fd, at, &len)
			     : ioth_getsockname(s->fd, at, &len);

	if (result < 0)
		return error_of(EOPNOTSUPP);
	c->out->size = len < sizeof(addr) ? len : sizeof(addr);
	memcpy(c->out->data, &addr, c->out->size);
	return 0;
}

/* ---- options ---- */

/* What concerns the guest's waiting is set on what it waits at. */
static bool is_of_app_end(const struct control_message *in)
{
	if (in->arg[1] != SOL_SOCKET)
		return false;
	switch (in->arg[2]) {
	case SO_RCVTIMEO:
	case SO_SNDTIMEO:
	case SO_RCVLOWAT:
	case SO_SNDLOWAT:
	case SO_COOKIE:
	case SO_PEEK_OFF:
		return true;
	default:
		return false;
	}
}

static void note_linger(struct pump_sock *s, const struct control_message *in)
{
	struct linger linger;

	if (in->arg[1] != SOL_SOCKET || in->arg[2] != SO_LINGER ||
		in->size < sizeof(linger))
		return;
	memcpy(&linger, in->data, sizeof(linger));
	s->may_linger = linger.l_onoff && linger.l_linger > 0;
}

static int do_setsockopt(struct pump_sock *s, struct pump_call *c)
{
	const struct control_message *in = c->in;

	if (is_of_app_end(in))
		return ioth_pass_setsockopt(c->fd, in->arg[1], in->arg[2],
			       in->data, in->size) < 0
			       ? -errno
			       : 0;
	if (ioth_setsockopt(s->fd, in->arg[1], in->arg[2], in->data, in->size) <
		0)
		return error_of(ENOPROTOOPT);
	note_linger(s, in);
	return 0;
}

static int usual_protocol(const struct pump_sock *s)
{
	if (s->protocol || (s->domain != AF_INET && s->domain != AF_INET6))
		return s->protocol;
	return pump_is_stream(s)       ? IPPROTO_TCP
	       : s->type == SOCK_DGRAM ? IPPROTO_UDP
				       : 0;
}

static int take_error(struct pump_sock *s)
{
	int error = s->error;

	s->error = 0;
	return error ? error : pump_io_error(s);
}

/* False: it is the plug-in's. */
static bool own_option(
	struct pump_sock *s, const struct control_message *in, int *value)
{
	if (in->arg[1] != SOL_SOCKET)
		return false;
	switch (in->arg[2]) {
	case SO_DOMAIN:
		*value = s->domain;
		return true;
	case SO_TYPE:
		*value = s->type;
		return true;
	case SO_PROTOCOL:
		*value = usual_protocol(s);
		return true;
	case SO_ACCEPTCONN:
		*value = s->state == PUMP_LISTENING;
		return true;
	case SO_ERROR:
		*value = take_error(s);
		return true;
	default:
		return false;
	}
}

static int give_option(
	struct control_message *out, const void *value, socklen_t size)
{
	out->size = size < CALL_INPUT_MAX ? size : CALL_INPUT_MAX;
	memmove(out->data, value, out->size);
	return 0;
}

static int do_getsockopt(struct pump_sock *s, struct pump_call *c)
{
	int level = c->in->arg[1], name = c->in->arg[2], value;
	socklen_t len = CALL_INPUT_MAX;
	void *data = c->out->data;

	if (own_option(s, c->in, &value))
		return give_option(c->out, &value, sizeof(value));
	if (is_of_app_end(c->in) &&
		ioth_pass_getsockopt(c->fd, level, name, data, &len) < 0)
		return -errno;
	if (!is_of_app_end(c->in) &&
		ioth_getsockopt(s->fd, level, name, data, &len) < 0)
		return error_of(ENOPROTOOPT);
	return give_option(c->out, data, len);
}

/* ---- the others ---- */

static int do_listen(struct pump_sock *s, struct pump_call *c)
{
	return pump_listen(s, c->in->arg[1]);
}

/* A stream that is connected is shut down at the app end only: the plug-in is
 * told when it has got what was written before. */
static int do_shutdown(struct pump_sock *s, struct pump_call *c)
{
	bool told_later = pump_is_stream(s) && s->state == PUMP_OPEN;

	if (!told_later && ioth_shutdown(s->fd, c->in->arg[1]) < 0)
		return error_of(EOPNOTSUPP);
	return ioth_pass_shutdown(c->fd, c->in->arg[1]) < 0 ? -errno : 0;
}

static int do_accept(struct pump_sock *s, struct pump_call *c)
{
	return pump_accept(s, c->in, c->fd, c->out);
}

static int do_sendmsg(struct pump_sock *s, struct pump_call *c)
{
	struct control_datagram d;
	struct bridge_meta meta = { .addrlen = 0 };

	if (pump_is_stream(s) || !control_get_datagram(c->in, &d) ||
		d.namelen > sizeof(meta.addr))
		return -EINVAL;
	memcpy(&meta.addr, d.name, d.namelen);
	meta.addrlen = (socklen_t)d.namelen;
	meta.control = d.controllen ? d.control : NULL;
	meta.controllen = d.controllen;
	return (int)pump_dgram_send(s, d.payload, d.size, &meta);
}

static const struct call_row {
	int nr;
	int (*run)(struct pump_sock *s, struct pump_call *c);
} calls[] = {
	{ __NR_bind, do_bind },
	{ __NR_listen, do_listen },
	{ __NR_shutdown, do_shutdown },
	{ __NR_getsockname, do_name },
	{ __NR_getpeername, do_name },
	{ __NR_setsockopt, do_setsockopt },
	{ __NR_getsockopt, do_getsockopt },
	{ __NR_accept4, do_accept },
	{ __NR_sendmsg, do_sendmsg },
};

static int run(void *arg)
{
	struct pump_call *c = arg;
	struct pump_sock *s = pump_find(c->pump, c->cookie);
	size_t i;

	if (!s)
		return -ENOTCONN;
	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (calls[i].nr == c->in->arg[0])
			return calls[i].run(s, c);
	return -ENOSYS;
}

int pump_call(struct pump *pump, const struct control_message *in, int fd,
	struct control_message *out)
{
	struct pump_call c = { pump, bridge_app_cookie(fd), in, fd, out };

	out->size = 0;
	if (in->arg[0] == __NR_connect)
		return pump_connect(pump, c.cookie, in, fd);
	return loop_call(pump->loop, run, &c);
}
