/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bridge_trailer.h"

#include <errno.h>
#include <string.h>

#define LENGTHS_SIZE (2 * sizeof(uint16_t))

int bridge_trailer_encode(
	struct bridge_trailer *trailer, const struct bridge_meta *meta)
{
	size_t controllen = meta->control ? meta->controllen : 0;
	uint16_t lengths[2] = { (uint16_t)controllen, (uint16_t)meta->addrlen };
	unsigned char *at = trailer->bytes;

	if (controllen > BRIDGE_CONTROL_MAX ||
		meta->addrlen > sizeof(meta->addr))
		return -EINVAL;
	if (controllen)
		memcpy(at, meta->control, controllen);
	at += controllen;
	memcpy(at, &meta->addr, meta->addrlen);
	at += meta->addrlen;
	memcpy(at, lengths, LENGTHS_SIZE);
	trailer->size = controllen + meta->addrlen + LENGTHS_SIZE;
	return 0;
}

ssize_t bridge_trailer_decode(
	const void *bytes, size_t size, struct bridge_meta *meta)
{
	const unsigned char *end = (const unsigned char *)bytes + size;
	uint16_t lengths[2];
	size_t total;

	if (size < LENGTHS_SIZE)
		return -EBADMSG;
	memcpy(lengths, end - LENGTHS_SIZE, LENGTHS_SIZE);
	total = LENGTHS_SIZE + lengths[0] + lengths[1];
	if (total > size || lengths[0] > BRIDGE_CONTROL_MAX ||
		lengths[1] > sizeof(meta->addr))
		return -EBADMSG;
	end -= LENGTHS_SIZE + lengths[1];
	meta->addrlen = lengths[1];
	memset(&meta->addr, 0, sizeof(meta->addr));
	memcpy(&meta->addr, end, lengths[1]);
	meta->controllen = lengths[0];
	meta->control = lengths[0] ? end - lengths[0] : NULL;
	return (ssize_t)total;
}

#define ERROR_LEVEL 0x62726467 /* "brdg" */

void bridge_error_encode(
	struct bridge_error *buf, int error, struct bridge_meta *meta)
{
	memset(buf, 0, sizeof(*buf));
	buf->control.header =
		(struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof(error)),
			.cmsg_level = ERROR_LEVEL };
	memcpy(CMSG_DATA(&buf->control.header), &error, sizeof(error));
	memset(meta, 0, sizeof(*meta));
	meta->control = buf;
	meta->controllen = sizeof(*buf);
}

int bridge_error_decode(const struct bridge_meta *meta)
{
	struct bridge_error buf;
	int error;

	if (meta->controllen != sizeof(buf) || meta->addrlen)
		return 0;
	memcpy(&buf, meta->control, sizeof(buf));
	if (buf.control.header.cmsg_level != ERROR_LEVEL)
		return 0;
	memcpy(&error, CMSG_DATA(&buf.control.header), sizeof(error));
	return error;
}
