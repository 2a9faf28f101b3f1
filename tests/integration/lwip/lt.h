/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lt.h - what the scenarios of lwip's tests share
 *
 * A scenario is a function that ends the process with a message when something
 * is wrong. Stacks are joined by a switch:// of the first one.
 */
#ifndef LT_H
#define LT_H

#include <ioth.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

#define CHECK(condition) lt_check((condition), #condition, __FILE__, __LINE__)
/* Checks that @call fails with @error. */
#define FAILS(call, error)                                                     \
	lt_fails((long)(call), error, #call, __FILE__, __LINE__)

void lt_check(bool ok, const char *what, const char *file, int line);
void lt_fails(
	long result, int error, const char *what, const char *file, int line);
void lt_skip(const char *why) __attribute__((noreturn));

/* Any address, as one type. */
union lt_addr {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	struct sockaddr_storage storage;
};

/* @ip of either family; scope: for link-local ones. */
union lt_addr lt_addr(const char *ip, unsigned port);
socklen_t lt_size(const union lt_addr *addr);
unsigned lt_port(const union lt_addr *addr);

/* "switch://" and "vde://" of the test's own switch. */
extern const char *const lt_switch, *const lt_plug;

/*
 * A stack of @plugin on @vnl, its interface (the first that is not lo) up with
 * 10.0.0.@host/24 and fd00::@host/64; lo is up, too.
 */
struct ioth *lt_stack(const char *plugin, const char *vnl, unsigned host);
/* Waits until fd00::@host can be used (DAD). */
void lt_wait6(struct ioth *stack, unsigned host);
/* Two of lwip: hosts 1 and 2. */
void lt_pair(struct ioth *stack[2]);
void lt_unpair(struct ioth *stack[2]);
/* Deletes it; waits a little for descriptors that were just closed. */
void lt_delete(struct ioth *stack);

int lt_socket(struct ioth *stack, int domain, int type, int protocol);
/* A TCP socket that listens at @ip (NULL: any IPv4 and IPv6). */
int lt_listen(struct ioth *stack, const char *ip, unsigned port);
/* Connects. */
int lt_connect(struct ioth *stack, const char *ip, unsigned port);
/* A connection between two stacks: fd[0] of @server, fd[1] of @client. */
void lt_connection(struct ioth *server, struct ioth *client, const char *ip,
	unsigned port, int fd[2]);

/* The poll events of @fd, within @timeout_ms if none is there. */
short lt_poll(int fd, short events, int timeout_ms);

/* @size bytes from @from to @to, compared; ends with FIN if @fin. */
void lt_transfer(int from, int to, size_t size);

/* One ICMP echo; raw or SOCK_DGRAM. */
bool lt_ping(struct ioth *stack, const char *ip, int type, int timeout_ms);

int lt_count_fds(void);
int lt_count_threads(void);
long lt_cpu_us(void);

void config_run(void);
void dgram_run(void);
void ping_run(void);
void icmp_run(void);
void errors_run(void);
void kernel_run(void);
void life_run(void);
void options_run(void);
void packet_run(void);
void packet_bridge_run(void);
void tcp_run(void);
void many_run(void);
void ends_run(void);

#endif
