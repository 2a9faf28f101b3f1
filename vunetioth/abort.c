/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "abort.h"

#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#define ALL_STATES  0xffffffffu
#define BUFFER_SIZE 16384

static void send_request(int diag, uint16_t type, uint16_t flags,
	const struct inet_diag_req_v2 *rq)
{
	char buf[MNL_ALIGN(sizeof(struct nlmsghdr)) + sizeof(*rq)];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	memcpy(mnl_nlmsg_put_extra_header(nlh, sizeof(*rq)), rq, sizeof(*rq));
	send(diag, nlh, nlh->nlmsg_len, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* One socket of the dump. @data: the descriptor that destroys. */
static int destroy(const struct nlmsghdr *nlh, void *data)
{
	const struct inet_diag_msg *msg = mnl_nlmsg_get_payload(nlh);
	struct inet_diag_req_v2 rq = { .sdiag_protocol = IPPROTO_TCP };

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*msg))
		return MNL_CB_OK;
	rq.sdiag_family = msg->idiag_family;
	rq.idiag_states = ALL_STATES;
	rq.id = msg->id;
	send_request(*(int *)data, SOCK_DESTROY, 0, &rq);
	return MNL_CB_OK;
}

static void abort_family(int diag, uint8_t family)
{
	const struct inet_diag_req_v2 all = { .sdiag_family = family,
		.sdiag_protocol = IPPROTO_TCP,
		.idiag_states = ALL_STATES };
	char buf[BUFFER_SIZE];
	ssize_t n;

	send_request(diag, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, &all);
	/* The kernel fills the next part of a dump while we read this one, so
	 * nothing is ever waited for. -1: a socket could not be destroyed,
	 * because it has gone; 0: the end of the dump. */
	while ((n = recv(diag, buf, sizeof(buf), MSG_DONTWAIT)) > 0)
		if (mnl_cb_run(buf, (size_t)n, 0, 0, destroy, &diag) == 0)
			break;
}

void abort_connections(int diag)
{
	abort_family(diag, AF_INET);
	abort_family(diag, AF_INET6);
}
