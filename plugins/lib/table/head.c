/*
 * head.c - what kind of table is this, and where is its header?
 *
 * The first line that is not blank tells the separator; "sep=;", which Excel
 * writes and reads, is obeyed.  The header row ends where that separator's quotes
 * say so.
 */
#include "map.h"
#include "rows.h"

#include <heard/buf.h>
#include <heard/error.h>

#include <errno.h>
#include <stdlib.h>

/* Formats that are no text; their names and what to do. */
static const struct {
	struct heard_str magic;
	const char *what;
} others[] = {
	{HEARD_STR("PK\x03\x04"),
	 "is a workbook (.xlsx): give it to an input `file`, or save it as CSV"},
	{HEARD_STR("\xd0\xcf\x11\xe0"),
	 "is an old or password-protected Excel file: save it as .xlsx without a password, or "
	 "as CSV"},
	{HEARD_STR("<"), "is a web page or XML and no table: save it as CSV"},
	{HEARD_STR("%PDF"), "is a PDF and no table: save it as CSV"},
};

static int refuse_other(struct heard_str head, struct heard_error *err)
{
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (heard_str_starts(head, others[i].magic))
			return heard_fail(err, EINVAL, "%s", others[i].what);
	return 0;
}

/* "sep=;" */
static char said_separator(struct heard_str line)
{
	line = heard_str_trim(line);
	return line.len == 5 && strncasecmp(line.ptr, "sep=", 4) == 0 ? line.ptr[4] : '\0';
}

/* One line of it in UTF-8. */
static int first_line(const struct rows_head *h, struct heard_str rest, bool is_end,
		      struct heard_buf *utf8, size_t *n_r, struct heard_error *err)
{
	struct heard_str line;

	*n_r = csv_line(&h->dialect, rest, is_end);
	if (*n_r == 0 && rest.len > ROWS_HEADER_MAX)
		return heard_fail(err, EINVAL, "its first line is longer than %d KiB",
				  ROWS_HEADER_MAX / 1024);
	if (*n_r == 0)
		return is_end ? heard_fail(err, EINVAL, "it has no header row") : 0;
	line = heard_str_n(rest.ptr, *n_r);
	heard_buf_clear(utf8);
	if (!charset_convert(h->dialect.charset, line, utf8))
		return heard_fail(err, EINVAL,
				  "its first line is not in the charset that it should be in; "
				  "set `charset`");
	return 1;
}

/* Passes blank lines and "sep=", and finds separator and end of the header. */
static int find_row(struct rows_head *h, struct heard_str head, bool is_end,
		    struct heard_buf *utf8, struct heard_error *err)
{
	char said = '\0';
	struct csv_cut cut;
	size_t n;
	int result;

	for (;;) {
		struct heard_str rest = heard_str_skip(head, h->begin);

		result = first_line(h, rest, is_end, utf8, &n, err);
		if (result <= 0)
			return result;
		bool is_blank = heard_str_trim(heard_buf_view(utf8)).len == 0;

		if (said != '\0' && !is_blank)
			break;
		if (said == '\0')
			said = said_separator(heard_buf_view(utf8));
		if (said == '\0' && !is_blank)
			break;
		h->begin += n;
		h->lines++;
	}
	h->dialect.separator = said ? said : csv_separator(heard_buf_view(utf8));
	cut = csv_cut(&h->dialect, heard_str_skip(head, h->begin), is_end, 1);
	if (cut.rows == 0 && (is_end || head.len - h->begin > ROWS_HEADER_MAX))
		return heard_fail(err, EINVAL, "a quote in its header row is never closed");
	h->end = h->begin + cut.bytes;
	h->lines += cut.lines;
	return cut.rows == 1;
}

int rows_check_header(const struct map *map, struct heard_str header,
		      struct csv_dialect dialect, struct heard_error *err)
{
	struct mapping *m = malloc(sizeof(*m));
	struct heard_str *fields = malloc(CSV_COLUMNS_MAX * sizeof(*fields));
	struct heard_buf utf8, scratch;
	int n, result;

	heard_buf_init(&utf8, 4 * ROWS_HEADER_MAX);
	heard_buf_init(&scratch, 4 * ROWS_HEADER_MAX);
	if (m == NULL || fields == NULL)
		result = heard_fail(err, ENOMEM, "no memory");
	else if (!charset_convert(dialect.charset, header, &utf8))
		result = heard_fail(err, EINVAL, "its header row is not in its charset");
	else if ((n = csv_split(heard_buf_view(&utf8), dialect.separator, &scratch, fields)) <
		 0)
		result = heard_fail(err, EINVAL, "it has more than %d columns",
				    CSV_COLUMNS_MAX);
	else
		result = map_match(map, fields, (size_t)n, m, err);
	heard_buf_release(&utf8);
	heard_buf_release(&scratch);
	free(fields);
	free(m);
	return result;
}

int rows_find_head(const struct map *map, enum charset given, struct heard_str head,
		   bool is_end, struct rows_head *h, struct heard_error *err)
{
	struct heard_buf utf8;
	size_t bom;
	int result = refuse_other(head, err);

	*h = (struct rows_head){.dialect = {CHARSET_UTF8, ','}};
	if (result != 0)
		return result;
	h->dialect.charset = charset_detect(given, head, &bom);
	h->begin = bom;
	heard_buf_init(&utf8, 4 * ROWS_HEADER_MAX);
	result = find_row(h, head, is_end, &utf8, err);
	heard_buf_release(&utf8);
	if (result != 1)
		return result;
	result = rows_check_header(map, heard_str_n(head.ptr + h->begin, h->end - h->begin),
				   h->dialect, err);
	return result == 0 ? 1 : result;
}
