/*
 * words.c - a text as words and numbers, for names and addresses in Latin letters.
 *
 * A word is a run of letters and digits, with apostrophes inside.  Latin letters with
 * accents count as the plain ones when a word is looked up (Živković is zivkovic); letters
 * of other scripts belong to a word and are in no lexicon.  What stands between two words is
 * kept as a set of signs, as that decides whether they are one name: a blank, a line's
 * end, a comma.  Chinese characters are a sign: names there are found otherwise.
 */
#include "words.h"

/* Base letters of U+00C0..U+017F, '.' for those that are none. */
static const char base_letters[] =
	"aaaaaaaceeeeiiiidnooooo.ouuuuytsaaaaaaaceeeeiiiidnooooo.ouuuuyty"
	"aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll"
	"lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
_Static_assert(sizeof(base_letters) == 0x180 - 0xC0 + 1, "one for each letter");

struct letter {
	uint32_t len;
	char folded; /* 0: a letter without one */
	bool capital, digit;
};

/* A letter or digit at this place. */
static bool letter_at(const struct mask_text *t, uint32_t at, struct letter *letter)
{
	unsigned char c = text_byte(t, at);

	*letter = (struct letter){.len = 1};
	if (c < 0x80) {
		letter->digit = ascii_is_digit(c);
		letter->capital = c >= 'A' && c <= 'Z';
		letter->folded = (char)(c >= 'A' ? c | 0x20 : c);
		return ascii_is_alnum(c);
	}
	if (c < 0xC3 || c > 0xD4 || at + 1 >= t->n)
		return false;
	letter->len = 2;
	uint32_t code = (uint32_t)(c & 0x1F) << 6 | (text_byte(t, at + 1) & 0x3F);
	if (code < 0x180) {
		letter->folded = base_letters[code - 0xC0];
		/* Capital and small alternate, from two places on the other way round. */
		bool odd = (code >= 0x139 && code <= 0x148) || code >= 0x179;
		letter->capital = code < 0xE0 || (code >= 0x100 && code % 2 == odd);
		return letter->folded != '.';
	}
	letter->capital = (code >= 0x391 && code <= 0x3A9) || (code >= 0x400 && code <= 0x42F);
	return true;
}

static uint8_t gap_of(unsigned char c)
{
	switch (c) {
	case ' ':
	case '\t':
	case '>': return WORD_AFTER_BLANK;
	case '\n':
	case '\r': return WORD_AFTER_LINE;
	case ',': return WORD_AFTER_COMMA;
	case '.': return WORD_AFTER_DOT;
	case ':':
	case '=': return WORD_AFTER_COLON;
	case '-': return WORD_AFTER_HYPHEN;
	default: return WORD_AFTER_SIGN;
	}
}

bool word_read(const struct mask_text *t, const struct lexicon *lexicon, uint32_t at,
	       struct word *w)
{
	uint32_t hash = WORD_SEED;
	char ring[8] = {0}; /* the last letters, folded */
	struct letter letter;
	unsigned n = 0, digits = 0, small = 0;

	w->from = at;
	w->capital = false;
	while (at < t->n) {
		unsigned char c = text_byte(t, at);
		if (ascii_is_letter(c)) { /* nearly all of them */
			c |= 0x20;
			w->capital |= n == 0 && !(text_byte(t, at) & 0x20);
			small += text_byte(t, at) >> 5 & 1;
			hash = word_hash_add(hash, c);
			ring[n++ & 7] = (char)c;
			at++;
			continue;
		}
		if (!letter_at(t, at, &letter)) {
			/* O'Neil, d'Arc; of "John's" the name alone */
			struct letter next;
			bool inner = t->s[at] == '\'' && n && n < 3 && at + 1 < t->n &&
				     letter_at(t, at + 1, &next) && !digits;
			if (!inner)
				break;
			at++;
			continue;
		}
		if (n == 0)
			w->capital = letter.capital;
		digits += letter.digit;
		small += !letter.digit && !letter.capital;
		hash = word_hash_add(hash, (unsigned char)letter.folded);
		ring[n++ & 7] = letter.folded;
		at += letter.len;
	}
	for (unsigned i = 0; i < sizeof(w->last); i++)
		w->last[i] = i < n ? ring[(n - 1 - i) & 7] : 0;
	w->to = at;
	w->n = (uint8_t)(n > 255 ? 255 : n);
	w->digits = (uint8_t)(digits > 255 ? 255 : digits);
	w->capitals = small == 0 && digits == 0;
	w->class = digits || n > LEXICON_LONGEST ? 0 : (uint16_t)lexicon_find(lexicon, hash);
	w->gap = 0;
	return n != 0;
}

/* Neither a letter nor of two bytes: most of a Chinese text. */
static bool is_wide(unsigned char c)
{
	return c > 0xD4 || (c >= 0x80 && c < 0xC3);
}

void words_begin(struct words *words, uint32_t from)
{
	words->n = 0;
	words->end = from;
}

void words_more(const struct mask_text *t, const struct lexicon *lexicon, unsigned most,
		struct words *words)
{
	uint32_t at = words->end;
	uint8_t gap = at ? 0 : WORD_AFTER_LINE;

	while (at < t->n && words->n < most) {
		struct word *w = &words->at[words->n];

		if (word_read(t, lexicon, at, w)) {
			at = w->to;
			w->gap = gap;
			words->n++;
			gap = 0;
			continue;
		}
		gap |= gap_of(text_byte(t, at));
		bool wide = is_wide(text_byte(t, at++));
		while (wide && at < t->n && is_wide(text_byte(t, at)))
			at++; /* more of them */
	}
	words->end = at;
	words->at[words->n] = (struct word){
		.from = t->n, .to = t->n, .gap = gap | WORD_AFTER_SIGN};
}

void words_drop(struct words *words, unsigned n)
{
	words->n -= n;
	memmove(words->at, words->at + n, (words->n + 1) * sizeof(words->at[0]));
}
