/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A plug-in without newstack. */
int ioth_empty_socket(int domain, int type, int protocol);

__attribute__((visibility("default"))) int ioth_empty_socket(
	int domain, int type, int protocol)
{
	(void)domain;
	(void)type;
	(void)protocol;
	return -1;
}
