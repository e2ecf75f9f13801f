/*
 * budget.h - how many calls an hour and a day, and how many tokens a day, may cost.
 *
 * A call is counted before it is made, in a file that a rename replaces, so a daemon that is
 * killed and starts again goes on with what was left.  Hours and days are those of UTC.  A
 * clock that was set back does not refill it.
 */
#ifndef ASSIST_BUDGET_H
#define ASSIST_BUDGET_H

#include <heard/str.h>

#include <stdbool.h>
#include <stdint.h>

struct heard_error;

struct budget_limits {
	int64_t calls_per_hour, calls_per_day, tokens_per_day; /* 0: none at all */
};

struct budget {
	const struct budget_limits *limits;
	int64_t hour, hour_calls;
	int64_t day, day_calls, day_tokens;
};

/* What stands in a file.  False: it is no such file. */
bool budget_read(struct budget *, struct heard_str text);
/* -ENOENT: there is none yet; -EBADMSG: it is damaged, and counting begins anew. */
int budget_load(struct budget *, const char *path, struct heard_error *);
int budget_save(const struct budget *, const char *path, struct heard_error *);

/* Takes one call; NULL, or what is used up: "the calls of this hour". */
const char *budget_take(struct budget *, int64_t now_ms);
/* It was not made after all. */
void budget_give_back(struct budget *);
void budget_spend(struct budget *, int64_t tokens);

#endif
