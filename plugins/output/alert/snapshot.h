/*
 * snapshot.h - what the alert has learned, in a file of its state folder.
 *
 * Written whole to a new file that then takes the place of the old one, so it is
 * never half of each.  The head says version, sizes and a BLAKE2b hash of the rest: a
 * file of another version, or a damaged one, is told of and not used.
 *
 *	head | slot, last id, key | incidents | { number, series } ... | messages
 *
 * A kill loses what came after the last one, five minutes at most: some counts.
 */
#ifndef ALERT_SNAPSHOT_H
#define ALERT_SNAPSHOT_H

struct heard_error;
struct outbox;
struct watch;

/* -errno with a sentence. */
int snapshot_save(const char *path, const struct watch *, const struct outbox *,
		  struct heard_error *);
/* -ENOENT: there is none yet; -EBADMSG: it is of no use.  Then nothing is changed. */
int snapshot_load(const char *path, struct watch *, struct outbox *, struct heard_error *);

#endif
