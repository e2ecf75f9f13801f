/*
 * loop.h - a libevent loop, the thread that runs it, and a way in.
 *
 * The main loop runs on the main thread; an instance with HEARD_OWN_LOOP gets
 * a loop with a thread of its own.  loop_post is how any thread hands work to
 * a loop: jobs run there in the order posted, many in one wake-up.
 */
#ifndef CORE_LOOP_H
#define CORE_LOOP_H

#include <stdbool.h>

struct event_base;
struct heard_error;
struct loop;

struct loop *loop_create(const char *name, struct heard_error *); /* no thread yet */
void loop_destroy(struct loop *);
struct event_base *loop_base(struct loop *);
int loop_run(struct loop *);			     /* on this thread, until loop_stop    */
int loop_start(struct loop *, struct heard_error *); /* on a thread of its own  */
void loop_stop(struct loop *);			     /* [any] */
void loop_join(struct loop *);			     /* after loop_stop of a started one   */
bool loop_is_mine(const struct loop *);		     /* is this its thread?  For asserts   */

/* An intrusive job: the caller keeps it until fn runs; no allocation, so a
 * post cannot fail.  It may be posted again once fn has begun. */
struct loop_job {
	struct loop_job *next;
	void (*fn)(struct loop_job *);
};
void loop_post(struct loop *, struct loop_job *); /* [any] */
/* It has run for the last time: what waits and what comes is forgotten, not run, so that
 * whoever owns a job may free it. */
void loop_close(struct loop *);

#endif
