/*
 * csv.c - a walk in four states, over bytes or over pairs of them.
 *
 * The same table of states cuts rows and splits them, so the two cannot disagree
 * about what is quoted.
 */
#include "csv.h"

#include <heard/buf.h>

enum state {
	FIELD,	/* at the beginning of a field                  */
	PLAIN,	/* in one that has no quotes                     */
	QUOTED, /* between quotes                                */
	QUOTE,	/* behind a quote that may close, or be doubled  */
};

static bool ends_row(unsigned c)
{
	return c == '\n' || c == '\r';
}

/* A line end is not asked here: in QUOTED it is text, elsewhere the row is over. */
static enum state next_state(enum state s, unsigned c, char separator)
{
	bool is_separator = c == (unsigned char)separator;

	switch (s) {
	case FIELD:
		if (c == '"')
			return QUOTED;
		break;
	case QUOTED: return c == '"' ? QUOTE : QUOTED;
	case QUOTE:
		if (c == '"')
			return QUOTED;
		break;
	case PLAIN: break;
	}
	return is_separator ? FIELD : PLAIN;
}

/* ---- cutting */

/* The unit at `at`: a byte, or two of UTF-16. */
static unsigned unit(const struct csv_dialect *d, const unsigned char *p)
{
	switch (d->charset) {
	case CHARSET_UTF16LE: return (unsigned)(p[0] | p[1] << 8);
	case CHARSET_UTF16BE: return (unsigned)(p[0] << 8 | p[1]);
	default: return p[0];
	}
}

/* Bytes of the line end at `at`: 0 if more must be seen to know. */
static size_t end_size(const struct csv_dialect *d, struct heard_str s, size_t at, size_t width,
		       bool is_end)
{
	const unsigned char *p = (const unsigned char *)s.ptr + at;

	if (unit(d, p) != '\r')
		return width;
	if (at + 2 * width > s.len)
		return is_end ? width : 0;
	return unit(d, p + width) == '\n' ? 2 * width : width;
}

struct csv_cut csv_cut(const struct csv_dialect *d, struct heard_str s, bool is_end,
		       int64_t most)
{
	const unsigned char *p = (const unsigned char *)s.ptr;
	size_t width = charset_width(d->charset), at = 0;
	struct csv_cut cut = {0};
	enum state state = FIELD;
	int64_t lines = 0;

	while (cut.rows < most && at + width <= s.len) {
		unsigned c = unit(d, p + at);
		size_t n;

		if (!ends_row(c)) {
			state = next_state(state, c, d->separator);
			at += width;
			continue;
		}
		n = end_size(d, s, at, width, is_end);
		if (n == 0)
			return cut;
		at += n;
		lines++;
		if (state == QUOTED)
			continue;
		state = FIELD;
		cut = (struct csv_cut){at, cut.rows + 1, lines};
	}
	if (is_end && cut.rows < most && cut.bytes < s.len && state != QUOTED)
		cut = (struct csv_cut){s.len, cut.rows + 1, lines + 1};
	return cut;
}

size_t csv_line(const struct csv_dialect *d, struct heard_str s, bool is_end)
{
	size_t width = charset_width(d->charset);

	for (size_t at = 0; at + width <= s.len; at += width)
		if (ends_row(unit(d, (const unsigned char *)s.ptr + at))) {
			size_t n = end_size(d, s, at, width, is_end);

			return n ? at + n : 0;
		}
	return is_end ? s.len : 0;
}

/* ---- splitting */

/* The field without its quotes: in place if nothing within was doubled.  The
 * scratch was made large enough before, so what looks into it stays. */
static struct heard_str unquote(struct heard_str field, struct heard_buf *scratch)
{
	enum state state = FIELD;
	size_t begin = scratch->len;

	if (field.len == 0 || field.ptr[0] != '"')
		return field;
	for (size_t i = 0; i < field.len; i++) {
		unsigned char c = (unsigned char)field.ptr[i];
		enum state now = next_state(state, c, '\0');
		bool is_mark = now != PLAIN && c == '"' && !(state == QUOTE && now == QUOTED);

		if (!is_mark)
			heard_buf_add(scratch, &field.ptr[i], 1);
		state = now;
	}
	return heard_str_n(scratch->ptr + begin, scratch->len - begin);
}

static struct heard_str without_end(struct heard_str row)
{
	if (row.len && row.ptr[row.len - 1] == '\n')
		row.len--;
	if (row.len && row.ptr[row.len - 1] == '\r')
		row.len--;
	return row;
}

int csv_split(struct heard_str row, char separator, struct heard_buf *scratch,
	      struct heard_str fields[CSV_COLUMNS_MAX])
{
	enum state state = FIELD;
	size_t begin = 0;
	int n = 0;

	row = without_end(row);
	heard_buf_clear(scratch);
	if (heard_buf_room(scratch, row.len + 1) == NULL)
		return -1;
	for (size_t i = 0; i <= row.len; i++) {
		if (i < row.len) {
			state = next_state(state, (unsigned char)row.ptr[i], separator);
			if (state != FIELD)
				continue;
		}
		if (n == CSV_COLUMNS_MAX)
			return -1;
		fields[n++] = unquote(heard_str_n(row.ptr + begin, i - begin), scratch);
		begin = i + 1;
	}
	return n;
}

char csv_separator(struct heard_str header)
{
	static const char candidates[] = ",;\t";
	size_t best = 0;
	char found = ',';

	for (const char *c = candidates; *c; c++) {
		size_t fields = 1;
		bool is_quoted = false; /* whatever stands before the quote */

		for (size_t i = 0; i < header.len; i++) {
			is_quoted ^= header.ptr[i] == '"';
			fields += header.ptr[i] == *c && !is_quoted;
		}
		if (fields > best) {
			best = fields;
			found = *c;
		}
	}
	return found;
}

/* ---- writing */

void csv_put(struct heard_buf *out, struct heard_str field)
{
	bool is_plain = true;

	for (size_t i = 0; i < field.len && is_plain; i++)
		is_plain = field.ptr[i] != '"' && field.ptr[i] != ',' &&
			   !ends_row((unsigned char)field.ptr[i]);
	if (is_plain) {
		heard_buf_str(out, field);
		return;
	}
	heard_buf_puts(out, "\"");
	for (size_t i = 0; i < field.len; i++) {
		if (field.ptr[i] == '"')
			heard_buf_puts(out, "\"");
		heard_buf_add(out, &field.ptr[i], 1);
	}
	heard_buf_puts(out, "\"");
}
