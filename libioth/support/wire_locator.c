/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wire_locator.c - what a locator says about the wire
 */
#include "wire.h"
#include "wire_impl.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * The longest frame that arrives whole, measured with libvdeplug 4.0.1. Schemes
 * that are not here carry what Ethernet carries, or depend on something that
 * we do not see.
 */
static const struct scheme {
	const char *name;
	unsigned frame_max;
	bool is_plain;	   /* the data descriptor is the socket itself */
	unsigned overhead; /* of a nested {locator}; 0: it nests none */
} schemes[] = {
	{ "vde", 1518, true, 0 }, /* vde_switch cuts silently */
	{ "ptp", WIRE_FRAME_MAX, true, 0 },
	{ "seqpacket", WIRE_FRAME_MAX, true, 0 },
	{ "slirp", 1518, true, 0 },
	{ "switch", WIRE_FRAME_MAX, false, 0 },
	{ "hub", WIRE_FRAME_MAX, false, 0 },
	{ "udp", 65507, false, 0 },
	{ "vxvde", 65000, false, 0 },
	{ "vlan", WIRE_FRAME_MAX, false, 4 },
	{ "null", WIRE_FRAME_MAX, false, 0 },
};
#define ETHERNET_FRAME_MAX 1518

static size_t scheme_len(const char *text)
{
	size_t len = 0;

	while (isalnum((unsigned char)text[len]) ||
		(text[len] && strchr("+-_", text[len])))
		len++;
	return strncmp(text + len, "://", 3) == 0 ? len : 0;
}

static const struct scheme *find_scheme(const char *vnl)
{
	size_t len = scheme_len(vnl);

	for (size_t i = 0; len && i < sizeof(schemes) / sizeof(*schemes); i++)
		if (strlen(schemes[i].name) == len &&
			!strncmp(schemes[i].name, vnl, len))
			return &schemes[i];
	return NULL;
}

/* The locator between the braces; NULL: there is none or it does not fit. */
static const char *inner(const char *vnl, char *buf, size_t size)
{
	const char *open = strchr(vnl, '{'), *close = strrchr(vnl, '}');

	if (!open || !close || close <= open || (size_t)(close - open) > size)
		return NULL;
	memcpy(buf, open + 1, (size_t)(close - open) - 1);
	buf[close - open - 1] = '\0';
	return buf;
}

static unsigned frame_max(const char *vnl)
{
	const struct scheme *scheme = find_scheme(vnl);
	char buf[512];
	const char *nested;
	unsigned size;

	if (!scheme)
		return ETHERNET_FRAME_MAX;
	if (!scheme->overhead)
		return scheme->frame_max;
	nested = inner(vnl, buf, sizeof(buf));
	if (!nested)
		return ETHERNET_FRAME_MAX;
	size = frame_max(nested);
	/* room for the tag is already counted in 1518 */
	return size <= ETHERNET_FRAME_MAX ? size : size - scheme->overhead;
}

unsigned wire_locator_mtu(const char *vnl)
{
	return frame_max(vnl) - WIRE_OVERHEAD;
}

const char *wire_locator_split(const char *locator, char name[WIRE_NAME_SIZE])
{
	const char *colon = strchr(locator, ':');
	size_t len;

	name[0] = '\0';
	if (!colon || scheme_len(colon + 1) == 0)
		return locator;
	len = (size_t)(colon - locator);
	if (len >= WIRE_NAME_SIZE)
		return NULL;
	memcpy(name, locator, len);
	name[len] = '\0';
	return colon + 1;
}

/* A path is a switch's directory; a file may hold any other locator. */
bool wire_locator_is_plain(const char *vnl)
{
	const struct scheme *scheme = find_scheme(vnl);
	struct stat st;

	if (scheme_len(vnl) > 0)
		return scheme && scheme->is_plain;
	return stat(vnl, &st) == 0 && S_ISDIR(st.st_mode);
}

int wire_locator_dir(const char *vnl, char *dir, size_t size)
{
	const struct scheme *scheme = find_scheme(vnl);
	const char *path;
	int len;

	if (!scheme || (strcmp(scheme->name, "switch") != 0 &&
			       strcmp(scheme->name, "hub") != 0))
		return -EINVAL;
	path = strstr(vnl, "://") + 3;
	if (*path == '\0' || *path == '[') /* libvdeplug's default */
		len = snprintf(
			dir, size, "/tmp/vdenode_u%u", (unsigned)geteuid());
	else
		len = snprintf(
			dir, size, "%.*s", (int)strcspn(path, "["), path);
	return (size_t)len < size ? 0 : -ENAMETOOLONG;
}

const char *wire_error_text(
	int err, const char *locator, char *buf, size_t size)
{
	const char *why = strerror(-err);

	if (err == -ENOENT || err == -ECONNREFUSED)
		why = "no VDE switch there";
	else if (err == -EPROTONOSUPPORT)
		why = "libvdeplug has no module for it";
	else if (err == -EEXIST || err == -EADDRINUSE)
		why = "something else is there";
	snprintf(buf, size, "%s: %s", locator, why);
	return buf;
}
