/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * support_vdeplug.h - a libvdeplug that only knows seqpacket://DESCRIPTOR
 *
 * Defined in the program, it comes before the library's own functions.
 */
#ifndef TEST_SUPPORT_VDEPLUG_H
#define TEST_SUPPORT_VDEPLUG_H

#include <errno.h>
#include <libvdeplug.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct vdeconn {
	int fd;
};

VDECONN *vde_open_real(
	char *url, char *descr, int version, struct vde_open_args *args)
{
	VDECONN *conn = malloc(sizeof(*conn));

	(void)descr;
	(void)version;
	(void)args;
	if (sscanf(url, "seqpacket://%d", &conn->fd) == 1)
		return conn;
	free(conn);
	errno = EPROTONOSUPPORT;
	return NULL;
}

ssize_t vde_recv(VDECONN *conn, void *buf, size_t len, int flags)
{
	return recv(conn->fd, buf, len, flags);
}

ssize_t vde_send(VDECONN *conn, const void *buf, size_t len, int flags)
{
	return send(conn->fd, buf, len, flags | MSG_NOSIGNAL);
}

int vde_datafd(VDECONN *conn)
{
	return conn->fd;
}

int vde_ctlfd(VDECONN *conn)
{
	(void)conn;
	return -1;
}

int vde_close(VDECONN *conn)
{
	int err = close(conn->fd);

	free(conn);
	return err;
}

#endif
