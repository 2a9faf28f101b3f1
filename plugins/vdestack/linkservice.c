/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * linkservice.c - answers requests for new interfaces
 *
 * Opening a locator may block (a switch that does not answer; one that the
 * relay itself has to serve), so each request gets a short-lived thread, made
 * by the relay and so in the network where the stack was made. It sends the
 * answer itself.
 */
#include "gnu.h"
#include "linkservice.h"
#include "link.h"
#include "linkmsg.h"
#include "namespace.h"
#include "relay.h"

#include <ioth/linkservice.h>

#include <errno.h>
#include <ioth/pass.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define OPENERS_MAX 16

struct linkservice {
	struct relay *relay;
	struct relay_source source;
	uid_t owner;
	struct opener *openers; /* owned; the list is the relay's */
	pthread_mutex_t lock;
	/* under lock: */
	int working; /* openers that are not done */
	bool is_closed;
};

/* One request on its way. */
struct opener {
	struct opener *next;
	pthread_t thread;
	bool is_done; /* under the service's lock: to be joined */
	struct linkservice *service;
	struct sockaddr_nl peer;
	struct nlmsghdr header;
	struct linkmsg msg;
};

static void answer(struct linkservice *service, const struct sockaddr_nl *peer,
	const struct nlmsghdr *request, int err)
{
	struct linkmsg_ack ack;

	linkmsg_ack(&ack, request, err);
	sendto(service->source.fd, &ack, sizeof(ack), MSG_DONTWAIT,
		(const struct sockaddr *)peer, sizeof(*peer));
}

static int make_link(const struct opener *opener)
{
	struct link_config config = { .ifname = opener->msg.ifname,
		.ifindex = opener->msg.ifindex,
		.locator = opener->msg.vnl };
	struct relay *relay = opener->service->relay;
	struct link *link;
	int err = link_new(&link, relay_netns(relay), &config);

	if (err < 0)
		return err;
	err = relay_add(relay, link);
	if (err < 0)
		link_free(link);
	return err;
}

static void *open_link(void *arg)
{
	struct opener *opener = arg;
	struct linkservice *service = opener->service;
	int err = make_link(opener);

	pthread_mutex_lock(&service->lock);
	opener->is_done = true;
	service->working--;
	pthread_mutex_unlock(&service->lock);
	answer(service, &opener->peer, &opener->header, err);
	return NULL;
}

static bool is_done(struct opener *opener)
{
	bool done;

	pthread_mutex_lock(&opener->service->lock);
	done = opener->is_done;
	pthread_mutex_unlock(&opener->service->lock);
	return done;
}

static void reap(struct linkservice *service)
{
	struct opener **at = &service->openers;

	while (*at) {
		struct opener *opener = *at;

		if (!is_done(opener)) {
			at = &opener->next;
			continue;
		}
		*at = opener->next;
		pthread_join(opener->thread, NULL);
		free(opener);
	}
}

static int admit(struct linkservice *service)
{
	int err = -EBUSY;

	pthread_mutex_lock(&service->lock);
	if (!service->is_closed && service->working < OPENERS_MAX) {
		service->working++;
		err = 0;
	}
	pthread_mutex_unlock(&service->lock);
	return err;
}

static void dismiss(struct linkservice *service)
{
	pthread_mutex_lock(&service->lock);
	service->working--;
	pthread_mutex_unlock(&service->lock);
}

static int begin(struct linkservice *service, const struct sockaddr_nl *peer,
	const struct nlmsghdr *header, const struct linkmsg *msg)
{
	struct opener *opener = calloc(1, sizeof(*opener));
	int err = opener ? admit(service) : -ENOMEM;

	if (err < 0)
		goto free_opener;
	opener->service = service;
	opener->peer = *peer;
	opener->header = *header;
	opener->msg = *msg;
	err = -pthread_create(&opener->thread, NULL, open_link, opener);
	if (err < 0)
		goto dismiss;
	opener->next = service->openers;
	service->openers = opener;
	return 0;

dismiss:
	dismiss(service);
free_opener:
	free(opener);
	return err;
}

static bool may_ask(struct linkservice *service, struct msghdr *msg)
{
	const struct cmsghdr *cmsg = CMSG_FIRSTHDR(msg);
	struct ucred cred;

	if (!cmsg || cmsg->cmsg_level != SOL_SOCKET ||
		cmsg->cmsg_type != SCM_CREDENTIALS)
		return false;
	memcpy(&cred, CMSG_DATA(cmsg), sizeof(cred));
	return cred.uid == 0 || cred.uid == service->owner;
}

static void on_request(struct relay_source *source, uint32_t events)
{
	struct linkservice *service = source->owner;
	union {
		struct nlmsghdr nlh;
		char bytes[4096];
	} buf = { 0 };
	char control[CMSG_SPACE(sizeof(struct ucred))] = { 0 };
	struct sockaddr_nl peer = { 0 };
	struct iovec iov = { &buf, sizeof(buf) };
	struct msghdr msg = { .msg_name = &peer,
		.msg_namelen = sizeof(peer),
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control) };
	struct linkmsg request;
	ssize_t len = ioth_pass_recvmsg(source->fd, &msg, MSG_DONTWAIT);
	int err;

	(void)events;
	reap(service);
	if (len < 0 || msg.msg_namelen != sizeof(peer))
		return;
	err = linkmsg_parse(&request, &buf, (size_t)len);
	if (err == -EBADMSG)
		return;
	if (!may_ask(service, &msg))
		err = -EPERM;
	if (err == 0)
		err = begin(service, &peer, &buf.nlh, &request);
	if (err < 0)
		answer(service, &peer, &buf.nlh, err);
}

static int listen_in(struct linkservice *service, struct netns *ns)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK,
		.nl_pid = IOTH_LINKSERVICE_PORT };
	int one = 1;
	int fd = netns_socket(ns, NETNS_INNER, AF_NETLINK,
		SOCK_RAW | SOCK_CLOEXEC, NETLINK_USERSOCK);

	if (fd < 0)
		return fd;
	service->source = (struct relay_source){ on_request, service, fd };
	if (setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &one, sizeof(one)) < 0 ||
		bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		return -errno;
	return relay_watch(service->relay, &service->source, EPOLLIN);
}

int linkservice_new(struct linkservice **result, struct relay *relay)
{
	struct linkservice *service = calloc(1, sizeof(*service));
	int err;

	if (!service)
		return -ENOMEM;
	service->relay = relay;
	service->owner = geteuid();
	service->source.fd = -1;
	pthread_mutex_init(&service->lock, NULL);
	err = listen_in(service, relay_netns(relay));
	if (err < 0)
		linkservice_free(service);
	else
		*result = service;
	return err;
}

int linkservice_close(struct linkservice *service)
{
	int err;

	pthread_mutex_lock(&service->lock);
	err = service->working > 0 ? -EBUSY : 0;
	service->is_closed = err == 0;
	pthread_mutex_unlock(&service->lock);
	return err;
}

void linkservice_free(struct linkservice *service)
{
	reap(service);
	if (service->source.fd >= 0)
		close(service->source.fd);
	pthread_mutex_destroy(&service->lock);
	free(service);
}
