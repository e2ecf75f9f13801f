/*
 * store_fixture.h - a store in a folder of its own, and records to put into it.
 */
#ifndef STORE_FIXTURE_H
#define STORE_FIXTURE_H

#include <heard/error.h>
#include <heard/time.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <heard/json.h>

#include <sla/sla.h>
#include <store/sqlite.h>

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NOW INT64_C(1767323045678) /* 2026-01-02T03:04:05.678Z */

struct fixture {
	char folder[64], path[96], search[96];
	struct store *store;
	struct heard_error err;
	char lines[64][1024]; /* of records made by a_record, in a ring */
	unsigned made;
	struct store_rules rules;
	char text[1 << 16]; /* what history_of and the like give back         */
};

#define MINUTES(n) (INT64_C(60000) * (n))
#define HOURS(n)   MINUTES(60 * (n))
#define DAYS(n)	   HOURS(24 * (n))

static inline int fixture_open(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	snprintf(f->folder, sizeof(f->folder), "/tmp/heard-store-XXXXXX");
	if (!f || !mkdtemp(f->folder))
		return -1;
	snprintf(f->path, sizeof(f->path), "%s/tickets.db", f->folder);
	snprintf(f->search, sizeof(f->search), "%s/tickets-search.db", f->folder);
	if (store_open(&f->store, f->path, STORE_CREATE, &f->err))
		fail_msg("%s", f->err.text);
	f->rules = store_default_rules;
	store_set_rules(f->store, &f->rules);
	*state = f;
	return 0;
}

/* As after a restart. */
static inline void open_again(struct fixture *f)
{
	store_close(f->store);
	if (store_open(&f->store, f->path, STORE_CREATE, &f->err))
		fail_msg("%s", f->err.text);
	store_set_rules(f->store, &f->rules);
}

static inline int fixture_close(void **state)
{
	struct fixture *f = *state;
	static const char *const names[] = {"tickets.db", "tickets-search.db"};
	static const char *const ends[] = {"", "-wal", "-shm", ".lock"};
	char path[128];
	store_close(f->store);
	for (size_t i = 0; i < 8; i++) {
		snprintf(path, sizeof(path), "%s/%s%s", f->folder, names[i / 4], ends[i % 4]);
		unlink(path);
	}
	rmdir(f->folder);
	free(f);
	return 0;
}

/* Number n of a row of different records; of no intent, so without a ticket. */
static inline struct store_record a_record(struct fixture *f, unsigned n, const char *body)
{
	char *line = f->lines[f->made++ % 64];
	snprintf(line, sizeof(f->lines[0]),
		 "{\"id\":\"%08x-0000-7000-8000-000000000000\",\"body\":\"%s\"}", n, body);
	struct store_record rec = {.received_at = NOW,
				   .line = heard_str(line),
				   .source = HEARD_STR("shop/http"),
				   .channel = HEARD_STR("web"),
				   .body = heard_str(body),
				   .nps = NAN,
				   .csat = NAN,
				   .ces = NAN,
				   .rating = NAN,
				   .rating_max = NAN};
	for (int i = 0; i < 4; i++)
		rec.id[i] = rec.token[i] = (unsigned char)(n >> (24 - 8 * i));
	rec.id[6] = 0x70;
	rec.id[8] = 0x80;
	rec.token[15] = 7;
	return rec;
}

static inline struct store_record a_complaint(struct fixture *f, unsigned n, const char *body)
{
	struct store_record rec = a_record(f, n, body);
	rec.intent = HEARD_STR_OF("complaint");
	return rec;
}

/* One transaction for each. */
static inline enum store_fate put(struct fixture *f, struct store_record rec)
{
	enum store_fate fate;
	if (store_begin(f->store, &f->err) || store_put(f->store, &rec, NOW, &fate, &f->err) ||
	    store_commit(f->store, "shop/tickets", 0, &f->err))
		fail_msg("%s", f->err.text);
	return fate;
}

/* ---- people, and what they do */

/* A complaint of a person, at a time. */
static inline struct store_record a_word(struct fixture *f, unsigned n, const char *person,
					 const char *body, int64_t at)
{
	struct store_record rec = a_complaint(f, n, body);
	rec.author_key = heard_str(person);
	rec.received_at = at;
	return rec;
}

static inline struct store_act by_anna(int64_t ticket, int64_t at)
{
	return (struct store_act){.ticket = ticket, .at = at, .who = HEARD_STR("anna")};
}

static inline int move_to(struct fixture *f, int64_t ticket, enum store_state to, int64_t at)
{
	struct store_act act = by_anna(ticket, at);
	return store_ticket_move(f->store, &act, to, &f->err);
}

static inline void must_move(struct fixture *f, int64_t ticket, enum store_state to, int64_t at)
{
	if (move_to(f, ticket, to, at))
		fail_msg("%s", f->err.text);
}

static inline int64_t answer_it(struct fixture *f, int64_t ticket, const char *text, int64_t at)
{
	int64_t answer;
	struct store_act act = by_anna(ticket, at);
	if (store_ticket_reply(f->store, &act, heard_str(text), heard_str(NULL), &answer,
			       &f->err))
		fail_msg("%s", f->err.text);
	return answer;
}

/* All that is due; when to come again. */
static inline int64_t ring(struct fixture *f, int64_t now)
{
	int64_t next;
	do
		if (store_alarms(f->store, now, &next, &f->err))
			fail_msg("%s", f->err.text);
	while (next != HEARD_TIME_NONE && next <= now);
	return next;
}

/* ---- looking */

struct shot { /* of a ticket, with texts of its own */
	struct store_ticket is;
	char assignee[64], department[64], source[64], lang[16], subject[64], board[64];
};

static inline void take_shot(void *arg, const struct store_ticket *t)
{
	struct shot *shot = arg;
	shot->is = *t;
	snprintf(shot->assignee, sizeof(shot->assignee), "%.*s", HEARD_ARG(t->assignee));
	snprintf(shot->department, sizeof(shot->department), "%.*s", HEARD_ARG(t->department));
	snprintf(shot->source, sizeof(shot->source), "%.*s", HEARD_ARG(t->source));
	snprintf(shot->lang, sizeof(shot->lang), "%.*s", HEARD_ARG(t->lang));
	snprintf(shot->subject, sizeof(shot->subject), "%.*s", HEARD_ARG(t->subject));
	snprintf(shot->board, sizeof(shot->board), "%.*s", HEARD_ARG(t->board));
}

static inline struct shot look(struct fixture *f, int64_t ticket)
{
	struct shot shot;
	if (store_ticket(f->store, ticket, take_shot, &shot, &f->err))
		fail_msg("%s", f->err.text);
	return shot;
}

static inline void add_text(struct fixture *f, const char *format, ...)
{
	va_list args;
	size_t n = strlen(f->text);
	va_start(args, format);
	vsnprintf(f->text + n, sizeof(f->text) - n, format, args);
	va_end(args);
}

static inline void add_history(void *arg, const struct store_event *e)
{
	add_text(arg, "%.*s %.*s>%.*s;", HEARD_ARG(e->what), HEARD_ARG(e->from),
		 HEARD_ARG(e->to));
}

/* "created >new;status new>open;" */
static inline const char *history_of(struct fixture *f, int64_t ticket)
{
	f->text[0] = '\0';
	if (store_history(f->store, ticket, add_history, f, &f->err))
		fail_msg("%s", f->err.text);
	return f->text;
}

static inline void add_event(void *arg, int64_t n, struct heard_str line)
{
	struct fixture *f = arg;
	struct heard_json_doc *doc = heard_json_parse(line, 1 << 20, &f->err);
	if (!doc)
		fail_msg("event %lld: %s", (long long)n, f->err.text);
	const struct heard_json *root = heard_json_root(doc);
	const struct heard_json *more = heard_json_member(root, "attributes");
	struct heard_str kind = heard_json_string(more, "kind");
	add_text(f, "%.*s#%lld%s%.*s;", HEARD_ARG(heard_json_string(root, "event")),
		 (long long)heard_json_member(more, "ticket")->integer, kind.len ? ":" : "",
		 HEARD_ARG(kind));
	heard_json_destroy(doc);
}

/* "created#1;breached#1:resolution;", all that are there. */
static inline const char *events_of(struct fixture *f)
{
	f->text[0] = '\0';
	if (store_events(f->store, 0, 0, add_event, f, &f->err))
		fail_msg("%s", f->err.text);
	return f->text;
}

static inline void forget_events(struct fixture *f)
{
	if (store_events_done(f->store, INT64_MAX, &f->err))
		fail_msg("%s", f->err.text);
}

static inline int64_t number_of(struct fixture *f, const char *sql)
{
	int64_t n;
	if (db_int(f->store->db, sql, -1, &n, &f->err))
		fail_msg("%s", f->err.text);
	return n;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

#endif
