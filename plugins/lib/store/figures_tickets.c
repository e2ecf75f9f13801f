/*
 * figures_tickets.c - one walk over the tickets that were received in a period.
 *
 * A service level counts as due once it was decided (level.c), or when its time is over
 * at the moment of the report and nobody has written that down yet.  The levels of a
 * ticket belong to the day on which it was received, as all rates do.
 */
#include "figures_tickets.h"
#include "row.h"

#include <heard/error.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The columns of TICKET_FIGURES. */
enum column {
	C_ID,
	C_STATE,
	C_PRIORITY,
	C_CATEGORY,
	C_SUBCATEGORY,
	C_DEPARTMENT,
	C_PRODUCT,
	C_BOARD,
	C_INTENT,
	C_RECEIVED,
	C_FIRST_RESPONSE,
	C_RESOLVED,
	C_ROUND,
	C_CONTACTS,
	C_REACH,
	C_ESCALATION,
	C_LEADER,
	C_FIRED,
	C_ANSWERED,
	C_ASKED,
	C_DUE, /* of each kind of clock */
	C_LEVELS = C_DUE + SLA_KINDS,
	C_MET,
};

struct spans { /* of time, for their median */
	int64_t *at;
	size_t n, size;
};

struct walk {
	const struct store_period *period;
	struct store_figures *f;
	struct topics *topics;
	struct spans response, resolution;
};

static bool add_span(struct spans *s, int64_t span)
{
	if (s->n == s->size) {
		size_t size = s->size ? 2 * s->size : 1024;
		int64_t *at = realloc(s->at, size * sizeof(*at));
		if (!at)
			return false;
		s->at = at;
		s->size = size;
	}
	s->at[s->n++] = span > 0 ? span : 0;
	return true;
}

static int by_length(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

/* Of an even number: between the two in the middle. */
static int64_t median(struct spans *s)
{
	if (s->n == 0)
		return -1;
	qsort(s->at, s->n, sizeof(*s->at), by_length);
	int64_t upper = s->at[s->n / 2];
	return s->n % 2 ? upper : s->at[s->n / 2 - 1] + (upper - s->at[s->n / 2 - 1]) / 2;
}

/* What one ticket adds to each sum. */
struct tell {
	bool is_answered, is_resolved;
	int64_t due, met;
};

/* Levels whose time is over and that are not in the table yet. */
static int64_t undecided(const struct walk *w, sqlite3_stmt *st)
{
	struct ticket_row row = {
		.answered_at = column_time(st, C_ANSWERED),
		.asked_at = column_time(st, C_ASKED),
		.fired = sqlite3_column_int64(st, C_FIRED),
	};
	int state = store_state_find(column_str(st, C_STATE));
	int64_t n = 0;
	row.state = state < 0 ? STORE_CLOSED : (enum store_state)state;
	for (enum sla_kind kind = 0; kind < SLA_KINDS; kind++) {
		int64_t due = column_time(st, C_DUE + (int)kind);
		n += due != HEARD_TIME_NONE && due < w->period->now && clocks_owe(&row, kind) &&
		     !(row.fired & FIRED_BREACHED(kind));
	}
	return n;
}

static struct tell tell_of(const struct walk *w, sqlite3_stmt *st)
{
	struct heard_str state = column_str(st, C_STATE);
	return (struct tell){
		.is_answered = column_time(st, C_FIRST_RESPONSE) != HEARD_TIME_NONE,
		.is_resolved = (heard_str_is(state, "resolved") ||
				heard_str_is(state, "closed")) &&
			       column_time(st, C_RESOLVED) != HEARD_TIME_NONE,
		.due = sqlite3_column_int64(st, C_LEVELS) + undecided(w, st),
		.met = sqlite3_column_int64(st, C_MET),
	};
}

static bool add_share(struct store_shares *shares, struct heard_str name,
		      const struct tell *tell)
{
	char cut[STORE_NAME_MAX];
	size_t i = 0;
	figure_name(cut, sizeof(cut), name);
	while (i < shares->n && strcmp(shares->at[i].name, cut) != 0)
		i++;
	struct store_share *share = i < shares->n ? &shares->at[i] : shares_add(shares, name);
	if (!share)
		return false;
	share->n++;
	share->answered += tell->is_answered;
	share->resolved += tell->is_resolved;
	share->due += tell->due;
	share->met += tell->met;
	return true;
}

static void add_sums(struct walk *w, sqlite3_stmt *st, const struct tell *tell)
{
	struct store_figures *f = w->f;
	f->tickets++;
	f->answered += tell->is_answered;
	f->resolved += tell->is_resolved;
	f->levels_due += tell->due;
	f->levels_met += tell->met;
	f->reopened += sqlite3_column_int64(st, C_ROUND) > 1;
	f->escalated += sqlite3_column_int64(st, C_ESCALATION) > 0;
	f->repeated += sqlite3_column_int64(st, C_CONTACTS) > 1;
	if (f->n_parts == 0)
		return;
	struct store_part *part =
		&f->parts[figures_part(w->period, sqlite3_column_int64(st, C_RECEIVED))];
	part->tickets++;
	part->answered += tell->is_answered;
	part->resolved += tell->is_resolved;
	part->due += tell->due;
	part->met += tell->met;
}

static bool add_spans(struct walk *w, sqlite3_stmt *st, const struct tell *tell)
{
	int64_t received = sqlite3_column_int64(st, C_RECEIVED);
	return (!tell->is_answered ||
		add_span(&w->response, column_time(st, C_FIRST_RESPONSE) - received)) &&
	       (!tell->is_resolved ||
		add_span(&w->resolution, column_time(st, C_RESOLVED) - received));
}

static bool add_topic(struct walk *w, sqlite3_stmt *st, const struct tell *tell)
{
	struct topic_of ticket = {
		.id = sqlite3_column_int64(st, C_ID),
		.contacts = sqlite3_column_int64(st, C_CONTACTS),
		.reach = sqlite3_column_int64(st, C_REACH),
		.is_leader = sqlite3_column_type(st, C_LEADER) == SQLITE_NULL,
		.is_complaint = heard_str_is(column_str(st, C_INTENT), "complaint"),
		.is_high = sqlite3_column_int(st, C_PRIORITY) == STORE_HIGH,
		.is_resolved = tell->is_resolved,
		.category = column_str(st, C_CATEGORY),
		.subcategory = column_str(st, C_SUBCATEGORY),
		.product = column_str(st, C_PRODUCT),
		.board = column_str(st, C_BOARD),
	};
	return topics_add(w->topics, &ticket);
}

static int add_ticket(struct walk *w, sqlite3_stmt *st, struct heard_error *err)
{
	struct tell tell = tell_of(w, st);
	enum store_priority priority = priority_of_number(sqlite3_column_int64(st, C_PRIORITY));
	add_sums(w, st, &tell);
	if (add_spans(w, st, &tell) && add_topic(w, st, &tell) &&
	    add_share(&w->f->priorities, heard_str(store_priority_name(priority)), &tell) &&
	    add_share(&w->f->departments, column_str(st, C_DEPARTMENT), &tell))
		return 0;
	return heard_fail(err, ENOMEM, "out of memory");
}

static int walk(struct store *store, struct walk *w, struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_TICKET_FIGURES, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, w->period->from);
	sqlite3_bind_int64(st, 2, w->period->to);
	int more;
	while ((more = store_step(store, st, err)) > 0)
		if ((more = add_ticket(w, st, err)) < 0)
			break;
	sqlite3_reset(st);
	return more;
}

int figures_tickets(struct store *store, const struct store_period *p, struct store_figures *f,
		    struct heard_error *err)
{
	struct walk w = {.period = p, .f = f, .topics = topics_create()};
	int result = w.topics ? walk(store, &w, err) : heard_fail(err, ENOMEM, "out of memory");
	if (result == 0) {
		f->first_response = median(&w.response);
		f->resolution = median(&w.resolution);
		topics_take(w.topics, &f->topics);
		shares_sort(&f->departments);
		shares_sort(&f->priorities);
	}
	topics_destroy(w.topics);
	free(w.response.at);
	free(w.resolution.at);
	return result;
}
