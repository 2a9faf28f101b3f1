/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "netlink.h"

#include <errno.h>
#include <string.h>
#include <sys/time.h>

#include "ioth.h"
#include "ioth/linkservice.h"

/* Each socket carries one request, so any number will do. */
#define SEQUENCE 1

/* The kernel never makes longer datagrams out of a dump. */
#define REPLY_SIZE 32768

#define LINKSERVICE_TIMEOUT_S 10

void *request_init(
	struct request *request, uint16_t type, uint16_t flags, size_t size)
{
	struct nlmsghdr *header = mnl_nlmsg_put_header(request->bytes);

	header->nlmsg_type = type;
	header->nlmsg_flags = NLM_F_REQUEST | flags;
	header->nlmsg_seq = SEQUENCE;
	return mnl_nlmsg_put_extra_header(header, size);
}

int request_put(
	struct request *request, uint16_t type, const void *data, size_t size)
{
	return mnl_attr_put_check(&request->header, sizeof(request->bytes),
		       type, size, data)
		       ? 0
		       : -EMSGSIZE;
}

int request_put_string(struct request *request, uint16_t type, const char *text)
{
	return request_put(request, type, text, strlen(text) + 1);
}

static int send_request(int fd, uint32_t port, const struct request *request)
{
	const struct sockaddr_nl to = {
		.nl_family = AF_NETLINK,
		.nl_pid = port,
	};
	ssize_t size =
		ioth_sendto(fd, request->bytes, request->header.nlmsg_len, 0,
			(const struct sockaddr *)&to, sizeof(to));

	return size < 0 ? -errno : 0;
}

static int receive_replies(int fd, mnl_cb_t reply, void *data)
{
	_Alignas(struct nlmsghdr) char buf[REPLY_SIZE];
	ssize_t size;
	int more;

	do {
		size = ioth_recv(fd, buf, sizeof(buf), 0);
		if (size < 0 && errno == EINTR)
			continue;
		if (size <= 0)
			return size < 0 ? -errno : -EPIPE;
		more = mnl_cb_run(buf, (size_t)size, SEQUENCE, 0, reply, data);
		if (more < 0)
			return -errno;
	} while (size < 0 || more > 0);
	return 0;
}

int netlink_ask(
	struct ioth *stack, struct request *request, mnl_cb_t reply, void *data)
{
	int fd = ioth_msocket(
		stack, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	int err;

	if (fd < 0)
		return -errno;
	err = send_request(fd, 0, request);
	if (!err)
		err = receive_replies(fd, reply, data);
	ioth_close(fd);
	return err;
}

int netlink_ask_linkservice(struct ioth *stack, struct request *request)
{
	const struct timeval timeout = { .tv_sec = LINKSERVICE_TIMEOUT_S };
	int fd = ioth_msocket(
		stack, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_USERSOCK);
	int err;

	if (fd < 0)
		return -EOPNOTSUPP;
	/* Anybody may listen there, so don't wait for ever. */
	ioth_setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	err = send_request(fd, IOTH_LINKSERVICE_PORT, request);
	if (err)
		err = -EOPNOTSUPP;
	else
		err = receive_replies(fd, NULL, NULL);
	ioth_close(fd);
	return err == -EAGAIN ? -ETIMEDOUT : err;
}
