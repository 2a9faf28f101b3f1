/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gnu.h"
#include "frames.h"

#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>

/* an odd number of pages: slots spread over the sets of the caches */
#define SLOT_SIZE   ((size_t)17 * 4096)
#define MEMORY_SIZE (SLOT_SIZE * FRAMES_MAX)

_Static_assert(FRAME_HEADROOM + FRAME_SIZE_MAX <= SLOT_SIZE, "slot too small");

int frames_init(struct frames *frames)
{
	void *memory = mmap(NULL, MEMORY_SIZE, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memory == MAP_FAILED) {
		frames->memory = NULL;
		return -ENOMEM;
	}
	/* usual frames touch one page per slot, huge pages would take all */
	madvise(memory, MEMORY_SIZE, MADV_NOHUGEPAGE);
	frames->memory = memory;
	frames->len = FRAMES_MAX;
	frames_reset(frames);
	return 0;
}

void frames_fini(struct frames *frames)
{
	if (frames->memory)
		munmap(frames->memory, MEMORY_SIZE);
	frames->memory = NULL;
}

void frames_reset(struct frames *frames)
{
	unsigned used = frames->len;

	frames->len = frames->next = 0;
	for (unsigned i = 0; i < used; i++) {
		frames->frame[i].iov_base =
			frames->memory + i * SLOT_SIZE + FRAME_HEADROOM;
		frames->frame[i].iov_len = FRAME_SIZE_MAX;
	}
}
