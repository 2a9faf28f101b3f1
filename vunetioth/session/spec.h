/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * spec.h - what `umvu --stack` takes
 *
 *	PLUGIN[,WORD...]	a stack of its own
 *	/PATH[,WORD...]		one that is mounted there, or that another
 *				session offers there
 *
 * WORD is one of these, in the order in which they are done, or else a mount
 * option of vunetioth(1):
 *
 *	iface=NAME	the interface that the next words are about, not vde0
 *	ip=ADDR/LEN	an address for it, which also sets it up
 *	gw=ADDR		a default route through it
 */
#ifndef SPEC_H
#define SPEC_H

#include <stddef.h>

#define SPEC_MAX_CONFIG 64

struct spec {
	char *source; /* for mount(2) */
	char *data;
	char *config[SPEC_MAX_CONFIG]; /* "ip=...", in order */
	size_t config_len;
};

/* 0, or -EINVAL, -ENOMEM with a line in @why; then nothing is to be freed. */
int spec_parse(struct spec *spec, const char *text, char *why, size_t size);
void spec_free(struct spec *spec);

#endif
