/*
 * position.c - the two slots.
 *
 * Invariant: the slot of `generation` is on disk and is never written over; the
 * other one is.  That holds after failures as well: a slot whose fdatasync failed
 * is not counted, its descriptor is closed, since the kernel may have marked the
 * page clean without writing it, and the next save writes the same slot again.
 */
#include "position.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <heard/error.h>
#include <heard/file.h>
#include <heard/str.h>

enum { SLOTS = 2, SLOT_SIZE = 4096 }; /* a page each, so that they tear apart */

static const char magic[8] = "heardfp1";

struct slot { /* as on disk, in the machine's own byte order */
	char magic[8];
	uint64_t generation;
	struct position position;
	uint64_t sum; /* of everything before it */
};

_Static_assert(sizeof(struct slot) == 16 + sizeof(struct position) + 8, "no padding");

uint64_t position_hash(const void *bytes, uint64_t n)
{
	const unsigned char *p = bytes;
	uint64_t hash = 0xcbf29ce484222325;

	for (uint64_t i = 0; i < n; i++)
		hash = (hash ^ p[i]) * 0x100000001b3;
	return hash;
}

static uint64_t slot_sum(const struct slot *slot)
{
	return position_hash(slot, offsetof(struct slot, sum));
}

static bool slot_read(int fd, uint64_t i, struct slot *slot)
{
	return pread(fd, slot, sizeof(*slot), (off_t)(i * SLOT_SIZE)) == sizeof(*slot) &&
	       memcmp(slot->magic, magic, sizeof(magic)) == 0 && slot->sum == slot_sum(slot) &&
	       slot->generation % SLOTS == i;
}

static int reopen(struct position_file *f, struct heard_error *err)
{
	if (f->fd < 0)
		f->fd = open(f->path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (f->fd < 0)
		return heard_fail(err, errno, "cannot open '%s': %s", f->path, strerror(errno));
	return 0;
}

static int load(struct position_file *f, struct position *p, bool *is_new_r,
		struct heard_error *err)
{
	static const char zeros[sizeof(struct slot)];
	struct slot slots[SLOTS] = {0};

	for (uint64_t i = 0; i < SLOTS; i++) {
		if (slot_read(f->fd, i, &slots[i]) && slots[i].generation > f->generation) {
			f->generation = slots[i].generation;
			*p = slots[i].position;
		}
	}
	/* Slot 1 is written first.  Torn then, it has acknowledged nothing; but
	 * if slot 0 was written as well, one of them must be readable. */
	if (f->generation == 0 && memcmp(&slots[0], zeros, sizeof(zeros)) != 0)
		return heard_fail(
			err, EBADMSG,
			"'%s' is damaged: what is in the output file already is unknown; "
			"remove it to go on at that file's end",
			f->path);
	*is_new_r = f->generation == 0;
	/* What was read may so far be in the page cache only. */
	if (fdatasync(f->fd) != 0)
		return heard_fail(err, errno, "cannot sync '%s': %s", f->path, strerror(errno));
	return 0;
}

int position_open(struct position_file *f, const char *folder, struct position *p,
		  bool *is_new_r, struct heard_error *err)
{
	static const char zeros[SLOTS * SLOT_SIZE];
	struct stat st;
	int failed;

	memset(p, 0, sizeof(*p));
	memset(f, 0, sizeof(*f));
	f->fd = -1;
	if (asprintf(&f->path, "%s/position", folder) < 0) {
		f->path = NULL;
		return heard_fail(err, ENOMEM, "no memory");
	}
	failed = lstat(f->path, &st) == 0 ? 0
		 : errno == ENOENT	  ? heard_file_replace(f->path, 0600,
							       heard_str_n(zeros, sizeof(zeros)), err)
				   : heard_fail(err, errno, "cannot open '%s': %s", f->path,
						strerror(errno));
	if (failed == 0)
		failed = reopen(f, err);
	return failed ? failed : load(f, p, is_new_r, err);
}

int position_save(struct position_file *f, const struct position *p, struct heard_error *err)
{
	struct slot slot = {.generation = f->generation + 1, .position = *p};
	int result = reopen(f, err);
	ssize_t n;

	if (result != 0)
		return result;
	memcpy(slot.magic, magic, sizeof(magic));
	slot.sum = slot_sum(&slot);
	n = pwrite(f->fd, &slot, sizeof(slot), (off_t)(slot.generation % SLOTS * SLOT_SIZE));
	if (n >= 0 && n < (ssize_t)sizeof(slot))
		errno = ENOSPC;
	if (n != sizeof(slot) || fdatasync(f->fd) != 0) {
		result = heard_fail(err, errno, "cannot save '%s': %s", f->path,
				    strerror(errno));
		close(f->fd);
		f->fd = -1;
		return result;
	}
	f->generation = slot.generation;
	return 0;
}

void position_close(struct position_file *f)
{
	if (f->fd >= 0)
		close(f->fd);
	free(f->path);
	memset(f, 0, sizeof(*f));
	f->fd = -1;
}
