/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making and unmaking stacks: plug-ins, errors, licences, the default. */
#include "libioth_test.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static void assert_no_stack(const char *name, int error, const char *message)
{
	errno = 0;
	assert_null(ioth_newstack(name, NULL));
	assert_int_equal(errno, error);
	assert_non_null(strstr(ioth_errmsg(), message));
}

static void newstack_host(void **state)
{
	struct ioth *null = ioth_newstack(NULL, NULL);
	struct ioth *empty = ioth_newstack("", NULL);
	int fd = ioth_msocket(null, AF_INET, SOCK_DGRAM, 0);

	(void)state;
	assert_non_null(null);
	assert_non_null(empty);
	assert_ptr_not_equal(null, empty);
	assert_true(fd >= 0);
	assert_int_equal(ioth_delstack(empty), 0);
	assert_int_equal(ioth_close(fd), 0);
	assert_int_equal(ioth_delstack(null), 0);
}

static void newstack_unknown(void **state)
{
	(void)state;
	assert_no_stack("nosuch", ENOTSUP, "nosuch");
	assert_no_stack("nosuch,option", ENOTSUP, "failing kernel licensed");
	assert_no_stack("../.ioth/mock", ENOTSUP, "../.ioth/mock");
}

static void newstack_not_loadable(void **state)
{
	(void)state;
	assert_no_stack("broken", ENOTSUP, "'broken'");
}

static void newstack_without_newstack(void **state)
{
	(void)state;
	assert_no_stack("nonewstack", ENOENT, "ioth_nonewstack_newstack");
}

/* Its errno is set in another name space (dlmopen). */
static void newstack_failing(void **state)
{
	(void)state;
	assert_no_stack("failing", EDOM, "out of its domain");
}

static void errmsg_after_success(void **state)
{
	struct ioth *stack;

	(void)state;
	assert_no_stack("nosuch", ENOTSUP, "nosuch");
	stack = ioth_newstack("counter", NULL);
	assert_string_equal(ioth_errmsg(), "");
	assert_int_equal(ioth_delstack(stack), 0);
}

static void newstack_license(void **state)
{
	static const char *const allowed[] = { "GPL-3.0-only", "apache-2.0",
		"MIT OR Apache-2.0", "(GPL-2.0-only OR GPL-3.0-only)" };
	static const char *const refused[] = { "GPL-2.0-or-later",
		"GPL-3.0-only AND MIT", "" };

	(void)state;
	ioth_set_license(NULL);
	assert_no_stack("licensed", EPERM, "Apache-2.0");
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		ioth_set_license(refused[i]);
		assert_no_stack("licensed", EPERM, "Apache-2.0");
	}
	for (size_t i = 0; i < sizeof(allowed) / sizeof(*allowed); i++) {
		struct ioth *stack;

		ioth_set_license(allowed[i]);
		stack = ioth_newstack("licensed", NULL);
		assert_non_null(stack);
		assert_int_equal(ioth_delstack(stack), 0);
	}
	ioth_set_license(NULL);
}

static char seen[64];

static void *note_arguments(const char *vnlv[], const char *options,
	struct ioth_functions *functions)
{
	size_t len = 0;

	(void)options;
	seen[0] = '\0';
	for (; vnlv && *vnlv; vnlv++)
		len += (size_t)snprintf(
			seen + len, sizeof(seen) - len, "%s;", *vnlv);
	return functions;
}

static void newstackl_list(void **state)
{
	struct ioth_functions mock = { .newstack = note_arguments };
	const char *vnlv[] = { "x://", "y://", NULL };
	char name[64];

	(void)state;
	snprintf(name, sizeof(name), "mock,%p", (void *)&mock);
	ioth_delstack(ioth_newstackl(name, "a://", "b://", "c://", NULL));
	assert_string_equal(seen, "a://;b://;c://;");
	ioth_delstack(ioth_newstackl(name, NULL));
	assert_string_equal(seen, "");
	ioth_delstack(ioth_newstackv(name, vnlv));
	assert_string_equal(seen, "x://;y://;");
	ioth_delstack(ioth_newstackv(name, NULL));
	assert_string_equal(seen, "");
	ioth_delstack(ioth_newstack(name, "z://"));
	assert_string_equal(seen, "z://;");
}

static void newstack_private(void **state)
{
	struct ioth *a = ioth_newstack("counter", NULL);
	struct ioth *b = ioth_newstack("counter", NULL);
	int fd_a[] = { ioth_msocket(a, AF_INET, SOCK_DGRAM, 0),
		ioth_msocket(a, AF_INET, SOCK_DGRAM, 0) };
	int fd_b = ioth_msocket(b, AF_INET, SOCK_DGRAM, 0);

	(void)state;
	assert_int_equal(ioth_listen(fd_a[0], 0), 2);
	assert_int_equal(ioth_listen(fd_b, 0), 1);
	for (int i = 0; i < 2; i++)
		close(fd_a[i]);
	close(fd_b);
	for (int i = 0; i < 2; i++)
		assert_errno(ioth_delstack(a), EDOM);
	assert_int_equal(ioth_delstack(a), 0);
	assert_errno(ioth_delstack(b), EDOM);
	assert_int_equal(ioth_delstack(b), 0);
}

static void newstack_often(void **state)
{
	(void)state;
	for (int i = 0; i < 40; i++) {
		struct ioth *stack = ioth_newstack("counter", NULL);

		assert_non_null(stack);
		assert_int_equal(ioth_delstack(stack), 0);
	}
}

/* The order in which glibc does not get its static TLS back. */
static void newstack_often_not_nested(void **state)
{
	struct ioth *stacks[2] = { NULL, NULL };

	(void)state;
	for (int i = 0; i < 40; i++) {
		if (stacks[i % 2])
			assert_int_equal(ioth_delstack(stacks[i % 2]), 0);
		stacks[i % 2] = ioth_newstack("counter", NULL);
		assert_non_null(stacks[i % 2]);
	}
	assert_int_equal(ioth_delstack(stacks[0]), 0);
	assert_int_equal(ioth_delstack(stacks[1]), 0);
}

static void call_errno_of_name_space(void **state)
{
	struct ioth *stack = ioth_newstack("counter", NULL);
	int fd = ioth_msocket(stack, AF_INET, SOCK_DGRAM, 0);
	struct sockaddr addr = { 0 };

	(void)state;
	assert_errno(ioth_bind(fd, &addr, sizeof(addr)), EXDEV);
	assert_errno(
		ioth_msocket(stack, AF_INET, SOCK_DGRAM, 255), EPROTONOSUPPORT);
	ioth_close(fd);
	while (ioth_delstack(stack) < 0)
		assert_int_equal(errno, EDOM);
}

static void delstack_no_stack(void **state)
{
	struct ioth *stack = ioth_newstack("mock", NULL);
	int something;

	(void)state;
	assert_null(stack);
	assert_errno(ioth_delstack(NULL), EINVAL);
	assert_errno(ioth_delstack((struct ioth *)&something), EINVAL);
	assert_errno(
		ioth_msocket((struct ioth *)&something, AF_INET, SOCK_DGRAM, 0),
		EINVAL);
	assert_errno(
		ioth_supported((struct ioth *)&something, AF_INET), EINVAL);
	assert_errno(ioth_watchfd(NULL), EINVAL);
}

static int refuse(void *stackdata)
{
	*(bool *)stackdata = !*(bool *)stackdata;
	errno = EBUSY;
	return *(bool *)stackdata ? -1 : 0;
}

static bool refused;

static void *new_refusing(const char *vnlv[], const char *options,
	struct ioth_functions *functions)
{
	(void)vnlv;
	(void)options;
	(void)functions;
	return &refused;
}

static void delstack_refused(void **state)
{
	struct ioth_functions mock = { .newstack = new_refusing,
		.delstack = refuse };
	struct ioth *stack = new_mock(&mock);

	(void)state;
	ioth_set_defstack(stack);
	assert_errno(ioth_delstack(stack), EBUSY);
	assert_ptr_equal(ioth_get_defstack(), stack);
	assert_int_equal(ioth_delstack(stack), 0);
	assert_null(ioth_get_defstack());
	assert_errno(ioth_delstack(stack), EINVAL);
}

static void defstack_used(void **state)
{
	struct ioth *null = ioth_newstack("null", NULL);
	int fd;

	(void)state;
	assert_non_null(null);
	ioth_set_defstack(null);
	assert_ptr_equal(ioth_get_defstack(), null);
	assert_errno(ioth_socket(AF_INET, SOCK_STREAM, 0), EAFNOSUPPORT);
	assert_errno(ioth_msocket(NULL, AF_INET, SOCK_STREAM, 0), EAFNOSUPPORT);
	ioth_set_defstack(NULL);
	fd = ioth_socket(AF_INET, SOCK_STREAM, 0);
	assert_true(fd >= 0);
	assert_int_equal(ioth_close(fd), 0);
	assert_int_equal(ioth_delstack(null), 0);
}

static void supported_asked(void **state)
{
	struct ioth *null = ioth_newstack("null", NULL);

	(void)state;
	assert_int_equal(ioth_supported(null, AF_INET), 1);
	assert_int_equal(ioth_supported(null, AF_NETLINK), 1);
	assert_int_equal(ioth_supported(null, AF_UNIX), 0);
	assert_int_equal(ioth_delstack(null), 0);
}

static void supported_tried(void **state)
{
	struct ioth *kernel = ioth_newstack("kernel", NULL);

	(void)state;
	assert_int_equal(ioth_supported(kernel, AF_INET), 1);
	assert_int_equal(ioth_supported(kernel, AF_NETLINK), 1);
	assert_int_equal(ioth_supported(kernel, 9999), 0);
	assert_int_equal(ioth_supported(NULL, AF_UNIX), 1);
	assert_int_equal(ioth_delstack(kernel), 0);
}

static int socket_errno;

static int failing_socket(int domain, int type, int protocol)
{
	(void)domain;
	(void)type;
	(void)protocol;
	errno = socket_errno;
	return -1;
}

static void plain_if_it_says_so(void **state)
{
	struct ioth *counter = ioth_newstack("counter", NULL);
	struct ioth *kernel = ioth_newstack("kernel", NULL);
	int something;

	(void)state;
	assert_int_equal(ioth_plain(NULL), 1);
	assert_int_equal(ioth_plain(counter), 1);
	assert_int_equal(ioth_plain(kernel), 0);
	assert_errno(ioth_plain((struct ioth *)&something), EINVAL);
	assert_int_equal(ioth_delstack(counter), 0);
	assert_int_equal(ioth_delstack(kernel), 0);
}

static void supported_tried_in_vain(void **state)
{
	struct ioth_functions mock = { .socket = failing_socket };
	struct ioth *stack = new_mock(&mock);

	(void)state;
	socket_errno = EAFNOSUPPORT;
	assert_int_equal(ioth_supported(stack, AF_INET), 0);
	socket_errno = EPERM;
	assert_int_equal(ioth_supported(stack, AF_PACKET), 1);
	socket_errno = ESOCKTNOSUPPORT;
	assert_int_equal(ioth_supported(stack, AF_VSOCK), 1);
	assert_int_equal(ioth_delstack(stack), 0);
}

static const char *read_some(int fd, char *buf, size_t size)
{
	ssize_t n = read(fd, buf, size - 1);

	assert_true(n > 0);
	buf[n] = '\0';
	close(fd);
	return buf;
}

static void procopen_of_host(void **state)
{
	int fd = ioth_procopen(NULL, "net/dev", O_RDONLY);
	char ours[8192], theirs[8192];

	(void)state;
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	read_some(fd, ours, sizeof(ours));
	read_some(open("/proc/thread-self/net/dev", O_RDONLY), theirs,
		sizeof(theirs));
	/* up to the first number, which changes */
	assert_memory_equal(ours, theirs, strcspn(theirs, ":"));
	fd = ioth_procopen(NULL, "sys/net/ipv4/ip_forward", O_RDONLY);
	assert_true(strchr("012", *read_some(fd, ours, sizeof(ours))));
	assert_errno(ioth_procopen(NULL, "net/nope", O_RDONLY), ENOENT);
}

/* Nothing is there, and nobody sees the host's. */
static void procopen_of_null(void **state)
{
	struct ioth *stack = ioth_newstack("null", NULL);
	char buf[4096];
	int fd = ioth_procopen(stack, "net/dev", O_RDONLY);

	(void)state;
	assert_null(strstr(read_some(fd, buf, sizeof(buf)), "lo:"));
	assert_errno(ioth_procopen(stack, "net/nope", O_RDONLY), ENOENT);
	assert_errno(ioth_procopen(stack, "net", O_RDONLY), EISDIR);
	assert_int_equal(ioth_delstack(stack), 0);
}

static void procopen_not_offered(void **state)
{
	struct ioth *stack = ioth_newstack("counter", NULL);

	(void)state;
	assert_errno(ioth_procopen(stack, "net/dev", O_RDONLY), ENOSYS);
	assert_int_equal(ioth_delstack(stack), 0);
	assert_errno(ioth_procopen(stack, "net/dev", O_RDONLY), EINVAL);
}

static void procopen_elsewhere(void **state)
{
	static const char *const paths[] = { "", "/", "self", "net/", "/net",
		"network", "sys", "sys/", "sys/kernel", "sys/network", "net//x",
		"net/.", "net/..", "net/../self/environ", "net/x/../..",
		"sys/net/../kernel/hostname", "net/./dev", "self/net/dev" };

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		assert_errno(ioth_procopen(NULL, paths[i], O_RDONLY), EINVAL);
	/* names that only look like them */
	assert_errno(ioth_procopen(NULL, "net/...", O_RDONLY), ENOENT);
	assert_errno(ioth_procopen(NULL, "net/.x", O_RDONLY), ENOENT);
}

static void plugins_listed(void **state)
{
	char *plugins = ioth_plugins();

	(void)state;
	assert_non_null(plugins);
	assert_non_null(strstr(plugins, "kernel"));
	/* Sorted; others may lie between them. */
	assert_non_null(strstr(plugins, "licensed"));
	assert_non_null(strstr(strstr(plugins, "licensed"), "mock nonewstack"));
	assert_null(strstr(plugins, "-r"));
	free(plugins);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(newstack_host),
		cmocka_unit_test(newstack_unknown),
		cmocka_unit_test(newstack_not_loadable),
		cmocka_unit_test(newstack_without_newstack),
		cmocka_unit_test(newstack_failing),
		cmocka_unit_test(errmsg_after_success),
		cmocka_unit_test(newstack_license),
		cmocka_unit_test(newstackl_list),
		cmocka_unit_test(newstack_private),
		cmocka_unit_test(newstack_often),
		cmocka_unit_test(newstack_often_not_nested),
		cmocka_unit_test(call_errno_of_name_space),
		cmocka_unit_test(delstack_no_stack),
		cmocka_unit_test(delstack_refused),
		cmocka_unit_test(defstack_used),
		cmocka_unit_test(supported_asked),
		cmocka_unit_test(supported_tried),
		cmocka_unit_test(supported_tried_in_vain),
		cmocka_unit_test(plain_if_it_says_so),
		cmocka_unit_test(procopen_of_host),
		cmocka_unit_test(procopen_of_null),
		cmocka_unit_test(procopen_not_offered),
		cmocka_unit_test(procopen_elsewhere),
		cmocka_unit_test(plugins_listed),
	};

	use_test_plugins();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
