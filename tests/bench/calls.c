/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * calls - nanoseconds that a system call takes, the median of many batches
 *
 *	calls [-b BATCHES] [-n CALLS-PER-BATCH] CALL
 *	calls [-b BATCHES] [-n CALLS-PER-BATCH] run COMMAND [ARG...]
 *
 * CALL: a row of the table below. "run" is fork, exec and wait of COMMAND,
 * whose output goes to /dev/null.
 */
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "common.h"
#include "umvu/syscalls.h"

#define BATCH_NS    300000.0 /* what one batch should take */
#define MAX_BURST   256
#define MAX_BATCHES 1000

static char buf[64];
static char **command;

static void call_getppid(int fd)
{
	(void)fd;
	syscall(SYS_getppid);
}

static void call_read(int fd)
{
	if (read(fd, buf, sizeof(buf)) < 0)
		die("read");
}

static void call_write(int fd)
{
	if (write(fd, buf, sizeof(buf)) < 0)
		die("write");
}

static void call_stat(int fd)
{
	struct stat st;

	(void)fd;
	if (stat("/usr/share/doc", &st) < 0)
		die("stat");
}

static void call_open(int fd)
{
	fd = open("/etc/hostname", O_RDONLY);
	if (fd < 0)
		die("open");
	close(fd);
}

static int open_socket(int domain, int type)
{
	int fd = socket(domain, type, 0);

	if (fd < 0)
		die("socket");
	return fd;
}

static void call_socket(int fd)
{
	(void)fd;
	close(open_socket(AF_INET, SOCK_STREAM));
}

/* Never a stack's business, but umvu has to look. */
static void call_unix(int fd)
{
	(void)fd;
	close(open_socket(AF_UNIX, SOCK_STREAM));
}

/* Not of a kind that vunetioth keeps in stock. */
static void call_rawsocket(int fd)
{
	(void)fd;
	close(open_socket(AF_NETLINK, SOCK_RAW));
}

/* Only in a view and on no stack: umvu itself makes the socket. */
static void call_msocket(int fd)
{
	fd = (int)syscall(VU_SYS_MSOCKET, NULL, AF_INET, SOCK_STREAM, 0);
	if (fd < 0)
		die("msocket");
	close(fd);
}

static void burst(int len)
{
	int fd[MAX_BURST], i;

	for (i = 0; i < len; i++)
		fd[i] = open_socket(AF_INET, SOCK_STREAM);
	for (i = 0; i < len; i++)
		close(fd[i]);
}

static void call_burst16(int fd)
{
	(void)fd;
	burst(16);
}

static void call_burst256(int fd)
{
	(void)fd;
	burst(256);
}

static void call_run(int fd)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		dup2(fd, 1);
		execvp(command[0], command);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		die("fork");
	if (status) {
		fprintf(stderr, "bench: %s failed\n", command[0]);
		exit(1);
	}
}

static const struct row {
	const char *name, *path; /* path: opened for it */
	void (*call)(int fd);
	int count; /* of what one call does */
} rows[] = {
	{ "getppid", NULL, call_getppid, 1 },
	{ "read", "/dev/zero", call_read, 1 },
	{ "write", "/dev/null", call_write, 1 },
	{ "stat", NULL, call_stat, 1 },
	{ "open", NULL, call_open, 1 },
	{ "socket", NULL, call_socket, 1 },
	{ "unix", NULL, call_unix, 1 },
	{ "rawsocket", NULL, call_rawsocket, 1 },
	{ "msocket", NULL, call_msocket, 1 },
	{ "burst16", NULL, call_burst16, 16 },
	{ "burst256", NULL, call_burst256, 256 },
	{ "run", "/dev/null", call_run, 1 },
};

static double batch(const struct row *row, int fd, long n)
{
	double start = now_ns();
	long i;

	for (i = 0; i < n; i++)
		row->call(fd);
	return (now_ns() - start) / (double)n;
}

/* @n: length of a batch; 0: whatever takes BATCH_NS */
static double measure(const struct row *row, size_t batches, long n)
{
	int fd = row->path ? open(row->path, O_RDWR | O_CLOEXEC) : -1;
	static double times[MAX_BATCHES];
	double once;
	size_t i;

	batch(row, fd, 3); /* warm */
	once = batch(row, fd, 3);
	if (n == 0)
		n = once < BATCH_NS ? (long)(BATCH_NS / once) : 1;
	for (i = 0; i < batches; i++)
		times[i] = batch(row, fd, n);
	return median(times, batches) / row->count;
}

int main(int argc, char *argv[])
{
	size_t i, batches = 50;
	long n = 0;
	int opt;

	while ((opt = getopt(argc, argv, "+b:n:")) != -1)
		if (opt == 'b')
			batches = strtoul(optarg, NULL, 10);
		else if (opt == 'n')
			n = strtol(optarg, NULL, 10);
		else
			return 2;
	if (optind == argc || batches - 1 >= MAX_BATCHES)
		return 2;
	command = argv + optind + 1;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!strcmp(rows[i].name, argv[optind])) {
			printf("%.1f\n", measure(&rows[i], batches, n));
			return 0;
		}
	return 2;
}
