/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gnu.h"
#include "link.h"
#include "bridge.h"
#include "errtext.h"
#include "vnl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>

static void random_mac(uint8_t *mac)
{
	memset(mac, 0, 6);
	while (getrandom(mac, 6, 0) < 0 && errno == EINTR)
		;
	mac[0] = (uint8_t)((mac[0] & 0xfc) | 0x02); /* unicast, local */
}

static void unwatch_all(struct link *link)
{
	relay_unwatch(link->relay, &link->port_source);
	relay_unwatch(link->relay, &link->watch_source);
	relay_unwatch(link->relay, &link->wire_source);
	relay_unwatch(link->relay, &link->ctl_source);
}

static void die(struct link *link)
{
	link->state = LINK_DEAD;
	unwatch_all(link);
	relay_sweep(link->relay);
}

/* The port stays in the set: it reports when the interface is removed. */
static void cut(struct link *link)
{
	link->state = LINK_CUT;
	relay_unwatch(link->relay, &link->wire_source);
	relay_unwatch(link->relay, &link->ctl_source);
	relay_change(link->relay, &link->port_source, EPOLLIN);
	port_set_carrier(&link->port, false);
}

static void set_full(struct link *link, bool is_full)
{
	link->state = is_full ? LINK_FULL : LINK_FLOWING;
	relay_change(link->relay, &link->port_source, is_full ? 0 : EPOLLIN);
	relay_change(link->relay, &link->wire_source,
		is_full ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

static void push_out(struct link *link)
{
	bool is_full = wire_write(&link->wire, &link->out) > 0;

	if (is_full != (link->state == LINK_FULL))
		set_full(link, is_full);
}

static void on_port(struct relay_source *source, uint32_t events)
{
	struct link *link = source->owner;

	if (link->state == LINK_DEAD)
		return;
	if (link->state == LINK_FLOWING) {
		if (port_read(&link->port, &link->out) < 0)
			die(link);
		else if (!frames_is_empty(&link->out))
			push_out(link);
	} else if (link->state == LINK_CUT || events & (EPOLLERR | EPOLLHUP)) {
		/* nothing may be lost of what waits in link->out */
		struct frames *frames = relay_frames(link->relay);

		if (port_read(&link->port, frames) < 0)
			die(link);
	}
}

static void on_watch(struct relay_source *source, uint32_t events)
{
	struct link *link = source->owner;

	(void)events;
	if (link->state != LINK_DEAD && port_check(&link->port) == -ENODEV)
		die(link);
}

static void on_wire(struct relay_source *source, uint32_t events)
{
	struct link *link = source->owner;
	struct frames *frames = relay_frames(link->relay);

	if (link->state == LINK_DEAD || link->state == LINK_CUT)
		return;
	if (link->state == LINK_FULL && (events & EPOLLOUT))
		push_out(link);
	if (!(events & ~(uint32_t)EPOLLOUT))
		return;
	if (wire_read(&link->wire, frames, events & EPOLLIN) < 0 ||
		((events & EPOLLHUP) && frames_is_empty(frames)))
		cut(link);
	else if (!frames_is_empty(frames))
		port_write(&link->port, frames);
}

/*
 * The stack has gone whose bridge we had a port of. A switch has gone with it; a
 * ptp:// stays for who may come, with us as the first.
 */
static bool take_over(struct link *link)
{
	struct wire wire;
	struct port port;

	if (link->wire.kind != WIRE_NONE ||
		!vnl_has_scheme(link->locator, "ptp") ||
		wire_open(&wire, link->locator) < 0)
		return false;
	relay_unwatch(link->relay, &link->watch_source);
	relay_unwatch(link->relay, &link->ctl_source);
	if (bridge_take_over(&port, link->ns, link->locator, &link->port) < 0) {
		wire_close(&wire);
		relay_watch(link->relay, &link->watch_source, EPOLLIN);
		return false;
	}
	wire_close(&link->wire);
	link->port = port;
	link->wire = wire;
	return link_start(link, link->relay) == 0;
}

/* A switch says nothing here after the first exchange; EOF is its end. */
static void on_ctl(struct relay_source *source, uint32_t events)
{
	struct link *link = source->owner;
	char junk[512];
	ssize_t n;

	(void)events;
	if (link->state == LINK_DEAD || link->state == LINK_CUT)
		return;
	n = recv(source->fd, junk, sizeof(junk), MSG_DONTWAIT);
	if (n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)))
		return;
	if (!take_over(link))
		cut(link);
}

/* By the kernel alone, if a stack of our group is there already. */
static int join(struct link *link, const struct port_config *config)
{
	int conn, err;

	port_init(&link->port, config->mac);
	err = bridge_join(&link->port, link->ns, link->locator, config, &conn);
	if (err == 0)
		link->wire = (struct wire){
			.kind = WIRE_NONE, .fd = -1, .ctl_fd = conn
		};
	return err;
}

static int connect_by_wire(struct link *link, const struct port_config *config)
{
	int err = wire_open(&link->wire, link->locator);

	if (err < 0)
		return err;
	err = port_open(&link->port, link->ns, link->locator, config);
	if (err < 0)
		wire_close(&link->wire);
	return err;
}

static int make(
	struct link *link, struct netns *ns, const struct link_config *config)
{
	struct port_config port = { .ifname = config->ifname,
		.ifindex = config->ifindex };
	int err = frames_init(&link->out);

	if (err < 0)
		return err;
	link->ns = ns;
	link->locator = strdup(config->locator);
	random_mac(port.mac);
	if (!link->locator)
		err = -ENOMEM;
	else if (join(link, &port) < 0)
		err = connect_by_wire(link, &port);
	if (err < 0) {
		free(link->locator);
		frames_fini(&link->out);
	}
	return err;
}

int link_new(struct link **result, struct netns *ns,
	const struct link_config *config)
{
	struct link *link;
	int err = *config->ifname ? vnl_check_ifname(config->ifname) : 0;

	if (err < 0)
		return errtext(err, "%s: %s", config->ifname,
			err == -EINVAL ? "not an interface name"
				       : "interface name too long");
	link = calloc(1, sizeof(*link));
	if (!link)
		return -ENOMEM;
	err = make(link, ns, config);
	if (err < 0)
		free(link);
	else
		*result = link;
	return err;
}

void link_free(struct link *link)
{
	port_close(&link->port);
	wire_close(&link->wire);
	frames_fini(&link->out);
	free(link->locator);
	free(link);
}

int link_start(struct link *link, struct relay *relay)
{
	struct relay_source *all[] = { &link->wire_source, &link->ctl_source,
		&link->watch_source, &link->port_source, NULL };
	int err = 0;

	link->relay = relay;
	link->port_source =
		(struct relay_source){ on_port, link, link->port.fd };
	link->watch_source =
		(struct relay_source){ on_watch, link, link->port.watch_fd };
	link->wire_source =
		(struct relay_source){ on_wire, link, link->wire.fd };
	link->ctl_source =
		(struct relay_source){ on_ctl, link, link->wire.ctl_fd };
	for (struct relay_source **at = all; err == 0 && *at; at++)
		if ((*at)->fd >= 0)
			err = relay_watch(relay, *at, EPOLLIN);
	if (err == 0 && link->port.bridge)
		err = bridge_start(link->port.bridge, relay);
	if (err < 0)
		unwatch_all(link);
	return err;
}
