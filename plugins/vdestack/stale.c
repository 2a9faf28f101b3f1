/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gnu.h"
#include "stale.h"
#include "vnl.h"

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

/* Would a connection to DIR/ctl be accepted, or might it be? */
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
 * The helper of a killed program shares its descriptors and ends a moment after
 * it, and so does the process of a stack after its umvu, for it has to tell
 * others first: a switch must be served for a while to be believed.
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

/* Succeeded, or somebody else has: a switch that ends takes all this away. */
static bool is_done(int result)
{
	return result == 0 || errno == ENOENT;
}

static bool is_socket(DIR *dir, const char *name)
{
	struct stat st;
	int result = fstatat(dirfd(dir), name, &st, AT_SYMLINK_NOFOLLOW);

	return result < 0 ? errno == ENOENT : S_ISSOCK(st.st_mode);
}

/* With @remove, unlinks; without, says whether there are sockets only. */
static bool each_socket(DIR *dir, bool remove)
{
	const struct dirent *entry;

	rewinddir(dir);
	while ((entry = readdir(dir))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		if (!is_socket(dir, entry->d_name))
			return false;
		if (remove && !is_done(unlinkat(dirfd(dir), entry->d_name, 0)))
			return false;
	}
	return true;
}

static bool empty(const char *path)
{
	DIR *dir = opendir(path);
	bool is_empty;

	if (!dir)
		return errno == ENOENT;
	is_empty = each_socket(dir, false) && each_socket(dir, true);
	closedir(dir);
	return is_empty;
}

bool stale_remove(const char *locator)
{
	char dir[PATH_MAX];

	if (vnl_switch_dir(locator, dir, sizeof(dir)) < 0)
		return false;
	return !stays_served(dir) && empty(dir) && is_done(rmdir(dir));
}
