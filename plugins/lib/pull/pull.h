/*
 * pull.h - reading a source by asking it again and again.
 *
 * A pull is one stream: where it stands is a short text, the state, which commits with
 * the records of the page it came with (the stream's resume token).  So after a crash
 * the same page is asked for again, and source ids make the repeat harmless.  The channel
 * says what to ask and what an answer means; this does the rest: the pause between two
 * rounds, the pages of one round, conditional requests (ETag, Last-Modified), the rate,
 * 429 and 503 with Retry-After, backoff with jitter, long polling, stopping.
 *
 *	ask(state) -> request -> read(answer) -> emit(page, new state) -> receipt -> ...
 *
 * Invariants.  One request or emission is under way at a time.  The state moves only by
 * a receipt: a page that is refused for now is asked for again; one that is refused for
 * good is a dead letter with its bytes, said in the log, and the state moves on.  A
 * channel whose newest items come first (since_id and max_id) keeps in its state where
 * the walk began, how far down it is and where it ends, and moves its since only when
 * the walk is complete: what a crash leaves in between is walked again, not left out.
 *
 * A wrong key (401, 403) is said once and asked again at the longest pause, as nobody
 * is to be locked out by our trying.  429 and 503 wait as long as Retry-After says, or
 * X-RateLimit-Reset; so does a 200 with X-RateLimit-Remaining: 0.  Nothing, not even a
 * poke, makes such a pause shorter.  An answer larger than max_answer is a failure: what
 * cannot be read whole cannot be left behind either.
 *
 * ETag and Last-Modified of the first page of a round are kept in memory and sent when
 * the same URL is asked again; a 304 is a round with nothing new.
 *
 * All functions [home] but the options.
 */
#ifndef PULL_PULL_H
#define PULL_PULL_H

#include "request.h"

#include <heard/buf.h>
#include <heard/fetch.h>
#include <heard/plugin.h>
#include <heard/str.h>

#include <stdbool.h>
#include <stdint.h>

struct heard_done;
struct heard_error;
struct heard_host;
struct pull;

struct pull_options {
	int64_t every;			/* ms from the end of a round to the next         */
	int64_t timeout;		/* of one request, ms                             */
	int64_t max_answer;		/* bytes of a page                                */
	int64_t max_pages;		/* of one round; what is left comes in the next   */
	int64_t rate;			/* requests a minute; 0: no limit                 */
	int64_t retry_first, retry_max; /* pause after a failure; 0: 2 s, 15 min */
	bool allow_private;		/* ask private and loopback addresses, too        */
};
/* clang-format off */
#define PULL_OPTIONS(self, field, every_default)                                             \
{"every", HEARD_DURATION(self, field.every), .value = every_default, .min = 1000,            \
 .max = 86400000.0 * 7, .help = "Pause between two rounds of asking"},                       \
{"timeout", HEARD_DURATION(self, field.timeout), .value = "30s", .min = 100,                 \
 .max = 300000, .help = "Longest time for one request, answer included"},                    \
{"max_answer", HEARD_SIZE(self, field.max_answer), .value = "8M", .min = 1024,               \
 .max = 64 << 20, .help = "Largest page that is read"},                                      \
{"max_pages", HEARD_INT(self, field.max_pages), .value = "100", .min = 1, .max = 100000,     \
 .help = "Most pages of one round; what is left comes in the next"},                         \
{"rate", HEARD_INT(self, field.rate), .value = "60", .min = 0, .max = 6000,                  \
 .help = "Most requests a minute; 0 is no limit"},                                           \
{"retry_first", HEARD_DURATION(self, field.retry_first), .value = "2s", .min = 10,           \
 .max = 3600000, .help = "Pause after a failure; it doubles with each one in a row"},        \
{"retry_max", HEARD_DURATION(self, field.retry_max), .value = "15m", .min = 10,              \
 .max = 86400000, .help = "Longest such pause, and the pause after a refused key"},          \
{"allow_private", HEARD_BOOL(self, field.allow_private), .value = "false",                   \
 .help = "Ask private, loopback and link-local addresses too"}
/* clang-format on */

enum { PULL_STATE_MAX = 49152 };

struct pull_page {	      /* what read() says of an answer with status 200; zeroed before */
	struct heard_str raw; /* to emit, copied; absent: the whole answer; of length */
	/* 0 with a pointer: there is nothing new               */
	struct heard_str context;   /* for decode()                                         */
	struct heard_str source_id; /* of the emission, for items without ids of their own  */
	struct heard_buf state;	    /* where we stand once this is committed; empty and not */
				    /* `state_is_empty`: as before                          */
	bool state_is_empty;
	bool more;	  /* ask for the next page at once                     */
	int64_t after_ms; /* what the service asks us to wait, or 0            */
};

struct pull_hooks {
	/* What to ask, standing at `state` (empty: never asked before).  An error is said in
	 * the log, and asked again after the pause. */
	int (*ask)(void *arg, struct heard_str state, struct pull_request *,
		   struct heard_error *);
	/* -EPROTO and the like with a sentence: the answer makes no sense; backoff.
	 * -EACCES: the service says that the key is wrong, in whatever status; -EAGAIN: it is
	 * busy.  NULL: every 200 is one page, and there are no more. */
	int (*read)(void *arg, struct heard_str state, const struct heard_fetch_answer *,
		    struct pull_page *, struct heard_error *);
	/* Its state is committed, or was when we began; may be NULL. */
	void (*moved)(void *arg, struct heard_str state);
	/* An answer that is neither 200 nor 304, for a service whose status does not tell all:
	 * -EACCES, -EAGAIN (then *after_ms may say for how long) or -EPROTO with a sentence;
	 * 0: as the status says, after *after_ms at the earliest; 1: read it as if it were a
	 * 200 (a 404 behind the last page). May be NULL. */
	int (*refused)(void *arg, const struct heard_fetch_answer *, int64_t *after_ms,
		       struct heard_error *);
	/* A page is to be emitted, and waits until pull_release() is called, from here or
	 * later.  `raw` lives until then, `context` until the return.  May be NULL. */
	void (*hold)(void *arg, struct heard_str raw, struct heard_str context);
};

/* `stream` names it within the instance: pulls of one instance need different ones.
 * Options and hooks are borrowed until destroy. */
struct pull *pull_create(struct heard_host *, struct heard_fetch_client *,
			 const struct pull_options *, const char *stream,
			 const struct pull_hooks *, void *arg, struct heard_error *);
/* First round now, or after a part of the pause if there is a state already. */
void pull_start(struct pull *);
/* Something is said to be there: ask now, unless that is under way (then once more). */
void pull_poke(struct pull *);
/* The page that is held goes on its way, with this as its context.  None is held any more
 * once pull_stop() was called: then this does nothing. */
void pull_release(struct pull *, struct heard_str context);
void pull_pause(struct pull *);
void pull_resume(struct pull *);
/* Nothing new is asked; stopped(arg) when nothing is under way, at once if nothing is. */
void pull_stop(struct pull *, void (*stopped)(void *arg), void *arg);
void pull_destroy(struct pull *); /* NULL is fine */
/* Where it stands: the state as committed.  Until the next turn of the loop. */
struct heard_str pull_state(const struct pull *);

#endif
