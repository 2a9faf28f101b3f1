/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* nonewstack - a plug-in without the one function that it must have */
#include "ioth/plugin.h"

int ioth_nonewstack_socket(int domain, int type, int protocol);

int ioth_nonewstack_socket(int domain, int type, int protocol)
{
	return socket(domain, type, protocol);
}
