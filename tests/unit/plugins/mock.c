/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mock - a stack that is in the test: the options are the address of a
 * struct ioth_functions, as printf(3)'s %p writes it
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ioth/plugin.h"

void *ioth_mock_newstack(const char *vnlv[], const char *options,
	struct ioth_functions *functions);

void *ioth_mock_newstack(const char *vnlv[], const char *options,
	struct ioth_functions *functions)
{
	struct ioth_functions mocked;
	void *address;

	if (sscanf(options, "%p", &address) != 1) {
		errno = EINVAL;
		return NULL;
	}
	memcpy(&mocked, address, sizeof(mocked));
	mocked.getstackdata = functions->getstackdata;
	*functions = mocked;
	return mocked.newstack ? mocked.newstack(vnlv, options, functions)
			       : address;
}
