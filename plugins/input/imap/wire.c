/*
 * wire.c - the grammar of responses, RFC 3501 section 9, one byte after the other.
 *
 * Where servers are known to be careless we are not strict: a bare LF ends a line, a
 * response code may hold anything up to its bracket, blanks may be doubled.  Where
 * being lenient would let one response run into the next we are: a literal has its
 * size, a quoted string its end before the line's, and every list is closed.
 *
 * Invariants: pieces are offsets into `text`, so that text may move while it grows;
 * between two responses text, pieces and depth are empty.
 */
#include "wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <heard/error.h>

enum state {
	BETWEEN, /* tokens */
	ATOM,
	QUOTED,
	ESCAPED, /* behind a backslash in a quoted string */
	SIZE,	 /* of a literal */
	SIZE_END,
	SIZE_CR,
	LITERAL,
	NUMBER, /* of a search */
	TEXT,
	CR,
	BROKEN,
};

struct wire_piece {
	enum wire_kind kind;
	size_t begin, len;
	const char *room; /* a literal's bytes are there, or nowhere */
	bool is_apart;
};

/* ---- pieces */

static int fail(struct wire *w, struct heard_error *err, const char *what)
{
	w->state = BROKEN;
	return heard_fail(err, EPROTO, "the server does not speak IMAP: %s", what);
}

static int put(struct wire *w, const struct wire_piece *piece, struct heard_error *err)
{
	if (w->n_pieces == WIRE_TOKENS_MAX)
		return fail(w, err, "a response has too many parts");
	if (w->n_pieces == w->pieces_size) {
		size_t size = w->pieces_size ? w->pieces_size * 2 : 64;
		struct wire_piece *p = realloc(w->pieces, size * sizeof(*p));
		if (p == NULL)
			return fail(w, err, "a response needs more memory than there is");
		w->pieces = p;
		struct wire_token *t = realloc(w->tokens, size * sizeof(*t));
		if (t == NULL)
			return fail(w, err, "a response needs more memory than there is");
		w->tokens = t;
		w->pieces_size = size;
	}
	w->pieces[w->n_pieces++] = *piece;
	return 0;
}

/* What was added to `text` since `begin`. */
static int put_text(struct wire *w, enum wire_kind kind, struct heard_error *err)
{
	const struct wire_piece piece = {kind, w->begin, w->text.len - w->begin, NULL, false};
	return put(w, &piece, err);
}

static const struct wire_token *views(struct wire *w)
{
	for (size_t i = 0; i < w->n_pieces; i++) {
		const struct wire_piece *p = &w->pieces[i];
		const char *at = p->is_apart ? p->room : w->text.ptr + p->begin;
		w->tokens[i] = (struct wire_token){p->kind, {at, p->len}};
	}
	return w->tokens;
}

static void clear(struct wire *w)
{
	heard_buf_clear(&w->text);
	w->n_pieces = 0;
	w->depth = 0;
	w->total = 0;
	w->is_search = w->is_bracket = w->in_section = w->has_text = false;
	w->state = BETWEEN;
}

static int end_of_response(struct wire *w, struct heard_error *err)
{
	if (w->depth > 0)
		return fail(w, err, "a list is not closed");
	if (w->n_pieces > 0) /* an empty line is nothing */
		w->hooks->response(w->arg, views(w), w->n_pieces);
	clear(w);
	return 0;
}

/* ---- tokens */

static bool is_word(struct heard_str s, const char *word)
{
	return s.len == strlen(word) && strncasecmp(s.ptr, word, s.len) == 0;
}

static struct heard_str piece_str(const struct wire *w, size_t i)
{
	return heard_str_n(w->text.ptr + w->pieces[i].begin, w->pieces[i].len);
}

static bool is_status(struct heard_str s)
{
	return is_word(s, "OK") || is_word(s, "NO") || is_word(s, "BAD") || is_word(s, "BYE") ||
	       is_word(s, "PREAUTH");
}

static int end_of_atom(struct wire *w, struct heard_error *err)
{
	struct heard_str s = heard_str_n(w->text.ptr + w->begin, w->text.len - w->begin);
	bool is_nil = w->n_pieces > 1 && is_word(s, "NIL");
	if (put_text(w, is_nil ? WIRE_NIL : WIRE_ATOM, err) != 0)
		return -EPROTO;
	w->state = BETWEEN;
	w->in_section = false;
	s = piece_str(w, w->n_pieces - 1);
	if (w->n_pieces == 1 && is_word(s, "+"))
		w->has_text = true;
	if (w->n_pieces == 2 && is_status(s))
		w->has_text = true;
	if (w->n_pieces == 2 && is_word(s, "SEARCH") && is_word(piece_str(w, 0), "*"))
		w->is_search = true;
	return 0;
}

static int open_list(struct wire *w, struct heard_error *err)
{
	if (w->depth == WIRE_DEPTH_MAX)
		return fail(w, err, "lists are nested too deep");
	w->depth++;
	w->is_search = false;
	w->begin = w->text.len;
	return put_text(w, WIRE_OPEN, err);
}

static int close_list(struct wire *w, struct heard_error *err)
{
	if (w->depth == 0)
		return fail(w, err, "a list ends that did not begin");
	w->depth--;
	w->begin = w->text.len;
	return put_text(w, WIRE_CLOSE, err);
}

/* The end of a response code; what follows is for people. */
static int close_code(struct wire *w, struct heard_error *err)
{
	while (w->depth > 1)
		if (close_list(w, err) != 0)
			return -EPROTO;
	w->is_bracket = false;
	if (close_list(w, err) != 0)
		return -EPROTO;
	w->begin = w->text.len;
	w->state = TEXT;
	return 0;
}

static int end_of_line(struct wire *w, struct heard_error *err)
{
	if (w->is_bracket && close_code(w, err) != 0)
		return -EPROTO;
	if (w->state == TEXT && put_text(w, WIRE_TEXT, err) != 0)
		return -EPROTO;
	return end_of_response(w, err);
}

/* ---- literals */

static int begin_literal(struct wire *w, struct heard_error *err)
{
	size_t size = (size_t)w->count;
	w->literal_size = w->left = size;
	w->room = w->hooks->literal(w->arg, size, views(w), w->n_pieces);
	w->is_inline = w->room == NULL && size <= WIRE_INLINE_MAX;
	w->begin = w->text.len;
	w->state = LITERAL;
	if (w->is_inline) {
		w->total += size;
		return size == 0 ? (w->state = BETWEEN, put_text(w, WIRE_LITERAL, err)) : 0;
	}
	const struct wire_piece piece = {WIRE_LITERAL, w->begin, size, w->room, true};
	if (size == 0)
		w->state = BETWEEN;
	return put(w, &piece, err);
}

/* As much of a literal as there is; how many bytes of it. */
static size_t take_literal(struct wire *w, const char *bytes, size_t n)
{
	if (n > w->left)
		n = w->left;
	if (w->is_inline) {
		heard_buf_add(&w->text, bytes, n);
	} else if (w->room != NULL) {
		memcpy(w->room, bytes, n);
		w->room += n;
	}
	w->left -= n;
	return n;
}

static int end_of_literal(struct wire *w, struct heard_error *err)
{
	w->state = BETWEEN;
	w->room = NULL;
	return w->is_inline ? put_text(w, WIRE_LITERAL, err) : 0;
}

/* ---- bytes, by state */

static int begin_token(struct wire *w, char c)
{
	w->begin = w->text.len;
	if (c == '"' && !w->is_bracket && w->n_pieces > 0) {
		w->state = QUOTED;
		return 0;
	}
	if (c == '{' && !w->is_bracket && w->n_pieces > 0) {
		w->state = SIZE;
		w->count = 0;
		w->has_digits = false;
		return 0;
	}
	heard_buf_add(&w->text, &c, 1);
	w->state = ATOM;
	w->in_section = false;
	return 0;
}

static int between(struct wire *w, char c, struct heard_error *err)
{
	if (c == ' ' || c == '\t')
		return 0;
	if (c == '\r') {
		w->state = CR;
		return 0;
	}
	if (c == '\n')
		return end_of_line(w, err);
	if (w->has_text && !w->is_bracket) {
		bool is_code = c == '[' && w->n_pieces == 2;
		w->begin = w->text.len;
		w->state = is_code ? BETWEEN : TEXT;
		w->is_bracket = is_code;
		if (is_code)
			return open_list(w, err);
		heard_buf_add(&w->text, &c, 1);
		return 0;
	}
	if (w->is_bracket && c == ']')
		return close_code(w, err);
	if (c == '(')
		return w->n_pieces ? open_list(w, err)
				   : fail(w, err, "a line begins with a list");
	if (c == ')')
		return w->is_bracket && w->depth == 1 ? 0 : close_list(w, err);
	if (w->is_search && c >= '0' && c <= '9') {
		w->count = (uint64_t)(c - '0');
		w->state = NUMBER;
		return 0;
	}
	return begin_token(w, c);
}

static int in_atom(struct wire *w, char c, struct heard_error *err)
{
	bool is_end = c == ' ' || c == '\t' || c == '(' || c == ')' || c == '\r' || c == '\n' ||
		      (c == ']' && w->is_bracket);
	if (w->in_section && c != '\r' && c != '\n') /* BODY[HEADER.FIELDS (DATE)] */
		is_end = false;
	if (is_end) {
		int result = end_of_atom(w, err);
		return result == 0 ? between(w, c, err) : result;
	}
	if (c == '[' && !w->is_bracket)
		w->in_section = true;
	else if (c == ']')
		w->in_section = false;
	heard_buf_add(&w->text, &c, 1);
	return 0;
}

static int in_quoted(struct wire *w, char c, struct heard_error *err)
{
	if (c == '\r' || c == '\n')
		return fail(w, err, "a quoted string is not closed");
	if (w->state == QUOTED && c == '"') {
		w->state = BETWEEN;
		return put_text(w, WIRE_QUOTED, err);
	}
	if (w->state == QUOTED && c == '\\') {
		w->state = ESCAPED;
		return 0;
	}
	w->state = QUOTED;
	heard_buf_add(&w->text, &c, 1);
	return 0;
}

static int in_size(struct wire *w, char c, struct heard_error *err)
{
	if (w->state == SIZE && c >= '0' && c <= '9') {
		w->count = w->count * 10 + (uint64_t)(c - '0');
		w->has_digits = true;
		return w->count <= WIRE_LITERAL_MAX ? 0
						    : fail(w, err, "a literal is too large");
	}
	if (w->state == SIZE && c == '+')
		return 0;
	if (w->state == SIZE && c == '}' && w->has_digits) {
		w->state = SIZE_END;
		return 0;
	}
	if (w->state == SIZE_END && c == '\r') {
		w->state = SIZE_CR;
		return 0;
	}
	if (w->state != SIZE && c == '\n')
		return begin_literal(w, err);
	return fail(w, err, "a literal has no size");
}

static int in_number(struct wire *w, char c, struct heard_error *err)
{
	if (c >= '0' && c <= '9') {
		w->count = w->count * 10 + (uint64_t)(c - '0');
		return w->count <= UINT32_MAX ? 0 : fail(w, err, "a number is too large");
	}
	w->state = BETWEEN;
	w->hooks->number(w->arg, (uint32_t)w->count);
	return between(w, c, err);
}

static int in_text(struct wire *w, char c, struct heard_error *err)
{
	if (c == '\n')
		return end_of_line(w, err);
	if (c != '\r')
		heard_buf_add(&w->text, &c, 1);
	return 0;
}

static int step(struct wire *w, char c, struct heard_error *err)
{
	switch ((enum state)w->state) {
	case BETWEEN: return between(w, c, err);
	case ATOM: return in_atom(w, c, err);
	case QUOTED:
	case ESCAPED: return in_quoted(w, c, err);
	case SIZE:
	case SIZE_END:
	case SIZE_CR: return in_size(w, c, err);
	case NUMBER: return in_number(w, c, err);
	case TEXT: return in_text(w, c, err);
	case CR:
		w->state = BETWEEN;
		return c == '\n' ? end_of_line(w, err) : fail(w, err, "a CR without LF");
	default: return fail(w, err, "it was given up");
	}
}

/* The numbers of a search are not gathered, so they do not count. */
static bool counts(const struct wire *w)
{
	return w->state != NUMBER && !(w->is_search && w->state == BETWEEN);
}

int wire_feed(struct wire *w, const char *bytes, size_t n, struct heard_error *err)
{
	const char *end = bytes + n;
	while (bytes < end) {
		int result = 0;
		if (w->state == LITERAL) {
			bytes += take_literal(w, bytes, (size_t)(end - bytes));
			if (w->left == 0)
				result = end_of_literal(w, err);
		} else {
			w->total += counts(w);
			result = step(w, *bytes++, err);
		}
		if (result == 0 && (w->total > WIRE_TEXT_MAX || w->text.failed))
			result = fail(w, err, "a response is too long");
		if (result != 0)
			return result;
	}
	return 0;
}

/* ---- life */

void wire_init(struct wire *w, const struct wire_hooks *hooks, void *arg)
{
	*w = (struct wire){.hooks = hooks, .arg = arg};
	heard_buf_init(&w->text, WIRE_TEXT_MAX + WIRE_INLINE_MAX);
	clear(w);
}

void wire_release(struct wire *w)
{
	heard_buf_release(&w->text);
	free(w->pieces);
	free(w->tokens);
	*w = (struct wire){.state = BROKEN};
}

void wire_reset(struct wire *w)
{
	w->left = 0;
	w->room = NULL;
	clear(w);
}

bool wire_is_within(const struct wire *w)
{
	return w->state != BETWEEN || w->n_pieces > 0;
}

/* ---- reading tokens */

bool wire_is(const struct wire_token *t, const char *word)
{
	return t->kind == WIRE_ATOM && is_word(t->str, word);
}

bool wire_number(const struct wire_token *t, uint64_t *number)
{
	uint64_t n = 0;
	if (t->kind != WIRE_ATOM || t->str.len == 0 || t->str.len > 19)
		return false;
	for (size_t i = 0; i < t->str.len; i++) {
		if (t->str.ptr[i] < '0' || t->str.ptr[i] > '9')
			return false;
		n = n * 10 + (uint64_t)(t->str.ptr[i] - '0');
	}
	*number = n;
	return n <= INT64_MAX;
}

size_t wire_skip(const struct wire_token *t, size_t n, size_t i)
{
	unsigned depth = 0;
	for (; i < n; i++) {
		depth += t[i].kind == WIRE_OPEN;
		depth -= t[i].kind == WIRE_CLOSE;
		if (depth == 0)
			return i + 1;
	}
	return n;
}
