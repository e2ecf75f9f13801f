/*
 * heard/wait.h - a filter that has to ask somebody, and where a filter stands.
 *
 * process() never waits for an answer.  It gives the batch back to the core and says that
 * it is to come again:
 *
 *	first call	finds what has to be asked, calls heard_wait(), returns 0;
 *			records are unchanged
 *	home		begin(): asks (heard/fetch.h); when all is answered, or time is
 *			over, heard_wait_done()
 *	second call	heard_waited() is what home found; the records are the same
 *
 * From begin() until heard_wait_done() the batch is in home's hands, which may read it and
 * allocate from it.  Meanwhile other batches pass, and process() may be called for them.
 * There must be a time limit: a batch that waits is not acknowledged, and a daemon that
 * stops waits for it.  Since 1.3.
 */
#ifndef HEARD_WAIT_H
#define HEARD_WAIT_H

#include <heard/api.h>

#include <stdbool.h>

struct heard_batch;
struct heard_host;
struct heard_wait; /* a promise to say that a batch may go on */

/* In process(): begin(arg, promise) is called at home once process() has returned, which it
 * must do with 0.  False if this batch cannot wait, so the filter does what it does when
 * nobody answers: where there is no loop (`heard filter`, `heard test`), while the core
 * looks for a record that crashed it, and in the second call.  [worker] */
HEARD_API bool heard_wait(struct heard_batch *,
			  void (*begin)(void *arg, struct heard_wait *take), void *arg);
/* Exactly once, in begin() or later.  `found` is not NULL; it lives in the batch as a rule.
 * [any] */
HEARD_API void heard_wait_done(struct heard_wait *take, void *found);
/* NULL in the first call.  [worker] */
HEARD_API void *heard_waited(const struct heard_batch *);

/* In open() of a filter: do all records pass by a filter that masks before this one?
 * [main] */
HEARD_API bool heard_is_masked(const struct heard_host *);

#endif
