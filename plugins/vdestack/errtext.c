/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gnu.h"
#include "errtext.h"

#include <stdarg.h>
#include <stdio.h>

static _Thread_local char text[256];

int errtext(int err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return err;
}

void errtext_clear(void)
{
	text[0] = '\0';
}

const char *errtext_get(void)
{
	return text;
}
