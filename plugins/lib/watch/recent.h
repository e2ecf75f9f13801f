/*
 * recent.h - the last bad records: what each is about, and its first words.
 *
 * A ring.  It tells what an incident consists of: samples, groups, keywords, and
 * whether two incidents are the same one.  What it keeps of texts is masked already;
 * it is never saved.
 */
#ifndef ALERT_RECENT_H
#define ALERT_RECENT_H

#include "series.h"

#include <heard/str.h>

enum {
	RECENT = 1024,
	SAMPLE_CHARS = 80,
	SAMPLE_SIZE = SAMPLE_CHARS * 4 + 4,
	KEYWORDS_SIZE = 96,
};

struct recent {
	int64_t at;
	uint16_t series[KINDS]; /* [OF_ALL] is 0 */
	uint64_t like;		/* hash of its text, 0 for none */
	bool is_high;
	char sample[SAMPLE_SIZE];
	char keywords[KEYWORDS_SIZE]; /* one a line */
};

struct recents {
	struct recent at[RECENT];
	uint64_t n; /* ever put in */
};

struct recent *recents_add(struct recents *);
/* The i-th newest, NULL if there are no more. */
const struct recent *recents_newest(const struct recents *, size_t i);
/* The first SAMPLE_CHARS characters, on one line. */
void recent_sample(struct recent *, struct heard_str text);
/* Adds a keyword if there is room. */
void recent_keyword(struct recent *, struct heard_str word);

#endif
