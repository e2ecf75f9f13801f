/*
 * snapshot.h - what the alert has learned, in a file of its state folder.
 *
 * Lines of JSON: those of watch/saved.h, then a line for each message that is not yet
 * safe, and at the end one with version and a BLAKE2b hash of all before it.  It is written
 * whole to a new file that then takes the place of the old one, so it is never half of each;
 * one that is damaged, or of a later version, is told of and not used.
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
