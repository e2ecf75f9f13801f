/*
 * watch.h - everything that is watched, and what is wrong with it.
 *
 * Records are added as they come; the clock ticks every few seconds; what there is to
 * tell comes by tell().  No host, no file, no network: a simulation of ninety days runs
 * on the same code.
 *
 * Memory is bounded: 32 categories, 32 channels and 255 products of their own.  Others
 * are counted together until one that was not heard of for two weeks, or is rare,
 * makes room.
 */
#ifndef ALERT_WATCH_H
#define ALERT_WATCH_H

#include "incident.h"
#include "like.h"

struct heard_zone;

enum {
	FIRST_CATEGORY = 1,
	FIRST_CHANNEL = FIRST_CATEGORY + 33,
	FIRST_PRODUCT = FIRST_CHANNEL + 33,
	SERIES = FIRST_PRODUCT + 256, /* the first of a kind is of all others */
	KEYWORDS = 8,
};

struct watch_options {
	double weeks;	     /* of memory */
	double samples;	     /* before a series can alert */
	double learn_hours;  /* before anything can */
	double false_alarms; /* bearable in a week */
	unsigned like;
	int64_t like_within; /* ms */
	bool silence;
};

/* What is saved (saved.h). */
struct watch_state {
	int64_t slot; /* that runs; 0: none yet */
	uint64_t last_id;
	unsigned char like_key[LIKE_KEY];
	struct incident incidents[INCIDENTS];
	struct series series[SERIES];
};

struct watch {
	struct watch_state *state;
	struct watch_options options;
	struct heard_zone *zone; /* NULL: UTC */
	struct recents recents;
	struct likes likes;
	double limit; /* of charts, by how many run */
	void (*tell)(void *arg, const struct notice *);
	void *arg;
};

struct sighting {
	struct heard_str product, category, channel, author;
	struct heard_str text, sample; /* to be alike by; to be shown */
	struct heard_str keywords[KEYWORDS];
	size_t n_keywords;
	bool is_bad, is_known; /* known: something says whether it is bad */
	bool is_high;
};

struct watch *watch_create(const struct watch_options *, struct heard_zone *);
void watch_destroy(struct watch *); /* NULL is fine */
void watch_add(struct watch *, const struct sighting *, int64_t now);
void watch_tick(struct watch *, int64_t now);
/* Its state was replaced by one that was saved. */
void watch_resume(struct watch *);
size_t watch_open(const struct watch *); /* incidents */
enum kind watch_kind(size_t series);

#endif
