/*
 * reading.c - one pass over the folded characters.
 *
 * Negation reaches REACH_HAN characters or REACH_WORDS words and never beyond the clause,
 * so that "没想到这么快，很满意" and "not cheap, but great" are read as they are meant.
 */
#include "reading.h"

#include <model/gram.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	REACH_HAN = 5,
	REACH_WORDS = 4,
	SUM_MAX = 5,  /* of what the models are told     */
	LAST_MAX = 3, /* likewise, behind the last "but" */
	COPIES = 8,   /* a token weighs as much as so many grams */
};

void reading_begin(struct reading *r)
{
	memset(r, 0, offsetof(struct reading, words));
}

static bool is_han(uint32_t c)
{
	return (c >= 0x4e00 && c <= 0x9fff) || (c >= 0x3400 && c <= 0x4dbf);
}

static bool is_latin(uint32_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 0xdf && c <= 0x24f && c != 0xf7);
}

static bool is_apostrophe(uint32_t c)
{
	return c == '\'' || c == 0x2019;
}

/* Ends what a negator can reach; a comma between digits does not matter here. */
static bool ends_clause(uint32_t c)
{
	return c == ',' || c == '.' || c == ';' || c == '!' || c == '?' || c == ':' ||
	       c == '~' || c == 0x3002 || c == 0x3001 || c == 0x2026 || c == '\n';
}

static void count(struct reading *r, const struct lexicon_word *w, bool denied)
{
	int value = denied ? -w->value : w->value;
	if (value == 0)
		return;
	r->sum += value;
	r->last += value;
	r->n_good += value > 0;
	r->n_bad += value < 0;
	r->n_denied += denied;
	if (!denied)
		r->emotions[w->emotion] += abs(value);
	else if (value < 0) /* "not satisfied" */
		r->emotions[EMOTION_DISAPPOINTED] += 2;
	if (r->n_words < READING_WORDS) {
		r->words[r->n_words].word = w;
		r->words[r->n_words++].denied = denied;
	}
}

/* A word was found; *deny is how far the negator before it still reaches. */
static void take(struct reading *r, const struct lexicon_word *w, int *deny, int reach)
{
	if (w->kind == WORD_NOT) {
		*deny = *deny > 0 ? 0 : reach;
	} else if (w->kind == WORD_BUT) {
		*deny = 0;
		r->turns |= r->sum != 0;
		r->last = 0;
	} else {
		count(r, w, *deny > 0);
		if (w->value != 0)
			*deny = 0;
	}
}

/* A word of letters: where it ends. */
static size_t word_end(const uint32_t *t, size_t n, size_t from)
{
	size_t i = from;
	while (i < n && (is_latin(t[i]) || (t[i] == '-' && i + 1 < n && is_latin(t[i + 1])) ||
			 (is_apostrophe(t[i]) && i + 1 < n && is_latin(t[i + 1]))))
		i++;
	return i;
}

static bool is_nt(const uint32_t *word, size_t n)
{
	return n > 3 && word[n - 1] == 't' && is_apostrophe(word[n - 2]) && word[n - 3] == 'n';
}

static size_t read_word(struct reading *r, const struct lexicon *l, const uint32_t *t, size_t n,
			size_t from, int *deny)
{
	static const struct lexicon_word nt = {.kind = WORD_NOT};
	size_t end = word_end(t, n, from);
	const struct lexicon_word *w = is_nt(t + from, end - from)
					       ? &nt
					       : lexicon_find(l, t + from, end - from);
	r->n_latin += (unsigned)(end - from);
	if (*deny > 0)
		--*deny;
	if (w != NULL) {
		*deny += *deny > 0; /* the word itself is within reach */
		take(r, w, deny, REACH_WORDS + 1);
	}
	return end;
}

static size_t read_han(struct reading *r, const struct lexicon *l, const uint32_t *t, size_t n,
		       size_t from, int *deny)
{
	const struct lexicon_word *w = lexicon_longest(l, t + from, n - from);
	if (w != NULL) {
		r->n_han += w->n;
		take(r, w, deny, REACH_HAN + 1);
		return from + w->n;
	}
	r->n_han++;
	if (*deny > 0)
		--*deny;
	r->asks |= t[from] == 0x5417 || t[from] == 0x5462; /* 吗 呢 */
	return from + 1;
}

void reading_add(struct reading *r, const struct lexicon *l, struct reading_lane *lane,
		 struct heard_str text)
{
	const uint32_t *t = lane->text;
	size_t n = gram_fold(text, lane->text, READING_TEXT);
	int deny = 0;
	for (size_t i = 0; i < n;) {
		if (is_latin(t[i])) {
			i = read_word(r, l, t, n, i, &deny);
		} else if (is_han(t[i])) {
			i = read_han(r, l, t, n, i, &deny);
		} else {
			r->asks |= t[i] == '?';
			if (ends_clause(t[i]))
				deny = 0;
			i++;
		}
	}
}

void reading_end(struct reading *r)
{
	/* A Chinese character says about what three letters do. */
	if (r->n_han + r->n_latin == 0)
		r->script = SCRIPT_NONE;
	else
		r->script = r->n_han * 3 >= r->n_latin ? SCRIPT_ZH : SCRIPT_EN;
}

/* ---- for the models */

static int within(int v, int most)
{
	return v > most ? most : v < -most ? -most : v;
}

static void tell(struct gram_lane *lane, const char *what, int value)
{
	char token[32];
	for (int copy = 0; copy < COPIES; copy++) {
		int n = snprintf(token, sizeof(token), "%s%d/%d", what, value, copy);
		gram_token(lane, heard_str_n(token, (size_t)n));
	}
}

void reading_tell(const struct reading *r, struct gram_lane *lane)
{
	int sign = (r->sum > 0) - (r->sum < 0);
	tell(lane, "sum", within(r->sum, SUM_MAX));
	tell(lane, "last", within(r->last, LAST_MAX));
	tell(lane, "sign", sign);
	for (unsigned i = 0; i < r->n_words; i++) {
		char token[2] = {'w', (char)('A' + LEXICON_VALUE +
					     (r->words[i].denied ? -r->words[i].word->value
								 : r->words[i].word->value))};
		gram_token(lane, heard_str_n(token, 2));
	}
}
