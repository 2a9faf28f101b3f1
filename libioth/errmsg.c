/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "errmsg.h"

#include <stdarg.h>
#include <stdio.h>

#include "ioth.h"

static _Thread_local char text[512];

void errmsg_clear(void)
{
	text[0] = '\0';
}

void errmsg_set(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
}

const char *ioth_errmsg(void)
{
	return text;
}
