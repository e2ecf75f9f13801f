/*
 * series.h - one thing that is watched: all, a category, a channel or a product.
 *
 * Time is cut into slots of five minutes, of which a day is kept.  The slot that runs
 * is counted into; when it closes, what was usual for it is noted beside what came and
 * the charts take their step.
 *
 * Promotions.  What customers say other than complaints tells how busy the shop is.
 * The usual number of complaints is multiplied by how much of the other came against
 * the usual, if that is more: of the last hour, or of the day at most half as
 * much again, which also covers growth.  A small
 * series leans on its parent for it.
 *
 * Plain data, without pointers; saved.c writes it, and has a line for each member.
 */
#ifndef ALERT_SERIES_H
#define ALERT_SERIES_H

#include "baseline.h"

enum {
	SLOT_MS = 5 * 60 * 1000,
	SLOTS = 24 * 12,
	HOUR_SLOTS = 12,
	WEEK_SLOTS = 7 * SLOTS,
	RATIOS = 2,
	CHARTS = 2 * RATIOS, /* counts, then shares */
	NAME_SIZE = 64,
};

/* What charts look for: so many times the usual. */
extern const double series_ratios[RATIOS];

enum kind { OF_ALL, OF_CATEGORY, OF_CHANNEL, OF_PRODUCT, KINDS };

struct slot {
	uint32_t n, bad;
	uint32_t told_n, told_bad;	       /* of these, what an open incident of another */
					       /* series has: no news for this one           */
	float usual_n, usual_other, usual_bad; /* the last with the promotion in it */
};

struct chart {
	double sum;
	int64_t onset; /* slot in which it left zero */
};

struct series {
	enum kind kind;
	char name[NAME_SIZE];
	int64_t since, last; /* ms: of its records                               */
	int64_t heard;	     /* ms: of its last record by the clock, or of the   */
			     /* moment since when we listen                      */
	struct slot slots[SLOTS];
	struct chart charts[CHARTS];
	double day_n, day_usual; /* other than complaints, of all slots kept     */
	uint32_t hour_n, hour_bad;
	double hour_factor;
	bool is_tainted; /* this hour is not to be learned                  */
	double waited;	 /* records that were usual since it was heard      */
	double longest;	 /* the longest it usually waits, in these          */
	struct baseline base;
};

struct span { /* sums over slots */
	double n, bad, usual_n, usual_bad;
	int slots;
};

/* Count into the slot that runs. */
void series_add(struct series *, int64_t slot, bool is_bad, bool is_told);
/* The slot closes: steps of the charts.  hour and part: of the week, where in it the
 * slot's middle is.  factor: the parent's, 1 for all; its own is returned. */
double series_close(struct series *, const struct series *parent, int64_t slot, int hour,
		    double part, double factor);
/* An hour has passed. */
void series_learn(struct series *, const struct series *parent, int hour, double weeks);
/* Begin with an empty slot: the next.  */
void series_open(struct series *, int64_t slot);
/* The last so many slots up to and with this one. */
struct span series_span(const struct series *, int64_t slot, int64_t slots);
/* The highest chart, and since when; which: its number. */
double series_evidence(const struct series *, int64_t *onset, int *which);
void series_calm(struct series *);
bool series_is_known(const struct series *, double samples, double hours);

#endif
