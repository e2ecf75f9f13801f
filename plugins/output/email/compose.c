/*
 * compose.c - from what is to be said to the bytes of a mail.
 *
 * A mail to somebody who wrote one goes into the same conversation: In-Reply-To is
 * theirs, References are theirs and it, the subject is theirs behind "Re:", with the
 * ticket's token.  Whoever left an address in a form gets the template's subject.
 *
 * The Message-ID is made of ticket and event, so the same thing said again is the same
 * mail.  What the customer sent is unclean: ids that are none are left out, and the rest
 * is checked by mime_write().
 */
#include "email.h"

#include "outbox.h"

#include <heard/error.h>
#include <heard/host.h>
#include <heard/time.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum {
	SUBJECT_MOST = 300,
	TEXT_MOST = 1 << 20,
	REFERENCES = 41, /* the first, and the last of the others */
	ID_MOST = 500,
};

/* ---- small things */

struct heard_str domain_of(const char *address)
{
	const char *at = strrchr(address, '@');
	return heard_str(at ? at + 1 : "");
}

/* What a record without a language is written in: Chinese if any of it is, English if it
 * has a few words in Latin letters and no others. */
static int lang_of_text(struct heard_str text)
{
	size_t letters = 0, beyond = 0;
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];
		if (c >= 0xe4 && c <= 0xe9) /* U+4000 to U+9FFF */
			return TEMPLATE_ZH;
		letters += (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
		beyond += c >= 0x80;
	}
	return letters >= 12 && beyond < letters / 8 ? TEMPLATE_EN : -1;
}

enum template_lang lang_of(const struct email *e, struct heard_str tag, struct heard_str text)
{
	if (tag.len >= 2 && strncasecmp(tag.ptr, "zh", 2) == 0)
		return TEMPLATE_ZH;
	if (tag.len >= 2 && strncasecmp(tag.ptr, "en", 2) == 0)
		return TEMPLATE_EN;
	int lang = lang_of_text(text);
	return (enum template_lang)(lang >= 0 && tag.len == 0 ? lang : e->lang);
}

void time_text(struct email *e, struct heard_str time, enum template_lang lang, char out[80])
{
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
					     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	struct heard_zone *zone = heard_zone(e->host);
	int64_t at = time.len ? heard_time_parse(time, NULL) : HEARD_TIME_NONE;
	struct tm t;
	out[0] = '\0';
	if (at == HEARD_TIME_NONE)
		return;
	time_t there = (time_t)((at + (zone ? heard_zone_offset(zone, at) : 0)) / 1000);
	gmtime_r(&there, &t);
	const char *name = zone ? heard_zone_name(zone) : "UTC";
	if (lang == TEMPLATE_ZH)
		snprintf(out, 80, "%d年%d月%d日 %02d:%02d（%.30s）", t.tm_year + 1900,
			 t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min,
			 strcmp(name, "Asia/Shanghai") == 0 ? "北京时间" : name);
	else
		snprintf(out, 80, "%d %s %d, %02d:%02d (%.30s)", t.tm_mday, months[t.tm_mon],
			 t.tm_year + 1900, t.tm_hour, t.tm_min, name);
}

void event_name(const char *prefix, const unsigned char key[BOOK_KEY], char out[EVENT_NAME])
{
	size_t n = (size_t)snprintf(out, EVENT_NAME, "%s", prefix);
	for (size_t i = 0; i < 15; i++) {
		out[n++] = (char)('a' + (key[i] >> 4));
		out[n++] = (char)('a' + (key[i] & 15));
	}
	out[n] = '\0';
}

/* ---- the conversation */

static bool is_id(struct heard_str id)
{
	for (size_t i = 0; i < id.len; i++)
		if (id.ptr[i] <= ' ' || id.ptr[i] >= 0x7f || strchr("<>", id.ptr[i]))
			return false;
	return id.len > 0 && id.len <= ID_MOST && memchr(id.ptr, '@', id.len);
}

struct ids {
	struct heard_str list[REFERENCES];
	size_t n;
};

/* The first stays, as the conversation is known by it; of the others the oldest goes. */
static void ids_add(struct ids *ids, struct heard_str id)
{
	if (!is_id(id))
		return;
	for (size_t i = 0; i < ids->n; i++)
		if (heard_str_eq(ids->list[i], id))
			return;
	if (ids->n == REFERENCES) {
		memmove(&ids->list[1], &ids->list[2], (REFERENCES - 2) * sizeof(ids->list[0]));
		ids->n--;
	}
	ids->list[ids->n++] = id;
}

static void read_references(const struct letter_cite *cite, struct ids *ids)
{
	struct heard_str rest = cite->references;
	while (rest.len) {
		const char *blank = memchr(rest.ptr, ' ', rest.len);
		size_t n = blank ? (size_t)(blank - rest.ptr) : rest.len;
		ids_add(ids, heard_str_n(rest.ptr, n));
		rest = heard_str_skip(rest, n + 1);
	}
	ids_add(ids, cite->message_id);
}

/* ---- a mail */

struct sheet { /* what a draft becomes */
	struct heard_buf subject, text, html;
	struct heard_str values[TEMPLATE_VALUE_COUNT];
	char token[LETTER_TOKEN];
	struct ids references;
};

static void sheet_release(struct sheet *s)
{
	heard_buf_release(&s->subject);
	heard_buf_release(&s->text);
	heard_buf_release(&s->html);
}

static void write_subject(struct email *e, const struct draft *d, struct sheet *s)
{
	struct heard_str topic = s->values[TEMPLATE_TOPIC];
	if (!d->whom->has_cite || topic.len == 0) {
		template_write(e->templates, d->kind, d->lang, TEMPLATE_SUBJECT, s->values,
			       &s->subject);
		return;
	}
	heard_buf_puts(&s->subject, "Re: ");
	for (size_t i = 0; i < topic.len; i++)
		heard_buf_add(&s->subject,
			      (unsigned char)topic.ptr[i] < ' ' ? " " : topic.ptr + i, 1);
	heard_buf_printf(&s->subject, " [#%s]", s->token);
}

static int write_sheet(struct email *e, const struct draft *d, struct sheet *s,
		       struct heard_error *err)
{
	heard_buf_init(&s->subject, 4096);
	heard_buf_init(&s->text, TEXT_MOST);
	heard_buf_init(&s->html, 2 * TEXT_MOST);
	s->references.n = 0;
	letter_token_make(&e->key, d->ticket, s->token);
	memset(s->values, 0, sizeof(s->values));
	s->values[TEMPLATE_TICKET] = d->ticket;
	s->values[TEMPLATE_TOKEN] = heard_str(s->token);
	s->values[TEMPLATE_TOPIC] = heard_str_trim(
		heard_str_cut(mime_topic(d->whom->cite.subject).topic, SUBJECT_MOST));
	s->values[TEMPLATE_LINK] = d->link;
	s->values[TEMPLATE_DUE] = d->due;
	s->values[TEMPLATE_TEXT] = d->text;
	s->values[TEMPLATE_SENDER] = heard_str(e->sender);
	s->values[TEMPLATE_FILE] = d->file;
	write_subject(e, d, s);
	template_write(e->templates, d->kind, d->lang, TEMPLATE_PLAIN, s->values, &s->text);
	template_write(e->templates, d->kind, d->lang, TEMPLATE_HTML, s->values, &s->html);
	read_references(&d->whom->cite, &s->references);
	if (s->subject.failed || s->text.failed || s->html.failed)
		return heard_fail(err, E2BIG, "the mail's text is too long");
	return 0;
}

/* The address that they wrote to, if it is one of ours; else the usual one. */
static const char *from_of(const struct email *e, const struct whom *whom)
{
	for (size_t i = 0; i < e->also_from.n; i++)
		if (strlen(e->also_from.at[i]) == whom->cite.to.len &&
		    strncasecmp(e->also_from.at[i], whom->cite.to.ptr, whom->cite.to.len) == 0)
			return e->also_from.at[i];
	return e->from;
}

int compose(struct email *e, const struct draft *d, struct outbox_mail *m,
	    struct heard_error *err)
{
	struct sheet s;
	const char *from = from_of(e, d->whom);
	struct mime_address to = {.email = d->whom->to};
	if (d->whom->to.len >= sizeof(m->to))
		return heard_fail(err, EINVAL, "the customer's address is too long");
	snprintf(m->to, sizeof(m->to), "%.*s", HEARD_ARG(d->whom->to));
	letter_hash(e->host, "address", d->whom->to, m->address);
	m->from = e->envelope[0] ? e->envelope : from;
	m->is_automatic = d->is_automatic;
	if (mime_id_make(&e->key, d->ticket, d->event, domain_of(from), m->id, err))
		return -err->code;
	int result = write_sheet(e, d, &s, err);
	struct mime_outgoing out = {
		.from = {heard_str(e->sender), heard_str(from)},
		.reply_to = {.email = heard_str(e->reply_to)},
		.to = {&to, 1},
		.subject = heard_buf_view(&s.subject),
		.date_ms = heard_now(e->host),
		.message_id = heard_str(m->id),
		.in_reply_to = is_id(d->whom->cite.message_id) ? d->whom->cite.message_id
							       : heard_str_n(NULL, 0),
		.references = {s.references.list, s.references.n},
		.is_automatic = d->is_automatic,
		.text = heard_buf_view(&s.text),
		.html = heard_buf_view(&s.html),
		.attachments = d->attachment,
		.n_attachments = d->attachment != NULL,
	};
	if (result == 0)
		result = mime_write(&out, &m->bytes, err);
	sheet_release(&s);
	return result;
}
