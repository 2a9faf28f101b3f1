/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fakeview.c - a view for testing the commands without a hypervisor
 *
 * Preloaded (LD_PRELOAD) it answers the view's system calls by rules that a
 * test can see through, and writes each one to the file $FAKEVIEW_LOG:
 *
 *	a name that begins with "E" and an errno word is answered with it
 *	(/dev/net/EACCES, module ENOENT); every other one is taken;
 *	SOCK_DEFAULT with a family over 2 is EAFNOSUPPORT on stack "v4only";
 *	lsmod grows by one line at each call, three times;
 *	the explanation of the last failed mount or insmod is $FAKEVIEW_ERRMSG.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include <umvu/syscalls.h>

#define EXPORT __attribute__((visibility("default")))

enum { N_ARGS = 4 };

static void __attribute__((format(printf, 1, 2))) note(const char *format, ...)
{
	const char *path = getenv("FAKEVIEW_LOG");
	FILE *log = path ? fopen(path, "a") : NULL;
	va_list ap;

	if (!log)
		return;
	va_start(ap, format);
	vfprintf(log, format, ap);
	va_end(ap);
	fclose(log);
}

/* 0, or -1 and the errno that the last component of @name spells */
static int verdict(const char *name)
{
	static const struct {
		const char *word;
		int err;
	} words[] = {
		{ "EACCES", EACCES },
		{ "EBUSY", EBUSY },
		{ "EINVAL", EINVAL },
		{ "ENODEV", ENODEV },
		{ "ENOENT", ENOENT },
		{ "ENOSYS", ENOSYS },
		{ "ENOTSUP", ENOTSUP },
		{ "EPERM", EPERM },
	};
	const char *last = strrchr(name, '/') ? strrchr(name, '/') + 1 : name;

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (strcmp(words[i].word, last) != 0)
			continue;
		errno = words[i].err;
		return -1;
	}
	return 0;
}

/* Copies what fits and returns the length of all. */
static long give_text(char *buf, size_t size, const char *text)
{
	size_t len = strlen(text);

	if (buf)
		memcpy(buf, text, len < size ? len : size);
	return (long)len;
}

static long fake_lsmod(char *buf, size_t size)
{
	static char text[64];
	static int calls;

	if (calls < 3)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			"module%d\n", ++calls);
	return give_text(buf, size, text);
}

static long get_info(struct vu_info *info)
{
	if (!info)
		return 0;
	memset(info, 0, sizeof(*info));
	strcpy(info->uname.sysname, "Linux");
	strcpy(info->uname.nodename, "host");
	strcpy(info->uname.release, "6.1");
	strcpy(info->uname.version, "#1");
	strcpy(info->uname.machine, "x86_64");
	strcpy(info->vu_serverid, "42");
	if (getenv("FAKEVIEW_NAME"))
		snprintf(info->vu_name, sizeof(info->vu_name), "%s",
			getenv("FAKEVIEW_NAME"));
	return 0;
}

static long get_errmsg(char *buf, size_t size)
{
	const char *text = getenv("FAKEVIEW_ERRMSG");

	if (!text) {
		errno = EINVAL;
		return -1;
	}
	return give_text(buf, size, text);
}

static long fake_vuctl(long op, void *arg, size_t size)
{
	switch (op) {
	case VUCTL_GETINFO:
		return get_info(arg);
	case VUCTL_SETNAME:
		note("setname %s\n", (char *)arg);
		return verdict(arg);
	case VUCTL_ERRMSG:
		return get_errmsg(arg, size);
	default:
		errno = ENOSYS;
		return -1;
	}
}

static long fake_msocket(const char *path, long domain, long type)
{
	note("msocket %s %ld %ld\n", path ? path : "NULL", domain, type);
	if (path && strstr(path, "v4only") && domain > PF_INET) {
		errno = EAFNOSUPPORT;
		return -1;
	}
	return path ? verdict(path) : 0;
}

EXPORT long syscall(long nr, ...)
{
	void *a[N_ARGS];
	va_list ap;

	va_start(ap, nr);
	for (int i = 0; i < N_ARGS; i++)
		a[i] = va_arg(ap, void *); /* a register each, as longs are */
	va_end(ap);
	switch (nr) {
	case VU_SYS_INSMOD:
		note("insmod %s %ld\n", (char *)a[0], (long)a[1]);
		return verdict(a[0]);
	case VU_SYS_RMMOD:
		note("rmmod %s\n", (char *)a[0]);
		return verdict(a[0]);
	case VU_SYS_LSMOD:
		return fake_lsmod(a[0], (size_t)a[1]);
	case VU_SYS_VUCTL:
		return fake_vuctl((long)a[0], a[1], (size_t)a[2]);
	case VU_SYS_MSOCKET:
		return fake_msocket(a[0], (long)a[1], (long)a[2]);
	default:
		errno = ENOSYS;
		return -1;
	}
}

EXPORT int mount(const char *source, const char *target, const char *type,
	unsigned long flags, const void *data)
{
	note("mount %s %s %s %lu %s\n", source, target, type ? type : "NULL",
		flags, data ? (const char *)data : "NULL");
	return verdict(target);
}

EXPORT int umount2(const char *target, int flags)
{
	note("umount2 %s %d\n", target, flags);
	return verdict(target);
}
