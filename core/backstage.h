/*
 * backstage.h - one thread for slow work: behind the journal zeros, renames and syncs
 * of key files; behind the control socket counting.  Jobs run one after another, in
 * order.
 */
#ifndef CORE_BACKSTAGE_H
#define CORE_BACKSTAGE_H

struct backstage;
struct backstage_job {
	struct backstage_job *next;
	void (*fn)(struct backstage_job *); /* owns the job from then on */
};

struct backstage *backstage_create(void); /* NULL: no thread to be had */
void backstage_post(struct backstage *, struct backstage_job *take_job); /* [any] */
/* Runs what was posted, then ends the thread.  NULL is fine. */
void backstage_destroy(struct backstage *);

#endif
