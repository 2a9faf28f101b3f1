/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "netdev.h"

#include <errno.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <net/route.h>
#include <stdlib.h>
#include <string.h>
#include "stack.h"

#define MAX_IFCONF 8192 /* bytes of struct ifreq that one answer carries */

/* A guest that waits for the answer. */
struct asker {
	struct umvu_parked *parked;
	struct guest_addr to;
	size_t size;
	/* SIOCGIFCONF: where the interfaces go, @to is struct ifconf. */
	struct guest_addr list;
};

/* 0: cannot be carried, since it points to more. */
static size_t argument_size(uint32_t request)
{
	switch (request) {
	case SIOCSARP:
	case SIOCGARP:
	case SIOCDARP:
		return sizeof(struct arpreq);
	case SIOCETHTOOL:
	case SIOCADDRT:
	case SIOCDELRT:
	case SIOCBRADDBR:
	case SIOCBRDELBR:
	case SIOCGIFMAP:
	case SIOCGIFVLAN:
	case SIOCSIFVLAN:
		return 0;
	default:
		return sizeof(struct ifreq);
	}
}

static void on_answer(struct stack *stack, void *arg, int result,
	const struct control_message *message, struct control_fds *fds)
{
	struct asker *a = arg;
	size_t size = message ? message->size : 0;

	(void)stack;
	(void)fds; /* none comes with this */
	if (size > a->size)
		size = a->size;
	if (result >= 0 && size)
		result = umvu_parked_write(
			a->parked, a->to, message->data, size);
	umvu_answer(a->parked, result);
	free(a);
}

static void on_list(struct stack *stack, void *arg, int result,
	const struct control_message *message, struct control_fds *fds)
{
	struct asker *a = arg;
	int32_t len = message ? (int32_t)message->size : 0;

	(void)stack;
	(void)fds;
	if (a->list.value && len > (int32_t)a->size)
		len = (int32_t)(a->size - a->size % sizeof(struct ifreq));
	if (result >= 0 && a->list.value)
		result = umvu_parked_write(
			a->parked, a->list, message->data, (size_t)len);
	if (result >= 0) /* struct ifconf begins with the length */
		result = umvu_parked_write(a->parked, a->to, &len, sizeof(len));
	umvu_answer(a->parked, result);
	free(a);
}

static long ask(struct umvu_call *call, struct stack *stack,
	struct control_message *m, stack_answer_f *answer, struct asker *a)
{
	int err;

	a->parked = umvu_park(call, NULL, NULL);
	if (!a->parked) {
		free(a);
		return -ENOMEM;
	}
	err = stack_ask(stack, m, answer, a);
	if (err) {
		umvu_answer(a->parked, err);
		free(a);
	}
	return UMVU_PARKED;
}

static int prepare_list(struct umvu_call *call, struct guest_addr arg,
	struct control_message *m, struct asker *a)
{
	struct {
		int32_t len, pad;
		uint64_t list;
	} ifconf;
	int err = umvu_call_read(call, arg, &ifconf, sizeof(ifconf));

	if (err)
		return err;
	if (ifconf.len < 0 || ifconf.len > MAX_IFCONF)
		ifconf.len = MAX_IFCONF;
	a->size = (size_t)ifconf.len;
	a->list.value = ifconf.list;
	m->size = 0;
	return 0;
}

static int prepare(struct umvu_call *call, uint32_t request,
	struct guest_addr arg, struct control_message *m, struct asker *a)
{
	a->to = arg;
	m->op = CONTROL_IOCTL;
	m->arg[0] = (int32_t)request;
	if (request == SIOCGIFCONF)
		return prepare_list(call, arg, m, a);
	a->size = argument_size(request);
	m->size = (uint32_t)a->size;
	if (!a->size)
		return -EOPNOTSUPP;
	return umvu_call_read(call, arg, m->data, a->size);
}

long netdev_ioctl(struct umvu_call *call, struct stack *stack, uint32_t request,
	struct guest_addr arg)
{
	struct control_message m = { 0 };
	struct asker *a = calloc(1, sizeof(*a));
	int err = a ? prepare(call, request, arg, &m, a) : -ENOMEM;

	if (err) {
		free(a);
		return err;
	}
	return ask(call, stack, &m,
		request == SIOCGIFCONF ? on_list : on_answer, a);
}
