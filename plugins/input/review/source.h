/*
 * source.h - what a review is pulled from: a JSON API, its list of deleted ones, the App
 * Store in one country.
 */
#ifndef REVIEW_SOURCE_H
#define REVIEW_SOURCE_H

#include "page.h"
#include "review.h"

/* As many as the options name; r->sources, r->n_sources.  [main] */
int sources_open(struct review *, struct heard_error *);
void sources_close(struct review *);			  /* [main]; also when open failed */
int sources_start(struct review *, struct heard_error *); /* [home] */
/* stopped(arg) once for each.  [home] */
void sources_stop(struct review *, void (*stopped)(void *arg), void *arg);
void sources_pause(struct review *);  /* [home] */
void sources_resume(struct review *); /* [home] */
/* [worker] */
int sources_decode(const struct review *, const struct page *, struct heard_str raw,
		   struct heard_batch *, struct heard_error *);

#endif
