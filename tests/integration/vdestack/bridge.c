/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Stacks of a group, which are joined inside the kernel. */
#include "vt.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define MEGABYTE ((size_t)1 << 20)
#define PREFIX	 "@ioth-vdestack/"

static void set_group(bool on)
{
	char name[32];

	snprintf(name, sizeof(name), "test-%d", (int)getpid());
	if (on)
		CHECK(setenv("IOTH_GROUP", name, 1) == 0);
	else
		CHECK(unsetenv("IOTH_GROUP") == 0);
}

static void ask(struct ioth *stack, int request, struct ifreq *ifr)
{
	int fd = ioth_msocket(stack, AF_INET, SOCK_DGRAM, 0);

	CHECK(fd >= 0);
	strcpy(ifr->ifr_name, "vde0");
	CHECK(ioctl(fd, request, ifr) == 0);
	close(fd);
}

static bool has_veth(struct ioth *stack)
{
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };
	struct ifreq ifr = { .ifr_data = (void *)&info };

	ask(stack, SIOCETHTOOL, &ifr);
	return !strcmp(info.driver, "veth");
}

static bool has_carrier(struct ioth *stack)
{
	struct ifreq ifr = { 0 };

	ask(stack, SIOCGIFFLAGS, &ifr);
	return ifr.ifr_flags & IFF_RUNNING;
}

static void set_mtu(struct ioth *stack, int mtu)
{
	struct ifreq ifr = { .ifr_mtu = mtu };

	ask(stack, SIOCSIFMTU, &ifr);
}

static bool wait_for(bool (*state)(struct ioth *), struct ioth *stack, bool on)
{
	for (int i = 0; i < 50 && state(stack) != on; i++)
		usleep(100000);
	return state(stack) == on;
}

/* Relays close what the other side has ended. */
static bool fds_settle_at(int most)
{
	for (int i = 0; i < 20 && vt_count_fds() > most; i++)
		usleep(100000);
	return vt_count_fds() <= most;
}

static void end(struct ioth *stack)
{
	CHECK(ioth_delstack(stack) == 0);
}

/*
 * Between 10.9.0.1 and 10.9.0.2. Each may know the other's address from another
 * interface, until that one has said something.
 */
static void exchange(struct ioth *a, struct ioth *b)
{
	vt_ping(a, "10.9.0.2", 100);
	CHECK(vt_ping(b, "10.9.0.1", 5000));
	CHECK(vt_ping(a, "10.9.0.2", 5000));
	vt_transfer(a, b, "10.9.0.2", MEGABYTE);
	vt_transfer(b, a, "10.9.0.1", MEGABYTE);
}

/* Also with frames as long as may be. */
static void joined(const char *vnl_a, const char *vnl_b)
{
	int fds = vt_count_fds();
	struct ioth *a = vt_stack(vnl_a, "10.9.0.1");
	struct ioth *b = vt_stack(vnl_b, "10.9.0.2");

	CHECK(has_veth(a) && has_veth(b));
	exchange(a, b);
	set_mtu(a, 65535);
	set_mtu(b, 65535);
	exchange(a, b);
	end(b);
	end(a);
	CHECK(fds_settle_at(fds + 1)); /* threadnet's */
}

/* Who is not of the group is reached through the uplink. */
static void with_others(void)
{
	struct ioth *a = vt_stack(vt_path("switch://sw"), "10.9.0.1");
	struct ioth *b = vt_stack(vt_path("vde://sw"), "10.9.0.2");
	struct ioth *c;

	set_group(false);
	c = vt_stack(vt_path("vde://sw"), "10.9.0.3");
	set_group(true);
	CHECK(!has_veth(c) || access("/dev/net/tun", R_OK | W_OK) < 0);
	CHECK(vt_ping(c, "10.9.0.1", 5000) && vt_ping(c, "10.9.0.2", 5000));
	CHECK(vt_ping(a, "10.9.0.3", 5000) && vt_ping(b, "10.9.0.3", 5000));
	vt_transfer(c, b, "10.9.0.2", MEGABYTE);
	vt_transfer(a, c, "10.9.0.3", MEGABYTE);
	exchange(a, b);
	end(c);
	end(b);
	end(a);
}

static int packet_socket(struct ioth *stack, int type)
{
	struct timeval limit = { .tv_sec = 5 };
	struct sockaddr_ll addr = { .sll_family = AF_PACKET,
		.sll_protocol = htons(type),
		.sll_ifindex = (int)ioth_if_nametoindex(stack, "vde0") };
	int fd = ioth_msocket(stack, AF_PACKET, SOCK_RAW, 0);

	CHECK(fd >= 0 &&
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit,
			sizeof(limit)) == 0 &&
		bind(fd, (struct sockaddr *)&addr, sizeof(addr)) == 0);
	return fd;
}

static void send_frame(struct ioth *from, struct ioth *to, uint8_t group,
	uint16_t type, const char *payload)
{
	uint8_t frame[60] = { 1, 0x80, 0xc2, 0, 0, group, 2, 0, 0, 0, 0, 1,
		(uint8_t)(type >> 8), (uint8_t)type };
	int sender = packet_socket(from, type), receiver;
	uint8_t came[100];

	receiver = packet_socket(to, type);
	strcpy((char *)frame + 14, payload);
	CHECK(send(sender, frame, sizeof(frame), 0) == sizeof(frame));
	do
		CHECK(recv(receiver, came, sizeof(came), 0) > 14);
	while (memcmp(came, frame, sizeof(frame)) != 0);
	close(sender);
	close(receiver);
}

/* The switch knows no protocol: neither those of bridges (but for the frames
 * that stop a sender), nor IP, be it right or wrong. */
static void all_frames(void)
{
	struct ioth *a = vt_stack(vt_path("switch://sw"), "10.9.0.1");
	struct ioth *b = vt_stack(vt_path("vde://sw"), "10.9.0.2");
	struct ioth *c = vt_stack(vt_path("vde://sw"), "10.9.0.3");

	for (uint8_t group = 0; group < 0x10; group++) {
		if (group == 1)
			continue;
		send_frame(b, a, group, 0x88b5, "from a user");
		send_frame(b, c, group, 0x88b5, "to another");
		send_frame(a, c, group, 0x88b5, "from the owner");
	}
	send_frame(b, a, 0x21, ETH_P_IP, "no IP");
	send_frame(b, c, 0x21, ETH_P_IPV6, "no IPv6");
	send_frame(a, b, 0x21, ETH_P_ARP, "no ARP");
	end(c);
	end(b);
	end(a);
}

/* The interface stays and has no carrier; the switch can be made again. */
static void owner_ends(void)
{
	struct ioth *a = vt_stack(vt_path("switch://sw"), "10.9.0.1");
	struct ioth *b = vt_stack(vt_path("vde://sw"), "10.9.0.2"), *c;
	int fds;

	CHECK(wait_for(has_carrier, b, true));
	end(a);
	CHECK(wait_for(has_carrier, b, false));
	CHECK(has_veth(b));
	a = vt_stack(vt_path("switch://sw"), "10.9.0.1");
	c = vt_stack(vt_path("vde://sw"), "10.9.0.2");
	exchange(a, c);
	CHECK(!has_carrier(b));
	fds = vt_count_fds();
	CHECK(ioth_iplink_del(b, "vde0", 0) == 0);
	CHECK(fds_settle_at(
		fds - 1)); /* it is noticed without a carrier, too */
	end(b);
	exchange(a, c);
	end(a);
	end(c);
}

/* The first one goes, the second takes its place; nobody's address changes. */
static void ptp_goes_on(void)
{
	struct ioth *a = vt_stack(vt_path("ptp://p"), "10.9.0.1");
	struct ioth *b = vt_stack(vt_path("ptp://p"), "10.9.0.2");
	int fds = 0;

	for (int i = 0; i < 3; i++) {
		struct ioth *next;

		exchange(a, b);
		end(i % 2 ? b : a);
		usleep(100000); /* it takes over */
		CHECK(has_carrier(i % 2 ? a : b));
		next = vt_stack(
			vt_path("ptp://p"), i % 2 ? "10.9.0.2" : "10.9.0.1");
		CHECK(has_veth(next));
		if (i % 2)
			b = next;
		else
			a = next;
		if (i == 0)
			fds = vt_count_fds();
	}
	CHECK(fds_settle_at(fds));
	exchange(a, b);
	end(a);
	usleep(100000);
	set_group(false); /* now by libvdeplug */
	a = vt_stack(vt_path("ptp://p"), "10.9.0.1");
	set_group(true);
	CHECK(!has_veth(a));
	exchange(a, b);
	end(a);
	end(b);
	CHECK(access(vt_path("p"), F_OK) < 0);
}

/* A killed one leaves its socket's file: nobody is there. */
static void ptp_was_killed(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ioth *a, *b;

	strcpy(addr.sun_path, vt_path("p+"));
	CHECK(fd >= 0 && bind(fd, (struct sockaddr *)&addr, sizeof(addr)) == 0);
	close(fd);
	a = vt_stack(vt_path("ptp://p"), "10.9.0.1");
	b = vt_stack(vt_path("ptp://p"), "10.9.0.2");
	CHECK(has_veth(a) && has_veth(b));
	exchange(a, b);
	end(b);
	end(a);
	CHECK(unlink(addr.sun_path) == 0);
}

/* Of whatever kind. */
static void ptp_has_two_ends(void)
{
	struct ioth *a = vt_stack(vt_path("ptp://p"), "10.9.0.1"), *b;

	set_group(false);
	b = vt_stack(vt_path("ptp://p"), "10.9.0.2");
	set_group(true);
	exchange(a, b);
	CHECK(!ioth_newstack("vdestack", vt_path("ptp://p")) &&
		errno == EADDRINUSE);
	end(b);
	b = vt_stack(vt_path("ptp://p"), "10.9.0.2");
	CHECK(has_veth(b));
	exchange(a, b);
	end(b);
	end(a);
}

/* So it is when the interface of the switch is removed, not the stack. */
static void owner_removes(void)
{
	struct ioth *a = vt_stack(vt_path("switch://sw"), "10.9.0.1");
	struct ioth *b = vt_stack(vt_path("vde://sw"), "10.9.0.2");

	CHECK(ioth_iplink_del(a, "vde0", 0) == 0);
	CHECK(wait_for(has_carrier, b, false));
	for (int i = 0; i < 50 && access(vt_path("sw"), F_OK) == 0; i++)
		usleep(100000);
	CHECK(ioth_iplink_add(a, "vde0", 0, "vde", vt_path("switch://sw")) >=
		0);
	CHECK(ioth_iplink_del(b, "vde0", 0) == 0);
	CHECK(ioth_iplink_add(b, "vde0", 0, "vde", vt_path("vde://sw")) >= 0);
	vt_up(a, "vde0", "10.9.0.1");
	vt_up(b, "vde0", "10.9.0.2");
	CHECK(has_veth(a) && has_veth(b));
	exchange(a, b);
	end(b);
	end(a);
}

static void user_removes(void)
{
	struct ioth *a = vt_stack(vt_path("switch://sw"), "10.9.0.1");
	struct ioth *b = vt_stack(NULL, NULL);
	int fds = 0;

	for (int i = 0; i < 5; i++) {
		CHECK(ioth_iplink_add(b, "vde0", i == 3 ? 77 : 0, "vde",
			      vt_path("vde://sw")) >= 0);
		CHECK(ioth_iplink_add(
			      b, "vde0", 0, "vde", vt_path("vde://sw")) < 0 &&
			errno == EEXIST);
		CHECK(i != 3 || ioth_if_nametoindex(b, "vde0") == 77);
		vt_up(b, "vde0", "10.9.0.2");
		CHECK(has_veth(b));
		exchange(a, b);
		CHECK(ioth_iplink_del(b, "vde0", 0) == 0);
		usleep(100000); /* both sides notice */
		if (i == 0)
			fds = vt_count_fds();
	}
	CHECK(fds_settle_at(fds));
	end(b);
	end(a);
}

/* The program of a stack dies: the others go on, its port goes. */
static void user_dies(void)
{
	struct ioth *a = vt_stack(vt_path("switch://sw"), "10.9.0.1"), *b;
	int fds = vt_count_fds(), ready[2];
	char byte;
	pid_t pid;

	CHECK(pipe(ready) == 0);
	pid = fork();
	if (pid == 0) {
		vt_stack(vt_path("vde://sw"), "10.9.0.2");
		CHECK(write(ready[1], "", 1) == 1);
		pause();
	}
	CHECK(read(ready[0], &byte, 1) == 1);
	CHECK(vt_ping(a, "10.9.0.2", 5000));
	CHECK(kill(pid, SIGKILL) == 0 && waitpid(pid, NULL, 0) == pid);
	close(ready[0]);
	close(ready[1]);
	b = vt_stack(vt_path("vde://sw"), "10.9.0.2");
	exchange(a, b);
	end(b);
	CHECK(fds_settle_at(fds));
	end(a);
}

/* The abstract names of the group, of all that listen; how many. */
static int find_names(char names[][108], int len)
{
	FILE *table = fopen("/proc/net/unix", "re");
	char line[512], group[32];
	int n = 0;

	CHECK(table != NULL);
	snprintf(group, sizeof(group), "/test-%d/", (int)getpid());
	while (n < len && fgets(line, sizeof(line), table)) {
		const char *name = strstr(line, PREFIX);

		if (name && strstr(name, group) && strstr(line, "00010000"))
			n += sscanf(name, "%107s", names[n]) == 1;
	}
	fclose(table);
	return n;
}

static int try_connect(int fd, const char *name)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	size_t len = strlen(name);

	memcpy(addr.sun_path, name, len);
	addr.sun_path[0] = '\0';
	len += offsetof(struct sockaddr_un, sun_path);
	return connect(fd, (struct sockaddr *)&addr, (socklen_t)len);
}

static int reach(const char *name)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	CHECK(fd >= 0 && try_connect(fd, name) == 0);
	return fd;
}

static int send_fd(int sock, const void *data, size_t len, int passed)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = { .align = { .cmsg_level = SOL_SOCKET,
			      .cmsg_type = SCM_RIGHTS,
			      .cmsg_len = CMSG_LEN(sizeof(int)) } };
	struct iovec iov = { (void *)data, len };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	memcpy(CMSG_DATA(&control.align), &passed, sizeof(passed));
	if (passed >= 0) {
		msg.msg_control = &control;
		msg.msg_controllen = sizeof(control);
	}
	return sendmsg(sock, &msg, MSG_NOSIGNAL) == (ssize_t)len ? 0 : -1;
}

static void say(const char *name, const void *data, size_t len, int passed)
{
	int fd = reach(name);
	char answer[64];

	if (len > 0)
		CHECK(send_fd(fd, data, len, passed) == 0 || errno == EPIPE);
	else
		shutdown(fd, SHUT_WR);
	(void)!recv(fd, answer, sizeof(answer), 0); /* an answer, or the end */
	close(fd);
}

/* Nobody but the stacks speaks there; whoever does all the same is refused. */
static void nonsense(void)
{
	static const char junk[4096] = "vde0";
	struct ioth *a = vt_stack(vt_path("switch://sw"), "10.9.0.1"), *b;
	char names[8][108];
	int n = find_names(names, 8), fds, idle;

	CHECK(n >= 1);
	fds = vt_count_fds();
	for (int i = 0; i < n; i++) {
		idle = reach(names[i]); /* says nothing, stops nobody */
		say(names[i], junk, 0, -1);
		say(names[i], junk, 1, 0);
		for (size_t len = 1; len < sizeof(junk); len = len * 3 / 2 + 1)
			for (int passed = -1; passed <= 2; passed++)
				say(names[i], junk, len, passed);
		close(idle);
	}
	b = vt_stack(vt_path("vde://sw"), "10.9.0.2");
	CHECK(has_veth(b));
	exchange(a, b);
	end(b);
	CHECK(fds_settle_at(fds));
	end(a);
}

/* What the first stack of a group gave to others is there when it is not. */
static void first_ends(void)
{
	struct ioth *first = vt_stack(NULL, NULL);
	struct ioth *a = vt_stack(vt_path("switch://sw"), "10.9.0.1"), *b;

	end(first);
	first = vt_stack(NULL, NULL);
	b = vt_stack(vt_path("vde://sw"), "10.9.0.2");
	CHECK(has_veth(b));
	exchange(a, b);
	end(a);
	a = vt_stack(vt_path("switch://sw2"), "10.9.0.1");
	end(b);
	end(first);
	b = vt_stack(vt_path("vde://sw2"), "10.9.0.2");
	CHECK(has_veth(b));
	end(b);
	end(a);
}

/* A connection that there is no descriptor for is left waiting, and keeps nobody
 * busy. */
static void no_descriptors(void)
{
	struct ioth *a = vt_stack(vt_path("switch://sw"), "10.9.0.1"), *b;
	int fds = vt_count_fds(), idle[8], n;
	struct rlimit old, none;
	char names[8][108];
	long before;

	n = find_names(names, 8);
	for (int i = 0; i < n; i++)
		idle[i] = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	CHECK(getrlimit(RLIMIT_NOFILE, &old) == 0);
	none = (struct rlimit){ 0, old.rlim_max };
	CHECK(setrlimit(RLIMIT_NOFILE, &none) == 0);
	for (int i = 0; i < n; i++)
		CHECK(try_connect(idle[i], names[i]) == 0);
	before = vt_cpu_ms();
	usleep(500000);
	CHECK(vt_cpu_ms() - before < 50);
	CHECK(setrlimit(RLIMIT_NOFILE, &old) == 0);
	b = vt_stack(vt_path("vde://sw"), "10.9.0.2");
	CHECK(has_veth(b));
	exchange(a, b);
	end(b);
	for (int i = 0; i < n; i++)
		close(idle[i]);
	CHECK(fds_settle_at(fds));
	end(a);
}

/* A child that the owner forked holds copies of all there is. */
static void child_stays(void)
{
	struct ioth *a = vt_stack(vt_path("switch://sw"), "10.9.0.1");
	char names[8][108];
	pid_t pid = fork();

	if (pid == 0) {
		pause();
		_exit(0);
	}
	end(a);
	for (int i = find_names(names, 8) - 1; i >= 0; i--) {
		int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

		CHECK(strstr(names[i], "/user") || /* not the owner's alone */
			(try_connect(fd, names[i]) < 0 &&
				errno == ECONNREFUSED));
		close(fd);
	}
	CHECK(kill(pid, SIGKILL) == 0 && waitpid(pid, NULL, 0) == pid);
}

static void *add_vde0(void *stack)
{
	CHECK(ioth_iplink_add(stack, "vde0", 0, "vde", vt_path("vde://sw")) >=
		0);
	return NULL;
}

/* An ordinary user's helper dies while the owner's relay waits for it. */
static void helper_dies(void)
{
	struct ioth *a = vt_stack(vt_path("switch://sw"), "10.9.0.1"), *b;
	int helper = vt_find_helper(getpid());
	pthread_t thread;

	b = vt_stack(NULL, NULL);
	CHECK(helper > 0 && kill(helper, SIGSTOP) == 0);
	CHECK(pthread_create(&thread, NULL, add_vde0, b) == 0);
	usleep(300000);
	CHECK(kill(helper, SIGKILL) == 0);
	pthread_join(thread, NULL);
	vt_up(b, "vde0", "10.9.0.2");
	CHECK(vt_ping(b, "10.9.0.1", 5000));
	end(b);
	end(a);
}

static int net_of(struct ioth *stack)
{
	int sock = ioth_msocket(stack, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int fd = ioctl(sock, SIOCGSKNS);

	CHECK(sock >= 0 && fd >= 0);
	close(sock);
	return fd;
}

/* Asks for a port like a stack does, and leaves. */
static void ask_and_leave(const char *name, int net_fd)
{
	static const char request[28] = { [20] = 2, 0, 0, 9, 9, 9 };
	int fd = reach(name);

	CHECK(send_fd(fd, request, sizeof(request), net_fd) == 0 ||
		errno == EPIPE); /* this is another listener, of ours */
	close(fd);
}

/* The owner finds a request whose sender has gone: he makes nothing of it. */
static void abandoned(void)
{
	const char *vnl = vt_path("switch://sw");
	struct ioth *b = vt_stack(NULL, NULL);
	int ready[2], net_fd = net_of(b), n;
	char names[8][108], byte;
	pid_t pid;

	CHECK(pipe(ready) == 0);
	pid = fork();
	if (pid == 0) {
		vt_stack(vnl, "10.9.0.1");
		CHECK(write(ready[1], "", 1) == 1);
		pause();
	}
	CHECK(read(ready[0], &byte, 1) == 1);
	CHECK(kill(pid, SIGSTOP) == 0 && waitpid(pid, NULL, WUNTRACED) == pid);
	n = find_names(names, 8);
	for (int i = 0; i < n; i++)
		ask_and_leave(names[i], net_fd);
	CHECK(kill(pid, SIGCONT) == 0);
	CHECK(ioth_iplink_add(b, "vde0", 0, "vde", vt_path("vde://sw")) >= 0);
	CHECK(ioth_if_nametoindex(b, "vde0") == 2); /* the first there was */
	vt_up(b, "vde0", "10.9.0.2");
	CHECK(has_veth(b) && vt_ping(b, "10.9.0.1", 5000));
	end(b);
	CHECK(kill(pid, SIGKILL) == 0 && waitpid(pid, NULL, 0) == pid);
	close(net_fd);
	close(ready[0]);
	close(ready[1]);
	end(vt_stack(vnl, NULL)); /* takes what the dead one has left away */
}

static void ask_as_nobody(char names[][108], int n)
{
	struct timeval limit = { .tv_sec = 5 };
	char byte;

	if (setgid(65534) < 0 && errno == EINVAL)
		_exit(0); /* the only user of a user namespace */
	CHECK(setuid(65534) == 0);
	for (int i = 0; i < n; i++) {
		int fd = reach(names[i]);

		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
		CHECK(recv(fd, &byte, 1, 0) <= 0 && errno != EAGAIN);
		close(fd);
	}
	_exit(0);
}

/* Another user gets nothing. */
static void stranger(void)
{
	struct ioth *a = vt_stack(vt_path("switch://sw"), "10.9.0.1");
	char names[8][108];
	int n = find_names(names, 8), status;
	pid_t pid;

	CHECK(n >= 1);
	if (geteuid() == 0) {
		pid = fork();
		if (pid == 0)
			ask_as_nobody(names, n);
		CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	}
	end(a);
}

static void idle(void)
{
	struct ioth *a = vt_stack(vt_path("switch://sw"), "10.9.0.1");
	struct ioth *b = vt_stack(vt_path("vde://sw"), "10.9.0.2");
	long before;

	exchange(a, b);
	before = vt_cpu_ms();
	usleep(500000);
	CHECK(vt_cpu_ms() - before < 50);
	end(a);
	CHECK(wait_for(has_carrier, b, false));
	before = vt_cpu_ms();
	usleep(500000);
	CHECK(vt_cpu_ms() - before < 50);
	end(b);
}

void bridge_run(void)
{
	if (access("/dev/net/tun", R_OK | W_OK) < 0)
		vt_skip("/dev/net/tun cannot be opened, so there is no bridge");
	set_group(true);
	joined(vt_path("switch://sw"), vt_path("vde://sw"));
	joined(vt_path("switch://sw"), vt_path("sw"));
	joined(vt_path("ptp://p"), vt_path("ptp://p"));
	ptp_goes_on();
	ptp_was_killed();
	ptp_has_two_ends();
	with_others();
	all_frames();
	owner_ends();
	owner_removes();
	user_removes();
	user_dies();
	first_ends();
	nonsense();
	no_descriptors();
	child_stays();
	helper_dies();
	abandoned();
	stranger();
	idle();
	set_group(false);
}
