/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ioth.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>

const char *ioth_ntomac(const void *mac, char *dst, size_t size)
{
	const uint8_t *m = mac;

	if (size < MAC_ADDRSTRLEN) {
		errno = ENOSPC;
		return NULL;
	}
	snprintf(dst, size, "%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2],
		m[3], m[4], m[5]);
	return dst;
}

/* Not sscanf: it takes signs, blanks and what follows. */
static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Takes the byte in hexadecimal at *@text; -1: there is none. */
static int hex_byte(const char **text)
{
	int byte = -1;

	for (int digits = 0; digits < 2 && hex_digit(**text) >= 0; digits++) {
		byte = (byte < 0 ? 0 : byte * 16) + hex_digit(**text);
		(*text)++;
	}
	return byte;
}

int ioth_macton(const char *src, void *mac)
{
	uint8_t *m = mac;

	for (int i = 0; i < 6; i++) {
		int byte = hex_byte(&src);

		if (byte < 0 || *src != (i < 5 ? ':' : '\0'))
			return 0;
		src++;
		m[i] = (uint8_t)byte;
	}
	return 1;
}
