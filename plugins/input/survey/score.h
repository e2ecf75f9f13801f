/*
 * score.h - what an answer amounts to: bad, good, and whose matter it is.
 */
#ifndef SURVEY_SCORE_H
#define SURVEY_SCORE_H

#include "reply.h"

/* The option `bad`: a score up to this opens a ticket; -1: never. */
struct bad_options {
	int64_t nps, csat, ces, stars;
	const char *department;	      /* whose matter it is if no part says it */
	struct heard_map departments; /* by part                               */
};

struct score {
	bool is_bad;
	bool is_good;		   /* the best there is of each score given, or next to it */
	const char *department;	   /* of what is bad; "" if nobody is named                */
	const struct label *worst; /* part, below the best; NULL: none was given        */
	int64_t worst_value;
};

struct score score_of(const struct form *, const struct bad_options *, const struct reply *);
/* 0, or -EINVAL with a sentence: departments of parts that are not there, thresholds
 * without their question. */
int score_check(const struct form *, const struct bad_options *, struct heard_error *);

#endif
