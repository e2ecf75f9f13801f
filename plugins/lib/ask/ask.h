/*
 * ask.h - the questions of a filter to an HTTP service, with limits on everything.
 *
 * What one batch wants to know is a round.  process() makes its questions, in the batch's
 * memory, and calls ask_round(); the batch waits (heard/wait.h); at home at most `at_once`
 * requests are under way; when all are over the batch comes again with `found`.
 *
 *	a round      ends after `patience` and one `timeout` at the latest: what has not
 *	             begun until then is not asked
 *	the service  that fails FAILURES times in a row rests: a second, then twice as long
 *	             each time, up to five minutes, or as long as it says (Retry-After).
 *	             What comes meanwhile is not asked.  Then one request tries.
 *	the log      has one line when it begins to fail and one when it answers again
 *
 * A redirect is an answer like any other status.  Questions that were not asked or have no
 * answer are told by `state`; what becomes of the record is the filter's matter.
 */
#ifndef ASK_ASK_H
#define ASK_ASK_H

#include <heard/str.h>

#include <stdbool.h>
#include <stdint.h>

struct ask;
struct heard_batch;
struct heard_error;
struct heard_fetch_answer;
struct heard_host;

enum ask_state {
	ASK_NEW,
	ASK_ANSWERED, /* and `answered` took it                 */
	ASK_FAILED,   /* no answer, or none that could be used  */
	ASK_LEFT,     /* not asked: the service rests, or time is over */
};

struct ask_question {		   /* the first member of what a filter knows of it */
	struct ask_question *next; /* of the round                    */
	const char *url;	   /* lives until the round is over   */
	struct heard_str body;	   /* the same; empty: GET            */
	enum ask_state state;
	struct ask_round *round; /* ask.c's own */
};

struct ask_options {
	int64_t timeout, patience, max_answer; /* ms, ms, bytes               */
	int64_t at_once;
	bool allow_private;
	const char *const *headers; /* ended by NULL; live as long as the ask */
	const char *secret_name;    /* of one more, such as "Authorization: Bearer " */
	const char *secret;	    /* its value, wiped behind us; NULL or "": none    */
	/* At home, for an answer whose status is none of 408, 425, 429 and 5xx: 0, or -errno
	 * with a sentence if it cannot be used, which counts as a failure of the service. */
	int (*answered)(void *arg, struct ask_question *, const struct heard_fetch_answer *,
			struct heard_error *);
	void *arg;
};

/* NULL without memory.  [main] */
struct ask *ask_create(struct heard_host *, const struct ask_options *);
int ask_start(struct ask *, struct heard_error *); /* [home] */
void ask_destroy(struct ask *);			   /* [main] NULL is fine */

/* The batch waits for the questions from `first` on, and comes again with `found`.  False:
 * it cannot wait, and nothing was asked.  [worker] */
bool ask_round(struct ask *, struct heard_batch *, struct ask_question *first, void *found);
/* Questions since the start, by what came of them.  [home] */
uint64_t ask_count(const struct ask *, enum ask_state);

#endif
