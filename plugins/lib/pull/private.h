/*
 * private.h - a pull and its parts, for the files of this folder.
 */
#ifndef PULL_PRIVATE_H
#define PULL_PRIVATE_H

#include "pull.h"

#include <heard/error.h>

struct heard_timer;

/* ---- verdict.c: what an answer means, before anybody has read it */

enum verdict_kind {
	VERDICT_PAGE,
	VERDICT_SAME,	/* nothing new                                  */
	VERDICT_BUSY,	/* later, as it says                            */
	VERDICT_DENIED, /* the key is wrong                             */
	VERDICT_FAILED,
};

struct verdict {
	enum verdict_kind kind;
	int64_t after_ms;	/* what the service asks us to wait, or 0 */
	struct heard_error why; /* of the last three                      */
};

void verdict_judge(struct verdict *, const struct heard_fetch_answer *, size_t max_answer,
		   bool is_conditional, int64_t now_ms);
/* What a hook said takes its place: -EACCES, -EAGAIN, or any other code; 0: only how long
 * to wait. */
void verdict_set(struct verdict *, int code, int64_t after_ms);

/* ---- retry.c: when it is tried again */

enum { SAY_AGAIN_MS = 3600 * 1000 }; /* of what goes on failing */

int64_t retry_clock(void); /* ms; nobody sets it */
int64_t retry_longest(const struct pull_options *);
/* Doubling with each failure in a row, of which half is left to chance. */
int64_t retry_pause(const struct pull_options *, unsigned failures);

/* ---- condition.c: asking for a page again only if it changed */

struct condition {
	struct heard_buf url, etag, modified;
};

void condition_init(struct condition *);
void condition_release(struct condition *);
void condition_note(struct condition *, struct heard_str url,
		    const struct heard_fetch_answer *);
void condition_forget(struct condition *);
/* True if the page was asked for before and may be the same: the headers are added. */
bool condition_add(const struct condition *, struct pull_request *);

/* ---- pull.c */

enum pull_phase {
	PULL_NEW,     /* not started                                  */
	PULL_RESTING, /* the timer says for how long                  */
	PULL_ASKING,
	PULL_HOLDING, /* a page, until the channel has what goes with it */
	PULL_EMITTING,
	PULL_STOPPED,
};

struct pull {
	struct heard_host *host;
	struct heard_fetch_client *client;
	const struct pull_options *options;
	const struct pull_hooks *hooks;
	void *arg;
	char *stream;

	enum pull_phase phase;
	bool is_paused;
	bool is_due;	 /* its time came while it was paused                  */
	bool is_poked;	 /* once more, when this round is over                 */
	bool is_penalty; /* the pause was asked for: no poke shortens it       */
	bool has_state;
	struct heard_timer *timer;
	struct pull_request request; /* under way */
	struct heard_fetch *fetch;
	bool is_conditional;
	int64_t asked_ms; /* when the last request began, by the monotonic clock */

	struct heard_buf state; /* committed                                   */
	struct heard_buf next;	/* on its way, with the version's prefix        */
	bool is_moving;		/* it differs from `state`                      */
	bool more;
	int64_t after_ms;
	struct condition condition; /* of the last first page                  */
	struct condition coming;    /* the same, of the page on its way        */

	struct heard_buf held, held_id; /* a page, and the id of its emission          */

	int64_t n_pages;   /* of this round */
	unsigned failures; /* in a row      */
	bool is_denied;
	int64_t said_ms; /* when a failure was last told */

	void (*stopped)(void *arg);
	void *stopped_arg;
};

#endif
