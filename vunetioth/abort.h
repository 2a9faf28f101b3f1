/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * abort.h - ends the connections of a network that has lost its wires
 */
#ifndef ABORT_H
#define ABORT_H

/*
 * Resets every TCP socket in the network name space of @diag, a NETLINK_SOCK_DIAG
 * socket: their holders see ECONNABORTED instead of waiting for a quarter of an
 * hour. Does what it can; never waits.
 */
void abort_connections(int diag);

#endif
