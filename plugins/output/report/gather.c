/*
 * gather.c - a report is gathered: figures of the period and of the one before, what
 * customers say most, and in the public edition what was done about it.
 *
 * Samples are subjects of tickets, or the beginning of what was written: texts that
 * passed `mask` before they were stored.  The public edition has none.
 */
#include "report.h"

#include <heard/error.h>

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <text/utf8.h>

static void keep_text(char *out, size_t size, struct heard_str text)
{
	text = heard_str_cut(heard_str_trim(text), size - 1);
	if (text.len)
		memcpy(out, text.ptr, text.len);
	out[text.len] = '\0';
	for (char *p = out; *p; p++)
		if (*p == '\n' || *p == '\r' || *p == '\t')
			*p = ' ';
}

/* ---- issues */

/* To the public an issue is what several said, or what we published ourselves: of one
 * customer alone nothing is told, not even about what. */
static bool may_be_told(const struct book *book, const struct store_topic *topic)
{
	enum { SEVERAL = 3 };
	return book->edition == EDITION_MANAGEMENT || topic->tickets >= SEVERAL ||
	       *topic->title != '\0';
}

static void take_sample(void *arg, const struct store_ticket *ticket)
{
	struct issue *issue = arg;
	char *sample = issue->samples[issue->n_samples];
	keep_text(sample, SAMPLE_MAX, ticket->subject.len ? ticket->subject : ticket->excerpt);
	bool is_new = *sample != '\0';
	for (size_t i = 0; i < issue->n_samples; i++)
		is_new &= strcmp(issue->samples[i], sample) != 0;
	issue->n_samples += is_new;
}

static int gather_issues(struct book *book, struct store *store, struct heard_error *err)
{
	for (size_t i = 0; i < book->now.topics.n && book->n_issues < ISSUES; i++) {
		if (!may_be_told(book, &book->now.topics.at[i]))
			continue;
		struct issue *issue = &book->issues[book->n_issues++];
		issue->topic = &book->now.topics.at[i];
		const struct store_topic *then = store_topic_find(&book->then.topics,
								  issue->topic);
		issue->before = then ? then->tickets : 0;
		for (size_t j = 0; j < STORE_SAMPLES && book->edition == EDITION_MANAGEMENT;
		     j++)
			if (issue->topic->samples[j] &&
			    store_ticket(store, issue->topic->samples[j], take_sample, issue,
					 err))
				return -err->code;
	}
	return 0;
}

/* ---- what was done */

static void take_fix(void *arg, const struct store_issue *issue)
{
	struct book *book = arg;
	bool is_done = issue->state == STORE_RESOLVED || issue->state == STORE_CLOSED;
	bool is_ours = is_done ? issue->resolved_at != HEARD_TIME_NONE &&
					 issue->resolved_at >= book->period.from &&
					 issue->resolved_at < book->period.to
			       : issue->since < book->period.to &&
					 store_state_is_live(issue->state);
	if (!is_ours || book->n_fixes == FIXES)
		return;
	struct fix *fix = &book->fixes[book->n_fixes++];
	keep_text(fix->title, sizeof(fix->title), issue->title);
	fix->reach = issue->reach;
	fix->resolved_at = is_done ? issue->resolved_at : HEARD_TIME_NONE;
}

/* ---- together */

static int gather(struct book *book, struct store *store, struct heard_error *err)
{
	const struct period *p = &book->period, *b = &book->before;
	struct store_period now = {p->from, p->to, book->made_at, p->edges, p->n_parts},
			    then = {b->from, b->to, book->made_at, b->edges, b->n_parts};
	if (store_figures(store, &now, &book->now, err) ||
	    store_figures(store, &then, &book->then, err) || gather_issues(book, store, err))
		return -err->code;
	return book->edition == EDITION_PUBLIC ? store_board(store, 0, take_fix, book, err) : 0;
}

int book_gather(struct book *book, const struct report *options, int64_t now,
		struct heard_error *err)
{
	struct store *store;
	book->made_at = now;
	period_before(&book->period, &book->before, book->zone);
	if (store_open(&store, options->database, STORE_OPEN, err))
		return -err->code;
	int result = gather(book, store, err);
	if (result == 0)
		result = talk_gather(book, store, options, err);
	store_close(store);
	channels_gather(book);
	return result ? result : surveys_gather(book, options->surveys, err);
}

void book_release(struct book *book)
{
	store_figures_release(&book->now);
	store_figures_release(&book->then);
	talk_release(&book->talk);
}
