/*
 * attachment.c - the files in a mail.
 */
#include "reader.h"
#include "words.h"

#include <strings.h>

enum { MAX_NAME = 255, MAX_TYPE = 127 };

/* ---- name */

/* Without folders, and not longer than a file system takes; cut in front of the end,
 * so that ".pdf" stays, at characters. */
static struct heard_str file_name(struct heard_str s)
{
	for (size_t i = s.len; i > 0; i--)
		if (s.ptr[i - 1] == '/' || s.ptr[i - 1] == '\\') {
			s = heard_str_skip(s, i);
			break;
		}
	if (s.len > MAX_NAME)
		s = heard_str_skip(s, s.len - MAX_NAME);
	while (s.len && ((unsigned char)s.ptr[0] & 0xC0) == 0x80)
		s = heard_str_skip(s, 1);
	return s;
}

/* Encoded words have no place in a parameter, and so they stand there with quotes in the
 * wrong places and over several lines: all from `key` on to the next ';' is read. */
static struct heard_str encoded_name(struct mime_reader *r, struct heard_str raw,
				     const char *key)
{
	struct heard_str none = {NULL, 0};
	struct heard_buf value;
	size_t n = strlen(key), at = 0;

	while (at + n < raw.len && strncasecmp(raw.ptr + at, key, n) != 0)
		at++;
	raw = heard_str_skip(raw, at + n);
	if (raw.len == 0 || memmem(raw.ptr, raw.len, "=?", 2) == NULL)
		return none;
	heard_buf_init(&value, raw.len + 8);
	for (size_t i = 0; i < raw.len && raw.ptr[i] != ';'; i++)
		if (raw.ptr[i] != '"' && !(raw.ptr[i] == '=' && value.len == 0 &&
					   i + 1 < raw.len && raw.ptr[i + 1] == '='))
			heard_buf_add(&value, raw.ptr + i, 1);
	struct heard_str name = {NULL, 0};
	if (value.len && memmem(value.ptr, value.len, "=?", 2) != NULL)
		name = mime_words_kept(heard_buf_view(&value), r->memory);
	heard_buf_release(&value);
	return name;
}

/* GMime undoes RFC 2231; what it gives may still be raw bytes of some charset. */
struct heard_str mime_part_name(struct mime_reader *r, GMimeObject *o)
{
	const char *raw = g_mime_object_get_content_disposition_parameter(o, "filename");
	struct heard_str name = encoded_name(r, mime_header_raw(o, "Content-Disposition"),
					     "filename=");

	if (name.len == 0)
		name = encoded_name(r, mime_header_raw(o, "Content-Type"), "name=");
	if (name.len)
		return file_name(name);
	if (raw == NULL || raw[0] == '\0')
		raw = g_mime_object_get_content_type_parameter(o, "name");
	if (raw == NULL || raw[0] == '\0')
		return heard_str_n(NULL, 0);
	return file_name(mime_words_kept(heard_str(raw), r->memory));
}

/* ---- the whole */

static struct heard_str type_kept(struct mime_reader *r, GMimeObject *o)
{
	char *given = g_mime_content_type_get_mime_type(g_mime_object_get_content_type(o));
	struct heard_str kept = {NULL, 0};
	size_t n = given ? strlen(given) : 0;

	for (size_t i = 0; i < n; i++) {
		if (given[i] <= ' ' || given[i] == 0x7F)
			n = 0;
		else if (given[i] >= 'A' && given[i] <= 'Z')
			given[i] = (char)(given[i] | 0x20);
	}
	if (n > 0 && n <= MAX_TYPE)
		kept = mime_memory_copy(r->memory, heard_str_n(given, n));
	g_free(given);
	return kept.len ? kept
			: mime_memory_copy(r->memory, HEARD_STR_OF("application/octet-stream"));
}

static struct heard_str cid_kept(struct mime_reader *r, GMimeObject *o)
{
	bool more = false;
	struct mime_ids ids = mime_ids_read(mime_header_raw(o, "Content-ID"), r->memory, &more);

	return ids.n ? ids.list[0] : heard_str_n(NULL, 0);
}

/* A signature of the mail says nothing to a reader. */
static bool is_proof(struct heard_str type)
{
	return heard_str_is(type, "application/pgp-signature") ||
	       heard_str_is(type, "application/pkcs7-signature") ||
	       heard_str_is(type, "application/x-pkcs7-signature");
}

static void note(struct mime_reader *r, const struct mime_attachment *a)
{
	static const char winmail[] = "winmail.dat";
	bool is_winmail = a->name.len == sizeof(winmail) - 1 &&
			  strncasecmp(a->name.ptr, winmail, a->name.len) == 0;

	if (is_winmail || heard_str_is(a->type, "application/ms-tnef") ||
	    heard_str_is(a->type, "application/vnd.ms-tnef"))
		r->out->notes |= MIME_NOTE_WINMAIL;
	if (heard_str_is(a->type, "application/pkcs7-mime") ||
	    heard_str_is(a->type, "application/x-pkcs7-mime"))
		r->out->notes |= MIME_NOTE_ENCRYPTED;
}

void mime_attachment_keep(struct mime_reader *r, GMimeObject *o, bool is_related)
{
	const char *disposition = g_mime_object_get_disposition(o);
	struct mime_attachment a = {.type = type_kept(r, o)};
	struct heard_buf bytes;

	if (is_proof(a.type) || !GMIME_IS_PART(o))
		return;
	a.name = mime_part_name(r, o);
	a.cid = cid_kept(r, o);
	a.is_inline = (disposition != NULL && strcasecmp(disposition, "inline") == 0) ||
		      (is_related && a.cid.len > 0 &&
		       (disposition == NULL || strcasecmp(disposition, "attachment") != 0));
	note(r, &a);
	if (r->n_attachments == r->limits.max_attachments) {
		r->out->notes |= MIME_NOTE_ATTACHMENTS;
		return;
	}
	heard_buf_init(&bytes, r->limits.max_size + 128);
	if (mime_content(o, &bytes))
		a.bytes = mime_memory_copy(r->memory, heard_buf_view(&bytes));
	heard_buf_release(&bytes);
	r->attachments[r->n_attachments++] = a;
}
