/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bridge.c - a wire's bridge in the kernel
 *
 * Theory of operation
 *
 *	stack of the owner	  NETNS_OUTER of the owner	other stacks
 *
 *	    vde0 ----- veth ----- port --- bridge --- port ----- veth ----- vde0
 *					     |
 *	    the wire --- relay --- TAP, the uplink
 *
 * Frames between stacks of one session stay in the kernel: no copies, nothing
 * is segmented, no process is woken up. Whoever is on the wire by libvdeplug,
 * and that is everybody else, is reached through the uplink.
 *
 * Each other stack keeps a connection here. When it ends, its port goes; when
 * we end, it takes its carrier away, or becomes the owner (ptp://). The bridge
 * is a plain switch, like that of libvdeplug: it does no spanning tree, looks
 * into no multicast group, forwards what is no good IP, and what other bridges
 * keep to themselves (but for frames that pause a sender, which the kernel never
 * forwards).
 */
#include "gnu.h"
#include "bridge.h"
#include "fdmsg.h"
#include "group.h"
#include "namespace.h"
#include "port.h"
#include "relay.h"
#include "rtnl.h"
#include "vnl.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/if_tun.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* The MTU that counts is that of the interfaces in the stacks. */
#define PORT_MTU   65535
#define UPLINK_MTU 65521 /* the largest of a TAP */

#define TRIES		20
#define TRY_INTERVAL_US 1000

struct user {
	struct user *next;
	struct bridge *bridge;
	struct relay_source source;
	int ifindex; /* of its port; 0: has not asked yet */
};

struct bridge {
	struct netns *ns;
	struct relay *relay; /* NULL until started */
	int rtnl;	     /* in NETNS_OUTER */
	int ifindex, own_port, uplink;
	char ptp_path[PATH_MAX]; /* "": a switch, with any number of users */
	struct relay_source listener;
	struct user *users; /* owned */
};

static void close_if_open(int fd)
{
	if (fd >= 0)
		close(fd);
}

static int enslave(struct bridge *bridge, int ifindex)
{
	int err = rtnl_set_master(bridge->rtnl, ifindex, bridge->ifindex);

	if (err == 0)
		err = rtnl_forward_local_groups(bridge->rtnl, ifindex);
	return err < 0 ? err : rtnl_set_up(bridge->rtnl, ifindex, true);
}

/* The far end of the interface with the address @mac becomes a port, or goes, and
 * the interface with it; the index of the port. */
static int enslave_far_end(struct bridge *bridge, const uint8_t *mac)
{
	char name[IFNAMSIZ];
	int ifindex, peer;
	int err = rtnl_get(
		bridge->rtnl, port_device(name, 'p', mac), &ifindex, &peer);

	if (err < 0)
		return err;
	err = enslave(bridge, ifindex);
	if (err == 0)
		return ifindex;
	rtnl_del(bridge->rtnl, ifindex);
	return err;
}

/* An interface in @net_fd that leads to the bridge; the index of its port. */
static int add_port(
	struct bridge *bridge, int net_fd, const struct port_config *config)
{
	char name[IFNAMSIZ];
	struct rtnl_veth veth = {
		.name = *config->ifname ? config->ifname : "vde%d",
		.ifindex = config->ifindex,
		.mac = config->mac,
		.net_fd = net_fd,
		.peer_name = port_device(name, 'p', config->mac),
		.peer_net_fd = netns_outer(bridge->ns),
		.peer_mtu = PORT_MTU,
	};
	int err = rtnl_add_veth(bridge->rtnl, &veth);

	return err < 0 ? err : enslave_far_end(bridge, config->mac);
}

/* The kernel would drop what is no good IP, and ask the rules of the namespace,
 * which has none. Files that are not there: it has no such firewall. */
static void bypass_firewall(struct bridge *bridge)
{
	static const char *const paths[] = {
		"/proc/sys/net/bridge/bridge-nf-call-iptables",
		"/proc/sys/net/bridge/bridge-nf-call-ip6tables",
		"/proc/sys/net/bridge/bridge-nf-call-arptables",
	};

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		netns_write(bridge->ns, NETNS_OUTER, paths[i], "0");
}

static int add_bridge(struct bridge *bridge, const uint8_t *mac)
{
	char name[IFNAMSIZ];
	int peer, err;

	bypass_firewall(bridge);
	err = rtnl_add_bridge(bridge->rtnl, port_device(name, 'b', mac));
	if (err == 0)
		err = rtnl_get(bridge->rtnl, name, &bridge->ifindex, &peer);
	if (err == 0)
		err = rtnl_set_up(bridge->rtnl, bridge->ifindex, true);
	return err;
}

/* The descriptor. A TAP goes when it is closed. */
static int add_uplink(struct bridge *bridge, const uint8_t *mac)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	int fd = netns_open(
		bridge->ns, NETNS_OUTER, "/dev/net/tun", O_RDWR | O_NONBLOCK);
	int peer, err;

	if (fd < 0)
		return -ENXIO;
	port_device(ifr.ifr_name, 'u', mac);
	err = ioctl(fd, TUNSETIFF, &ifr) < 0 ? -errno : 0;
	if (err == 0)
		err = rtnl_get(
			bridge->rtnl, ifr.ifr_name, &bridge->uplink, &peer);
	if (err == 0)
		err = rtnl_set_mtu(bridge->rtnl, bridge->uplink, UPLINK_MTU);
	if (err == 0)
		err = enslave(bridge, bridge->uplink);
	if (err < 0) {
		close(fd);
		return err;
	}
	return fd;
}

static void forget(struct user *user)
{
	struct user **at = &user->bridge->users;

	while (*at != user)
		at = &(*at)->next;
	*at = user->next;
	if (user->bridge->relay)
		relay_unwatch(user->bridge->relay, &user->source);
	shutdown(user->source.fd, SHUT_RDWR); /* a child may have a copy */
	close(user->source.fd);
	free(user);
}

/* His interface may be there yet: his stack has died, but sockets have not. */
static void drop(struct user *user)
{
	if (user->ifindex > 0)
		rtnl_del(user->bridge->rtnl, user->ifindex);
	forget(user);
}

static int give_port(
	struct user *user, const struct bridge_request *request, int net_fd)
{
	struct port_config config = { .ifname = request->ifname,
		.ifindex = request->ifindex };
	struct bridge *bridge = user->bridge;
	struct bridge_answer answer = { 0 };
	int fds[2] = { -1, -1 }, err;

	memcpy(config.mac, request->mac, sizeof(config.mac));
	err = add_port(bridge, net_fd, &config);
	if (err < 0)
		return err;
	user->ifindex = answer.ifindex = err;
	fds[0] = netns_rtnl(bridge->ns, NETNS_OUTER);
	fds[1] = netns_watch(bridge->ns, user->ifindex);
	err = fds[0] < 0 ? fds[0] : fds[1];
	if (err >= 0)
		err = fdmsg_send(
			user->source.fd, &answer, sizeof(answer), fds, 2);
	for (int i = 0; i < 2; i++)
		close_if_open(fds[i]);
	return err;
}

/* Who asked says nothing more; what comes then is the end. */
static void on_user(struct relay_source *source, uint32_t events)
{
	struct user *user = source->owner;
	struct bridge_request request;
	int net_fd, err = -EPIPE;

	/* who does not wait any more may be making the interface otherwise */
	if (user->ifindex == 0 && !(events & EPOLLHUP))
		err = fdmsg_recv(
			source->fd, &request, sizeof(request), &net_fd, 1);
	if (err == -EAGAIN || err == -EINTR)
		return;
	if (err == 0) {
		request.ifname[IFNAMSIZ - 1] = '\0';
		err = give_port(user, &request, net_fd);
		close(net_fd);
	}
	/* who is refused connects to the switch itself, and learns why */
	if (err < 0)
		drop(user);
}

/* Not just a file that a killed one has left? To connect a datagram socket tells
 * nobody anything. */
static bool is_in_use(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool is_refused;

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	is_refused = connect(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0 &&
		     (errno == ECONNREFUSED || errno == ENOENT);
	close_if_open(fd);
	return !is_refused;
}

/* On a ptp:// there are two; the other one may be there by libvdeplug. */
static bool is_full(const struct bridge *bridge)
{
	char other[PATH_MAX + 1];

	if (!*bridge->ptp_path)
		return false;
	snprintf(other, sizeof(other), "%s+", bridge->ptp_path);
	return bridge->users ||
	       (is_in_use(bridge->ptp_path) && is_in_use(other));
}

static void admit(struct bridge *bridge, int fd)
{
	struct user *user = is_full(bridge) ? NULL : calloc(1, sizeof(*user));

	if (!user) {
		close(fd);
		return;
	}
	*user = (struct user){ .next = bridge->users,
		.bridge = bridge,
		.source = { on_user, user, fd } };
	bridge->users = user;
	if (relay_watch(bridge->relay, &user->source, EPOLLIN) < 0)
		drop(user);
}

static void on_listener(struct relay_source *source, uint32_t events)
{
	struct bridge *bridge = source->owner;
	int fd = group_accept(source->fd);

	(void)events;
	if (fd >= 0)
		admit(bridge, fd);
	if (group_has_taken(fd))
		relay_change(bridge->relay, source, GROUP_EVENTS);
}

/* Whatever there is of it. Interfaces of others stay, without carrier. */
static void destroy(struct bridge *bridge)
{
	const int devices[] = { bridge->own_port, bridge->uplink,
		bridge->ifindex };

	if (bridge->listener.fd >= 0) {
		if (bridge->relay)
			relay_unwatch(bridge->relay, &bridge->listener);
		shutdown(bridge->listener.fd, SHUT_RDWR); /* like a user */
		close(bridge->listener.fd);
	}
	while (bridge->users) /* one may take over the name now */
		forget(bridge->users);
	for (size_t i = 0; i < sizeof(devices) / sizeof(*devices); i++)
		if (devices[i] > 0)
			rtnl_del(bridge->rtnl, devices[i]);
	close_if_open(bridge->rtnl);
	free(bridge);
}

static int bridge_check(struct port *port)
{
	return rtnl_exists(port->bridge->rtnl, port->bridge->own_port);
}

static void bridge_set_carrier(struct port *port, bool on)
{
	rtnl_set_up(port->bridge->rtnl, port->bridge->own_port, on);
}

static void bridge_del(struct port *port)
{
	destroy(port->bridge);
}

static const struct port_ops bridge_ops = {
	.read = tap_read,
	.write = tap_write,
	.check = bridge_check,
	.set_carrier = bridge_set_carrier,
	.del = bridge_del,
};

/* Who had the name before may be about to end. */
static int listen_for(struct bridge *bridge, const char *key)
{
	int fd = group_listen(key);

	for (int i = 0; i < TRIES && fd == -EADDRINUSE; i++) {
		usleep(TRY_INTERVAL_US);
		fd = group_listen(key);
	}
	bridge->listener = (struct relay_source){ on_listener, bridge, fd };
	return fd < 0 ? fd : 0;
}

/* The far end of an interface that was a port of another one's bridge. */
static int take_port(struct bridge *bridge, const struct port *from)
{
	int err = rtnl_move(from->rtnl, from->ifindex, netns_outer(bridge->ns));

	return err < 0 ? err : enslave_far_end(bridge, from->mac);
}

/* All but the stack's own port, and what watches that. */
static int build(struct bridge *bridge, struct port *port, const char *key)
{
	int err = netns_outer(bridge->ns);

	if (err >= 0)
		err = bridge->rtnl = netns_rtnl(bridge->ns, NETNS_OUTER);
	if (err >= 0)
		err = add_bridge(bridge, port->mac);
	if (err >= 0)
		err = port->fd = add_uplink(bridge, port->mac);
	if (err >= 0)
		err = listen_for(bridge, key);
	return err;
}

static bool may_own(const char *locator)
{
	return group_is_set() && (vnl_has_scheme(locator, "switch") ||
					 vnl_has_scheme(locator, "ptp"));
}

/* A bridge at @locator without the stack's own port, whatever comes of it. */
static int begin(struct bridge **result, struct port *port, struct netns *ns,
	const char *locator)
{
	char key[BRIDGE_KEY_SIZE];
	int err = may_own(locator) ? bridge_key(key, locator) : -ENOENT;
	struct bridge *bridge;

	*result = NULL;
	if (err < 0)
		return err;
	bridge = *result = calloc(1, sizeof(*bridge));
	if (!bridge)
		return -ENOMEM;
	bridge->ns = ns;
	bridge->rtnl = bridge->listener.fd = -1;
	/* stays empty for another wire */
	vnl_ptp_path(locator, bridge->ptp_path, sizeof(bridge->ptp_path));
	return build(bridge, port, key);
}

/* With the stack's own port, or the error that came instead. */
static int finish(struct bridge *bridge, struct port *port, int own_port)
{
	int err = own_port;

	if (err >= 0) {
		bridge->own_port = own_port;
		err = port->watch_fd = netns_watch(bridge->ns, own_port);
	}
	if (err >= 0) {
		port->ops = &bridge_ops;
		port->ns = bridge->ns;
		port->bridge = bridge;
		return 0;
	}
	if (bridge)
		destroy(bridge);
	close_if_open(port->fd);
	close_if_open(port->watch_fd);
	port->fd = port->watch_fd = -1;
	return err;
}

int bridge_open(struct port *port, struct netns *ns, const char *locator,
	const struct port_config *config)
{
	struct bridge *bridge;
	int err = begin(&bridge, port, ns, locator);

	/* last: what the stack has had is seen in it, and counted */
	if (err >= 0)
		err = add_port(bridge, netns_inner(ns), config);
	return finish(bridge, port, err);
}

int bridge_take_over(struct port *port, struct netns *ns, const char *locator,
	struct port *from)
{
	struct bridge *bridge;
	int err;

	port_init(port, from->mac);
	err = begin(&bridge, port, ns, locator);
	if (err >= 0)
		err = take_port(bridge, from);
	err = finish(bridge, port, err);
	if (err == 0) {
		close(from->watch_fd);
		close(from->rtnl);
	}
	return err;
}

int bridge_start(struct bridge *bridge, struct relay *relay)
{
	bridge->relay = relay;
	return relay_watch(relay, &bridge->listener, GROUP_EVENTS);
}
