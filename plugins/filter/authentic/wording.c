/*
 * wording.c - phrases found in a folded text.
 *
 * Phrases are sorted by their first character and, of one, the longest first, so that the
 * first that fits is the one to take.
 */
#include "wording.h"

#include <heard/error.h>
#include <model/gram.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "phrases.inc"

struct phrase {
	uint8_t n;
	uint8_t kind;
	uint16_t number; /* in the order they were added */
	uint32_t text[PHRASE];
};

struct phrases {
	size_t n;
	struct phrase at[PHRASES];
};

static bool is_han(uint32_t c)
{
	return (c >= 0x3400 && c <= 0x9fff) || (c >= 0x20000 && c <= 0x3ffff);
}

static bool is_letter(uint32_t c)
{
	if (c < 0x80)
		return (c >= 'a' && c <= 'z') || c == '0' || c == '\'' || c == '+';
	return c >= 0xc0 && !(c >= 0x2000 && c <= 0x206f) && !(c >= 0x3000 && c <= 0x303f) &&
	       !(c >= 0xfe30 && c <= 0xfe4f) && !(c >= 0xff00 && c <= 0xff65);
}

/* ---- the table */

/* false: there are too many, or it is too long. */
static bool add_phrase(struct phrases *p, enum phrase_kind kind, struct heard_str text)
{
	struct phrase *phrase = &p->at[p->n];
	uint32_t folded[PHRASE + 1];
	size_t n = gram_fold(text, folded, PHRASE + 1);
	if (p->n == PHRASES || n > PHRASE)
		return false;
	memcpy(phrase->text, folded, n * sizeof(*folded));
	phrase->n = (uint8_t)n;
	phrase->kind = (uint8_t)kind;
	phrase->number = (uint16_t)p->n;
	p->n += phrase->n > 0;
	return true;
}

static void add_known(struct phrases *p, enum phrase_kind kind, const char *text)
{
	while (*text) {
		size_t n = strcspn(text, "|");
		add_phrase(p, kind, heard_str_n(text, n));
		text += n + (text[n] == '|');
	}
}

static int by_first(const void *a, const void *b)
{
	const struct phrase *x = a, *y = b;
	if (x->text[0] != y->text[0])
		return x->text[0] < y->text[0] ? -1 : 1;
	return y->n != x->n ? y->n - x->n : x->number - y->number;
}

struct phrases *phrases_create(const struct heard_list *own, struct heard_error *err)
{
	struct phrases *p = calloc(1, sizeof(*p));
	if (p == NULL) {
		heard_fail(err, ENOMEM, "no memory");
		return NULL;
	}
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		add_known(p, known[i].kind, known[i].text);
	for (size_t i = 0; i < own->n; i++) {
		if (add_phrase(p, PHRASE_PRAISE, heard_str(own->at[i])))
			continue;
		heard_fail(err, EINVAL,
			   "praise: \"%.40s\": a phrase has at most %d characters, and all "
			   "together with those known are at most %d",
			   own->at[i], PHRASE, PHRASES);
		phrases_destroy(p);
		return NULL;
	}
	qsort(p->at, p->n, sizeof(*p->at), by_first);
	return p;
}

void phrases_destroy(struct phrases *p)
{
	free(p);
}

/* The longest that the text goes on with, or NULL. */
static const struct phrase *find(const struct phrases *p, const uint32_t *text, size_t n)
{
	size_t low = 0, high = p->n;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (p->at[middle].text[0] < text[0])
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < p->n && p->at[low].text[0] == text[0]; low++) {
		const struct phrase *phrase = &p->at[low];
		if (phrase->n > n || memcmp(phrase->text, text, phrase->n * sizeof(*text)) != 0)
			continue;
		bool ends = is_han(text[phrase->n - 1]) || phrase->n == n ||
			    !is_letter(text[phrase->n]) || is_han(text[phrase->n]);
		if (ends)
			return phrase;
	}
	return NULL;
}

/* ---- a text */

static bool is_denied(const uint32_t *text, size_t at)
{
	if (at > 0 && (text[at - 1] == 0x4e0d || text[at - 1] == 0x6ca1 ||
		       text[at - 1] == 0x65e0 || text[at - 1] == 0x522b)) /* 不没无别 */
		return true;
	if (at < 4 || text[at - 1] != ' ')
		return false;
	return (text[at - 4] == 'n' && text[at - 3] == 'o' && text[at - 2] == 't') ||
	       (text[at - 3] == '\'' && text[at - 2] == 't') ||
	       (text[at - 3] == 'n' && text[at - 2] == 'o' && text[at - 4] == ' ');
}

static unsigned letters_of(const struct phrase *phrase)
{
	unsigned n = 0;
	for (size_t i = 0; i < phrase->n; i++)
		n += is_letter(phrase->text[i]);
	return n;
}

static void take(struct wording *w, const struct phrase *phrase, uint32_t *seen)
{
	uint32_t *word = &seen[phrase->number / 32], bit = 1u << phrase->number % 32;
	w->has[phrase->kind] = true;
	if (phrase->kind == PHRASE_PRAISE || phrase->kind == PHRASE_GLUE)
		w->covered += letters_of(phrase);
	if (phrase->kind == PHRASE_PRAISE && !(*word & bit))
		w->praises++;
	*word |= bit;
}

static void find_phrases(struct wording *w, const struct phrases *p, const uint32_t *text,
			 size_t n)
{
	uint32_t seen[PHRASES / 32] = {0};
	for (size_t i = 0; i < n;) {
		bool begins = is_han(text[i]) || i == 0 || !is_letter(text[i - 1]) ||
			      is_han(text[i - 1]);
		const struct phrase *phrase = begins ? find(p, text + i, n - i) : NULL;
		if (phrase && !is_denied(text, i))
			take(w, phrase, seen);
		i += phrase ? phrase->n : 1;
	}
}

/* How many of its grams are new when they come: in a table that is small enough to miss
 * a few, which makes a long text look a little less varied, never a short one. */
static double variety_of(const uint32_t *text, size_t n)
{
	uint64_t seen[WORDING_TEXT * 16 / 64] = {0};
	size_t different = 0, all = 0;
	for (size_t i = 0; i + 2 < n; i++, all++) {
		uint64_t gram = text[i] ^ (uint64_t)text[i + 1] << 21 ^
				(uint64_t)text[i + 2] << 42;
		uint64_t h = gram * 0x9e3779b97f4a7c15u >> 50; /* 14 bits */
		uint64_t *word = &seen[h / 64], bit = (uint64_t)1 << h % 64;
		different += !(*word & bit);
		*word |= bit;
	}
	return all > 0 ? (double)different / (double)all : 1;
}

void wording_read(struct wording *w, struct wording_lane *lane, const struct phrases *p,
		  struct heard_str text)
{
	size_t n = gram_fold(text, lane->text, WORDING_TEXT), letters = 0;
	*w = (struct wording){.variety = 1};
	find_phrases(w, p, lane->text, n);
	for (size_t i = 0; i < n; i++) { /* letters alone, from here on */
		w->has_number |= lane->text[i] == '0';
		if (is_letter(lane->text[i]))
			lane->text[letters++] = lane->text[i];
	}
	w->letters = (unsigned)letters;
	if (letters == 0)
		return;
	w->variety = variety_of(lane->text, letters);
	w->hash = XXH3_64bits(lane->text, letters * sizeof(*lane->text));
}
