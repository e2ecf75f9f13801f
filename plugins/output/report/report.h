/*
 * report.h - the instance, and a report in hand.
 *
 * A report is gathered once (gather.c) and then written in any form: nothing but the
 * forms knows how it looks, and no form knows the store.
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "period.h"

#include <heard/buf.h>
#include <heard/plugin.h>

#include <page/page.h>
#include <store/figures.h>
#include <store/sample.h>
#include <topics/around.h>
#include <topics/theme.h>
#include <topics/week.h>

#include <stdbool.h>

struct heard_call;
struct heard_error;
struct heard_timer;

enum edition { EDITION_MANAGEMENT, EDITION_PUBLIC };
enum format { FORMAT_HTML, FORMAT_MD, FORMAT_CSV, FORMAT_JSON, FORMATS };

/* "html", ..., NULL, in the order of their numbers. */
extern const char *const format_words[], *const edition_words[], *const lang_words[];
/* The number of a word, or -1. */
int choice_of(const char *const *words, const char *word);

struct event_row { /* an event of the operator's own calendar */
	const char *name, *from, *to;
};

struct report {
	const char *database, *surveys, *folder, *at; /* options */
	const char *holidays;			      /* folder      */
	struct heard_list every, formats;
	struct heard_rows events; /* of struct event_row */
	int edition, lang;	  /* enum edition, enum page_lang */
	int64_t keep, sample;

	struct heard_host *host; /* the daemon's */
	struct heard_timer *timer;
	int64_t minutes;	    /* `at`, of the day                        */
	int64_t done[PERIOD_KINDS]; /* the end of the last one written         */
};

/* ---- a report in hand */

enum {
	ISSUES = 10,
	SAMPLE_MAX = 240, /* bytes of one */
	FIXES = 20,	  /* published issues that were resolved */
};

struct issue {
	const struct store_topic *topic;
	int64_t before; /* tickets of it in the period before */
	char samples[STORE_SAMPLES][SAMPLE_MAX];
	size_t n_samples;
};

struct fix { /* of the public board */
	char title[STORE_TITLE_MAX];
	int64_t reach, resolved_at; /* HEARD_TIME_NONE: at work on it */
};

struct survey_row {
	char name[STORE_SURVEY_MAX];
	const struct store_survey *now, *then; /* NULL: no answers               */
	int64_t invited, answered;	       /* in the period, of whom answered */
	int64_t invited_before, answered_before;
};

enum { CHANNEL_ROWS = 64 };
struct channel_row {
	char name[64];
	double received, dead;
	double received_before, dead_before; /* NaN: nobody counted yet        */
	int64_t last_heard;		     /* until now, not in the period   */
	bool is_silent;			     /* for longer than usual, now     */
	bool is_there;			     /* it brought something           */
};

enum { TALK_THEMES = 10, TALK_HOT = 5, TALK_WORDS = 12, TALK_LISTED = 50 };
struct talk { /* of the management's edition only */
	struct theme_list themes;
	struct theme_words words;
	int64_t every, read; /* every k-th record was looked at, so many in all */
	int64_t since;	     /* the first record of all, or HEARD_TIME_NONE     */
	bool is_compared;    /* somebody listened in the period before           */
	struct week week;
	struct arounds events;
	char fault[512]; /* a holiday file that cannot be read */
};

struct book {
	enum edition edition;
	enum page_lang lang;
	struct heard_host *host; /* whose channels; NULL: none */
	struct heard_zone *zone;
	int64_t made_at;
	const char *asked; /* the period as it was asked for: "month" */
	struct period period, before;
	struct store_figures now, then;
	struct issue issues[ISSUES];
	size_t n_issues;
	struct fix fixes[FIXES];
	size_t n_fixes;
	struct survey_row surveys[STORE_SHARES]; /* by name */
	size_t n_surveys;
	struct channel_row channels[CHANNEL_ROWS]; /* the weakest first */
	size_t n_channels;
	struct talk talk;
};

/* -errno with a sentence.  Release it in either case.  book's zone, language, edition,
 * host, period and what was asked for are set before.  The files of surveys and holidays
 * need not be there. */
int book_gather(struct book *, const struct report *options, int64_t now, struct heard_error *);
void book_release(struct book *);

/* ---- rows.c: the figures at the head of every form */

enum unit { UNIT_COUNT, UNIT_RATE, UNIT_SCORE, UNIT_MEAN, UNIT_SPAN };

struct row {
	struct page_phrase label;
	const char *key; /* as in JSON */
	enum unit unit;
	double now, then; /* NaN: nothing to tell */
	int good;	  /* 1: more is better, -1: less is, 0: neither */
	int64_t of;	  /* what it is a part of, or how many answered; -1: nothing */
};

enum { ROWS = 16 };
size_t book_rows(const struct book *, struct row out[ROWS]);

/* "12,345", "87.5 %", "+23", "4.2", "2 h 05 m"; "–" for NaN. */
void value_text(char *out, size_t size, enum unit, double value, enum page_lang);
/* "+12 %" of counts, "+3.1" points of others; empty if there is nothing to compare. */
void change_text(char *out, size_t size, const struct row *, enum page_lang);
/* 1 it got better, -1 worse, 0 neither. */
int change_sense(const struct row *);

/* ---- surveys.c */

enum { SURVEY_CELLS = 6 };
/* Answers, invited, response rate, NPS, CSAT, CES of one survey, in the same units as the
 * head of the report. */
struct survey_cell {
	struct page_phrase label;
	const char *key;
	enum unit unit;
	double now, then; /* NaN: nothing to tell */
};
void survey_cells(const struct survey_row *, struct survey_cell out[SURVEY_CELLS]);
int surveys_gather(struct book *, const char *path, struct heard_error *);

/* ---- channels.c */

void channels_gather(struct book *);
/* Without label and key. */
struct row channel_volume(const struct channel_row *);
struct row channel_errors(const struct channel_row *);

/* ---- talk.c */

int talk_gather(struct book *, struct store *, const struct report *options,
		struct heard_error *);
void talk_release(struct talk *);
/* The themes that are shown, in their order. */
size_t talk_shown(const struct talk *, const struct theme *out[TALK_THEMES]);
/* Its words: "充电宝 · 发烫". */
void theme_said(const struct theme *, char *out, size_t size);
enum { SAMPLE_ID = 40 };
void sample_said(const struct theme_sample *, char out[SAMPLE_ID]);
/* There are records, so that there is something to say. */
bool talk_is_there(const struct talk *);
bool talk_has_week(const struct book *);
/* "3.5", "12", "0". */
void hour_said(double mean, char *out, size_t size);
enum { NOTE_MAX = 2048 };
/* How topics are made, in the report's language. */
void talk_note(const struct book *, char out[NOTE_MAX]);
/* Without label and key. */
struct row theme_row(const struct talk *, const struct theme *);
#define EVENT_NO_DAY INT64_MIN
/* "2026-11-11" as a day since 1970-01-01, or EVENT_NO_DAY. */
int64_t event_day(const char *text);

/* ---- forms: a whole document into the buffer */

void write_html(const struct book *, struct heard_buf *);
void write_markdown(const struct book *, struct heard_buf *);
void write_csv(const struct book *, struct heard_buf *);
void write_json(const struct book *, struct heard_buf *);
void write_form(const struct book *, enum format, struct heard_buf *);

/* ---- files.c, schedule.c */

/* Writes the report into the folder in every format, and lets the oldest go. */
int files_write(const struct report *, const struct book *, struct heard_error *);
/* The same for one file: all of it or nothing. */
int file_replace(const char *path, struct heard_str text, struct heard_error *);

void schedule_begin(struct report *);
bool schedule_has(const struct report *, enum period_kind);
/* Writes what is due; the span after which to come again. */
int64_t schedule_run(struct report *);

int report_command(void *self, const struct heard_call *);

#endif
