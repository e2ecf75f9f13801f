/*
 * wire.h - what an IMAP server sends, cut into responses and those into tokens.
 *
 * A pure state machine: bytes go in by wire_feed(), in pieces of any size, and each
 * response that is complete goes out by `response`.  Nothing waits and nothing is
 * read from anywhere, so a test or a fuzzer feeds it byte by byte.
 *
 * A response is a flat list of tokens; lists in it are OPEN and CLOSE.  Two things
 * may be large and are not gathered: the bytes of a mail, for which `literal` gives
 * the room, and the numbers of a search, which go to `number` one by one.
 *
 * Caps: bytes and tokens of a response, depth of lists, size of a literal.  Past one
 * of them, or where the grammar does not hold, the connection is good for nothing.
 */
#ifndef INPUT_IMAP_WIRE_H
#define INPUT_IMAP_WIRE_H

#include <heard/buf.h>
#include <heard/str.h>

#include <stdbool.h>
#include <stdint.h>

struct heard_error;

enum {
	WIRE_TEXT_MAX = 256 * 1024, /* bytes of a response without its large literals  */
	WIRE_TOKENS_MAX = 8192,
	WIRE_DEPTH_MAX = 32,
	WIRE_INLINE_MAX = 16 * 1024, /* a literal that nobody gives room to is kept up  */
	/* to this size                                    */
	WIRE_LITERAL_MAX = 1 << 30,
};

enum wire_kind {
	WIRE_ATOM, /* numbers and flags, too; with its section: BODY[HEADER]  */
	WIRE_QUOTED,
	WIRE_LITERAL, /* its bytes, or NULL and the size if they were let go     */
	WIRE_NIL,
	WIRE_OPEN, /* ( and [ of a response code                              */
	WIRE_CLOSE,
	WIRE_TEXT, /* what people are to read, behind OK, NO, BAD, BYE or +   */
};

struct wire_token {
	enum wire_kind kind;
	struct heard_str str;
};

struct wire_hooks {
	/* Tokens and their text are borrowed; the first is the tag, "*" or "+". */
	void (*response)(void *arg, const struct wire_token *, size_t n);
	/* Room for so many bytes of a literal, which the response will show; NULL: keep it
	 * if it is small, else let it go.  `tokens` is what came before it. */
	char *(*literal)(void *arg, size_t size, const struct wire_token *tokens, size_t n);
	void (*number)(void *arg, uint32_t n); /* of an untagged SEARCH              */
};

struct wire {
	const struct wire_hooks *hooks;
	void *arg;
	int state;		   /* wire.c                                          */
	struct heard_buf text;	   /* of the tokens                                   */
	struct wire_piece *pieces; /* tokens, as offsets into text                 */
	size_t n_pieces, pieces_size;
	struct wire_token *tokens; /* the same as views, made when asked for       */
	unsigned depth;
	size_t total; /* bytes of this response, large literals excepted */
	size_t begin; /* in text: of the token that is being read        */
	bool is_search, is_bracket, in_section, has_text;
	uint64_t count; /* a number or a literal's size                    */
	bool has_digits;
	char *room;  /* of the literal that is coming; NULL: see skip   */
	size_t left; /* bytes of it to come                             */
	size_t literal_size;
	bool is_inline;
};

void wire_init(struct wire *, const struct wire_hooks *, void *arg);
void wire_release(struct wire *);
/* Forget what is half read: for another connection. */
void wire_reset(struct wire *);
/* 0, or -EPROTO with a sentence that quotes nothing; then it takes no more.  The hooks
 * must not release the wire. */
int wire_feed(struct wire *, const char *bytes, size_t n, struct heard_error *);
/* Bytes of a literal still to come: how far behind a large mail is. */
static inline size_t wire_left(const struct wire *w)
{
	return w->left;
}

/* Between two responses there is nothing; within one there is. */
bool wire_is_within(const struct wire *);

/* ---- reading tokens */

bool wire_is(const struct wire_token *, const char *word); /* an atom, whatever its case */
/* An atom that is a number, without sign; false if it is none or larger than 2^63. */
bool wire_number(const struct wire_token *, uint64_t *);
/* The token behind the one at `i`, over a whole list if it opens one; n at the end. */
size_t wire_skip(const struct wire_token *, size_t n, size_t i);

#endif
