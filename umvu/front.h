/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * front.h - the process that the user started
 */
#ifndef FRONT_H
#define FRONT_H

#include "session.h"

/*
 * Runs a session and returns when its command ends: what main() shall return,
 * or by the signal that ended the command. Other guests may still live then;
 * the supervisor stays for them. 125: umvu itself failed.
 */
int front_main(const struct options *options);

#endif
