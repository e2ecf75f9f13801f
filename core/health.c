/*
 * health.c - what the journal cannot do at present, said once each.
 *
 * Full: no space for records; inputs wait, and it heals when all spare segments
 * stand ready again.  Broken: two segments in turn could not be written; that
 * is for good, as nothing the disk says afterwards can be believed.  Damaged: a
 * frame that cannot be read; it is counted, and told at the first meeting only,
 * however many readers come by.
 */
#include "journal_private.h"

#include "log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

enum { ROOM_TO_HEAL = 4 << 20 };

void health_damaged(struct journal *j, uint64_t segment, uint64_t offset, const char *what)
{
	bool known = false;

	pthread_mutex_lock(&j->lock);
	for (size_t i = 0; i < j->n_damaged && !known; i++)
		known = j->damaged[i].segment == segment && j->damaged[i].offset == offset;
	if (!known) {
		if (j->n_damaged < DAMAGED_MAX)
			j->damaged[j->n_damaged++] = (struct journal_damage){segment, offset};
		j->figures.damaged_frames++;
	}
	pthread_mutex_unlock(&j->lock);
	if (!known)
		log_line(HEARD_ERROR, "journal",
			 "seg-%016" PRIx64 ": the frame at offset %" PRIu64 " is damaged: %s",
			 segment, offset, what);
}

bool journal_is_full(const struct journal *j)
{
	return atomic_load(&j->is_full);
}

bool health_lacks_space(int code)
{
	return code == -ENOSPC || code == -EDQUOT;
}

void health_full(struct journal *j, const char *why)
{
	if (atomic_exchange(&j->is_full, true))
		return;
	log_line(HEARD_ERROR, "journal", "full: %s; inputs wait until there is space again",
		 why);
	if (j->options.pressure)
		j->options.pressure(j->options.arg, true, why);
}

/* Segments are made ahead, but redelivery keys and outputs need room as well;
 * without this a full disk would be full and free by turns. */
static bool disk_has_room(const struct journal *j)
{
	struct statvfs v;

	return fstatvfs(j->folder, &v) != 0 || v.f_bavail * v.f_frsize >= ROOM_TO_HEAL;
}

void health_heal(struct journal *j)
{
	if (!atomic_load(&j->is_full) || !pool_has_reserve(j) || !disk_has_room(j))
		return;
	atomic_store(&j->is_full, false);
	log_line(HEARD_NOTICE, "journal", "there is space again; inputs go on");
	if (j->options.pressure)
		j->options.pressure(j->options.arg, false, "there is space again");
}

void health_break(struct journal *j, int code)
{
	char why[160];

	if (atomic_exchange(&j->is_broken, true))
		return;
	if (code == -ENOENT)
		snprintf(why, sizeof(why), "its files were deleted or moved away");
	else
		snprintf(why, sizeof(why), "two segments in turn could not be written: %s",
			 strerror(-code));
	log_line(HEARD_ERROR, "journal", "%s; nothing more is taken in", why);
	if (j->options.broken)
		j->options.broken(j->options.arg, why);
}
