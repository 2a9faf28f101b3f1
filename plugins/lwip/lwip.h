/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lwip.h - what ioth_lwip.so exports (see ioth/plugin.h)
 *
 * A stack is lwIP (liblwip0, as it is packaged) under one loop thread, its
 * sockets are bridges (bridge.h). lwIP keeps its state in globals: one stack
 * per copy of the plug-in, which libioth loads into a name space of its own.
 */
#ifndef LWIP_PLUGIN_H
#define LWIP_PLUGIN_H

#include <ioth/plugin.h>

#pragma GCC visibility push(default)

extern const char *ioth_lwip_license;

/*
 * Errors besides those of plugin.h: EINVAL unknown option or bad interface
 * name, ENAMETOOLONG, EEXIST name taken, EBUSY this copy serves a stack, and
 * those of wire_open. ioth_lwip_errmsg() tells more. Nothing is left.
 */
void *ioth_lwip_newstack(const char *vnlv[], const char *options,
	struct ioth_functions *functions);
int ioth_lwip_delstack(void *stackdata);
void ioth_lwip_abort(void *stackdata);

/* 1 for AF_INET, AF_INET6, AF_NETLINK, AF_PACKET. */
int ioth_lwip_supported(int domain);

/* After a connect: the socket may have got a new pair. */
int ioth_lwip_owns(int fd);

/* What procnet_open() makes; nothing below sys/net. */
int ioth_lwip_procopen(const char *path, int flags);

/* One line about the last failure of newstack in this thread, or "". */
const char *ioth_lwip_errmsg(void);

#define LWIP_CALL(name) __typeof__(*((struct ioth_functions *)0)->name)
LWIP_CALL(socket) ioth_lwip_socket;
LWIP_CALL(close) ioth_lwip_close;
LWIP_CALL(bind) ioth_lwip_bind;
LWIP_CALL(connect) ioth_lwip_connect;
LWIP_CALL(listen) ioth_lwip_listen;
LWIP_CALL(accept) ioth_lwip_accept;
LWIP_CALL(getsockname) ioth_lwip_getsockname;
LWIP_CALL(getpeername) ioth_lwip_getpeername;
LWIP_CALL(setsockopt) ioth_lwip_setsockopt;
LWIP_CALL(getsockopt) ioth_lwip_getsockopt;
LWIP_CALL(shutdown) ioth_lwip_shutdown;
LWIP_CALL(ioctl) ioth_lwip_ioctl;
LWIP_CALL(fcntl) ioth_lwip_fcntl;
LWIP_CALL(read) ioth_lwip_read;
LWIP_CALL(readv) ioth_lwip_readv;
LWIP_CALL(recv) ioth_lwip_recv;
LWIP_CALL(recvfrom) ioth_lwip_recvfrom;
LWIP_CALL(recvmsg) ioth_lwip_recvmsg;
LWIP_CALL(write) ioth_lwip_write;
LWIP_CALL(writev) ioth_lwip_writev;
LWIP_CALL(send) ioth_lwip_send;
LWIP_CALL(sendto) ioth_lwip_sendto;
LWIP_CALL(sendmsg) ioth_lwip_sendmsg;

#pragma GCC visibility pop
#endif
