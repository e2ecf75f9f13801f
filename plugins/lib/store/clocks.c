/*
 * clocks.c - the service levels of one ticket: what is owed, by when, and when to
 * look at it again.
 *
 * Three clocks, of which each may be absent.  The first response is owed until a
 * round's first answer, a next response from a customer's further word after an
 * answer until the next one, the resolution while the ticket is live.  In `waiting`
 * they stand.  The arithmetic is sla.h's; nothing here asks for the time.
 */
#include "row.h"

bool clocks_owe(const struct ticket_row *row, enum sla_kind kind)
{
	if (!store_state_is_live(row->state))
		return false;
	if (kind == SLA_FIRST_RESPONSE)
		return row->answered_at == HEARD_TIME_NONE;
	return kind == SLA_RESOLUTION || row->asked_at != HEARD_TIME_NONE;
}

const struct sla_level *clocks_level(const struct store *store, struct ticket_row *row,
				     enum sla_kind kind)
{
	if (!row->has_level[kind]) {
		struct sla_subject subject = {
			.priority = heard_str(store_priority_name(row->priority)),
			.department = row->department,
			.channel = row->channel,
			.intent = row->intent,
		};
		row->level[kind] = sla_level(store->rules->sla, kind, &subject);
		row->has_level[kind] = true;
	}
	return &row->level[kind];
}

static void start(const struct store *store, struct ticket_row *row, enum sla_kind kind,
		  int64_t at)
{
	row->clock[kind] = sla_clock_start(clocks_level(store, row, kind), at);
	row->paused[kind] = 0;
	row->fired &= ~FIRED_CLOCK(kind);
}

void clocks_begin(const struct store *store, struct ticket_row *row, int64_t at)
{
	row->began = at;
	row->answered_at = row->asked_at = HEARD_TIME_NONE;
	start(store, row, SLA_FIRST_RESPONSE, at);
	start(store, row, SLA_RESOLUTION, at);
	row->clock[SLA_NEXT_RESPONSE] = SLA_CLOCK_NONE;
}

void clocks_ask(const struct store *store, struct ticket_row *row, int64_t at)
{
	if (row->answered_at == HEARD_TIME_NONE || row->asked_at != HEARD_TIME_NONE)
		return; /* an answer is owed already, since earlier */
	row->asked_at = at;
	start(store, row, SLA_NEXT_RESPONSE, at);
}

void clocks_stop(const struct store *store, struct ticket_row *row, int64_t at)
{
	for (enum sla_kind kind = 0; kind < SLA_KINDS; kind++)
		if (clocks_owe(row, kind))
			row->clock[kind] = sla_clock_stop(clocks_level(store, row, kind),
							  row->clock[kind], at);
	row->waiting_since = at;
}

void clocks_go_on(const struct store *store, struct ticket_row *row, int64_t at)
{
	for (enum sla_kind kind = 0; kind < SLA_KINDS; kind++) {
		if (!clocks_owe(row, kind) || row->clock[kind].left == SLA_NO_TIME_LEFT)
			continue;
		const struct sla_level *level = clocks_level(store, row, kind);
		row->paused[kind] += sla_pause(level, row->waiting_since, at);
		row->clock[kind] = sla_clock_go_on(level, row->clock[kind], at);
	}
	row->waiting_since = HEARD_TIME_NONE;
}

/* One that was missed has been decided, by the timer or by the time: it is not moved any
 * more. */
static bool is_missed(const struct ticket_row *row, enum sla_kind kind, int64_t at)
{
	int64_t due = row->clock[kind].due;
	return (row->fired & FIRED_BREACHED(kind)) || (due != HEARD_TIME_NONE && due <= at);
}

static void change(const struct store *store, struct ticket_row *row, enum sla_kind kind,
		   int64_t at)
{
	const struct sla_level *level = clocks_level(store, row, kind);
	int64_t began = kind == SLA_NEXT_RESPONSE ? row->asked_at : row->began;
	int64_t paused = row->paused[kind];
	bool stands = row->state == STORE_WAITING && row->waiting_since != HEARD_TIME_NONE;
	struct sla_clock *clock = &row->clock[kind];
	if (stands)
		paused += sla_pause(level, row->waiting_since, at);
	if (clock->due == HEARD_TIME_NONE && clock->left == SLA_NO_TIME_LEFT) {
		*clock = sla_clock_start(level, at); /* it has one only now */
		if (stands)
			*clock = sla_clock_stop(level, *clock, at);
	}
	*clock = sla_clock_change(level, *clock, began, paused, at);
}

void clocks_change(const struct store *store, struct ticket_row *row, int64_t at)
{
	for (enum sla_kind kind = 0; kind < SLA_KINDS; kind++) {
		row->has_level[kind] = false;
		if (clocks_owe(row, kind) && !is_missed(row, kind, at))
			change(store, row, kind, at);
	}
}

int64_t clocks_second(const struct store *store, struct ticket_row *row, enum sla_kind kind)
{
	const struct sla_level *level = clocks_level(store, row, kind);
	if (level->span < 0)
		return HEARD_TIME_NONE;
	return calendar_add(level->within ? NULL : level->calendar, row->clock[kind].due,
			    level->span);
}

static void take_earlier(int64_t *best, int64_t at)
{
	if (at != HEARD_TIME_NONE && (*best == HEARD_TIME_NONE || at < *best))
		*best = at;
}

int64_t clocks_due(const struct ticket_row *row)
{
	int64_t due = HEARD_TIME_NONE;
	for (enum sla_kind kind = 0; kind < SLA_KINDS; kind++)
		if (clocks_owe(row, kind))
			take_earlier(&due, row->clock[kind].due);
	return due == HEARD_TIME_NONE ? DUE_NEVER : due;
}

/* Of a live ticket. */
static int64_t next_of_clock(const struct store *store, struct ticket_row *row,
			     enum sla_kind kind)
{
	if (row->fired & FIRED_ESCALATED(kind))
		return HEARD_TIME_NONE;
	if (row->fired & FIRED_BREACHED(kind))
		return clocks_second(store, row, kind);
	int64_t at = row->clock[kind].due;
	if (!(row->fired & FIRED_WARNED(kind)))
		take_earlier(&at, sla_clock_warn_at(clocks_level(store, row, kind),
						    row->clock[kind]));
	return at;
}

/* Of one that was resolved. */
static int64_t next_afterwards(const struct store *store, const struct ticket_row *row)
{
	const struct store_rules *rules = store->rules;
	int64_t at = HEARD_TIME_NONE;
	if (!(row->fired & FIRED_ASKED) && rules->follow_up_after >= 0)
		take_earlier(&at, row->resolved_at + rules->follow_up_after);
	if (!(row->fired & FIRED_LOOKED) && rules->relapse_after >= 0)
		take_earlier(&at, row->resolved_at + rules->relapse_after);
	if (row->state == STORE_RESOLVED && rules->close_after >= 0)
		take_earlier(&at, row->resolved_at + rules->close_after);
	return at;
}

int64_t clocks_alarm(const struct store *store, struct ticket_row *row)
{
	int64_t at = HEARD_TIME_NONE;
	if (row->is_erased)
		return at;
	if ((row->state == STORE_RESOLVED || row->state == STORE_CLOSED) &&
	    row->resolved_at != HEARD_TIME_NONE)
		return next_afterwards(store, row);
	for (enum sla_kind kind = 0; kind < SLA_KINDS; kind++)
		if (clocks_owe(row, kind) && row->clock[kind].due != HEARD_TIME_NONE)
			take_earlier(&at, next_of_clock(store, row, kind));
	return at;
}
