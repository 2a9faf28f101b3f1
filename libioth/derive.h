/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * derive.h - the calls that a plug-in does not offer
 */
#ifndef IOTH_DERIVE_H
#define IOTH_DERIVE_H

struct ioth_functions;

/*
 * Fills the members of @functions which are NULL and can be made out of others.
 * The derived functions act on stack_current().
 */
void derive_missing(struct ioth_functions *functions);

#endif
