/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "netdev.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include "rights.h"
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

static int may_do(const struct umvu_call *call, const struct stack *stack,
	const struct rights_ioctl *row)
{
	struct umvu_creds creds;
	int err;

	if (!row->admin)
		return 0;
	err = umvu_call_creds(call, &creds);
	if (err)
		return err;
	return creds.euid == stack->owner ||
			       creds.effective & 1ull << CAP_NET_ADMIN
		       ? 0
		       : -EPERM;
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

static int prepare(struct umvu_call *call, const struct rights_ioctl *row,
	struct guest_addr arg, struct control_message *m, struct asker *a)
{
	a->to = arg;
	m->op = CONTROL_IOCTL;
	m->arg[0] = row->request;
	if (row->request == SIOCGIFCONF)
		return prepare_list(call, arg, m, a);
	a->size = row->size;
	m->size = row->size;
	return umvu_call_read(call, arg, m->data, a->size);
}

long netdev_ioctl(struct umvu_call *call, struct stack *stack, uint32_t request,
	struct guest_addr arg)
{
	const struct rights_ioctl *row = rights_of_ioctl(request);
	struct control_message m = { 0 };
	struct asker *a;
	int err;

	if (!row)
		return -EOPNOTSUPP;
	err = may_do(call, stack, row);
	if (err)
		return err;
	a = calloc(1, sizeof(*a));
	err = a ? prepare(call, row, arg, &m, a) : -ENOMEM;
	if (err) {
		free(a);
		return err;
	}
	return ask(call, stack, &m,
		request == SIOCGIFCONF ? on_list : on_answer, a);
}
