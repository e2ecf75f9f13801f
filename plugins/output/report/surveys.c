/*
 * surveys.c - the surveys of a report: what was answered, from the ticket store, and who
 * was invited, from the file of input `survey` if there is one.
 *
 * Of those invited in the period counts who has answered until now, so the response rate
 * of a past period may still rise.
 */
#include "report.h"

#include <heard/error.h>

#include <campaign/campaign.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* NULL: no more are shown. */
static struct survey_row *row_of(struct book *book, const char *name)
{
	for (size_t i = 0; i < book->n_surveys; i++)
		if (strcmp(book->surveys[i].name, name) == 0)
			return &book->surveys[i];
	if (book->n_surveys == STORE_SHARES)
		return NULL;
	struct survey_row *row = &book->surveys[book->n_surveys++];
	*row = (struct survey_row){.invited = 0};
	memcpy(row->name, name, strnlen(name, sizeof(row->name) - 1));
	return row;
}

static void take_name(void *arg, const char *name)
{
	row_of(arg, name);
}

static int by_name(const void *a, const void *b)
{
	const struct survey_row *x = a, *y = b;
	return strcmp(x->name, y->name);
}

static void take_answers(struct book *book)
{
	for (size_t i = 0; i < book->now.surveys.n; i++) {
		const struct store_survey *survey = &book->now.surveys.at[i];
		struct survey_row *row = survey->answers ? row_of(book, survey->name) : NULL;
		if (row)
			row->now = survey;
	}
	for (size_t i = 0; i < book->then.surveys.n; i++) {
		const struct store_survey *survey = &book->then.surveys.at[i];
		struct survey_row *row = survey->answers ? row_of(book, survey->name) : NULL;
		if (row)
			row->then = survey;
	}
}

static int take_invited(struct book *book, struct campaign *campaign, struct heard_error *err)
{
	struct campaign_figures now, then;
	if (campaign_each(campaign, book->before.from, book->period.to, take_name, book, err))
		return -err->code;
	for (size_t i = 0; i < book->n_surveys; i++) {
		struct survey_row *row = &book->surveys[i];
		if (campaign_figures(campaign, row->name, book->period.from, book->period.to,
				     &now, err) ||
		    campaign_figures(campaign, row->name, book->before.from, book->before.to,
				     &then, err))
			return -err->code;
		row->invited = now.invited;
		row->answered = now.answered;
		row->invited_before = then.invited;
		row->answered_before = then.answered;
	}
	return 0;
}

int surveys_gather(struct book *book, const char *path, struct heard_error *err)
{
	int result = 0;
	take_answers(book);
	if (access(path, F_OK) == 0) {
		struct campaign *campaign = campaign_open(path, false, false, err);
		result = campaign ? take_invited(book, campaign, err) : -err->code;
		campaign_close(campaign);
	}
	if (book->n_surveys)
		qsort(book->surveys, book->n_surveys, sizeof(*book->surveys), by_name);
	return result;
}
