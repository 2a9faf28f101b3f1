/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rules STACK1 STACK2 NULLSTACK FORBIDDEN FILE - the rules of msocket(2)
 *
 * The first two are vdestack stacks whose loopback interfaces are up, the third
 * is a stack without families, FORBIDDEN a stack of mode 0.
 */
#include <fcntl.h>
#include <linux/netlink.h>
#include <msocket.h>
#include <netinet/in.h>
#include <sys/stat.h>

#include "check.h"

static const char *s1, *s2, *null_stack, *forbidden, *file;
static uint64_t host, n1, n2; /* the networks */

static uint64_t network(const char *path, int domain)
{
	int type = domain == AF_NETLINK || domain == AF_PACKET ? SOCK_RAW
							       : SOCK_DGRAM;

	return network_of(msocket(path, domain, type, 0));
}

static uint64_t plain(int domain)
{
	return network_of(socket(
		domain, domain == AF_NETLINK ? SOCK_RAW : SOCK_STREAM, 0));
}

static void path_names_the_stack(void)
{
	CHECK(n1 && n2 && host);
	CHECK(n1 != n2 && n1 != host && n2 != host);
	CHECK(network(s1, AF_INET) == n1);
	CHECK(network(s1, AF_INET6) == n1);
	CHECK(network(s1, AF_NETLINK) == n1);
	CHECK(network(s1, AF_PACKET) == n1);
	CHECK(network(s2, AF_INET) == n2);
}

static void null_path_without_default_is_the_host(void)
{
	CHECK(network(NULL, AF_INET) == host);
	CHECK(plain(AF_INET) == host);
}

static void default_for_one_family(void)
{
	CHECK(msocket(s1, AF_INET, SOCK_DEFAULT, 0) == 0);
	CHECK(plain(AF_INET) == n1);
	CHECK(network(NULL, AF_INET) == n1);
	CHECK(plain(AF_INET6) == host);
	CHECK(plain(AF_NETLINK) == host);
	/* an explicit path wins */
	CHECK(network(s2, AF_INET) == n2);
	CHECK(plain(AF_INET) == n1);
}

static void default_for_each_family_of_a_stack(void)
{
	CHECK(msocket(s2, PF_UNSPEC, SOCK_DEFAULT, 0) == 0);
	CHECK(plain(AF_INET) == n2);
	CHECK(plain(AF_INET6) == n2);
	CHECK(plain(AF_NETLINK) == n2);
	/* a family that the stack lacks keeps what it had */
	CHECK(plain(AF_UNIX) == host);
}

static void null_path_takes_defaults_back(void)
{
	CHECK(msocket(NULL, AF_INET, SOCK_DEFAULT, 0) == 0);
	CHECK(plain(AF_INET) == host);
	CHECK(plain(AF_INET6) == n2);
	CHECK(msocket(NULL, PF_UNSPEC, SOCK_DEFAULT, 0) == 0);
	CHECK(plain(AF_INET6) == host);
	CHECK(plain(AF_NETLINK) == host);
}

/* The flags that @fd has, of those two; closes it. */
static int flags_of(int fd)
{
	int flags = 0;

	if (fd < 0)
		return -1;
	if (fcntl(fd, F_GETFL) & O_NONBLOCK)
		flags |= SOCK_NONBLOCK;
	if (fcntl(fd, F_GETFD) & FD_CLOEXEC)
		flags |= SOCK_CLOEXEC;
	close(fd);
	return flags;
}

static void type_carries_flags(void)
{
	static const int all[] = { 0, SOCK_NONBLOCK, SOCK_CLOEXEC,
		SOCK_NONBLOCK | SOCK_CLOEXEC };
	size_t i;

	for (i = 0; i < 4; i++)
		CHECK(flags_of(msocket(s1, AF_INET, SOCK_STREAM | all[i], 0)) ==
			all[i]);
	CHECK(msocket(s1, AF_INET, SOCK_DEFAULT, 0) == 0);
	for (i = 0; i < 4; i++)
		CHECK(flags_of(socket(AF_INET, SOCK_DGRAM | all[i], 0)) ==
			all[i]);
	CHECK(msocket(NULL, AF_INET, SOCK_DEFAULT, 0) == 0);
}

static int accept_one(const char *stack, int flags)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(addr);
	int listener = msocket(stack, AF_INET, SOCK_STREAM, 0);
	int client = msocket(stack, AF_INET, SOCK_STREAM, 0), fd;

	CHECK(bind(listener, (void *)&addr, sizeof(addr)) == 0);
	CHECK(getsockname(listener, (void *)&addr, &len) == 0);
	CHECK(listen(listener, 1) == 0);
	CHECK(connect(client, (void *)&addr, sizeof(addr)) == 0);
	fd = flags < 0 ? accept(listener, NULL, NULL)
		       : accept4(listener, NULL, NULL, flags);
	close(listener);
	close(client);
	return fd;
}

static void accept4_carries_flags(void)
{
	CHECK(flags_of(accept_one(s1, -1)) == 0);
	CHECK(flags_of(accept_one(s1, 0)) == 0);
	CHECK(flags_of(accept_one(s1, SOCK_NONBLOCK)) == SOCK_NONBLOCK);
	CHECK(flags_of(accept_one(s1, SOCK_CLOEXEC)) == SOCK_CLOEXEC);
	CHECK(network_of(accept_one(s2, 0)) == n2);
}

static void paths_are_resolved(void)
{
	char dir[4096], *base, link[] = "rules-link", path[5000];

	strcpy(dir, s1);
	base = strrchr(dir, '/');
	*base++ = 0;
	CHECK(symlink(s1, link) == 0);
	CHECK(network(link, AF_INET) == n1);
	unlink(link);
	snprintf(path, sizeof(path), "%s/../%s/./%s", dir,
		strrchr(dir, '/') + 1, base);
	CHECK(network(path, AF_INET) == n1);
	snprintf(path, sizeof(path), "%s/no-such", dir);
	CHECK_FAILS(ENOENT, msocket(path, AF_INET, SOCK_STREAM, 0));
	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = 0;
	CHECK_FAILS(ENAMETOOLONG, msocket(path, AF_INET, SOCK_STREAM, 0));
}

static void relative_path(void)
{
	char cwd[4096], dir[4096], *base;

	strcpy(dir, s1);
	base = strrchr(dir, '/');
	*base++ = 0;
	if (!getcwd(cwd, sizeof(cwd)) || chdir(dir) < 0)
		return; /* no such folder; the shell test has one */
	CHECK(network(base, AF_INET) == n1);
	CHECK(chdir(cwd) == 0);
}

static void same_errno_as_socket(int domain, int type, int protocol)
{
	int fd = socket(domain, type, protocol), expected = errno;

	CHECK(fd < 0);
	CHECK_FAILS(expected, msocket(s1, domain, type, protocol));
}

static void errors(void)
{
	CHECK_FAILS(ENOENT, msocket("", AF_INET, SOCK_STREAM, 0));
	CHECK_FAILS(ENOTSUP, msocket(file, AF_INET, SOCK_STREAM, 0));
	CHECK_FAILS(ENOTSUP, msocket("/", AF_INET, SOCK_STREAM, 0));
	CHECK_FAILS(ENOTSUP, msocket(file, AF_INET, SOCK_DEFAULT, 0));
	CHECK_FAILS(ENOENT, msocket("/no/such", PF_UNSPEC, SOCK_DEFAULT, 0));
	CHECK_FAILS(EFAULT, msocket((char *)8, AF_INET, SOCK_STREAM, 0));
	CHECK_FAILS(EAFNOSUPPORT, msocket(null_stack, AF_INET, SOCK_STREAM, 0));
	CHECK_FAILS(EAFNOSUPPORT, msocket(s1, AF_UNIX, SOCK_DEFAULT, 0));
	CHECK_FAILS(EAFNOSUPPORT, msocket(s1, 45, SOCK_STREAM, 0));
	same_errno_as_socket(AF_INET, SOCK_STREAM, IPPROTO_UDP);
	same_errno_as_socket(AF_INET, SOCK_SEQPACKET, 0);
	same_errno_as_socket(AF_INET, 9, 0);
	same_errno_as_socket(AF_INET, SOCK_STREAM | 0x40000, 0);
	same_errno_as_socket(AF_NETLINK, SOCK_RAW, 31);
}

static void null_stack_cuts_off(void)
{
	CHECK(msocket(null_stack, PF_UNSPEC, SOCK_DEFAULT, 0) == 0);
	CHECK_FAILS(EAFNOSUPPORT, socket(AF_INET, SOCK_STREAM, 0));
	CHECK_FAILS(EAFNOSUPPORT, socket(AF_INET6, SOCK_DGRAM, 0));
	CHECK_FAILS(EAFNOSUPPORT, socket(AF_NETLINK, SOCK_RAW, 0));
	CHECK_FAILS(EAFNOSUPPORT, msocket(NULL, AF_INET, SOCK_STREAM, 0));
	CHECK(plain(AF_UNIX) == host);
	CHECK(network(s1, AF_INET) == n1);
	CHECK(msocket(NULL, PF_UNSPEC, SOCK_DEFAULT, 0) == 0);
	CHECK(plain(AF_INET) == host);
}

static void mode_forbids(void)
{
	int root = geteuid() == 0;

	if (root)
		CHECK(seteuid(65534) == 0);
	CHECK_FAILS(EACCES, msocket(forbidden, AF_INET, SOCK_STREAM, 0));
	CHECK_FAILS(EACCES, msocket(forbidden, PF_UNSPEC, SOCK_DEFAULT, 0));
	if (root)
		CHECK(seteuid(0) == 0);
}

static void stat_shows_a_stack(void)
{
	struct stat st;

	CHECK(stat(s1, &st) == 0);
	CHECK(S_ISSTACK(st.st_mode));
	CHECK((st.st_mode & 07777) == 0777);
	CHECK(st.st_uid == geteuid());
	CHECK(st.st_gid == getegid());
	CHECK(stat(file, &st) == 0);
	CHECK(!S_ISSTACK(st.st_mode));
}

int main(int argc, char *argv[])
{
	if (argc != 6)
		return 2;
	s1 = argv[1];
	s2 = argv[2];
	null_stack = argv[3];
	forbidden = argv[4];
	file = argv[5];
	host = plain(AF_INET);
	n1 = network(s1, AF_INET);
	n2 = network(s2, AF_INET);
	path_names_the_stack();
	null_path_without_default_is_the_host();
	default_for_one_family();
	default_for_each_family_of_a_stack();
	null_path_takes_defaults_back();
	type_carries_flags();
	accept4_carries_flags();
	paths_are_resolved();
	relative_path();
	errors();
	null_stack_cuts_off();
	mode_forbids();
	stat_shows_a_stack();
	return checked();
}
