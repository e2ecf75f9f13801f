/*
 * read.c - a mail's bytes as a message.
 *
 * The order: look at the bytes for what would take GMime long, let it take the mail
 * apart, read the headers, walk the parts, strip the text, and ask who sent it.
 */
#include "reader.h"
#include "words.h"

#include <errno.h>
#include <heard/error.h>
#include <heard/time.h>
#include <stdlib.h>
#include <strings.h>

/* GMime's work for a boundary's line is the number of open boundaries.  What it allocates
 * is counted in units of some 450 bytes, for its parts, fields and parameters are small
 * objects of many strings: three bytes of a mail can cost five hundred.  A mail has units
 * for 64 MB.  Honest mail has some hundreds of all these, and not a megabyte of headers. */
enum {
	MAX_BOUNDARY_WORK = 50000000,
	MAX_LINES_UNCOUNTED = 7000, /* no more boundaries than lines can be open */
	MAX_UNITS = 140000,
	UNITS_OF_PART = 3,
	BYTES_OF_UNIT = 150, /* of a field: there are three copies */
	MAX_HEADER = 1 << 20,
};

/* GMime forgets to free a type that is registered again: some bytes, once a process.
 * The leak checker is told, for from its stack alone they could be anybody's. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_LEAK_CHECKER 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(HAS_LEAK_CHECKER)
#include <sanitizer/lsan_interface.h>
#define LEAKS_ARE_KNOWN(yes) ((yes) ? __lsan_disable() : __lsan_enable())
#else
#define LEAKS_ARE_KNOWN(yes) ((void)(yes))
#endif

/* Does GMime read nested messages itself, still? */
static bool is_registered(void)
{
	GMimeObject *o = g_mime_object_new_type(NULL, "message", "rfc822");
	bool is_part = GMIME_IS_PART(o);

	g_object_unref(o);
	return is_part;
}

/* Else the first reader makes a class while another looks at it: GLib knows how, and who
 * checks it for races does not see that. */
static void make_classes(void)
{
	const GType types[] = {GMIME_TYPE_PART,
			       GMIME_TYPE_TEXT_PART,
			       GMIME_TYPE_MULTIPART,
			       GMIME_TYPE_MULTIPART_SIGNED,
			       GMIME_TYPE_MULTIPART_ENCRYPTED,
			       GMIME_TYPE_MESSAGE,
			       GMIME_TYPE_MESSAGE_PART,
			       GMIME_TYPE_MESSAGE_PARTIAL,
			       GMIME_TYPE_APPLICATION_PKCS7_MIME,
			       GMIME_TYPE_STREAM_MEM};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		g_type_class_ref(types[i]);
}

void mime_init(void)
{
	static const char *const types[] = {"rfc822", "rfc2822", "global", "news"};

	LEAKS_ARE_KNOWN(true);
	g_mime_init();
	make_classes();
	/* Nested messages are parts like others to GMime; we read them, with our limits and
	 * without its address parser. */
	if (!is_registered())
		for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
			g_mime_object_register_type("message", types[i], GMIME_TYPE_PART);
	LEAKS_ARE_KNOWN(false);
}

const char *mime_note_text(enum mime_note note)
{
	switch (note) {
	case MIME_NOTE_TEXT_CUT: return "text longer than the limit was cut";
	case MIME_NOTE_TOO_DEEP: return "parts nested too deep were left out";
	case MIME_NOTE_PARTS: return "parts past the limit were left out";
	case MIME_NOTE_ATTACHMENTS: return "attachments past the limit were left out";
	case MIME_NOTE_CHARSET: return "a charset was guessed against its label";
	case MIME_NOTE_WINMAIL: return "a winmail.dat holds files";
	case MIME_NOTE_ENCRYPTED: return "an encrypted part cannot be read";
	case MIME_NOTE_NO_TEXT: return "no part is text";
	case MIME_NOTE_MULTIPLE_FROM: return "more than one From: the first counts";
	case MIME_NOTE_DATE: return "the date is none";
	case MIME_NOTE_ADDRESSES: return "addresses past the limit were left out";
	case MIME_NOTE_REFERENCES: return "references past the limit were left out";
	}
	return "unknown note";
}

/* ---- before GMime */

/* The line "From a@b Mon Jan 1 ..." of an mbox, and empty lines in front, are none of a
 * mail's. */
static struct heard_str skip_envelope(struct heard_str s)
{
	while (s.len && (s.ptr[0] == '\n' || s.ptr[0] == '\r'))
		s = heard_str_skip(s, 1);
	if (heard_str_starts(s, HEARD_STR_OF("From ")) ||
	    heard_str_starts(s, HEARD_STR_OF(">From "))) {
		const char *end = memchr(s.ptr, '\n', s.len);

		s = end ? heard_str_skip(s, (size_t)(end + 1 - s.ptr))
			: heard_str_skip(s, s.len);
	}
	return s;
}

/* Where the headers end: an empty line, or the end. */
static size_t header_len(struct heard_str s)
{
	size_t at = 0;

	while (at < s.len) {
		const char *end = memchr(s.ptr + at, '\n', s.len - at);
		size_t n = end ? (size_t)(end - s.ptr) - at : s.len - at;

		if (n == 0 || (n == 1 && s.ptr[at] == '\r'))
			return at;
		at += n + 1;
	}
	return s.len;
}

/* Is the first line a field: letters and a colon? */
static bool begins_with_field(struct heard_str s)
{
	size_t n = 0;

	while (n < s.len && n < 100 && s.ptr[n] > ' ' && s.ptr[n] < 0x7F && s.ptr[n] != ':')
		n++;
	while (n < s.len && n < 100 && (s.ptr[n] == ' ' || s.ptr[n] == '\t'))
		n++;
	return n > 0 && n < s.len && s.ptr[n] == ':';
}

/* However the parameter is written: boundary*0 is one, too. */
static size_t count_boundaries(struct heard_str s)
{
	size_t n = 0;

	for (size_t i = 0; i + 8 <= s.len; i++)
		n += (s.ptr[i] | 0x20) == 'b' && strncasecmp(s.ptr + i, "boundary", 8) == 0;
	return n;
}

/* A field, its value and its parameters. */
static size_t units_of_line(const char *line, size_t len)
{
	size_t n = 1 + len / BYTES_OF_UNIT;

	for (size_t i = 0; i < len; i++)
		n += line[i] == ';';
	return n;
}

/* What GMime will make of these bytes.  A header may begin behind any line that could be
 * a boundary, and ends at an empty one. */
static size_t count_units(struct heard_str s, size_t most, size_t *n_lines)
{
	size_t units = 0;
	bool is_header = true;

	*n_lines = 0;
	while (s.len && units <= most) {
		const char *end = memchr(s.ptr, '\n', s.len);
		size_t len = end ? (size_t)(end - s.ptr) : s.len;

		if (len >= 2 && s.ptr[0] == '-' && s.ptr[1] == '-') {
			units += UNITS_OF_PART;
			++*n_lines;
			is_header = true;
		} else if (len == 0 || (len == 1 && s.ptr[0] == '\r')) {
			is_header = false;
		} else if (is_header) {
			units += units_of_line(s.ptr, len);
		}
		s = heard_str_skip(s, len + 1);
	}
	return units;
}

/* Units add up over the messages in a message, as their trees are held at the same time. */
static bool is_bomb(struct mime_reader *r, struct heard_str s)
{
	size_t most = MAX_UNITS - r->units, lines;
	size_t units = count_units(s, most, &lines);
	size_t boundaries = units > most || lines > MAX_LINES_UNCOUNTED ? count_boundaries(s)
									: 1;

	if (boundaries == 0) /* lines in a text: only its own header counts */
		units = count_units(heard_str_n(s.ptr, header_len(s)), most, &lines);
	else if (lines > MAX_LINES_UNCOUNTED && lines > MAX_BOUNDARY_WORK / boundaries)
		return true;
	if (units > most)
		return true;
	r->units += units;
	return false;
}

static int check(struct heard_str s, const struct mime_limits *limits, struct heard_error *err)
{
	if (s.len > limits->max_size)
		return heard_fail(err, EMSGSIZE, "the mail has %zu bytes; the limit is %zu",
				  s.len, limits->max_size);
	if (mime_is_blank(s))
		return heard_fail(err, EBADMSG, "the mail is empty");
	if (header_len(s) > MAX_HEADER)
		return heard_fail(err, EBADMSG, "the mail's header is longer than %d bytes",
				  MAX_HEADER);
	return 0;
}

/* ---- GMime */

static GMimeParserOptions *options_new(void)
{
	static const char *charsets[] = {"utf-8", "gb18030", "windows-1252", NULL};
	GMimeParserOptions *o = g_mime_parser_options_new();

	g_mime_parser_options_set_fallback_charsets(o, charsets);
	return o;
}

/* Also for what is nested: decoded, it is other bytes than those that were looked at. */
struct mime_tree mime_tree_open(struct mime_reader *r, struct heard_str bytes)
{
	struct mime_tree tree = {NULL, NULL};
	GMimeParser *parser;
	GMimeStream *stream;

	bytes = skip_envelope(bytes);
	if (bytes.len == 0 || !begins_with_field(bytes))
		return tree;
	if (is_bomb(r, bytes)) {
		r->is_bomb = true;
		r->out->notes |= MIME_NOTE_PARTS;
		return tree;
	}
	/* Only read from, and given back in mime_tree_close(). */
	tree.array = g_byte_array_new_take((guint8 *)(uintptr_t)bytes.ptr, bytes.len);
	stream = g_mime_stream_mem_new_with_byte_array(tree.array);
	g_mime_stream_mem_set_owner((GMimeStreamMem *)stream, FALSE);
	parser = g_mime_parser_new_with_stream(stream);
	tree.root = g_mime_parser_construct_part(parser, r->options);
	g_object_unref(parser);
	g_object_unref(stream);
	return tree;
}

void mime_tree_close(struct mime_tree *tree)
{
	if (tree->root != NULL)
		g_object_unref(tree->root);
	if (tree->array != NULL)
		g_byte_array_free(tree->array, FALSE);
	tree->root = NULL;
	tree->array = NULL;
}

/* ---- text */

struct spans {
	struct mime_span *list;
	size_t n, size;
	bool failed;
};

static void on_span(void *arg, struct mime_span span)
{
	struct spans *s = arg;

	if (s->n == s->size) {
		size_t size = s->size ? s->size * 2 : 16;
		struct mime_span *more = realloc(s->list, size * sizeof(*more));

		if (more == NULL) {
			s->failed = true;
			return;
		}
		s->list = more;
		s->size = size;
	}
	s->list[s->n++] = span;
}

/* The text of our own and, below it, that of the messages in ours: all of it is fresh. */
static void text_keep(struct mime_reader *r, struct heard_str own)
{
	struct mime_message *m = r->out;
	struct heard_str nested = heard_str_trim(heard_buf_view(&r->nested));
	struct heard_buf all, fresh;
	struct spans spans = {NULL, 0, 0, false};

	heard_buf_init(&all, r->limits.max_text + 16);
	heard_buf_init(&fresh, r->limits.max_text + 32);
	own = heard_str_trim(heard_str_cut(own, r->limits.max_text));
	nested = heard_str_cut(nested, r->limits.max_text - own.len);
	heard_buf_str(&all, own);
	if (!mime_strip(heard_buf_view(&all), m->is_forward, &fresh, on_span, &spans))
		spans.failed = true;
	if (nested.len) {
		heard_buf_puts(&all, own.len ? "\n\n" : "");
		heard_buf_str(&all, nested);
		heard_buf_puts(&fresh, fresh.len ? "\n\n" : "");
		heard_buf_str(&fresh, nested);
	}
	m->text = mime_memory_copy(r->memory, heard_buf_view(&all));
	m->fresh = mime_memory_copy(r->memory, heard_buf_view(&fresh));
	struct mime_span *kept = spans.n ? mime_memory_alloc(r->memory, spans.n * sizeof(*kept))
					 : NULL;
	if (kept != NULL)
		memcpy(kept, spans.list, spans.n * sizeof(*kept));
	m->spans = kept;
	m->n_spans = kept ? spans.n : 0;
	if (spans.failed || all.failed || fresh.failed)
		r->memory->failed = true;
	free(spans.list);
	heard_buf_release(&all);
	heard_buf_release(&fresh);
}

/* ---- the whole */

static void parts_read(struct mime_reader *r, GMimeObject *root)
{
	struct heard_buf text;
	size_t most = r->limits.max_text;

	heard_buf_init(&text, most * 8 + 4096);
	mime_part_read(r, root, 0, &text, &r->out->is_html);
	if (mime_is_blank(heard_buf_view(&text))) {
		heard_buf_clear(&text);
		mime_calendar_text(&r->out->calendar, &text);
	}
	if (text.failed || r->nested.failed || text.len + r->nested.len > most)
		r->out->notes |= MIME_NOTE_TEXT_CUT;
	text_keep(r, heard_buf_view(&text));
	heard_buf_release(&text);
}

/* Bytes without a header: if they are text, that is the message. */
static void loose_read(struct mime_reader *r, struct heard_str bytes)
{
	struct heard_buf text;

	heard_buf_init(&text, r->limits.max_text * 8 + 4096);
	mime_loose_text(r, bytes, &text);
	text_keep(r, heard_buf_view(&text));
	heard_buf_release(&text);
}

static void attachments_keep(struct mime_reader *r)
{
	struct mime_attachment *kept;

	if (r->n_attachments == 0)
		return;
	kept = mime_memory_alloc(r->memory, r->n_attachments * sizeof(*kept));
	if (kept == NULL)
		return;
	memcpy(kept, r->attachments, r->n_attachments * sizeof(*kept));
	r->out->attachments = kept;
	r->out->n_attachments = r->n_attachments;
}

static int read_with(struct mime_reader *r, struct heard_str bytes, struct heard_error *err)
{
	struct mime_tree tree = mime_tree_open(r, bytes);
	bool has_header = tree.root != NULL;

	if (r->is_bomb)
		return heard_fail(err, EBADMSG,
				  "the mail has too many boundaries or header fields to be "
				  "honest");
	if (has_header) {
		mime_headers_read(r, tree.root);
		parts_read(r, tree.root);
		attachments_keep(r);
		mime_auto_read(r, tree.root);
	} else if (memchr(bytes.ptr, 0, bytes.len) == NULL) {
		loose_read(r, bytes);
	}
	mime_tree_close(&tree);
	if (mime_is_blank(r->out->text))
		r->out->notes |= MIME_NOTE_NO_TEXT;
	if (r->memory->failed)
		return heard_fail(err, ENOMEM, "the mail needs more memory than %zu bytes",
				  r->limits.max_memory);
	if (!has_header && mime_is_blank(r->out->text))
		return heard_fail(err, EBADMSG, "the mail has neither a header nor text");
	return 0;
}

int mime_read(struct heard_str bytes, const struct mime_limits *limits,
	      const struct mime_self *self, struct mime_message *out, struct heard_error *err)
{
	struct mime_reader r = {.limits = *limits, .self = self, .out = out};
	int rc;

	memset(out, 0, sizeof(*out));
	out->date_ms = HEARD_TIME_NONE;
	rc = check(bytes, limits, err);
	if (rc != 0)
		return rc;
	out->memory = r.memory = mime_memory_create(limits->max_memory);
	r.attachments = calloc(limits->max_attachments + 1, sizeof(*r.attachments));
	if (r.memory == NULL || r.attachments == NULL) {
		rc = heard_fail(err, ENOMEM, "there is no memory to read a mail");
	} else {
		heard_buf_init(&r.nested, limits->max_text * 8 + 4096);
		r.options = options_new();
		rc = read_with(&r, bytes, err);
		g_mime_parser_options_free(r.options);
		heard_buf_release(&r.nested);
	}
	free(r.attachments);
	if (rc != 0)
		mime_release(out);
	return rc;
}

void mime_release(struct mime_message *m)
{
	mime_memory_destroy(m->memory);
	memset(m, 0, sizeof(*m));
}
