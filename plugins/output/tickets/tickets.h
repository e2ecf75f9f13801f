/*
 * tickets.h - the instance: its options, and what the daemon holds of it.
 *
 *   options.c                    what an operator may say
 *   rules.c                      what that means to the store
 *   tickets.c                    records in
 *   ahead.h and its file         records read beside the store
 *   mail.c                       what a mail says of tickets, checked
 *   beat.c                       once a second, at home: what is due is done
 *   events.c answers.c           outboxes, emptied
 *   upkeep.c                     retention, figures, next year's holidays
 *   files.c                      attachments that nobody names any more
 *   command.h and its files      `heard tickets ...`
 *   pages.h and its files        what customers see
 */
#ifndef TICKETS_TICKETS_H
#define TICKETS_TICKETS_H

#include "pages.h"

#include <store/store.h>

#include <mime/mime.h>

#include <sla/sla.h>

#include <heard/plugin.h>

#include <stdbool.h>

struct department_row {
	const char *name, *lead;
	struct heard_list agents;
	int method; /* enum store_method */
};

struct follow_up_options {
	int64_t after, expires, bad;
};

struct reach_options {
	int64_t customers, window;
};

struct heard_record;
enum automatic_mail { AUTOMATIC_KEEP, AUTOMATIC_TICKET };

struct tickets {
	/* options */
	const char *database, *public_url;
	struct heard_rows sla;	       /* of struct sla_row        */
	struct heard_rows departments; /* of struct department_row */
	struct calendar_options calendar;
	struct follow_up_options follow_up;
	struct reach_options reach;
	int64_t contacts, reopen, relapse, close;
	int automatic; /* enum automatic_mail */
	struct heard_map retain;
	struct pages pages; /* has options of its own */

	/* the daemon's */
	struct heard_host *host;
	struct rules *rules; /* from open() on, the rest from start() on        */
	struct store *store;
	struct store_follower *follower;
	struct beat *beat;
	unsigned char *outcomes; /* of the batch at work, `room` of them        */
	size_t room;
	struct ahead *ahead;
	struct store_words *words; /* the thread's of `ahead` */
	struct mime_key mail_key;
};
extern const struct heard_option tickets_options[];

/* ---- rules.c: used by the daemon, and by the process of each command that acts */

struct rules {
	struct store_rules store;
	struct calendar *calendar; /* NULL: round the clock */
	struct sla *sla;
	struct store_department *departments;
	struct heard_str *agents; /* of all of them */
	struct store_retention *retention;
	size_t n_retention;
};
/* Every fault of the options in one sentence.  They must outlive it. */
int rules_create(struct rules **rules_r, const struct tickets *, struct heard_host *,
		 struct heard_error *);
void rules_destroy(struct rules *); /* NULL is fine */

/* ---- mail.c */

void mail_read(const struct tickets *, const struct heard_record *, struct store_mail *);

/* ---- beat.c: the clock of an instance at work */

struct beat;
struct beat *beat_create(struct tickets *, struct heard_error *);
void beat_destroy(struct beat *); /* NULL is fine */
/* Something was written: look at once. */
void beat_soon(struct beat *);

/* What the beat does.  Each returns 0, or -errno with a sentence: trouble with the store,
 * which is tried again.  *more says that there is more to do at once. */
struct events; /* events.c */
struct events *events_create(struct tickets *);
void events_destroy(struct events *);
int events_run(struct events *, struct heard_error *);

struct answers; /* answers.c */
struct answers *answers_create(struct tickets *);
void answers_destroy(struct answers *);
int answers_run(struct answers *, struct heard_error *);

struct upkeep; /* upkeep.c */
struct upkeep *upkeep_create(struct tickets *);
void upkeep_destroy(struct upkeep *);
int upkeep_run(struct upkeep *, bool *more, struct heard_error *);

struct files; /* files.c */
struct files *files_create(struct tickets *);
void files_destroy(struct files *); /* NULL is fine */
void files_begin(struct files *);   /* once more through all of them */
int files_run(struct files *, bool *more, struct heard_error *);

#endif
