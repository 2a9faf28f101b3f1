/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Fuzz target: requests for an interface, to vdestack's link service.
 *
 * The input is one datagram. Nothing is read beyond its end; what comes out is
 * a name that an interface can have, a locator, an index.
 */
#include "fuzz.h"
#include "linkmsg.h"
#include "vnl.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct linkmsg msg;
	struct linkmsg_ack ack;
	int err = linkmsg_parse(&msg, data, size);

	if (size >= sizeof(struct nlmsghdr))
		linkmsg_ack(&ack, (const struct nlmsghdr *)data, err);
	if (err)
		return 0;
	if (*msg.ifname && vnl_check_ifname(msg.ifname) < 0)
		abort();
	if (strnlen(msg.vnl, sizeof(msg.vnl)) == sizeof(msg.vnl) || !*msg.vnl)
		abort();
	if (msg.ifindex < 0)
		abort();
	return 0;
}
