/*
 * tail.c - read a piece, cut it behind its last newline, emit it, and hear what
 * became of it.
 *
 * Pieces are at most CHUNK_SIZE, or max_line and one byte when a line needs it.
 * A line longer than that is skipped in pieces, and only its beginning kept.
 *
 * Refused pieces.  "Not now" is asked again from the same place.  If that fails
 * three times running, or a source_id came with other content before, the piece
 * is asked again in eighths, down to the one line that is at fault.  A line in
 * conflict is then emitted once more, for the dead letters.  Lines that were
 * committed meanwhile are recognised by their key.
 *
 * Invariant: at.offset is behind a newline, or at the end of a finished file.
 */
#include "tail.h"

#include "reader.h"
#include "table.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <heard/host.h>

enum {
	COPY_MAX = 16 * 1024, /* smaller pieces are copied, so that many small files */
	/* do not hold a chunk each                             */
	KEPT_OF_TOO_LONG = 4096,
	REFUSALS_MAX = 3,
};

/* An emission that waits for its receipt. */
struct flight {
	struct tail *tail;
	int64_t from, until;  /* positions */
	int64_t offset, line; /* at `from` */
	int64_t bytes, rows;
	uint64_t life;
};

struct tail *tail_create(struct reader *reader, const struct identity *id, const char *name)
{
	struct tail *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->reader = reader;
	t->id = *id;
	t->name = strdup(name);
	t->fd = -1;
	t->at.line = 1;
	t->want = CHUNK_SIZE;
	t->back_to = t->conflict_at = -1;
	if (t->name == NULL) {
		free(t);
		return NULL;
	}
	return t;
}

void tail_close(struct tail *t)
{
	if (t->fd >= 0)
		close(t->fd);
	t->fd = -1;
	t->skipped = 0;
	table_destroy(t->table);
	t->table = NULL;
	t->kind = KIND_UNKNOWN;
}

void tail_destroy(struct tail *t)
{
	if (t == NULL)
		return;
	tail_close(t);
	free(t->name);
	free(t);
}

bool tail_look(const struct tail *t, struct look *look)
{
	return t->fd >= 0 && look_at(t->fd, "", AT_EMPTY_PATH, look) == 0;
}

int64_t tail_position(const struct tail *t)
{
	return t->kind == KIND_XLSX ? t->at.line : t->at.offset;
}

enum step tail_refuse(struct tail *t, const char *why)
{
	struct look look;

	reader_tell(t->reader, t->name, why);
	if (tail_look(t, &look)) {
		t->ended_size = look.size;
		t->ended_change = look.changed_ns;
	}
	t->is_ended = t->is_settled = true; /* neither read nor moved away */
	return STEP_REFUSED;
}

/* ---- receipts */

static void ask_again(struct tail *t, const struct flight *f, bool in_eighths)
{
	if (t->back_to < 0 || f->from < t->back_to) {
		t->back_to = f->from;
		t->back_offset = f->offset;
		t->back_line = f->line;
	}
	if (!in_eighths)
		return;
	t->careful_until = f->until;
	t->careful_lines = f->rows > 8 ? f->rows / 8 : 1;
}

static void refused(struct tail *t, const struct flight *f, int code)
{
	if (f->life != t->at.life) {
		reader_tell(t->reader, t->name,
			    "was cut or written anew before its lines were safe");
	} else if (code == -EEXIST) {
		if (f->rows <= 1)
			t->conflict_at = f->from;
		ask_again(t, f, f->rows > 1);
	} else {
		/* All pieces in flight are refused together: that is once. */
		t->refusals += t->back_to < 0;
		ask_again(t, f, t->refusals >= REFUSALS_MAX && f->rows > 1);
	}
}

static void tail_receipt(void *arg, const struct heard_receipt *r)
{
	struct flight *f = arg;
	struct tail *t = f->tail;

	t->in_flight--;
	if (r->code != 0)
		refused(t, f, r->code);
	else if (t->back_to < 0)
		t->refusals = 0;
	reader_receipt(t->reader, t, (size_t)f->bytes, r->code == -EEXIST ? NULL : r);
	free(f);
}

/* ---- emitting */

static void describe(const struct tail *t, const struct piece *piece, enum place_kind kind,
		     int64_t length, struct place *p)
{
	char id[IDENTITY_SIZE];

	memset(p, 0, sizeof(*p)); /* its padding is copied, too */
	p->offset = t->at.offset;
	p->line = t->at.line;
	p->length = length;
	p->kind = kind;
	p->is_conflict = t->conflict_at == tail_position(t);
	p->header = piece->header;
	if (t->table)
		p->dialect = t->table->head.dialect;
	identity_format(&t->id, id);
	if (t->at.life)
		snprintf(p->source, sizeof(p->source), "%s-%llx", id,
			 (unsigned long long)t->at.life);
	else
		snprintf(p->source, sizeof(p->source), "%s", id);
	place_name(p, t->name);
}

/* The mark behind what is emitted. */
static void advance(struct tail *t, const struct piece *piece, enum place_kind kind,
		    int64_t length)
{
	t->at.offset += length;
	t->at.line += piece->lines;
	t->at.folder = t->reader->folder_inode;
	if (t->kind == KIND_XLSX)
		return; /* its check is of the whole file */
	if (kind == PLACE_TOO_LONG)
		t->at.check_size = 0; /* its end is not in memory */
	else
		mark_check(&t->at, piece->chunk->bytes + piece->header,
			   piece->n - piece->header);
}

enum step tail_emit(struct tail *t, struct piece *take, enum place_kind kind, int64_t length)
{
	char stream[IDENTITY_SIZE], token[MARK_SIZE];
	struct flight *f = malloc(sizeof(*f));
	struct place place;
	struct heard_emission e = {.raw = heard_str_n(take->chunk->bytes, take->n),
				   .receipt = tail_receipt,
				   .arg = f};

	if (f == NULL) {
		chunk_put(take->chunk);
		return STEP_FAILED;
	}
	*f = (struct flight){.tail = t,
			     .from = tail_position(t),
			     .offset = t->at.offset,
			     .line = t->at.line,
			     .bytes = t->kind == KIND_XLSX ? (int64_t)take->n : length,
			     .rows = take->rows,
			     .life = t->at.life};
	describe(t, take, kind, length, &place);
	if (place.is_conflict)
		t->conflict_at = -1;
	advance(t, take, kind, length);
	f->until = tail_position(t);
	identity_format(&t->id, stream);
	mark_format(&t->at, token);
	e.context = heard_str_n((const char *)&place, sizeof(place));
	e.stream = heard_str(stream);
	e.token = heard_str(token);
	if (take->n > COPY_MAX) {
		e.free_raw = chunk_put;
		e.free_arg = take->chunk;
	}
	t->in_flight++;
	reader_emitted(t->reader, (size_t)f->bytes);
	heard_emit(t->reader->host, &e);
	if (e.free_raw == NULL)
		chunk_put(take->chunk);
	return STEP_EMITTED;
}

/* Whole lines of the first `n` bytes, at most `most` of them. */
static void cut(struct piece *piece, size_t n, int64_t most)
{
	const char *at = piece->chunk->bytes, *end = at + n, *newline;

	piece->lines = 0;
	while (piece->lines < most &&
	       (newline = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		at = newline + 1;
		piece->lines++;
	}
	piece->n = (size_t)(at - piece->chunk->bytes);
	piece->rows = piece->lines;
}

/* ---- reading */

static int open_file(struct tail *t)
{
	struct look look;
	int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;

	if (t->reader->is_folder)
		flags |= O_NOFOLLOW;
	t->fd = openat(t->reader->folder_fd, t->name, flags);
	if (t->fd < 0)
		return -errno;
	if (!tail_look(t, &look) || !look.is_regular || !identity_eq(&look.id, &t->id)) {
		tail_close(t);
		return -ENOENT; /* another file has the name by now: the next scan sees it */
	}
	return 0;
}

void tail_restart(struct tail *t)
{
	reader_tell(t->reader, t->name,
		    "was cut or written anew: reading it from its beginning");
	mark_restart(&t->at, t->fd);
	t->skipped = 0;
	t->careful_until = 0;
	t->conflict_at = -1;
	table_destroy(t->table);
	t->table = NULL;
	t->kind = KIND_UNKNOWN;
}

/* The file may have been cut or written anew since we were here. */
static void verify(struct tail *t)
{
	struct look look;

	if (!tail_look(t, &look) || t->at.offset == 0 ||
	    (look.size >= t->at.offset && mark_holds(&t->at, t->fd)))
		return;
	tail_restart(t);
}

/* A workbook is read from its beginning again: rows behind this position have been
 * taken out of it already. */
static void go_back(struct tail *t)
{
	if (t->kind == KIND_XLSX) {
		table_destroy(t->table);
		t->table = NULL;
	}
	t->at.offset = t->back_offset;
	t->at.line = t->back_line;
	t->at.check_size = 0;
	t->back_to = -1;
	t->skipped = 0;
}

ssize_t tail_read(struct tail *t, void *to, size_t n, int64_t offset)
{
	ssize_t got;

	do
		got = pread(t->fd, to, n, offset);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		reader_tell(t->reader, t->name, strerror(errno));
	return got;
}

/* The line ends at `end`; what is kept of it is read again. */
static enum step emit_too_long(struct tail *t, struct piece *take, int64_t end)
{
	ssize_t n = tail_read(t, take->chunk->bytes, KEPT_OF_TOO_LONG, t->at.offset);

	if (n <= 0) {
		chunk_put(take->chunk);
		return STEP_FAILED;
	}
	take->n = (size_t)n;
	take->lines = take->rows = 1;
	t->skipped = 0;
	t->want = CHUNK_SIZE;
	return tail_emit(t, take, PLACE_TOO_LONG, end - t->at.offset);
}

enum step tail_skip(struct tail *t, struct piece *take, ssize_t n, size_t line, bool may_end,
		    size_t *bytes)
{
	if (line > 0 || (n == 0 && may_end))
		return emit_too_long(t, take, t->skipped + (int64_t)line);
	chunk_put(take->chunk);
	if (n <= 0)
		return n < 0 ? STEP_FAILED : STEP_END;
	t->skipped += n;
	*bytes += (size_t)n;
	return STEP_EMITTED;
}

static enum step skip_line(struct tail *t, struct piece *take, bool may_end, size_t *bytes)
{
	ssize_t n = tail_read(t, take->chunk->bytes, CHUNK_SIZE, t->skipped);
	const char *newline = n > 0 ? memchr(take->chunk->bytes, '\n', (size_t)n) : NULL;
	size_t line = newline ? (size_t)(newline - take->chunk->bytes) + 1 : 0;

	return tail_skip(t, take, n, line, may_end, bytes);
}

/* No newline in all that was read. */
static enum step no_line(struct tail *t, struct piece *take, size_t n, bool may_end)
{
	size_t most = (size_t)t->reader->max_line + 2; /* \r and \n */

	if (n < t->want) { /* the file's end */
		if (n > 0 && may_end) {
			take->n = n;
			take->lines = take->rows = 1;
			return tail_emit(t, take, PLACE_LINES, (int64_t)n);
		}
		chunk_put(take->chunk);
		return STEP_END;
	}
	chunk_put(take->chunk);
	if (t->want < most)
		t->want = most;
	else
		t->skipped = t->at.offset + (int64_t)n;
	return STEP_EMITTED;
}

int64_t tail_lines_at_once(const struct tail *t)
{
	if (t->conflict_at == tail_position(t))
		return 1;
	return tail_position(t) < t->careful_until ? t->careful_lines : INT64_MAX;
}

static enum step read_piece(struct tail *t, bool may_end, size_t *bytes)
{
	struct piece piece = {.chunk = chunk_get(&t->reader->chunks, t->want)};
	ssize_t n;

	if (piece.chunk == NULL)
		return STEP_FAILED;
	if (t->skipped > 0)
		return skip_line(t, &piece, may_end, bytes);
	n = tail_read(t, piece.chunk->bytes, t->want, t->at.offset);
	if (n < 0) {
		chunk_put(piece.chunk);
		return STEP_FAILED;
	}
	*bytes += (size_t)n;
	cut(&piece, (size_t)n, tail_lines_at_once(t));
	if (piece.n == 0)
		return no_line(t, &piece, (size_t)n, may_end);
	t->want = CHUNK_SIZE;
	return tail_emit(t, &piece, PLACE_LINES, (int64_t)piece.n);
}

enum step tail_step(struct tail *t, bool may_end, size_t *bytes)
{
	int result;

	if (t->back_to >= 0 && t->in_flight > 0)
		return STEP_HOLD;
	if (t->back_to >= 0)
		go_back(t);
	if (t->fd < 0) {
		result = open_file(t);
		if (result == -ENOENT)
			return STEP_FAILED; /* taken away meanwhile */
		if (result != 0) {
			reader_tell(t->reader, t->name, strerror(-result));
			return STEP_FAILED;
		}
		verify(t);
	} else if (t->is_ended) {
		verify(t);
	}
	t->is_ended = t->must_settle = false;
	if (t->kind == KIND_UNKNOWN)
		t->kind = table_kind(t);
	switch (t->kind) {
	case KIND_CSV: return csv_step(t, may_end, bytes);
	case KIND_XLSX: return workbook_step(t, may_end, bytes);
	case KIND_LINES: return read_piece(t, may_end, bytes);
	default: return STEP_END; /* nothing in it yet */
	}
}
