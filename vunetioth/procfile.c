/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * procfile.c - files below /proc that show a network
 *
 * They show the stack where a TCP socket over IPv4 would be made: whatever a
 * file is about, one process sees one network in all of them. The stack's
 * process opens them (ioth_procopen()); the guest gets the descriptor.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "module.h"
#include "rights.h"

/* A guest that waits for a file. */
struct asker {
	umvu_net_file_done *done;
	void *arg;
	int flags;
	bool privileged; /* it may do what the stack's process may */
};

/* AF_UNIX sockets are the host's whatever the defaults are. */
static bool is_of_host(const char *path)
{
	return !strcmp(path, "net/unix") || !strncmp(path, "sys/net/unix", 12);
}

/* What the stack's process says, for the guest. */
static long refusal(int result)
{
	switch (result) {
	case -ENOSYS: /* a plug-in that knows nothing of such files */
		return -ENOENT;
	case -EISDIR: /* as in the kernel, or a listing that is the kernel's */
		return UMVU_CONTINUE;
	default:
		return result < 0 ? result : -EIO;
	}
}

static void on_file(struct stack *stack, void *arg, int result,
	const struct control_message *message, struct control_fds *fds)
{
	struct asker *a = arg;
	int fd = control_fds_take(fds);

	(void)stack;
	(void)message;
	if (fd < 0) {
		a->done(a->arg, refusal(result));
	} else if (a->privileged || rights_all_may_open(fd, a->flags)) {
		a->done(a->arg, fd);
	} else {
		close(fd);
		a->done(a->arg, -EACCES);
	}
	free(a);
}

static int is_privileged(const struct umvu_call *call,
	const struct stack *stack, bool *privileged)
{
	struct umvu_creds creds;
	int err = umvu_call_creds(call, &creds);

	if (!err)
		*privileged = creds.euid == stack->owner ||
			      creds.effective & 1ull << CAP_NET_ADMIN;
	return err;
}

static long ask(const struct umvu_call *call, struct stack *stack,
	const struct umvu_net_file *file, umvu_net_file_done *done, void *arg)
{
	struct control_message m = { .op = CONTROL_PROCFILE,
		.arg = { file->flags } };
	struct asker *a = malloc(sizeof(*a));
	int err;

	if (!a)
		return -ENOMEM;
	*a = (struct asker){ done, arg, file->flags, false };
	err = is_privileged(call, stack, &a->privileged);
	m.size = (uint32_t)strlen(file->path) + 1;
	if (m.size > CONTROL_DATA_MAX)
		err = -ENAMETOOLONG;
	if (!err) {
		memcpy(m.data, file->path, m.size);
		err = stack_ask(stack, &m, on_file, a);
	}
	if (err)
		free(a);
	return err;
}

long module_net_file(void *state, struct umvu_call *call,
	const struct umvu_net_file *file, umvu_net_file_done *done, void *arg)
{
	struct stack *stack;
	int chosen, err = open_default(state, call, file->tid, AF_INET, &stack);

	if (err == -ESRCH || (!err && !stack) || is_of_host(file->path))
		return UMVU_CONTINUE;
	if (err)
		return err;
	chosen = open_choose(&stack, AF_INET, SOCK_STREAM, 0);
	if (chosen == 0)
		return UMVU_CONTINUE;
	/* Nobody's: a network without any file. */
	return chosen < 0 ? -ENOENT : ask(call, stack, file, done, arg);
}
