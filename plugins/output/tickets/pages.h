/*
 * pages.h - what customers see of a store: where their feedback stands, how it went,
 * what is known already, what is promised.
 *
 * A part of the instance: struct tickets holds a struct pages, the options `listener`
 * and `promise` are read into it, and before pages_mount() the instance says whose
 * store it is.  All handlers run at home, where the store is.
 *
 * The token in a URL is all that lets somebody see a page, and nothing on a page is
 * what a customer wrote: only states, times and answers.
 *
 *	page_mount.c      routes; what is the same for all pages
 *	page_status.c     GET /status/TOKEN
 *	page_follow_up.c  GET and POST /follow-up/TOKEN
 *	page_hide.c       contacts taken out of what is said there
 *	page_board.c      GET /board
 *	page_promise.c    GET /promise
 *	page_month.c      last month's figures there
 *	page_count.c      how they are counted
 */
#ifndef TICKETS_PAGES_H
#define TICKETS_PAGES_H

#include <heard/plugin.h>
#include <page/page.h>

#include <stdbool.h>
#include <stdint.h>

struct calendar_options;
struct heard_buf;
struct heard_error;
struct heard_host;
struct heard_http;
struct heard_zone;
struct store;
struct store_follow_up;
struct store_issue;
struct store_rules;
struct store_status;

/* The option group `promise = { channels; contact; ... }`. */
struct promise {
	struct heard_list channels, channels_en; /* in words, the English ones if they */
	const char *contact, *contact_en;	 /* differ                             */
};
extern const struct heard_option promise_table[];

struct page_count; /* page_count.c */

struct page_figures {	  /* of last month */
	int64_t asked_at; /* when they were counted last, or HEARD_TIME_NONE       */
	int64_t from;	  /* the month's first moment                           */
	int64_t tickets;
	double answered, on_time, resolved; /* 0 to 1, NaN: nothing to divide by    */
};

struct pages {
	/* options */
	const char *listener; /* "": "public", if there is one                       */
	struct promise promise;

	/* set by the instance before pages_mount() */
	struct heard_host *host;
	struct store *const *store;		 /* NULL inside before start, after stop */
	const struct store_rules *rules;	 /* NULL: the defaults                 */
	const struct calendar_options *calendar; /* NULL: none                         */
	void (*changed)(void *arg);		 /* a customer's answer changed the    */
	void *arg;				 /* store; may be NULL                 */

	const char *database; /* that of the store                  */

	struct page_figures figures;
	struct page_count *count; /* under way, or NULL                              */
};

/* In open().  [main] */
int pages_mount(struct pages *, struct heard_error *);

/* ---- page_mount.c: for the handlers */

#define PAGE_PATH_MAX 64
struct page_visit { /* of one page by its token */
	unsigned char token[16];
	char path[PAGE_PATH_MAX]; /* "/status/TOKEN"                                   */
	bool is_malformed;
};
/* The token behind `prefix`.  A malformed one gets bytes of its own, which are looked
 * for as any others: who measures time learns nothing. */
void page_visit_read(struct page_visit *, const struct pages *, const struct heard_http *,
		     const char *prefix);
/* ?lang=, else that of the record, else the browser's. */
enum page_lang page_visit_lang(const struct heard_http *, struct heard_str record_lang);
bool page_wants_json(const struct heard_http *);
/* Nothing is there under this token, for whatever reason; the next store is asked first. */
void page_unknown(struct pages *, struct heard_http *take);
/* The contact in the page's language. */
struct heard_str page_contact(const struct pages *, enum page_lang);
/* The store cannot be read or written now; said in the log. */
void page_trouble(struct pages *, struct heard_http *take, const struct heard_error *);

/* ---- handlers */

void page_status_get(void *pages, struct heard_http *take);
void page_follow_up_handle(void *pages, struct heard_http *take);
void page_board_get(void *pages, struct heard_http *take);
void page_promise_get(void *pages, struct heard_http *take);

/* ---- builders: what is between <main> and </main>, for handlers and tests */

struct page_view { /* of what, to whom */
	int64_t now;
	struct heard_zone *zone;
	struct heard_str contact; /* whom to turn to, may be empty                   */
};
void page_status_put(struct page *, const struct store_status *, const struct page_view *);
void page_status_json(struct heard_buf *, const struct store_status *);

struct page_question {	       /* the form, as it is shown */
	const char *path;      /* where it is sent                                 */
	struct heard_str text; /* said already, when the score was missing         */
	bool is_score_missing;
	int64_t until;
};
void page_question_put(struct page *, const struct page_question *, struct heard_zone *);

void page_board_put(struct page *, const struct store_issue *, struct heard_zone *);
void page_promise_put(struct page *, const struct pages *);

/* ---- page_month.c, page_count.c */

/* Counts them if they are not known, or not of late; they are shown when they are there. */
void page_month_count(struct pages *);
/* Waits for a count that is under way. */
void page_month_stop(struct pages *);
/* Nothing if there are none. */
void page_month_put(struct page *, const struct pages *);

/* ---- page_hide.c */

/* Appends the text with "***" in place of every run of five or more digits, however
 * they are written and spaced, and of every word with an @. */
void page_hide(struct heard_buf *, struct heard_str text);

#endif
