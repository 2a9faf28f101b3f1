/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hung.c - a file system that never answers
 *
 * usage: hung DIRECTORY: mounts it there (root only), prints "hung", and stays
 * until it is killed; then all that waited for it fails.
 */
#include <fcntl.h>
#include <linux/fuse.h>
#include <stdio.h>
#include <sys/mount.h>
#include <unistd.h>

/* Only the very first question is answered, or nobody could ask another. */
static int say_hello(int fd)
{
	char request[65536 + 4096];
	struct {
		struct fuse_out_header header;
		struct fuse_init_out init;
	} reply = { 0 };
	ssize_t n = read(fd, request, sizeof(request));

	if (n < 0)
		return -1;
	reply.header.len = sizeof(reply);
	reply.header.unique = ((struct fuse_in_header *)request)->unique;
	reply.init.major = FUSE_KERNEL_VERSION;
	reply.init.minor = FUSE_KERNEL_MINOR_VERSION;
	reply.init.max_write = 4096;
	return write(fd, &reply, sizeof(reply)) < 0 ? -1 : 0;
}

int main(int argc, char *argv[])
{
	int fd = open("/dev/fuse", O_RDWR);
	char options[100];

	if (argc != 2 || fd < 0)
		return 77;
	snprintf(options, sizeof(options),
		"fd=%d,rootmode=40755,user_id=0,group_id=0,allow_other", fd);
	if (mount("hung", argv[1], "fuse", 0, options) < 0 || say_hello(fd) < 0)
		return 77;
	puts("hung");
	fflush(stdout);
	pause();
	return 0;
}
