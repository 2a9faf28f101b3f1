/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * packet.c - AF_PACKET sockets, where they cannot be the kernel's (packet.h)
 *
 * lwIP has none: frames are seen on the way between wire and lwIP (taps), and
 * sent to the wire past lwIP.
 */
#include "iface.h"
#include "packet_filter.h"
#include "sock.h"
#include "stack.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if_arp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define ETHER_SIZE 14

struct packet_tap {
	struct wire_tap tap; /* first */
	struct packet_sock *sock;
	struct packet_tap *next;
	unsigned ifindex;
};

struct packet_sock {
	struct sock sock;  /* first */
	uint16_t protocol; /* host order; 0: nothing is received */
	unsigned ifindex;  /* 0: all */
	struct packet_tap *taps;
	struct tpacket_stats stats;
	struct sock_filter *filter; /* SO_ATTACH_FILTER; NULL: none */
};

static struct packet_sock *packet_of(struct sock *sock)
{
	return (struct packet_sock *)sock;
}

/* ---- receiving ---- */

static uint8_t type_of(
	const uint8_t *frame, bool outgoing, const struct iface *iface)
{
	if (outgoing)
		return PACKET_OUTGOING;
	if (!memcmp(frame, "\xff\xff\xff\xff\xff\xff", ETH_ALEN))
		return PACKET_BROADCAST;
	if (frame[0] & 1)
		return PACKET_MULTICAST;
	return memcmp(frame, iface->netif.hwaddr, ETH_ALEN) ? PACKET_OTHERHOST
							    : PACKET_HOST;
}

static void seen(
	struct wire_tap *tap, const void *bytes, size_t size, bool outgoing)
{
	const struct packet_tap *own = (const struct packet_tap *)tap;
	struct packet_sock *sock = own->sock;
	const struct iface *iface = iface_find(sock->sock.stack, own->ifindex);
	const uint8_t *frame = bytes;
	uint16_t type = (uint16_t)(frame[12] << 8 | frame[13]);
	size_t skip = sock->sock.type == SOCK_DGRAM ? ETHER_SIZE : 0;
	struct iovec iov = { (char *)bytes + skip, size - skip };
	struct bridge_meta meta = { .addrlen = sizeof(struct sockaddr_ll) };
	struct sockaddr_ll *from = (struct sockaddr_ll *)&meta.addr;

	if (!iface || (sock->protocol != ETH_P_ALL &&
			      (outgoing || sock->protocol != type)))
		return;
	if (sock->filter) {
		iov.iov_len = packet_filter_run(
			sock->filter, iov.iov_base, iov.iov_len);
		if (!iov.iov_len)
			return;
		if (iov.iov_len > size - skip)
			iov.iov_len = size - skip;
	}
	from->sll_family = AF_PACKET;
	from->sll_protocol = (uint16_t)(type << 8 | type >> 8);
	from->sll_ifindex = (int)own->ifindex;
	from->sll_hatype = ARPHRD_ETHER;
	from->sll_pkttype = type_of(frame, outgoing, iface);
	from->sll_halen = ETH_ALEN;
	memcpy(from->sll_addr, frame + ETH_ALEN, ETH_ALEN);
	sock->stats.tp_packets++;
	if (bridge_deliver_from(sock->sock.bridge, &iov, 1, &meta) < 0)
		sock->stats.tp_drops++;
}

static void remove_taps(struct packet_sock *sock)
{
	struct packet_tap *tap;

	while ((tap = sock->taps)) {
		struct iface *iface =
			iface_find(sock->sock.stack, tap->ifindex);

		sock->taps = tap->next;
		if (iface && iface->wire)
			wire_tap_del(iface->wire, &tap->tap);
		free(tap);
	}
}

static int add_tap(struct packet_sock *sock, struct iface *iface)
{
	struct packet_tap *tap = calloc(1, sizeof(*tap));

	if (!tap)
		return -ENOMEM;
	tap->tap.seen = seen;
	tap->sock = sock;
	tap->ifindex = iface->index;
	tap->next = sock->taps;
	sock->taps = tap;
	wire_tap_add(iface->wire, &tap->tap);
	return 0;
}

/* To all interfaces that there are now. */
static int add_taps(struct packet_sock *sock)
{
	struct iface *iface = sock->sock.stack->ifaces;
	int err = 0;

	for (; iface && !err; iface = iface->next)
		if (iface->wire && sock->protocol &&
			(!sock->ifindex || sock->ifindex == iface->index))
			err = add_tap(sock, iface);
	return err;
}

/* ---- sending ---- */

static ssize_t send_frame(struct packet_sock *sock,
	const struct sockaddr_ll *to, const struct sock_message *message)
{
	struct iface *iface =
		iface_find(sock->sock.stack, (unsigned)to->sll_ifindex);
	struct iovec iov[2 + 16];
	uint8_t header[ETHER_SIZE];
	bool cooked = sock->sock.type == SOCK_DGRAM;
	size_t size = 0;
	int err;

	if (!iface || !iface->wire)
		return -ENXIO;
	if (message->iovcnt > 16)
		return -EMSGSIZE;
	memcpy(header, to->sll_addr, ETH_ALEN);
	memcpy(header + ETH_ALEN, iface->netif.hwaddr, ETH_ALEN);
	memcpy(header + 12, &to->sll_protocol, 2);
	iov[0] = (struct iovec){ header, cooked ? ETHER_SIZE : 0 };
	for (unsigned i = 0; i < message->iovcnt; i++) {
		iov[1 + i] = message->iov[i];
		size += message->iov[i].iov_len;
	}
	if (!cooked && size < ETHER_SIZE)
		return -EINVAL;
	err = wire_send(iface->wire, iov, 1 + message->iovcnt);
	return err ?: (ssize_t)size;
}

static ssize_t send_message(
	struct packet_sock *sock, const struct sock_message *message)
{
	const struct bridge_meta *meta = message->meta;
	struct sockaddr_ll to = { .sll_ifindex = (int)sock->ifindex };

	to.sll_protocol = (uint16_t)(sock->protocol << 8 | sock->protocol >> 8);
	if (meta && meta->addrlen) {
		if (meta->addrlen < offsetof(struct sockaddr_ll, sll_addr))
			return -EINVAL;
		memcpy(&to, &meta->addr,
			meta->addrlen < sizeof(to) ? meta->addrlen
						   : sizeof(to));
	} else if (sock->sock.type == SOCK_DGRAM) {
		return -EDESTADDRREQ;
	}
	return send_frame(sock, &to, message);
}

static void drain(struct packet_sock *sock)
{
	struct stack *stack = sock->sock.stack;
	struct bridge_meta meta;
	struct iovec iov = { .iov_base = stack->buffer };
	struct sock_message message = { &iov, 1, &meta };
	ssize_t n;

	for (;;) {
		n = bridge_receive(sock->sock.bridge, stack->buffer,
			STACK_BUFFER_SIZE, &meta);
		if (n == -EMSGSIZE || n == -EBADMSG)
			continue;
		if (n < 0)
			return;
		iov.iov_len = (size_t)n;
		n = send_message(sock, &message);
		if (n < 0)
			sock->sock.error = (int)-n;
	}
}

static ssize_t do_send(
	struct sock *base, const struct sock_message *message, int flags)
{
	(void)flags;
	drain(packet_of(base)); /* what was written before */
	return send_message(packet_of(base), message);
}

static void on_data(struct bridge *bridge, void *owner)
{
	(void)bridge;
	drain(owner);
}

/* ---- names and options ---- */

static int do_bind(
	struct sock *base, const struct sockaddr *addr, socklen_t size)
{
	struct packet_sock *sock = packet_of(base);
	const struct sockaddr_ll *ll = (const struct sockaddr_ll *)addr;
	uint16_t protocol;

	if (size < sizeof(*ll) || ll->sll_family != AF_PACKET)
		return -EINVAL;
	if (ll->sll_ifindex &&
		!iface_find(base->stack, (unsigned)ll->sll_ifindex))
		return -ENODEV;
	protocol = (uint16_t)(ll->sll_protocol << 8 | ll->sll_protocol >> 8);
	remove_taps(sock);
	sock->ifindex = (unsigned)ll->sll_ifindex;
	if (protocol)
		sock->protocol = protocol;
	return add_taps(sock);
}

static int do_name(struct sock *base, bool peer, struct sockaddr_storage *addr,
	socklen_t *size)
{
	const struct packet_sock *sock = packet_of(base);
	const struct iface *iface = iface_find(base->stack, sock->ifindex);
	struct sockaddr_ll *ll = (struct sockaddr_ll *)addr;

	if (peer)
		return -EOPNOTSUPP;
	memset(ll, 0, sizeof(*ll));
	ll->sll_family = AF_PACKET;
	ll->sll_ifindex = (int)sock->ifindex;
	ll->sll_protocol =
		(uint16_t)(sock->protocol << 8 | sock->protocol >> 8);
	if (iface) {
		ll->sll_hatype = iface->wire ? ARPHRD_ETHER : ARPHRD_LOOPBACK;
		ll->sll_halen = ETH_ALEN;
		memcpy(ll->sll_addr, iface->netif.hwaddr, ETH_ALEN);
	}
	*size = offsetof(struct sockaddr_ll, sll_addr) + ll->sll_halen;
	return 0;
}

static int attach(struct packet_sock *sock, const struct sock_option *option)
{
	struct sock_fprog program;
	struct sock_filter *copy;

	if (option->size < sizeof(program))
		return -EINVAL;
	memcpy(&program, option->value, sizeof(program));
	if (!program.len ||
		!packet_filter_is_valid(program.filter, program.len))
		return -EINVAL;
	copy = calloc(program.len, sizeof(*copy));
	if (!copy)
		return -ENOMEM;
	memcpy(copy, program.filter, program.len * sizeof(*copy));
	free(sock->filter);
	sock->filter = copy;
	return 0;
}

static int detach(struct packet_sock *sock)
{
	if (!sock->filter)
		return -ENOENT;
	free(sock->filter);
	sock->filter = NULL;
	return 0;
}

/*
 * Frames for others are seen without asking. ENOPROTOOPT for the ring is what
 * makes libpcap say that there is no memory-mapped capture.
 */
static int do_setopt(struct sock *base, const struct sock_option *option)
{
	if (option->level == SOL_SOCKET && option->name == SO_ATTACH_FILTER)
		return attach(packet_of(base), option);
	if (option->level == SOL_SOCKET && option->name == SO_DETACH_FILTER)
		return detach(packet_of(base));
	if (option->level == SOL_SOCKET)
		return 0;
	if (option->level == SOL_PACKET &&
		(option->name == PACKET_ADD_MEMBERSHIP ||
			option->name == PACKET_DROP_MEMBERSHIP))
		return 0;
	return -ENOPROTOOPT;
}

static int do_getopt(struct sock *base, struct sock_option *option)
{
	struct packet_sock *sock = packet_of(base);
	struct tpacket_stats stats = sock->stats;

	if (option->level != SOL_PACKET || option->name != PACKET_STATISTICS)
		return -ENOPROTOOPT;
	memset(&sock->stats, 0, sizeof(sock->stats));
	return sockopt_give(option, &stats, sizeof(stats));
}

static void do_close(struct sock *base, enum bridge_close how)
{
	(void)how;
	drain(packet_of(base));
}

static void do_free(struct sock *base)
{
	remove_taps(packet_of(base));
	free(packet_of(base)->filter);
}

static const struct bridge_ops bridge_ops = {
	.on_data = on_data,
	.on_close = sock_on_close,
};

static const struct sock_ops ops = {
	.bridge = &bridge_ops,
	.bind = do_bind,
	.name = do_name,
	.send = do_send,
	.setopt = do_setopt,
	.getopt = do_getopt,
	.close = do_close,
	.free = do_free,
};

int packet_make(struct stack *stack, int type, int protocol, struct sock **base)
{
	struct packet_sock *sock;
	int err;

	if (type != SOCK_RAW && type != SOCK_DGRAM)
		return -ESOCKTNOSUPPORT;
	sock = calloc(1, sizeof(*sock));
	if (!sock)
		return -ENOMEM;
	sock->sock.ops = &ops;
	sock->sock.stack = stack;
	sock->sock.type = type;
	sock->protocol =
		(uint16_t)((protocol & 0xff) << 8 | (protocol >> 8 & 0xff));
	err = add_taps(sock);
	if (err) {
		remove_taps(sock);
		free(sock);
		return err;
	}
	*base = &sock->sock;
	return 0;
}
