/*
 * gather.h - fetching what reviews link to, before they are emitted.
 *
 * A job is the links of one body or one page.  It ends when each is fetched or has failed,
 * or when its time is up, and never in an error: a review is worth more than its pictures.
 *
 * All functions [home] of an instance with a loop of its own, since blobs are written here.
 */
#ifndef REVIEW_GATHER_H
#define REVIEW_GATHER_H

#include "media.h"

#include <heard/json.h>
#include <heard/str.h>

struct gather;
struct gather_job;
struct heard_error;
struct heard_host;

/* Options are borrowed. */
struct gather *gather_create(struct heard_host *, const struct media_options *,
			     struct heard_error *);
/* Jobs under way are cancelled.  NULL is fine. */
void gather_destroy(struct gather *);

/* done(arg, found) is called once, with what found.h reads; NULL: no memory, or too many
 * jobs under way. */
struct gather_job *gather_begin(struct gather *,
				void (*done)(void *arg, struct heard_str found), void *arg);
void gather_add(struct gather_job *, const struct heard_json *item);
/* From here on done() may be called, also before this returns; then the job is gone. */
void gather_run(struct gather_job *);
void gather_cancel(struct gather_job *); /* done() is not called.  NULL is fine. */

#endif
