/*
 * tickets.c - output: every record into the store, and tickets made of those
 * that need somebody to act.
 *
 * One batch is one transaction, and the journal's position is in it: after a
 * crash the core asks how far we came and begins there, so a record is stored
 * once and only once.  The instance has a loop of its own, because a commit
 * waits for the disk.  A batch that cannot be stored changes nothing and is
 * tried again as a whole.
 *
 * Commands run in processes of their own and share the store as processes do;
 * SQLite's locks keep writers apart.
 */
#include "ahead.h"
#include "command.h"

#include <heard/batch.h>
#include <heard/delivery.h>
#include <heard/error.h>
#include <heard/host.h>
#include <heard/plugin.h>
#include <heard/time.h>

#include <letter/letter.h>

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BATCHES = 1, BATCH_RECORDS = 4096, BATCH_BYTES = 8 << 20 };

enum { STORED, DUPLICATE, NO_RECORD }; /* an event is not stored, and that is fine */

static void look_at_once(void *arg)
{
	struct tickets *self = arg;
	if (self->beat)
		beat_soon(self->beat);
}

static int tickets_open(void *arg, struct heard_host *host, struct heard_error *err)
{
	struct tickets *self = arg;
	self->host = host;
	heard_output_window(host, BATCHES, BATCH_RECORDS, BATCH_BYTES);
	if (heard_claim(host, self->database, err) ||
	    rules_create(&self->rules, self, host, err))
		return -err->code;
	self->pages.host = host;
	self->pages.store = &self->store;
	self->pages.database = self->database;
	self->pages.rules = &self->rules->store;
	self->pages.calendar = &self->calendar;
	self->pages.changed = look_at_once;
	self->pages.arg = self;
	return pages_mount(&self->pages, err);
}

static void say(void *arg, bool trouble, const char *text)
{
	struct tickets *self = arg;
	heard_log(self->host, trouble ? HEARD_WARN : HEARD_NOTICE, "search index: %s", text);
}

static void put_down(struct tickets *self)
{
	page_month_stop(&self->pages);
	beat_destroy(self->beat);
	store_follower_stop(self->follower);
	ahead_destroy(self->ahead);
	store_words_destroy(self->words);
	store_close(self->store);
	self->beat = NULL;
	self->ahead = NULL;
	self->words = NULL;
	self->follower = NULL;
	self->store = NULL;
}

static void tickets_stop(void *arg, struct heard_done *take_done)
{
	put_down(arg);
	heard_done(take_done);
}

static void tickets_close(void *arg)
{
	struct tickets *self = arg;
	rules_destroy(self->rules);
	free(self->outcomes);
}

static int tickets_position(void *arg, uint64_t *seq, struct heard_error *err)
{
	struct tickets *self = arg;
	return store_position(self->store, heard_name(self->host), seq, err);
}

static enum store_op op_of(const struct heard_record *rec)
{
	struct heard_str op = heard_get_str(rec, HEARD_OP);
	return heard_str_is(op, "update")   ? STORE_OP_UPDATE
	       : heard_str_is(op, "delete") ? STORE_OP_DELETE
					    : STORE_OP_CREATE;
}

/* The token that the `http` input gave the customer for this record. */
static void make_token(const struct tickets *self, struct heard_str id,
		       unsigned char token[STORE_TOKEN])
{
	unsigned char hash[32];
	heard_keyed_hash(self->host, "status", id, hash);
	memcpy(token, hash, STORE_TOKEN);
}

/* Input `file` says so of reviews in which a platform wrote what nobody said. */
static bool is_wordless(const struct heard_record *rec)
{
	struct heard_value tags = heard_get(rec, HEARD_TAGS);

	for (size_t i = 0; tags.type == HEARD_LIST_ && i < tags.list.n; i++)
		if (heard_str_is(tags.list.at[i], "default_text"))
			return true;
	return false;
}

/* What its files are called on disk. */
static bool read_files(const struct heard_record *rec, struct ahead_record *out)
{
	struct heard_value value = heard_get(rec, HEARD_ATTACHMENTS);
	size_t n = value.type == HEARD_FILES_ ? value.files.n : 0;
	struct heard_str *files = n ? ahead_files(out, n) : NULL;
	if (n && !files)
		return false;
	for (size_t i = 0; i < n; i++)
		files[i] = value.files.at[i].sha256;
	out->record.attachments = files;
	out->record.n_attachments = n;
	return true;
}

/* Anybody may say something else there than a name. */
static struct heard_str survey_of(const struct heard_record *rec)
{
	struct heard_value name = heard_family_get(rec, HEARD_ATTRIBUTES,
						   HEARD_STR_OF("survey.name"));
	return name.type == HEARD_STR_ ? name.str : heard_str(NULL);
}

/* False if it has no id: then it is none of ours. */
static bool read_record(const struct tickets *self, const struct heard_record *rec,
			struct heard_str line, struct store_record *out)
{
	struct heard_str id = heard_get_str(rec, HEARD_ID);
	*out = (struct store_record){
		.received_at = heard_get_time(rec, HEARD_RECEIVED_AT),
		.line = line,
		.source = heard_get_str(rec, HEARD_SOURCE),
		.source_id = heard_get_str(rec, HEARD_SOURCE_ID),
		.duplicate_of = heard_get_str(rec, HEARD_DUPLICATE_OF),
		.revision = (int64_t)heard_get_number(rec, HEARD_REVISION, 0),
		.op = op_of(rec),
		.is_spam = heard_str_is(heard_get_str(rec, HEARD_SPAM_VERDICT), "spam"),
		.is_wordless = is_wordless(rec),
		.channel = heard_get_str(rec, HEARD_CHANNEL),
		.subject = heard_get_str(rec, HEARD_SUBJECT),
		.body = heard_get_str(rec, HEARD_BODY),
		.intent = heard_get_str(rec, HEARD_INTENT),
		.category = heard_get_str(rec, HEARD_CATEGORY),
		.priority = heard_get_str(rec, HEARD_PRIORITY),
		.department = heard_get_str(rec, HEARD_DEPARTMENT),
		.product = heard_get_str(rec, HEARD_PRODUCT),
		.author_key = heard_get_str(rec, HEARD_AUTHOR_KEY),
		.subcategory = heard_get_str(rec, HEARD_SUBCATEGORY),
		.lang = heard_get_str(rec, HEARD_LANG),
		.thread = heard_get_str(rec, HEARD_THREAD),
		.in_reply_to = heard_get_str(rec, HEARD_IN_REPLY_TO),
		.nps = heard_get_number(rec, HEARD_NPS, NAN),
		.csat = heard_get_number(rec, HEARD_CSAT, NAN),
		.ces = heard_get_number(rec, HEARD_CES, NAN),
		.rating = heard_get_number(rec, HEARD_RATING, NAN),
		.rating_max = heard_get_number(rec, HEARD_RATING_MAX, NAN),
	};
	if (heard_str_is(out->channel, "survey"))
		out->survey = survey_of(rec);
	if (out->received_at == HEARD_TIME_NONE)
		out->received_at = heard_now(self->host);
	make_token(self, id, out->token);
	mail_read(self, rec, &out->mail);
	return store_id_parse(id, out->id);
}

/* May run on a thread of its own, beside the store. */
static void read_ahead(void *arg, const struct heard_batch *batch, size_t i,
		       struct ahead_record *out)
{
	const struct tickets *self = arg;
	const struct heard_record *given = heard_batch_at(batch, i);
	out->kind = AHEAD_NO_RECORD;
	if (given && heard_has(given, HEARD_EVENT)) {
		out->kind = AHEAD_EVENT;
	} else if (given &&
		   read_record(self, given, heard_batch_line(batch, i), &out->record)) {
		out->kind = read_files(given, out) ? AHEAD_RECORD : AHEAD_NO_MEMORY;
		store_prepare(self->words, &out->record);
	}
}

static int tickets_start(void *arg, struct heard_error *err)
{
	struct tickets *self = arg;
	letter_key(self->host, &self->mail_key);
	if (store_open(&self->store, self->database, STORE_CREATE, err))
		return -err->code;
	store_set_rules(self->store, &self->rules->store);
	if (store_words_create(&self->words, self->store, err) == 0)
		self->ahead = ahead_create(read_ahead, self, err);
	if (self->ahead)
		self->follower = store_follower_start(self->database, say, self, err);
	if (self->follower)
		self->beat = beat_create(self, err);
	if (self->beat)
		return 0;
	put_down(self);
	return -err->code;
}

static int make_room(struct tickets *self, size_t n, struct heard_error *err)
{
	if (n <= self->room)
		return 0;
	unsigned char *outcomes = realloc(self->outcomes, n);
	if (!outcomes)
		return heard_fail(err, ENOMEM, "out of memory");
	self->outcomes = outcomes;
	self->room = n;
	return 0;
}

static int store_one(struct tickets *self, const struct ahead_record *given, int64_t now,
		     unsigned char *outcome, struct heard_error *err)
{
	enum store_fate fate = STORE_STORED;
	if (given->kind == AHEAD_NO_MEMORY)
		return heard_fail(err, ENOMEM, "out of memory");
	if (given->kind == AHEAD_RECORD &&
	    store_put(self->store, &given->record, now, &fate, err))
		return -err->code;
	*outcome = given->kind == AHEAD_NO_RECORD ? NO_RECORD
		   : fate == STORE_KNOWN	  ? DUPLICATE
						  : STORED;
	return 0;
}

static int store_batch(struct tickets *self, const struct heard_batch *batch, size_t n,
		       struct heard_error *err)
{
	int64_t now = heard_now(self->host);
	int result = 0;
	if (make_room(self, n, err) || store_begin(self->store, err))
		return -err->code;
	ahead_begin(self->ahead, batch);
	for (size_t i = 0; i < n && result == 0; i++)
		result = store_one(self, ahead_next(self->ahead), now, &self->outcomes[i], err);
	ahead_end(self->ahead);
	if (result) {
		store_rollback(self->store);
		return result;
	}
	return store_commit(self->store, heard_name(self->host), heard_batch_seq(batch, n - 1),
			    err);
}

static void tickets_write(void *arg, const struct heard_batch *batch,
			  struct heard_delivery *take_done)
{
	struct tickets *self = arg;
	struct heard_error err;
	size_t n = heard_batch_size(batch);
	if (n > 0 && store_batch(self, batch, n, &err)) {
		heard_delivery_finish(take_done, HEARD_RETRY, 0, err.text);
		return;
	}
	for (size_t i = 0; i < n; i++)
		if (self->outcomes[i] == DUPLICATE)
			heard_delivery_set(take_done, i, HEARD_DUPLICATE, NULL);
		else if (self->outcomes[i] == NO_RECORD)
			heard_delivery_set(take_done, i, HEARD_REFUSED,
					   "the line is not a record with an id");
	heard_delivery_finish(take_done, HEARD_DELIVERED, 0, NULL);
	store_follower_wake(self->follower);
	beat_soon(self->beat);
}

const struct heard_plugin heard_plugin = {
	HEARD_ABI,
	.stage = HEARD_OUTPUT,
	.flags = HEARD_OWN_LOOP | HEARD_KEEPS_POSITION | HEARD_TELLS,
	.name = "tickets",
	.version = "1.0",
	.summary = "keep every record, and make tickets of those that need an answer",
	.options = tickets_options,
	.reads = "id event source source_id revision op channel received_at subject body "
		 "author.key "
		 "product "
		 "spam.verdict duplicate_of intent category subcategory priority department "
		 "lang "
		 "thread in_reply_to nps csat ces rating rating_max attachments "
		 "attributes.mail.* attributes.survey.name",
	.example = "{ plugin = \"tickets\"; database = \"tickets.db\";\n"
		   "  departments = ( { name = \"logistics\"; agents = [ \"zhou\", \"wu\" ];\n"
		   "                    lead = \"chen\"; } );\n"
		   "  sla = ( { priority = \"high\"; first_response = \"15m\"; } );\n"
		   "  retain = { complaint = \"3y\"; praise = \"1y\"; spam = \"30d\"; }; }",
	.commands = tickets_commands,
	.self_size = sizeof(struct tickets),
	.open = tickets_open,
	.start = tickets_start,
	.stop = tickets_stop,
	.close = tickets_close,
	.write = tickets_write,
	.position = tickets_position,
};
