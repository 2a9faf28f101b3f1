/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libioth.h - the other name of ioth.h */
#ifndef LIBIOTH_H
#define LIBIOTH_H
#include <ioth.h>
#endif
