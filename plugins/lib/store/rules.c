/*
 * rules.c - what a store does by itself, and the defaults of it.
 */
#include "sqlite.h"

#define HOURS(n) (INT64_C(3600000) * (n))
#define DAYS(n)	 HOURS(24 * (n))

const struct store_rules store_default_rules = {
	.contacts_escalate = 3,
	.reach_raises = 5,
	.reach_window = HOURS(24),
	.reopen_within = DAYS(14),
	.follow_up_after = HOURS(1),
	.follow_up_expires = DAYS(14),
	.follow_up_bad = 2,
	.relapse_after = DAYS(7),
	.close_after = DAYS(30),
};

void store_set_rules(struct store *store, const struct store_rules *rules)
{
	store->rules = rules ? rules : &store_default_rules;
}
