/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "netlink_reply.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void netlink_reply_init(
	struct netlink_reply *reply, netlink_emit *emit, void *ctx)
{
	/* not the message: it is large and written before it is read */
	memset(reply, 0, offsetof(struct netlink_reply, message));
	reply->emit = emit;
	reply->ctx = ctx;
}

void netlink_reply_fini(struct netlink_reply *reply)
{
	free(reply->datagram);
}

void *netlink_reply_begin(
	struct netlink_reply *reply, uint16_t type, size_t size)
{
	struct nlmsghdr *header = mnl_nlmsg_put_header(reply->message.bytes);

	header->nlmsg_type = type;
	header->nlmsg_flags = reply->flags;
	header->nlmsg_seq = reply->seq;
	header->nlmsg_pid = reply->port;
	reply->overflow = false;
	return mnl_nlmsg_put_extra_header(header, size);
}

void netlink_reply_put(struct netlink_reply *reply, uint16_t type,
	const void *data, size_t size)
{
	struct nlmsghdr *header = &reply->message.header;
	size_t padded = MNL_ALIGN(MNL_ATTR_HDRLEN + size);
	char *at = mnl_nlmsg_get_payload_tail(header);
	struct nlattr *attr = (struct nlattr *)at;

	if (padded > sizeof(reply->message) - MNL_ALIGN(header->nlmsg_len)) {
		reply->overflow = true;
		return;
	}
	memset(at, 0, padded);
	attr->nla_type = type;
	attr->nla_len = (uint16_t)(MNL_ATTR_HDRLEN + size);
	if (size > 0)
		memcpy(at + MNL_ATTR_HDRLEN, data, size);
	header->nlmsg_len = (uint32_t)(MNL_ALIGN(header->nlmsg_len) + padded);
}

void netlink_reply_u8(struct netlink_reply *reply, uint16_t type, uint8_t value)
{
	netlink_reply_put(reply, type, &value, sizeof(value));
}

void netlink_reply_u32(
	struct netlink_reply *reply, uint16_t type, uint32_t value)
{
	netlink_reply_put(reply, type, &value, sizeof(value));
}

void netlink_reply_text(
	struct netlink_reply *reply, uint16_t type, const char *text)
{
	netlink_reply_put(reply, type, text, strlen(text) + 1);
}

void netlink_reply_ip(struct netlink_reply *reply, uint16_t type, int family,
	const union netlink_ip *ip)
{
	if (!netlink_ip_none(ip))
		netlink_reply_put(
			reply, type, ip->bytes, netlink_ip_size(family));
}

struct nlattr *netlink_reply_nest(struct netlink_reply *reply, uint16_t type)
{
	struct nlattr *nest =
		mnl_nlmsg_get_payload_tail(&reply->message.header);

	netlink_reply_put(reply, type, NULL, 0);
	return reply->overflow ? NULL : nest;
}

void netlink_reply_nest_end(struct netlink_reply *reply, struct nlattr *nest)
{
	char *end = mnl_nlmsg_get_payload_tail(&reply->message.header);

	if (nest)
		nest->nla_len = (uint16_t)(end - (char *)nest);
}

static int emit(struct netlink_reply *reply, const void *bytes, size_t size)
{
	if (!reply->err)
		reply->err = reply->emit(reply->ctx, bytes, size);
	return reply->err;
}

int netlink_reply_flush(struct netlink_reply *reply)
{
	size_t used = reply->used;

	reply->used = 0;
	return used > 0 ? emit(reply, reply->datagram, used) : reply->err;
}

/* Adds the message to the datagram, which goes out first if it is too full. */
static int share(struct netlink_reply *reply, size_t size)
{
	if (reply->used + size > reply->limit)
		netlink_reply_flush(reply);
	if (size > reply->limit)
		return emit(reply, reply->message.bytes, size);
	if (!reply->datagram)
		reply->datagram = malloc(reply->limit);
	if (!reply->datagram) {
		reply->err = -ENOMEM;
		return reply->err;
	}
	memcpy(reply->datagram + reply->used, reply->message.bytes, size);
	reply->used += size;
	return reply->err;
}

int netlink_reply_end(struct netlink_reply *reply)
{
	size_t size = MNL_ALIGN(reply->message.header.nlmsg_len);

	if (reply->overflow)
		return -EMSGSIZE;
	if (reply->err)
		return reply->err;
	return reply->limit > 0 ? share(reply, size)
				: emit(reply, reply->message.bytes, size);
}

int netlink_reply_done(struct netlink_reply *reply, int err, const char *why)
{
	int *code = netlink_reply_begin(reply, NLMSG_DONE, sizeof(*code));

	*code = err;
	if (why) {
		reply->message.header.nlmsg_flags |= NLM_F_ACK_TLVS;
		netlink_reply_text(reply, NLMSGERR_ATTR_MSG, why);
	}
	netlink_reply_end(reply);
	return netlink_reply_flush(reply);
}
