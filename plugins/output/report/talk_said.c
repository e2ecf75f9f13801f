/*
 * talk_said.c - what of topics is shown, and as what.
 */
#include "words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

bool talk_is_there(const struct talk *talk)
{
	return talk->read > 0;
}

/* A day's hours are in the chart above. */
bool talk_has_week(const struct book *book)
{
	return book->talk.week.total > 0 &&
	       book->period.after - book->period.first >= WEEK_DAYS;
}

/* The hot ones first, then the largest of the others. */
size_t talk_shown(const struct talk *talk, const struct theme *out[TALK_THEMES])
{
	size_t n = 0;
	for (size_t i = 0; i < talk->themes.n && n < TALK_HOT; i++)
		if (talk->themes.at[i].is_hot)
			out[n++] = &talk->themes.at[i];
	for (size_t i = 0; i < talk->themes.n && n < TALK_THEMES; i++) {
		const struct theme *theme = &talk->themes.at[i];
		bool is_done = theme->now == 0;
		for (size_t k = 0; k < n; k++)
			is_done |= out[k] == theme;
		if (!is_done)
			out[n++] = theme;
	}
	return n;
}

void theme_said(const struct theme *theme, char *out, size_t size)
{
	size_t at = 0;
	out[0] = '\0';
	for (size_t i = 0; i < theme->n_words && at < size; i++)
		at += (size_t)snprintf(out + at, size - at, "%s%s", i ? " · " : "",
				       theme->words[i]);
}

void sample_said(const struct theme_sample *sample, char out[SAMPLE_ID])
{
	size_t at = 0;
	if (sample->ticket) {
		snprintf(out, SAMPLE_ID, "#%lld", (long long)sample->ticket);
		return;
	}
	for (int i = 0; i < THEME_ID; i++)
		at += (size_t)snprintf(out + at, SAMPLE_ID - at, "%s%02x",
				       i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
				       sample->id[i]);
}

/* Of so few a difference says something from two standard deviations on; what is less is
 * neither good nor bad. */
static bool is_certain(const struct theme *theme)
{
	double by = (double)(theme->now - theme->before);
	return fabs(by) >= 2 * sqrt((double)(theme->now + theme->before));
}

struct row theme_row(const struct talk *talk, const struct theme *theme)
{
	return (struct row){.unit = UNIT_COUNT,
			    .now = (double)(theme->now * talk->every),
			    .then = talk->is_compared ? (double)(theme->before * talk->every)
						      : NAN,
			    .good = is_certain(theme) ? -1 : 0,
			    .of = -1};
}

void hour_said(double mean, char *out, size_t size)
{
	bool is_whole = mean == floor(mean) || mean >= 10;
	snprintf(out, size, "%.*f", is_whole ? 0 : 1, mean);
}

/* ---- the note at the end */

static size_t add(char out[NOTE_MAX], size_t at, const struct book *book, enum say which,
		  const char *text)
{
	struct heard_str phrase = heard_str(said(book, which));
	const char *here = strstr(phrase.ptr, "%s");
	size_t before = here ? (size_t)(here - phrase.ptr) : phrase.len;
	int n = snprintf(out + at, NOTE_MAX - at, "%s%.*s%s%s", at && book->lang ? " " : "",
			 (int)before, phrase.ptr, here ? text : "", here ? here + 2 : "");
	at += n > 0 ? (size_t)n : 0;
	return at < NOTE_MAX ? at : NOTE_MAX - 1;
}

void talk_note(const struct book *book, char out[NOTE_MAX])
{
	char every[32];
	size_t at = add(out, 0, book, SAY_NOTE_TALK, "");
	value_text(every, sizeof(every), UNIT_COUNT, (double)book->talk.every, book->lang);
	if (book->talk.every > 1)
		at = add(out, at, book, SAY_NOTE_SAMPLE, every);
	if (book->talk.fault[0])
		add(out, at, book, SAY_NOTE_FAULT, book->talk.fault);
}
