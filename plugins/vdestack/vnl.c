/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gnu.h"
#include "vnl.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Length of the scheme if @text begins with "SCHEME://", else 0. */
static size_t scheme_len(const char *text)
{
	size_t len = 0;

	while (isalnum((unsigned char)text[len]) || text[len] == '+' ||
		text[len] == '-' || text[len] == '_')
		len++;
	return strncmp(text + len, "://", 3) == 0 ? len : 0;
}

int vnl_check_ifname(const char *name)
{
	size_t i;

	if (!*name || !strcmp(name, ".") || !strcmp(name, ".."))
		return -EINVAL;
	for (i = 0; name[i]; i++) {
		unsigned char c = (unsigned char)name[i];

		if (c <= ' ' || c == 0x7f || strchr("/:%", c))
			return -EINVAL;
	}
	return i < IFNAMSIZ ? 0 : -ENAMETOOLONG;
}

int vnl_parse(struct vnl *vnl, const char *text)
{
	const char *colon = strchr(text, ':');
	size_t len;

	vnl->ifname[0] = '\0';
	vnl->locator = text;
	if (!colon || scheme_len(colon + 1) == 0)
		return 0;
	len = (size_t)(colon - text);
	if (len >= sizeof(vnl->ifname))
		return -ENAMETOOLONG;
	memcpy(vnl->ifname, text, len);
	vnl->ifname[len] = '\0';
	vnl->locator = colon + 1;
	return vnl_check_ifname(vnl->ifname);
}

bool vnl_has_scheme(const char *locator, const char *scheme)
{
	size_t len = scheme_len(locator);

	return len > 0 && len == strlen(scheme) &&
	       !strncmp(locator, scheme, len);
}

bool vnl_is_plain(const char *locator)
{
	struct stat st;

	if (scheme_len(locator) > 0)
		return vnl_has_scheme(locator, "vde") ||
		       vnl_has_scheme(locator, "ptp") ||
		       vnl_has_scheme(locator, "slirp") ||
		       vnl_has_scheme(locator, "seqpacket");
	/* a file may hold any other locator; only a directory is a switch */
	return stat(locator, &st) == 0 && S_ISDIR(st.st_mode);
}

/* The absolute path @text, in which libvdeplug sees nothing but a path. */
static int copy_path(const char *text, char *path, size_t size)
{
	size_t len = strlen(text);

	if (*text != '/' || strpbrk(text, "[]{}"))
		return -EINVAL;
	if (len >= size)
		return -ENAMETOOLONG;
	memcpy(path, text, len + 1);
	return 0;
}

int vnl_client_dir(const char *locator, char *dir, size_t size)
{
	if (vnl_has_scheme(locator, "vde"))
		locator += strlen("vde://");
	return copy_path(locator, dir, size);
}

int vnl_ptp_path(const char *locator, char *path, size_t size)
{
	if (!vnl_has_scheme(locator, "ptp"))
		return -EINVAL;
	return copy_path(locator + strlen("ptp://"), path, size);
}

int vnl_switch_dir(const char *locator, char *dir, size_t size)
{
	const char *path;
	int len;

	if (!vnl_has_scheme(locator, "switch") &&
		!vnl_has_scheme(locator, "hub"))
		return -EINVAL;
	path = strstr(locator, "://") + 3;
	if (*path == '\0' || *path == '[')
		len = snprintf(
			dir, size, "/tmp/vdenode_u%u", (unsigned)geteuid());
	else
		len = snprintf(
			dir, size, "%.*s", (int)strcspn(path, "["), path);
	return (size_t)len < size ? 0 : -ENAMETOOLONG;
}
