/*
 * state.c - the states of a ticket and the moves between them, in one table.
 *
 * Nothing is moved to `merged` by itself: merging names the other ticket, so it is
 * not a plain change of state and not among `to`, but `merges` says from where.  Spam
 * goes back to open, because a person may have been wrong.
 */
#include "store.h"

#define TO(state) (1u << (state))

static const struct {
	const char *name;
	bool is_live, merges;
	unsigned to;
} states[STORE_STATES] = {
	[STORE_NEW] = {"new", true, true,
		       TO(STORE_OPENED) | TO(STORE_WAITING) | TO(STORE_RESOLVED) |
			       TO(STORE_CLOSED) | TO(STORE_SPAM)},
	[STORE_OPENED] = {"open", true, true,
			  TO(STORE_WAITING) | TO(STORE_RESOLVED) | TO(STORE_CLOSED) |
				  TO(STORE_SPAM)},
	[STORE_WAITING] = {"waiting", true, true,
			   TO(STORE_OPENED) | TO(STORE_RESOLVED) | TO(STORE_CLOSED) |
				   TO(STORE_SPAM)},
	[STORE_RESOLVED] = {"resolved", false, true, TO(STORE_CLOSED) | TO(STORE_REOPENED)},
	[STORE_CLOSED] = {"closed", false, true, TO(STORE_REOPENED)},
	[STORE_REOPENED] = {"reopened", true, true,
			    TO(STORE_OPENED) | TO(STORE_WAITING) | TO(STORE_RESOLVED) |
				    TO(STORE_CLOSED) | TO(STORE_SPAM)},
	[STORE_MERGED] = {"merged", false, false, 0},
	[STORE_SPAM] = {"spam", false, false, TO(STORE_OPENED)},
};

const char *store_state_name(enum store_state state)
{
	return states[state].name;
}

int store_state_find(struct heard_str name)
{
	for (int i = 0; i < STORE_STATES; i++)
		if (heard_str_is(name, states[i].name))
			return i;
	return -1;
}

bool store_state_is_live(enum store_state state)
{
	return states[state].is_live;
}

bool store_state_may(enum store_state from, enum store_state to)
{
	return to == STORE_MERGED ? states[from].merges : (states[from].to & TO(to)) != 0;
}
