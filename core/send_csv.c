/*
 * send_csv.c - cut at rows, in bounded memory, from a file or a pipe.
 *
 * Which rows are good is for the daemon to say, so that bad ones become dead letters
 * there.  What is no whole row within ROW_MAX loses its first line only: it is sent
 * by itself, and the daemon finds the quote that is never closed.
 */
#include "send_csv.h"

#include <heard/error.h>
#include <table/map.h>

#include <errno.h>
#include <string.h>

enum {
	HEAD = 256 * 1024,
	PIECE = 256 * 1024,
	ROW_MAX = 768 * 1024, /* with the header less than the daemon's piece */
};

/* Until `want` bytes are ahead, or the end. */
static void read_ahead(struct send_csv *s, size_t want)
{
	while (!s->is_end && s->ahead.len < want) {
		char *room = heard_buf_room(&s->ahead, want - s->ahead.len);
		size_t n = room ? fread(room, 1, want - s->ahead.len, s->in) : 0;
		if (room != NULL)
			heard_buf_used(&s->ahead, n);
		s->is_end = n == 0;
	}
}

static void drop(struct send_csv *s, size_t n)
{
	memmove(s->ahead.ptr, s->ahead.ptr + n, s->ahead.len - n);
	s->ahead.len -= n;
}

static enum charset named_charset(const char *name)
{
	for (size_t i = 0; charset_names[i] != NULL; i++)
		if (strcmp(charset_names[i], name) == 0)
			return charset_named(i);
	return CHARSET_ANY; /* no option has that */
}

static int find_map(const char *name, struct map *map, struct heard_error *err)
{
	struct heard_buf all;
	const struct map *found = map_find(heard_str(name));
	*map = found != NULL ? *found : (struct map){0};
	if (found != NULL || strcmp(name, "auto") == 0)
		return 0;
	heard_buf_init(&all, 256);
	for (size_t i = 0; map_names[i] != NULL; i++)
		heard_buf_printf(&all, "%s%s", i ? ", " : "", map_names[i]);
	heard_fail(err, EINVAL, "there is no map '%.40s'; there are %s", name,
		   all.ptr ? all.ptr : "none");
	heard_buf_release(&all);
	return -EINVAL;
}

int send_csv_open(struct send_csv *s, FILE *in, const char *columns, const char *charset,
		  struct heard_error *err)
{
	enum charset given = named_charset(charset);
	struct map map;
	*s = (struct send_csv){.in = in};
	heard_buf_init(&s->header, ROWS_HEADER_MAX);
	heard_buf_init(&s->ahead, 2 * ROW_MAX);
	if (given == CHARSET_ANY)
		return heard_fail(err, EINVAL,
				  "there is no charset '%.40s' here; say utf-8, "
				  "gb18030, big5 or utf-16",
				  charset);
	if (find_map(columns, &map, err) != 0)
		return -EINVAL;
	read_ahead(s, HEAD);
	if (ferror(in))
		return heard_fail(err, EIO, "it cannot be read");
	int rc = rows_find_head(&map, given, heard_buf_view(&s->ahead), s->is_end, &s->head,
				err);
	if (rc < 0)
		return rc;
	heard_buf_add(&s->header, s->ahead.ptr + s->head.begin, s->head.end - s->head.begin);
	if (rc == 0 || s->header.failed)
		return heard_fail(err, EINVAL, "its header row is longer than %d KiB",
				  ROWS_HEADER_MAX / 1024);
	s->line = 1 + s->head.lines;
	drop(s, s->head.end);
	return 0;
}

/* How much of what is ahead makes the next piece; 0: nothing that could be sent. */
static struct csv_cut cut(struct send_csv *s)
{
	const struct csv_dialect *d = &s->head.dialect;
	read_ahead(s, PIECE);
	struct csv_cut cut = csv_cut(d, heard_buf_view(&s->ahead), s->is_end, INT64_MAX);
	if (cut.rows > 0 || s->ahead.len == 0)
		return cut;
	read_ahead(s, ROW_MAX);
	cut = csv_cut(d, heard_buf_view(&s->ahead), s->is_end, 1);
	if (cut.rows == 0)
		cut = (struct csv_cut){csv_line(d, heard_buf_view(&s->ahead), s->is_end), 1, 1};
	if (cut.bytes > ROW_MAX)
		cut.bytes = 0;
	return cut;
}

/* A line without end, within what may be sent: passed over. */
static void leave_out(struct send_csv *s)
{
	size_t n = 0;
	s->left_out++;
	while (n == 0 && s->ahead.len > 0) {
		size_t whole = s->ahead.len - s->ahead.len % 2;
		n = csv_line(&s->head.dialect, heard_buf_view(&s->ahead), s->is_end);
		drop(s, n > 0 ? n : whole ? whole : s->ahead.len);
		if (n == 0)
			read_ahead(s, PIECE);
	}
	s->line++;
}

bool send_csv_next(struct send_csv *s, struct heard_buf *piece, int64_t *line_r)
{
	struct csv_cut c = cut(s);
	while (c.bytes == 0 && s->ahead.len > 0) {
		leave_out(s);
		c = cut(s);
	}
	heard_buf_clear(piece);
	if (c.bytes == 0)
		return false;
	heard_buf_str(piece, heard_buf_view(&s->header));
	heard_buf_add(piece, s->ahead.ptr, c.bytes);
	*line_r = s->line;
	s->line += c.lines;
	drop(s, c.bytes);
	return !piece->failed;
}

void send_csv_release(struct send_csv *s)
{
	heard_buf_release(&s->header);
	heard_buf_release(&s->ahead);
}
