/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vdestack.h - what ioth_vdestack-r.so exports (see ioth/plugin.h)
 *
 * A stack is a private network namespace of the kernel, whose interfaces lead
 * to virtual networks. Its sockets are the kernel's, so only making them needs
 * a function of ours.
 */
#ifndef VDESTACK_VDESTACK_H
#define VDESTACK_VDESTACK_H

#include <ioth/plugin.h>

#pragma GCC visibility push(default)

extern const char *ioth_vdestack_license;

/*
 * Errors besides those of plugin.h: EINVAL unknown option or bad interface
 * name, ENAMETOOLONG, EEXIST name taken, ENOENT or ECONNREFUSED no switch at
 * the locator, EPROTONOSUPPORT no such kind of locator, EPERM, ENOSPC or EUSERS
 * no user namespaces here. ioth_vdestack_errmsg() tells more. Nothing is left.
 */
void *ioth_vdestack_newstack(const char *vnlv[], const char *options,
	struct ioth_functions *functions);

/*
 * EBUSY: a TCP socket of the stack is open in some process, or an interface is
 * being added.
 */
int ioth_vdestack_delstack(void *stackdata);

/* The kernel decides what exists in the namespace. ENODEV: the stack is dead.
 */
int ioth_vdestack_socket(int domain, int type, int protocol);
int ioth_vdestack_sockets(
	int domain, int type, int protocol, int fds[], int len);

/* All of the namespace. ENODEV: the stack is dead. */
int ioth_vdestack_procopen(const char *path, int flags);

/* 1 for AF_INET, AF_INET6, AF_NETLINK, AF_PACKET. */
int ioth_vdestack_supported(int domain);
void ioth_vdestack_abort(void *stackdata);

/* One line about the last failure of newstack in this thread, or "". */
const char *ioth_vdestack_errmsg(void);

#define VDESTACK_CALL(name) __typeof__(*((struct ioth_functions *)0)->name)
VDESTACK_CALL(close) ioth_vdestack_close;
VDESTACK_CALL(bind) ioth_vdestack_bind;
VDESTACK_CALL(connect) ioth_vdestack_connect;
VDESTACK_CALL(listen) ioth_vdestack_listen;
VDESTACK_CALL(accept) ioth_vdestack_accept;
VDESTACK_CALL(getsockname) ioth_vdestack_getsockname;
VDESTACK_CALL(getpeername) ioth_vdestack_getpeername;
VDESTACK_CALL(setsockopt) ioth_vdestack_setsockopt;
VDESTACK_CALL(getsockopt) ioth_vdestack_getsockopt;
VDESTACK_CALL(shutdown) ioth_vdestack_shutdown;
VDESTACK_CALL(ioctl) ioth_vdestack_ioctl;
VDESTACK_CALL(fcntl) ioth_vdestack_fcntl;
VDESTACK_CALL(read) ioth_vdestack_read;
VDESTACK_CALL(readv) ioth_vdestack_readv;
VDESTACK_CALL(recv) ioth_vdestack_recv;
VDESTACK_CALL(recvfrom) ioth_vdestack_recvfrom;
VDESTACK_CALL(recvmsg) ioth_vdestack_recvmsg;
VDESTACK_CALL(write) ioth_vdestack_write;
VDESTACK_CALL(writev) ioth_vdestack_writev;
VDESTACK_CALL(send) ioth_vdestack_send;
VDESTACK_CALL(sendto) ioth_vdestack_sendto;
VDESTACK_CALL(sendmsg) ioth_vdestack_sendmsg;

#pragma GCC visibility pop
#endif
