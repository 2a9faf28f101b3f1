/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs a fuzz target over the files of a folder, and over lies about them. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_SIZE 65536

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* From memory of exactly that size, for AddressSanitizer. */
static void try(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size);

	if (size > 0)
		memcpy(copy, data, size);
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

/* Cut short everywhere; each byte 0, and 0xff. */
static void spoil(uint8_t *data, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		uint8_t byte = data[i];

		try(data, i);
		data[i] = 0;
		try(data, size);
		data[i] = 0xff;
		try(data, size);
		data[i] = byte;
	}
}

static int run(const char *folder, const char *name)
{
	static uint8_t data[FILE_SIZE];
	char path[4096];
	size_t size;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "r");
	if (!file) {
		perror(path);
		return 1;
	}
	size = fread(data, 1, sizeof(data), file);
	fclose(file);
	try(data, size);
	spoil(data, size);
	return 0;
}

int main(int argc, char *argv[])
{
	DIR *dir = argc == 2 ? opendir(argv[1]) : NULL;
	const struct dirent *entry;
	int files = 0, failed = 0;

	if (!dir) {
		fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
		return 2;
	}
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.') {
			failed |= run(argv[1], entry->d_name);
			files++;
		}
	closedir(dir);
	printf("%d files\n", files);
	return failed || files == 0;
}
