/*
 * priority.c - how urgent a ticket is.
 */
#include "sqlite.h"

static const char *const names[] = {
	[STORE_HIGH] = "high",
	[STORE_MEDIUM] = "medium",
	[STORE_LOW] = "low",
};

const char *store_priority_name(enum store_priority priority)
{
	return names[priority];
}

int store_priority_find(struct heard_str name)
{
	for (int i = STORE_HIGH; i <= STORE_LOW; i++)
		if (heard_str_is(name, names[i]))
			return i;
	return 0;
}

enum store_priority priority_of_number(int64_t n)
{
	return n >= STORE_HIGH && n <= STORE_LOW ? (enum store_priority)n : STORE_LOW;
}
