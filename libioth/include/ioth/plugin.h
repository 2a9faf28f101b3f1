/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * plugin.h - what a network stack must offer to be loaded by libioth
 *
 * A plug-in is one shared object, ioth_NAME.so, or ioth_NAME-r.so when one
 * copy of it can serve many stacks in one address space (without -r, each
 * stack gets a copy in a name space of its own, see dlmopen(3)). It is built
 * with no library of ours:
 *
 *	gcc -shared -fPIC -o ioth_foo.so ioth_foo.c
 *
 * and exports functions called ioth_NAME_<call>, <call> being a member of
 * struct ioth_functions below. Only newstack is required. libioth derives
 * what is missing: read from recv from recvfrom from recvmsg, write from send
 * from sendto from sendmsg, readv from recvmsg, writev from sendmsg. What
 * cannot be derived answers ENOSYS.
 *
 * Besides, a plug-in may export
 *
 * const char *ioth_NAME_license;
 *	an SPDX expression, checked against ioth_set_license() (ioth.h)
 *
 * int ioth_NAME_supported(int domain);
 *	1 when sockets of this family belong to the stack, 0 when not;
 *	if it is absent, libioth tries to make one
 *
 * const char *ioth_NAME_errmsg(void);
 *	one line of text about the last failure of newstack, for ioth_errmsg()
 *
 * int ioth_NAME_procopen(const char *path, int flags);
 *	opens what a program inside the stack would find at /proc/@path, which
 *	is "net", "sys/net" or something below these, without `.' and `..'; for
 *	ioth_procopen() (ioth.h), whose results it has. If it is absent, nothing
 *	is there
 *
 * void ioth_NAME_abort(void *stackdata);
 *	the process is about to end although sockets of the stack are open:
 *	takes away what would outlive it (files, sockets in the file system, a
 *	virtual switch). Nothing else is called afterwards
 *
 * int ioth_NAME_sockets(int domain, int type, int protocol, int fds[], int len);
 *	makes up to @len sockets at once, where that is cheaper than as many
 *	calls of socket; returns how many, at least one
 *
 * int ioth_NAME_owns(int fd);
 *	1 when @fd is a socket of the stack. With it, connect may put another
 *	descriptor in the place of its own, by dup3(2); owns tells this one from
 *	what another thread has put there meanwhile
 *
 * const int ioth_plain_descriptors;	(without NAME)
 *	not 0: plain read(2), write(2), poll(2) ... on the descriptors themselves
 *	do what the plug-in's functions do, see ioth_plain(). Whoever bridges
 *	(support/bridge.h) has it from there; of sockets of the kernel's it is
 *	known without
 *
 * All functions return -1 and set errno on failure, like the system calls
 * whose names they carry. Descriptors that socket and accept return are real
 * descriptors of the process; libioth watches their life, so a plug-in keeps
 * no list of them.
 */
#ifndef IOTH_PLUGIN_H
#define IOTH_PLUGIN_H

#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

/* For what a plug-in exports, when it is built with -fvisibility=hidden. */
#ifndef IOTH_EXPORT
#define IOTH_EXPORT __attribute__((visibility("default")))
#endif

struct ioth_functions;

/*
 * Makes a stack. @vnlv: its wires, virtual network locators (see
 * vde_plug(1)), NULL-terminated; NULL or empty for a stack without interface.
 * A locator may be preceded by the interface's name and a colon
 * ("eth0:vde:///tmp/sw"). @options: what followed the plug-in's name in
 * ioth_newstack(), comma-separated, "" if nothing. @functions: already filled
 * from the exported names; newstack may assign more.
 * Returns the stack's own data, which the functions get back from
 * functions->getstackdata(), or NULL with errno set.
 */
typedef void *ioth_newstack_f(const char *vnlv[], const char *options,
	struct ioth_functions *functions);

/*
 * Unmakes a stack: nothing of it (threads, memory, descriptors, files) is left
 * afterwards. -1 EBUSY: a socket of it is still open (for plug-ins that know
 * sockets which libioth cannot see, such as those accepted by other
 * processes); nothing has changed then.
 */
typedef int ioth_delstack_f(void *stackdata);

/*
 * The order of the members is fixed: programs and plug-ins built for other
 * implementations of libioth rely on it. getstackdata() is libioth's and
 * valid inside every other function: it returns what newstack returned for the
 * stack whose function is running.
 */
struct ioth_functions {
	void *(*getstackdata)(void);
	ioth_newstack_f *newstack;
	ioth_delstack_f *delstack;
	/* type includes SOCK_NONBLOCK and SOCK_CLOEXEC, as in socket(2) */
	int (*socket)(int domain, int type, int protocol);
	int (*close)(int fd);
	int (*bind)(int fd, const struct sockaddr *addr, socklen_t addrlen);
	int (*connect)(int fd, const struct sockaddr *addr, socklen_t addrlen);
	int (*listen)(int fd, int backlog);
	int (*accept)(int fd, struct sockaddr *addr, socklen_t *addrlen);
	int (*getsockname)(int fd, struct sockaddr *addr, socklen_t *addrlen);
	int (*getpeername)(int fd, struct sockaddr *addr, socklen_t *addrlen);
	int (*setsockopt)(int fd, int level, int optname, const void *optval,
		socklen_t optlen);
	int (*getsockopt)(int fd, int level, int optname, void *optval,
		socklen_t *optlen);
	int (*shutdown)(int fd, int how);
	int (*ioctl)(int fd, unsigned long request, void *argp);
	int (*fcntl)(int fd, int cmd, long val);
	ssize_t (*read)(int fd, void *buf, size_t len);
	ssize_t (*readv)(int fd, const struct iovec *iov, int iovcnt);
	ssize_t (*recv)(int fd, void *buf, size_t len, int flags);
	ssize_t (*recvfrom)(int fd, void *buf, size_t len, int flags,
		struct sockaddr *from, socklen_t *fromlen);
	ssize_t (*recvmsg)(int fd, struct msghdr *msg, int flags);
	ssize_t (*write)(int fd, const void *buf, size_t len);
	ssize_t (*writev)(int fd, const struct iovec *iov, int iovcnt);
	ssize_t (*send)(int fd, const void *buf, size_t len, int flags);
	ssize_t (*sendto)(int fd, const void *buf, size_t len, int flags,
		const struct sockaddr *to, socklen_t tolen);
	ssize_t (*sendmsg)(int fd, const struct msghdr *msg, int flags);
};

#endif
