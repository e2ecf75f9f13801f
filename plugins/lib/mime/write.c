/*
 * write.c - a message as a mail's bytes.
 *
 * Plain forms only, so that every relay and program reads it: text in
 * quoted-printable or base64, HTML as an alternative, files in a mixed part around
 * both.  Nothing of a ticket can write a header: a CR, LF or NUL is refused before
 * the first byte is written.
 *
 * The boundary is a hash of the Message-ID, so a retry sends the same bytes; no line of
 * quoted-printable or base64 can be one, since "=_" is in neither.
 */
#include "address.h"
#include "encode.h"

#include <errno.h>
#include <heard/buf.h>
#include <heard/error.h>
#include <heard/time.h>
#include <sodium.h>
#include <stdio.h>
#include <strings.h>
#include <text/utf8.h>
#include <time.h>

enum { MAX_VALUE = 8000, MAX_ID = 512, MAX_TYPE = 127, BOUNDARY = 40 };

/* Headers that are ours, and so may not be among the further ones. */
static const char *const ours[] = {
	"from",
	"to",
	"cc",
	"bcc",
	"subject",
	"date",
	"message-id",
	"in-reply-to",
	"references",
	"reply-to",
	"mime-version",
	"content-type",
	"content-transfer-encoding",
	"content-disposition",
	"auto-submitted",
	"x-auto-response-suppress",
	"x-loop",
	NULL,
};

/* ---- checks */

static bool is_one_line(struct heard_str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] == '\r' || s.ptr[i] == '\n' || s.ptr[i] == '\0')
			return false;
	return s.len <= MAX_VALUE;
}

static int check_value(const char *what, struct heard_str s, struct heard_error *err)
{
	if (!is_one_line(s))
		return heard_fail(err, EINVAL,
				  "the mail's %s has a line end or NUL in it, or more than %d "
				  "bytes",
				  what, MAX_VALUE);
	if (!text_is_valid(s))
		return heard_fail(err, EINVAL, "the mail's %s is not UTF-8", what);
	return 0;
}

static int check_address(const char *what, const struct mime_address *a,
			 struct heard_error *err)
{
	if (!mime_email_is_good(a->email))
		return heard_fail(err, EINVAL, "the mail's %s is no address", what);
	for (size_t i = 0; i < a->email.len; i++)
		if ((unsigned char)a->email.ptr[i] >= 0x80)
			return heard_fail(err, EINVAL,
					  "the mail's %s is an address beyond ASCII, which "
					  "cannot be sent to",
					  what);
	return check_value(what, a->name, err);
}

static struct heard_str bare_id(struct heard_str id)
{
	id = heard_str_trim(id);
	if (id.len >= 2 && id.ptr[0] == '<' && id.ptr[id.len - 1] == '>')
		id = heard_str_n(id.ptr + 1, id.len - 2);
	return id;
}

static int check_id(const char *what, struct heard_str id, struct heard_error *err)
{
	id = bare_id(id);
	for (size_t i = 0; i < id.len; i++)
		if (id.ptr[i] <= ' ' || id.ptr[i] == 0x7F || strchr("<>", id.ptr[i]))
			return heard_fail(err, EINVAL, "an id in the mail's %s is none", what);
	if (id.len == 0 || id.len > MAX_ID)
		return heard_fail(err, EINVAL, "an id in the mail's %s is empty or too long",
				  what);
	return 0;
}

static int check_header(const struct mime_header *h, struct heard_error *err)
{
	bool is_good = h->name.len > 0 && h->name.len <= 60;

	for (size_t i = 0; i < h->name.len; i++)
		is_good = is_good && h->name.ptr[i] > ' ' && h->name.ptr[i] < 0x7F &&
			  h->name.ptr[i] != ':';
	if (!is_good)
		return heard_fail(err, EINVAL,
				  "a further header of the mail has a name that is "
				  "none");
	for (size_t i = 0; ours[i] != NULL; i++)
		if (strlen(ours[i]) == h->name.len &&
		    strncasecmp(ours[i], h->name.ptr, h->name.len) == 0)
			return heard_fail(err, EINVAL,
					  "the header %s is written by the mail itself",
					  ours[i]);
	return check_value("further header", h->value, err);
}

static int check_ids(const struct mime_outgoing *m, struct heard_error *err)
{
	int rc = check_id("Message-ID", m->message_id, err);

	if (rc == 0 && m->in_reply_to.len)
		rc = check_id("In-Reply-To", m->in_reply_to, err);
	for (size_t i = 0; rc == 0 && i < m->references.n; i++)
		rc = check_id("References", m->references.list[i], err);
	return rc;
}

static int check_attachment(const struct mime_attachment *a, struct heard_error *err)
{
	const char *slash = a->type.len ? memchr(a->type.ptr, '/', a->type.len) : NULL;

	for (size_t i = 0; i < a->type.len; i++)
		if (a->type.ptr[i] <= ' ' || a->type.ptr[i] == 0x7F ||
		    strchr("\";,()<>", a->type.ptr[i]) != NULL)
			slash = NULL;
	if (slash == NULL || a->type.len > MAX_TYPE)
		return heard_fail(err, EINVAL, "an attachment's type must be like image/png");
	return check_value("attachment's name", a->name, err);
}

static int check(const struct mime_outgoing *m, struct heard_error *err)
{
	int rc = check_address("From", &m->from, err);

	if (rc == 0 && m->reply_to.email.len)
		rc = check_address("Reply-To", &m->reply_to, err);
	if (rc == 0 && m->to.n == 0)
		return heard_fail(err, EINVAL, "the mail has nobody to go to");
	for (size_t i = 0; rc == 0 && i < m->to.n; i++)
		rc = check_address("To", &m->to.list[i], err);
	if (rc == 0)
		rc = check_value("Subject", m->subject, err);
	if (rc == 0)
		rc = check_ids(m, err);
	for (size_t i = 0; rc == 0 && i < m->n_headers; i++)
		rc = check_header(&m->headers[i], err);
	for (size_t i = 0; rc == 0 && i < m->n_attachments; i++)
		rc = check_attachment(&m->attachments[i], err);
	if (rc == 0 && (!text_is_valid(m->text) || !text_is_valid(m->html)))
		return heard_fail(err, EINVAL, "the mail's text is not UTF-8");
	if (rc == 0 && (m->date_ms < 0 || m->date_ms > INT64_C(4102444800000)))
		return heard_fail(err, EINVAL, "the mail's date is before 1970 or after 2100");
	return rc;
}

/* ---- headers */

static void put_addresses(const char *name, const struct mime_address *list, size_t n,
			  struct heard_buf *out)
{
	heard_buf_printf(out, "%s:", name);
	for (size_t i = 0; i < n; i++) {
		heard_buf_puts(out, i ? ",\r\n " : " ");
		if (list[i].name.len) {
			mime_put_name(list[i].name, out);
			heard_buf_puts(out, list[i].name.len + list[i].email.len > 50 ? "\r\n "
										      : " ");
		}
		heard_buf_printf(out, "<%.*s>", HEARD_ARG(list[i].email));
	}
	heard_buf_puts(out, "\r\n");
}

/* One id a line: each may be long. */
static void put_ids(const char *name, const struct heard_str *ids, size_t n,
		    struct heard_buf *out)
{
	for (size_t i = 0; i < n; i++) {
		struct heard_str id = bare_id(ids[i]);

		heard_buf_printf(out, "%s%s <%.*s>\r\n", i == 0 ? name : "", i == 0 ? ":" : "",
				 HEARD_ARG(id));
	}
}

static void put_date(int64_t ms, struct heard_buf *out)
{
	static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
					     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	time_t at = (time_t)(ms / 1000);
	struct tm t;

	gmtime_r(&at, &t);
	heard_buf_printf(out, "Date: %s, %d %s %d %02d:%02d:%02d +0000\r\n", days[t.tm_wday],
			 t.tm_mday, months[t.tm_mon], t.tm_year + 1900, t.tm_hour, t.tm_min,
			 t.tm_sec);
}

static void put_headers(const struct mime_outgoing *m, struct heard_buf *out)
{
	put_date(m->date_ms, out);
	put_addresses("From", &m->from, 1, out);
	if (m->reply_to.email.len)
		put_addresses("Reply-To", &m->reply_to, 1, out);
	put_addresses("To", m->to.list, m->to.n, out);
	mime_put_header("Subject", m->subject, out);
	put_ids("Message-ID", &m->message_id, 1, out);
	if (m->in_reply_to.len)
		put_ids("In-Reply-To", &m->in_reply_to, 1, out);
	put_ids("References", m->references.list, m->references.n, out);
	if (m->is_automatic)
		heard_buf_printf(out,
				 "Auto-Submitted: auto-replied\r\n"
				 "X-Auto-Response-Suppress: All\r\n"
				 "X-Loop: %.*s\r\n",
				 HEARD_ARG(m->from.email));
	for (size_t i = 0; i < m->n_headers; i++) {
		char name[64];

		snprintf(name, sizeof(name), "%.*s", HEARD_ARG(m->headers[i].name));
		mime_put_header(name, m->headers[i].value, out);
	}
	heard_buf_puts(out, "MIME-Version: 1.0\r\n");
}

/* ---- bodies */

static void put_text(const char *type, struct heard_str text, struct heard_buf *out)
{
	bool base64 = mime_wants_base64(text);

	heard_buf_printf(out,
			 "Content-Type: %s; charset=utf-8\r\n"
			 "Content-Transfer-Encoding: %s\r\n\r\n",
			 type, base64 ? "base64" : "quoted-printable");
	if (base64)
		mime_put_base64(text, out);
	else
		mime_put_quoted(text, out);
}

static void put_attachment(const struct mime_attachment *a, struct heard_buf *out)
{
	heard_buf_printf(out, "Content-Type: %.*s\r\nContent-Disposition: %s",
			 HEARD_ARG(a->type), a->is_inline ? "inline" : "attachment");
	if (a->name.len)
		mime_put_param("filename", a->name, out);
	heard_buf_puts(out, "\r\nContent-Transfer-Encoding: base64\r\n\r\n");
	mime_put_base64(a->bytes, out);
}

static void put_alternative(const struct mime_outgoing *m, const char *boundary,
			    struct heard_buf *out)
{
	if (m->html.len == 0) {
		put_text("text/plain", m->text, out);
		return;
	}
	heard_buf_printf(out, "Content-Type: multipart/alternative; boundary=\"%s.a\"\r\n\r\n",
			 boundary);
	heard_buf_printf(out, "--%s.a\r\n", boundary);
	put_text("text/plain", m->text, out);
	heard_buf_printf(out, "--%s.a\r\n", boundary);
	put_text("text/html", m->html, out);
	heard_buf_printf(out, "--%s.a--\r\n", boundary);
}

static void boundary_make(const struct mime_outgoing *m, char out[BOUNDARY])
{
	unsigned char hash[crypto_generichash_BYTES_MIN];
	char hex[2 * sizeof(hash) + 1];

	crypto_generichash(hash, sizeof(hash), (const unsigned char *)m->message_id.ptr,
			   m->message_id.len, NULL, 0);
	sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash));
	snprintf(out, BOUNDARY, "=_h_%s", hex);
}

int mime_write(const struct mime_outgoing *m, struct heard_buf *out, struct heard_error *err)
{
	char boundary[BOUNDARY];
	int rc = check(m, err);

	if (rc != 0)
		return rc;
	boundary_make(m, boundary);
	put_headers(m, out);
	if (m->n_attachments > 0)
		heard_buf_printf(out,
				 "Content-Type: multipart/mixed; boundary=\"%s.m\"\r\n\r\n"
				 "--%s.m\r\n",
				 boundary, boundary);
	put_alternative(m, boundary, out);
	for (size_t i = 0; i < m->n_attachments; i++) {
		heard_buf_printf(out, "--%s.m\r\n", boundary);
		put_attachment(&m->attachments[i], out);
	}
	if (m->n_attachments > 0)
		heard_buf_printf(out, "--%s.m--\r\n", boundary);
	if (out->failed)
		return heard_fail(err, ENOMEM, "the mail is longer than its limit of %zu bytes",
				  out->cap);
	return 0;
}
