/*
 * header.c - a mail's own headers.
 *
 * GMime splits them; their raw values are read here.  (Its decoded ones are not used:
 * it reads address groups by recursion, and knows fewer ways to be wrong.)
 */
#include "address.h"
#include "reader.h"
#include "words.h"

#include <heard/time.h>
#include <strings.h>

enum { MAX_ID = 512 };

/* ---- one header */

struct heard_str mime_header_raw(GMimeObject *o, const char *name)
{
	GMimeHeader *h = g_mime_header_list_get_header(g_mime_object_get_header_list(o), name);

	return heard_str_trim(heard_str(h ? g_mime_header_get_raw_value(h) : NULL));
}

bool mime_header_is_there(GMimeObject *o, const char *name)
{
	return g_mime_header_list_contains(g_mime_object_get_header_list(o), name);
}

size_t mime_header_count(GMimeObject *o, const char *name)
{
	GMimeHeaderList *list = g_mime_object_get_header_list(o);
	int all = g_mime_header_list_get_count(list);
	size_t n = 0;

	for (int i = 0; i < all; i++) {
		GMimeHeader *h = g_mime_header_list_get_header_at(list, i);

		n += strcasecmp(g_mime_header_get_name(h), name) == 0;
	}
	return n;
}

/* ---- ids */

/* One id without what is not of it: blanks from folds, quotes. */
static struct heard_str id_kept(struct heard_str raw, struct mime_memory *m)
{
	char id[MAX_ID];
	size_t n = 0;

	for (size_t i = 0; i < raw.len && n < MAX_ID; i++)
		if ((unsigned char)raw.ptr[i] > ' ' && raw.ptr[i] != 0x7F &&
		    strchr("<>\"", raw.ptr[i]) == NULL)
			id[n++] = raw.ptr[i];
	/* Not cut: the beginning of an id is another id. */
	return n == MAX_ID ? heard_str_n(NULL, 0) : mime_words_kept(heard_str_n(id, n), m);
}

/* The next id of a raw value; false: there is none left.  Without <> it is a word
 * with an @ in it. */
static bool next_id(struct heard_str *rest, bool has_angle, struct heard_str *id)
{
	while (rest->len) {
		size_t n = 0;
		bool is_open = rest->ptr[0] == '<';

		if (has_angle && !is_open) {
			*rest = heard_str_skip(*rest, 1);
			continue;
		}
		while (n < rest->len && (has_angle ? rest->ptr[n] != '>'
						   : strchr(" \t\r\n,", rest->ptr[n]) == NULL))
			n++;
		*id = heard_str_n(rest->ptr, n);
		*rest = heard_str_skip(*rest, n + 1);
		if (n > 1 && (has_angle || memchr(id->ptr, '@', n) != NULL))
			return true;
	}
	return false;
}

struct mime_ids mime_ids_read(struct heard_str raw, struct mime_memory *m, bool *more_r)
{
	struct mime_ids out = {NULL, 0};
	struct heard_str *list, id;
	bool has_angle = raw.len && memchr(raw.ptr, '<', raw.len) != NULL;

	if (raw.len == 0)
		return out;
	list = mime_memory_alloc(m, MIME_MAX_REFERENCES * sizeof(*list));
	while (list != NULL && next_id(&raw, has_angle, &id)) {
		struct heard_str kept = id_kept(id, m);

		if (kept.len == 0)
			continue;
		if (out.n ==
		    MIME_MAX_REFERENCES) { /* the first is the thread's, the rest: the latest */
			*more_r = true;
			memmove(list + 1, list + 2, (out.n - 2) * sizeof(*list));
			out.n--;
		}
		list[out.n++] = kept;
	}
	out.list = list;
	return out;
}

/* ---- date */

static int64_t date_read(struct heard_str raw, unsigned *notes)
{
	const int64_t from = 631152000, to = 4102444800; /* 1990, 2100 */
	int64_t at = 0;
	char text[128];

	if (raw.len == 0)
		return HEARD_TIME_NONE;
	if (raw.len < sizeof(text)) {
		memcpy(text, raw.ptr, raw.len);
		text[raw.len] = '\0';
		GDateTime *t = g_mime_utils_header_decode_date(text);
		at = t ? g_date_time_to_unix(t) : 0;
		if (t != NULL)
			g_date_time_unref(t);
	}
	if (at >= from && at < to)
		return at * 1000;
	*notes |= MIME_NOTE_DATE;
	return HEARD_TIME_NONE;
}

/* ---- all of them */

static struct mime_addresses addresses(struct mime_reader *r, GMimeObject *o, const char *name)
{
	bool more = false;
	struct mime_addresses list = mime_addresses_read(mime_header_raw(o, name), r->memory,
							 &more);

	if (more)
		r->out->notes |= MIME_NOTE_ADDRESSES;
	return list;
}

static void from_read(struct mime_reader *r, GMimeObject *o)
{
	static const char *const names[] = {"From", "Sender", "Resent-From"};

	for (size_t i = 0; i < 3 && r->out->from.email.len == 0; i++) {
		struct mime_addresses list = addresses(r, o, names[i]);
		size_t k = 0;

		while (k < list.n && list.list[k].email.len == 0)
			k++;
		if (k < list.n)
			r->out->from = list.list[k];
		else if (list.n && r->out->from.name.len == 0)
			r->out->from.name = list.list[0].name;
	}
	if (mime_header_count(o, "From") > 1)
		r->out->notes |= MIME_NOTE_MULTIPLE_FROM;
}

static void delivered_to_read(struct mime_reader *r, GMimeObject *o)
{
	static const char *const names[] = {"Delivered-To", "X-Original-To", "Envelope-To",
					    "X-Envelope-To"};

	for (size_t i = 0; i < 4 && r->out->delivered_to.n == 0; i++)
		r->out->delivered_to = addresses(r, o, names[i]);
}

static void return_path_read(struct mime_reader *r, GMimeObject *o)
{
	r->out->has_return_path = mime_header_is_there(o, "Return-Path");
	r->out->return_path.email = mime_email(mime_header_raw(o, "Return-Path"), r->memory);
}

static void subject_read(struct mime_reader *r, GMimeObject *o)
{
	struct mime_message *m = r->out;
	struct mime_topic t;

	m->subject = mime_words_kept(mime_header_raw(o, "Subject"), r->memory);
	t = mime_topic(m->subject);
	m->topic = t.topic;
	m->token = t.token;
	m->is_reply = t.is_reply;
	m->is_forward = t.is_forward;
}

void mime_headers_read(struct mime_reader *r, GMimeObject *o)
{
	struct mime_message *m = r->out;
	bool more = false;
	struct mime_ids own = mime_ids_read(mime_header_raw(o, "Message-ID"), r->memory, &more);

	m->message_id = own.n ? own.list[0] : heard_str_n(NULL, 0);
	more = false;
	m->in_reply_to = mime_ids_read(mime_header_raw(o, "In-Reply-To"), r->memory, &more);
	m->references = mime_ids_read(mime_header_raw(o, "References"), r->memory, &more);
	if (more)
		m->notes |= MIME_NOTE_REFERENCES;
	from_read(r, o);
	m->reply_to = addresses(r, o, "Reply-To");
	m->to = addresses(r, o, "To");
	m->cc = addresses(r, o, "Cc");
	delivered_to_read(r, o);
	return_path_read(r, o);
	subject_read(r, o);
	m->date_ms = date_read(mime_header_raw(o, "Date"), &m->notes);
}
