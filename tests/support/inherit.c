/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * inherit STACK - who gets the default stack of a process, and who does not
 * inherit network - prints the network of this process
 */
#include <msocket.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include "check.h"

extern char **environ;

static const char *self, *stack;
static uint64_t host, mine;

static uint64_t network(void)
{
	return network_of(socket(AF_INET, SOCK_STREAM, 0));
}

/* What a child that runs @work writes to a pipe. */
static uint64_t in_child(void (*work)(int out))
{
	uint64_t seen = 0;
	int p[2];
	pid_t pid;

	if (pipe(p) < 0)
		return 0;
	pid = fork();
	if (pid == 0) {
		close(p[0]);
		work(p[1]);
		_exit(0);
	}
	close(p[1]);
	if (read(p[0], &seen, sizeof(seen)) != sizeof(seen))
		seen = 0;
	close(p[0]);
	waitpid(pid, NULL, 0);
	return seen;
}

static void tell(int out)
{
	uint64_t seen = network();

	if (write(out, &seen, sizeof(seen)) < 0)
		_exit(1);
}

static void exec_and_tell(int out)
{
	dup2(out, 1);
	execl(self, self, "network", (char *)NULL);
}

static void spawn_and_tell(int out)
{
	char *argv[] = { (char *)self, (char *)"network", NULL };
	posix_spawn_file_actions_t actions;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, out, 1);
	CHECK(posix_spawn(&pid, self, &actions, NULL, argv, environ) == 0);
	waitpid(pid, NULL, 0);
	posix_spawn_file_actions_destroy(&actions);
}

/* The grandchild's first socket comes when its parent has been dead and reaped
 * for a while: the default of the parent must have been remembered. */
static void daemon_and_tell(int out)
{
	pid_t parent = getpid();

	if (fork() == 0) {
		setsid();
		while (getppid() == parent)
			usleep(1000);
		usleep(50000);
		tell(out);
	}
}

/* Three generations, none of which made a socket, all but the last dead. */
static void great_grandchild_tells(int out)
{
	pid_t parent;

	if (fork() != 0)
		return;
	parent = getpid();
	if (fork() != 0)
		_exit(0);
	setsid();
	while (getppid() == parent)
		usleep(1000);
	usleep(50000);
	tell(out);
}

/* As daemon_and_tell, but its parent, which had a socket, is killed. */
static void orphan_and_tell(int out)
{
	pid_t parent = getpid();

	CHECK(network() == mine);
	if (fork() == 0) {
		while (getppid() == parent)
			usleep(1000);
		usleep(50000);
		tell(out);
		_exit(0);
	}
	raise(SIGKILL);
}

static void default_then_tell(int out)
{
	if (msocket(stack, PF_UNSPEC, SOCK_DEFAULT, 0) == 0)
		tell(out);
}

static void default_then_daemon(int out)
{
	if (msocket(stack, PF_UNSPEC, SOCK_DEFAULT, 0) == 0)
		daemon_and_tell(out);
}

static void *thread_tells(void *result)
{
	*(uint64_t *)result = network();
	return NULL;
}

static uint64_t in_thread(void)
{
	uint64_t seen = 0;
	pthread_t thread;

	if (pthread_create(&thread, NULL, thread_tells, &seen) == 0)
		pthread_join(thread, NULL);
	return seen;
}

static void *thread_sets(void *arg)
{
	(void)arg;
	CHECK(msocket(NULL, PF_UNSPEC, SOCK_DEFAULT, 0) == 0);
	return NULL;
}

static void defaults_belong_to_the_process_not_the_thread(void)
{
	pthread_t thread;

	CHECK(in_thread() == mine);
	CHECK(pthread_create(&thread, NULL, thread_sets, NULL) == 0);
	pthread_join(thread, NULL);
	CHECK(network() == host);
}

int main(int argc, char *argv[])
{
	if (argc != 2)
		return 2;
	if (strcmp(argv[1], "network") == 0) {
		tell(1);
		return 0;
	}
	self = "/proc/self/exe";
	stack = argv[1];
	host = network();
	mine = network_of(msocket(stack, AF_INET, SOCK_STREAM, 0));
	CHECK(host && mine && host != mine);

	/* A child's default is not its parent's nor its sibling's. */
	CHECK(in_child(tell) == host);
	CHECK(in_child(default_then_tell) == mine);
	CHECK(in_child(default_then_daemon) == mine);
	CHECK(network() == host);
	CHECK(in_child(tell) == host);
	CHECK(in_child(daemon_and_tell) == host);

	CHECK(msocket(stack, PF_UNSPEC, SOCK_DEFAULT, 0) == 0);
	CHECK(network() == mine);
	CHECK(in_child(tell) == mine);
	CHECK(in_child(exec_and_tell) == mine);
	CHECK(in_child(spawn_and_tell) == mine);
	CHECK(in_child(daemon_and_tell) == mine);
	CHECK(in_child(great_grandchild_tells) == mine);
	CHECK(in_child(orphan_and_tell) == mine);
	defaults_belong_to_the_process_not_the_thread();
	return checked();
}
