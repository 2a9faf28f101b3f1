/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sockaddr.h - addresses as programs and as lwIP write them
 *
 * lwIP itself accepts any family as INET: everything is checked here.
 */
#ifndef LWIP_SOCKADDR_H
#define LWIP_SOCKADDR_H

#include <lwip/err.h>
#include <lwip/ip_addr.h>
#include <sys/socket.h>

#pragma GCC visibility push(hidden)

struct sock;

/*
 * Whom @addr names, for connect and send. An IPv4-mapped IPv6 address is IPv4.
 * The unspecified address is the loopback, as in Linux.
 * Errors: -EINVAL size, zone; -EAFNOSUPPORT, -ENETUNREACH mapped with V6ONLY.
 */
int sockaddr_peer(const struct sock *sock, const struct sockaddr *addr,
	socklen_t size, ip_addr_t *ip, u16_t *port);

/*
 * The same for bind; the unspecified address is "any", of both families if the
 * socket takes both. Also: -EADDRNOTAVAIL none of ours, or
 * tentative.
 */
int sockaddr_local(const struct sock *sock, const struct sockaddr *addr,
	socklen_t size, ip_addr_t *ip, u16_t *port);

/* @ip in the form that the socket's family has. */
void sockaddr_give(const struct sock *sock, const ip_addr_t *ip, u16_t port,
	struct sockaddr_storage *addr, socklen_t *size);

/* The same as bytes; returns the family. */
union netlink_ip;
int sockaddr_bytes(const ip_addr_t *ip, union netlink_ip *bytes);

/* The same as ss(8) shows it: in the form of the socket's family. */
void sockaddr_shown(
	const struct sock *sock, const ip_addr_t *ip, union netlink_ip *shown);

/* Errors of lwIP as negative errnos. */
int sockaddr_errno(err_t err);

#pragma GCC visibility pop
#endif
