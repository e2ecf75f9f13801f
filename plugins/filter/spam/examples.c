/*
 * examples.c - a file of examples, whatever it is.
 */
#include "examples.h"

#include <heard/buf.h>
#include <heard/error.h>
#include <heard/json.h>
#include <letter/traits.h>
#include <mime/mime.h>

#include <ctype.h>
#include <errno.h>

enum { LINE_MAX_BYTES = 4 << 20, NAME_MAX_BYTES = 64 };

/* "Subject: x", or the line that an mbox has before it. */
static bool is_mail(struct heard_str s)
{
	size_t n = 0;
	if (heard_str_starts(s, HEARD_STR_OF("From ")))
		return true;
	while (n < s.len && n < NAME_MAX_BYTES &&
	       (isalnum((unsigned char)s.ptr[n]) || s.ptr[n] == '-'))
		n++;
	if (n == 0 || n == s.len || s.ptr[n] != ':')
		return false;
	/* "Note: a text" is a text: a mail has a second field, or an empty line. */
	const char *end = memchr(s.ptr, '\n', s.len);
	struct heard_str next = end ? heard_str_skip(s, (size_t)(end + 1 - s.ptr))
				    : heard_str_n(NULL, 0);
	if (next.len == 0 || strchr(" \t\r\n", next.ptr[0]))
		return next.len > 0;
	for (n = 0; n < next.len && n < NAME_MAX_BYTES &&
		    (isalnum((unsigned char)next.ptr[n]) || next.ptr[n] == '-');)
		n++;
	return n > 0 && n < next.len && next.ptr[n] == ':';
}

static int read_mail(struct heard_str bytes, int (*fn)(void *arg, const struct example *),
		     void *arg, struct heard_error *err)
{
	struct mime_limits limits = MIME_LIMITS_DEFAULT;
	struct mime_message m;
	struct heard_buf traits;
	limits.max_text = 256 * 1024; /* as letter's default */
	if (mime_read(bytes, &limits, NULL, &m, err) != 0)
		return -err->code;
	heard_buf_init(&traits, LETTER_TRAITS_MAX);
	letter_traits(bytes, &m, &traits);
	struct example e = {
		.text = {.subject = m.subject,
			 .body = m.fresh,
			 .name = m.from.name,
			 .email = m.from.email,
			 .traits = heard_buf_view(&traits)},
		.author = m.from.email,
	};
	int result = fn(arg, &e);
	heard_buf_release(&traits);
	mime_release(&m);
	return result;
}

int examples_record(struct heard_str line, int (*fn)(void *arg, const struct example *),
		    void *arg, struct heard_error *err)
{
	struct heard_json_doc *doc = heard_json_parse(line, LINE_MAX_BYTES, err);
	const struct heard_json *root = doc ? heard_json_root(doc) : NULL;
	int result = 0;
	if (doc == NULL)
		return -err->code;
	if (root->type == HEARD_JSON_OBJECT) {
		const struct heard_json *a = heard_json_member(root, "attributes");
		struct heard_str flat = heard_json_string(a, "mail.traits");
		struct example e = {
			.text = {.subject = heard_json_string(root, "subject"),
				 .body = heard_json_string(root, "body"),
				 .traits = flat.len ? flat
						    : heard_json_string(
							      heard_json_member(a, "mail"),
							      "traits")},
			.id = heard_json_string(root, "id"),
			.author = heard_json_string(heard_json_member(root, "author"), "key"),
		};
		result = fn(arg, &e);
	}
	heard_json_destroy(doc);
	return result;
}

int examples_read(struct heard_str bytes, int (*fn)(void *arg, const struct example *),
		  void *arg, struct heard_error *err)
{
	int result = 0;
	if (is_mail(bytes))
		return read_mail(bytes, fn, arg, err);
	for (int line_number = 1; bytes.len > 0 && result == 0; line_number++) {
		const char *end = memchr(bytes.ptr, '\n', bytes.len);
		size_t n = end ? (size_t)(end - bytes.ptr) : bytes.len;
		struct heard_str line = heard_str_trim(heard_str_n(bytes.ptr, n));
		struct example e = {.text = {.body = line}};
		bytes = heard_str_skip(bytes, n + 1);
		if (line.len > 0 && line.ptr[0] == '{')
			result = examples_record(line, fn, arg, err);
		else if (line.len > 0)
			result = fn(arg, &e);
		if (result == -EBADMSG)
			return heard_error_wrap(err, "line %d", line_number);
	}
	return result;
}
