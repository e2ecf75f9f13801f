/*
 * levels.c - service levels: by when a ticket must be answered and resolved.
 *
 * The clock runs round the day.  After-sales never waits more than a day,
 * whatever the priority says.
 */
#include "store.h"

#include <heard/time.h>

#define MINUTES(n) ((int64_t)(n)*60 * 1000)
#define HOURS(n)   MINUTES((n)*60)

static const struct {
	const char *name;
	int64_t first_response;
} priorities[] = {
	[STORE_HIGH] = {"high", MINUTES(30)},
	[STORE_MEDIUM] = {"medium", HOURS(4)},
	[STORE_LOW] = {"low", HOURS(24)},
};

const char *store_priority_name(enum store_priority priority)
{
	return priorities[priority].name;
}

int store_priority_find(struct heard_str name)
{
	for (int i = STORE_HIGH; i <= STORE_LOW; i++)
		if (heard_str_is(name, priorities[i].name))
			return i;
	return 0;
}

struct store_levels store_levels(int64_t received_at, enum store_priority priority,
				 struct heard_str intent, struct heard_str department)
{
	int64_t response = priorities[priority].first_response;
	if (heard_str_is(department, "aftersales") && response > HOURS(24))
		response = HOURS(24);
	return (struct store_levels){
		.first_response = received_at + response,
		.resolution = heard_str_is(intent, "complaint") ? received_at + HOURS(48)
								: HEARD_TIME_NONE,
	};
}
