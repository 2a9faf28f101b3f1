/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * license.h - may this program load a plug-in with that licence?
 */
#ifndef IOTH_LICENSE_H
#define IOTH_LICENSE_H

/*
 * @plugin: the plug-in's SPDX expression or NULL.
 * 0, or -EPERM when ioth_set_license() does not allow it.
 */
int license_check(const char *plugin);

#endif
