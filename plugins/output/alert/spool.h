/*
 * spool.h - warnings on their way from `heard alert raise` to the running instance.
 *
 * The command runs in a process of its own.  It writes a small file under another name
 * and renames it into the folder, so the instance sees it whole; the instance takes it
 * out once the warning is in its snapshot.  Without a daemon it waits for the next.
 */
#ifndef ALERT_SPOOL_H
#define ALERT_SPOOL_H

#include "words.h"

#include <stddef.h>

struct heard_error;

/* Files: that are taken at once, fewer than the outbox holds. */
enum { SPOOL_TEXT = 2000, SPOOL_NAME = 200, SPOOL_FILES = 32 };

int spool_put(const char *folder, const struct warning *, struct heard_error *);
/* The next warning behind that name (""), oldest first: 1 with name set; 0 there is none.  What
 * cannot be read is removed: -EBADMSG with a sentence. */
struct spooled {
	char name[64];
	char bytes[8192];
	struct warning warning;
};
int spool_next(const char *folder, const char *after, struct spooled *, struct heard_error *);
void spool_remove(const char *folder, const char *name);

#endif
