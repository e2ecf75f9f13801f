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

#include "lines.h"
#include "reader.h"

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
	int64_t from, line, bytes, lines;
	uint64_t life;
};

/* A piece that was read: `n` bytes of it are to be emitted. */
struct piece {
	struct chunk *chunk;
	size_t n;
	int64_t lines; /* newlines in it */
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

/* ---- receipts */

static void ask_again(struct tail *t, const struct flight *f, bool in_eighths)
{
	if (t->back_to < 0 || f->from < t->back_to) {
		t->back_to = f->from;
		t->back_line = f->line;
	}
	if (!in_eighths)
		return;
	t->careful_until = f->from + f->bytes;
	t->careful_lines = f->lines > 8 ? f->lines / 8 : 1;
}

static void refused(struct tail *t, const struct flight *f, int code)
{
	if (f->life != t->at.life) {
		reader_tell(t->reader, t->name,
			    "was cut or written anew before its lines were safe");
	} else if (code == -EEXIST) {
		if (f->lines <= 1)
			t->conflict_at = f->from;
		ask_again(t, f, f->lines > 1);
	} else {
		/* All pieces in flight are refused together: that is once. */
		t->refusals += t->back_to < 0;
		ask_again(t, f, t->refusals >= REFUSALS_MAX && f->lines > 1);
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

static void describe(const struct tail *t, enum place_kind kind, int64_t length,
		     struct place *p)
{
	char id[IDENTITY_SIZE];

	memset(p, 0, sizeof(*p)); /* its padding is copied, too */
	p->offset = t->at.offset;
	p->line = t->at.line;
	p->length = length;
	p->kind = kind;
	identity_format(&t->id, id);
	if (t->at.life)
		snprintf(p->source, sizeof(p->source), "%s-%llx", id,
			 (unsigned long long)t->at.life);
	else
		snprintf(p->source, sizeof(p->source), "%s", id);
	place_name(p, t->name);
}

/* Emit the piece, of which `length` bytes of the file are used up. */
static enum step emit(struct tail *t, struct piece *take, enum place_kind kind, int64_t length)
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
	*f = (struct flight){t, t->at.offset, t->at.line, length, take->lines, t->at.life};
	describe(t, kind, length, &place);
	t->at.offset += length;
	t->at.line += take->lines;
	t->at.folder = t->reader->folder_inode;
	if (kind == PLACE_TOO_LONG)
		t->at.check_size = 0; /* its end is not in memory */
	else
		mark_check(&t->at, take->chunk->bytes, take->n);
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
	reader_emitted(t->reader, (size_t)length);
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

/* The file may have been cut or written anew since we were here. */
static void verify(struct tail *t)
{
	struct look look;

	if (!tail_look(t, &look) || t->at.offset == 0 ||
	    (look.size >= t->at.offset && mark_holds(&t->at, t->fd)))
		return;
	reader_tell(t->reader, t->name,
		    "was cut or written anew: reading it from its beginning");
	mark_restart(&t->at, t->fd);
	t->skipped = 0;
	t->careful_until = 0;
	t->conflict_at = -1;
}

static void go_back(struct tail *t)
{
	t->at.offset = t->back_to;
	t->at.line = t->back_line;
	t->at.check_size = 0;
	t->back_to = -1;
	t->skipped = 0;
}

static ssize_t read_at(struct tail *t, struct chunk *c, size_t n, int64_t offset)
{
	ssize_t got;

	do
		got = pread(t->fd, c->bytes, n, offset);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		reader_tell(t->reader, t->name, strerror(errno));
	return got;
}

/* The line ends at `end`; what is kept of it is read again. */
static enum step emit_too_long(struct tail *t, struct piece *take, int64_t end)
{
	ssize_t n = read_at(t, take->chunk, KEPT_OF_TOO_LONG, t->at.offset);

	if (n <= 0) {
		chunk_put(take->chunk);
		return STEP_FAILED;
	}
	take->n = (size_t)n;
	take->lines = 1;
	t->skipped = 0;
	t->want = CHUNK_SIZE;
	return emit(t, take, PLACE_TOO_LONG, end - t->at.offset);
}

static enum step skip_on(struct tail *t, struct piece *take, bool may_end, size_t *bytes)
{
	ssize_t n = read_at(t, take->chunk, CHUNK_SIZE, t->skipped);
	const char *newline = n > 0 ? memchr(take->chunk->bytes, '\n', (size_t)n) : NULL;

	if (newline != NULL)
		return emit_too_long(t, take, t->skipped + (newline - take->chunk->bytes) + 1);
	if (n == 0 && may_end)
		return emit_too_long(t, take, t->skipped);
	chunk_put(take->chunk);
	if (n <= 0)
		return n < 0 ? STEP_FAILED : STEP_END;
	t->skipped += n;
	*bytes += (size_t)n;
	return STEP_EMITTED;
}

/* No newline in all that was read. */
static enum step no_line(struct tail *t, struct piece *take, size_t n, bool may_end)
{
	size_t most = (size_t)t->reader->max_line + 2; /* \r and \n */

	if (n < t->want) { /* the file's end */
		if (n > 0 && may_end) {
			take->n = n;
			take->lines = 1;
			return emit(t, take,
				    t->conflict_at == t->at.offset ? PLACE_CONFLICT
								   : PLACE_LINES,
				    (int64_t)n);
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

static int64_t lines_at_once(const struct tail *t)
{
	if (t->conflict_at == t->at.offset)
		return 1;
	return t->at.offset < t->careful_until ? t->careful_lines : INT64_MAX;
}

static enum step read_piece(struct tail *t, bool may_end, size_t *bytes)
{
	struct piece piece = {.chunk = chunk_get(&t->reader->chunks, t->want)};
	enum place_kind kind = PLACE_LINES;
	ssize_t n;

	if (piece.chunk == NULL)
		return STEP_FAILED;
	if (t->skipped > 0)
		return skip_on(t, &piece, may_end, bytes);
	n = read_at(t, piece.chunk, t->want, t->at.offset);
	if (n < 0) {
		chunk_put(piece.chunk);
		return STEP_FAILED;
	}
	*bytes += (size_t)n;
	cut(&piece, (size_t)n, lines_at_once(t));
	if (piece.n == 0)
		return no_line(t, &piece, (size_t)n, may_end);
	t->want = CHUNK_SIZE;
	if (t->conflict_at == t->at.offset) {
		kind = PLACE_CONFLICT;
		t->conflict_at = -1;
	}
	return emit(t, &piece, kind, (int64_t)piece.n);
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
	t->is_ended = false;
	return read_piece(t, may_end, bytes);
}
