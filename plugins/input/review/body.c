/*
 * body.c - whatever its form, a body is made one list, and that is read as a page is.
 */
#include "body.h"

#include <heard/error.h>
#include <heard/json.h>

#include <errno.h>
#include <string.h>

static int bad_line(size_t line, struct heard_error *err)
{
	heard_fail(err, EBADMSG, "a JSON object is expected here");
	if (err)
		err->line = (int)line;
	return -EBADMSG;
}

/* Lines are made a list, and so is a single object. */
static int put_lines(struct heard_str raw, struct heard_buf *out, struct heard_error *err)
{
	for (size_t line = 1; raw.len; line++) {
		const char *end = memchr(raw.ptr, '\n', raw.len);
		size_t n = end ? (size_t)(end - raw.ptr) : raw.len;
		struct heard_str one = heard_str_trim(heard_str_n(raw.ptr, n));
		if (one.len > 0 && (one.ptr[0] != '{' || one.ptr[one.len - 1] != '}'))
			return bad_line(line, err);
		if (one.len > 0) {
			heard_buf_puts(out, out->len > 1 ? "," : "");
			heard_buf_str(out, one);
		}
		raw = heard_str_skip(raw, end ? n + 1 : n);
	}
	return 0;
}

static int put_list(struct heard_str raw, bool is_lines, struct heard_buf *out,
		    struct heard_error *err)
{
	int code = 0;
	if (heard_str_starts(raw, HEARD_STR_OF("\xef\xbb\xbf")))
		raw = heard_str_skip(raw, 3);
	raw = heard_str_trim(raw);
	bool is_list = !is_lines && raw.len > 0 && raw.ptr[0] == '[';
	heard_buf_puts(out, is_list ? "" : "[");
	if (is_lines)
		code = put_lines(raw, out, err);
	else
		heard_buf_str(out, raw);
	heard_buf_puts(out, is_list ? "" : "]");
	if (code == 0 && out->failed)
		return heard_fail(err, ENOMEM, "no memory for the body");
	return code;
}

static int visit(const struct heard_json *j, const char *items, body_fn *fn, void *arg,
		 struct heard_error *err)
{
	size_t n = 0;
	int code = 0;
	for (; j && code == 0; j = j->next) {
		const struct heard_json *inner = items[0] ? feed_get(j, items) : NULL;
		if (inner == NULL || inner->type == HEARD_JSON_OBJECT) {
			code = fn(arg, inner ? inner : j, ++n, err);
			continue;
		}
		for (inner = inner->first; inner && code == 0; inner = inner->next)
			code = fn(arg, inner, ++n, err);
	}
	if (code == 0 && n == 0)
		return heard_fail(err, EBADMSG, "the body holds no review");
	return code;
}

int body_visit(const struct feed *feed, const char *items, struct heard_str raw, bool is_lines,
	       body_fn *fn, void *arg, struct heard_error *err)
{
	struct heard_buf list;
	struct feed_page *page = NULL;
	size_t n;
	heard_buf_init(&list, 2 * raw.len + 16);
	int code = put_list(raw, is_lines, &list, err);
	if (code == 0 && (page = feed_page_read(feed, heard_buf_view(&list), err)) == NULL)
		code = err->code == ENOMEM ? -ENOMEM
					   : heard_fail(err, EBADMSG, "%s", err->text);
	if (code == 0)
		code = visit(feed_page_first(page, &n), items, fn, arg, err);
	feed_page_destroy(page);
	heard_buf_release(&list);
	return code;
}
