/*
 * incident.h - what is wrong now: one for each trouble, however many series it shows
 * in.
 *
 *	(nothing) --a chart passes its limit--> open --as usual for an hour--> (nothing)
 *
 * A product whose complaints rise also raises its category, its channels and all.  The
 * one with the strongest evidence is opened; another is explained by it if what is
 * left of the other without the common records is not remarkable any more, and is then
 * not told of.  From then on what belongs to the incident is no news for the charts of
 * others.  An incident of `all` explains everything while it is open.
 *
 * It is over when its own chart, turned round, says so: the usual rate is so much
 * likelier than one that is still half as high.  So no quiet night ends it.
 *
 * Told again only if it grew: 2.5 times as many in an hour as were told, and half an
 * hour after.  What lasts for a week is the new usual.
 *
 * Plain data, without pointers; saved.c writes it, and has a line for each member.
 */
#ifndef ALERT_INCIDENT_H
#define ALERT_INCIDENT_H

#include "recent.h"

enum { INCIDENTS = 32, GROUPS = 3, SAMPLES = 3, CURVE = 12, WORDS = 5 };

enum cause { BY_COUNT = 1, BY_SHARE, BY_LIKE, BY_SILENCE };

struct incident {
	enum cause cause; /* 0: none here */
	uint16_t series;
	uint64_t like;
	uint64_t id;
	int64_t onset, opened, told; /* ms */
	int64_t calm_since;	     /* ms, or 0 */
	double calm;		     /* evidence that it is over */
	double told_rate;	     /* bad ones in an hour; BY_LIKE: in all */
	double ratio;		     /* against the usual, when it opened */
	double bad;		     /* all since its onset */
	double missed;		     /* BY_SILENCE: records that were usual */
	bool is_high;
};

enum news { OPENED, WORSE, RECOVERED, ACCEPTED };

/* What there is to tell; everything is borrowed. */
struct notice {
	enum news news;
	const struct incident *incident;
	const struct series *series;
	int64_t now, window; /* ms: what the figures are of */
	double n, bad, usual_bad, share, usual_share;
	uint32_t curve[CURVE]; /* bad ones of the last hours, the last is now; */
			       /* BY_SILENCE: all                              */
	struct {
		const struct series *series;
		unsigned n;
	} groups[GROUPS];
	const char *samples[SAMPLES];
	struct heard_str words[WORDS];
	size_t n_groups, n_samples, n_words;
	unsigned looked_at; /* records that groups are of */
	bool is_high;
};

struct watch;
/* The running slot closes: open, follow, close. */
void incidents_review(struct watch *, int64_t slot, int64_t now);
/* A record with that text came; it trips, or it is one of many already. */
void incidents_like(struct watch *, uint64_t hash, bool trips, int64_t now);
/* Between slots. */
void incidents_follow_like(struct watch *, int64_t now);
/* Does an incident of another series have the record of these series? */
bool incidents_have(const struct watch *, const uint16_t series[KINDS], uint16_t other);
/* A record of the series came. */
void incidents_heard(struct watch *, uint16_t series, int64_t now);

/* describe.c */
bool incident_has(const struct incident *, const struct recent *);
void notice_fill(struct notice *, const struct watch *, const struct incident *, int64_t now);

#endif
