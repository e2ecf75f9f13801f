/*
 * json.c - a report for programs: the names of docs/operating.md, the same figures of
 * the period before under `previous`.
 *
 * Rates are numbers from 0 to 1, null when there is nothing to divide by.
 */
#include "report.h"

#include <heard/json.h>

#include <math.h>
#include <stdio.h>

static void put_number(struct heard_json_out *out, const char *key, double value)
{
	if (isfinite(value))
		heard_json_num(out, key, value);
	else
		heard_json_null(out, key);
}

static void put_time(struct heard_json_out *out, const char *key, int64_t ms)
{
	char text[HEARD_TIME_SIZE];
	heard_time_format(ms, text);
	heard_json_str(out, key, heard_str(text));
}

static void put_date(struct heard_json_out *out, const char *key, int64_t day)
{
	char text[48];
	struct period_date d = period_date_of(day);
	snprintf(text, sizeof(text), "%04d-%02d-%02d", d.year, d.month, d.day);
	heard_json_str(out, key, heard_str(text));
}

static void put_shares(struct heard_json_out *out, const char *key,
		       const struct store_shares *shares)
{
	heard_json_begin(out, key, '{');
	for (size_t i = 0; i < shares->n; i++)
		heard_json_int(out, shares->at[i].name, shares->at[i].n);
	heard_json_end(out, '}');
}

static void put_departments(struct heard_json_out *out, const struct store_shares *shares)
{
	heard_json_begin(out, "departments", '[');
	for (size_t i = 0; i < shares->n; i++) {
		const struct store_share *s = &shares->at[i];
		heard_json_begin(out, NULL, '{');
		heard_json_str(out, "name", heard_str(s->name));
		heard_json_int(out, "tickets", s->n);
		put_number(out, "response_rate", store_rate(s->answered, s->n));
		put_number(out, "on_time_rate", store_rate(s->met, s->due));
		put_number(out, "resolution_rate", store_rate(s->resolved, s->n));
		heard_json_end(out, '}');
	}
	heard_json_end(out, ']');
}

static void put_answers(struct heard_json_out *out, const struct store_figures *f)
{
	heard_json_begin(out, "answers", '{');
	heard_json_int(out, "csat", f->csat.answers);
	heard_json_int(out, "csat_good", f->csat.good);
	heard_json_int(out, "nps", f->nps.answers);
	heard_json_int(out, "nps_promoters", f->nps.promoters);
	heard_json_int(out, "nps_detractors", f->nps.detractors);
	heard_json_int(out, "ces", f->ces.answers);
	heard_json_int(out, "rating", f->rating.answers);
	heard_json_int(out, "kiosk", f->kiosk.answers);
	heard_json_end(out, '}');
}

/* The figures at the head; spans in seconds. */
static void put_rows(struct heard_json_out *out, const struct book *book,
		     const struct store_figures *f)
{
	struct row rows[ROWS];
	size_t n = book_rows(book, rows);
	for (size_t i = 0; i < n; i++) {
		const struct row *row = &rows[i];
		double value = f == &book->now ? row->now : row->then;
		if (row->unit == UNIT_COUNT)
			heard_json_int(out, row->key, (int64_t)value);
		else
			put_number(out, row->key,
				   row->unit == UNIT_SPAN ? value / 1000 : value);
	}
}

static void put_surveys(struct heard_json_out *out, const struct book *book, bool is_now)
{
	struct survey_cell cells[SURVEY_CELLS];
	heard_json_begin(out, "surveys", '[');
	for (size_t i = 0; i < book->n_surveys; i++) {
		const struct survey_row *row = &book->surveys[i];
		survey_cells(row, cells);
		heard_json_begin(out, NULL, '{');
		heard_json_str(out, "name", heard_str(row->name));
		for (size_t c = 0; c < SURVEY_CELLS; c++)
			put_number(out, cells[c].key, is_now ? cells[c].now : cells[c].then);
		heard_json_end(out, '}');
	}
	heard_json_end(out, ']');
}

static void put_channels(struct heard_json_out *out, const struct book *book)
{
	heard_json_begin(out, "channels", '[');
	for (size_t i = 0; i < book->n_channels; i++) {
		const struct channel_row *c = &book->channels[i];
		heard_json_begin(out, NULL, '{');
		heard_json_str(out, "name", heard_str(c->name));
		put_number(out, "received", c->received);
		put_number(out, "previous", c->received_before);
		put_number(out, "dead", c->dead);
		put_number(out, "error_rate", channel_errors(c).now);
		put_time(out, "last_heard", c->last_heard);
		heard_json_bool(out, "silent", c->is_silent);
		heard_json_end(out, '}');
	}
	heard_json_end(out, ']');
}

/* What only management is told. */
static void put_more(struct heard_json_out *out, const struct store_figures *f)
{
	heard_json_int(out, "spam", f->spam);
	heard_json_int(out, "answered", f->answered);
	heard_json_int(out, "resolved", f->resolved);
	heard_json_int(out, "levels_due", f->levels_due);
	heard_json_int(out, "levels_met", f->levels_met);
	heard_json_int(out, "backlog", f->backlog);
	heard_json_int(out, "overdue", f->overdue);
	put_answers(out, f);
	put_shares(out, "by_channel", &f->channels);
	put_shares(out, "by_category", &f->categories);
	put_shares(out, "by_intent", &f->intents);
	put_shares(out, "by_product", &f->products);
	put_shares(out, "by_priority", &f->priorities);
	put_shares(out, "by_department", &f->departments);
	put_departments(out, &f->departments);
}

static void put_figures(struct heard_json_out *out, const struct book *book,
			const struct store_figures *f)
{
	put_rows(out, book, f);
	if (book->edition != EDITION_MANAGEMENT)
		return;
	put_more(out, f);
	put_surveys(out, book, f == &book->now);
}

static void put_issues(struct heard_json_out *out, const struct book *book)
{
	heard_json_begin(out, "top_issues", '[');
	for (size_t i = 0; i < book->n_issues; i++) {
		const struct issue *issue = &book->issues[i];
		const struct store_topic *t = issue->topic;
		heard_json_begin(out, NULL, '{');
		heard_json_str(out, "category", heard_str(t->category));
		heard_json_str(out, "subcategory", heard_str(t->subcategory));
		heard_json_str(out, "product", heard_str(t->product));
		heard_json_str(out, "title", heard_str(t->title));
		heard_json_int(out, "tickets", t->tickets);
		heard_json_int(out, "previous", issue->before);
		heard_json_int(out, "contacts", t->contacts);
		heard_json_int(out, "reach", t->reach);
		heard_json_int(out, "high", t->high);
		heard_json_int(out, "resolved", t->resolved);
		heard_json_begin(out, "samples", '[');
		for (size_t j = 0; j < issue->n_samples; j++)
			heard_json_str(out, NULL, heard_str(issue->samples[j]));
		heard_json_end(out, ']');
		heard_json_end(out, '}');
	}
	heard_json_end(out, ']');
}

/* ---- topics, words, hours, events */

static void put_theme(struct heard_json_out *out, const struct book *book,
		      const struct theme *theme)
{
	struct row row = theme_row(&book->talk, theme);
	heard_json_begin(out, NULL, '{');
	heard_json_begin(out, "words", '[');
	for (size_t i = 0; i < theme->n_words; i++)
		heard_json_str(out, NULL, heard_str(theme->words[i]));
	heard_json_end(out, ']');
	heard_json_int(out, "complaints", (int64_t)row.now);
	put_number(out, "previous", row.then);
	heard_json_bool(out, "hot", theme->is_hot);
	heard_json_begin(out, "course", '[');
	for (size_t i = 0; i < book->period.n_parts && i < THEME_PARTS; i++)
		heard_json_int(out, NULL, theme->course[i] * book->talk.every);
	heard_json_end(out, ']');
	heard_json_begin(out, "samples", '[');
	for (size_t i = 0; i < theme->n_samples; i++) {
		char id[SAMPLE_ID];
		sample_said(&theme->samples[i], id);
		heard_json_str(out, NULL, heard_str(id));
	}
	heard_json_end(out, ']');
	heard_json_end(out, '}');
}

static void put_topics(struct heard_json_out *out, const struct book *book)
{
	const struct talk *talk = &book->talk;
	heard_json_begin(out, "topics", '{');
	heard_json_int(out, "every", talk->every);
	heard_json_int(out, "read", talk->read);
	heard_json_int(out, "without_keywords", talk->themes.wordless);
	heard_json_bool(out, "compared", talk->is_compared);
	heard_json_int(out, "complaints", talk->themes.now * talk->every);
	heard_json_int(out, "of_no_topic", talk->themes.rest_now * talk->every);
	heard_json_begin(out, "list", '[');
	for (size_t i = 0; i < talk->themes.n && i < TALK_LISTED; i++)
		put_theme(out, book, &talk->themes.at[i]);
	heard_json_end(out, ']');
	heard_json_end(out, '}');
}

static void put_words(struct heard_json_out *out, const struct book *book)
{
	const struct theme_words *words = &book->talk.words;
	heard_json_begin(out, "words_of_low_ratings", '{');
	heard_json_int(out, "low", words->low * book->talk.every);
	heard_json_int(out, "rated", words->rated * book->talk.every);
	heard_json_begin(out, "list", '[');
	for (size_t i = 0; i < words->n; i++) {
		const struct theme_word *w = &words->at[i];
		heard_json_begin(out, NULL, '{');
		heard_json_str(out, "word", heard_str(w->word));
		heard_json_int(out, "low", w->low * book->talk.every);
		heard_json_int(out, "rated", w->rated * book->talk.every);
		put_number(out, "deviations", w->score);
		heard_json_end(out, '}');
	}
	heard_json_end(out, ']');
	heard_json_end(out, '}');
}

static void put_hours(struct heard_json_out *out, const char *key,
		      const int64_t n[WEEK_DAYS][WEEK_HOURS])
{
	heard_json_begin(out, key, '[');
	for (int day = 0; day < WEEK_DAYS; day++) {
		heard_json_begin(out, NULL, '[');
		for (int hour = 0; hour < WEEK_HOURS; hour++)
			heard_json_int(out, NULL, n[day][hour]);
		heard_json_end(out, ']');
	}
	heard_json_end(out, ']');
}

static void put_week(struct heard_json_out *out, const struct week *week)
{
	heard_json_begin(out, "week", '{');
	heard_json_begin(out, "days", '[');
	for (int day = 0; day < WEEK_DAYS; day++)
		heard_json_int(out, NULL, week->days[day]);
	heard_json_end(out, ']');
	put_hours(out, "received", week->n);
	put_hours(out, "complaints", week->complaints);
	heard_json_end(out, '}');
}

static void put_events(struct heard_json_out *out, const struct arounds *events)
{
	static const char *const names[AROUND_PARTS] = {"before", "during", "after"};
	heard_json_begin(out, "events", '[');
	for (size_t i = 0; i < events->n; i++) {
		const struct around *e = &events->at[i];
		heard_json_begin(out, NULL, '{');
		heard_json_str(out, "name", heard_str(e->name));
		put_date(out, "first_day", e->first);
		put_date(out, "last_day", e->last);
		for (size_t k = 0; k < AROUND_PARTS; k++) {
			heard_json_begin(out, names[k], '{');
			heard_json_int(out, "days", e->parts[k].days);
			heard_json_int(out, "received", e->parts[k].n);
			heard_json_int(out, "complaints", e->parts[k].complaints);
			heard_json_end(out, '}');
		}
		heard_json_end(out, '}');
	}
	heard_json_end(out, ']');
}

static void put_talk(struct heard_json_out *out, const struct book *book)
{
	if (!talk_is_there(&book->talk))
		return;
	put_topics(out, book);
	put_words(out, book);
	put_week(out, &book->talk.week);
	put_events(out, &book->talk.events);
}

static void put_course(struct heard_json_out *out, const struct store_figures *f)
{
	heard_json_begin(out, "course", '[');
	for (size_t i = 0; i < f->n_parts; i++) {
		const struct store_part *p = &f->parts[i];
		heard_json_begin(out, NULL, '{');
		put_time(out, "from", p->from);
		heard_json_int(out, "received", p->received);
		heard_json_int(out, "tickets", p->tickets);
		put_number(out, "response_rate", store_rate(p->answered, p->tickets));
		put_number(out, "on_time_rate", store_rate(p->met, p->due));
		heard_json_end(out, '}');
	}
	heard_json_end(out, ']');
}

static void put_period(struct heard_json_out *out, const struct period *p)
{
	heard_json_str(out, "name", heard_str(p->name));
	put_time(out, "from", p->from);
	put_time(out, "to", p->to);
	put_date(out, "first_day", p->first);
	put_date(out, "last_day", p->after - 1);
}

static void put_fixes(struct heard_json_out *out, const struct book *book)
{
	heard_json_begin(out, "improvements", '[');
	for (size_t i = 0; i < book->n_fixes; i++) {
		const struct fix *fix = &book->fixes[i];
		heard_json_begin(out, NULL, '{');
		heard_json_str(out, "title", heard_str(fix->title));
		heard_json_int(out, "reach", fix->reach);
		if (fix->resolved_at == HEARD_TIME_NONE)
			heard_json_null(out, "resolved_at");
		else
			put_time(out, "resolved_at", fix->resolved_at);
		heard_json_end(out, '}');
	}
	heard_json_end(out, ']');
}

void write_json(const struct book *book, struct heard_buf *buf)
{
	struct heard_json_out out = {.buf = buf};
	bool is_public = book->edition == EDITION_PUBLIC;
	heard_json_begin(&out, NULL, '{');
	heard_json_str(&out, "period", heard_str(book->asked));
	put_period(&out, &book->period);
	heard_json_str(&out, "timezone",
		       heard_str(book->zone ? heard_zone_name(book->zone) : "UTC"));
	put_time(&out, "made_at", book->made_at);
	heard_json_str(&out, "edition", heard_str(is_public ? "public" : "management"));
	put_figures(&out, book, &book->now);
	put_issues(&out, book);
	if (is_public) {
		put_fixes(&out, book);
	} else {
		put_talk(&out, book);
		put_channels(&out, book);
		put_course(&out, &book->now);
	}
	heard_json_begin(&out, "previous", '{');
	put_period(&out, &book->before);
	put_figures(&out, book, &book->then);
	heard_json_end(&out, '}');
	heard_json_end(&out, '}');
	heard_buf_puts(buf, "\n");
}
