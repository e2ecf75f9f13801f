/*
 * lexicon.h - words of sentiment: what each weighs, and the emotion it shows.
 *
 * A file of lines `word<TAB>value<TAB>emotion` (UTF-8, # begins a comment): the value is
 * -5 to 5, or `not` (it denies what follows) or `but` (it turns the talk).  Several files
 * make one lexicon; of two lines for one word the later counts.  Words are kept folded
 * (model/gram.h), so width, case and the Chinese script do not matter.
 */
#ifndef SENTIMENT_LEXICON_H
#define SENTIMENT_LEXICON_H

#include <heard/str.h>

#include <stddef.h>
#include <stdint.h>

struct heard_error;

enum lexicon_kind { WORD_VALUE, WORD_NOT, WORD_BUT };

enum emotion {
	EMOTION_NONE,
	EMOTION_ANGRY,
	EMOTION_DISAPPOINTED,
	EMOTION_ANXIOUS,
	EMOTION_CONFUSED,
	EMOTION_GRATEFUL,
	EMOTION_PRAISING,
	EMOTIONS
};
extern const char *const emotion_names[EMOTIONS];

enum {
	LEXICON_WORD = 24, /* characters of a word                  */
	LEXICON_WORDS = 1 << 16,
	LEXICON_VALUE = 5,
	LEXICON_FILE = 4 << 20, /* bytes */
};

struct lexicon_word {
	uint32_t at; /* of its characters */
	uint8_t n;   /* 0: a free place of the table */
	int8_t value;
	uint8_t kind, emotion;
};

struct lexicon;
struct lexicon *lexicon_create(void);
void lexicon_destroy(struct lexicon *); /* NULL is fine */
/* Add what the file says; its faults are named with their line. */
int lexicon_load(struct lexicon *, const char *path, struct heard_error *);
int lexicon_read(struct lexicon *, struct heard_str text, struct heard_error *);
size_t lexicon_size(const struct lexicon *);

/* The word of exactly these folded characters, or NULL. */
const struct lexicon_word *lexicon_find(const struct lexicon *, const uint32_t *text, size_t n);
/* The longest word that these begin with, or NULL: for Chinese. */
const struct lexicon_word *lexicon_longest(const struct lexicon *, const uint32_t *text,
					   size_t n);

/* Its characters, n of them. */
const uint32_t *lexicon_text(const struct lexicon *, const struct lexicon_word *);
/* Each word in turn, `*at` from 0, and NULL at the end. */
const struct lexicon_word *lexicon_next(const struct lexicon *, size_t *at);

#endif
