/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ioth.h - Internet of threads: network stacks as objects of a program
 *
 * A program makes as many stacks as it likes, each with interfaces and
 * addresses of its own, and opens sockets in each of them. What a stack is
 * made of is the business of plug-ins (ioth/plugin.h, ioth_plugin(7)).
 *
 * Unless said otherwise functions return -1 and set errno on failure. They may
 * be called by any thread at any time. A stack's pointer is invalid after
 * ioth_delstack() has returned 0.
 *
 * The descriptors are real descriptors of the process: dup(2), fork(2),
 * poll(2), close(2) and SCM_RIGHTS do what they always do.
 */
#ifndef IOTH_H
#define IOTH_H

#include <ifaddrs.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

#ifdef __cplusplus
extern "C" {
#endif

#define IOTH_API __attribute__((visibility("default")))

struct ioth;

/* --- stacks --------------------------------------------------------------- */

/*
 * Makes a stack. @stack: "NAME[,OPTION...]", NAME being that of a plug-in;
 * NULL or "" is the host's own stack. @vnl: the wire of its only interface, a
 * virtual network locator such as "vde:///tmp/switch"; NULL: no interface.
 * ioth_newstackl takes a list of them that ends with (char *)NULL,
 * ioth_newstackv an array that ends with NULL (or is NULL).
 * Returns NULL and sets errno on failure; ioth_errmsg() then says more.
 * Errors: ENOTSUP no such plug-in or it cannot be loaded, ENOENT it has no
 * newstack, EPERM its licence (see ioth_set_license), ENOMEM, and whatever the
 * plug-in says.
 */
IOTH_API struct ioth *ioth_newstack(const char *stack, const char *vnl);
IOTH_API struct ioth *ioth_newstackl(const char *stack, const char *vnl, ...);
IOTH_API struct ioth *ioth_newstackv(const char *stack, const char *vnlv[]);

/*
 * Unmakes @stack. If it was the default stack, the default becomes the host's.
 * Errors: EBUSY a socket of it is still open, in this process or in any other
 * that it was given to, or a call is running in it; nothing has changed then.
 * EINVAL @stack is NULL or no stack.
 */
IOTH_API int ioth_delstack(struct ioth *stack);

/*
 * For a process that ends although sockets of @stack are open elsewhere: takes
 * away what of the stack would outlive the process (a virtual switch and its
 * files, say), whether or not sockets are open. After it, only exit.
 */
IOTH_API void ioth_abort(struct ioth *stack);

/*
 * A descriptor that polls readable when a socket of @stack (or of another
 * stack: there is one for the process) may have been closed for the last time,
 * so that ioth_delstack() is worth another try; ioth_delstack() takes the
 * event away. It belongs to libioth: don't read or close it; after fork(2)
 * the child asks for its own.
 * Errors: EINVAL; EMFILE, ENOMEM, ... from inotify_init1(2): without inotify
 * libioth does not see descriptors that live in other processes.
 */
IOTH_API int ioth_watchfd(struct ioth *stack);

/*
 * Makes up to @len sockets to be given to other processes, cheaper than as many
 * calls of ioth_msocket(), and returns how many were made, at least one. @fds
 * are the caller's, to send away and to close with close(2); they are no
 * descriptors for the calls of this header. ioth_delstack() says EBUSY until the
 * last duplicate of each is closed, but ioth_watchfd() need not tell.
 * Errors: EINVAL @len is not positive, or @stack is NULL or no stack; those of
 * ioth_msocket().
 */
IOTH_API int ioth_sockets(struct ioth *stack, int domain, int type,
	int protocol, int fds[], int len);

/*
 * Does @stack (NULL: the host's) have sockets of @domain? 1 yes, 0 no.
 * The plug-in is asked; if it has no opinion, one is opened to try: a family is
 * missing if that fails with EAFNOSUPPORT, EINVAL or ENOSYS.
 * Errors: EINVAL @stack is no stack.
 */
IOTH_API int ioth_supported(struct ioth *stack, int domain);

/*
 * open(2) of /proc/@path as a program inside @stack (NULL: the default stack)
 * would do it: @path is "net" or "sys/net", or something below one of these
 * ("net/tcp", "sys/net/ipv4/ip_forward"). Stacks in user space give a snapshot,
 * in a memory file. The descriptor is close-on-exec; no call of this library is
 * for it.
 * Errors: ENOENT there is no such file; ENOSYS the stack has none at all;
 * EISDIR a directory that the stack cannot give, or not with these @flags;
 * EACCES, ENOTDIR as open(2); EINVAL @path is something else, or @stack is no
 * stack; ENODEV the stack is dead.
 */
IOTH_API int ioth_procopen(struct ioth *stack, const char *path, int flags);

/*
 * Do plain read(2), write(2), poll(2) ... on the descriptors of @stack do what
 * ioth_read() and the others do? 1 its plug-in says so; 0 it does not: then
 * they do so only if the descriptor is a socket of the kernel's of the family
 * that was asked for. Errors: EINVAL @stack is no stack.
 */
IOTH_API int ioth_plain(struct ioth *stack);

/*
 * The calling thread's last failure of ioth_newstack*() in one line of text,
 * "" when the last one succeeded or there is nothing to add to errno.
 * Valid until this thread's next ioth_newstack*().
 */
IOTH_API const char *ioth_errmsg(void);

/*
 * The names of the plug-ins that can be found now, sorted, separated by single
 * spaces; the caller frees it. NULL: ENOMEM.
 */
IOTH_API char *ioth_plugins(void);

/*
 * States the licence of the program, an SPDX expression (copied; NULL: none).
 * A plug-in loads if it states no licence, if one of the alternatives of its
 * expression ("A OR B") is some LGPL, or is among those of the program.
 */
IOTH_API void ioth_set_license(const char *spdx);

/*
 * The process's default stack; NULL (at the start) is the host's own. Setting
 * what is no stack does nothing.
 */
IOTH_API void ioth_set_defstack(struct ioth *stack);
IOTH_API struct ioth *ioth_get_defstack(void);

/* --- sockets -------------------------------------------------------------- */

/*
 * socket(2) in @stack (NULL: the default stack). SOCK_NONBLOCK and
 * SOCK_CLOEXEC reach the plug-in within @type, as in socket(2).
 * Errors: as socket(2); EINVAL @stack is no stack; ENOSYS.
 */
IOTH_API int ioth_msocket(
	struct ioth *stack, int domain, int type, int protocol);
/* ioth_msocket(NULL, ...) */
IOTH_API int ioth_socket(int domain, int type, int protocol);

/*
 * The system calls whose names they carry, on descriptors that ioth_msocket or
 * ioth_accept returned and on duplicates of them, however these were made.
 * More errors: EBADF @fd belongs to no stack, ENOSYS the plug-in lacks the
 * call and offers nothing to derive it from.
 */
IOTH_API int ioth_close(int fd);
IOTH_API int ioth_bind(int fd, const struct sockaddr *addr, socklen_t addrlen);
IOTH_API int ioth_connect(
	int fd, const struct sockaddr *addr, socklen_t addrlen);
IOTH_API int ioth_listen(int fd, int backlog);
IOTH_API int ioth_accept(int fd, struct sockaddr *addr, socklen_t *addrlen);
IOTH_API int ioth_getsockname(
	int fd, struct sockaddr *addr, socklen_t *addrlen);
IOTH_API int ioth_getpeername(
	int fd, struct sockaddr *addr, socklen_t *addrlen);
IOTH_API int ioth_setsockopt(
	int fd, int level, int optname, const void *optval, socklen_t optlen);
IOTH_API int ioth_getsockopt(
	int fd, int level, int optname, void *optval, socklen_t *optlen);
IOTH_API int ioth_shutdown(int fd, int how);
IOTH_API int ioth_ioctl(int fd, unsigned long request, void *argp);
IOTH_API int ioth_fcntl(int fd, int cmd, long val);

IOTH_API ssize_t ioth_read(int fd, void *buf, size_t len);
IOTH_API ssize_t ioth_readv(int fd, const struct iovec *iov, int iovcnt);
IOTH_API ssize_t ioth_recv(int fd, void *buf, size_t len, int flags);
IOTH_API ssize_t ioth_recvfrom(int fd, void *buf, size_t len, int flags,
	struct sockaddr *from, socklen_t *fromlen);
IOTH_API ssize_t ioth_recvmsg(int fd, struct msghdr *msg, int flags);
IOTH_API ssize_t ioth_write(int fd, const void *buf, size_t len);
IOTH_API ssize_t ioth_writev(int fd, const struct iovec *iov, int iovcnt);
IOTH_API ssize_t ioth_send(int fd, const void *buf, size_t len, int flags);
IOTH_API ssize_t ioth_sendto(int fd, const void *buf, size_t len, int flags,
	const struct sockaddr *to, socklen_t tolen);
IOTH_API ssize_t ioth_sendmsg(int fd, const struct msghdr *msg, int flags);

/* --- interfaces, addresses, routes (through the stack's netlink) ---------- */

/*
 * @stack NULL is the default stack. The nlinline_* functions are the same on
 * the network that the calling process has without libioth.
 * Errors: those of socket(2) for AF_NETLINK, and what the stack answers.
 */

/* getifaddrs(3) of @stack. Free the list with ioth_freeifaddrs(). */
IOTH_API int ioth_getifaddrs(struct ioth *stack, struct ifaddrs **ifap);
IOTH_API void ioth_freeifaddrs(struct ifaddrs *ifa);

/* The index of interface @ifname. Errors: ENODEV, EINVAL too long. */
IOTH_API int ioth_if_nametoindex(struct ioth *stack, const char *ifname);
IOTH_API int nlinline_if_nametoindex(const char *ifname);

/* Turns the interface on (@updown not 0) or off. */
IOTH_API int ioth_linksetupdown(
	struct ioth *stack, unsigned ifindex, int updown);
IOTH_API int nlinline_linksetupdown(unsigned ifindex, int updown);

/*
 * @family AF_INET or AF_INET6; @addr in network order. An IPv4 address gets
 * its broadcast address. Errors: EINVAL family or prefix, EEXIST,
 * EADDRNOTAVAIL.
 */
IOTH_API int ioth_ipaddr_add(
	struct ioth *stack, int family, void *addr, int prefixlen, int ifindex);
IOTH_API int ioth_ipaddr_del(
	struct ioth *stack, int family, void *addr, int prefixlen, int ifindex);
IOTH_API int nlinline_ipaddr_add(
	int family, void *addr, int prefixlen, int ifindex);
IOTH_API int nlinline_ipaddr_del(
	int family, void *addr, int prefixlen, int ifindex);

/*
 * A route to @dst/@dst_prefixlen (NULL: the default route) through @gw (NULL:
 * directly) and interface @ifindex (0: the stack finds it from @gw).
 * Errors: EINVAL, EEXIST, ESRCH, ENETUNREACH.
 */
IOTH_API int ioth_iproute_add(struct ioth *stack, int family, void *dst,
	int dst_prefixlen, void *gw, int ifindex);
IOTH_API int ioth_iproute_del(struct ioth *stack, int family, void *dst,
	int dst_prefixlen, void *gw, int ifindex);
IOTH_API int nlinline_iproute_add(
	int family, void *dst, int dst_prefixlen, void *gw, int ifindex);
IOTH_API int nlinline_iproute_del(
	int family, void *dst, int dst_prefixlen, void *gw, int ifindex);

/*
 * Adds an interface of @type, named @ifname (NULL: chosen by the stack), with
 * index @ifindex (0 or -1: chosen). @type "vde": @data is its virtual network
 * locator. Other types: @data is NULL (or the type's data as one string).
 * _del removes the one of that name, or of that index when @ifname is NULL.
 * Errors: EEXIST, EOPNOTSUPP no such type, ENODEV, EINVAL.
 */
IOTH_API int ioth_iplink_add(struct ioth *stack, const char *ifname,
	unsigned ifindex, const char *type, const char *data);
IOTH_API int ioth_iplink_del(
	struct ioth *stack, const char *ifname, unsigned ifindex);
IOTH_API int nlinline_iplink_add(const char *ifname, unsigned ifindex,
	const char *type, const char *data);
IOTH_API int nlinline_iplink_del(const char *ifname, unsigned ifindex);

/* The hardware address, six bytes. */
IOTH_API int ioth_linksetaddr(struct ioth *stack, unsigned ifindex, void *mac);
IOTH_API int ioth_linkgetaddr(struct ioth *stack, unsigned ifindex, void *mac);
IOTH_API int nlinline_linksetaddr(unsigned ifindex, void *mac);
IOTH_API int nlinline_linkgetaddr(unsigned ifindex, void *mac);

IOTH_API int ioth_linksetmtu(
	struct ioth *stack, unsigned ifindex, unsigned mtu);
IOTH_API int nlinline_linksetmtu(unsigned ifindex, unsigned mtu);

/* --- hardware addresses as text ------------------------------------------- */

#define MAC_ADDRSTRLEN 18

/* @mac (six bytes) as "xx:xx:xx:xx:xx:xx" in @dst; NULL: ENOSPC. */
IOTH_API const char *ioth_ntomac(const void *mac, char *dst, size_t size);
/* The other way round, like inet_pton(3): 1, or 0 when @src is no address. */
IOTH_API int ioth_macton(const char *src, void *mac);

#ifdef __cplusplus
}
#endif

#endif
