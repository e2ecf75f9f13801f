/*
 * event.c - what happened to tickets, for whoever wants to be told.
 *
 * An event is a row in the transaction of what it tells, so neither is without the
 * other.  Its number is never given out again, which makes its source id name one
 * event for ever: to emit it twice is harmless.  The row is the complete record; what
 * it says of the customer is copied from their last record as it stands there, masked
 * and sealed.
 */
#include "row.h"

#include <heard/error.h>
#include <heard/json.h>

#include <errno.h>
#include <stdio.h>

enum { EVENT_BYTES = 8 << 20, LINE_BYTES = 64 << 20 };

/* ---- the record */

static void put_text(struct heard_json_out *out, const char *key, struct heard_str text)
{
	if (text.len)
		heard_json_str(out, key, text);
}

static void put_time(struct heard_json_out *out, const char *key, int64_t at)
{
	char text[HEARD_TIME_SIZE];
	if (at == HEARD_TIME_NONE || at == DUE_NEVER)
		return;
	heard_time_format(at, text);
	heard_json_str(out, key, heard_str(text));
}

/* Text and contacts of the customer's last record. */
static void put_customer(struct heard_json_out *out, const struct heard_json *record)
{
	static const char *const texts[] = {"body", "order", "store", "region"};
	static const char *const author[] = {"name", "email", "phone", "id", "key"};
	const struct heard_json *who = heard_json_member(record, "author");
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		put_text(out, texts[i], heard_json_string(record, texts[i]));
	if (!who || who->type != HEARD_JSON_OBJECT)
		return;
	heard_json_begin(out, "author", '{');
	for (size_t i = 0; i < sizeof(author) / sizeof(*author); i++)
		put_text(out, author[i], heard_json_string(who, author[i]));
	heard_json_end(out, '}');
}

static void put_ticket(struct heard_json_out *out, const struct ticket_row *row)
{
	put_text(out, "channel", row->channel);
	put_text(out, "lang", row->lang);
	put_text(out, "subject", row->subject.len ? row->subject : row->excerpt);
	put_text(out, "product", row->product);
	put_text(out, "intent", row->intent);
	put_text(out, "category", row->category);
	put_text(out, "priority", heard_str(store_priority_name(row->priority)));
	put_text(out, "department", row->department);
}

/* What a bounce says, for whoever is not to write there any more. */
static void put_mail(struct heard_json_out *out, struct heard_str line)
{
	static const char *const names[] = {"mail.answers", "mail.automatic", "mail.bounced",
					    "mail.status", "mail.action"};
	struct heard_error ignored;
	struct heard_json_doc *doc = line.len ? heard_json_parse(line, LINE_BYTES, &ignored)
					      : NULL;
	const struct heard_json *said = doc ? heard_json_member(heard_json_root(doc),
								"attributes")
					    : NULL;
	for (size_t i = 0; said && i < sizeof(names) / sizeof(*names); i++)
		put_text(out, names[i], heard_json_string(said, names[i]));
	heard_json_destroy(doc);
}

static void put_attributes(struct heard_json_out *out, const struct store *store,
			   const struct ticket_row *row, const struct event_more *more)
{
	const struct store_department *department = department_find(store, row->department);
	heard_json_begin(out, "attributes", '{');
	heard_json_int(out, "ticket", row->id);
	put_text(out, "token", heard_str(row->token));
	put_text(out, "state", heard_str(store_state_name(row->state)));
	put_text(out, "assignee", row->assignee);
	put_text(out, "lead", department ? department->lead : heard_str_n(NULL, 0));
	put_time(out, "due", more->kind ? more->due : clocks_due(row));
	put_text(out, "kind", heard_str(more->kind));
	heard_json_int(out, "round", row->round);
	heard_json_int(out, "reach", row->reach);
	heard_json_int(out, "contacts", row->contacts);
	put_text(out, "reason", more->reason);
	put_text(out, "answer", more->answer);
	put_text(out, "follow_up", more->follow_up);
	put_mail(out, more->mail);
	heard_json_end(out, '}');
}

struct event {
	const char *what;
	int64_t n, at;
};

static void put_event(struct heard_buf *buf, const struct store *store,
		      const struct event *event, const struct ticket_row *row,
		      const struct event_more *more, struct heard_str line)
{
	struct heard_json_out out = {.buf = buf};
	struct heard_error ignored; /* a line that is no JSON says nothing */
	char source_id[64];
	struct heard_json_doc *doc = line.len ? heard_json_parse(line, LINE_BYTES, &ignored)
					      : NULL;
	snprintf(source_id, sizeof(source_id), "ticket/%lld/%lld", (long long)row->id,
		 (long long)event->n);
	heard_json_begin(&out, NULL, '{');
	heard_json_str(&out, "source_id", heard_str(source_id));
	heard_json_str(&out, "event", heard_str(event->what));
	put_time(&out, "created_at", event->at);
	put_ticket(&out, row);
	put_customer(&out, doc ? heard_json_root(doc) : NULL);
	put_attributes(&out, store, row, more);
	heard_json_end(&out, '}');
	heard_json_destroy(doc);
}

/* ---- the outbox */

/* One that is too large goes without what the customer wrote, rather than holding up
 * the batch for ever. */
static void make_line(struct heard_buf *buf, struct store *store, const struct event *event,
		      const struct ticket_row *row, const struct event_more *more,
		      struct heard_str record)
{
	put_event(buf, store, event, row, more, record);
	if (!buf->failed)
		return;
	heard_buf_clear(buf);
	put_event(buf, store, event, row, more, heard_str(NULL));
}

static int put_row(struct store *store, struct heard_buf *line, struct heard_error *err)
{
	if (line->failed)
		return heard_fail(err, ENOMEM, "no memory for an event");
	sqlite3_stmt *st = store_st(store, ST_PUT_EVENT, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, store->last_event + 1);
	bind_blob(st, 2, heard_buf_view(line));
	if (store_run(store, st, err))
		return -err->code;
	store->last_event++;
	return 0;
}

int event_tell(struct store *store, const char *what, const struct ticket_row *row, int64_t at,
	       const struct event_more *more, struct heard_error *err)
{
	static const struct event_more nothing = {.kind = NULL};
	if (!store->rules->events)
		return 0;
	sqlite3_stmt *st = store_st(store, ST_LAST_LINE, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, row->id);
	int found = store_step(store, st, err);
	if (found < 0)
		return found;
	struct event event = {what, store->last_event + 1, at};
	struct heard_buf buf;
	heard_buf_init(&buf, EVENT_BYTES);
	make_line(&buf, store, &event, row, more ? more : &nothing,
		  found ? column_str(st, 0) : heard_str_n(NULL, 0));
	sqlite3_reset(st);
	int result = put_row(store, &buf, err);
	heard_buf_release(&buf);
	return result;
}

int store_events(struct store *store, int64_t after, int64_t limit,
		 void (*fn)(void *arg, int64_t n, struct heard_str line), void *arg,
		 struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_EVENTS, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, after);
	sqlite3_bind_int64(st, 2, limit > 0 ? limit : -1);
	int more;
	while ((more = store_step(store, st, err)) > 0)
		fn(arg, sqlite3_column_int64(st, 0), column_str(st, 1));
	return more;
}

int store_events_done(struct store *store, int64_t up_to, struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_EVENTS_DONE, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, up_to);
	return store_run(store, st, err);
}
