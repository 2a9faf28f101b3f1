/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guestmem.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/uio.h>

#define PAGE 4096u
/* Most paths are short: copying a page for each would cost more. */
#define FIRST_READ 256u

static struct iovec remote(struct guest_addr addr, size_t size)
{
	return (struct iovec){
		/* The kernel interprets it in the guest; never ours. */
		.iov_base = (void *)(uintptr_t)addr.value, /* NOLINT */
		.iov_len = size,
	};
}

static int result(ssize_t n, size_t size)
{
	if (n < 0)
		return -errno;
	return (size_t)n == size ? 0 : -EFAULT;
}

int guestmem_read(pid_t tid, struct guest_addr from, void *buf, size_t size)
{
	struct iovec local = { buf, size }, far = remote(from, size);

	if (size == 0)
		return 0;
	return result(process_vm_readv(tid, &local, 1, &far, 1, 0), size);
}

int guestmem_write(
	pid_t tid, struct guest_addr to, const void *buf, size_t size)
{
	struct iovec local = { (void *)(uintptr_t)buf, size };
	struct iovec far = remote(to, size);

	if (size == 0)
		return 0;
	return result(process_vm_writev(tid, &local, 1, &far, 1, 0), size);
}

int guestmem_read_string(
	pid_t tid, struct guest_addr from, char *buf, size_t size)
{
	size_t done = 0, want = FIRST_READ;

	while (done < size) {
		size_t to_page_end = PAGE - (from.value + done) % PAGE;
		struct guest_addr at = { from.value + done };
		char *end;
		int err;

		/* Never across a page: the next one may not be there. */
		if (want > to_page_end)
			want = to_page_end;
		if (want > size - done)
			want = size - done;
		err = guestmem_read(tid, at, buf + done, want);
		if (err)
			return err;
		end = memchr(buf + done, '\0', want);
		if (end)
			return (int)(end - buf);
		done += want;
		want = PAGE;
	}
	return -ENAMETOOLONG;
}
