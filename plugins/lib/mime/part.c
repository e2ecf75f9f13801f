/*
 * part.c - which parts of a mail are its text, and which are files.
 *
 * - multipart/alternative says the same several times: the plain one is taken, unless
 *   it is empty or only says that one should look at the other.
 * - multipart/mixed and what is unknown: one text after the other (Apple's Mail breaks
 *   a text at each picture), the rest are files.
 * - multipart/related: what HTML shows; its files are inline.
 * - a message in the message: its text goes below ours under a line of its own, but a
 *   bounce's returned mail is only asked for its ids.
 *
 * Depth and number of parts are limited, and so are the bytes of messages in messages, each
 * of which is decoded while those around it are held; what lies beyond is left out and noted.
 */
#include "reader.h"
#include "words.h"

#include <strings.h>

bool mime_is_blank(struct heard_str s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] > ' ' &&
		    (s.len - i < 2 || memcmp(s.ptr + i, "\u00a0", 2) != 0))
			return false;
		else if ((unsigned char)s.ptr[i] > ' ')
			i++;
	return true;
}

static bool is_type(GMimeObject *o, const char *type, const char *subtype)
{
	GMimeContentType *t = g_mime_object_get_content_type(o);

	return t != NULL && g_mime_content_type_is_type(t, type, subtype);
}

static void part_init(const struct mime_reader *r, struct heard_buf *b)
{
	heard_buf_init(b, r->limits.max_text * 8 + 4096);
}

/* Below what is there, after an empty line. */
static void add_text(struct heard_buf *out, struct heard_str text)
{
	if (mime_is_blank(text))
		return;
	if (out->len > 0)
		heard_buf_puts(out, out->ptr[out->len - 1] == '\n' ? "\n" : "\n\n");
	heard_buf_str(out, text);
}

/* ---- multipart */

static int children(GMimeObject *o)
{
	return GMIME_IS_MULTIPART(o) ? g_mime_multipart_get_count((GMimeMultipart *)o) : 0;
}

static GMimeObject *child(GMimeObject *o, int i)
{
	return g_mime_multipart_get_part((GMimeMultipart *)o, i);
}

static bool has(struct heard_str s, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= s.len; i++)
		if (strncasecmp(s.ptr + i, word, n) == 0)
			return true;
	return false;
}

/* "Your mail program cannot show HTML." */
static bool is_stub(struct heard_str plain, struct heard_str html)
{
	return plain.len < 400 && has(plain, "html") && html.len > plain.len;
}

static void read_alternative(struct mime_reader *r, GMimeObject *o, size_t depth,
			     struct heard_buf *text, bool *is_html_r)
{
	struct heard_buf plain, html, one;

	part_init(r, &plain);
	part_init(r, &html);
	part_init(r, &one);
	for (int i = 0; i < children(o); i++) {
		GMimeObject *c = child(o, i);
		bool is_html = false;

		/* "text/watch-html" and other forms for one program */
		if (is_type(c, "text", "*") && !is_type(c, "text", "plain") &&
		    !is_type(c, "text", "html") && !is_type(c, "text", "calendar") &&
		    !is_type(c, "text", "enriched") && !is_type(c, "text", "richtext"))
			continue;
		heard_buf_clear(&one);
		mime_part_read(r, c, depth + 1, &one, &is_html);
		struct heard_buf *form = is_html ? &html : &plain;
		if (mime_is_blank(heard_buf_view(form))) {
			heard_buf_clear(form);
			heard_buf_str(form, heard_buf_view(&one));
		}
	}
	struct heard_str p = heard_buf_view(&plain), h = heard_buf_view(&html);
	bool take_html = !mime_is_blank(h) && (mime_is_blank(p) || is_stub(p, h));
	add_text(text, take_html ? h : p);
	*is_html_r = *is_html_r || take_html;
	heard_buf_release(&plain);
	heard_buf_release(&html);
	heard_buf_release(&one);
}

static void read_all(struct mime_reader *r, GMimeObject *o, size_t depth,
		     struct heard_buf *text, bool *is_html_r)
{
	bool is_related = is_type(o, "multipart", "related");
	struct heard_buf one;

	part_init(r, &one);
	for (int i = 0; i < children(o); i++) {
		GMimeObject *c = child(o, i);

		heard_buf_clear(&one);
		if (is_related && i > 0 && !GMIME_IS_MULTIPART(c) && !is_type(c, "text", "*") &&
		    !is_type(c, "message", "*"))
			mime_attachment_keep(r, c, true);
		else
			mime_part_read(r, c, depth + 1, &one, is_html_r);
		add_text(text, heard_buf_view(&one));
	}
	heard_buf_release(&one);
}

/* The boundary that the text of a multipart begins with, whatever its header says. */
static struct heard_str real_boundary(struct heard_str s)
{
	struct heard_str none = {NULL, 0};
	size_t n = 2;

	s = heard_str_trim(s);
	if (!heard_str_starts(s, HEARD_STR_OF("--")))
		return none;
	while (n < s.len && n < 72 && s.ptr[n] > ' ' && s.ptr[n] != '"' && s.ptr[n] != '\\')
		n++;
	if (n == 2 || n == s.len || (s.ptr[n] != '\n' && s.ptr[n] != '\r'))
		return none;
	return heard_str_n(s.ptr + 2, n - 2);
}

/* Its boundary is nowhere: perhaps another is, else the text is taken as it lies there. */
static void read_loose(struct mime_reader *r, GMimeObject *o, size_t depth,
		       struct heard_buf *text, bool *is_html_r)
{
	struct heard_str loose = heard_str(g_mime_multipart_get_prologue((GMimeMultipart *)o));
	struct heard_str boundary = real_boundary(loose);
	struct heard_buf bytes;
	struct mime_tree tree;

	if (boundary.len == 0) {
		mime_loose_text(r, loose, text);
		return;
	}
	if (r->nested_bytes > r->limits.max_memory) {
		r->out->notes |= MIME_NOTE_TOO_DEEP;
		return;
	}
	heard_buf_init(&bytes, r->limits.max_size + 256);
	heard_buf_printf(&bytes, "Content-Type: multipart/%s; boundary=\"%.*s\"\n\n",
			 is_type(o, "multipart", "alternative") ? "alternative" : "mixed",
			 HEARD_ARG(boundary));
	heard_buf_str(&bytes, loose);
	r->nested_bytes += bytes.size;
	tree = mime_tree_open(r, heard_buf_view(&bytes));
	if (tree.root != NULL && children(tree.root) > 0)
		mime_part_read(r, tree.root, depth + 1, text, is_html_r);
	else
		mime_loose_text(r, loose, text);
	mime_tree_close(&tree);
	r->nested_bytes -= bytes.size;
	heard_buf_release(&bytes);
}

static void read_multipart(struct mime_reader *r, GMimeObject *o, size_t depth,
			   struct heard_buf *text, bool *is_html_r)
{
	if (is_type(o, "multipart", "encrypted")) {
		r->out->notes |= MIME_NOTE_ENCRYPTED;
		return;
	}
	if (children(o) == 0) {
		read_loose(r, o, depth, text, is_html_r);
	} else if (is_type(o, "multipart", "alternative")) {
		read_alternative(r, o, depth, text, is_html_r);
	} else {
		read_all(r, o, depth, text, is_html_r);
	}
}

/* ---- a message in the message */

static void put_nested_head(GMimeObject *o, struct heard_buf *out)
{
	static const char *const names[] = {"From", "Date", "Subject"};

	heard_buf_puts(out, out->len ? "\n\n---------- Forwarded message ----------\n"
				     : "---------- Forwarded message ----------\n");
	for (size_t i = 0; i < 3; i++) {
		struct heard_str raw = mime_header_raw(o, names[i]);

		if (raw.len == 0)
			continue;
		heard_buf_printf(out, "%s: ", names[i]);
		mime_words(raw, out);
		heard_buf_puts(out, "\n");
	}
	heard_buf_puts(out, "\n");
}

static void read_nested(struct mime_reader *r, GMimeObject *o, size_t depth)
{
	struct heard_buf bytes, one;
	bool is_html = false;

	if (r->nested_bytes > r->limits.max_memory) {
		r->out->notes |= MIME_NOTE_TOO_DEEP;
		return;
	}
	heard_buf_init(&bytes, r->limits.max_size + 128);
	part_init(r, &one);
	mime_content(o, &bytes);
	r->nested_bytes += bytes.size;
	struct mime_tree tree = mime_tree_open(r, heard_buf_view(&bytes));
	if (tree.root != NULL && r->out->report.kind != MIME_REPORT_NONE) {
		mime_report_original(r, heard_buf_view(&bytes));
	} else if (tree.root != NULL) {
		mime_part_read(r, tree.root, depth + 1, &one, &is_html);
		put_nested_head(tree.root, &r->nested);
		heard_buf_str(&r->nested, heard_str_trim(heard_buf_view(&one)));
	}
	mime_tree_close(&tree);
	r->nested_bytes -= bytes.size;
	heard_buf_release(&bytes);
	heard_buf_release(&one);
}

/* ---- a part that is no multipart */

static enum mime_report_kind report_kind(GMimeObject *o)
{
	if (is_type(o, "message", "delivery-status") ||
	    is_type(o, "message", "global-delivery-status"))
		return MIME_REPORT_DELIVERY;
	if (is_type(o, "message", "disposition-notification"))
		return MIME_REPORT_DISPOSITION;
	return is_type(o, "message", "feedback-report") ? MIME_REPORT_ABUSE : MIME_REPORT_NONE;
}

static void read_report(struct mime_reader *r, GMimeObject *o, enum mime_report_kind kind)
{
	struct heard_buf bytes;

	heard_buf_init(&bytes, r->limits.max_size + 128);
	mime_content(o, &bytes);
	if (kind != MIME_REPORT_NONE)
		mime_report_read(r, heard_buf_view(&bytes), kind);
	else
		mime_report_original(r, heard_buf_view(&bytes));
	heard_buf_release(&bytes);
}

static void read_calendar(struct mime_reader *r, GMimeObject *o)
{
	struct heard_buf text;

	part_init(r, &text);
	mime_content_text(r, o, false, &text);
	mime_calendar_read(r, heard_buf_view(&text));
	heard_buf_release(&text);
	if (mime_part_name(r, o).len)
		mime_attachment_keep(r, o, false);
}

/* A type that is none ("text", "garbage") means plain text, says RFC 2045. */
static bool has_no_type(GMimeObject *o)
{
	struct heard_str raw = mime_header_raw(o, "Content-Type");

	return memchr(raw.ptr ? raw.ptr : "", '/', raw.len) == NULL;
}

/* Is it shown as text, or a file that happens to be one?  `has_text`: there is some. */
static bool is_shown(struct mime_reader *r, GMimeObject *o, bool has_text)
{
	const char *disposition = g_mime_object_get_disposition(o);

	if (!is_type(o, "text", "plain") && !is_type(o, "text", "html") &&
	    !is_type(o, "text", "enriched") && !is_type(o, "text", "richtext") &&
	    !has_no_type(o))
		return false;
	if (disposition != NULL && strcasecmp(disposition, "attachment") == 0)
		return false;
	return !(mime_part_name(r, o).len && (disposition != NULL || has_text));
}

static void read_leaf(struct mime_reader *r, GMimeObject *o, size_t depth,
		      struct heard_buf *text, bool *is_html_r)
{
	enum mime_report_kind kind = report_kind(o);

	if (kind != MIME_REPORT_NONE || is_type(o, "text", "rfc822-headers")) {
		read_report(r, o, kind);
	} else if (is_type(o, "message", "rfc822") || is_type(o, "message", "global") ||
		   is_type(o, "message", "news")) {
		read_nested(r, o, depth);
	} else if (is_type(o, "text", "calendar") || is_type(o, "application", "ics")) {
		read_calendar(r, o);
	} else if (is_shown(r, o, !mime_is_blank(heard_buf_view(text)))) {
		bool is_html = !is_type(o, "text", "plain") && !has_no_type(o);

		mime_content_text(r, o, is_html, text);
		*is_html_r = *is_html_r || is_html;
		if (heard_str_starts(heard_str_trim(heard_buf_view(text)),
				     HEARD_STR_OF("-----BEGIN PGP MESSAGE-----")))
			r->out->notes |= MIME_NOTE_ENCRYPTED;
	} else {
		mime_attachment_keep(r, o, false);
	}
}

void mime_part_read(struct mime_reader *r, GMimeObject *o, size_t depth, struct heard_buf *text,
		    bool *is_html_r)
{
	if (depth > r->limits.max_depth) {
		r->out->notes |= MIME_NOTE_TOO_DEEP;
		return;
	}
	if (r->parts >= r->limits.max_parts) {
		r->out->notes |= MIME_NOTE_PARTS;
		return;
	}
	r->parts++;
	if (GMIME_IS_MULTIPART(o))
		read_multipart(r, o, depth, text, is_html_r);
	else
		read_leaf(r, o, depth, text, is_html_r);
}
