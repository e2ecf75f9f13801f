/*
 * erase.c - the right to be forgotten: all that one person said is taken out.
 *
 * What goes: text, contacts, attachments and their names, the person's key, tokens, and what
 * agents wrote about it in notes and answers.  What stays is what figures need: that
 * there was a record, when, by which channel, its scores and its classes.  A record
 * keeps its id, so that it is known when the journal hands it over again.  History
 * keeps its lines, and has one more that says who erased and why.
 *
 * Bytes are overwritten, not only unlinked: SQLite does so in its pages (secure_delete
 * in db.c), and afterwards the write-ahead log is emptied.  The search index, which is another
 * thread's, is told by the table `erased` (forget.c); until it has followed, a search
 * finds nothing, for it looks at the record itself.
 *
 * A person's records are found by looking at each one, which takes as long as reading
 * the file does.  So it is done without the lock of writers, and only what came
 * meanwhile is looked at under it.
 */
#include "erase.h"

#include "row.h"

#include <heard/error.h>
#include <heard/json.h>

#include <errno.h>
#include <stdlib.h>

enum { LINE_MAX_BYTES = 64 << 20, KEY_MAX = 256 };

/* ---- numbers */

int numbers_add(struct numbers *list, int64_t number, struct heard_error *err)
{
	if (list->n == list->room) {
		size_t room = list->room ? 2 * list->room : 64;
		int64_t *at = reallocarray(list->at, room, sizeof(*at));
		if (!at)
			return heard_fail(err, ENOMEM, "out of memory");
		list->at = at;
		list->room = room;
	}
	list->at[list->n++] = number;
	return 0;
}

bool numbers_have(const struct numbers *list, int64_t number)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->at[i] == number)
			return true;
	return false;
}

void numbers_release(struct numbers *list)
{
	free(list->at);
	*list = (struct numbers){.n = 0};
}

/* ---- what is left of a record */

static void keep_scalar(struct heard_json_out *out, const struct heard_json *of,
			const char *name)
{
	const struct heard_json *value = heard_json_member(of, name);
	if (value && value->type == HEARD_JSON_STRING)
		heard_json_str(out, name, value->string);
	else if (value && value->type == HEARD_JSON_INT)
		heard_json_int(out, name, value->integer);
	else if (value && value->type == HEARD_JSON_NUMBER)
		heard_json_num(out, name, value->number);
}

static void keep_one_of(struct heard_json_out *out, const struct heard_json *record,
			const char *family, const char *name)
{
	const struct heard_json *of = heard_json_member(record, family);
	if (!heard_json_member(of, name))
		return;
	heard_json_begin(out, family, '{');
	keep_scalar(out, of, name);
	heard_json_end(out, '}');
}

static void keep_line(struct heard_buf *buf, const struct heard_json *record)
{
	static const char *const kept[] = {
		"id",	  "source",	"revision", "op",	   "channel",  "received_at",
		"lang",	  "rating",	"nps",	    "rating_max",  "csat",     "ces",
		"intent", "department", "category", "subcategory", "priority", "product"};
	struct heard_json_out out = {.buf = buf};
	heard_json_begin(&out, NULL, '{');
	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++)
		keep_scalar(&out, record, kept[i]);
	keep_one_of(&out, record, "spam", "verdict");
	keep_one_of(&out, record, "sentiment", "label");
	keep_one_of(&out, record, "attributes", "survey.name");
	heard_json_begin(&out, "tags", '[');
	heard_json_str(&out, NULL, HEARD_STR_OF("erased"));
	heard_json_end(&out, ']');
	heard_json_end(&out, '}');
}

/* By the conversation a source would lead back to this person. */
static int drop_thread(struct store *store, int64_t ticket, const struct heard_json *record,
		       struct heard_error *err)
{
	struct heard_str thread = heard_json_string(record, "thread");
	sqlite3_stmt *st = thread.len ? store_st(store, ST_DROP_THREAD, err) : NULL;
	if (!st)
		return thread.len ? -err->code : 0;
	bind_text(st, 1, thread);
	bind_text(st, 2, heard_json_string(record, "source"));
	sqlite3_bind_int64(st, 3, ticket);
	return store_run(store, st, err);
}

static int drop_answers_to(struct store *store, int64_t record, int64_t ticket,
			   struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_ERASE_ANSWERS_TO, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, record);
	sqlite3_bind_int64(st, 2, ticket);
	return store_run(store, st, err);
}

static int replace_line(struct store *store, int64_t record, struct heard_str line,
			struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_NOTE_ERASED, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, record);
	if (store_run(store, st, err) || attachment_forget(store, record, err) ||
	    !(st = store_st(store, ST_ERASE_RECORD, err)))
		return -err->code;
	sqlite3_bind_int64(st, 1, record);
	bind_blob(st, 2, line);
	return store_run(store, st, err);
}

static int erase_parsed(struct store *store, int64_t record, int64_t ticket,
			const struct heard_json *was, struct heard_error *err)
{
	struct heard_buf buf;
	heard_buf_init(&buf, LINE_MAX_BYTES);
	keep_line(&buf, was);
	int result = buf.failed ? heard_fail(err, ENOMEM, "out of memory")
				: replace_line(store, record, heard_buf_view(&buf), err);
	heard_buf_release(&buf);
	if (result || ticket == 0)
		return result;
	if (drop_answers_to(store, record, ticket, err) || drop_thread(store, ticket, was, err))
		return -err->code;
	return 0;
}

int erase_record(struct store *store, int64_t record, struct heard_error *err)
{
	struct heard_error ignored; /* a line that is no JSON keeps nothing */
	sqlite3_stmt *st = store_st(store, ST_READ_RECORD, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, record);
	int found = store_step(store, st, err);
	if (found <= 0)
		return found;
	int64_t ticket = sqlite3_column_int64(st, 0);
	struct heard_json_doc *doc = heard_json_parse(column_str(st, 1), LINE_MAX_BYTES,
						      &ignored);
	sqlite3_reset(st); /* the tree has a copy */
	int result = erase_parsed(store, record, ticket, doc ? heard_json_root(doc) : NULL,
				  err);
	heard_json_destroy(doc);
	return result;
}

/* ---- what is left of a ticket */

static int erase_words(struct store *store, int64_t ticket, struct heard_error *err)
{
	static const enum statement all[] = {ST_ERASE_TICKET, ST_ERASE_NOTES, ST_ERASE_ANSWERS,
					     ST_ERASE_FOLLOW_UPS};
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		sqlite3_stmt *st = store_st(store, all[i], err);
		if (!st)
			return -err->code;
		sqlite3_bind_int64(st, 1, ticket);
		if (store_run(store, st, err))
			return -err->code;
	}
	return 0;
}

/* Nobody can act on what is not there any more. */
static int close_live(struct store *store, const struct store_act *act, struct heard_error *err)
{
	struct ticket_row row;
	int result = row_read(store, act->ticket, &row, err);
	if (result == 0 && store_state_is_live(row.state)) {
		result = move_and_tell(store, &row, act, STORE_CLOSED, err);
		if (result == 0)
			result = row_write(store, &row, err);
	}
	row_release(&row);
	return result;
}

int erase_ticket(struct store *store, const struct store_act *act, struct heard_error *err)
{
	if (erase_words(store, act->ticket, err) ||
	    history_add(store, act, "erased", NULL, NULL, err))
		return -err->code;
	return close_live(store, act, err);
}

/* ---- a person */

struct person {
	struct heard_str key;
	struct heard_buf needle; /* how a line says whose it is */
	struct numbers records, tickets, touched;
	int64_t looked; /* at records up to this number */
};

static bool is_by(struct heard_str line, struct heard_str key)
{
	struct heard_error ignored;
	struct heard_json_doc *doc = heard_json_parse(line, LINE_MAX_BYTES, &ignored);
	const struct heard_json *root = doc ? heard_json_root(doc) : NULL;
	bool same = heard_str_eq(heard_json_string(heard_json_member(root, "author"), "key"),
				 key);
	heard_json_destroy(doc);
	return same;
}

static int find_records(struct store *store, struct person *who, struct heard_error *err)
{
	int64_t last;
	sqlite3_stmt *st;
	if (store_last(store, &last, err) || !(st = store_st(store, ST_FIND_WORDS, err)))
		return -err->code;
	sqlite3_bind_int64(st, 1, who->looked);
	sqlite3_bind_int64(st, 2, last);
	bind_blob(st, 3, heard_buf_view(&who->needle));
	int more = 0, result = 0;
	while (result == 0 && (more = store_step(store, st, err)) > 0)
		if (is_by(column_str(st, 1), who->key))
			result = numbers_add(&who->records, sqlite3_column_int64(st, 0), err);
	sqlite3_reset(st);
	who->looked = last;
	return result ? result : more;
}

static int find_tickets(struct store *store, struct person *who, struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_TICKETS_OF, err);
	if (!st)
		return -err->code;
	bind_text(st, 1, who->key);
	int more = 0, result = 0;
	while (result == 0 && (more = store_step(store, st, err)) > 0)
		result = numbers_add(&who->tickets, sqlite3_column_int64(st, 0), err);
	sqlite3_reset(st);
	return result ? result : more;
}

/* The tickets of others in which this person said something. */
static int note_touched(struct store *store, struct person *who, int64_t record,
			struct heard_error *err)
{
	int64_t ticket;
	sqlite3_stmt *st = store_st(store, ST_RECORD_TICKET_OF, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, record);
	int found = store_step(store, st, err);
	ticket = found > 0 ? sqlite3_column_int64(st, 0) : 0;
	sqlite3_reset(st);
	if (found < 0 || ticket == 0 || numbers_have(&who->tickets, ticket) ||
	    numbers_have(&who->touched, ticket))
		return found < 0 ? found : 0;
	return numbers_add(&who->touched, ticket, err);
}

static int erase_events(struct store *store, struct person *who, struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_ERASE_EVENTS, err);
	if (!st)
		return -err->code;
	bind_blob(st, 1, heard_buf_view(&who->needle));
	if (store_run(store, st, err) || !(st = store_st(store, ST_DROP_THREADS_OF, err)))
		return -err->code;
	bind_text(st, 1, who->key);
	return store_run(store, st, err);
}

/* If nobody else said anything in it, then its subject and notes are of this person,
 * whatever key it was made with: an edit may have come with another one. */
static int erase_touched(struct store *store, const struct store_act *act,
			 struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_RECORDS_OF, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, act->ticket);
	int found = store_step(store, st, err);
	sqlite3_reset(st);
	if (found < 0)
		return found;
	return found ? history_add(store, act, "erased", NULL, NULL, err)
		     : erase_ticket(store, act, err);
}

static int erase_all(struct store *store, struct person *who, const struct store_act *given,
		     struct heard_error *err)
{
	struct store_act act = *given;
	if (find_records(store, who, err) || find_tickets(store, who, err) ||
	    erase_events(store, who, err))
		return -err->code;
	for (size_t i = 0; i < who->records.n; i++)
		if (note_touched(store, who, who->records.at[i], err) ||
		    erase_record(store, who->records.at[i], err))
			return -err->code;
	for (size_t i = 0; i < who->tickets.n; i++) {
		act.ticket = who->tickets.at[i];
		if (erase_ticket(store, &act, err))
			return -err->code;
	}
	for (size_t i = 0; i < who->touched.n; i++) {
		act.ticket = who->touched.at[i];
		if (erase_touched(store, &act, err))
			return -err->code;
	}
	return 0;
}

static int erase_person(struct store *store, struct person *who, const struct store_act *act,
			struct heard_error *err)
{
	heard_buf_puts(&who->needle, "\"key\":");
	heard_json_put_str(&who->needle, who->key);
	if (who->needle.failed)
		return heard_fail(err, ENOMEM, "out of memory");
	if (find_records(store, who, err) || act_begin(store, err))
		return -err->code;
	return act_end(store, erase_all(store, who, act, err), err);
}

int store_erase(struct store *store, struct heard_str key, const struct store_act *act,
		int64_t *n_r, struct heard_error *err)
{
	struct person who = {.key = key};
	*n_r = 0;
	if (key.len == 0 || key.len > KEY_MAX)
		return heard_fail(err, EINVAL, "a person is named by author.key");
	heard_buf_init(&who.needle, 8 * KEY_MAX);
	int result = erase_person(store, &who, act, err);
	if (result == 0) {
		*n_r = (int64_t)(who.records.n + who.tickets.n);
		/* Somebody who reads at this moment keeps the log; it is reused then. */
		sqlite3_wal_checkpoint_v2(store->db, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL,
					  NULL);
	}
	heard_buf_release(&who.needle);
	numbers_release(&who.records);
	numbers_release(&who.tickets);
	numbers_release(&who.touched);
	return result;
}
