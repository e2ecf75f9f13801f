/*
 * enrich.c - filter: what is known elsewhere of a customer, an order or a product, and
 * which kind of customer wrote.
 *
 * A source is a SQLite database, a CSV file or an HTTP endpoint; each gives a row for a key
 * (lookup.h), from which fields are filled (fill.h) and segments told (segment.h).  The
 * filter has a loop of its own, so the look-ups may block and need no locks; for an endpoint
 * the batch waits and others pass.
 *
 * When the source fails, a record goes on as it is (on_failure = "go_on"), or its batch goes
 * back to where it came from (= "wait").  The log says so once, a metric always.
 */
#include "database.h"
#include "fill.h"
#include "listing.h"
#include "lookup.h"
#include "segment.h"
#include "service.h"

#include <ask/rest.h>

#include <heard/batch.h>
#include <heard/error.h>
#include <heard/gauge.h>
#include <heard/host.h>
#include <heard/person.h>
#include <heard/plugin.h>
#include <heard/record.h>
#include <heard/wait.h>

#include <errno.h>

enum on_failure { GO_ON, WAIT };

struct enrich {
	struct heard_host *host;
	/* options */
	const char *by, *database_path, *query, *file, *column;
	int charset, on_failure;
	struct service_options http;
	struct heard_map fields;
	struct segment_options segments;

	struct key key;
	struct wanted wanted;
	struct fill fill;
	struct segment segment;
	struct database *database;
	struct listing *listing;
	struct service *service;
	struct rest rest; /* of the database */

	bool one_person;

	bool has_source, is_told, is_told_left_out;
	uint64_t counts[LOOKUP_FAILED + 1], left_out;
};

/* ---- looking up what can be known at once */

static void enrich_tell(struct enrich *e, int rc, const char *why)
{
	if (rc < 0 && !e->is_told)
		heard_log(e->host, HEARD_WARN,
			  "the database does not help: %s; records go on as configured", why);
	if (rc >= 0 && e->is_told)
		heard_log(e->host, HEARD_NOTICE, "the database helps again");
	e->is_told = rc < 0;
	if (rc < 0)
		rest_failed(&e->rest, rest_clock(), -1);
	else
		rest_answered(&e->rest);
}

static void enrich_ask_database(struct enrich *e, struct heard_batch *b, struct lookup *l)
{
	struct heard_error err = {0};
	if (!rest_allows(&e->rest, rest_clock(), 0))
		return;
	l->values = heard_batch_alloc(b, (e->wanted.n + 1) * sizeof(*l->values));
	int rc = l->values != NULL ? database_get(e->database, l->key, b, l->values, &err)
				   : heard_fail(&err, ENOMEM, "no room for what is known");
	l->state = rc > 0 ? LOOKUP_FOUND : rc == 0 ? LOOKUP_NONE : LOOKUP_FAILED;
	enrich_tell(e, rc, err.text);
}

/* What is left open counts as failed. */
static void enrich_look_in_database(struct enrich *e, struct heard_batch *b,
				    const struct visit *v)
{
	struct heard_error err = {0};
	int64_t until = rest_clock() + e->http.patience;
	if (!rest_allows(&e->rest, rest_clock(), 0))
		return;
	int rc = v->n_lookups > 0 ? database_follow(e->database, &err) : 0;
	if (rc < 0)
		enrich_tell(e, rc, err.text);
	for (size_t i = 0; rc == 0 && i < v->n_lookups && rest_clock() <= until; i++)
		enrich_ask_database(e, b, v->lookups[i]);
}

static void enrich_ask_listing(struct enrich *e, struct heard_batch *b, struct lookup *l)
{
	struct heard_str values[WANTED_MAX];
	bool is_there = listing_get(e->listing, l->key, values);
	l->state = is_there ? LOOKUP_FOUND : LOOKUP_NONE;
	if (!is_there)
		return;
	l->values = heard_batch_alloc(b, (e->wanted.n + 1) * sizeof(*l->values));
	if (l->values == NULL)
		l->state = LOOKUP_FAILED;
	for (size_t i = 0; l->values != NULL && i < e->wanted.n; i++)
		l->values[i] = values[i]; /* setters copy */
}

/* 1: the batch waits. */
static int enrich_look_up(struct enrich *e, struct heard_batch *b, struct visit *v,
			  struct heard_error *err)
{
	if (e->service != NULL)
		return service_look_up(e->service, b, v, err);
	if (e->database != NULL)
		enrich_look_in_database(e, b, v);
	for (size_t i = 0; e->listing != NULL && i < v->n_lookups; i++)
		enrich_ask_listing(e, b, v->lookups[i]);
	return 0;
}

/* ---- records */

static void enrich_show(struct enrich *e)
{
	static const char *const labels[] = {
		[LOOKUP_FOUND] = "result=\"found\"",
		[LOOKUP_NONE] = "result=\"none\"",
		[LOOKUP_FAILED] = "result=\"failed\"",
	};
	struct heard_gauge gauges[LOOKUP_FAILED];
	for (int i = LOOKUP_FOUND; i <= LOOKUP_FAILED; i++)
		gauges[i - 1] = (struct heard_gauge){labels[i], (double)e->counts[i]};
	heard_gauge_set(e->host, "enrich_lookups",
			"Records looked up since the start, by result", gauges, LOOKUP_FAILED);
}

static int enrich_record(struct enrich *e, struct heard_record *r, const struct lookup *l)
{
	uint64_t before = e->left_out;
	const struct heard_str *values = l != NULL && l->state == LOOKUP_FOUND ? l->values
									       : NULL;
	int rc = values != NULL ? fill_record(&e->fill, r, values, &e->left_out) : 0;
	if (e->left_out > before && !e->is_told_left_out) {
		e->is_told_left_out = true;
		heard_log(e->host, HEARD_WARN,
			  "a value is neither a label nor a figure below a million, and "
			  "nothing masks behind this filter: it is left out; put the filter "
			  "before mask, or map the column to a field of author");
	}
	if (rc > 0 && e->one_person)
		heard_person_again(e->host, r);
	return rc >= 0 ? segment_record(&e->segment, r, values,
					l != NULL && l->state == LOOKUP_NONE,
					heard_now(e->host))
		       : rc;
}

static int enrich_finish(struct enrich *e, struct heard_batch *b, struct visit *v,
			 struct heard_error *err)
{
	bool failed = false;
	for (size_t i = 0; i < v->n_lookups; i++)
		if (v->lookups[i]->state == LOOKUP_OPEN)
			v->lookups[i]->state = LOOKUP_FAILED;
	for (size_t i = 0; i < v->n; i++) {
		if (v->at[i] == NULL)
			continue;
		e->counts[v->at[i]->state]++;
		failed |= v->at[i]->state == LOOKUP_FAILED;
	}
	if (e->has_source)
		enrich_show(e);
	if (failed && e->on_failure == WAIT && !v->cannot_ask)
		return heard_fail(err, EAGAIN, "what is known of a record could not be asked");
	for (size_t i = 0; i < v->n; i++) {
		struct heard_record *r = heard_batch_at(b, i);
		if (heard_record_is_live(r) && enrich_record(e, r, v->at[i]) != 0)
			return heard_fail(err, ENOMEM, "no room for what is known");
	}
	return 0;
}

static int enrich_process(void *self, void *lane, struct heard_batch *batch,
			  struct heard_error *err)
{
	struct enrich *e = self;
	struct visit *v = heard_waited(batch);
	(void)lane;
	if (v == NULL) {
		v = visit_create(batch, e->has_source ? &e->key : NULL);
		if (v == NULL)
			return heard_fail(err, ENOMEM, "no room to look records up");
		int rc = enrich_look_up(e, batch, v, err);
		if (rc != 0)
			return rc < 0 ? rc : 0;
	}
	return enrich_finish(e, batch, v, err);
}

/* ---- life */

static int enrich_check(struct enrich *e, struct heard_error *err)
{
	int sources = (e->database_path[0] != '\0') + (e->file[0] != '\0') +
		      (e->http.url[0] != '\0');
	e->has_source = sources > 0;
	if (sources > 1)
		return heard_fail(err, EINVAL,
				  "only one of database, file and url may be given");
	if (sources == 0 && (e->fields.n > 0 || e->by[0] != '\0'))
		return heard_fail(err, EINVAL, "one of database, file and url is missing");
	if (sources > 0 && e->by[0] == '\0')
		return heard_fail(
			err, EINVAL,
			"by is missing: the field that is the key, such as author.id");
	if (e->database_path[0] != '\0' && e->query[0] == '\0')
		return heard_fail(err, EINVAL, "query is missing: SELECT ... WHERE id = ?");
	if (e->file[0] != '\0' && e->column[0] == '\0')
		return heard_fail(err, EINVAL,
				  "column is missing: the header above the keys of the file");
	return 0;
}

static int enrich_open_source(struct enrich *e, struct heard_error *err)
{
	if (e->database_path[0] != '\0')
		e->database = database_open(e->database_path, e->query, &e->wanted,
					    e->http.timeout, err);
	else if (e->file[0] != '\0')
		e->listing = listing_open(e->file, charset_named((size_t)e->charset), e->column,
					  &e->key, &e->wanted, err);
	else if (e->http.url[0] != '\0')
		e->service = service_create(e->host, &e->http, &e->wanted, err);
	else
		return 0;
	return e->database != NULL || e->listing != NULL || e->service != NULL ? 0 : -err->code;
}

static int enrich_open(void *self, struct heard_host *host, struct heard_error *err)
{
	struct enrich *e = self;
	e->host = host;
	int rc = enrich_check(e, err);
	if (rc == 0 && e->has_source)
		rc = key_init(&e->key, e->by, err);
	if (rc == 0)
		rc = fill_init(&e->fill, &e->fields, heard_is_masked(host), &e->wanted, err);
	if (rc == 0)
		rc = segment_init(&e->segment, &e->segments, &e->wanted, err);
	if (rc == 0)
		rc = enrich_open_source(e, err);
	return rc;
}

static int enrich_start(void *self, struct heard_error *err)
{
	struct enrich *e = self;
	if (e->listing != NULL)
		heard_log(e->host, HEARD_INFO, "%zu rows read", listing_size(e->listing));
	return e->service != NULL ? service_start(e->service, err) : 0;
}

static void enrich_close(void *self)
{
	struct enrich *e = self;
	database_close(e->database);
	listing_close(e->listing);
	service_destroy(e->service);
	e->database = NULL;
	e->listing = NULL;
	e->service = NULL;
}

static const char *const failures[] = {"go_on", "wait", NULL};
static const struct heard_option options[] = {
	{"by", HEARD_STRING(struct enrich, by), .value = "",
	 .help = "Field of the record that is the key: author.id, author.email, order, "
		 "product, "
		 "attributes.NAME"},
	{"database", HEARD_PATH(struct enrich, database_path), .value = "",
	 .help = "SQLite database to look it up in; it is only read"},
	{"query", HEARD_STRING(struct enrich, query), .value = "",
	 .help = "What to select there; its one parameter is the key"},
	{"file", HEARD_PATH(struct enrich, file), .value = "",
	 .help = "Or a CSV file, read at the start and at a reload"},
	{"column", HEARD_STRING(struct enrich, column), .value = "",
	 .help = "Header of the column with the keys"},
	{"charset", HEARD_CHOICE(struct enrich, charset), .value = "auto",
	 .choices = charset_names, .help = "Charset of the file"},
	{"url", HEARD_STRING(struct enrich, http.url), .value = "",
	 .help = "Or an HTTP endpoint that answers with JSON; {key} is the key, URL-encoded"},
	{"token", HEARD_SECRET(struct enrich, http.token), .value = "",
	 .help = "Sent to it as Authorization: Bearer"},
	{"headers", HEARD_LIST(struct enrich, http.headers), .value = "",
	 .help = "More headers, as \"Name: value\""},
	{"allow_private", HEARD_BOOL(struct enrich, http.allow_private), .value = "false",
	 .help = "Ask it although its address is not a public one"},
	{"timeout", HEARD_DURATION(struct enrich, http.timeout), .value = "2s", .min = 10,
	 .max = 60000, .help = "Longest time of one look-up"},
	{"patience", HEARD_DURATION(struct enrich, http.patience), .value = "5s", .min = 10,
	 .max = 300000, .help = "After so long no further look-up of a batch begins"},
	{"at_once", HEARD_INT(struct enrich, http.at_once), .value = "4", .min = 1, .max = 64,
	 .help = "Most requests under way"},
	{"max_answer", HEARD_SIZE(struct enrich, http.max_answer), .value = "64K", .min = 64,
	 .max = 16 << 20, .help = "Longest answer"},
	{"cache", HEARD_DURATION(struct enrich, http.keep), .value = "10m", .min = 0,
	 .max = 604800000, .help = "How long an answer is kept; 0 for not at all"},
	{"cache_missing", HEARD_DURATION(struct enrich, http.keep_missing), .value = "1m",
	 .min = 0, .max = 604800000,
	 .help = "How long it is kept that the endpoint knows none of a key"},
	{"cache_entries", HEARD_INT(struct enrich, http.entries), .value = "10000", .min = 1,
	 .max = 1000000, .help = "Most answers that are kept"},
	{"on_failure", HEARD_CHOICE(struct enrich, on_failure), .value = "go_on",
	 .choices = failures,
	 .help = "When the source does not answer: records go on as they are, or their batch "
		 "goes back to its source to come again"},
	{"fields", HEARD_MAP(struct enrich, fields), .value = "",
	 .help = "Fields to fill, and the column or JSON path each comes from"},
	{"one_person", HEARD_BOOL(struct enrich, one_person), .value = "false",
	 .help = "Make author.key anew from a phone number or address that was filled in, so "
		 "that "
		 "one customer is one person on every channel"},
	{"loyalty", HEARD_GROUP(struct enrich, segments, segment_loyalty),
	 .help = "Rules of segment.loyalty"},
	{"satisfaction", HEARD_GROUP(struct enrich, segments, segment_satisfaction),
	 .help = "Rules of segment.satisfaction"},
	{"need", HEARD_GROUP(struct enrich, segments, segment_need),
	 .help = "Rules of segment.need"},
	{.name = NULL},
};

const struct heard_plugin heard_plugin = {
	HEARD_ABI,
	.stage = HEARD_FILTER,
	.flags = HEARD_OWN_LOOP,
	.name = "enrich",
	.version = "1.0",
	.summary = "what is known of a customer, an order or a product; segments",
	.options = options,
	.reads = "the field `by` says; csat nps ces rating rating_max sentiment.label and what "
		 "the rules of `need` name",
	.writes = "segment.need segment.satisfaction segment.loyalty; lang product order store "
		  "region author.* attributes.*, as `fields` says",
	.example =
		"{ plugin = \"enrich\"; by = \"author.id\"; database = \"/srv/shop/crm.db\";\n"
		"  query = \"SELECT tier, orders, first_order, last_order FROM customers "
		"WHERE id = ?\";\n"
		"  fields = { attributes_tier = \"tier\"; };\n"
		"  loyalty = { orders = \"orders\"; since = \"first_order\"; last = "
		"\"last_order\"; }; }",
	.self_size = sizeof(struct enrich),
	.open = enrich_open,
	.start = enrich_start,
	.close = enrich_close,
	.process = enrich_process,
};
