/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conform.h - what the cases of the conformance suite stand on
 *
 * A case is a function that makes calls and says what it saw, in lines that do
 * not depend on ports, times or the machine. Each runs in a process of its own
 * with a fresh stack whose loopback interface is up, once for each family it
 * names; a case that does not end says so, and hurts no other.
 *
 * Calls on sockets go through `on`; what works on any descriptor (poll, dup,
 * fork, splice, sendmmsg ...) is called as it is.
 */
#ifndef CONFORM_H
#define CONFORM_H

#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/uio.h>

/* The calls of one way to reach a stack (ways.c). */
struct ifaddrs;

struct way {
	int (*socket)(int domain, int type, int protocol);
	int (*default_socket)(int domain, int type, int protocol);
	int (*close)(int fd);
	int (*bind)(int fd, const struct sockaddr *addr, socklen_t len);
	int (*connect)(int fd, const struct sockaddr *addr, socklen_t len);
	int (*listen)(int fd, int backlog);
	int (*accept)(int fd, struct sockaddr *addr, socklen_t *len);
	int (*getsockname)(int fd, struct sockaddr *addr, socklen_t *len);
	int (*getpeername)(int fd, struct sockaddr *addr, socklen_t *len);
	int (*setsockopt)(
		int fd, int level, int name, const void *value, socklen_t len);
	int (*getsockopt)(
		int fd, int level, int name, void *value, socklen_t *len);
	int (*shutdown)(int fd, int how);
	int (*ioctl)(int fd, unsigned long request, void *arg);
	int (*fcntl)(int fd, int cmd, long value);
	ssize_t (*read)(int fd, void *buf, size_t size);
	ssize_t (*readv)(int fd, const struct iovec *iov, int len);
	ssize_t (*recv)(int fd, void *buf, size_t size, int flags);
	ssize_t (*recvfrom)(int fd, void *buf, size_t size, int flags,
		struct sockaddr *from, socklen_t *len);
	ssize_t (*recvmsg)(int fd, struct msghdr *msg, int flags);
	ssize_t (*write)(int fd, const void *buf, size_t size);
	ssize_t (*writev)(int fd, const struct iovec *iov, int len);
	ssize_t (*send)(int fd, const void *buf, size_t size, int flags);
	ssize_t (*sendto)(int fd, const void *buf, size_t size, int flags,
		const struct sockaddr *to, socklen_t len);
	ssize_t (*sendmsg)(int fd, const struct msghdr *msg, int flags);
	int (*ifindex)(const char *name);
	int (*updown)(unsigned ifindex, int up);
	int (*addr_add)(int family, void *addr, int prefix, int ifindex);
	int (*addr_del)(int family, void *addr, int prefix, int ifindex);
	int (*route_add)(
		int family, void *dst, int prefix, void *gw, int ifindex);
	int (*route_del)(
		int family, void *dst, int prefix, void *gw, int ifindex);
	int (*link_del)(const char *name, unsigned ifindex);
	int (*link_add)(const char *name, unsigned ifindex, const char *type,
		const char *data);
	int (*getmac)(unsigned ifindex, void *mac);
	int (*setmac)(unsigned ifindex, void *mac);
	int (*setmtu)(unsigned ifindex, unsigned mtu);
	int (*getifaddrs)(struct ifaddrs **all);
	void (*freeifaddrs)(struct ifaddrs *all);
};

extern struct way on;

/* Chooses plain calls, or those of libioth, or those on a new stack. */
void way_plain(void);
void way_libioth(void);
void way_linked(const char *stack);
/* Deletes the stack: 0, or -1 and errno. */
int way_end(void);

enum families { V4 = 1, V6 = 2, BOTH = 3 };

struct conform_case {
	const char *name;
	enum families families; /* V4 alone: once, no family is printed */
	void (*run)(int family);
};

/* One table per topic, ended by a case without a name. */
extern const struct conform_case stream_cases[], wire_cases[], stack_cases[],
	ends_cases[], closing_cases[], dgram_cases[], states_cases[],
	poll_cases[], flags_cases[], io_cases[], signal_cases[], option_cases[],
	error_cases[], fd_cases[], netlink_cases[], raw_cases[], crowd_cases[];

/* --- saying (say.c) ------------------------------------------------------- */

/* Begins an observation; ends the one before. */
void line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Notes how @call ended: a number, or the error's name. Returns @result. */
long did(const char *call, long result);
/* The same, for a number that varies: "ok" instead. */
long worked(const char *call, long result);
/* Gives up on the case: what it stands on failed. */
void give_up(const char *what) __attribute__((noreturn));
/* Which case speaks; ends the last line. */
void say_as(const char *prefix);

/* Notes the events of poll, after waiting up to a second for all of @until. */
void polled(int fd, int until);
/* Notes them as they are after a while in which nothing should come. */
void still(int fd);
/* Notes what select tells now. */
void selected(int fd);
/* Whether all of @events are there now. */
bool has(int fd, int events);
/* Waits for @until, says nothing. */
bool await(int fd, int until);
const char *event_names(unsigned events);
void so_error(int fd);
/* Notes "NAME got" with what a receive has left in @buf. */
void got(const char *call, ssize_t result, const char *buf);

/* --- things to work on (things.c) ----------------------------------------- */

union address {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	struct sockaddr_storage storage;
};

socklen_t address_size(int family);
/* The loopback address, or another of this host (only IPv4 has many). */
union address address(int family, unsigned port);
bool same_address(const union address *a, const union address *b);
/* The name of @fd. */
union address name_of(int fd);
int open_socket(int family, int type);
/* Bound to loopback. */
int bound(int family, int type);
int listener(int family);
int connect_to(int fd, const union address *to);
/* An address at which nobody listens. */
union address nobody(int family, int type);

struct ends {
	int server, client;
};

/* Connected stream sockets. */
struct ends connection(int family);
/* Datagram sockets, each connected to the other. */
struct ends datagrams(int family);
void set_int(int fd, int level, int name, int value);
void nonblocking(int fd);
void nap(int ms);
/* The Internet checksum (RFC 1071) of @size bytes, an even number. */
uint16_t checksum(const void *data, size_t size);

/* A thread that does @what with @fd after @ms. */
struct later *later(int ms, void (*what)(int fd), int fd);
void later_join(struct later *l);
/* Things to do later. */
void close_it(int fd);
void shut_it(int fd);

/* How many signals were caught by what handle_with has set. */
extern volatile sig_atomic_t caught;
void handle_with(int sig, int flags);
/* Sends SIGUSR1, handled with these flags, to this thread in 50 ms. */
struct later *interrupt_later(int flags);

#endif
