/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gnu.h"
#include "port.h"
#include "bridge.h"
#include "errtext.h"
#include "rtnl.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int explain(int err, const struct port_config *config)
{
	const char *name = *config->ifname ? config->ifname : "vde0";

	switch (err) {
	case -EEXIST:
		return errtext(err, "interface %s: name or index taken", name);
	case -EPERM:
		return errtext(err,
			"interface %s: not permitted in the namespace; is "
			"kernel.apparmor_restrict_unprivileged_userns set?",
			name);
	default:
		return errtext(err, "interface %s: %s", name, strerror(-err));
	}
}

void port_init(struct port *port, const uint8_t *mac)
{
	*port = (struct port){
		.fd = -1, .watch_fd = -1, .rtnl = -1, .most = 1
	};
	memcpy(port->mac, mac, sizeof(port->mac));
}

const char *port_device(char name[IFNAMSIZ], char kind, const uint8_t *mac)
{
	snprintf(name, IFNAMSIZ, "%c%02x%02x%02x%02x%02x%02x", kind, mac[0],
		mac[1], mac[2], mac[3], mac[4], mac[5]);
	return name;
}

/* What the kernel cannot do with a bridge, it can without. */
int port_open(struct port *port, struct netns *ns, const char *locator,
	const struct port_config *config)
{
	int err;

	port_init(port, config->mac);
	err = bridge_open(port, ns, locator, config);
	if (err < 0)
		err = tap_open(port, ns, config);
	if (err == -ENXIO)
		err = veth_open(port, ns, config);
	return err < 0 ? explain(err, config) : 0;
}

void port_close(struct port *port)
{
	port->ops->del(port);
	if (port->fd >= 0)
		close(port->fd);
	if (port->watch_fd >= 0)
		close(port->watch_fd);
}

int port_read(struct port *port, struct frames *frames)
{
	int err;

	frames_reset(frames);
	err = port->ops->read(port, frames);
	port->most = frames_expect(port->most, frames->len);
	return err;
}

int port_check(struct port *port)
{
	rtnl_watch_clear(port->watch_fd);
	return port->ops->check(port);
}

void port_write(struct port *port, struct frames *frames)
{
	port->ops->write(port, frames);
	frames->next = frames->len;
}

void port_set_carrier(struct port *port, bool on)
{
	port->ops->set_carrier(port, on);
}
