/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bridge_port.c - a port of another stack's bridge
 *
 * The interface is one end of a veth pair that the owner of the bridge made for
 * us; the kernel does all the rest, there are no frames for the relay. The far
 * end is in a namespace of the owner's, which lives on with our socket in it
 * when the owner dies: so the interface can lose its carrier, as that of any
 * stack does whose switch has gone, instead of vanishing.
 */
#include "gnu.h"
#include "bridge.h"
#include "fdmsg.h"
#include "group.h"
#include "namespace.h"
#include "port.h"
#include "rtnl.h"
#include "vnl.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

static int joined_check(struct port *port)
{
	return rtnl_exists(port->rtnl, port->ifindex);
}

static void joined_set_carrier(struct port *port, bool on)
{
	rtnl_set_up(port->rtnl, port->ifindex, on);
}

static void joined_del(struct port *port)
{
	rtnl_del(port->rtnl, port->ifindex);
	close(port->rtnl);
}

static const struct port_ops joined_ops = {
	.check = joined_check,
	.set_carrier = joined_set_carrier,
	.del = joined_del,
};

/* Device and inode of @path, and @more; the directory of a switch is there, the
 * socket of a ptp:// need not be. */
static int key_of(char key[BRIDGE_KEY_SIZE], const char *path, const char *more)
{
	struct stat st;
	int len;

	if (stat(path, &st) < 0)
		return -errno;
	len = snprintf(key, BRIDGE_KEY_SIZE, "%llx:%llx%s",
		(unsigned long long)st.st_dev, (unsigned long long)st.st_ino,
		more);
	return len < BRIDGE_KEY_SIZE ? 0 : -ENAMETOOLONG;
}

int bridge_key(char key[BRIDGE_KEY_SIZE], const char *locator)
{
	char path[PATH_MAX], name[BRIDGE_KEY_SIZE];
	char *slash;

	if (vnl_switch_dir(locator, path, sizeof(path)) == 0 ||
		vnl_client_dir(locator, path, sizeof(path)) == 0)
		return key_of(key, path, "");
	if (vnl_ptp_path(locator, path, sizeof(path)) < 0)
		return -EINVAL;
	slash = strrchr(path, '/');
	if (strlen(slash) >= sizeof(name))
		return -ENAMETOOLONG;
	strcpy(name, slash);
	slash[1] = '\0'; /* "/" for the root */
	return key_of(key, path, name);
}

/*
 * Far longer than the kernel may take for it: who gives up while the other side
 * is at it would find his interface's name taken. It costs nothing: the switch,
 * which is asked next, is served by the same thread.
 */
#define ANSWER_S 10

static int ask(int sock, struct port *port, int net_fd,
	const struct port_config *config)
{
	struct bridge_request request = { .ifindex = config->ifindex };
	const struct timeval limit = { .tv_sec = ANSWER_S };
	struct bridge_answer answer;
	int fds[2], err;

	memcpy(request.ifname, config->ifname,
		strnlen(config->ifname, IFNAMSIZ - 1));
	memcpy(request.mac, config->mac, sizeof(request.mac));
	setsockopt(sock, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	err = fdmsg_send(sock, &request, sizeof(request), &net_fd, 1);
	if (err < 0)
		return err;
	do
		err = fdmsg_recv(sock, &answer, sizeof(answer), fds, 2);
	while (err == -EINTR);
	if (err < 0)
		return err;
	port->ops = &joined_ops;
	port->ifindex = answer.ifindex;
	port->rtnl = fds[0];
	port->watch_fd = fds[1];
	return 0;
}

int bridge_join(struct port *port, struct netns *ns, const char *locator,
	const struct port_config *config, int *conn)
{
	char key[BRIDGE_KEY_SIZE];
	int err = group_is_set() ? bridge_key(key, locator) : -ENOENT;

	if (err == 0 && vnl_has_scheme(locator, "switch"))
		err = -EINVAL;
	if (err < 0)
		return err;
	*conn = group_connect(key);
	if (*conn < 0)
		return *conn;
	err = ask(*conn, port, netns_inner(ns), config);
	if (err < 0)
		close(*conn);
	return err;
}
