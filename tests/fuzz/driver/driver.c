/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * driver.c - drives a fuzz target, with any compiler and always alike
 *
 * fuzz_NAME [--spoil] [--seconds N | --runs N] [--seed N] FILE|FOLDER...
 *
 * First every file is tried as it is; with --spoil also cut short everywhere,
 * and with each byte 0 and 0xff. Then files are changed by chance and tried,
 * for N seconds or N times. The same seed makes the same inputs.
 *
 * An input that ends the program, or takes HANG_S seconds, is kept: the last
 * line says where. To look again: fuzz_NAME THAT-FILE.
 */
#include "fuzz.h"

#include <dirent.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define HANG_S	  60
#define FILES_MAX 4096

/* Of sanitizers, when there is one. */
__attribute__((weak)) void __sanitizer_set_death_callback(
	void (*callback)(void));

struct input {
	uint8_t *bytes;
	size_t size;
};

static struct input files[FILES_MAX];
static unsigned files_len;
static unsigned long runs;
static uint64_t dice;

/* What is being tried. */
static struct input now;
static char keep_path[64];

/* ---- what went wrong ---- */

/* Only calls that a signal handler may make. */
static void keep_input(void)
{
	int fd = open(keep_path, O_WRONLY | O_CREAT | O_TRUNC, 0666);

	if (fd < 0)
		return;
	(void)!write(fd, now.bytes, now.size);
	close(fd);
	(void)!write(2, "\ninput kept: ", 13);
	(void)!write(2, keep_path, strlen(keep_path));
	(void)!write(2, "\n", 1);
}

static void on_signal(int sig)
{
	signal(sig, SIG_DFL);
	keep_input();
	raise(sig == SIGALRM ? SIGABRT : sig);
}

static void watch_ends(void)
{
	static const int signals[] = { SIGABRT, SIGALRM, SIGBUS, SIGFPE, SIGILL,
		SIGSEGV };
	const unsigned len = sizeof(signals) / sizeof(signals[0]);

	snprintf(keep_path, sizeof(keep_path), "kept-%d", getpid());
	/* A sanitizer has handlers of its own for all but these two. */
	if (__sanitizer_set_death_callback)
		__sanitizer_set_death_callback(keep_input);
	for (unsigned i = 0; i < (__sanitizer_set_death_callback ? 2 : len);
		i++)
		signal(signals[i], on_signal);
}

/* ---- one run ---- */

/* From memory of exactly that size, for AddressSanitizer. */
static void try(const uint8_t *bytes, size_t size)
{
	now.bytes = malloc(size);
	now.size = size;
	if (size > 0)
		memcpy(now.bytes, bytes, size);
	alarm(HANG_S);
	LLVMFuzzerTestOneInput(now.bytes, size);
	alarm(0);
	free(now.bytes);
	now = (struct input){ NULL, 0 };
	runs++;
}

/* Cut short everywhere; each byte 0, and 0xff. */
static void spoil(struct input *input)
{
	for (size_t i = 0; i < input->size; i++) {
		uint8_t byte = input->bytes[i];

		try(input->bytes, i);
		input->bytes[i] = 0;
		try(input->bytes, input->size);
		input->bytes[i] = 0xff;
		try(input->bytes, input->size);
		input->bytes[i] = byte;
	}
}

/* ---- changes by chance ---- */

/* Below @limit, 0 if that is 0. */
static unsigned chance(size_t limit)
{
	dice ^= dice << 13;
	dice ^= dice >> 7;
	dice ^= dice << 17;
	return limit ? (unsigned)((dice >> 11) % limit) : 0;
}

static size_t cut(uint8_t *bytes, size_t size)
{
	size_t at = chance(size), len = 1 + chance(size - at);

	memmove(bytes + at, bytes + at + len, size - at - len);
	return size - len;
}

static size_t repeat(uint8_t *bytes, size_t size, size_t max_size)
{
	size_t at = chance(size), len = 1 + chance(size - at);

	if (len > max_size - size)
		len = max_size - size;
	memmove(bytes + at + len, bytes + at, size - at);
	return size + len;
}

static void set_number(uint8_t *bytes, size_t size)
{
	static const uint64_t odd[] = { 0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000,
		0xffff, 0x7fffffff, 0x80000000, 0xffffffff, UINT64_MAX };
	uint64_t value = odd[chance(sizeof(odd) / sizeof(odd[0]))];
	size_t len = (size_t)1 << chance(4), at;

	if (len > size)
		len = size;
	at = chance(size - len + 1);
	memcpy(bytes + at, &value, len);
}

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size)
{
	if (size == 0)
		return 0;
	switch (chance(6)) {
	case 0:
		data[chance(size)] ^= (uint8_t)(1u << chance(8));
		return size;
	case 1:
		data[chance(size)] = (uint8_t)chance(256);
		return size;
	case 2:
		data[chance(size)] += (uint8_t)(chance(2) ? 1 : -1);
		return size;
	case 3:
		set_number(data, size);
		return size;
	case 4:
		return cut(data, size);
	default:
		return repeat(data, size, max_size);
	}
}

static size_t mutate(uint8_t *bytes, size_t size)
{
	if (LLVMFuzzerCustomMutator)
		return LLVMFuzzerCustomMutator(
			bytes, size, FUZZ_SIZE_MAX, chance(UINT32_MAX));
	for (unsigned i = 1 + chance(4); i > 0; i--)
		size = LLVMFuzzerMutate(bytes, size, FUZZ_SIZE_MAX);
	return size;
}

/* Half of the time what the last change gave is changed further. */
static void run_by_chance(unsigned long seconds, unsigned long limit)
{
	static uint8_t bytes[FUZZ_SIZE_MAX];
	time_t end = time(NULL) + (time_t)seconds;
	unsigned long i;
	size_t size = 0;

	for (i = 0; seconds ? time(NULL) < end : i < limit; i++) {
		if (size == 0 || chance(2)) {
			const struct input *file = &files[chance(files_len)];

			size = file->size;
			if (size > 0)
				memcpy(bytes, file->bytes, size);
		}
		size = mutate(bytes, size);
		try(bytes, size);
	}
}

/* ---- files ---- */

static int read_file(const char *path)
{
	FILE *file = fopen(path, "r");
	struct input *input = &files[files_len];

	input->bytes = malloc(FUZZ_SIZE_MAX);
	if (!file || !input->bytes || files_len == FILES_MAX - 1) {
		perror(path);
		return -1;
	}
	input->size = fread(input->bytes, 1, FUZZ_SIZE_MAX, file);
	input->bytes = realloc(input->bytes, input->size ?: 1);
	fclose(file);
	files_len++;
	return 0;
}

static int is_shown(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int read_folder(const char *folder)
{
	struct dirent **list;
	char path[4096];
	int n = scandir(folder, &list, is_shown, alphasort), err = 0;

	if (n < 0) {
		perror(folder);
		return -1;
	}
	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, list[i]->d_name);
		err |= read_file(path);
		free(list[i]);
	}
	free(list);
	return err;
}

static int read_path(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode) ? read_folder(path)
							   : read_file(path);
}

static void forget_files(void)
{
	while (files_len > 0)
		free(files[--files_len].bytes);
}

/* ---- */

struct options {
	bool spoil;
	unsigned long seconds, runs, seed;
};

static int parse(int argc, char *argv[], struct options *options)
{
	static const struct option names[] = {
		{ "spoil", no_argument, NULL, 'p' },
		{ "seconds", required_argument, NULL, 's' },
		{ "runs", required_argument, NULL, 'n' },
		{ "seed", required_argument, NULL, 'S' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", names, NULL)) != -1)
		switch (option) {
		case 'p':
			options->spoil = true;
			break;
		case 's':
			options->seconds = strtoul(optarg, NULL, 10);
			break;
		case 'n':
			options->runs = strtoul(optarg, NULL, 10);
			break;
		case 'S':
			options->seed = strtoul(optarg, NULL, 10);
			break;
		default:
			return -1;
		}
	return optind < argc ? 0 : -1;
}

int main(int argc, char *argv[])
{
	struct options options = { .seed = 1 };
	int err = 0;

	if (parse(argc, argv, &options) < 0) {
		fprintf(stderr,
			"usage: %s [--spoil] [--seconds N | --runs N] "
			"[--seed N] FILE|FOLDER...\n",
			argv[0]);
		return 2;
	}
	for (int i = optind; i < argc; i++)
		err |= read_path(argv[i]);
	if (err || files_len == 0)
		return 2;
	watch_ends();
	for (unsigned i = 0; i < files_len; i++) {
		try(files[i].bytes, files[i].size);
		if (options.spoil)
			spoil(&files[i]);
	}
	dice = 0x9e3779b97f4a7c15 + options.seed;
	run_by_chance(options.seconds, options.runs);
	printf("%u files, %lu runs\n", files_len, runs);
	forget_files();
	return 0;
}
