/*
 * pick.c - who of a department gets a ticket: in turn, who has the least, or who had
 * this person's last one.
 */
#include "alike.h"
#include "load.h"
#include "row.h"

#include <heard/error.h>

struct choice { /* agents of a department, without one of them */
	const struct store_department *department;
	struct heard_str except;
};

static bool may_be(const struct choice *choice, size_t i)
{
	return !heard_str_eq(choice->department->agents[i], choice->except);
}

static int by_turn(struct store *store, const struct choice *choice, struct heard_str *agent_r,
		   struct heard_error *err)
{
	const struct store_department *d = choice->department;
	struct heard_str last;
	if (load_turn(store, d->name, &last, err))
		return -err->code;
	int before = department_agent(d, last);
	size_t start = before < 0 ? 0 : (size_t)before + 1;
	for (size_t i = 0; i < d->n_agents; i++) {
		size_t at = (start + i) % d->n_agents;
		if (may_be(choice, at)) {
			*agent_r = d->agents[at];
			break;
		}
	}
	return agent_r->len ? load_turn_set(store, d->name, *agent_r, err) : 0;
}

static int by_load(struct store *store, const struct choice *choice, struct heard_str *agent_r,
		   struct heard_error *err)
{
	int64_t least = INT64_MAX, load;
	for (size_t i = 0; i < choice->department->n_agents; i++) {
		struct heard_str agent = choice->department->agents[i];
		if (!may_be(choice, i))
			continue;
		if (load_of(store, agent, &load, err))
			return -err->code;
		if (load < least) {
			least = load;
			*agent_r = agent;
		}
	}
	return 0;
}

/* Who had this person's last ticket, if that is known; among the newest ones. */
static int last_owner(struct store *store, struct heard_str author_key,
		      const struct choice *choice, int *at, struct heard_error *err)
{
	*at = -1;
	if (author_key.len == 0)
		return 0;
	if (alike_begin(store, err))
		return -err->code;
	struct alike_keys keys = alike_keys(store, 0, author_key, author_key, author_key);
	int64_t when, ticket = alike_find(store, keys.person, &when);
	sqlite3_stmt *st = ticket ? store_st(store, ST_TICKET_OWNER, err) : NULL;
	if (!st)
		return ticket ? -err->code : 0;
	sqlite3_bind_int64(st, 1, ticket);
	int found = store_step(store, st, err);
	if (found > 0)
		*at = department_agent(choice->department, column_str(st, 0));
	if (*at >= 0 && !may_be(choice, (size_t)*at))
		*at = -1;
	sqlite3_reset(st);
	return found < 0 ? found : 0;
}

int assign_pick(struct store *store, const struct store_department *department,
		struct heard_str author_key, struct heard_str except, struct heard_str *agent_r,
		struct heard_error *err)
{
	struct choice choice = {department, except};
	int sticky = -1;
	*agent_r = heard_str_n(NULL, 0);
	if (department->n_agents == 0)
		return 0;
	if (department->n_agents == 1)
		choice.except = heard_str_n(NULL, 0);
	if (department->method == STORE_ROUND_ROBIN)
		return by_turn(store, &choice, agent_r, err);
	if (department->method == STORE_STICKY &&
	    last_owner(store, author_key, &choice, &sticky, err))
		return -err->code;
	if (sticky < 0)
		return by_load(store, &choice, agent_r, err);
	*agent_r = department->agents[sticky];
	return 0;
}
