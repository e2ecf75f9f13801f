/*
 * minute.h - what an endpoint may be sent in a minute, and who waits for the next.
 *
 * The minute is a window that slides: the times of the last `rate` requests are kept,
 * and another may go once the oldest is a minute old.  Then all that waits goes as one:
 * a digest of their first words.
 */
#ifndef HOOK_MINUTE_H
#define HOOK_MINUTE_H

#include <heard/delivery.h>
#include <heard/str.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct heard_buf;

struct waiter { /* somebody to be told how a message went */
	struct waiter *next;
	void (*done)(void *arg, enum heard_outcome, int64_t after_ms, const char *reason);
	void *arg;
	struct heard_str text; /* behind this struct, followed by a NUL */
};

/* Copies the text; NULL if memory is short. */
struct waiter *waiter_create(struct heard_str text,
			     void (*done)(void *arg, enum heard_outcome, int64_t after_ms,
					  const char *reason),
			     void *arg);
/* All of the list; they are freed. */
void waiters_tell(struct waiter *, enum heard_outcome, int64_t after_ms, const char *reason);
void waiters_forget(struct waiter *); /* without a word */

struct minute {
	size_t rate;   /* 0: no limit */
	int64_t *sent; /* ring of times; 0: not yet */
	size_t at;
	struct waiter *waiting, **last;
	size_t n_waiting;
};

int minute_init(struct minute *, size_t rate); /* 0 or -ENOMEM */
void minute_release(struct minute *);	       /* forgets who waits */
/* 0: one may go now; else how long to wait. */
int64_t minute_pause(const struct minute *, int64_t now);
void minute_count(struct minute *, int64_t now); /* one goes */
void minute_wait(struct minute *, struct waiter *take_waiter);
/* All that wait, who are then the caller's. */
struct waiter *minute_take(struct minute *);
/* What they have to say, as one text. */
void minute_digest(const struct minute *, bool is_en, struct heard_buf *);

#endif
