/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * place.h - where the bench's traffic goes from and to
 *
 * Named by three arguments, STACK VNL IP. STACK "-": the network that the
 * program is in, by plain system calls; VNL and IP are ignored. Otherwise a
 * stack of libioth in this process, used by libioth's calls except for data of
 * streams (its descriptors are the kernel's).
 */
#ifndef PLACE_H
#define PLACE_H

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/types.h>

#define PORT 5201

struct ioth;

/* The calls of a place: the kernel's or libioth's. */
struct calls {
	int (*connect)(int fd, const struct sockaddr *addr, socklen_t len);
	int (*bind)(int fd, const struct sockaddr *addr, socklen_t len);
	int (*listen)(int fd, int backlog);
	int (*accept)(int fd, struct sockaddr *addr, socklen_t *len);
	int (*close)(int fd);
	int (*setsockopt)(
		int fd, int level, int name, const void *value, socklen_t len);
	ssize_t (*sendto)(int fd, const void *buf, size_t size, int flags,
		const struct sockaddr *addr, socklen_t len);
	ssize_t (*recvfrom)(int fd, void *buf, size_t size, int flags,
		struct sockaddr *addr, socklen_t *len);
};

struct place {
	struct ioth *stack; /* NULL: where the program is */
	const struct calls *calls;
};

/* A socket of AF_INET. Ends the program where it fails. */
int place_socket(const struct place *place, int type);

/* The same, bound to PORT; streams listen. Says "ready" when it is. */
int place_serve(const struct place *place, int type);

/* -1: refused. */
int place_try_connect(const struct place *place, const char *peer);

/* What a program does in a place; @more: the arguments after STACK VNL IP. */
struct place_mode {
	const char *name;
	int more_len; /* at least */
	void (*run)(const struct place *place, char *more[]);
};

/* The main of a program: MODE STACK VNL IP MORE... The last mode has no name.
 */
int place_main(int argc, char *argv[], const struct place_mode *modes);

#endif
