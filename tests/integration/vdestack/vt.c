/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vt.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

void vt_check(bool ok, const char *what, const char *file, int line)
{
	int err = errno;

	if (ok)
		return;
	fprintf(stderr, "%s:%d: failed: %s (errno: %s; ioth: %s)\n", file, line,
		what, strerror(err), ioth_errmsg());
	exit(1);
}

void vt_skip(const char *why)
{
	printf("skipped: %s\n", why);
	exit(77);
}

static char directory[] = "/tmp/vdestack-test.XXXXXX";
static pid_t directory_owner;

static void remove_directory(void)
{
	if (getpid() == directory_owner)
		rmdir(directory); /* stacks leave nothing in it */
}

const char *vt_path(const char *format, ...)
{
	static char paths[4][256];
	static unsigned next;
	char *path = paths[next++ % 4];
	char name[128];
	va_list args;

	if (!directory_owner) {
		CHECK(mkdtemp(directory) != NULL);
		directory_owner = getpid();
		atexit(remove_directory);
	}
	va_start(args, format);
	vsnprintf(name, sizeof(name), format, args);
	va_end(args);
	/* "switch://%s": the directory goes where the %s would be */
	snprintf(path, sizeof(paths[0]), "%.*s%s/%s",
		(int)(strstr(name, "://") ? strstr(name, "://") + 3 - name : 0),
		name, directory,
		strstr(name, "://") ? strstr(name, "://") + 3 : name);
	return path;
}

void vt_up(struct ioth *stack, const char *ifname, const char *ip)
{
	int ifindex = ioth_if_nametoindex(stack, ifname);
	struct in_addr addr;

	CHECK(ifindex > 0);
	CHECK(ioth_linksetupdown(stack, (unsigned)ifindex, 1) == 0);
	if (!ip)
		return;
	CHECK(inet_pton(AF_INET, ip, &addr) == 1);
	CHECK(ioth_ipaddr_add(stack, AF_INET, &addr, 24, ifindex) == 0);
}

struct ioth *vt_stack(const char *vnl, const char *ip)
{
	struct ioth *stack = ioth_newstack("vdestack", vnl);

	if (!stack && (errno == EPERM || errno == ENOSPC))
		vt_skip(ioth_errmsg());
	CHECK(stack != NULL);
	vt_up(stack, "lo", NULL);
	if (vnl)
		vt_up(stack, "vde0", ip);
	return stack;
}

static uint16_t checksum(const void *data, size_t size)
{
	const uint16_t *words = data;
	uint32_t sum = 0;

	for (size_t i = 0; i < size / 2; i++)
		sum += words[i];
	sum = (sum >> 16) + (sum & 0xffff);
	return (uint16_t) ~(sum + (sum >> 16));
}

bool vt_ping(struct ioth *stack, const char *ip, int timeout_ms)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	struct icmphdr echo = { .type = ICMP_ECHO, .un.echo.id = htons(77) };
	struct pollfd pfd = { .events = POLLIN };
	char answer[128];
	bool ok = false;

	CHECK(inet_pton(AF_INET, ip, &to.sin_addr) == 1);
	pfd.fd = ioth_msocket(stack, AF_INET, SOCK_RAW, IPPROTO_ICMP);
	CHECK(pfd.fd >= 0);
	echo.checksum = checksum(&echo, sizeof(echo));
	for (; timeout_ms > 0 && !ok; timeout_ms -= 100) {
		sendto(pfd.fd, &echo, sizeof(echo), 0, (struct sockaddr *)&to,
			sizeof(to));
		while (!ok && poll(&pfd, 1, 100) > 0 &&
			recv(pfd.fd, answer, sizeof(answer), 0) >= 28)
			ok = answer[20] == ICMP_ECHOREPLY;
	}
	close(pfd.fd);
	return ok;
}

struct flow {
	int fd;
	size_t size;
	unsigned seed;
};

static void fill(unsigned char *buf, size_t len, size_t offset, unsigned seed)
{
	for (size_t i = 0; i < len; i++)
		buf[i] = (unsigned char)((offset + i) * 2654435761U >> 13) ^
			 (unsigned char)seed;
}

static void *send_all(void *arg)
{
	struct flow *flow = arg;
	unsigned char buf[8192];

	for (size_t done = 0; done < flow->size;) {
		size_t len = flow->size - done;
		ssize_t n;

		if (len > sizeof(buf))
			len = sizeof(buf);
		fill(buf, len, done, flow->seed);
		n = send(flow->fd, buf, len, 0);
		CHECK(n > 0);
		done += (size_t)n;
	}
	CHECK(shutdown(flow->fd, SHUT_WR) == 0);
	return NULL;
}

static void *receive_all(void *arg)
{
	struct flow *flow = arg;
	unsigned char buf[8192], want[8192];
	size_t done = 0;
	ssize_t n;

	while ((n = recv(flow->fd, buf, sizeof(buf), 0)) > 0) {
		fill(want, (size_t)n, done, flow->seed);
		CHECK(!memcmp(buf, want, (size_t)n));
		done += (size_t)n;
	}
	CHECK(n == 0 && done == flow->size);
	return NULL;
}

static int accept_one(
	struct ioth *from, struct ioth *to, const char *ip, int *client)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
		.sin_port = htons(5001) };
	int one = 1, fd, listener;

	CHECK(inet_pton(AF_INET, ip, &addr.sin_addr) == 1);
	listener = ioth_msocket(to, AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CHECK(listener >= 0);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	CHECK(bind(listener, (struct sockaddr *)&addr, sizeof(addr)) == 0);
	CHECK(listen(listener, 1) == 0);
	*client = ioth_msocket(from, AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CHECK(*client >= 0);
	CHECK(connect(*client, (struct sockaddr *)&addr, sizeof(addr)) == 0);
	fd = accept(listener, NULL, NULL);
	CHECK(fd >= 0);
	close(listener);
	return fd;
}

void vt_transfer(
	struct ioth *from, struct ioth *to, const char *ip, size_t size)
{
	int client, server = accept_one(from, to, ip, &client);
	struct flow flows[2][2] = {
		{ { client, size, 1 }, { server, size, 1 } },
		{ { server, size, 2 }, { client, size, 2 } },
	};
	pthread_t threads[4];

	for (int i = 0; i < 4; i++)
		CHECK(pthread_create(&threads[i], NULL,
			      i % 2 ? receive_all : send_all,
			      &flows[i / 2][i % 2]) == 0);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	close(client);
	close(server);
}

static int count_entries(const char *path)
{
	DIR *dir = opendir(path);
	int n = 0;

	CHECK(dir != NULL);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

int vt_count_fds(void)
{
	return count_entries("/proc/self/fd");
}

int vt_count_threads(void)
{
	return count_entries("/proc/self/task") - 2;
}

/* Line of /proc/PID/stat: "PID (vdestack) STATE PPID ..." */
static bool is_helper(const char *pid, int parent)
{
	char path[300], comm[17];
	int ppid = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	if (fscanf(file, "%*d (%16[^)]) %*c %d", comm, &ppid) != 2)
		ppid = 0;
	fclose(file);
	return ppid == parent && !strcmp(comm, "vdestack");
}

/* How many; the last one's process id in *@pid. */
static int find_helpers(int parent, int *pid)
{
	DIR *dir = opendir("/proc");
	const struct dirent *entry;
	int n = 0;

	CHECK(dir != NULL);
	*pid = 0;
	while ((entry = readdir(dir)))
		if (*entry->d_name >= '1' && *entry->d_name <= '9' &&
			is_helper(entry->d_name, parent)) {
			n++;
			*pid = atoi(entry->d_name);
		}
	closedir(dir);
	return n;
}

int vt_count_helpers(int parent)
{
	int pid;

	return find_helpers(parent, &pid);
}

int vt_find_helper(int parent)
{
	int pid;

	find_helpers(parent, &pid);
	return pid;
}

long vt_cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}
