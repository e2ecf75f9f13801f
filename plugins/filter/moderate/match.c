/*
 * match.c - is what the search found really that word?
 *
 * The search runs over the plain text (plain.h), in which nothing stands between
 * characters, so most of what has to be known is checked here:
 *
 *  - repetition: a letter that the word has twice stands there at least twice; another
 *    stands there once, or three times and more, which nobody spells;
 *  - gaps: none, or the same dress throughout.  English with a gap between all letters,
 *    and as a word by itself; Chinese with signs anywhere, or with blanks between all
 *    and around, since reviews are typed with blanks here and there;
 *  - whole words in English, so that Scunthorpe is a town;
 *  - exceptions: within 路口交叉 there is no improper word.
 */
#include "match.h"

enum { SPACED_LEAST = 4 }; /* letters of an English word with gaps: "a s s" is chance */

static bool is_alnum(unsigned char c)
{
	return (c | 0x20u) - 'a' <= 'z' - 'a' || c - (unsigned)'0' <= 9;
}

/* Does a letter with an accent begin, or end, here? */
static bool is_accented(unsigned char lead)
{
	return lead >= 0xc3 && lead <= 0xc9;
}

static bool joins_left(const struct plain *p, size_t from)
{
	if (from == 0 || p->at[from].gap != GAP_NONE)
		return false;
	unsigned char c = (unsigned char)p->bytes[from - 1];
	return is_alnum(c) || (from > 1 && is_accented((unsigned char)p->bytes[from - 2]));
}

static bool joins_right(const struct plain *p, size_t to)
{
	if (to >= p->n || p->at[to].gap != GAP_NONE)
		return false;
	unsigned char c = (unsigned char)p->bytes[to];
	return is_alnum(c) || is_accented(c);
}

/* Is there text right before, or behind, with nothing between? */
static bool is_apart(const struct plain *p, size_t from, size_t to)
{
	bool left = from == 0 || p->at[from].gap != GAP_NONE ||
		    p->bytes[from - 1] == PLAIN_BREAK;
	bool right = to >= p->n || p->at[to].gap != GAP_NONE || p->bytes[to] == PLAIN_BREAK;

	return left && right;
}

struct dress { /* of a word's characters behind the first */
	unsigned joints, signs, blanks;
	bool is_ascii, is_right;
};

static struct dress dress_of(const struct plain *p, const struct word *w, size_t from)
{
	struct dress d = {.is_ascii = true, .is_right = true};

	for (size_t i = 0; i < w->text.len; i++) {
		unsigned char c = (unsigned char)w->text.ptr[i];
		const struct plain_at *at = &p->at[from + i];

		if ((c & 0xc0) == 0x80)
			continue;
		bool is_ascii = c < 0x80, is_double = w->how[i] & WORD_DOUBLE;
		d.is_ascii &= is_ascii;
		d.is_right &= is_double ? at->run >= 2 : at->run != 2;
		if (i == 0)
			continue;
		if (w->how[i] & WORD_BLANK) {
			d.is_right &= at->gap != GAP_NONE;
			continue;
		}
		d.joints++;
		d.signs += at->gap == GAP_SIGN;
		d.blanks += at->gap == GAP_BLANK;
	}
	return d;
}

static bool is_excepted(const struct plain *p, const struct word *w, size_t from)
{
	for (size_t i = 0; i < w->n_exceptions; i++) {
		struct heard_str around = w->exceptions[i].text;
		size_t before = w->exceptions[i].at;

		if (from >= before && around.len <= p->n - (from - before) &&
		    memcmp(p->bytes + from - before, around.ptr, around.len) == 0)
			return true;
	}
	return false;
}

size_t match_end(const struct plain *p, const struct word *w, size_t from)
{
	size_t to = from + w->text.len;

	while (w->is_open && joins_right(p, to) && is_alnum((unsigned char)p->bytes[to]))
		to++;
	return to;
}

bool match_is_word(const struct plain *p, const struct word *w, size_t from)
{
	size_t to = from + w->text.len;
	struct dress d = dress_of(p, w, from);
	unsigned gaps = d.signs + d.blanks;

	if (!d.is_right)
		return false;
	if (gaps && d.is_ascii && (gaps < d.joints || d.joints + 1 < SPACED_LEAST))
		return false;
	if (d.blanks && !(gaps == d.joints && is_apart(p, from, to)))
		return false;
	if (is_alnum((unsigned char)w->text.ptr[0]) && joins_left(p, from))
		return false;
	if (!w->is_open && is_alnum((unsigned char)w->text.ptr[w->text.len - 1]) &&
	    joins_right(p, to))
		return false;
	return !is_excepted(p, w, from);
}
