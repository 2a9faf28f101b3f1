/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vnl.h - reading virtual network locators and interface names
 *
 * Pure functions on strings (vnl_is_plain also looks at the file system).
 */
#ifndef VDESTACK_VNL_H
#define VDESTACK_VNL_H

#include <stdbool.h>
#include <stddef.h>
#include <net/if.h>

#pragma GCC visibility push(hidden)

struct vnl {
	char ifname[IFNAMSIZ]; /* "" when the locator names no interface */
	const char *locator;   /* points into the text that was parsed */
};

/*
 * Splits "NAME:VNL". A name is recognised only when what follows the first
 * colon contains "://" with a scheme before it, so that "vde:///tmp/sw" and
 * "vlan://10{vde:///tmp/sw}" are unnamed.
 * Errors: -EINVAL the name is no interface name, -ENAMETOOLONG.
 */
int vnl_parse(struct vnl *vnl, const char *text);

/*
 * Can an interface be called @name? 0, -EINVAL (empty, ".", "..", '/', ':',
 * '%', blanks, control characters) or -ENAMETOOLONG (more than 15 bytes).
 */
int vnl_check_ifname(const char *name);

/* Is @locator of @scheme, "SCHEME://..."? */
bool vnl_has_scheme(const char *locator, const char *scheme);

/*
 * Is the data descriptor of this locator's connection the very socket on which
 * frames travel, nothing added or removed? True for vde, ptp, seqpacket and
 * plain paths of a directory.
 */
bool vnl_is_plain(const char *locator);

/*
 * The directory of the switch that a vde:// locator or a plain path leads to.
 * Errors: -EINVAL the locator is of another kind, or asks the switch for a
 * certain port; -ENAMETOOLONG @size.
 */
int vnl_client_dir(const char *locator, char *dir, size_t size);

/*
 * The socket of a ptp:// locator, an absolute path.
 * Errors: -EINVAL the locator is of another kind or its path is relative;
 * -ENAMETOOLONG @size.
 */
int vnl_ptp_path(const char *locator, char *path, size_t size);

/*
 * The directory that an in-process switch:// or hub:// locator makes.
 * Errors: -EINVAL the locator is of another kind, -ENAMETOOLONG @size.
 */
int vnl_switch_dir(const char *locator, char *dir, size_t size);

#pragma GCC visibility pop
#endif
