/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * errtext.h - one line for people beside the errno
 *
 * Kept per thread: the thread whose newstack failed asks for it. Threads: any.
 */
#ifndef VDESTACK_ERRTEXT_H
#define VDESTACK_ERRTEXT_H

#pragma GCC visibility push(hidden)

/* Keeps the text (cut at 255 bytes); returns @err, so: return errtext(-E...).
 */
int errtext(int err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Forgets the calling thread's text. */
void errtext_clear(void);

/* The calling thread's last text, "" if none; valid until its next call. */
const char *errtext_get(void);

#pragma GCC visibility pop
#endif
