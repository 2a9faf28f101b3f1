/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The same requests to the kernel and to the server: those that ip, ss and
 * libc have made (tests/fuzz/netlink/corpus, in the order of their names), in a
 * network name space with lo and v0 (a veth, whose other end is not looked at).
 * Each message must have the same type, header and error; each attribute that
 * the server sends must be as the kernel's. It may send fewer.
 */
#include "support_netlink_test.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/neighbour.h>
#include <linux/veth.h>
#include <sched.h>
#include <unistd.h>

#define OURS  2 /* v0 */
#define OTHER 7 /* its other end */

/* First byte of a file of the corpus: see tests/fuzz/netlink/netlink.c */
enum { DIAG = 1, STRICT = 2, EXT_ACK = 4, IOCTL = 32 };

/* --- the kernel ----------------------------------------------------------- */

static void ask_kernel(int fd, const void *bytes, size_t size)
{
	struct sockaddr_nl to = { .nl_family = AF_NETLINK };

	assert_int_equal(sendto(fd, bytes, size, 0,
				 (const struct sockaddr *)&to, sizeof(to)),
		size);
}

static int open_kernel(unsigned config)
{
	int one = 1, fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC,
			     config & DIAG ? NETLINK_SOCK_DIAG : NETLINK_ROUTE);

	assert_true(fd >= 0);
	if (config & STRICT)
		setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &one,
			sizeof(one));
	if (config & EXT_ACK)
		setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	return fd;
}

/* The end of a dump, or there is nothing (more) to read. */
static size_t read_kernel(int fd, char *replies)
{
	size_t size = 0;
	ssize_t got;

	while ((got = recv(fd, replies + size, REPLIES_SIZE - size,
			MSG_DONTWAIT)) > 0)
		size += NLMSG_ALIGN((size_t)got);
	return size;
}

/* The code of the kernel's answer. */
static int change_kernel(const struct message *message)
{
	struct fixture *reply = calloc(1, sizeof(*reply));
	int code, fd = open_kernel(0);

	ask_kernel(fd, message->bytes, message->header.nlmsg_len);
	reply->size = read_kernel(fd, reply->replies);
	close(fd);
	code = fixture_code(reply);
	free(reply);
	return code;
}

static void put_peer(struct nlmsghdr *header)
{
	const struct ifinfomsg other = { .ifi_index = OTHER };
	struct nlattr *peer = mnl_attr_nest_start(header, VETH_INFO_PEER);

	memcpy(mnl_nlmsg_get_payload_tail(header), &other, sizeof(other));
	header->nlmsg_len += sizeof(other);
	mnl_attr_put_strz(header, IFLA_IFNAME, "v1");
	mnl_attr_nest_end(header, peer);
}

static int make_veth(void)
{
	struct message message;
	struct ifinfomsg *info = message_init(&message, RTM_NEWLINK,
		NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK, sizeof(*info));
	struct nlmsghdr *header = &message.header;
	struct nlattr *linkinfo, *data;

	info->ifi_index = OURS;
	mnl_attr_put_strz(header, IFLA_IFNAME, "v0");
	mnl_attr_put(header, IFLA_ADDRESS, 6, "\2\0\0\0\0\1");
	linkinfo = mnl_attr_nest_start(header, IFLA_LINKINFO);
	mnl_attr_put_strz(header, IFLA_INFO_KIND, "veth");
	data = mnl_attr_nest_start(header, IFLA_INFO_DATA);
	put_peer(header);
	mnl_attr_nest_end(header, data);
	mnl_attr_nest_end(header, linkinfo);
	return change_kernel(&message);
}

/* The other end of v0 goes up, for v0 to have a carrier. */
static int set_up_other(void)
{
	struct message message;
	struct ifinfomsg *info =
		message_init(&message, RTM_NEWLINK, NLM_F_ACK, sizeof(*info));

	info->ifi_index = OTHER;
	info->ifi_flags = info->ifi_change = IFF_UP;
	return change_kernel(&message);
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	assert_true(write(fd, text, strlen(text)) > 0);
	close(fd);
}

/* No addresses of its own making; the second address is promoted. */
static void quieten(void)
{
	write_file("/proc/sys/net/ipv6/conf/default/addr_gen_mode", "1");
	write_file("/proc/sys/net/ipv4/conf/all/promote_secondaries", "1");
	write_file("/proc/sys/net/ipv4/conf/default/promote_secondaries", "1");
}

static int enter_network(void **state)
{
	static bool entered;

	if (unshare(CLONE_NEWNET) == 0 ||
		(unshare(CLONE_NEWUSER) == 0 && unshare(CLONE_NEWNET) == 0)) {
		quieten();
		entered = make_veth() == 0 && set_up_other() == 0;
	}
	*state = entered ? &entered : NULL;
	return 0;
}

/* --- comparing ------------------------------------------------------------ */

/* Attributes that are not the same on two machines, or not ours to know. */
static const struct ignored {
	uint16_t message, attribute;
} ignored[] = {
	{ RTM_NEWLINK, IFLA_STATS },
	{ RTM_NEWLINK, IFLA_STATS64 },
	{ RTM_NEWLINK, IFLA_QDISC }, /* the machine's default_qdisc */
	{ RTM_NEWLINK, IFLA_CARRIER_CHANGES },
	{ RTM_NEWLINK, IFLA_LINKINFO },	     /* more statistics inside */
	{ RTM_NEWLINK, IFLA_NUM_TX_QUEUES }, /* one per CPU */
	{ RTM_NEWLINK, IFLA_NUM_RX_QUEUES },
	{ RTM_NEWADDR, IFA_CACHEINFO },
	{ RTM_NEWROUTE, RTA_CACHEINFO },
	{ RTM_NEWNEIGH, NDA_CACHEINFO },
	{ RTM_NEWNEIGH, NDA_PROBES },
};

static bool is_ignored(uint16_t message, uint16_t attribute)
{
	for (size_t i = 0; i < sizeof(ignored) / sizeof(*ignored); i++)
		if (ignored[i].message == message &&
			ignored[i].attribute == attribute)
			return true;
	return false;
}

static size_t header_size(uint16_t type)
{
	switch (type) {
	case RTM_NEWLINK:
		return sizeof(struct ifinfomsg);
	case RTM_NEWADDR:
		return sizeof(struct ifaddrmsg);
	case RTM_NEWROUTE:
		return sizeof(struct rtmsg);
	case RTM_NEWNEIGH:
		return sizeof(struct ndmsg);
	default: /* NLMSG_DONE, NLMSG_ERROR: its code */
		return sizeof(int);
	}
}

/* Is it about the other end of v0, or a message that is no answer? */
static bool is_foreign(const struct nlmsghdr *header)
{
	const struct nlattr *oif;

	if (header->nlmsg_type == RTM_NEWLINK)
		return ((const struct ifinfomsg *)NLMSG_DATA(header))
			       ->ifi_index == OTHER;
	if (header->nlmsg_type == RTM_NEWNEIGH)
		return ((const struct ndmsg *)NLMSG_DATA(header))->ndm_state &
		       NUD_NOARP;
	if (header->nlmsg_type != RTM_NEWROUTE)
		return false;
	oif = find_attr(header, sizeof(struct rtmsg), RTA_OIF);
	return oif && mnl_attr_get_u32(oif) == OTHER;
}

/* Message @i that counts; NULL: there are not so many. */
static const struct nlmsghdr *message_at(
	const struct fixture *fixture, unsigned i)
{
	const struct nlmsghdr *header;

	for (unsigned at = 0; (header = fixture_reply(fixture, at)); at++)
		if (!is_foreign(header) && i-- == 0)
			return header;
	return NULL;
}

/* Why the last comparison failed. */
static char difference[256];

__attribute__((format(printf, 1, 2))) static bool differ(
	const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(difference, sizeof(difference), format, args);
	va_end(args);
	return false;
}

static bool same_attributes(
	const struct nlmsghdr *theirs, const struct nlmsghdr *ours)
{
	size_t size = header_size(ours->nlmsg_type);
	const struct nlattr *a, *b;

	mnl_attr_for_each(b, ours, size)
	{
		uint16_t type = mnl_attr_get_type(b);

		if (is_ignored(ours->nlmsg_type, type))
			continue;
		a = find_attr(theirs, size, type);
		if (!a || a->nla_len != b->nla_len ||
			memcmp(a, b, b->nla_len) != 0)
			return differ("message %u, attribute %u: %s",
				ours->nlmsg_type, type,
				a ? "differs" : "not the kernel's");
	}
	return true;
}

static bool same_message(
	const struct nlmsghdr *theirs, const struct nlmsghdr *ours)
{
	size_t size = header_size(ours->nlmsg_type);

	if (theirs->nlmsg_type != ours->nlmsg_type)
		return differ("type %u, not %u", ours->nlmsg_type,
			theirs->nlmsg_type);
	if (memcmp(NLMSG_DATA(theirs), NLMSG_DATA(ours), size) != 0)
		return differ("header of %u: %d, not %d", ours->nlmsg_type,
			*(int *)NLMSG_DATA(ours), *(int *)NLMSG_DATA(theirs));
	if (theirs->nlmsg_flags != ours->nlmsg_flags)
		return differ("flags %x, not %x", ours->nlmsg_flags,
			theirs->nlmsg_flags);
	if (theirs->nlmsg_seq != ours->nlmsg_seq)
		return differ("sequence");
	if (ours->nlmsg_type != NLMSG_ERROR)
		return same_attributes(theirs, ours);
	if (theirs->nlmsg_len != ours->nlmsg_len ||
		memcmp(NLMSG_DATA(theirs), NLMSG_DATA(ours),
			ours->nlmsg_len - NLMSG_HDRLEN) != 0)
		return differ("text of the error");
	return true;
}

static bool same(const struct fixture *kernel, const struct fixture *server)
{
	const struct nlmsghdr *theirs, *ours;
	unsigned i = 0;

	do {
		theirs = message_at(kernel, i);
		ours = message_at(server, i);
		if (!theirs != !ours)
			return differ("message %u is %s", i,
				ours ? "too many" : "missing");
		if (ours && !same_message(theirs, ours))
			return false;
		i++;
	} while (ours);
	return true;
}

/* --- the corpus ----------------------------------------------------------- */

static int is_request(const struct dirent *entry)
{
	return entry->d_name[0] >= '0' && entry->d_name[0] <= '9';
}

static size_t read_request(const char *name, unsigned char *bytes, size_t size)
{
	char path[4096];
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", CORPUS, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	got = read(fd, bytes, size);
	close(fd);
	assert_true(got > 0);
	return (size_t)got;
}

static void set_socket(struct netlink_socket *socket, unsigned config)
{
	netlink_socket_init(socket,
		config & DIAG ? NETLINK_SOCK_DIAG : NETLINK_ROUTE, true);
	socket->strict = config & STRICT;
	socket->ext_ack = config & EXT_ACK;
}

static void ask_both(struct fixture *kernel, struct fixture *server,
	const unsigned char *bytes, size_t size)
{
	int fd = open_kernel(bytes[0]);

	set_socket(&server->socket, bytes[0]);
	assert_int_equal(fixture_send(server, bytes + 1, size - 1), 0);
	ask_kernel(fd, bytes + 1, size - 1);
	kernel->size = read_kernel(fd, kernel->replies);
	close(fd);
}

/* IPv6 routes of an address appear a moment after it: ask again then. */
static void compare_request(
	struct fixture *kernel, struct fixture *server, const char *name)
{
	_Alignas(8) unsigned char bytes[8192];
	size_t size = read_request(name, bytes, sizeof(bytes));
	int attempts = (bytes[5] & 3) == 2 ? 200 : 1; /* RTM_GET* */

	do {
		ask_both(kernel, server, bytes, size);
		if (same(kernel, server))
			return;
		usleep(10000);
	} while (--attempts > 0);
	fail_msg("%s: %s", name, difference);
}

/* Types that only this stack has, sockets that only the test has. */
static bool is_ours_alone(const char *name)
{
	return strstr(name, "vde") || strstr(name, "w0") ||
	       strstr(name, "-ss-") || strstr(name, "type-veth");
}

static void same_as_kernel(void **state)
{
	struct fixture *kernel, *server;
	struct dirent **entries;
	void *fixture;
	int n;

	if (!*state)
		skip();
	kernel = calloc(1, sizeof(*kernel));
	fixture_new(&fixture);
	server = fixture;
	n = scandir(CORPUS, &entries, is_request, alphasort);
	assert_true(n > 50);
	for (int i = 0; i < n; i++) {
		if (!is_ours_alone(entries[i]->d_name))
			compare_request(kernel, server, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	fixture_free(&fixture);
	free(kernel);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(same_as_kernel, enter_network),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
