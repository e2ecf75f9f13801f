/*
 * lexicon.c - a table of words by their hash, and how long a word may be by its first
 * character, so that most places of a text are passed by one look.
 */
#include "lexicon.h"

#include <model/gram.h>

#include <heard/buf.h>
#include <heard/error.h>
#include <heard/file.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { TABLE = LEXICON_WORDS * 2, FIRST = 1 << 13 };

const char *const emotion_names[EMOTIONS] = {"",	 "angry",    "disappointed", "anxious",
					     "confused", "grateful", "praising"};

struct lexicon {
	struct lexicon_word *table; /* [TABLE], open addressing */
	uint32_t *text;		    /* of all words             */
	size_t n, n_text, text_size;
	uint8_t longest[FIRST]; /* of the words that begin so */
};

struct lexicon *lexicon_create(void)
{
	struct lexicon *l = calloc(1, sizeof(*l));
	if (l == NULL || (l->table = calloc(TABLE, sizeof(*l->table))) == NULL) {
		free(l);
		return NULL;
	}
	return l;
}

void lexicon_destroy(struct lexicon *l)
{
	if (l == NULL)
		return;
	free(l->table);
	free(l->text);
	free(l);
}

size_t lexicon_size(const struct lexicon *l)
{
	return l->n;
}

/* ---- looking up */

static inline uint32_t mix(uint32_t h, uint32_t c)
{
	h = (h ^ c) * 0x9e3779b1u;
	return h ^ h >> 15;
}

static inline size_t place_of(uint32_t h)
{
	return (h * 0x85ebca6bu) >> 15 & (TABLE - 1);
}

/* Where it stands, or the free place where it would. */
static struct lexicon_word *look(const struct lexicon *l, const uint32_t *text, size_t n,
				 uint32_t hash)
{
	for (size_t at = place_of(hash);; at = (at + 1) & (TABLE - 1)) {
		struct lexicon_word *w = &l->table[at];
		if (w->n == 0 ||
		    (w->n == n && memcmp(l->text + w->at, text, n * sizeof(*text)) == 0))
			return w;
	}
}

const struct lexicon_word *lexicon_find(const struct lexicon *l, const uint32_t *text, size_t n)
{
	uint32_t hash = 0;
	if (n == 0 || n > l->longest[text[0] % FIRST])
		return NULL;
	for (size_t i = 0; i < n; i++)
		hash = mix(hash, text[i]);
	const struct lexicon_word *w = look(l, text, n, hash);
	return w->n > 0 ? w : NULL;
}

const struct lexicon_word *lexicon_longest(const struct lexicon *l, const uint32_t *text,
					   size_t n)
{
	const struct lexicon_word *best = NULL;
	size_t most = n > 0 ? l->longest[text[0] % FIRST] : 0;
	uint32_t hash = 0;
	most = most < n ? most : n;
	for (size_t k = 1; k <= most; k++) {
		hash = mix(hash, text[k - 1]);
		const struct lexicon_word *w = look(l, text, k, hash);
		best = w->n > 0 ? w : best;
	}
	return best;
}

const uint32_t *lexicon_text(const struct lexicon *l, const struct lexicon_word *w)
{
	return l->text + w->at;
}

const struct lexicon_word *lexicon_next(const struct lexicon *l, size_t *at)
{
	while (*at < TABLE) {
		const struct lexicon_word *w = &l->table[(*at)++];
		if (w->n > 0)
			return w;
	}
	return NULL;
}

/* ---- reading */

static int keep(struct lexicon *l, const uint32_t *text, size_t n, struct lexicon_word word)
{
	uint32_t hash = 0;
	for (size_t i = 0; i < n; i++)
		hash = mix(hash, text[i]);
	struct lexicon_word *w = look(l, text, n, hash);
	if (w->n == 0) {
		if (l->n == LEXICON_WORDS)
			return -ENOSPC;
		if (l->n_text + n > l->text_size) {
			size_t size = l->text_size * 2 + 4096;
			uint32_t *more = realloc(l->text, size * sizeof(*more));
			if (more == NULL)
				return -ENOMEM;
			l->text = more;
			l->text_size = size;
		}
		memcpy(l->text + l->n_text, text, n * sizeof(*text));
		w->at = (uint32_t)l->n_text;
		w->n = (uint8_t)n;
		l->n_text += n;
		l->n++;
	}
	w->value = word.value;
	w->kind = word.kind;
	w->emotion = word.emotion;
	uint8_t *longest = &l->longest[text[0] % FIRST];
	*longest = n > *longest ? (uint8_t)n : *longest;
	return 0;
}

/* What stands before the next tab; *rest is what follows it. */
static struct heard_str next_part(struct heard_str *rest)
{
	const char *tab = rest->len > 0 ? memchr(rest->ptr, '\t', rest->len) : NULL;
	size_t n = tab ? (size_t)(tab - rest->ptr) : rest->len;
	struct heard_str part = heard_str_trim(heard_str_n(rest->ptr, n));
	*rest = heard_str_skip(*rest, n + 1);
	return part;
}

static bool read_value(struct heard_str s, struct lexicon_word *w)
{
	if (heard_str_is(s, "not") || heard_str_is(s, "but")) {
		w->kind = s.ptr[0] == 'n' ? WORD_NOT : WORD_BUT;
		return true;
	}
	bool minus = s.len > 0 && s.ptr[0] == '-';
	s = heard_str_skip(s, minus);
	if (s.len != 1 || s.ptr[0] < '0' || s.ptr[0] > '0' + LEXICON_VALUE)
		return false;
	w->value = (int8_t)(minus ? '0' - s.ptr[0] : s.ptr[0] - '0');
	return true;
}

static bool read_emotion(struct heard_str s, struct lexicon_word *w)
{
	for (unsigned e = 0; e < EMOTIONS; e++)
		if (heard_str_is(s, emotion_names[e])) {
			w->emotion = (uint8_t)e;
			return true;
		}
	return false;
}

static int read_line(struct lexicon *l, struct heard_str line, int number,
		     struct heard_error *err)
{
	uint32_t text[LEXICON_WORD + 1];
	struct lexicon_word w = {0};
	line = heard_str_trim(line);
	if (line.len == 0 || line.ptr[0] == '#')
		return 0;
	struct heard_str word = next_part(&line);
	size_t n = gram_fold(word, text, LEXICON_WORD + 1);
	if (n == 0 || n > LEXICON_WORD)
		return heard_fail(err, EBADMSG, "line %d: a word has 1 to %d characters",
				  number, LEXICON_WORD);
	if (!read_value(next_part(&line), &w))
		return heard_fail(
			err, EBADMSG,
			"line %d: after the word and a tab comes -%d to %d, not or but", number,
			LEXICON_VALUE, LEXICON_VALUE);
	if (!read_emotion(next_part(&line), &w))
		return heard_fail(
			err, EBADMSG,
			"line %d: the emotion is none of angry, disappointed, anxious, "
			"confused, grateful, praising",
			number);
	int rc = keep(l, text, n, w);
	if (rc == -ENOSPC)
		return heard_fail(err, ENOSPC, "line %d: there are more than %d words", number,
				  LEXICON_WORDS);
	return rc == 0 ? 0 : heard_fail(err, ENOMEM, "no memory for the words");
}

int lexicon_read(struct lexicon *l, struct heard_str text, struct heard_error *err)
{
	for (int number = 1; text.len > 0; number++) {
		const char *end = memchr(text.ptr, '\n', text.len);
		size_t n = end ? (size_t)(end - text.ptr) : text.len;
		int rc = read_line(l, heard_str_n(text.ptr, n), number, err);
		if (rc < 0)
			return rc;
		text = heard_str_skip(text, n + 1);
	}
	return 0;
}

int lexicon_load(struct lexicon *l, const char *path, struct heard_error *err)
{
	struct heard_error why = {0};
	struct heard_buf bytes;
	heard_buf_init(&bytes, LEXICON_FILE);
	int rc = heard_file_read(path, &bytes, err);
	if (rc == 0 && lexicon_read(l, heard_buf_view(&bytes), &why) != 0)
		rc = heard_fail(err, why.code, "%s: %s", path, why.text);
	heard_buf_release(&bytes);
	return rc;
}
