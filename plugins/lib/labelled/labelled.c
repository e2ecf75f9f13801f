/*
 * labelled.c - rows and lines to texts with a label.
 */
#include "labelled.h"

#include <heard/buf.h>
#include <heard/error.h>
#include <heard/json.h>
#include <table/csv.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { LINE_MAX_BYTES = 4 << 20, ROW_MAX_BYTES = 4 << 20 };

struct walk {
	const struct labelled_columns *columns;
	labelled_fn *fn;
	void *arg;
	struct heard_error *err;
};

static int give(const struct walk *r, struct labelled l)
{
	l.label = heard_str_trim(l.label);
	if (l.label.len == 0 || heard_str_trim(l.subject).len + heard_str_trim(l.body).len == 0)
		return 0;
	return r->fn(r->arg, &l);
}

/* ---- NDJSON */

/* The member of that name; of an object, its member `label`. */
static struct heard_str label_in(const struct heard_json *root, const char *name)
{
	const struct heard_json *in = heard_json_member(root, name);
	return in != NULL && in->type == HEARD_JSON_OBJECT ? heard_json_string(in, "label")
							   : heard_json_string(root, name);
}

static int read_record(const struct walk *r, struct heard_str line)
{
	const char *text = r->columns->text ? r->columns->text : "body";
	const char *label = r->columns->label ? r->columns->label : r->columns->field;
	struct heard_json_doc *doc = heard_json_parse(line, LINE_MAX_BYTES, r->err);
	if (doc == NULL)
		return -EBADMSG;
	const struct heard_json *root = heard_json_root(doc);
	int result = root->type != HEARD_JSON_OBJECT
			     ? heard_fail(r->err, EBADMSG, "this is no record")
			     : give(r, (struct labelled){heard_json_string(root, "subject"),
							 heard_json_string(root, text),
							 label_in(root, label)});
	heard_json_destroy(doc);
	return result;
}

static int read_lines(const struct walk *r, struct heard_str bytes)
{
	for (int number = 1; bytes.len > 0; number++) {
		const char *end = memchr(bytes.ptr, '\n', bytes.len);
		size_t n = end ? (size_t)(end - bytes.ptr) : bytes.len;
		struct heard_str line = heard_str_trim(heard_str_n(bytes.ptr, n));
		int result = line.len > 0 ? read_record(r, line) : 0;
		if (result == -EBADMSG)
			return heard_error_wrap(r->err, "line %d", number);
		if (result != 0)
			return result;
		bytes = heard_str_skip(bytes, n + 1);
	}
	return 0;
}

/* ---- CSV */

struct table {
	struct csv_dialect dialect;
	int subject, text, label; /* columns; -1: none */
	int64_t line;
};

static int find_column(const struct heard_str *names, int n, const char *name)
{
	size_t len = strlen(name);
	for (int i = 0; i < n; i++) {
		struct heard_str is = heard_str_trim(names[i]);
		if (is.len == len && strncasecmp(is.ptr, name, len) == 0)
			return i;
	}
	return -1;
}

static int find_any(const struct heard_str *names, int n, const char *const *wanted)
{
	int at = -1;
	for (; at < 0 && *wanted != NULL; wanted++)
		at = find_column(names, n, *wanted);
	return at;
}

static int find_columns(const struct walk *r, struct table *t, const struct heard_str *names,
			int n)
{
	static const char *const texts[] = {"body", "text",	"content",
					    "内容", "评价内容", NULL};
	static const char *const subjects[] = {"subject", "title", "标题", NULL};
	const struct labelled_columns *c = r->columns;
	t->subject = find_any(names, n, subjects);
	t->text = c->text ? find_column(names, n, c->text) : find_any(names, n, texts);
	t->label = find_column(names, n, c->label ? c->label : c->field);
	if (t->label < 0 && c->label == NULL)
		t->label = find_column(names, n, "label");
	if (t->text < 0 && (c->text != NULL || t->subject < 0))
		return heard_fail(r->err, EBADMSG,
				  "there is no column %s; name that of the texts with --text",
				  c->text ? c->text : "body, text, content, 内容 or 评价内容");
	if (t->label < 0)
		return heard_fail(r->err, EBADMSG,
				  "there is no column %s; name that of the labels with --label",
				  c->label ? c->label : c->field);
	return 0;
}

static int read_row(const struct walk *r, struct table *t, struct heard_str row,
		    struct heard_buf *scratch, struct heard_str *fields, bool is_head)
{
	const struct heard_str none = heard_str_n(NULL, 0);
	if (is_head)
		t->dialect.separator = csv_separator(row);
	int n = csv_split(row, t->dialect.separator, scratch, fields);
	if (n < 0)
		return heard_fail(r->err, EBADMSG, "a row with more than %d columns",
				  CSV_COLUMNS_MAX);
	if (is_head)
		return find_columns(r, t, fields, n);
	return give(r, (struct labelled){
			       t->subject >= 0 && t->subject < n ? fields[t->subject] : none,
			       t->text >= 0 && t->text < n ? fields[t->text] : none,
			       t->label < n ? fields[t->label] : none,
		       });
}

static int read_rows(const struct walk *r, struct heard_str bytes, struct heard_buf *scratch,
		     struct heard_str *fields)
{
	struct table t = {.dialect = {CHARSET_UTF8, ','}, .line = 1};
	bool is_head = true;
	while (bytes.len > 0) {
		size_t n = is_head ? csv_line(&t.dialect, bytes, true)
				   : csv_cut(&t.dialect, bytes, true, 1).bytes;
		if (n == 0 || n > ROW_MAX_BYTES)
			return heard_fail(r->err, EBADMSG,
					  "line %lld: a quote that is not closed, or a row of "
					  "more than 4 MiB",
					  (long long)t.line);
		struct heard_str row = heard_str_n(bytes.ptr, n);
		struct heard_str plain = heard_str_trim(row);
		int result = plain.len > 0 ? read_row(r, &t, row, scratch, fields, is_head) : 0;
		if (result == -EBADMSG)
			return heard_error_wrap(r->err, "line %lld", (long long)t.line);
		if (result != 0)
			return result;
		is_head = is_head && plain.len == 0;
		t.line += csv_cut(&t.dialect, row, true, 1).lines;
		bytes = heard_str_skip(bytes, n);
	}
	return 0;
}

static int read_table(const struct walk *r, struct heard_str bytes)
{
	struct heard_buf scratch;
	struct heard_str *fields = calloc(CSV_COLUMNS_MAX, sizeof(*fields));
	heard_buf_init(&scratch, ROW_MAX_BYTES);
	int result = fields ? read_rows(r, bytes, &scratch, fields) : -ENOMEM;
	heard_buf_release(&scratch);
	free(fields);
	return result;
}

int labelled_read(struct heard_str bytes, const struct labelled_columns *columns,
		  labelled_fn *fn, void *arg, struct heard_error *err)
{
	struct walk r = {columns, fn, arg, err};
	struct heard_buf text;
	size_t mark = 0, head = bytes.len < 65536 ? bytes.len : 65536;
	enum charset is = charset_detect(CHARSET_AUTO, heard_str_n(bytes.ptr, head), &mark);
	heard_buf_init(&text, (size_t)2 * LABELLED_FILE_MAX);
	bytes = heard_str_skip(bytes, mark);
	if (is != CHARSET_UTF8) {
		if (!charset_convert(is, bytes, &text)) {
			heard_buf_release(&text);
			return heard_fail(err, EBADMSG,
					  "its characters cannot be read; save it as UTF-8");
		}
		bytes = heard_buf_view(&text);
	}
	struct heard_str first = heard_str_trim(bytes);
	int result = first.len > 0 && first.ptr[0] == '{' ? read_lines(&r, bytes)
							  : read_table(&r, bytes);
	heard_buf_release(&text);
	return result == -ENOMEM && err->text[0] == '\0' ? heard_fail(err, ENOMEM, "no memory")
							 : result;
}
