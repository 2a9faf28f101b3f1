/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gnu.h"
#include "pump.h"
#include "frames.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct pump {
	VDECONN *conn;
	pthread_t thread;
	int fds[2]; /* the queue: relay's end, thread's end */
	unsigned char frame[FRAME_SIZE_MAX]; /* the thread's */
};

static void *run(void *arg)
{
	struct pump *pump = arg;
	ssize_t n;

	/* both calls are where pump_free's cancellation takes effect */
	while ((n = recv(pump->fds[1], pump->frame, sizeof(pump->frame), 0)) >
		0)
		vde_send(pump->conn, pump->frame, (size_t)n, 0);
	return NULL;
}

static int start(struct pump *pump)
{
	sigset_t all, old;
	int err;

	sigfillset(&all); /* SIGPIPE, when the child has gone, is ours, too */
	pthread_sigmask(SIG_SETMASK, &all, &old);
	err = pthread_create(&pump->thread, NULL, run, pump);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return -err;
}

int pump_new(struct pump **result, VDECONN *conn)
{
	struct pump *pump = calloc(1, sizeof(*pump));
	int err;

	if (!pump)
		return -ENOMEM;
	pump->conn = conn;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pump->fds) <
		0) {
		err = -errno;
		goto free_pump;
	}
	err = start(pump);
	if (err < 0)
		goto close_queue;
	*result = pump;
	return 0;

close_queue:
	close(pump->fds[0]);
	close(pump->fds[1]);
free_pump:
	free(pump);
	return err;
}

void pump_write(struct pump *pump, const struct iovec *frame)
{
	send(pump->fds[0], frame->iov_base, frame->iov_len,
		MSG_DONTWAIT | MSG_NOSIGNAL);
}

void pump_free(struct pump *pump)
{
	if (!pump)
		return;
	pthread_cancel(pump->thread);
	pthread_join(pump->thread, NULL);
	close(pump->fds[0]);
	close(pump->fds[1]);
	free(pump);
}
