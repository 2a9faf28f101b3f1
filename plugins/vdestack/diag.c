/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gnu.h"
#include "diag.h"
#include "namespace.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#define ALL_STATES 0xffffffffU

static int ask(int fd, int family)
{
	union {
		struct nlmsghdr nlh;
		char bytes[128];
	} buf;
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(&buf);
	struct inet_diag_req_v2 *req;

	nlh->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	req = mnl_nlmsg_put_extra_header(nlh, sizeof(*req));
	req->sdiag_family = (uint8_t)family;
	req->sdiag_protocol = IPPROTO_TCP;
	req->idiag_states = ALL_STATES;
	return send(fd, nlh, nlh->nlmsg_len, 0) < 0 ? -errno : 0;
}

/* Adds the sockets in one datagram of the answer; true: it was the last. */
static bool count(const struct nlmsghdr *nlh, int len, int *total)
{
	for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
		const struct inet_diag_msg *msg = mnl_nlmsg_get_payload(nlh);

		if (nlh->nlmsg_type == NLMSG_DONE ||
			nlh->nlmsg_type == NLMSG_ERROR)
			return true;
		if (mnl_nlmsg_get_payload_len(nlh) >= sizeof(*msg) &&
			msg->idiag_inode != 0)
			++*total;
	}
	return false;
}

static int count_family(int fd, int family)
{
	union {
		struct nlmsghdr nlh;
		char bytes[32768];
	} buf;
	int total = 0;
	ssize_t len;

	if (ask(fd, family) < 0)
		return 0;
	do {
		len = recv(fd, &buf, sizeof(buf), 0);
	} while ((len < 0 && errno == EINTR) ||
		 (len > 0 && !count(&buf.nlh, (int)len, &total)));
	return total;
}

int diag_count_tcp(struct netns *ns)
{
	int fd = netns_socket(ns, NETNS_INNER, AF_NETLINK,
		SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	int total;

	if (fd < 0)
		return 0;
	total = count_family(fd, AF_INET) + count_family(fd, AF_INET6);
	close(fd);
	return total;
}
