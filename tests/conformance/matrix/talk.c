/* SPDX-License-Identifier: GPL-2.0-or-later */
/* talk.c - streams with a checksum */
#include "meet.h"

#include <string.h>

uint64_t sum_of(uint64_t sum, const void *data, size_t size)
{
	const unsigned char *p = data;

	while (size--)
		sum = (sum ^ *p++) * 0x100000001b3;
	return sum;
}

void fill(void *buf, size_t size, size_t at, unsigned host)
{
	unsigned char *p = buf;

	for (; size--; at++)
		*p++ = (unsigned char)((at * 2654435761U >> 13) + host);
}

uint64_t send_stream(const struct place *p, int fd)
{
	unsigned char buf[10000];
	uint64_t sum = 0;
	size_t at, size;
	ssize_t n;

	for (at = 0; at < STREAM_SIZE; at += (size_t)n) {
		size = STREAM_SIZE - at;
		size = size < sizeof(buf) ? size : sizeof(buf);
		fill(buf, size, at, p->host);
		n = on.write(fd, buf, size);
		if (n <= 0)
			fails(p, "write");
		sum = sum_of(sum, buf, (size_t)n);
	}
	if (on.shutdown(fd, SHUT_WR) < 0)
		fails(p, "shutdown");
	return sum;
}

uint64_t receive_stream(const struct place *p, int fd, size_t *size)
{
	unsigned char buf[10000];
	uint64_t sum = 0;
	ssize_t n;

	*size = 0;
	while ((n = on.read(fd, buf, sizeof(buf))) > 0) {
		sum = sum_of(sum, buf, (size_t)n);
		*size += (size_t)n;
	}
	if (n < 0)
		fails(p, "read");
	return sum;
}
