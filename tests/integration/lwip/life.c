/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* life.c - stacks come and go, and leave nothing; idle ones use no CPU */
#include "lt.h"

#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CYCLES 50

static long resident_kb(void)
{
	FILE *file = fopen("/proc/self/status", "re");
	char line[128];
	long kb = -1;

	CHECK(file != NULL);
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "VmRSS: %ld", &kb) == 1)
			break;
	fclose(file);
	return kb;
}

/* Everything that a stack may have when it ends. */
static void cycle(void)
{
	struct ioth *stack[2];
	int fd[2], listener, udp, packet;
	union lt_addr any = lt_addr("0.0.0.0", 70);

	lt_pair(stack);
	listener = lt_listen(stack[0], "10.0.0.1", 70);
	fd[1] = lt_connect(stack[1], "10.0.0.1", 70);
	fd[0] = ioth_accept(listener, NULL, NULL);
	CHECK(fd[0] >= 0);
	lt_transfer(fd[0], fd[1], 100000);
	close(lt_connect(stack[1], "10.0.0.1", 70)); /* never accepted */
	udp = lt_socket(stack[0], AF_INET, SOCK_DGRAM, 0);
	CHECK(ioth_bind(udp, &any.sa, sizeof(any.in)) == 0);
	packet = lt_socket(stack[0], AF_PACKET, SOCK_RAW, 0x0300);
	FAILS(ioth_delstack(stack[0]), EBUSY);
	close(fd[0]);
	close(fd[1]);
	close(listener);
	close(udp);
	close(packet);
	lt_unpair(stack);
}

static void test_leaks(void)
{
	int fds, threads;
	long kb;

	for (int i = 0; i < 5; i++)
		cycle();
	fds = lt_count_fds();
	threads = lt_count_threads();
	malloc_trim(0);
	kb = resident_kb();
	for (int i = 0; i < CYCLES; i++)
		cycle();
	CHECK(lt_count_fds() == fds);
	CHECK(lt_count_threads() == threads);
	malloc_trim(0);
	printf("%d cycles: %+ld KB\n", CYCLES, resident_kb() - kb);
	CHECK(resident_kb() - kb < 4000);
}

static void *make_socket(void *stack)
{
	CHECK(close(lt_socket(stack, AF_INET, SOCK_DGRAM, 0)) == 0);
	return NULL;
}

/* The plug-in's own libc keeps nothing of a thread that has ended. */
static void test_threads(void)
{
	struct ioth *stack = lt_stack("lwip", lt_switch, 1);
	pthread_t thread;
	long kb = 0;

	for (int i = 0; i < 6000; i++) {
		if (i == 1000)
			kb = resident_kb();
		CHECK(pthread_create(&thread, NULL, make_socket, stack) == 0);
		CHECK(pthread_join(thread, NULL) == 0);
	}
	printf("5000 threads: %+ld KB\n", resident_kb() - kb);
	CHECK(resident_kb() - kb < 1500);
	lt_delete(stack);
}

/* Stacks that have talked, and then do not. */
static void test_idle(void)
{
	struct ioth *stack[4];
	long before;

	stack[0] = lt_stack("lwip", lt_switch, 1);
	for (unsigned i = 1; i < 4; i++)
		stack[i] = lt_stack("lwip", lt_plug, 1 + i);
	for (unsigned i = 1; i < 4; i++)
		CHECK(lt_ping(stack[i], "10.0.0.1", SOCK_RAW, 3000));
	sleep(22); /* DAD, router solicitations, ARP are over */
	before = lt_cpu_us();
	sleep(5);
	printf("4 idle stacks: %ld us in 5 s\n", lt_cpu_us() - before);
	CHECK(lt_cpu_us() - before < 1500);
	for (unsigned i = 4; i-- > 0;)
		lt_delete(stack[i]);
}

/* As many as fit into name spaces, on one switch. */
static void test_several(void)
{
	struct ioth *stack[6];
	char ip[32];

	stack[0] = lt_stack("lwip", lt_switch, 1);
	for (unsigned i = 1; i < 6; i++)
		stack[i] = lt_stack("lwip", lt_plug, 1 + i);
	for (unsigned i = 0; i < 6; i++) {
		snprintf(ip, sizeof(ip), "10.0.0.%u", 1 + (i + 1) % 6);
		CHECK(lt_ping(stack[i], ip, SOCK_RAW, 3000));
	}
	for (unsigned i = 6; i-- > 0;)
		lt_delete(stack[i]);
}

/* Connections that were refused leave nothing when they are closed, and stay
 * usable when they are not. */
static void test_refused(void)
{
	union lt_addr nobody = lt_addr("127.0.0.1", 9);
	struct ioth *stack = lt_stack("lwip", lt_switch, 1);
	int kept[10], err;
	socklen_t size = sizeof(err);
	long kb = 0;

	for (int i = 0; i < 20000; i++) {
		int fd = lt_socket(
			stack, AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

		FAILS(ioth_connect(fd, &nobody.sa, sizeof(nobody.in)),
			EINPROGRESS);
		CHECK(lt_poll(fd, POLLOUT, 5000) & POLLOUT);
		if (i < 10)
			kept[i] = fd;
		else
			close(fd);
		if (i == 5000)
			kb = resident_kb();
	}
	printf("15000 refused connects: %+ld KB\n", resident_kb() - kb);
	CHECK(resident_kb() - kb < 2000);
	for (int i = 0; i < 10; i++) {
		CHECK(ioth_getsockopt(
			      kept[i], SOL_SOCKET, SO_ERROR, &err, &size) == 0);
		CHECK(err == ECONNREFUSED);
		close(kept[i]);
	}
	lt_delete(stack);
}

void life_run(void)
{
	test_refused();
	test_several();
	test_leaks();
	test_threads();
	test_idle();
}
