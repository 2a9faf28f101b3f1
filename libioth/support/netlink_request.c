/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "netlink_request.h"

#include <errno.h>
#include <string.h>

int netlink_refuse(struct netlink_request *request, int err, const char *why)
{
	request->why = why;
	return err;
}

/* --- attributes ----------------------------------------------------------- */

static bool has_zero(const struct nlattr *attr, size_t size)
{
	return memchr(mnl_attr_get_payload(attr), 0, size) != NULL;
}

/* Linux's validate_nla(), for the kinds that we have. */
static int check(
	const struct netlink_attr_rule *rule, const struct nlattr *attr)
{
	size_t size = mnl_attr_get_payload_len(attr);

	switch (rule->kind) {
	case NETLINK_ATTR_MIN:
		return size < rule->size ? -ERANGE : 0;
	case NETLINK_ATTR_MAX:
		return size > rule->size ? -ERANGE : 0;
	case NETLINK_ATTR_TEXT:
		return size <= rule->size - 1u || has_zero(attr, rule->size)
			       ? 0
			       : -ERANGE;
	case NETLINK_ATTR_REFUSED:
		return -EOPNOTSUPP;
	default:
		return 0;
	}
}

static int refuse_attr(struct netlink_request *request, int err,
	const char *why, const struct nlattr *attr)
{
	request->bad = attr;
	return netlink_refuse(request, err, why);
}

static int take(struct netlink_request *request, const struct nlattr *attr,
	const struct netlink_policy *policy, bool strict,
	struct netlink_attrs *attrs)
{
	static const struct netlink_attr_rule other;
	unsigned type = mnl_attr_get_type(attr);
	const struct netlink_attr_rule *rule =
		type < policy->count ? &policy->rules[type] : &other;
	int err = check(rule, attr);

	if (err == -EOPNOTSUPP)
		return refuse_attr(
			request, err, "Attribute is not supported", attr);
	if (err)
		return refuse_attr(request, err,
			"Attribute failed policy validation", attr);
	if (rule->kind != NETLINK_ATTR_OTHER)
		attrs->by_type[type] = attr;
	else if (strict && type > 0)
		return refuse_attr(request, -EINVAL, policy->unsupported, attr);
	return 0;
}

int netlink_parse(struct netlink_request *request, const void *bytes,
	size_t size, const struct netlink_policy *policy, bool strict,
	struct netlink_attrs *attrs)
{
	const char *at = bytes, *end = at + size;
	int err = 0;

	memset(attrs, 0, sizeof(*attrs));
	while (!err &&
		mnl_attr_ok((const struct nlattr *)at, (int)(end - at))) {
		const struct nlattr *attr = (const struct nlattr *)at;
		size_t step = MNL_ALIGN(attr->nla_len);

		err = take(request, attr, policy, strict, attrs);
		at += step < (size_t)(end - at) ? step : (size_t)(end - at);
	}
	if (!err && strict && at < end)
		err = netlink_refuse(request, -EINVAL,
			"bytes leftover after parsing attributes");
	return err;
}

int netlink_parse_nest(struct netlink_request *request,
	const struct nlattr *nest, const struct netlink_policy *policy,
	struct netlink_attrs *attrs)
{
	return netlink_parse(request, mnl_attr_get_payload(nest),
		mnl_attr_get_payload_len(nest), policy, false, attrs);
}

int netlink_parse_request(struct netlink_request *request, void *header,
	size_t size, const struct netlink_policy *policy, bool strict,
	struct netlink_attrs *attrs)
{
	const char *payload = mnl_nlmsg_get_payload(request->header);
	size_t given = mnl_nlmsg_get_payload_len(request->header);
	size_t padded = MNL_ALIGN(size);

	memset(header, 0, size);
	memcpy(header, payload, given < size ? given : size);
	if (given < size && strict)
		return netlink_refuse(
			request, -EINVAL, "Invalid header length");
	if (given <= padded)
		return netlink_parse(
			request, payload, 0, policy, strict, attrs);
	return netlink_parse(request, payload + padded, given - padded, policy,
		strict, attrs);
}

uint32_t netlink_attr_u32(const struct nlattr *attr)
{
	return attr ? mnl_attr_get_u32(attr) : 0;
}

uint8_t netlink_attr_u8(const struct nlattr *attr)
{
	return attr ? mnl_attr_get_u8(attr) : 0;
}

void netlink_attr_text(const struct nlattr *attr, char *text, size_t size)
{
	size_t len;

	if (!attr)
		return;
	len = strnlen(
		mnl_attr_get_payload(attr), mnl_attr_get_payload_len(attr));
	if (len >= size)
		len = size - 1;
	memcpy(text, mnl_attr_get_payload(attr), len);
	text[len] = '\0';
}

int netlink_attr_ip(const struct nlattr *attr, int family, union netlink_ip *ip)
{
	size_t size = netlink_ip_size(family);

	if (!attr)
		return 0;
	if (mnl_attr_get_payload_len(attr) < size)
		return -EINVAL;
	memset(ip, 0, sizeof(*ip));
	memcpy(ip, mnl_attr_get_payload(attr), size);
	return 0;
}

/* --- looking things up ---------------------------------------------------- */

#define EACH(kind)                                                             \
	int netlink_##kind##_each(struct netlink_server *server,               \
		netlink_##kind##_visit *visit, void *ctx)                      \
	{                                                                      \
		return server->ops->kind##_each                                \
			       ? server->ops->kind##_each(                     \
					 server->stack, visit, ctx)            \
			       : 0;                                            \
	}

EACH(link)
EACH(addr)
EACH(route)
EACH(neigh)
EACH(sock)

struct link_search {
	unsigned index;
	const char *name;
	struct netlink_link *found;
};

static int match_link(void *ctx, const struct netlink_link *link)
{
	const struct link_search *search = ctx;

	if (search->index ? link->index != search->index
			  : strcmp(link->name, search->name) != 0)
		return 0;
	*search->found = *link;
	search->found->vnl = NULL; /* lives no longer than this visit */
	return 1;
}

int netlink_find_link(struct netlink_server *server, unsigned index,
	const char *name, struct netlink_link *link)
{
	struct link_search search = { index, name, link };
	int found;

	if (index == 0 && (!name || !*name))
		return -ENODEV;
	found = netlink_link_each(server, match_link, &search);
	return found > 0 ? 0 : found < 0 ? found : -ENODEV;
}
