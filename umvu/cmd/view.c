/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "view.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <umvu/syscalls.h>

#include "command.h"

#define MISSING_REASON "not inside a view"
#define MISSING_HINT   "start one with: umvu bash"

static long result(long ret)
{
	return ret < 0 ? -errno : ret;
}

bool view_present(void)
{
	return view_getinfo(NULL) == 0;
}

bool view_required(void)
{
	bool present = view_present();

	if (!present)
		complain(NULL, MISSING_REASON, MISSING_HINT);
	return present;
}

const char *view_missing_hint(void)
{
	return view_present() ? NULL : MISSING_REASON "; " MISSING_HINT;
}

int view_insmod(const char *module, bool permanent)
{
	return (int)result(syscall(VU_SYS_INSMOD, module, (long)permanent));
}

int view_rmmod(const char *module)
{
	return (int)result(syscall(VU_SYS_RMMOD, module));
}

char *view_lsmod(int *err)
{
	long size = 0;
	long len = result(syscall(VU_SYS_LSMOD, NULL, 0L));
	char *buf = NULL;

	/* again when a module came in between */
	while (len > size || (len == 0 && !buf)) {
		char *bigger = realloc(buf, (size_t)len + 1);

		if (!bigger) {
			len = -ENOMEM;
			break;
		}
		buf = bigger;
		size = len;
		len = result(syscall(VU_SYS_LSMOD, buf, size));
	}
	if (len < 0) {
		free(buf);
		*err = (int)len;
		return NULL;
	}
	buf[len] = '\0';
	return buf;
}

bool view_has_module(const char *name)
{
	size_t len = strlen(name);
	int err;
	char *text = view_lsmod(&err);
	const char *line = text;

	/* a line is the name, then anything that cannot belong to a name */
	while (line && (strncmp(line, name, len) != 0 ||
			       !strchr(": \t\n", line[len]))) {
		line = strchr(line, '\n');
		if (line)
			line++;
	}
	free(text);
	return line != NULL;
}

int view_getinfo(struct vu_info *info)
{
	return (int)result(syscall(VU_SYS_VUCTL, (long)VUCTL_GETINFO, info));
}

int view_setname(const char *name)
{
	return (int)result(syscall(VU_SYS_VUCTL, (long)VUCTL_SETNAME, name));
}

void view_errmsg(char *buf, size_t size)
{
	long len = syscall(VU_SYS_VUCTL, (long)VUCTL_ERRMSG, buf, size);

	if (len <= 0)
		*buf = '\0';
	else
		buf[size - 1] = '\0';
}
