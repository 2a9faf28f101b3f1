/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * linkservice.h - answers requests for new interfaces (ioth/linkservice.h)
 */
#ifndef VDESTACK_LINKSERVICE_H
#define VDESTACK_LINKSERVICE_H

#pragma GCC visibility push(hidden)

struct linkservice;
struct relay;

/*
 * Listens in the relay's namespace, in its loop. Errors: -ENOMEM, those of
 * netns_socket, -EADDRINUSE.
 */
int linkservice_new(struct linkservice **service, struct relay *relay);

/*
 * Closes the service to further requests. -EBUSY: a locator is being opened for
 * somebody, nothing has changed, neither relay nor service may be freed.
 */
int linkservice_close(struct linkservice *service);

/* After linkservice_close and relay_free. */
void linkservice_free(struct linkservice *service);

#pragma GCC visibility pop
#endif
