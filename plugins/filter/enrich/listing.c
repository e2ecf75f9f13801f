/*
 * listing.c - rows to prints and packed values, and a table over the prints.
 */
#include "listing.h"

#include <heard/buf.h>
#include <heard/error.h>
#include <table/csv.h>
#include <table/value.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct row {
	unsigned char print[PRINT_SIZE];
	size_t at; /* of its values: a length of two bytes and the text, each */
};

struct listing {
	const struct key *key;
	const struct wanted *wanted;
	struct row *rows;
	size_t n, room;
	uint32_t *table; /* row + 1, or 0 */
	size_t mask;
	struct heard_buf text;
};

/* A file that is being read. */
struct reading {
	struct listing *listing;
	struct csv_dialect dialect;
	struct heard_str rest;
	int64_t line;
	struct heard_buf utf8, scratch;
	struct heard_str fields[CSV_COLUMNS_MAX];
	size_t n;
	int key_column, columns[WANTED_MAX];
};

/* ---- rows */

static bool row_room(struct listing *l)
{
	if (l->n < l->room)
		return true;
	size_t room = l->room > 0 ? l->room * 2 : 1024;
	struct row *more = realloc(l->rows, room * sizeof(*more));
	if (more == NULL)
		return false;
	l->rows = more;
	l->room = room;
	return true;
}

/* The next row's fields.  1, 0 at the end, or -errno. */
static int next_row(struct reading *g, struct heard_error *err)
{
	g->line++;
	if (g->rest.len == 0)
		return 0;
	struct csv_cut cut = csv_cut(&g->dialect, g->rest, true, 1);
	if (cut.bytes == 0)
		return heard_fail(err, EINVAL, "line %lld: a quote is not closed",
				  (long long)g->line);
	if (cut.bytes > LISTING_ROW)
		return heard_fail(err, EFBIG, "line %lld: the row is longer than %d bytes",
				  (long long)g->line, LISTING_ROW);
	heard_buf_clear(&g->utf8);
	if (!charset_convert(g->dialect.charset, heard_str_n(g->rest.ptr, cut.bytes), &g->utf8))
		return heard_fail(err, EILSEQ,
				  "line %lld: the bytes are not of the file's charset; say "
				  "which one it is by charset",
				  (long long)g->line);
	g->line += cut.lines > 0 ? cut.lines - 1 : 0;
	g->rest = heard_str_skip(g->rest, cut.bytes);
	int n = csv_split(heard_buf_view(&g->utf8), g->dialect.separator, &g->scratch,
			  g->fields);
	if (n < 0)
		return heard_fail(err, EINVAL, "line %lld: more than %d columns",
				  (long long)g->line, CSV_COLUMNS_MAX);
	g->n = (size_t)n;
	return 1;
}

static int column_of(const struct reading *g, const char *name, struct heard_error *err)
{
	for (size_t i = 0; i < g->n; i++)
		if (heard_str_is(value_trim(g->fields[i]), name))
			return (int)i;
	return heard_fail(err, EINVAL,
			  "line 1: there is no column \"%.80s\" among its %zu headers", name,
			  g->n);
}

static int read_header(struct reading *g, enum charset given, const char *column,
		       struct heard_error *err)
{
	struct heard_str head = heard_str_n(g->rest.ptr,
					    g->rest.len < 65536 ? g->rest.len : 65536);
	size_t bom = 0;
	g->dialect = (struct csv_dialect){.charset = charset_detect(given, head, &bom),
					  .separator = ','};
	g->rest = heard_str_skip(g->rest, bom);
	size_t line = csv_line(&g->dialect, g->rest, true);
	if (line > 0 && line <= LISTING_ROW &&
	    charset_convert(g->dialect.charset, heard_str_n(g->rest.ptr, line), &g->utf8))
		g->dialect.separator = csv_separator(heard_buf_view(&g->utf8));
	int rc = next_row(g, err);
	if (rc == 0)
		return heard_fail(err, EINVAL, "it is empty; its first line must be headers");
	const struct wanted *w = g->listing->wanted;
	if (rc > 0)
		rc = g->key_column = column_of(g, column, err);
	for (size_t i = 0; i < w->n && rc >= 0; i++)
		rc = g->columns[i] = column_of(g, w->names[i], err);
	return rc < 0 ? rc : 0;
}

static int keep_row(struct reading *g, struct heard_error *err)
{
	struct listing *l = g->listing;
	char buffer[KEY_MAX];
	struct heard_str key = {NULL, 0};
	if ((size_t)g->key_column < g->n)
		key = key_fold(l->key, value_trim(g->fields[g->key_column]), buffer);
	if (key.len == 0)
		return 0; /* nobody can be joined with it */
	if (l->n == LISTING_ROWS)
		return heard_fail(err, EFBIG, "more than %d rows", LISTING_ROWS);
	if (!row_room(l))
		return heard_fail(err, ENOMEM, "no memory for its rows");
	struct row *row = &l->rows[l->n++];
	key_print(l->key, key, row->print);
	row->at = l->text.len;
	for (size_t i = 0; i < l->wanted->n; i++) {
		struct heard_str v = {NULL, 0};
		if ((size_t)g->columns[i] < g->n)
			v = wanted_value(value_trim(g->fields[g->columns[i]]));
		uint16_t len = (uint16_t)v.len;
		heard_buf_add(&l->text, &len, sizeof(len));
		heard_buf_str(&l->text, v);
	}
	return l->text.failed ? heard_fail(err, ENOMEM, "its values need more than %d bytes",
					   LISTING_TEXT)
			      : 0;
}

/* ---- the table */

static size_t row_slot(const struct listing *l, const unsigned char *print)
{
	size_t at;
	memcpy(&at, print, sizeof(at));
	at &= l->mask;
	while (l->table[at] != 0 &&
	       memcmp(l->rows[l->table[at] - 1].print, print, PRINT_SIZE) != 0)
		at = (at + 1) & l->mask;
	return at;
}

static int index_rows(struct listing *l, struct heard_error *err)
{
	size_t size = 64;
	while (size < l->n * 2)
		size *= 2;
	l->table = calloc(size, sizeof(*l->table));
	if (l->table == NULL)
		return heard_fail(err, ENOMEM, "no memory for its rows");
	l->mask = size - 1;
	for (size_t i = 0; i < l->n; i++) /* later rows take the place of earlier ones */
		l->table[row_slot(l, l->rows[i].print)] = (uint32_t)i + 1;
	return 0;
}

static int read_all(struct reading *g, enum charset given, const char *column,
		    struct heard_error *err)
{
	int rc = read_header(g, given, column, err);
	while (rc == 0 && (rc = next_row(g, err)) > 0)
		rc = keep_row(g, err);
	return rc == 0 ? index_rows(g->listing, err) : rc;
}

/* ---- life */

struct listing *listing_read(struct heard_str bytes, enum charset given, const char *column,
			     const struct key *key, const struct wanted *wanted,
			     struct heard_error *err)
{
	struct listing *l = calloc(1, sizeof(*l));
	struct reading *g = calloc(1, sizeof(*g));
	if (l == NULL || g == NULL) {
		free(l);
		free(g);
		heard_fail(err, ENOMEM, "no memory to read it");
		return NULL;
	}
	*l = (struct listing){.key = key, .wanted = wanted};
	heard_buf_init(&l->text, LISTING_TEXT);
	g->listing = l;
	g->rest = bytes;
	heard_buf_init(&g->utf8, LISTING_ROW * 4);
	heard_buf_init(&g->scratch, LISTING_ROW * 4);
	int rc = read_all(g, given, column, err);
	heard_buf_release(&g->utf8);
	heard_buf_release(&g->scratch);
	free(g);
	if (rc == 0)
		return l;
	listing_close(l);
	return NULL;
}

static int read_file(const char *path, struct heard_buf *bytes, struct heard_error *err)
{
	FILE *f = fopen(path, "re");
	if (f == NULL)
		return heard_fail(err, errno, "%s", strerror(errno));
	size_t n = 0;
	do {
		char *room = heard_buf_room(bytes, 65536);
		if (room == NULL)
			break;
		n = fread(room, 1, 65536, f);
		heard_buf_used(bytes, n);
	} while (n > 0);
	int code = ferror(f) ? EIO : bytes->failed ? EFBIG : 0;
	fclose(f);
	if (code == EFBIG)
		return heard_fail(err, code, "it is larger than %d MiB", LISTING_BYTES >> 20);
	return code != 0 ? heard_fail(err, code, "it cannot be read") : 0;
}

struct listing *listing_open(const char *path, enum charset given, const char *column,
			     const struct key *key, const struct wanted *wanted,
			     struct heard_error *err)
{
	struct heard_buf bytes;
	struct listing *l = NULL;
	heard_buf_init(&bytes, LISTING_BYTES);
	if (read_file(path, &bytes, err) == 0)
		l = listing_read(heard_buf_view(&bytes), given, column, key, wanted, err);
	heard_buf_release(&bytes);
	if (l == NULL)
		heard_error_wrap(err, "%s", path);
	return l;
}

void listing_close(struct listing *l)
{
	if (l == NULL)
		return;
	heard_buf_release(&l->text);
	free(l->rows);
	free(l->table);
	free(l);
}

size_t listing_size(const struct listing *l)
{
	return l->n;
}

bool listing_get(const struct listing *l, struct heard_str key,
		 struct heard_str values[WANTED_MAX])
{
	unsigned char print[PRINT_SIZE];
	key_print(l->key, key, print);
	uint32_t found = l->table[row_slot(l, print)];
	if (found == 0)
		return false;
	const char *p = l->text.ptr + l->rows[found - 1].at;
	for (size_t i = 0; i < l->wanted->n; i++) {
		uint16_t len;
		memcpy(&len, p, sizeof(len));
		values[i] = heard_str_n(p + sizeof(len), len);
		p += sizeof(len) + len;
	}
	return true;
}
