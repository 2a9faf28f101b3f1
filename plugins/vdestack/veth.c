/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * veth.c - a port without /dev/net/tun
 *
 * Theory of operation
 *
 * The interface is one end of a veth pair. The far end lives in a second
 * namespace (NETNS_OUTER) so that the program does not see it; a packet socket
 * bound to it takes and gives the frames. Details that differ from a TAP:
 * - The veth driver hands frames over as the stack made them: without checksums
 *   and longer than the MTU. Both offloads are turned off at the near end.
 * - The kernel takes the VLAN tag out of received frames; PACKET_AUXDATA tells
 *   it, and it is put back in front of the payload (FRAME_HEADROOM).
 * - The far end's MTU is the largest there is, so that the near end's alone
 *   counts.
 * - Carrier: the far end down is the near end without carrier.
 * - When the near end is removed, the far end goes with it. The packet socket
 *   says ENETDOWN only if the far end was up, so there is another one to tell.
 */
#include "gnu.h"
#include "port.h"
#include "namespace.h"
#include "rtnl.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ioth/pass.h>
#include <linux/ethtool.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PEER_MTU      65535
#define SOCKET_BUFFER (4 << 20)

union auxdata {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
};

/*
 * The socket says ENETDOWN once, when the far end goes down; that may be the
 * first step of its removal.
 */
static bool is_gone(const struct port *port)
{
	int sock = netns_rtnl(port->ns, NETNS_OUTER);
	int err;

	if (sock < 0)
		return false;
	err = rtnl_exists(sock, port->ifindex);
	close(sock);
	return err == -ENODEV;
}

/* Puts the tag that the kernel took out back between addresses and type. */
static void restore_tag(struct msghdr *msg, struct iovec *frame)
{
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(msg);
	struct tpacket_auxdata aux;
	unsigned char *start;
	uint16_t tag[2];

	if (!cmsg || cmsg->cmsg_level != SOL_PACKET ||
		cmsg->cmsg_type != PACKET_AUXDATA || frame->iov_len < 12)
		return;
	memcpy(&aux, CMSG_DATA(cmsg), sizeof(aux));
	if (!(aux.tp_status & TP_STATUS_VLAN_VALID))
		return;
	start = (unsigned char *)frame->iov_base - FRAME_HEADROOM;
	memmove(start, frame->iov_base, 12);
	tag[0] = htons(aux.tp_status & TP_STATUS_VLAN_TPID_VALID
			       ? aux.tp_vlan_tpid
			       : ETH_P_8021Q);
	tag[1] = htons(aux.tp_vlan_tci);
	memcpy(start + 12, tag, sizeof(tag));
	frame->iov_base = start;
	frame->iov_len += FRAME_HEADROOM;
}

static int veth_read(struct port *port, struct frames *frames)
{
	struct mmsghdr msgs[FRAMES_MAX] = { 0 };
	union auxdata aux[FRAMES_MAX];
	int n;

	for (unsigned i = 0; i < FRAMES_MAX; i++) {
		msgs[i].msg_hdr.msg_iov = &frames->frame[i];
		msgs[i].msg_hdr.msg_iovlen = 1;
		msgs[i].msg_hdr.msg_control = &aux[i];
		msgs[i].msg_hdr.msg_controllen = sizeof(aux[i]);
	}
	n = ioth_pass_recvmmsg(port->fd, msgs, FRAMES_MAX, MSG_DONTWAIT);
	if (n < 0)
		return errno == ENETDOWN && is_gone(port) ? -ENODEV : 0;
	for (int i = 0; i < n; i++) {
		frames->frame[i].iov_len = msgs[i].msg_len;
		restore_tag(&msgs[i].msg_hdr, &frames->frame[i]);
	}
	frames->len = (unsigned)n;
	return 0;
}

static void veth_write(struct port *port, struct frames *frames)
{
	struct mmsghdr msgs[FRAMES_MAX] = { 0 };
	unsigned i;

	for (i = frames->next; i < frames->len; i++) {
		msgs[i].msg_hdr.msg_iov = &frames->frame[i];
		msgs[i].msg_hdr.msg_iovlen = 1;
	}
	for (i = frames->next; i < frames->len;) {
		int n = ioth_pass_sendmmsg(
			port->fd, msgs + i, frames->len - i, MSG_DONTWAIT);

		i += n > 0 ? (unsigned)n : 1; /* the refused one is lost */
	}
}

static int veth_check(struct port *port)
{
	return is_gone(port) ? -ENODEV : 0;
}

static void veth_set_carrier(struct port *port, bool on)
{
	int sock = netns_rtnl(port->ns, NETNS_OUTER);

	if (sock < 0)
		return;
	rtnl_set_up(sock, port->ifindex, on);
	close(sock);
}

static void veth_del(struct port *port)
{
	int sock = netns_rtnl(port->ns, NETNS_OUTER);

	if (sock < 0)
		return;
	rtnl_del(sock, port->ifindex);
	close(sock);
}

static const struct port_ops veth_ops = {
	.read = veth_read,
	.write = veth_write,
	.check = veth_check,
	.set_carrier = veth_set_carrier,
	.del = veth_del,
};

static int set_offload(
	struct netns *ns, int sock, const char *name, uint32_t command)
{
	struct ethtool_value off = { .cmd = command, .data = 0 };
	struct ifreq ifr = { .ifr_data = (void *)&off };

	memcpy(ifr.ifr_name, name, strnlen(name, IFNAMSIZ - 1));
	return netns_ioctl(ns, sock, SIOCETHTOOL, &ifr);
}

/* What the near end may no longer leave to the device. */
static int stop_offloads(struct netns *ns, int sock, int ifindex)
{
	struct ifreq ifr = { .ifr_ifindex = ifindex };
	int err = netns_ioctl(ns, sock, SIOCGIFNAME, &ifr);

	if (err == 0)
		err = set_offload(ns, sock, ifr.ifr_name, ETHTOOL_STSO);
	if (err == 0)
		err = set_offload(ns, sock, ifr.ifr_name, ETHTOOL_STXCSUM);
	return err;
}

static int open_packet(struct port *port)
{
	struct sockaddr_ll addr = { .sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = port->ifindex };
	int one = 1, size = SOCKET_BUFFER;
	int fd = netns_socket(port->ns, NETNS_OUTER, AF_PACKET,
		SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return fd;
	port->fd = fd;
	setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof(one));
	setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof(one));
	setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &one, sizeof(one));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	/* on failure the caller closes it */
	return bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0 ? -errno
								    : 0;
}

/* Makes the pair; port->ifindex is the far end's. */
static int make(struct port *port, const int sock[2], int peer_net_fd,
	const struct port_config *config)
{
	char peer_name[IFNAMSIZ];
	struct rtnl_veth veth = {
		.name = *config->ifname ? config->ifname : "vde%d",
		.ifindex = config->ifindex,
		.mac = config->mac,
		.net_fd = netns_inner(port->ns),
		.peer_name = port_device(peer_name, 'p', config->mac),
		.peer_net_fd = peer_net_fd,
		.peer_mtu = PEER_MTU,
	};
	int near = 0, err;

	err = rtnl_add_veth(sock[NETNS_INNER], &veth);
	if (err == 0)
		err = rtnl_get(
			sock[NETNS_OUTER], peer_name, &port->ifindex, &near);
	if (err < 0)
		return err;
	err = stop_offloads(port->ns, sock[NETNS_INNER], near);
	if (err == 0)
		err = rtnl_set_up(sock[NETNS_OUTER], port->ifindex, true);
	if (err == 0)
		err = open_packet(port);
	if (err == 0)
		err = port->watch_fd = netns_watch(port->ns, port->ifindex);
	if (err >= 0)
		return 0;
	if (port->fd >= 0)
		close(port->fd);
	rtnl_del(sock[NETNS_OUTER], port->ifindex);
	return err;
}

int veth_open(
	struct port *port, struct netns *ns, const struct port_config *config)
{
	int peer_net_fd = netns_outer(ns);
	int sock[2], err;

	if (peer_net_fd < 0)
		return peer_net_fd;
	port->ops = &veth_ops;
	port->ns = ns;
	sock[NETNS_INNER] = netns_rtnl(ns, NETNS_INNER);
	sock[NETNS_OUTER] = netns_rtnl(ns, NETNS_OUTER);
	err = sock[0] < 0 ? sock[0] : sock[1];
	if (err >= 0)
		err = make(port, sock, peer_net_fd, config);
	for (int i = 0; i < 2; i++)
		if (sock[i] >= 0)
			close(sock[i]);
	return err;
}
