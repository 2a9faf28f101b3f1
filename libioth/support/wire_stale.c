/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wire_stale.c - the directory of an in-process switch that was killed
 *
 * It holds sockets that nobody listens to, and keeps the next one from opening.
 * It is removed only when its control socket refuses connections and it holds
 * nothing but sockets. Two programs that do so at the same time do no harm: one
 * of them fails to open.
 */
#include "wire_impl.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define LOOKS		 25 /* half a second */
#define LOOK_INTERVAL_US 20000
#define SOCKET_LISTENS	 0x10000 /* flags in /proc/net/unix */

/*
 * Somebody listens there, as far as the kernel's table tells, which knows the
 * sockets of this network namespace. Asked first: a switch of libvdeplug 4.0.1
 * spins when somebody connects and leaves without a word.
 */
static bool listens(const char *path)
{
	FILE *table = fopen("/proc/net/unix", "re");
	char line[512], *name;
	unsigned int flags;
	bool found = false;

	while (table && !found && fgets(line, sizeof(line), table)) {
		name = strchr(line, '/');
		if (!name || sscanf(line, "%*s %*x %*x %x", &flags) != 1)
			continue;
		name[strcspn(name, "\n")] = '\0';
		found = flags & SOCKET_LISTENS && !strcmp(name, path);
	}
	if (table)
		fclose(table);
	return found;
}

static bool is_served(const char *dir)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd, err, len;

	len = snprintf(addr.sun_path, sizeof(addr.sun_path), "%s/ctl", dir);
	if (len < 0 || (size_t)len >= sizeof(addr.sun_path))
		return true;
	if (listens(addr.sun_path))
		return true;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return true;
	err = connect(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0 ? errno
								      : 0;
	close(fd);
	return err != ECONNREFUSED && err != ENOENT;
}

/*
 * The process of a stack ends a moment after its umvu was killed, for it has to
 * tell others first: a switch must be served for a while to be believed.
 */
static bool stays_served(const char *dir)
{
	for (int i = 0; i < LOOKS; i++) {
		if (!is_served(dir))
			return false;
		usleep(LOOK_INTERVAL_US);
	}
	return true;
}

static bool is_dots(const char *name)
{
	return !strcmp(name, ".") || !strcmp(name, "..");
}

/* Or has gone: a switch that ends takes all this away itself. */
static bool is_socket(DIR *dir, const char *name)
{
	struct stat st;
	int result = fstatat(dirfd(dir), name, &st, AT_SYMLINK_NOFOLLOW);

	return result < 0 ? errno == ENOENT : S_ISSOCK(st.st_mode);
}

static bool holds_only_sockets(DIR *dir)
{
	const struct dirent *entry;

	rewinddir(dir);
	while ((entry = readdir(dir)))
		if (!is_dots(entry->d_name) && !is_socket(dir, entry->d_name))
			return false;
	return true;
}

static void unlink_all(DIR *dir)
{
	const struct dirent *entry;

	rewinddir(dir);
	while ((entry = readdir(dir)))
		if (!is_dots(entry->d_name))
			unlinkat(dirfd(dir), entry->d_name, 0);
}

bool wire_stale_remove(const char *vnl)
{
	char path[PATH_MAX];
	DIR *dir;

	if (wire_locator_dir(vnl, path, sizeof(path)) < 0 || stays_served(path))
		return false;
	dir = opendir(path);
	if (!dir)
		return errno == ENOENT;
	if (holds_only_sockets(dir))
		unlink_all(dir);
	closedir(dir);
	return rmdir(path) == 0 || errno == ENOENT;
}
