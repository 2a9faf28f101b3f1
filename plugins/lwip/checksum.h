/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* checksum.h - see checksum.c; lwIP declares it in no header that we may use */
#ifndef LWIP_CHECKSUM_H
#define LWIP_CHECKSUM_H

#include <stdint.h>

#pragma GCC visibility push(default)

/* The sum of @size bytes, not inverted, in the order of bytes in memory. */
uint16_t lwip_standard_chksum(const void *data, int size);

#pragma GCC visibility pop
#endif
