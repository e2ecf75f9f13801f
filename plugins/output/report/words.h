/*
 * words.h - what a report says, in the languages it speaks.
 */
#ifndef REPORT_WORDS_H
#define REPORT_WORDS_H

#include "report.h"

enum say {
	SAY_TITLE,
	SAY_PUBLIC_TITLE,
	SAY_COMPARED,
	SAY_MADE,
	SAY_FIGURES,
	SAY_NOW,
	SAY_THEN,
	SAY_CHANGE,
	SAY_COURSE,
	SAY_FEEDBACK,
	SAY_TICKETS,
	SAY_RESPONSE,
	SAY_ON_TIME,
	SAY_RESOLUTION,
	SAY_CHANNELS,
	SAY_HEALTH,
	SAY_CHANNEL,
	SAY_TAKEN_IN,
	SAY_ERRORS,
	SAY_LAST_HEARD,
	SAY_SILENT,
	SAY_CATEGORIES,
	SAY_INTENTS,
	SAY_PRODUCTS,
	SAY_PRIORITIES,
	SAY_DEPARTMENTS,
	SAY_SCORES,
	SAY_SURVEYS,
	SAY_SURVEY,
	SAY_ISSUES,
	SAY_ISSUE,
	SAY_CONTACTS,
	SAY_RESOLVED,
	SAY_BACKLOG,
	SAY_OVERDUE,
	SAY_NONE,
	SAY_NOTHING,
	SAY_OF,
	SAY_ANSWERS,
	SAY_PROMOTERS,
	SAY_PASSIVES,
	SAY_DETRACTORS,
	SAY_NOTES,
	SAY_NOTE_RATES,
	SAY_NOTE_SCORES,
	SAY_NOTE_CHANNELS,
	SAY_SAMPLES,
	SAY_NAME,
	SAY_PART,
	SAY_HEARD,
	SAY_DONE,
	SAY_WORKING,
	SAY_PROMISES,
	SAY_LEAD,
	SAY_CUSTOMER,
	SAY_CUSTOMERS,
	SAY_NO_FIXES,
	SAY_THANKS,
	SAYS
};

extern const struct page_phrase says[SAYS];
const char *said(const struct book *, enum say);

/* A department's, channel's, ... name for people, as far as it is one that heard ships;
 * else as it is.  Empty: "(none)". */
const char *name_said(const struct book *, const char *name);
/* "product / safety · PowerBank 10000", in `out`. */
void topic_said(const struct book *, const struct store_topic *, char *out, size_t size);
/* "2026年3月", "March 2026", "1–7 March 2026", ... */
void period_said(const struct book *, const struct period *, char *out, size_t size);
/* The kind in the title: "月报", "Monthly report". */
const char *kind_said(const struct book *);
/* Of a part of the period: "5", "14:00", "3/5", "3月". */
void part_said(const struct book *, size_t part, char *out, size_t size);
/* "2026年3月5日 14:30" in the report's zone. */
void time_said(const struct book *, int64_t ms, char *out, size_t size);

#endif
