/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gnu.h"
#include "vdestack.h"
#include "diag.h"
#include "errtext.h"
#include "group.h"
#include "link.h"
#include "linkservice.h"
#include "namespace.h"
#include "relay.h"
#include "vnl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *ioth_vdestack_license = "LGPL-2.1-or-later";

struct vdestack {
	struct relay *relay;
	struct linkservice *service;
};

/*
 * libioth's, the same for all stacks. A global because ioth_vdestack_socket has
 * no argument by which to reach it.
 */
static void *(*_Atomic getstackdata)(void);

/*
 * Linux announces no address by itself when an interface comes up: neighbours
 * that knew the address from another stack would keep talking to that.
 * Without /proc, or with a read-only one, things still work.
 */
static void announce_addresses(struct netns *ns)
{
	static const char *const paths[] = {
		"/proc/sys/net/ipv4/conf/all/arp_notify",
		"/proc/sys/net/ipv6/conf/all/ndisc_notify",
	};

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		netns_write(ns, NETNS_INNER, paths[i], "1");
}

static int add_link(struct vdestack *stack, const char *text)
{
	struct vnl vnl;
	struct link *link;
	int err = vnl_parse(&vnl, text);

	if (err < 0)
		return errtext(err, "%s: %s", text,
			err == -EINVAL ? "not an interface name"
				       : "interface name too long");
	err = link_new(&link, relay_netns(stack->relay),
		&(struct link_config){
			.ifname = vnl.ifname, .locator = vnl.locator });
	if (err < 0)
		return err;
	err = relay_add(stack->relay, link);
	if (err < 0)
		link_free(link);
	return err;
}

static void stop(struct vdestack *stack)
{
	if (stack->relay)
		relay_free(stack->relay);
	if (stack->service)
		linkservice_free(stack->service);
	free(stack);
}

static int start(struct vdestack *stack, const char *vnlv[])
{
	int user_ns = group_user_ns();
	int err = relay_new(&stack->relay, user_ns);

	if (user_ns >= 0)
		close(user_ns);
	if (err < 0)
		return err;
	announce_addresses(relay_netns(stack->relay));
	for (; err == 0 && vnlv && *vnlv; vnlv++)
		err = add_link(stack, *vnlv);
	if (err == 0)
		err = linkservice_new(&stack->service, stack->relay);
	return err;
}

/* There are no options yet: every one is unknown. */
static int check_options(const char *options)
{
	if (!options || !*options)
		return 0;
	return errtext(-EINVAL, "%s: unknown option", options);
}

static struct vdestack *make(const char *vnlv[], const char *options, int *err)
{
	struct vdestack *stack;

	*err = check_options(options);
	if (*err < 0)
		return NULL;
	stack = calloc(1, sizeof(*stack));
	if (!stack) {
		*err = -ENOMEM;
		return NULL;
	}
	*err = start(stack, vnlv);
	if (*err == 0)
		return stack;
	stop(stack);
	return NULL;
}

void *ioth_vdestack_newstack(const char *vnlv[], const char *options,
	struct ioth_functions *functions)
{
	struct vdestack *stack;
	int err;

	errtext_clear();
	getstackdata = functions->getstackdata;
	stack = make(vnlv, options, &err);
	if (!stack)
		errno = -err;
	return stack;
}

int ioth_vdestack_delstack(void *stackdata)
{
	struct vdestack *stack = stackdata;

	if (diag_count_tcp(relay_netns(stack->relay)) > 0 ||
		linkservice_close(stack->service) < 0) {
		errno = EBUSY;
		return -1;
	}
	stop(stack);
	return 0;
}

void ioth_vdestack_abort(void *stackdata)
{
	struct vdestack *stack = stackdata;

	/* A locator that is just being opened holds both; then the process's
	 * end has to do. */
	if (linkservice_close(stack->service) == 0)
		stop(stack);
}

int ioth_vdestack_socket(int domain, int type, int protocol)
{
	struct vdestack *stack = getstackdata();
	int fd = netns_socket(
		relay_netns(stack->relay), NETNS_INNER, domain, type, protocol);

	if (fd >= 0)
		return fd;
	errno = -fd;
	return -1;
}

int ioth_vdestack_sockets(
	int domain, int type, int protocol, int fds[], int len)
{
	struct vdestack *stack = getstackdata();
	int n = netns_sockets(relay_netns(stack->relay), NETNS_INNER, domain,
		type, protocol, fds, len);

	if (n >= 0)
		return n;
	errno = -n;
	return -1;
}

int ioth_vdestack_procopen(const char *path, int flags)
{
	struct vdestack *stack = getstackdata();
	int fd = netns_procopen(relay_netns(stack->relay), path, flags);

	if (fd >= 0)
		return fd;
	errno = -fd;
	return -1;
}

int ioth_vdestack_supported(int domain)
{
	return domain == AF_INET || domain == AF_INET6 ||
	       domain == AF_NETLINK || domain == AF_PACKET;
}

const char *ioth_vdestack_errmsg(void)
{
	return errtext_get();
}
