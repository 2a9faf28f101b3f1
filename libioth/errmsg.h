/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * errmsg.h - the thread's last error of ioth_newstack*() in words
 */
#ifndef IOTH_ERRMSG_H
#define IOTH_ERRMSG_H

/* Forgets the calling thread's text. */
void errmsg_clear(void);

/* Sets the calling thread's text, one line; cut off when too long. */
__attribute__((format(printf, 1, 2))) void errmsg_set(const char *format, ...);

#endif
