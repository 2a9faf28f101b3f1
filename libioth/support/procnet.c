/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "procnet.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "procnet_file.h"

/* Longer than any line. */
#define LINE_SIZE 512

int procnet_line(struct procnet_file *file, int width, const char *format, ...)
{
	char line[LINE_SIZE];
	va_list args;
	int len;

	if (file->err)
		return file->err;
	va_start(args, format);
	len = vsnprintf(line, sizeof(line) - 1, format, args);
	va_end(args);
	if (len > (int)sizeof(line) - 2)
		len = (int)sizeof(line) - 2;
	while (len < width)
		line[len++] = ' ';
	line[len++] = '\n';
	file->err = file->sink(file->ctx, line, (size_t)len);
	return file->err;
}

/* --- files ---------------------------------------------------------------- */

static const struct {
	const char *name;
	procnet_make *make;
	uint8_t protocol;
} files[] = {
	{ "dev", procnet_dev, 0 },
	{ "route", procnet_route, 0 },
	{ "if_inet6", procnet_if_inet6, 0 },
	{ "ipv6_route", procnet_ipv6_route, 0 },
	{ "arp", procnet_arp, 0 },
	{ "tcp", procnet_sockets, IPPROTO_TCP },
	{ "tcp6", procnet_sockets6, IPPROTO_TCP },
	{ "udp", procnet_sockets, IPPROTO_UDP },
	{ "udp6", procnet_sockets6, IPPROTO_UDP },
	{ "raw", procnet_sockets, IPPROTO_RAW },
	{ "raw6", procnet_sockets6, IPPROTO_RAW },
	{ "snmp", procnet_snmp, 0 },
	{ "sockstat", procnet_sockstat, 0 },
	{ "sockstat6", procnet_sockstat6, 0 },
};

#define FILES (sizeof(files) / sizeof(*files))

const char *procnet_name(unsigned index)
{
	return index < FILES ? files[index].name : NULL;
}

/* FILES: none. */
static size_t find(const char *name)
{
	size_t i = 0;

	while (i < FILES && strcmp(files[i].name, name) != 0)
		i++;
	return i;
}

bool procnet_knows(const char *name)
{
	return find(name) < FILES;
}

int procnet_write(struct netlink_server *server, const char *name,
	procnet_sink *sink, void *ctx)
{
	struct procnet_file file = {
		.server = server,
		.sink = sink,
		.ctx = ctx,
	};
	size_t i = find(name);
	int err;

	if (i == FILES)
		return -ENOENT;
	file.protocol = files[i].protocol;
	err = files[i].make(&file);
	return file.err ?: err;
}

/* --- as a string ---------------------------------------------------------- */

struct text {
	char *bytes;
	size_t size;
};

static int append(void *ctx, const char *bytes, size_t size)
{
	struct text *text = ctx;
	char *longer = realloc(text->bytes, text->size + size + 1);

	if (!longer)
		return -ENOMEM;
	memcpy(longer + text->size, bytes, size);
	text->bytes = longer;
	text->size += size;
	text->bytes[text->size] = '\0';
	return 0;
}

int procnet_text(struct netlink_server *server, const char *name, char **text,
	size_t *size)
{
	struct text all = { NULL, 0 };
	int err = append(&all, "", 0);

	if (!err)
		err = procnet_write(server, name, append, &all);
	if (err) {
		free(all.bytes);
		return err;
	}
	*text = all.bytes;
	*size = all.size;
	return 0;
}
