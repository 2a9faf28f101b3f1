/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * common.h - what the bench's programs share
 *
 * Times are taken in many short batches, of which the median counts: what else
 * the machine does meanwhile falls into few of them.
 */
#ifndef COMMON_H
#define COMMON_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static inline _Noreturn void die(const char *what)
{
	fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* To whoever waits for it before it goes on. */
static inline void say_ready(void)
{
	puts("ready");
	fflush(stdout);
}

static inline double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static inline int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Sorts @values. */
static inline double median(double *values, size_t len)
{
	qsort(values, len, sizeof(*values), by_value);
	return values[len / 2];
}

#endif
