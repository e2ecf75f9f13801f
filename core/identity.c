/*
 * identity.c - keyed hashes: of who wrote, of what a record is called, of what it
 * says.
 *
 * A record's key is made of where it came from and the source's own id, so that
 * redelivery is recognised at the commit; without a source id it has no key.  From
 * a stream (a file, a mailbox) nobody can be refused, so there the content is part
 * of the key: an unannounced edit is a new record and no word is lost.
 *
 * Whatever of this is stored is made under a key of this installation.  A plain
 * hash beside a record would undo masks and seals: who has the rest of the text
 * tries all phone numbers until the hash fits.
 */
#include "identity.h"

#include "daemon.h"
#include "hash.h"
#include "input.h"
#include "pipeline.h"
#include "record.h"

#include <heard/person.h>

#include <ctype.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

/* ---- keyed hashes: SipHash-2-4 with 128 bits, a tenth of BLAKE2b's time on such
 * short texts, under keys of this installation alone */

void gate_derive(struct gate *g)
{
	unsigned char hash[32];
	seal_keyed_hash(g->secret, "record key", HEARD_STR_OF(""), hash);
	memcpy(g->record_key, hash, sizeof(g->record_key));
	seal_keyed_hash(g->secret, "person key", HEARD_STR_OF(""), hash);
	memcpy(g->person_key, hash, sizeof(g->person_key));
	seal_keyed_hash(g->secret, "digest key", HEARD_STR_OF(""), hash);
	memcpy(g->digest_key, hash, sizeof(g->digest_key));
	sodium_memzero(hash, sizeof(hash));
}

/* Each part behind its length, so that "ab" + "c" is not "a" + "bc". */
static void identity_hash(const unsigned char key[16], const struct heard_str *parts, size_t n,
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

/* ---- what it says */

int gate_mark(struct heard_record *r, struct heard_buf *scratch)
{
	if (r->digest != 0)
		return 0;
	heard_buf_clear(scratch);
	record_encode(r, scratch);
	r->digest = hash_digest(heard_buf_view(scratch));
	return scratch->failed ? -ENOMEM : 0;
}

uint64_t gate_keyed(const struct gate *g, uint64_t plain)
{
	unsigned char out[crypto_shorthash_BYTES];
	uint64_t keyed;
	crypto_shorthash(out, (const unsigned char *)&plain, sizeof(plain), g->digest_key);
	memcpy(&keyed, out, sizeof(keyed));
	return keyed;
}

uint64_t gate_digest(const struct gate *g, const struct heard_record *r)
{
	return gate_keyed(g, r->digest ? r->digest : hash_digest(heard_get_str(r, HEARD_BODY)));
}

/* ---- who */

/* The digits of a phone number, without the prefix of China, so that +86 138...
 * and 138... are one person; lower case of anything else. */
static struct heard_str identity_plain(enum heard_field field, struct heard_str s, char *out,
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

/* "sealed:", then base64url of at least version, key, nonce and tag.  Only the private
 * key, which is not here, tells whether a sealer made it or somebody who writes a
 * number in as many letters; so it counts only in what the operator gives. */
bool identity_is_sealed(struct heard_str s)
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
 * id only on its own.  What is sealed already names nobody.
 *
 * Asked of what the source gave, before the filters: `mask` keeps a number that stands
 * in a text as a contact, and who types one in one mail and none in the next is one
 * person.  Only where the source names nobody, what the filters found does. */
void identity_author(const struct gate *g, struct heard_record *r, bool is_ours)
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
		struct heard_str who = identity_plain(by[i].field, given, plain, sizeof(plain));
		if (who.len == 0 || (is_ours && identity_is_sealed(given)))
			continue;
		unsigned char hash[16];
		char *text = heard_batch_alloc(heard_record_batch(r), 33);
		struct heard_str parts[] = {by[i].kind, who, {NULL, 0}};
		if (by[i].field == HEARD_AUTHOR_ID)
			parts[2] = heard_get_str(r, HEARD_SOURCE);
		identity_hash(g->person_key, parts, 3, hash);
		if (text != NULL) {
			sodium_bin2hex(text, 33, hash, 16);
			heard_set_str_borrowed(r, HEARD_AUTHOR_KEY, heard_str_n(text, 32));
		}
		sodium_memzero(plain, sizeof(plain));
		return;
	}
}

void heard_person_again(const struct heard_host *host, struct heard_record *r)
{
	heard_unset(r, HEARD_AUTHOR_KEY);
	identity_author(&host->daemon->gate, r, true);
}

/* ---- what it is called */

static struct heard_str identity_number(char *out, size_t size, int64_t n)
{
	return heard_str_n(out, (size_t)snprintf(out, size, "%lld", (long long)n));
}

/* Two clients choose the same Idempotency-Key, so who was authenticated tells theirs
 * apart, as in the journal's key.  When an operator replays it, nobody was: another
 * origin.  The source's own id is the same whoever brings it. */
void identity_origin(const struct gate *g, struct heard_record *r,
		     const struct heard_emission *given, size_t index)
{
	char place[24];
	unsigned char hash[16];
	size_t n = 3;
	struct heard_str id = heard_get_str(r, HEARD_SOURCE_ID);
	struct heard_str parts[4] = {heard_get_str(r, HEARD_SOURCE), id};
	if (id.len == 0 && given != NULL) {
		parts[1] = given->source_id;
		if (index > 0)
			parts[2] = identity_number(place, sizeof(place), (int64_t)index);
		if (given->principal.len > 0)
			parts[n++] = given->principal;
	}
	if (parts[1].len == 0)
		return;
	identity_hash(g->record_key, parts, n, hash);
	memcpy(&r->origin, hash, sizeof(r->origin));
	r->origin |= 1;
}

static struct heard_str identity_edition(char *out, size_t size, size_t index, uint64_t digest)
{
	return heard_str_n(out, (size_t)snprintf(out, size, "%zu:%016llx", index,
						 (unsigned long long)digest));
}

static void identity_make_key(const struct gate *g, const struct job *job,
			      struct heard_record *r, struct heard_str id,
			      struct heard_str extra, unsigned char out[16])
{
	char revision[24];
	const struct input *in = job->input;
	struct heard_value rev = heard_get(r, HEARD_REVISION);
	struct heard_str parts[] = {
		in->teller != NULL ? heard_str(in->teller->counter)
				   : job->emissions[record_emission(r)].source,
		job->emissions[record_emission(r)].given.principal, id,
		rev.type == HEARD_INT_
			? identity_number(revision, sizeof(revision), rev.integer)
			: heard_str(""),
		extra};
	identity_hash(g->record_key, parts, sizeof(parts) / sizeof(parts[0]), out);
}

/* An id that names a person is stored as a keyed hash. */
static void identity_hide_id(const struct gate *g, struct heard_record *r, struct heard_str id)
{
	char hex[33];
	unsigned char hash[16];
	identity_hash(g->person_key, &id, 1, hash);
	sodium_bin2hex(hex, sizeof(hex), hash, 16);
	heard_set_str(r, HEARD_SOURCE_ID, heard_str_n(hex, 32));
}

/* The digest that is stored, if the record has a key to store it beside. */
static uint64_t identity_content(const struct gate *g, const struct emission *e,
				 const struct heard_record *r, bool has_own_id)
{
	if (has_own_id && r->digest != 0)
		return gate_keyed(g, r->digest);
	return e->dead == 0 && e->given.stream.len == 0 ? gate_keyed(g, e->content) : e->digest;
}

/* What is left of the source's id to make a key unlike any other: for an emission's
 * id the position in it, and from a stream what it says. */
static struct heard_str identity_extra(const struct emission *e, bool has_own_id, size_t index,
				       uint64_t digest, char *out, size_t size)
{
	bool is_stream = e->given.stream.len > 0;
	if (has_own_id) /* a stream cannot be refused: there an edit is a new record */
		return is_stream ? identity_number(out, size, (int64_t)digest)
				 : heard_str_n(NULL, 0);
	return is_stream ? identity_edition(out, size, index, digest)
			 : identity_number(out, size, (int64_t)index);
}

void identity_record(const struct gate *g, struct job *job, struct heard_record *r,
		     size_t index, struct journal_record *out)
{
	const struct input *in = job->input;
	const struct emission *e = &job->emissions[record_emission(r)];
	char text[48];
	struct heard_str id = heard_get_str(r, HEARD_SOURCE_ID);
	bool has_own_id = id.len > 0, is_given = out->unit < job->n || job->n == 1;
	if (!has_own_id && e->given.source_id.len > 0 && is_given) {
		id = e->given.source_id;
		heard_set_str(r, HEARD_SOURCE_ID, id);
	}
	if (id.len == 0)
		return;
	if (in->host.pipeline->conf->dedupe > 0) {
		out->place = has_own_id ? (uint32_t)index + 1 : 0;
		out->digest = identity_content(g, e, r, has_own_id);
		identity_make_key(
			g, job, r, id,
			identity_extra(e, has_own_id, index, out->digest, text, sizeof(text)),
			out->key);
	}
	if (e->hides_ids)
		identity_hide_id(g, r, id);
}
