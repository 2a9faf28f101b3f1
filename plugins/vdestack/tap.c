/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tap.c - a port that is a TAP device
 *
 * The device belongs to the namespace of the task that opens /dev/net/tun;
 * after that any thread may use the descriptor.
 */
#include "gnu.h"
#include "port.h"
#include "namespace.h"
#include "rtnl.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

int tap_read(struct port *port, struct frames *frames)
{
	while (frames->len < port->most) {
		struct iovec *frame = &frames->frame[frames->len];
		ssize_t n = read(port->fd, frame->iov_base, frame->iov_len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EBADFD ? -ENODEV : 0;
		frame->iov_len = (size_t)n;
		frames->len++;
	}
	return 0;
}

void tap_write(struct port *port, struct frames *frames)
{
	for (unsigned i = frames->next; i < frames->len; i++) {
		const struct iovec *frame = &frames->frame[i];
		/* EIO: the interface is down */
		ssize_t n = write(port->fd, frame->iov_base, frame->iov_len);

		(void)n;
	}
}

static void tap_set_carrier(struct port *port, bool on)
{
	int carrier = on;

	ioctl(port->fd, TUNSETCARRIER, &carrier);
}

/*
 * Closing would do, were there no child of the program with a copy of the
 * descriptor. A device that was removed already has no name to ask for.
 */
static void tap_del(struct port *port)
{
	struct ifreq ifr;
	int fd;

	if (ioctl(port->fd, TUNGETIFF, &ifr) < 0)
		return;
	fd = netns_rtnl(port->ns, NETNS_INNER);
	if (fd < 0)
		return;
	rtnl_del(fd, port->ifindex);
	close(fd);
}

static const struct port_ops tap_ops = {
	.read = tap_read,
	.write = tap_write,
	.set_carrier = tap_set_carrier,
	.del = tap_del,
};

/* TUNSETIFF on a taken name says EINVAL or EBUSY, by the kind of its owner. */
static int is_taken(struct netns *ns, int sock, const char *name)
{
	struct ifreq ifr = { 0 };

	strncpy(ifr.ifr_name, name, IFNAMSIZ - 1);
	return *name && netns_ioctl(ns, sock, SIOCGIFINDEX, &ifr) == 0;
}

static int make(struct port *port, int sock, const struct port_config *config)
{
	struct ifreq ifr = { 0 };
	unsigned ifindex = (unsigned)config->ifindex;
	int err;

	if (is_taken(port->ns, sock, config->ifname))
		return -EEXIST;
	if (ifindex && ioctl(port->fd, TUNSETIFINDEX, &ifindex) < 0)
		return -errno;
	ifr.ifr_flags = IFF_TAP | IFF_NO_PI;
	strncpy(ifr.ifr_name, *config->ifname ? config->ifname : "vde%d",
		IFNAMSIZ - 1);
	if (ioctl(port->fd, TUNSETIFF, &ifr) < 0)
		return errno == EBUSY ? -EEXIST : -errno;
	err = netns_ioctl(port->ns, sock, SIOCGIFINDEX, &ifr);
	if (err < 0)
		return err;
	port->ifindex = ifr.ifr_ifindex;
	return rtnl_set_mac(sock, port->ifindex, config->mac);
}

int tap_open(
	struct port *port, struct netns *ns, const struct port_config *config)
{
	int err, sock;

	port->ops = &tap_ops;
	port->ns = ns;
	port->fd = netns_open(
		ns, NETNS_INNER, "/dev/net/tun", O_RDWR | O_NONBLOCK);
	if (port->fd < 0)
		return -ENXIO;
	sock = netns_rtnl(ns, NETNS_INNER);
	err = sock < 0 ? sock : make(port, sock, config);
	if (sock >= 0)
		close(sock);
	if (err < 0)
		close(port->fd);
	return err;
}
