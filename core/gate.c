/*
 * gate.c - identity, sealing and encoding.
 *
 * gate_admit runs before the filters, gate_pass after them.  A record's key is
 * made of where it came from and the source's own id, so that redelivery is
 * recognised at the commit; without a source id it has no key.  From a stream
 * (a file, a mailbox) nobody can be refused, so there the content is part of
 * the key: an unannounced edit is a new record and no word is lost.
 */
#include "gate.h"

#include "hash.h"
#include "input.h"
#include "pipeline.h"
#include "record.h"

#include <heard/error.h>
#include <heard/json.h>
#include <heard/time.h>

#include <ctype.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

/* ---- before the filters */

/* What a source may not say of itself. */
static const enum heard_field ours[] = {HEARD_ID,	   HEARD_SOURCE, HEARD_RECEIVED_AT,
					HEARD_AUTHOR_KEY,  HEARD_EVENT,	 HEARD_SPAM_SCORE,
					HEARD_SPAM_VERDICT};

void gate_name(struct heard_record *r, const struct heard_host *host, int64_t now_ms)
{
	heard_set_str_borrowed(r, HEARD_SOURCE, heard_str(host->full_name));
	heard_set_time(r, HEARD_RECEIVED_AT, now_ms);
}

void gate_admit(struct heard_record *r, const struct heard_host *host, int64_t now_ms)
{
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		heard_unset(r, ours[i]);
	record_clear_family(r, HEARD_MASKED);
	gate_name(r, host, now_ms);
}

int gate_mark(struct heard_record *r, struct heard_buf *scratch)
{
	if (r->digest != 0)
		return 0;
	heard_buf_clear(scratch);
	record_encode(r, scratch);
	r->digest = hash_digest(heard_buf_view(scratch));
	return scratch->failed ? -ENOMEM : 0;
}

uint64_t gate_digest(const struct heard_record *r)
{
	return r->digest ? r->digest : hash_digest(heard_get_str(r, HEARD_BODY));
}

/* ---- keyed hashes: SipHash-2-4 with 128 bits, a tenth of BLAKE2b's time on such
 * short texts, under keys of this installation alone */

void gate_derive(struct gate *g)
{
	unsigned char hash[32];
	seal_keyed_hash(g->secret, "record key", HEARD_STR_OF(""), hash);
	memcpy(g->record_key, hash, sizeof(g->record_key));
	seal_keyed_hash(g->secret, "person key", HEARD_STR_OF(""), hash);
	memcpy(g->person_key, hash, sizeof(g->person_key));
	sodium_memzero(hash, sizeof(hash));
}

/* Each part behind its length, so that "ab" + "c" is not "a" + "bc". */
static void gate_hash(const unsigned char key[16], const struct heard_str *parts, size_t n,
		      unsigned char out[16])
{
	unsigned char text[2048];
	size_t len = 0;
	for (size_t i = 0; i < n; i++) {
		unsigned char digest[16];
		struct heard_str part = parts[i];
		uint64_t size = part.len;
		size_t others = (sizeof(size) + sizeof(digest)) * (n - i - 1);
		if (len + sizeof(size) + part.len + others > sizeof(text)) {
			hash_id(digest, &part, 1);
			part = heard_str_n((const char *)digest, sizeof(digest));
		}
		memcpy(text + len, &size, sizeof(size));
		if (part.len > 0)
			memcpy(text + len + sizeof(size), part.ptr, part.len);
		len += sizeof(size) + part.len;
	}
	crypto_shorthash_siphashx24(out, text, len, key);
}

/* ---- who */

/* The digits of a phone number, without the prefix of China, so that +86 138...
 * and 138... are one person; lower case of anything else. */
static struct heard_str gate_plain(enum heard_field field, struct heard_str s, char *out,
				   size_t size)
{
	size_t n = 0;
	for (size_t i = 0; i < s.len && n < size; i++) {
		char c = s.ptr[i];
		if (field == HEARD_AUTHOR_PHONE) {
			if (c >= '0' && c <= '9')
				out[n++] = c;
		} else {
			out[n++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
		}
	}
	struct heard_str plain = {out, n};
	if (field == HEARD_AUTHOR_PHONE) {
		if (heard_str_starts(plain, HEARD_STR_OF("00")))
			plain = heard_str_skip(plain, 2);
		if (plain.len == 13 && heard_str_starts(plain, HEARD_STR_OF("861")))
			plain = heard_str_skip(plain, 2);
	}
	return heard_str_trim(plain);
}

/* A token that a sealer made: "sealed:", then base64url of at least version, key,
 * nonce and tag.  A customer who types the word does not get around the seal. */
static bool gate_is_sealed(struct heard_str s)
{
	enum { PREFIX = 7, SHORTEST = PREFIX + (1 + 32 + 24 + 16) * 4 / 3 };
	if (s.len < SHORTEST || memcmp(s.ptr, "sealed:A", PREFIX + 1) != 0 ||
	    memchr("QRSTUVWXYZabcdef", s.ptr[PREFIX + 1], 16) == NULL) /* version 1 */
		return false;
	for (size_t i = PREFIX; i < s.len; i++)
		if (!isalnum((unsigned char)s.ptr[i]) && s.ptr[i] != '-' && s.ptr[i] != '_')
			return false;
	return true;
}

/* A phone number or an address names a person on every channel; the source's own
 * id only on its own.  What is sealed already names nobody. */
static void gate_author_key(const struct gate *g, struct heard_record *r)
{
	static const struct {
		enum heard_field field;
		struct heard_str kind;
	} by[] = {{HEARD_AUTHOR_PHONE, HEARD_STR("phone")},
		  {HEARD_AUTHOR_EMAIL, HEARD_STR("email")},
		  {HEARD_AUTHOR_ID, HEARD_STR("id")}};
	char plain[512];
	for (size_t i = 0; i < sizeof(by) / sizeof(by[0]); i++) {
		struct heard_str given = heard_get_str(r, by[i].field);
		struct heard_str who = gate_plain(by[i].field, given, plain, sizeof(plain));
		if (who.len == 0 || gate_is_sealed(given))
			continue;
		unsigned char hash[16];
		char *text = heard_batch_alloc(heard_record_batch(r), 33);
		struct heard_str parts[] = {by[i].kind, who, {NULL, 0}};
		if (by[i].field == HEARD_AUTHOR_ID)
			parts[2] = heard_get_str(r, HEARD_SOURCE);
		gate_hash(g->person_key, parts, 3, hash);
		if (text != NULL) {
			sodium_bin2hex(text, 33, hash, 16);
			heard_set_str_borrowed(r, HEARD_AUTHOR_KEY, heard_str_n(text, 32));
		}
		sodium_memzero(plain, sizeof(plain));
		return;
	}
}

static int gate_seal_contacts(const struct gate *g, struct lane *lane, struct heard_record *r,
			      int64_t now)
{
	for (int f = 0; f < HEARD_FIELD_COUNT; f++) {
		enum heard_field field = (enum heard_field)f;
		if (heard_field_table[f].care != HEARD_CONTACT || !heard_has(r, field))
			continue;
		struct heard_str plain = heard_get_str(r, field);
		if (gate_is_sealed(plain))
			continue; /* by another heard, before us */
		if (!g->can_seal || plain.len == 0) {
			heard_unset(r, field);
			continue;
		}
		heard_buf_clear(&lane->scratch);
		sealer_seal(&lane->sealer, plain, now, &lane->scratch);
		if (lane->scratch.failed ||
		    heard_set_str(r, field, heard_buf_view(&lane->scratch)) != 0)
			return -ENOMEM;
	}
	return 0;
}

static int gate_close(const struct gate *g, struct lane *lane, struct heard_record *r,
		      int64_t now, unsigned char id[16])
{
	char *text = heard_batch_alloc(heard_record_batch(r), 37);
	if (text == NULL)
		return -ENOMEM;
	uuid_make(&lane->ids, now, id);
	uuid_format(id, text);
	heard_set_str_borrowed(r, HEARD_ID, heard_str_n(text, 36));
	gate_author_key(g, r);
	return gate_seal_contacts(g, lane, r, now);
}

void gate_encode(const struct gate *g, struct lane *lane, struct heard_record *r, int64_t now,
		 struct heard_buf *out)
{
	unsigned char id[16];
	if (gate_close(g, lane, r, now, id) == 0)
		record_encode(r, out);
	else
		out->failed = true;
}

/* ---- what it is called */

static struct heard_str gate_number(char *out, size_t size, int64_t n)
{
	return heard_str_n(out, (size_t)snprintf(out, size, "%lld", (long long)n));
}

static struct heard_str gate_edition(char *out, size_t size, size_t index, uint64_t digest)
{
	return heard_str_n(out, (size_t)snprintf(out, size, "%zu:%016llx", index,
						 (unsigned long long)digest));
}

static void gate_make_key(const struct gate *g, const struct job *job, struct heard_record *r,
			  struct heard_str id, struct heard_str extra, unsigned char out[16])
{
	char revision[24];
	struct heard_value rev = heard_get(r, HEARD_REVISION);
	struct heard_str parts[] = {
		heard_str(job->input->host.full_name),
		job->emissions[record_emission(r)].given.principal, id,
		rev.type == HEARD_INT_ ? gate_number(revision, sizeof(revision), rev.integer)
				       : heard_str(""),
		extra};
	gate_hash(g->record_key, parts, sizeof(parts) / sizeof(parts[0]), out);
}

/* An id that names a person is stored as a keyed hash. */
static void gate_hide_id(const struct gate *g, struct heard_record *r, struct heard_str id)
{
	char hex[33];
	unsigned char hash[16];
	gate_hash(g->person_key, &id, 1, hash);
	sodium_bin2hex(hex, sizeof(hex), hash, 16);
	heard_set_str(r, HEARD_SOURCE_ID, heard_str_n(hex, 32));
}

/* The key for the journal's memory, if the record has one: see above. */
static void gate_key(const struct gate *g, struct job *job, struct heard_record *r,
		     size_t index, struct journal_record *out)
{
	const struct input *in = job->input;
	const struct emission *e = &job->emissions[record_emission(r)];
	char position[48];
	struct heard_str id = heard_get_str(r, HEARD_SOURCE_ID);
	struct heard_str extra = {NULL, 0};
	bool is_given = out->unit < job->n || job->n == 1;
	out->digest = e->digest;
	if (id.len == 0 && e->given.source_id.len > 0 && is_given) {
		id = e->given.source_id;
		extra = gate_number(position, sizeof(position), (int64_t)index);
		if (e->given.stream.len > 0)
			extra = gate_edition(position, sizeof(position), index, e->digest);
		heard_set_str(r, HEARD_SOURCE_ID, id);
	} else if (id.len > 0) {
		if (r->digest != 0)
			out->digest = r->digest;
		if (e->given.stream.len > 0) /* cannot be refused: an edit is a new record */
			extra = gate_number(position, sizeof(position), (int64_t)out->digest);
	}
	if (id.len == 0)
		return;
	if (in->host.pipeline->conf->dedupe > 0)
		gate_make_key(g, job, r, id, extra, out->key);
	if (in->host.plugin->flags & HEARD_PERSONAL_IDS)
		gate_hide_id(g, r, id);
}

/* ---- the dead */

struct gate_letter {
	const char *instance; /* who gave up on it */
	const char *reason;
	struct heard_str text; /* what is kept, in clear or to be sealed */
	int64_t line;
	bool is_clean; /* mask had been over it */
};

static int gate_bury(const struct gate *g, struct lane *lane, struct job *job,
		     const struct gate_letter *l, int64_t now, struct journal_dead *out)
{
	char at[HEARD_TIME_SIZE], id[37];
	bool clear = l->is_clean || job->input->host.pipeline->conf->clear;
	struct heard_buf *b = &lane->scratch;
	if (out->id[0] == 0 && sodium_is_zero(out->id, 16))
		uuid_make(&lane->ids, now, out->id);
	uuid_format(out->id, id);
	heard_time_format(now, at);

	heard_buf_clear(b);
	if (!clear && g->can_seal)
		sealer_seal(&lane->sealer, l->text, now, b);
	if (clear || g->can_seal)
		out->body = heard_batch_copy(job->batch, clear ? l->text : heard_buf_view(b));
	if (b->failed || ((clear || g->can_seal) && out->body.ptr == NULL))
		return -ENOMEM;
	heard_buf_clear(b);
	struct heard_json_out w = {.buf = b};
	heard_json_begin(&w, NULL, '{');
	heard_json_str(&w, "id", heard_str_n(id, 36));
	heard_json_str(&w, "at", heard_str_n(at, HEARD_TIME_SIZE - 1));
	heard_json_str(&w, "pipeline", heard_str(job->input->host.pipeline_name));
	heard_json_str(&w, "instance", heard_str(l->instance));
	heard_json_str(&w, "reason", heard_str(l->reason));
	heard_json_str(&w, "source", heard_str(job->input->host.full_name));
	if (l->line > 0)
		heard_json_int(&w, "line", l->line);
	else
		heard_json_null(&w, "line");
	heard_json_int(&w, "length", (int64_t)l->text.len);
	if (!clear && !g->can_seal) {
		char hex[65];
		unsigned char hash[32];
		seal_keyed_hash(g->secret, "dead", l->text, hash);
		sodium_bin2hex(hex, sizeof(hex), hash, 32);
		heard_json_str(&w, "digest", heard_str_n(hex, 64));
	}
	heard_json_end(&w, '}');
	out->meta = heard_batch_copy(job->batch, heard_buf_view(b));
	return b->failed || out->meta.ptr == NULL ? -ENOMEM : 0;
}

static int gate_bury_piece(const struct gate *g, struct lane *lane, struct job *job,
			   const struct batch_dead *piece, int64_t now,
			   struct journal_dead *out)
{
	struct gate_letter l = {.instance = job->input->host.instance->name,
				.reason = piece->reason,
				.text = piece->piece,
				.line = piece->line};
	return gate_bury(g, lane, job, &l, now, out);
}

static int gate_bury_record(const struct gate *g, struct lane *lane, struct job *job,
			    struct heard_record *r, int64_t now, struct journal_dead *out)
{
	const struct pipeline *p = job->input->host.pipeline;
	unsigned at = record_died_at(r);
	struct gate_letter l = {.reason = record_reason(r),
				.instance = at < p->n_filters
						    ? p->filters[at].host.instance->name
						    : job->input->host.instance->name,
				.is_clean = at < p->n_filters && at > p->mask_at};
	size_t from = job->lines.len;
	if (l.is_clean || p->conf->clear) { /* stored in clear, so close it as any other */
		unsigned char id[16];
		if (gate_close(g, lane, r, now, id) != 0)
			return -ENOMEM;
	}
	record_encode(r, &job->lines); /* borrowed room: taken back below */
	l.text = heard_str_n(job->lines.ptr + from, job->lines.len - from);
	int rc = job->lines.failed ? -ENOMEM : gate_bury(g, lane, job, &l, now, out);
	sodium_memzero(job->lines.ptr + from, job->lines.len - from);
	job->lines.len = from;
	return rc;
}

/* ---- all of it */

struct gate_counts {
	int64_t live, dropped, dead;
};

static struct gate_counts gate_count(const struct job *job)
{
	struct gate_counts c = {.dead = (int64_t)batch_dead_count(job->batch)};
	size_t n = heard_batch_size(job->batch);
	for (size_t i = 0; i < n; i++) {
		enum record_fate fate = record_fate(heard_batch_at(job->batch, i));
		c.live += fate == RECORD_LIVE;
		c.dropped += fate == RECORD_DROPPED;
		c.dead += fate == RECORD_DEAD;
	}
	return c;
}

static int gate_tokens(struct job *job)
{
	struct journal_state *state = heard_batch_alloc(job->batch, job->n * sizeof(*state));
	if (state == NULL)
		return -ENOMEM;
	size_t n = 0;
	for (size_t i = 0; i < job->n; i++) {
		const struct heard_emission *e = &job->emissions[i].given;
		if (e->stream.len == 0)
			continue;
		struct heard_str name = input_token_name(job->input, e->stream, job->batch);
		if (name.ptr == NULL)
			return -ENOMEM;
		state[n++] = (struct journal_state){.name = name, .value = e->token};
	}
	job->txn.state = state;
	job->txn.n_state = n;
	return 0;
}

static int gate_one(const struct gate *g, struct lane *lane, struct job *job, size_t i,
		    size_t index, int64_t now, struct journal_record *out)
{
	struct heard_record *r = heard_batch_at(job->batch, i);
	*out = (struct journal_record){.unit = record_emission(r)};
	if (i >= batch_decoded(job->batch)) { /* a filter added it, who knows to which */
		out->unit = (uint32_t)job->n;
		gate_name(r, &job->input->host, now);
	}
	gate_key(g, job, r, index, out);
	if (gate_close(g, lane, r, now, out->id) != 0)
		return -ENOMEM;
	record_encode(r, &job->lines);
	out->end = (uint32_t)job->lines.len;
	return job->lines.failed ? -ENOMEM : 0;
}

int gate_pass(const struct gate *g, struct lane *lane, struct job *job, int64_t now)
{
	struct heard_batch *b = job->batch;
	struct gate_counts c = gate_count(job);
	size_t size = heard_batch_size(b), n = 0, dead = 0, index = 0;
	struct journal_record *records = heard_batch_alloc(b,
							   (size_t)c.live * sizeof(*records));
	struct journal_dead *letters = heard_batch_alloc(b, (size_t)c.dead * sizeof(*letters));
	struct journal_add *add = heard_batch_alloc(b, sizeof(*add));
	if (records == NULL || letters == NULL || add == NULL)
		return -ENOMEM;
	memset(letters, 0, (size_t)c.dead * sizeof(*letters));
	uint32_t emission = UINT32_MAX;
	for (size_t i = 0; i < size; i++) {
		struct heard_record *r = heard_batch_at(b, i);
		int rc = 0;
		index = record_emission(r) == emission ? index + 1 : 0;
		emission = record_emission(r);
		if (record_fate(r) == RECORD_LIVE) {
			rc = gate_one(g, lane, job, i, index, now, &records[n++]);
		} else if (record_fate(r) == RECORD_DEAD) {
			rc = gate_bury_record(g, lane, job, r, now, &letters[dead++]);
		}
		if (rc != 0)
			return rc;
	}
	for (size_t i = 0; i < batch_dead_count(b); i++) {
		int rc = gate_bury_piece(g, lane, job, batch_dead_at(b, i), now,
					 &letters[dead++]);
		if (rc != 0)
			return rc;
	}
	struct pipeline *p = job->input->host.pipeline;
	size_t decoded = batch_decoded(b);
	*add = (struct journal_add){.name = p->counter};
	add->by[JOURNAL_RECEIVED] = (int64_t)(decoded + batch_dead_count(b));
	add->by[JOURNAL_ADDED] = (int64_t)(size - decoded);
	add->by[JOURNAL_DROPPED] = c.dropped;
	add->by[JOURNAL_DEAD] = c.dead;
	job->input->received += decoded + batch_dead_count(b);
	p->dropped += (uint64_t)c.dropped;
	p->dead += (uint64_t)c.dead;
	job->txn.pipeline = n > 0 ? p->conf->name : NULL;
	job->txn.lines = heard_buf_view(&job->lines);
	job->txn.records = records;
	job->txn.n_records = n;
	job->txn.dead = letters;
	job->txn.n_dead = dead;
	job->txn.add = size + batch_dead_count(b) > 0 ? add : NULL;
	job->txn.n_add = job->txn.add != NULL;
	return gate_tokens(job);
}
