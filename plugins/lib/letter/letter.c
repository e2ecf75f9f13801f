/*
 * letter.c - which part of a mail is which field of its record.
 *
 * Nothing here waits but for the disk (attachments), and nothing is kept between two
 * mails, so any number of workers may be here at once.
 */
#include "letter.h"

#include "attach.h"
#include "traits.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <heard/batch.h>
#include <heard/buf.h>
#include <heard/error.h>
#include <heard/host.h>
#include <heard/record.h>
#include <heard/time.h>
#include <mime/mime.h>

enum {
	CITE_MAX = 16 * 1024,
	/* A subject may be as long as a header, and an answer has less of it: were the citation
	 * to fail for it, nobody could be answered. */
	CITED_SUBJECT = 1024,
	NOTES_MAX = 1024,
	KEPT_OF_BAD = 64 * 1024, /* of a dead mail that is too large to be kept whole */
	DAY_MS = 24 * 3600 * 1000,
};

struct letter_self {
	struct mime_self mime; /* without its key, see letter_decode() */
	struct heard_str *domains, *addresses;
};

const struct heard_option letter_attachments_options[] = {
	{"max_count", HEARD_INT(struct letter_attachments, max_count), .value = "20", .min = 0,
	 .max = 100, .help = "Most files of one mail that are kept"},
	{"max_size", HEARD_SIZE(struct letter_attachments, max_size), .value = "25M",
	 .min = 1024, .max = 128 << 20, .help = "Largest file that is kept"},
	{.name = NULL},
};

/* ---- life */

int letter_init(struct letter *l, struct heard_host *host, const struct letter_options *o,
		struct heard_error *err)
{
	struct letter_self *self = calloc(1, sizeof(*self));
	*l = (struct letter){.host = host, .options = o, .self = self};
	if (self == NULL)
		return heard_fail(err, ENOMEM, "no memory");
	self->domains = calloc(o->own.n + 1, sizeof(*self->domains));
	self->addresses = calloc(o->own.n + 1, sizeof(*self->addresses));
	if (self->domains == NULL || self->addresses == NULL)
		return heard_fail(err, ENOMEM, "no memory");
	for (size_t i = 0; i < o->own.n; i++) {
		const char *at = strchr(o->own.at[i], '@');
		if (at != NULL && at != o->own.at[i])
			self->addresses[self->mime.n_addresses++] = heard_str(o->own.at[i]);
		else
			self->domains[self->mime.n_domains++] = heard_str(at ? at + 1
									     : o->own.at[i]);
	}
	self->mime.domains = self->domains;
	self->mime.addresses = self->addresses;
	mime_init();
	return 0;
}

void letter_release(struct letter *l)
{
	if (l->self != NULL) {
		free(l->self->domains);
		free(l->self->addresses);
	}
	free(l->self);
	*l = (struct letter){0};
}

/* ---- attributes */

static int set_attribute(struct heard_record *r, const char *name, struct heard_str value)
{
	struct heard_value v = {.type = HEARD_STR_, .str = value};
	return value.len ? heard_family_set(r, HEARD_ATTRIBUTES, heard_str(name), v) : 0;
}

static int set_hash(const struct letter *l, struct heard_record *r, enum heard_field field,
		    struct heard_str id)
{
	char hash[LETTER_HASH];
	if (id.len == 0)
		return 0;
	letter_hash(l->host, "message", id, hash);
	return heard_set_str(r, field, heard_str(hash));
}

static int set_hashed(const struct letter *l, struct heard_record *r, const char *name,
		      const char *kind, struct heard_str text)
{
	char hash[LETTER_HASH];
	if (text.len == 0)
		return 0;
	letter_hash(l->host, kind, text, hash);
	return set_attribute(r, name, heard_str(hash));
}

/* ---- which conversation */

static struct heard_str first_of(const struct mime_ids *ids)
{
	return ids->n ? ids->list[0] : heard_str_n(NULL, 0);
}

static struct heard_str last_of(const struct mime_ids *ids)
{
	return ids->n ? ids->list[ids->n - 1] : heard_str_n(NULL, 0);
}

static struct heard_str either(struct heard_str a, struct heard_str b)
{
	return a.len ? a : b;
}

/* An id of ours among those that the mail names, up to its @. */
static struct heard_str answers(const struct letter *l, const struct mime_message *m)
{
	struct mime_key key;
	struct heard_str found = {NULL, 0};
	struct mime_id id;
	letter_key(l->host, &key);
	if (mime_id_check(&key, m->report.message_id, &id))
		found = m->report.message_id;
	for (size_t i = 0; found.len == 0 && i < m->in_reply_to.n; i++)
		if (mime_id_check(&key, m->in_reply_to.list[i], &id))
			found = m->in_reply_to.list[i];
	for (size_t i = m->references.n; found.len == 0 && i-- > 0;)
		if (mime_id_check(&key, m->references.list[i], &id))
			found = m->references.list[i];
	const char *at = found.len ? memchr(found.ptr, '@', found.len) : NULL;
	return at ? heard_str_n(found.ptr, (size_t)(at - found.ptr)) : found;
}

static int set_conversation(const struct letter *l, const struct mime_message *m,
			    struct heard_str raw, struct heard_record *r)
{
	struct heard_str parent = either(first_of(&m->in_reply_to), last_of(&m->references));
	struct heard_str root = either(first_of(&m->references), either(parent, m->message_id));
	char whole[LETTER_HASH];
	int result;
	if (m->message_id.len) {
		result = set_hash(l, r, HEARD_SOURCE_ID, m->message_id);
	} else {
		unsigned char hash[32];
		heard_keyed_hash(l->host, "letter whole", raw, hash);
		letter_hash(l->host, "message", heard_str_n((const char *)hash, sizeof(hash)),
			    whole);
		result = heard_set_str(r, HEARD_SOURCE_ID, heard_str(whole));
	}
	if (result == 0)
		result = set_hash(l, r, HEARD_IN_REPLY_TO, parent);
	if (result == 0)
		result = set_hash(l, r, HEARD_THREAD, root);
	if (result == 0)
		result = set_attribute(r, "mail.answers", answers(l, m));
	if (result == 0)
		result = set_attribute(r, "mail.token", m->token);
	return result ? result : set_hashed(l, r, "mail.topic", "topic", m->topic);
}

/* ---- who */

static bool is_same(struct heard_str a, struct heard_str b)
{
	return a.len == b.len && a.len > 0 && strncasecmp(a.ptr, b.ptr, a.len) == 0;
}

/* Which of our addresses the customer wrote to, so that the answer comes from there. */
static struct heard_str our_address(const struct letter *l, const struct mime_message *m)
{
	const struct mime_addresses *lists[] = {&m->to, &m->cc};
	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < lists[k]->n; i++)
			for (size_t j = 0; j < l->self->mime.n_addresses; j++)
				if (is_same(lists[k]->list[i].email, l->self->addresses[j]))
					return lists[k]->list[i].email;
	return m->to.n ? m->to.list[0].email : heard_str_n(NULL, 0);
}

static int set_cite(const struct letter *l, const struct mime_message *m,
		    struct heard_record *r)
{
	struct heard_buf references, text;
	struct letter_cite cite = {
		.reply_to = either(m->reply_to.n ? m->reply_to.list[0].email
						 : heard_str_n(NULL, 0),
				   m->from.email),
		.message_id = m->message_id,
		.subject = heard_str_cut(m->subject, CITED_SUBJECT),
		.to = our_address(l, m),
	};
	heard_buf_init(&references, CITE_MAX / 2);
	heard_buf_init(&text, CITE_MAX);
	for (size_t i = 0; i < m->references.n; i++)
		heard_buf_printf(&references, "%s%.*s", i ? " " : "",
				 HEARD_ARG(m->references.list[i]));
	if (!references.failed)
		cite.references = heard_buf_view(&references);
	letter_cite_write(l->host, &cite, &text);
	int result = text.failed ? 0 : heard_set_str(r, HEARD_AUTHOR_ID, heard_buf_view(&text));
	heard_buf_release(&references);
	heard_buf_release(&text);
	return result;
}

static int set_author(const struct letter *l, const struct mime_message *m,
		      struct heard_record *r)
{
	int result = 0;
	if (m->from.name.len)
		result = heard_set_str(r, HEARD_AUTHOR_NAME, m->from.name);
	if (result == 0 && m->from.email.len)
		result = heard_set_str(r, HEARD_AUTHOR_EMAIL, m->from.email);
	/* The core makes author.key of the address; without one it would be of this. */
	if (result == 0 && m->from.email.len && m->automatic == MIME_AUTO_NONE)
		result = set_cite(l, m, r);
	return result;
}

/* ---- what */

static int set_text(const struct letter *l, const struct mime_message *m,
		    struct heard_record *r)
{
	int result = heard_set_str(r, HEARD_CHANNEL, heard_str(l->options->channel));
	if (result == 0 && m->subject.len)
		result = heard_set_str(r, HEARD_SUBJECT, m->subject);
	if (result == 0 && m->fresh.len)
		result = heard_set_str(r, HEARD_BODY, m->fresh);
	if (result == 0 && m->date_ms != HEARD_TIME_NONE &&
	    m->date_ms < heard_now(l->host) + DAY_MS)
		result = heard_set_time(r, HEARD_CREATED_AT, m->date_ms);
	return result;
}

static int set_notes(const struct mime_message *m, int64_t left_out, struct heard_record *r)
{
	struct heard_buf b;
	int result;
	heard_buf_init(&b, NOTES_MAX);
	for (unsigned bit = 0; bit < 16; bit++)
		if (m->notes & 1u << bit)
			heard_buf_printf(&b, "%s%s", b.len ? "; " : "",
					 mime_note_text((enum mime_note)(1 << bit)));
	result = set_attribute(r, "mail.notes", heard_buf_view(&b));
	heard_buf_release(&b);
	if (result == 0 && left_out > 0)
		result = heard_family_set(
			r, HEARD_ATTRIBUTES, HEARD_STR_OF("mail.left_out"),
			(struct heard_value){.type = HEARD_INT_, .integer = left_out});
	return result;
}

/* A bounce names its address only as a hash; output `email` has the same of it. */
static int set_automatic(const struct letter *l, const struct mime_message *m,
			 struct heard_record *r)
{
	const struct mime_recipient *who = m->report.n_recipients ? m->report.recipients : NULL;
	int result = 0;
	if (m->automatic != MIME_AUTO_NONE)
		result = set_attribute(r, "mail.automatic",
				       heard_str(mime_auto_name(m->automatic)));
	if (result != 0 || who == NULL || m->report.kind != MIME_REPORT_DELIVERY)
		return result;
	result = set_hashed(l, r, "mail.bounced", "address", either(who->original, who->final));
	if (result == 0)
		result = set_attribute(r, "mail.status", who->status);
	return result ? result : set_attribute(r, "mail.action", who->action);
}

static int set_traits(const struct mime_message *m, struct heard_str raw,
		      struct heard_record *r)
{
	struct heard_buf b;
	heard_buf_init(&b, LETTER_TRAITS_MAX);
	letter_traits(raw, m, &b);
	int result = set_attribute(r, "mail.traits", heard_buf_view(&b));
	heard_buf_release(&b);
	return result;
}

static int fill(const struct letter *l, const struct mime_message *m, struct heard_str raw,
		struct heard_record *r, struct heard_error *err)
{
	int64_t left_out = 0;
	int result = set_text(l, m, r);
	if (result == 0)
		result = set_conversation(l, m, raw, r);
	if (result == 0)
		result = set_author(l, m, r);
	if (result == 0)
		result = set_automatic(l, m, r);
	if (result == 0)
		result = set_traits(m, raw, r);
	if (result != 0)
		return heard_fail(err, -result, "no memory for the record");
	result = attach_files(l, m, r, &left_out, err);
	if (result == 0 && set_notes(m, left_out, r) != 0)
		result = heard_fail(err, ENOMEM, "no memory for the record");
	return result;
}

/* ---- all of it */

static int bury(const struct letter_place *at, struct heard_str raw, struct heard_batch *batch,
		const char *why, struct heard_error *err)
{
	int result = heard_batch_dead(batch, raw, at->number, "%s: %s", at->name, why);
	if (result == -ENOMEM && raw.len > KEPT_OF_BAD)
		result = heard_batch_dead(batch, heard_str_n(raw.ptr, KEPT_OF_BAD), at->number,
					  "%s: %s; its beginning is kept", at->name, why);
	return result == 0 ? 0 : heard_fail(err, -result, "%s: no memory", at->name);
}

int letter_decode(const struct letter *l, struct heard_str raw, const struct letter_place *at,
		  struct heard_batch *batch, struct heard_error *err)
{
	struct mime_limits limits = MIME_LIMITS_DEFAULT;
	struct mime_message m;
	struct mime_key key;
	struct mime_self self = l->self->mime;
	struct heard_error why = {0};
	bool is_alone = heard_batch_size(batch) == 0;
	letter_key(l->host, &key); /* in open() there is no secret yet to make it of */
	self.key = &key;
	limits.max_size = (size_t)l->options->max_size + (size_t)l->options->max_size / 4;
	limits.max_text = (size_t)l->options->max_text;
	limits.max_attachments = (size_t)l->options->attachments.max_count + 20;
	limits.max_memory = limits.max_size * 2 + ((size_t)16 << 20);
	if (mime_read(raw, &limits, &self, &m, &why) != 0)
		return bury(at, raw, batch, why.text, err);
	struct heard_record *r = heard_batch_add(batch);
	int result = r ? fill(l, &m, raw, r, err)
		       : heard_fail(err, ENOMEM, "no memory for the record");
	mime_release(&m);
	if (result != -ENOMEM || !is_alone || r == NULL)
		return result;
	heard_record_quarantine(r, "%s: needs more memory than a batch may use", at->name);
	return 0;
}
