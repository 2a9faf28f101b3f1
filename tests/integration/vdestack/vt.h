/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vt.h - what the scenarios of vdestack's tests share
 *
 * A scenario is a function that ends the process with a message when something
 * is wrong. Everything happens in name spaces that the stacks make.
 */
#ifndef VT_H
#define VT_H

#include <ioth.h>
#include <stdbool.h>
#include <stddef.h>

#define CHECK(condition) vt_check((condition), #condition, __FILE__, __LINE__)

/* Ends the process unless @ok; prints errno and ioth_errmsg, too. */
void vt_check(bool ok, const char *what, const char *file, int line);

/* Ends the process with 77 and the sentence. */
void vt_skip(const char *why) __attribute__((noreturn));

/* A path in the test's own directory, removed at the end; static buffers. */
const char *vt_path(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/* A stack with @vnl; its vde0, if any, has @ip/24 and is up, like lo. */
struct ioth *vt_stack(const char *vnl, const char *ip);
void vt_up(struct ioth *stack, const char *ifname, const char *ip);

/* One ICMP echo from @stack to @ip within @timeout_ms. */
bool vt_ping(struct ioth *stack, const char *ip, int timeout_ms);

/* @size bytes each way at the same time over TCP, contents compared. */
void vt_transfer(
	struct ioth *from, struct ioth *to, const char *ip, size_t size);

/* Descriptors and threads of the process; helper tasks of process @parent. */
int vt_count_fds(void);
int vt_count_threads(void);
int vt_count_helpers(int parent);
int vt_find_helper(int parent); /* process id, 0: none */

/* CPU time of the process in ms. */
long vt_cpu_ms(void);

/* Scenarios, in the files of the same names. */
void wires_run(void);
void hotplug_run(void);
void bridge_run(void);
void life_run(void);
void errors_run(void);

#endif
