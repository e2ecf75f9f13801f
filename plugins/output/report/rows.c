/*
 * rows.c - the figures at the head of a report, in one table for every form.
 *
 * What an auditor asks stands here alone: how each is made of the store's figures.
 */
#include "report.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static double mean_of(double sum, int64_t n)
{
	return n > 0 ? sum / (double)n : NAN;
}

static double span_of(int64_t ms)
{
	return ms < 0 ? NAN : (double)ms;
}

struct measure {
	double value;
	int64_t of; /* as in struct row */
};

/* In the order of the rows. */
static void measure(const struct store_figures *f, struct measure out[ROWS])
{
	const struct measure all[] = {
		{(double)f->received, -1},
		{(double)f->tickets, -1},
		{store_rate(f->answered, f->tickets), f->tickets},
		{store_rate(f->levels_met, f->levels_due), f->levels_due},
		{store_rate(f->resolved, f->tickets), f->tickets},
		{span_of(f->first_response), -1},
		{span_of(f->resolution), -1},
		{store_rate(f->csat.good, f->csat.answers), f->csat.answers},
		{store_nps(&f->nps), f->nps.answers},
		{mean_of(f->ces.sum, f->ces.answers), f->ces.answers},
		{mean_of(5 * f->rating.sum, f->rating.answers), f->rating.answers},
		{mean_of(f->kiosk.sum, f->kiosk.answers), f->kiosk.answers},
		{(double)f->reopened, f->tickets},
		{(double)f->escalated, f->tickets},
		{(double)f->repeated, f->tickets},
	};
	memcpy(out, all, sizeof(all));
}

size_t book_rows(const struct book *book, struct row out[ROWS])
{
	static const struct row table[] = {
		{{{"收到反馈", "Feedback received"}}, "received", UNIT_COUNT, .good = 0},
		{{{"工单", "Tickets"}}, "tickets", UNIT_COUNT, .good = 0},
		{{{"响应率", "Response rate"}}, "response_rate", UNIT_RATE, .good = 1},
		{{{"按时率", "On-time rate"}}, "on_time_rate", UNIT_RATE, .good = 1},
		{{{"解决率", "Resolution rate"}}, "resolution_rate", UNIT_RATE, .good = 1},
		{{{"首次响应中位数", "Median first response"}},
		 "first_response_median",
		 UNIT_SPAN,
		 .good = -1},
		{{{"解决用时中位数", "Median resolution"}},
		 "resolution_median",
		 UNIT_SPAN,
		 .good = -1},
		{{{"满意度 CSAT", "Satisfaction (CSAT)"}}, "csat", UNIT_RATE, .good = 1},
		{{{"净推荐值 NPS", "Promoters (NPS)"}}, "nps", UNIT_SCORE, .good = 1},
		{{{"省力程度 CES", "Ease (CES)"}}, "ces", UNIT_MEAN, .good = 1},
		{{{"平均评分（5 分制）", "Rating out of 5"}}, "rating", UNIT_MEAN, .good = 1},
		{{{"按键终端指数", "Kiosk index"}}, "kiosk_index", UNIT_MEAN, .good = 1},
		{{{"重开", "Reopened"}}, "reopened", UNIT_COUNT, .good = -1},
		{{{"升级", "Escalated"}}, "escalated", UNIT_COUNT, .good = -1},
		{{{"客户再次来询", "Contacted again"}}, "repeated", UNIT_COUNT, .good = -1},
	};
	size_t n = sizeof(table) / sizeof(*table);
	struct measure now[ROWS], then[ROWS];
	measure(&book->now, now);
	measure(&book->then, then);
	memcpy(out, table, sizeof(table));
	for (size_t i = 0; i < n; i++) {
		out[i].now = now[i].value;
		out[i].then = then[i].value;
		out[i].of = now[i].of;
	}
	/* The last three tell how we work, not how well. */
	return book->edition == EDITION_PUBLIC ? n - 3 : n;
}

/* ---- surveys */

/* In the order of the cells. */
static void measure_survey(const struct store_survey *survey, int64_t invited, int64_t answered,
			   double out[SURVEY_CELLS])
{
	static const struct store_survey none;
	const struct store_survey *s = survey ? survey : &none;
	const double all[SURVEY_CELLS] = {
		(double)s->answers,
		invited ? (double)invited : NAN,
		store_rate(answered, invited),
		store_nps(&s->nps),
		store_rate(s->csat.good, s->csat.answers),
		mean_of(s->ces.sum, s->ces.answers),
	};
	memcpy(out, all, sizeof(all));
}

void survey_cells(const struct survey_row *row, struct survey_cell out[SURVEY_CELLS])
{
	static const struct survey_cell table[SURVEY_CELLS] = {
		{{{"回答", "Answers"}}, "answers", UNIT_COUNT, 0, 0},
		{{{"邀请", "Invited"}}, "invited", UNIT_COUNT, 0, 0},
		{{{"回复率", "Response"}}, "response_rate", UNIT_RATE, 0, 0},
		{{{"NPS", "NPS"}}, "nps", UNIT_SCORE, 0, 0},
		{{{"CSAT", "CSAT"}}, "csat", UNIT_RATE, 0, 0},
		{{{"CES", "CES"}}, "ces", UNIT_MEAN, 0, 0},
	};
	double now[SURVEY_CELLS], then[SURVEY_CELLS];
	measure_survey(row->now, row->invited, row->answered, now);
	measure_survey(row->then, row->invited_before, row->answered_before, then);
	memcpy(out, table, sizeof(table));
	for (size_t i = 0; i < SURVEY_CELLS; i++) {
		out[i].now = now[i];
		out[i].then = then[i];
	}
}

/* ---- values as text */

/* With a comma behind each third digit. */
static void group_digits(char *out, size_t size, int64_t n)
{
	char digits[32];
	size_t len = (size_t)snprintf(digits, sizeof(digits), "%" PRId64, n < 0 ? -n : n),
	       at = 0;
	if (n < 0)
		at += (size_t)snprintf(out, size, "-");
	for (size_t i = 0; i < len && at + 2 < size; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			out[at++] = ',';
		out[at++] = digits[i];
	}
	out[at] = '\0';
}

static void span_text(char *out, size_t size, double ms, enum page_lang lang)
{
	int64_t minutes = (int64_t)(ms / 60000 + 0.5), hours = minutes / 60, days = hours / 24;
	bool zh = lang == PAGE_ZH;
	if (ms < 60000)
		snprintf(out, size, zh ? "%.0f 秒" : "%.0f s", ms / 1000);
	else if (hours == 0)
		snprintf(out, size, zh ? "%" PRId64 " 分" : "%" PRId64 " min", minutes);
	else if (days < 2)
		snprintf(out, size,
			 zh ? "%" PRId64 " 时 %02" PRId64 " 分"
			    : "%" PRId64 " h %02" PRId64 " min",
			 hours, minutes % 60);
	else
		snprintf(out, size,
			 zh ? "%" PRId64 " 天 %" PRId64 " 时" : "%" PRId64 " d %" PRId64 " h",
			 days, hours % 24);
}

void value_text(char *out, size_t size, enum unit unit, double value, enum page_lang lang)
{
	if (!isfinite(value)) {
		snprintf(out, size, "–");
		return;
	}
	switch (unit) {
	case UNIT_COUNT: group_digits(out, size, (int64_t)value); break;
	case UNIT_RATE: snprintf(out, size, "%.1f%%", value * 100); break;
	case UNIT_SCORE:
		snprintf(out, size, "%s%.0f",
			 value > 0.5	? "+"
			 : value < -0.5 ? "−"
					: "",
			 fabs(value));
		break;
	case UNIT_MEAN: snprintf(out, size, "%.1f", value); break;
	case UNIT_SPAN: span_text(out, size, value, lang); break;
	}
}

/* ---- against the period before */

void change_text(char *out, size_t size, const struct row *row, enum page_lang lang)
{
	double by = row->now - row->then;
	out[0] = '\0';
	if (!isfinite(by))
		return;
	bool is_relative = row->unit == UNIT_COUNT || row->unit == UNIT_SPAN;
	if (is_relative && row->then <= 0) {
		if (row->now > 0)
			snprintf(out, size, "%s", lang == PAGE_ZH ? "新增" : "new");
		else
			snprintf(out, size, "±0%%");
		return;
	}
	if (is_relative)
		by = 100 * by / row->then;
	else if (row->unit == UNIT_RATE)
		by *= 100;
	const char *unit = is_relative		    ? "%"
			   : row->unit == UNIT_RATE ? (lang == PAGE_ZH ? " 个百分点" : " pts")
						    : "";
	int digits = is_relative || row->unit == UNIT_SCORE ? 0 : 1;
	if (fabs(by) < (digits ? 0.05 : 0.5))
		snprintf(out, size, "±0%s", unit);
	else
		snprintf(out, size, "%s%.*f%s", by > 0 ? "+" : "−", digits, fabs(by), unit);
}

/* What is so small that it is chance is neither. */
int change_sense(const struct row *row)
{
	double by = row->now - row->then;
	double least = row->unit == UNIT_RATE	 ? 0.005
		       : row->unit == UNIT_SCORE ? 1
		       : row->unit == UNIT_MEAN	 ? fmax(fabs(row->then) / 100, 0.05)
						 : fmax(fabs(row->then) / 50, 0.5);
	if (!isfinite(by) || fabs(by) < least)
		return 0;
	return by > 0 ? row->good : -row->good;
}
