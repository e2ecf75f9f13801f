/*
 * known.h - which mails were taken in, for the day on which a folder loses its UIDs.
 *
 * When a mailbox is made anew (restored, moved to another server) its UIDVALIDITY
 * changes, all mails have new UIDs, and no position says which were read.  The journal
 * recognises what came within `dedupe`; what is older is recognised here, by eight bytes
 * of a keyed hash of what a mail is called: its Message-ID, Date, From and Subject, or,
 * without a Message-ID, all of it.
 *
 * A mail is added after its receipt, so nothing in the file was not taken.  A crash may
 * lose the last few, which are young enough for the journal to know.  The file is
 * append-only, bounded, and read only on that day.
 */
#ifndef INPUT_IMAP_KNOWN_H
#define INPUT_IMAP_KNOWN_H

#include <heard/str.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct heard_host;

enum { KNOWN_PENDING = 256 };

struct known {
	struct heard_host *host;
	int64_t max; /* names kept; 0: none             */
	char *path;
	uint64_t pending[KNOWN_PENDING]; /* not written yet */
	size_t n_pending;
	int64_t size;	  /* names in the file               */
	bool has_failed;  /* said in the log              */
	uint64_t *sorted; /* while it is asked            */
	size_t n_sorted;
	unsigned readers;
};

/* In start(). */
void known_open(struct known *, struct heard_host *, int64_t max);
void known_close(struct known *);
uint64_t known_name(const struct heard_host *, struct heard_str mail);
void known_add(struct known *, uint64_t name);
void known_flush(struct known *);
/* Between these known_has() works. */
void known_begin(struct known *);
void known_end(struct known *);
bool known_has(const struct known *, uint64_t name);

#endif
