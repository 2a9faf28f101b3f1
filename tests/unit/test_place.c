/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a path leads to: place.c, for this process as if it were a guest. */
#include "place.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "call.h"

/* creds.c asks whether a guest still waits; none does here. */
bool call_is_valid(const struct umvu_call *call)
{
	(void)call;
	return true;
}

static char top[] = "/tmp/test-place.XXXXXX";

/* top: dir/sub/, file, and links: here -> dir, away -> /tmp,
 * hanging -> dir/none, round -> round */
static int make_tree(void **state)
{
	(void)state;
	if (!mkdtemp(top) || chdir(top) < 0)
		return -1;
	return mkdir("dir", 0755) < 0 || mkdir("dir/sub", 0755) < 0 ||
			       close(creat("file", 0644)) < 0 ||
			       symlink("dir", "here") < 0 ||
			       symlink("/tmp", "away") < 0 ||
			       symlink("dir/none", "hanging") < 0 ||
			       symlink("round", "round") < 0
		       ? -1
		       : 0;
}

static int remove_tree(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", top);
	return chdir("/") < 0 ? -1 : system(command);
}

static int find(struct umvu_place *place, const char *path, unsigned int flags)
{
	return place_find(place, getpid(), AT_FDCWD, path, flags);
}

/* @path leads to entry @last of the directory @dir. */
static void leads_to(
	const char *path, unsigned int flags, const char *dir, const char *last)
{
	struct umvu_place place;
	struct stat st;

	assert_int_equal(find(&place, path, flags), 0);
	assert_int_equal(stat(dir, &st), 0);
	assert_true(place.has_parent);
	assert_int_equal(place.dev, st.st_dev);
	assert_int_equal(place.ino, st.st_ino);
	assert_string_equal(place.last, last);
}

static void last_component(void **state)
{
	static const struct {
		const char *path, *last;
	} rows[] = { { "", "" }, { "/", "" }, { "///", "" }, { "a", "a" },
		{ "a/", "a" }, { "/a/b", "b" }, { "/a/b//", "b" },
		{ "a/..", ".." } };
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *last = place_last_component(rows[i].path, &len);

		assert_int_equal(len, strlen(rows[i].last));
		assert_memory_equal(last, rows[i].last, len);
	}
}

static void ways_to_one_place(void **state)
{
	static const char *const ways[] = { "dir/x", "dir//x/", "./dir/./x",
		"dir/sub/../x", "here/x", "here/sub/../x" };
	char path[128];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(ways) / sizeof(*ways); i++)
		leads_to(ways[i], 0, "dir", "x");
	snprintf(path, sizeof(path), "%s/here/x", top);
	leads_to(path, 0, "dir", "x");
	snprintf(path, sizeof(path), "away/%s/dir/x", top + strlen("/tmp/"));
	leads_to(path, 0, "dir", "x");
	snprintf(path, sizeof(path), "../%s/dir/x", top + strlen("/tmp/"));
	leads_to(path, 0, "dir", "x");
}

static void last_link(void **state)
{
	struct umvu_place place;

	(void)state;
	leads_to("hanging", 0, ".", "hanging");
	leads_to("hanging", PLACE_FOLLOW, "dir", "none");
	leads_to("file", PLACE_FOLLOW, ".", "file");
	assert_int_equal(find(&place, "hanging", PLACE_SEE_LINK), 0);
	assert_true(place.is_link);
	assert_int_equal(find(&place, "file", PLACE_SEE_LINK), 0);
	assert_false(place.is_link);
	assert_int_equal(find(&place, "round", PLACE_FOLLOW), -ELOOP);
}

static void from_descriptor(void **state)
{
	struct umvu_place place;
	struct stat st;
	int dir = open("dir", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int file = open("file", O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_int_equal(place_find(&place, getpid(), dir, "../file", 0), 0);
	stat(".", &st);
	assert_int_equal(place.ino, st.st_ino);
	assert_int_equal(place_find(&place, getpid(), file, "x", 0), -ENOTDIR);
	close(file);
	assert_int_equal(place_find(&place, getpid(), 999, "x", 0), -EBADF);
	close(dir);
}

static void no_such_directory(void **state)
{
	struct umvu_place before, after;
	char text[128];

	(void)state;
	assert_int_equal(find(&before, "dir/new/x", 0), 0);
	assert_false(before.has_parent);
	snprintf(text, sizeof(text), "%s/dir/new/x", top);
	assert_string_equal(before.text, text);
	assert_int_equal(find(&after, "here/./new//x", 0), 0);
	assert_true(place_equal(&before, &after));
	assert_int_equal(find(&after, "dir/new/y", 0), 0);
	assert_false(place_equal(&before, &after));
	/* The directory is made later: still the same name. */
	assert_int_equal(mkdir("dir/new", 0755), 0);
	assert_int_equal(find(&after, "dir/new/x", 0), 0);
	assert_true(after.has_parent);
	assert_true(place_equal(&before, &after));
	assert_false(place_equal(&after, &before));
	rmdir("dir/new");
}

static void errors(void **state)
{
	static const struct {
		const char *path;
		int err;
	} rows[] = { { "", -ENOENT }, { "/", -EISDIR }, { "dir/.", -EISDIR },
		{ "dir/..", -EISDIR }, { "none/..", -ENOENT },
		{ "file/x", -ENOTDIR }, { "round/x", -ELOOP } };
	char path[PATH_MAX + 2];
	struct umvu_place place;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_int_equal(find(&place, rows[i].path, 0), rows[i].err);
	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(find(&place, path, 0), -ENAMETOOLONG);
	path[NAME_MAX + 1] = '\0';
	assert_int_equal(find(&place, path, 0), -ENAMETOOLONG);
	path[NAME_MAX] = '\0';
	assert_int_equal(find(&place, path, 0), 0);
}

static void guest_gone(void **state)
{
	struct umvu_place place;
	pid_t pid = fork();

	(void)state;
	if (pid == 0)
		_exit(0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(place_find(&place, pid, AT_FDCWD, "dir/x", 0), -ESRCH);
}

/* A guest in another root: what is outside of it does not exist. */
static void other_root(void **state)
{
	struct umvu_place place;
	struct stat st;
	pid_t pid;
	int ready[2];
	char byte;

	(void)state;
	if (geteuid() != 0)
		skip(); /* only root may chroot */
	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		if (chroot("dir") < 0 || chdir("/sub") < 0 ||
			write(ready[1], "x", 1) != 1)
			_exit(1);
		pause();
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_equal(stat("dir", &st), 0);
	assert_int_equal(place_find(&place, pid, AT_FDCWD, "/x", 0), 0);
	assert_int_equal(place.ino, st.st_ino);
	assert_int_equal(place_find(&place, pid, AT_FDCWD, "../../../x", 0), 0);
	assert_int_equal(place.ino, st.st_ino);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(ready[0]);
	close(ready[1]);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(last_component),
		cmocka_unit_test(ways_to_one_place),
		cmocka_unit_test(last_link),
		cmocka_unit_test(from_descriptor),
		cmocka_unit_test(no_such_directory),
		cmocka_unit_test(errors),
		cmocka_unit_test(guest_gone),
		cmocka_unit_test(other_root),
	};

	return cmocka_run_group_tests(tests, make_tree, remove_tree);
}
