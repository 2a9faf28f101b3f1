/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lwip.h"
#include "calls.h"
#include "stack.h"
#include "wire.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

const char *ioth_lwip_license = "LGPL-2.1-or-later";

static _Thread_local char errmsg[256];

static int check_options(const char *options)
{
	if (!options || !*options)
		return 0;
	snprintf(errmsg, sizeof(errmsg), "%s: unknown option", options);
	return -EINVAL;
}

static void explain(int err, const char *locator)
{
	if (err == -EBUSY)
		snprintf(errmsg, sizeof(errmsg),
			"lwip: there is a stack that uses the same copy of "
			"lwIP");
	else if (locator)
		wire_error_text(err, locator, errmsg, sizeof(errmsg));
}

void *ioth_lwip_newstack(const char *vnlv[], const char *options,
	struct ioth_functions *functions)
{
	struct stack *stack = NULL;
	const char *what = NULL;
	int err;

	*errmsg = '\0';
	err = check_options(options);
	if (!err) {
		err = stack_new(&stack, vnlv, &what);
		if (err)
			explain(err, what);
	}
	if (err) {
		errno = -err;
		return NULL;
	}
	calls_init(functions->getstackdata);
	return stack;
}

int ioth_lwip_delstack(void *stackdata)
{
	if (!stack_may_end(stackdata)) {
		errno = EBUSY;
		return -1;
	}
	stack_free(stackdata);
	return 0;
}

/* Sockets and threads end with the process; switches leave files. */
void ioth_lwip_abort(void *stackdata)
{
	stack_free(stackdata);
}

int ioth_lwip_supported(int domain)
{
	return domain == AF_INET || domain == AF_INET6 ||
	       domain == AF_NETLINK || domain == AF_PACKET;
}

const char *ioth_lwip_errmsg(void)
{
	return errmsg;
}
