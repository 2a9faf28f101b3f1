/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * view.c - the system calls that a view adds: modules and the view itself
 *
 * insmod has the number -1, which the kernel cannot restart when a signal
 * interrupts it: none of these is ever parked.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "guestmem.h"
#include "handlers.h"
#include "modules.h"
#include "process.h"

/* A module is code that runs as the user who started the view. */
static int may_load(const struct umvu_call *call)
{
	struct umvu_creds creds;
	int err = umvu_call_creds(call, &creds);

	if (err)
		return err;
	return creds.euid == geteuid() || creds.euid == 0 ? 0 : -EPERM;
}

long on_insmod(struct umvu *session, struct umvu_call *call)
{
	char name[PATH_MAX], why[512];
	long err = may_load(call);

	if (err)
		return err;
	call_explain_nothing(call);
	err = guestmem_read_string(
		call->tid, call_addr(call, 0), name, sizeof(name));
	if (err < 0)
		return err;
	err = modules_load(session, name, call->args[1] != 0, why, sizeof(why));
	if (err && *why)
		umvu_call_explain(call, "%s", why);
	return err;
}

long on_rmmod(struct umvu *session, struct umvu_call *call)
{
	char name[PATH_MAX];
	long err = may_load(call);

	if (err)
		return err;
	err = guestmem_read_string(
		call->tid, call_addr(call, 0), name, sizeof(name));
	return err < 0 ? err : modules_unload(session, name);
}

static long give_text(
	struct umvu_call *call, unsigned int arg, const char *text, size_t len)
{
	size_t room = call->args[arg + 1];
	int err;

	if (!call->args[arg] || !room)
		return (long)len;
	err = umvu_call_write(
		call, call_addr(call, arg), text, len < room ? len : room);
	return err ? err : (long)len;
}

long on_lsmod(struct umvu *session, struct umvu_call *call)
{
	char text[4096];
	size_t len = modules_list(session->modules, text, sizeof(text));

	return give_text(call, 0, text, len);
}

static long get_info(struct umvu *session, struct umvu_call *call)
{
	if (!call->args[1])
		return 0;
	return umvu_call_write(call, call_addr(call, 1), &session->info,
		sizeof(session->info));
}

static long set_name(struct umvu *session, struct umvu_call *call)
{
	char name[PATH_MAX];
	int err = guestmem_read_string(
		call->tid, call_addr(call, 1), name, sizeof(name));

	if (err < 0 && err != -ENAMETOOLONG)
		return err;
	snprintf(session->info.vu_name, sizeof(session->info.vu_name), "%.64s",
		name);
	return 0;
}

static long get_errmsg(struct umvu *session, struct umvu_call *call)
{
	pid_t tgid = process_tgid_of(call->tid);
	const char *text = calls_explanation(session->calls, tgid);
	size_t len = strlen(text), room = call->args[2];
	char buf[1024];
	int err;

	if (!call->args[1] || !room)
		return (long)len;
	snprintf(buf, sizeof(buf), "%.*s",
		(int)(room < sizeof(buf) ? room - 1 : sizeof(buf) - 1), text);
	err = umvu_call_write(call, call_addr(call, 1), buf, strlen(buf) + 1);
	return err ? err : (long)len;
}

long on_vuctl(struct umvu *session, struct umvu_call *call)
{
	switch ((int)call->args[0]) {
	case VUCTL_GETINFO:
		return get_info(session, call);
	case VUCTL_SETNAME:
		return set_name(session, call);
	case VUCTL_ERRMSG:
		return get_errmsg(session, call);
	default:
		return -ENOSYS;
	}
}
