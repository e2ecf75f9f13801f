/*
 * window.h - the mails of a folder that are on their way: from a UID to a receipt.
 *
 * A ring of so many mails, in the order of their UIDs, and places in it that only move
 * forward:
 *
 *	head       finished before it: taken in, and marked, moved or deleted
 *	emitted    handed to the core before it
 *	asked      their bytes were asked for before it
 *	sized      their sizes are known before it
 *	measured   their sizes were asked for before it
 *	tail       the end
 *
 * The bytes of a mail are in memory between `asked` and its receipt; `budget` bounds
 * them.  A mail that is larger than the budget travels alone.
 *
 * What is behind `emitted` can be forgotten at any time: it is found again by a search
 * from the position.  What is before it waits for its receipt, whatever becomes of the
 * connection.
 */
#ifndef INPUT_IMAP_WINDOW_H
#define INPUT_IMAP_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct folder;
struct heard_buf;

enum { WINDOW_MAILS = 1024, WINDOW_SET = 4096 };

enum mail_state {
	MAIL_NEW,
	MAIL_SIZED,
	MAIL_ASKED,
	MAIL_HERE,
	MAIL_GONE, /* expunged meanwhile, or known: not emitted             */
	MAIL_BAD,  /* the server cannot give it                              */
	/* from here on emitted */
	MAIL_OUT,
	MAIL_REFUSED, /* to be taken in again                               */
	MAIL_TAKEN,   /* committed                                           */
	MAIL_SETTLING,
	MAIL_SETTLED, /* nothing more to do                                  */
};

struct mail {
	struct folder *folder; /* for the receipt */
	uint32_t uid;
	enum mail_state state;
	bool is_large, is_dead;
	bool is_stale; /* its folder was made anew since: its UID is another's now */
	bool is_left;  /* by a crash, between commit and command                   */
	uint64_t size; /* as the server says */
	char *bytes;   /* until it is emitted */
	size_t n;
	size_t held;   /* of the budget       */
	uint64_t name; /* known.h             */
};

struct window {
	struct mail ring[WINDOW_MAILS];
	uint32_t head, emitted, asked, sized, measured, tail;
	size_t budget, held;
	uint64_t max_size;	/* of a mail; of larger ones the headers are asked for */
	uint32_t careful_until; /* mails up to this UID are asked for one by one */
};

static inline struct mail *window_at(struct window *w, uint32_t i)
{
	return &w->ring[i % WINDOW_MAILS];
}
static inline uint32_t window_n(const struct window *w)
{
	return w->tail - w->head;
}
static inline uint32_t window_room(const struct window *w)
{
	return WINDOW_MAILS - window_n(w);
}

void window_add(struct window *, struct folder *, uint32_t uid);
/* Of those that are not emitted; NULL. */
struct mail *window_find(struct window *, uint32_t uid);
/* Forget what is not emitted. */
void window_forget(struct window *);
/* Forget what was emitted from the first refused one on; false: none was refused. */
bool window_take_back(struct window *);
/* Was one of those that were emitted refused?  Until that is taken back nothing behind it
 * may be emitted: its token would say that the refused one was taken. */
bool window_is_refused(const struct window *);
/* The UIDs mean other mails from now on: forget all, and have nothing more to do with those
 * that were emitted. */
void window_disown(struct window *);
/* Move head over what is settled. */
void window_advance(struct window *);
unsigned window_out(const struct window *); /* mails without receipt */

/* The next mails whose sizes, or bytes, are to be asked for: their UIDs as a sequence
 * set, appended; the place behind the last; 0 mails: none now.  *is_large: it is one
 * mail, and only its headers are wanted. */
unsigned window_measure(struct window *, struct heard_buf *set, uint32_t *end);
unsigned window_ask(struct window *, struct heard_buf *set, uint32_t *end, bool *is_large);
/* The mails that wait to be marked, at most `most`, as a set: either such as a crash left,
 * or others, as *is_left says. */
unsigned window_settle(struct window *, struct heard_buf *set, unsigned most, bool *is_left);

/* Append a UID to a set, joined to the range before it. */
struct uid_set {
	struct heard_buf *to;
	uint32_t first, last;
};
void uid_set_add(struct uid_set *, uint32_t uid);
void uid_set_end(struct uid_set *);

#endif
