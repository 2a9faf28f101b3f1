/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gnu.h"
#include "linkmsg.h"
#include "vnl.h"

#include <ioth/linkservice.h>

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdint.h>
#include <string.h>

/* Copies a string that ends within its attribute. */
static int get_string(char *to, size_t size, const struct nlattr *attr)
{
	size_t max = mnl_attr_get_payload_len(attr);
	const char *from = mnl_attr_get_payload(attr);
	size_t len = strnlen(from, max);

	if (len == 0 || len == max)
		return -EINVAL;
	if (len >= size)
		return -ENAMETOOLONG;
	memcpy(to, from, len + 1);
	return 0;
}

static const struct nlattr *find_nested(const struct nlattr *nest, int type)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest)
	{
		if (mnl_attr_get_type(attr) == type)
			return attr;
	}
	return NULL;
}

static int parse_info(struct linkmsg *msg, const struct nlattr *info)
{
	const struct nlattr *kind = find_nested(info, IFLA_INFO_KIND);
	const struct nlattr *data = find_nested(info, IFLA_INFO_DATA);
	const struct nlattr *vnl;
	char name[16];

	if (!kind || get_string(name, sizeof(name), kind) < 0 ||
		strcmp(name, "vde") != 0)
		return -EOPNOTSUPP;
	vnl = data ? find_nested(data, IOTH_LINKDATA_VNL) : NULL;
	return vnl ? get_string(msg->vnl, sizeof(msg->vnl), vnl) : -EINVAL;
}

static int parse_name(struct linkmsg *msg, const struct nlattr *attr)
{
	int err = get_string(msg->ifname, sizeof(msg->ifname), attr);

	return err < 0 ? err : vnl_check_ifname(msg->ifname);
}

static int parse_attrs(struct linkmsg *msg, const struct nlmsghdr *nlh)
{
	const struct nlattr *attr;
	void *attrs =
		mnl_nlmsg_get_payload_offset(nlh, sizeof(struct ifinfomsg));
	size_t len = nlh->nlmsg_len - (size_t)((char *)attrs - (char *)nlh);
	int err = 0, info = -EOPNOTSUPP;

	/* mnl_attr_for_each would go on to the message's aligned end */
	mnl_attr_for_each_payload(attrs, len)
	{
		if (mnl_attr_get_type(attr) == IFLA_IFNAME)
			err = parse_name(msg, attr);
		else if (mnl_attr_get_type(attr) == IFLA_LINKINFO)
			info = parse_info(msg, attr);
		if (err < 0)
			return err;
	}
	return info;
}

int linkmsg_parse(struct linkmsg *msg, const void *data, size_t len)
{
	const struct nlmsghdr *nlh = data;
	const struct ifinfomsg *ifi;

	memset(msg, 0, sizeof(*msg));
	/* mnl_nlmsg_ok takes a length over INT_MAX in the header for negative
	 */
	if (len > INT32_MAX || !mnl_nlmsg_ok(nlh, (int)len) ||
		nlh->nlmsg_len > len || !(nlh->nlmsg_flags & NLM_F_REQUEST))
		return -EBADMSG;
	if (nlh->nlmsg_type != RTM_NEWLINK)
		return -EOPNOTSUPP;
	if (nlh->nlmsg_len < MNL_NLMSG_HDRLEN + MNL_ALIGN(sizeof(*ifi)))
		return -EINVAL;
	ifi = mnl_nlmsg_get_payload(nlh);
	if (ifi->ifi_index < 0)
		return -EINVAL;
	msg->ifindex = ifi->ifi_index;
	return parse_attrs(msg, nlh);
}

void linkmsg_ack(
	struct linkmsg_ack *ack, const struct nlmsghdr *request, int err)
{
	memset(ack, 0, sizeof(*ack));
	ack->header.nlmsg_len = sizeof(*ack);
	ack->header.nlmsg_type = NLMSG_ERROR;
	ack->header.nlmsg_flags = NLM_F_CAPPED;
	ack->header.nlmsg_seq = request->nlmsg_seq;
	ack->header.nlmsg_pid = request->nlmsg_pid;
	ack->error.error = err;
	ack->error.msg = *request;
}
