/*
 * script.c - the letters of a text, counted by the script they are of.
 *
 * Latin is counted by words as well, since a page's address has many letters and says
 * nothing: what has a slash, an @ or a dot inside is no word.
 */
#include "script.h"

#include "english.h"

#include <text/utf8.h>

#include <stdint.h>

enum { WORD_MAX = 16, NONE = SCRIPTS };

static const struct range {
	uint32_t first, last;
	enum script script;
} ranges[] = {
	/* sorted; punctuation inside of them is rare enough */
	{0xc0, 0x24f, SCRIPT_LATIN},	   {0x370, 0x3ff, SCRIPT_GREEK},
	{0x400, 0x52f, SCRIPT_CYRILLIC},   {0x531, 0x58f, SCRIPT_ARMENIAN},
	{0x5d0, 0x5f4, SCRIPT_HEBREW},	   {0x620, 0x65f, SCRIPT_ARABIC},
	{0x66e, 0x6ef, SCRIPT_ARABIC},	   {0x6fa, 0x6ff, SCRIPT_ARABIC},
	{0x750, 0x77f, SCRIPT_ARABIC},	   {0x900, 0x963, SCRIPT_DEVANAGARI},
	{0x980, 0x9fb, SCRIPT_BENGALI},	   {0xa01, 0xa75, SCRIPT_GURMUKHI},
	{0xa81, 0xaff, SCRIPT_GUJARATI},   {0xb82, 0xbfa, SCRIPT_TAMIL},
	{0xc00, 0xc7f, SCRIPT_TELUGU},	   {0xc80, 0xcff, SCRIPT_KANNADA},
	{0xd00, 0xd7f, SCRIPT_MALAYALAM},  {0xd80, 0xdff, SCRIPT_SINHALA},
	{0xe01, 0xe4e, SCRIPT_THAI},	   {0xe81, 0xeff, SCRIPT_LAO},
	{0xf40, 0xfbc, SCRIPT_TIBETAN},	   {0x1000, 0x109f, SCRIPT_BURMESE},
	{0x10a0, 0x10ff, SCRIPT_GEORGIAN}, {0x1100, 0x11ff, SCRIPT_HANGUL},
	{0x1200, 0x139f, SCRIPT_AMHARIC},  {0x1780, 0x17d3, SCRIPT_KHMER},
	{0x1e00, 0x1eff, SCRIPT_LATIN},	   {0x1f00, 0x1fff, SCRIPT_GREEK},
	{0x3041, 0x3096, SCRIPT_KANA},	   {0x30a1, 0x30fa, SCRIPT_KANA},
	{0x3131, 0x318e, SCRIPT_HANGUL},   {0x31f0, 0x31ff, SCRIPT_KANA},
	{0x3400, 0x4dbf, SCRIPT_HAN},	   {0x4e00, 0x9fff, SCRIPT_HAN},
	{0xac00, 0xd7a3, SCRIPT_HANGUL},   {0xf900, 0xfaff, SCRIPT_HAN},
	{0xfb1d, 0xfb4f, SCRIPT_HEBREW},   {0xfb50, 0xfdfb, SCRIPT_ARABIC},
	{0xfe70, 0xfefc, SCRIPT_ARABIC},   {0xff21, 0xff3a, SCRIPT_LATIN},
	{0xff41, 0xff5a, SCRIPT_LATIN},	   {0xff66, 0xff9d, SCRIPT_KANA},
	{0x20000, 0x323af, SCRIPT_HAN},
};

static unsigned script_find(uint32_t c)
{
	if (c >= 0x4e00 && c <= 0x9fff) /* by far the most frequent */
		return SCRIPT_HAN;
	size_t low = 0, high = sizeof(ranges) / sizeof(*ranges);
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (c > ranges[middle].last)
			low = middle + 1;
		else
			high = middle;
	}
	bool inside = low < sizeof(ranges) / sizeof(*ranges) && c >= ranges[low].first;
	return inside ? (unsigned)ranges[low].script : (unsigned)NONE;
}

/* ---- words */

/* What is being read: a piece of text without a blank, of Latin letters so far. */
struct reading {
	struct script_count *count;
	char word[WORD_MAX]; /* the letters, small                     */
	unsigned n;	     /* of them, counted on beyond the array   */
	bool is_foreign;     /* with a letter that English has not     */
	bool is_address;
	unsigned letters, words, english; /* as counted before the piece */
};

static void end_word(struct reading *r)
{
	if (r->n) {
		r->count->words++;
		r->count->english += !r->is_foreign && r->n <= WORD_MAX &&
				     english_has(heard_str_n(r->word, r->n));
	}
	r->n = 0;
	r->is_foreign = false;
}

/* What was counted of an address is taken back. */
static void end_piece(struct reading *r)
{
	struct script_count *count = r->count;

	end_word(r);
	if (r->is_address) {
		count->letters[SCRIPT_LATIN] = r->letters;
		count->words = r->words;
		count->english = r->english;
	}
	r->is_address = false;
	r->letters = count->letters[SCRIPT_LATIN];
	r->words = count->words;
	r->english = count->english;
}

static void add_to_word(struct reading *r, char c)
{
	if (r->n < WORD_MAX)
		r->word[r->n] = c;
	r->n++;
}

static bool is_letter(unsigned char c)
{
	return (c | 0x20u) - 'a' <= 'z' - 'a';
}

static void add_ascii(struct reading *r, unsigned char c, unsigned char next)
{
	bool joins = r->n && is_letter(next);

	if (is_letter(c)) {
		r->count->letters[SCRIPT_LATIN]++;
		add_to_word(r, (char)(c | 0x20));
	} else if (c == '\'' && joins) {
		add_to_word(r, '\'');
	} else if (c <= ' ') {
		end_piece(r);
	} else {
		/* "so.I" is careless, "shop.example" is not */
		r->is_address |= c == '@' || (c == '.' && joins && (next & 0x20)) ||
				 (c == ':' && next == '/');
		end_word(r);
	}
}

static void add_other(struct reading *r, uint32_t c, unsigned char next)
{
	unsigned script = script_find(c);

	if (c == 0x2019) {
		add_ascii(r, '\'', next);
	} else if (script == SCRIPT_LATIN) {
		r->count->letters[SCRIPT_LATIN]++;
		add_to_word(r, ' ');
		r->is_foreign = true;
	} else {
		end_piece(r);
		if (script != NONE)
			r->count->letters[script]++;
	}
}

void script_count(struct heard_str text, struct script_count *count)
{
	const char *s = text.ptr, *end = text.ptr + text.len;
	struct reading r = {.count = count};

	*count = (struct script_count){.words = 0};
	while (s < end) {
		bool is_ascii = (unsigned char)*s < 0x80;
		uint32_t c = (unsigned char)*s;
		size_t n = is_ascii ? 1 : text_decode(s, end, &c);

		s += n ? n : 1;
		unsigned char next = s < end ? (unsigned char)*s : ' ';
		if (is_ascii)
			add_ascii(&r, (unsigned char)c, next);
		else if (n)
			add_other(&r, c, next);
	}
	end_piece(&r);
}

/* ---- languages */

static const char *const main_language[SCRIPTS] = {
	[SCRIPT_HAN] = "zh",	    [SCRIPT_KANA] = "ja",     [SCRIPT_HANGUL] = "ko",
	[SCRIPT_LATIN] = "en",	    [SCRIPT_CYRILLIC] = "ru", [SCRIPT_ARABIC] = "ar",
	[SCRIPT_DEVANAGARI] = "hi", [SCRIPT_GREEK] = "el",    [SCRIPT_HEBREW] = "he",
	[SCRIPT_ARMENIAN] = "hy",   [SCRIPT_GEORGIAN] = "ka", [SCRIPT_THAI] = "th",
	[SCRIPT_LAO] = "lo",	    [SCRIPT_KHMER] = "km",    [SCRIPT_BURMESE] = "my",
	[SCRIPT_BENGALI] = "bn",    [SCRIPT_GURMUKHI] = "pa", [SCRIPT_GUJARATI] = "gu",
	[SCRIPT_TAMIL] = "ta",	    [SCRIPT_TELUGU] = "te",   [SCRIPT_KANNADA] = "kn",
	[SCRIPT_MALAYALAM] = "ml",  [SCRIPT_SINHALA] = "si",  [SCRIPT_AMHARIC] = "am",
	[SCRIPT_TIBETAN] = "bo",
};

const char *script_language(enum script script)
{
	return main_language[script];
}

enum script script_of(struct heard_str code)
{
	static const struct {
		char code[3];
		enum script script;
	} others[] = {
		{"uk", SCRIPT_CYRILLIC},   {"be", SCRIPT_CYRILLIC},   {"bg", SCRIPT_CYRILLIC},
		{"sr", SCRIPT_CYRILLIC},   {"mk", SCRIPT_CYRILLIC},   {"kk", SCRIPT_CYRILLIC},
		{"ky", SCRIPT_CYRILLIC},   {"mn", SCRIPT_CYRILLIC},   {"tg", SCRIPT_CYRILLIC},
		{"fa", SCRIPT_ARABIC},	   {"ur", SCRIPT_ARABIC},     {"ug", SCRIPT_ARABIC},
		{"mr", SCRIPT_DEVANAGARI}, {"ne", SCRIPT_DEVANAGARI}, {"ti", SCRIPT_AMHARIC},
	};
	code.len = code.len > 2 && code.ptr[2] == '-' ? 2 : code.len;
	for (unsigned i = 0; i < SCRIPTS; i++)
		if (heard_str_is(code, main_language[i]))
			return (enum script)i;
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (heard_str_is(code, others[i].code))
			return others[i].script;
	return SCRIPT_LATIN;
}
