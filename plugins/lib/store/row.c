/*
 * row.c - a ticket between the table and one's hands.
 */
#include "row.h"
#include "load.h"

#include <heard/error.h>

#include <errno.h>

enum { ROW_TEXT = 128 << 20, ROW_TEXTS = 11 };

/* Copies column i; the view is set when the buffer no longer moves. */
static size_t keep_text(struct ticket_row *row, sqlite3_stmt *st, int i)
{
	struct heard_str text = column_str(st, i);
	heard_buf_str(&row->text, text);
	return text.len;
}

/* Columns 1 to ROW_TEXTS, in the order of ST_READ_ROW. */
static int read_texts(struct ticket_row *row, sqlite3_stmt *st, struct heard_error *err)
{
	struct heard_str *const into[ROW_TEXTS] = {
		&row->category,	  &row->department, &row->assignee, &row->intent,
		&row->subject,	  &row->excerpt,    &row->channel,  &row->product,
		&row->author_key, &row->source,	    &row->lang,
	};
	size_t lengths[ROW_TEXTS], at = 0;
	for (int i = 0; i < ROW_TEXTS; i++)
		lengths[i] = keep_text(row, st, 1 + i);
	if (row->text.failed)
		return heard_fail(err, ENOMEM, "no memory for the texts of a ticket");
	for (int i = 0; i < ROW_TEXTS; at += lengths[i++])
		*into[i] = heard_str_n(lengths[i] ? row->text.ptr + at : NULL, lengths[i]);
	row->had_assignee = row->assignee;
	return 0;
}

static void read_numbers(struct ticket_row *row, sqlite3_stmt *st)
{
	enum { NUMBERS = 1 + ROW_TEXTS };
	int64_t *const times[] = {
		&row->received_at, &row->first_response_at,
		&row->resolved_at, &row->waiting_since,
		&row->began,	   &row->answered_at,
		&row->asked_at,
	};
	int64_t *const counts[] = {
		&row->round,	  &row->contacts, &row->reach,	&row->handovers,
		&row->escalation, &row->fired,	  &row->leader, &row->merged_into,
	};
	int at = NUMBERS;
	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++)
		*times[i] = column_time(st, at++);
	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++)
		*counts[i] = sqlite3_column_int64(st, at++);
	for (int kind = 0; kind < SLA_KINDS; kind++) {
		row->clock[kind].due = column_time(st, at++);
		row->clock[kind].left = column_time(st, at++); /* the same "none" */
		row->paused[kind] = sqlite3_column_int64(st, at++);
	}
	int state = store_state_find(column_str(st, at++));
	row->state = state < 0 ? STORE_MERGED : (enum store_state)state;
	row->priority = priority_of_number(sqlite3_column_int64(st, at++));
	struct heard_str token = column_str(st, at++);
	if (token.len == STORE_TOKEN)
		store_token_format((const unsigned char *)token.ptr, row->token);
	row->is_erased = sqlite3_column_int(st, at) != 0;
	if (row->began == HEARD_TIME_NONE)
		row->began = row->received_at;
	row->was_live = store_state_is_live(row->state);
}

int row_read(struct store *store, int64_t ticket, struct ticket_row *row,
	     struct heard_error *err)
{
	*row = (struct ticket_row){.id = ticket};
	heard_buf_init(&row->text, ROW_TEXT);
	sqlite3_stmt *st = store_st(store, ST_READ_ROW, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, ticket);
	int found = store_step(store, st, err);
	if (found < 0)
		return found;
	if (found == 0)
		return heard_fail(err, ENOENT, "there is no ticket %lld", (long long)ticket);
	int result = read_texts(row, st, err);
	read_numbers(row, st);
	sqlite3_reset(st);
	return result;
}

/* An agent's load is how many live tickets are theirs. */
static int keep_loads(struct store *store, struct ticket_row *row, struct heard_error *err)
{
	bool is_live = store_state_is_live(row->state);
	if (is_live == row->was_live && heard_str_eq(row->assignee, row->had_assignee))
		return 0;
	if (row->was_live && load_add(store, row->had_assignee, -1, err))
		return -err->code;
	if (is_live && load_add(store, row->assignee, 1, err))
		return -err->code;
	row->was_live = is_live;
	row->had_assignee = row->assignee;
	return 0;
}

int row_write(struct store *store, struct ticket_row *row, struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_WRITE_ROW, err);
	if (!st)
		return -err->code;
	const int64_t times[] = {
		row->first_response_at, row->resolved_at, row->waiting_since,	    row->began,
		row->answered_at,	row->asked_at,	  clocks_alarm(store, row),
	};
	const int64_t counts[] = {
		row->round, row->contacts,	    row->handovers,  row->escalation,
		row->fired, (int64_t)row->priority, clocks_due(row),
	};
	int at = 1;
	sqlite3_bind_int64(st, at++, row->id);
	bind_text(st, at++, heard_str(store_state_name(row->state)));
	bind_text(st, at++, row->assignee);
	bind_text(st, at++, row->department);
	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++)
		bind_time(st, at++, times[i]);
	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++)
		sqlite3_bind_int64(st, at++, counts[i]);
	for (int kind = 0; kind < SLA_KINDS; kind++) {
		bind_time(st, at++, row->clock[kind].due);
		bind_time(st, at++, row->clock[kind].left);
		sqlite3_bind_int64(st, at++, row->paused[kind]);
	}
	if (store_run(store, st, err))
		return -err->code;
	return keep_loads(store, row, err);
}

void row_release(struct ticket_row *row)
{
	heard_buf_release(&row->text);
}
