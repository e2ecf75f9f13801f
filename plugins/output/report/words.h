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
	SAY_TOPICS,
	SAY_TOPIC,
	SAY_HOT,
	SAY_COMPLAINT,
	SAY_COMPLAINTS,
	SAY_SEE,
	SAY_REST,
	SAY_NO_TOPIC,
	SAY_NO_WORDS,
	SAY_LOW_WORDS,
	SAY_LOW_OF_ALL,
	SAY_NO_LOW_WORDS,
	SAY_WORD,
	SAY_LOW,
	SAY_RATED,
	SAY_LOW_SHARE,
	SAY_WEEK,
	SAY_WEEK_COMPLAINTS,
	SAY_WEEK_MEAN,
	SAY_HOUR,
	SAY_EVENTS,
	SAY_EVENT,
	SAY_BEFORE_EVENT,
	SAY_DURING_EVENT,
	SAY_AFTER_EVENT,
	SAY_EVENT_MEANS,
	SAY_NOTE_TALK,
	SAY_NOTE_SAMPLE,
	SAY_NOTE_FAULT,
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
/* "10月1日–7日", "1–7 October", of days since 1970-01-01, both included. */
void days_said(const struct book *, int64_t first, int64_t last, char *out, size_t size);
/* "周一", "Mon"; 0 is Monday. */
const char *weekday_said(const struct book *, int day);
/* The kind in the title: "月报", "Monthly report". */
const char *kind_said(const struct book *);
/* Of a part of the period: "5", "14:00", "3/5", "3月". */
void part_said(const struct book *, size_t part, char *out, size_t size);
/* "2026年3月5日 14:30" in the report's zone. */
void time_said(const struct book *, int64_t ms, char *out, size_t size);

#endif
