/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mutate.c - changes an input record by record, so that the others stay intact
 */
#include "fuzz.h"
#include "records.h"

#include <string.h>

#define RECORDS_MAX 256

/* Where the records of an input begin; the last one: where it ends. */
struct index {
	size_t at[RECORDS_MAX + 1];
	unsigned len;
};

struct dice {
	uint64_t state;
};

static unsigned chance(struct dice *dice, size_t limit)
{
	dice->state = dice->state * 6364136223846793005u + 1442695040888963407u;
	return limit ? (unsigned)((dice->state >> 33) % limit) : 0;
}

static void make_index(struct index *index, const uint8_t *data, size_t size)
{
	const uint8_t *at = data;
	struct record record;

	index->len = 0;
	index->at[0] = 0;
	while (index->len < RECORDS_MAX && record_take(&at, &size, &record))
		index->at[++index->len] = (size_t)(at - data);
}

static void write_size(uint8_t *record, size_t size)
{
	record[2] = (uint8_t)size;
	record[3] = (uint8_t)(size >> 8);
}

/* The record of @old bytes at @at becomes @new bytes long; what is new, 0. */
static size_t resize(
	uint8_t *data, size_t size, size_t at, size_t old, size_t new)
{
	memmove(data + at + new, data + at + old, size - at - old);
	if (new > old)
		memset(data + at + old, 0, new - old);
	write_size(data + at, new - RECORD_HEADER);
	return size + new - old;
}

static size_t change_bytes(
	uint8_t *data, size_t size, size_t at, size_t len, size_t max_size)
{
	static uint8_t bytes[UINT16_MAX];
	size_t payload = len - RECORD_HEADER, new, limit = max_size - size;

	limit = limit > UINT16_MAX - payload ? UINT16_MAX : payload + limit;
	memcpy(bytes, data + at + RECORD_HEADER, payload);
	new = LLVMFuzzerMutate(bytes, payload, limit);
	size = resize(data, size, at, len, new + RECORD_HEADER);
	memcpy(data + at + RECORD_HEADER, bytes, new);
	return size;
}

static size_t change_length(struct dice *dice, uint8_t *data, size_t size,
	size_t at, size_t len, size_t max_size)
{
	static const uint16_t odd[] = { 0, 1, 13, 14, 15, 33, 34, 35, 41, 42,
		54, 60, 1514, 1515, 9014, 65534, 65535 };
	size_t new = RECORD_HEADER +
		     (chance(dice, 2) ? odd[chance(dice,
						sizeof(odd) / sizeof(odd[0]))]
				      : chance(dice, len));

	if (new > len &&new - len > max_size - size)
		return size;
	return resize(data, size, at, len, new);
}

static size_t copy_record(uint8_t *data, size_t size, size_t from, size_t len,
	size_t to, size_t max_size)
{
	static uint8_t copy[UINT16_MAX + RECORD_HEADER];

	if (len > max_size - size)
		return size;
	memcpy(copy, data + from, len);
	memmove(data + to + len, data + to, size - to);
	memcpy(data + to, copy, len);
	return size + len;
}

static size_t insert_event(
	struct dice *dice, uint8_t *data, size_t size, size_t at, size_t max)
{
	bool app = chance(dice, 2);
	size_t len = RECORD_HEADER + (app ? chance(dice, 64) : 0);

	if (len > max - size)
		return size;
	memmove(data + at + len, data + at, size - at);
	memset(data + at, 'x', len);
	data[at] = app ? RECORD_APP : RECORD_WAIT;
	data[at + 1] = (uint8_t)chance(dice, app ? APP_LEN : 23);
	write_size(data + at, len - RECORD_HEADER);
	return size + len;
}

static size_t change_one(
	struct dice *dice, uint8_t *data, size_t size, size_t max_size)
{
	struct index index;
	unsigned i;
	size_t at, len;

	make_index(&index, data, size);
	if (index.len == 0)
		return insert_event(dice, data, 0, 0, max_size);
	i = chance(dice, index.len);
	at = index.at[i];
	len = index.at[i + 1] - at;
	write_size(data + at, len - RECORD_HEADER);
	switch (chance(dice, 12)) {
	case 0:
		data[at + 1] ^= (uint8_t)(1u << chance(dice, 8));
		return size;
	case 1:
		memmove(data + at, data + at + len, size - at - len);
		return size - len;
	case 2: /* floods are enough as they are */
		if (data[at] % RECORD_OPS == RECORD_FLOOD)
			return size;
		return copy_record(data, size, at, len,
			index.at[chance(dice, index.len + 1)], max_size);
	case 3:
		return insert_event(dice, data, size, at, max_size);
	case 4:
		return change_length(dice, data, size, at, len, max_size);
	default:
		return change_bytes(data, size, at, len, max_size);
	}
}

/* A flood that is changed is made short, or nothing else would be tried. */
static void shorten_floods(uint8_t *data, size_t size)
{
	const uint8_t *at = data;
	struct record record;

	while (record_take(&at, &size, &record))
		if (record.op == RECORD_FLOOD && record.size >= 2)
			((uint8_t *)record.bytes)[1] = 0;
}

size_t LLVMFuzzerCustomMutator(
	uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	struct dice dice = { seed };

	for (unsigned i = 1 + chance(&dice, 6); i > 0; i--)
		size = change_one(&dice, data, size, max_size);
	shorten_floods(data, size);
	return size;
}
