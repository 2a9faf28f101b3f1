/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pump_calls.c - what guests ask of their sockets, on the plug-in's descriptor
 */
#include <errno.h>
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

static int do_setsockopt(struct pump_sock *s, struct pump_call *c)
{
	const struct control_message *in = c->in;

	if (is_of_app_end(in))
		return ioth_pass_setsockopt(c->fd, in->arg[1], in->arg[2],
			       in->data, in->size) < 0
			       ? -errno
			       : 0;
	return ioth_setsockopt(
		       s->fd, in->arg[1], in->arg[2], in->data, in->size) < 0
		       ? error_of(ENOPROTOOPT)
		       : 0;
}

/* 1: the plug-in's. */
static int own_option(
	struct pump_sock *s, const struct control_message *in, int *value)
{
	if (in->arg[1] != SOL_SOCKET)
		return 1;
	switch (in->arg[2]) {
	case SO_DOMAIN:
		*value = s->domain;
		return 0;
	case SO_TYPE:
		*value = s->type;
		return 0;
	case SO_ACCEPTCONN:
		*value = s->state == PUMP_LISTENING;
		return 0;
	case SO_ERROR:
		*value = s->error;
		s->error = 0;
		return *value ? 0 : 1;
	case SO_PROTOCOL:
		*value = s->protocol;
		return *value ? 0 : 1;
	default:
		return 1;
	}
}

static int plugin_option(struct pump_sock *s, struct pump_call *c)
{
	const struct control_message *in = c->in;
	socklen_t len = CALL_INPUT_MAX;

	if (ioth_getsockopt(s->fd, in->arg[1], in->arg[2], c->out->data, &len) <
		0)
		return error_of(ENOPROTOOPT);
	c->out->size = len < CALL_INPUT_MAX ? len : CALL_INPUT_MAX;
	return 0;
}

static int do_getsockopt(struct pump_sock *s, struct pump_call *c)
{
	const struct control_message *in = c->in;
	socklen_t len = CALL_INPUT_MAX;
	int err, value = 0;

	if (is_of_app_end(in)) {
		err = ioth_pass_getsockopt(c->fd, in->arg[1], in->arg[2],
			      c->out->data, &len) < 0
			      ? -errno
			      : 0;
		c->out->size = err ? 0 : len;
		return err;
	}
	err = own_option(s, in, &value);
	if (err > 0)
		err = plugin_option(s, c);
	/* Without an opinion of its own there is no error, the usual protocol. */
	if (err &&
		!(in->arg[1] == SOL_SOCKET &&
			(in->arg[2] == SO_ERROR || in->arg[2] == SO_PROTOCOL)))
		return err;
	if (c->out->size)
		return 0;
	memcpy(c->out->data, &value, sizeof(value));
	c->out->size = sizeof(value);
	return 0;
}

/* ---- the others ---- */

static int do_listen(struct pump_sock *s, struct pump_call *c)
{
	return pump_listen(s, c->in->arg[1]);
}

/* Streams are shut down at the app end, which the bridge tells. */
static int do_shutdown(struct pump_sock *s, struct pump_call *c)
{
	if (ioth_shutdown(s->fd, c->in->arg[1]) < 0)
		return error_of(EOPNOTSUPP);
	return ioth_pass_shutdown(c->fd, c->in->arg[1]) < 0 ? -errno : 0;
}

static int do_accept(struct pump_sock *s, struct pump_call *c)
{
	return pump_accept(s, c->in, c->fd, c->out);
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
