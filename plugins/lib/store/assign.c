/*
 * assign.c - who has a ticket: by a department's method, or because somebody says so.
 *
 * The first owner comes without a reason.  A change of owner needs one, and from the
 * second change on the department's lead is told: a customer is being passed on.
 * A store whose rules name no department knows nobody, and takes any name.
 */
#include "row.h"

#include <heard/error.h>

#include <errno.h>

const struct store_department *department_find(const struct store *store, struct heard_str name)
{
	for (size_t i = 0; i < store->rules->n_departments; i++)
		if (heard_str_eq(store->rules->departments[i].name, name))
			return &store->rules->departments[i];
	return NULL;
}

int department_agent(const struct store_department *department, struct heard_str agent)
{
	for (size_t i = 0; i < department->n_agents; i++)
		if (heard_str_eq(department->agents[i], agent))
			return (int)i;
	return -1;
}

/* ---- an owner */

int assign_row(struct store *store, struct ticket_row *row, struct heard_str agent,
	       const struct store_act *act, struct heard_error *err)
{
	enum { TELL_LEAD = 2 };
	struct event_more more = {.reason = act->reason};
	if (heard_str_eq(row->assignee, agent))
		return 0;
	bool is_handover = row->assignee.len > 0;
	struct heard_str was = row->assignee;
	row->assignee = agent.len ? agent : heard_str(NULL);
	row->handovers += is_handover;
	if (history_put(store, act, "assigned", was, row->assignee, err) ||
	    event_tell(store, "assigned", row, act->at, &more, err))
		return -err->code;
	if (!is_handover || row->handovers < TELL_LEAD)
		return 0;
	return event_tell(store, "handed_over", row, act->at, &more, err);
}

/* ---- names that are not known */

enum { NAME_MAX_LEN = 64 };

/* Letters to be changed, added or left out, to make one of the other. */
static size_t distance(struct heard_str a, struct heard_str b)
{
	size_t row[NAME_MAX_LEN + 1];
	if (a.len > NAME_MAX_LEN || b.len > NAME_MAX_LEN)
		return NAME_MAX_LEN;
	for (size_t j = 0; j <= b.len; j++)
		row[j] = j;
	for (size_t i = 1; i <= a.len; i++) {
		size_t diagonal = row[0];
		row[0] = i;
		for (size_t j = 1; j <= b.len; j++) {
			size_t best = diagonal + (a.ptr[i - 1] != b.ptr[j - 1]);
			diagonal = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[b.len];
}

struct guess {
	struct heard_str name;
	size_t distance;
};

static void consider(struct guess *guess, struct heard_str wanted, struct heard_str name)
{
	size_t d = distance(wanted, name);
	if (name.len && d < guess->distance)
		*guess = (struct guess){name, d};
}

static int no_such(const char *what, struct heard_str wanted, const struct guess *guess,
		   struct heard_error *err)
{
	bool is_near = guess->name.len && guess->distance <= 1 + wanted.len / 3;
	return heard_fail(err, ENOENT, "there is no %s \"%.*s\" in the config%s%.*s%s", what,
			  (int)(wanted.len < NAME_MAX_LEN ? wanted.len : NAME_MAX_LEN),
			  wanted.ptr, is_near ? "; did you mean \"" : "",
			  is_near ? (int)guess->name.len : 0, is_near ? guess->name.ptr : "",
			  is_near ? "\"?" : "");
}

static int check_department(const struct store *store, struct heard_str name,
			    struct heard_error *err)
{
	struct guess guess = {.distance = SIZE_MAX};
	if (store->rules->n_departments == 0 || department_find(store, name))
		return 0;
	for (size_t i = 0; i < store->rules->n_departments; i++)
		consider(&guess, name, store->rules->departments[i].name);
	return no_such("department", name, &guess, err);
}

static int check_agent(const struct store *store, struct heard_str name,
		       struct heard_error *err)
{
	struct guess guess = {.distance = SIZE_MAX};
	for (size_t i = 0; i < store->rules->n_departments; i++) {
		const struct store_department *d = &store->rules->departments[i];
		if (department_agent(d, name) >= 0 || heard_str_eq(d->lead, name))
			return 0;
		consider(&guess, name, d->lead);
		for (size_t k = 0; k < d->n_agents; k++)
			consider(&guess, name, d->agents[k]);
	}
	return store->rules->n_departments == 0 ? 0 : no_such("agent", name, &guess, err);
}

/* ---- the act */

struct wish {
	struct heard_str agent, department;
};

static int change_department(struct store *store, struct ticket_row *row,
			     const struct store_act *act, struct heard_str name,
			     struct heard_error *err)
{
	if (name.len == 0 || heard_str_eq(row->department, name))
		return 0;
	struct heard_str was = row->department;
	row->department = name;
	clocks_change(store, row, act->at);
	return history_put(store, act, "department", was, name, err);
}

static int assign(struct store *store, struct ticket_row *row, const struct store_act *act,
		  const struct wish *wish, struct heard_error *err)
{
	struct heard_str agent = wish->agent.len ? wish->agent : row->assignee;
	if (!store_state_is_live(row->state))
		return heard_fail(err, EPERM,
				  "a ticket that is %s needs nobody; reopen it first",
				  store_state_name(row->state));
	const struct store_department *department = department_find(store, wish->department);
	if (wish->agent.len == 0 && department &&
	    assign_pick(store, department, row->author_key, row->assignee, &agent, err))
		return -err->code;
	bool is_handover = row->assignee.len && !heard_str_eq(row->assignee, agent);
	if (is_handover && act->reason.len == 0)
		return heard_fail(err, EINVAL,
				  "it belongs to %.*s; say why somebody else is to have it",
				  HEARD_ARG(row->assignee));
	if (change_department(store, row, act, wish->department, err))
		return -err->code;
	return assign_row(store, row, agent, act, err);
}

static int assign_ticket(struct store *store, const struct store_act *act,
			 const struct wish *wish, struct heard_error *err)
{
	struct ticket_row row;
	int result = row_read(store, act->ticket, &row, err);
	if (result == 0)
		result = assign(store, &row, act, wish, err);
	if (result == 0)
		result = row_write(store, &row, err);
	row_release(&row);
	return result;
}

int store_ticket_assign(struct store *store, const struct store_act *act,
			struct heard_str agent, struct heard_str department,
			struct heard_error *err)
{
	struct wish wish = {agent, department};
	if (agent.len == 0 && department.len == 0)
		return heard_fail(err, EINVAL, "name an agent or a department");
	if ((department.len && check_department(store, department, err)) ||
	    (agent.len && check_agent(store, agent, err)) || act_begin(store, err))
		return -err->code;
	return act_end(store, assign_ticket(store, act, &wish, err), err);
}
