/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * oldnet.h - a network in the memory of one process, for oldstyle.c
 *
 * All IPv4 addresses are the stack's own, but those of 192.0.2.0/24, which are
 * unreachable. Streams and datagrams, by port. The state of each socket is
 * shown by a descriptor of its own, which carries no data.
 *
 * Everything happens under oldnet.lock; who waits, waits for oldnet.changed.
 */
#ifndef OLDNET_H
#define OLDNET_H

#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#define OLDNET_RING    65536 /* bytes of a stream on their way */
#define OLDNET_PACKETS 32    /* datagrams that wait in a socket */
#define OLDNET_DGRAM   65507

/* What the descriptors are, and what they tell. */
enum oldnet_shows {
	SHOWS_EVENTFD, /* readable; claims to be writable always */
	SHOWS_PAIR,    /* of sockets: readable, writable */
	SHOWS_PIPE,    /* its reading end: readable */
	SHOWS_NOTHING, /* /dev/null: cannot be polled */
};

struct oldnet_packet {
	struct oldnet_packet *next;
	struct sockaddr_in from;
	size_t size;
	char bytes[];
};

enum oldnet_state { FRESH, CONNECTING, CONNECTED, LISTENING };

struct oldnet_sock {
	int fd, other; /* -1: not accepted yet; the end that makes fd speak */
	bool shown_in, shown_full;
	int type;
	bool nonblock;
	enum oldnet_state state;
	struct sockaddr_in local, peer;
	int error;
	struct linger linger;
	int priority; /* SO_PRIORITY, so that there is an option */
	/* streams */
	struct oldnet_sock *mate; /* NULL: it has closed */
	char *ring;
	size_t at, len; /* of what waits in it */
	bool fin, reset, has_shut;
	struct oldnet_sock *queue, *next_queued; /* to be accepted */
	int queued, backlog;
	/* datagrams */
	struct oldnet_packet *packets;
	int packets_len;
	struct oldnet_sock *next;
};

extern struct oldnet {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	enum oldnet_shows shows;
	unsigned delay_ms; /* of a connect */
	bool deaf;	   /* to O_NONBLOCK, in connect and accept */
	int netns;	   /* of its netlink sockets; 0: it has none */
	struct oldnet_sock *first;
} oldnet;

/* NULL: no memory. */
struct oldnet_sock *oldnet_new(int type);
void oldnet_free(struct oldnet_sock *s);

/* Its descriptor. -1 and errno. */
int oldnet_open_fd(struct oldnet_sock *s);

struct oldnet_sock *oldnet_find(int fd);
struct oldnet_sock *oldnet_at_port(int type, in_port_t port);

/* Gives it a port if it has none. */
void oldnet_bind_any(struct oldnet_sock *s);

/* Its descriptor, and that of who sends to it, show what is so now. */
void oldnet_show(struct oldnet_sock *s);

/* Connects it to who listens at its peer address: 0 or an errno. */
int oldnet_meet(struct oldnet_sock *s);

#endif
