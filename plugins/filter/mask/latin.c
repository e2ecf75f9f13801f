/*
 * latin.c - names, addresses and chat ids in Latin letters: which words are worth a look.
 *
 * Reading a word, with its class and what stands before it, costs many times what it
 * costs to pass over it.  So the text is walked by runs (runs.h), and words are read
 * only around one that may begin or end something:
 *
 *	one that the lexicon knows for it: a title, a given name, "zip", "WeChat", ... (a
 *	filter of bits says no to most others); a given name in small letters needs a
 *	surname behind it
 *	a capital word with a surname behind it
 *	a number with a capital word behind it, or a street, suite or state before it
 *	a word for a street, when a number stood at most five words before
 *
 * There the matchers (place.c, name.c) are asked word by word: from the first number of
 * the last five words on, and before a number from two words before (Oak Street 12).
 * They see some words more on either side.  At each word an address is tried first, as
 * it may hold the name of a person (Kálmán Imre utca 12).  What begins before `done` was
 * decided and is not asked again, so the walk is linear.
 */
#include "latin.h"

#include "name.h"
#include "place.h"
#include "runs.h"
#include "social.h"
#include "words.h"

#include <heard/buf.h>

enum {
	TRAIL = 8,	 /* words kept behind us, a power of two                   */
	HOUSE_BACK = 5,	 /* from a street back to the number of the house          */
	STREET_BACK = 2, /* from a number back to the street before it            */
	AHEAD = 8,	 /* words that a matcher sees before it says no            */
	FAR_AHEAD = 16,	 /* behind "corner" and "regards"                          */
	GROWTH = 6,	 /* and behind its match before it says where that ends    */
	SOME_WORDS = 4,	 /* read at once beyond those                              */
	FAR = WORD_ANCHOR | WORD_SIGN,
};

struct seen { /* a word that was passed */
	uint32_t from, to;
	bool digits, capital; /* has, begins with                              */
};

struct walk {
	const struct mask_text *t;
	const struct lexicon *lexicon;
	unsigned kinds;
	struct heard_buf *spans;
	struct seen trail[TRAIL]; /* the last words, by their number             */
	unsigned n;		  /* words so far                                */
	uint32_t done;		  /* what begins before was decided              */
	struct words words;	  /* the piece of the text that was read         */
};

/* The word that stands this many before the last one, NULL where there is none. */
static const struct seen *before(const struct walk *w, unsigned back)
{
	return back < w->n ? &w->trail[(w->n - 1 - back) % TRAIL] : NULL;
}

/* ---- what is worth a look */

static unsigned char byte_at(const struct mask_text *t, uint32_t at)
{
	return at < t->n ? text_byte(t, at) : 0;
}

/* A capital, or the first byte of a letter that may be one. */
static bool may_be_capital(unsigned char c)
{
	return (unsigned)c - 'A' <= 'Z' - 'A' || (unsigned)c - 0xC3 <= 0xD4 - 0xC3;
}

/* May a blank, hyphen, or dot of an abbreviation hang two words together? */
static bool hangs(unsigned char c)
{
	return c == ' ' || c == '-' || c == '.' || c == '\t' || c == '>' || c == '\n' ||
	       c == '\r';
}

/* What stands behind blanks or hyphens; where there are none, the end of the text. */
static uint32_t next_begins(const struct mask_text *t, uint32_t at)
{
	uint32_t to = at;
	unsigned char c;

	while ((c = byte_at(t, to)) == ' ' || c == '-' || c == '\t' || c == '>')
		to++;
	return to > at ? to : t->n;
}

/* How many words back the first number is that may be a house; 0 for none. */
static unsigned house_back(const struct walk *w)
{
	unsigned back = 0;

	for (unsigned i = 1; i <= HOUSE_BACK && i < w->n; i++)
		if (before(w, i)->digits && before(w, i)->from >= w->done)
			back = i;
	return back;
}

/* A street, suite or state right before a number? */
static bool is_place_before(const struct walk *w)
{
	const struct seen *one = before(w, 1), *two = before(w, 2);
	struct word word;

	if (one == NULL || one->digits || one->from < w->done || !hangs(byte_at(w->t, one->to)))
		return false;
	if (!one->capital && !(two && two->capital) && byte_at(w->t, one->to) != '.')
		return false;
	return word_read(w->t, w->lexicon, one->from, &word) &&
	       (word.class & (WORD_UNIT | WORD_STATE | WORD_STREET) || place_is_street(&word));
}

static bool is_number_worth(const struct walk *w, const struct seen *word)
{
	const struct mask_text *t = w->t;
	uint32_t n = word->to - word->from;
	unsigned char next = byte_at(t, next_begins(t, word->to));

	if (n > 6)
		return (t->s[word->from] | 0x20) == 'q';
	if (word->capital && n <= 4 && ascii_is_digit(next))
		return true; /* SW1A 1AA */
	return (may_be_capital(next) && place_may_begin(t, word->from)) || is_place_before(w);
}

/* Is the next word a surname, and in small letters if this one is? */
static bool has_surname(const struct walk *w, const struct seen *word)
{
	uint32_t at = next_begins(w->t, word->to);
	unsigned char c = byte_at(w->t, at);
	struct word next;

	if (word->capital ? !may_be_capital(c) : c < 'a')
		return false;
	return word_read(w->t, w->lexicon, at, &next) && next.capital == word->capital &&
	       name_is_surname(&next);
}

static bool is_worth(const struct walk *w, const struct seen *word, unsigned class)
{
	enum {
		ALWAYS = WORD_TITLE | WORD_SIGN | WORD_NAME | WORD_ANCHOR | WORD_WECHAT |
			 WORD_QQ
	};

	if (word->digits)
		return is_number_worth(w, word);
	if (class & ALWAYS)
		return true;
	if (class & WORD_LEAD && (word->capital || word->to - word->from == 2))
		return true;
	if (class & WORD_STREET && house_back(w))
		return true;
	if (class & WORD_STOP)
		return false;
	if (word->capital && class & WORD_GIVEN)
		return true;
	return (word->capital || class & WORD_GIVEN) && has_surname(w, word);
}

/* ---- the look */

static bool keep(const struct walk *w, const struct mask_span *span)
{
	if (!(w->kinds >> span->kind & 1) || span->to <= span->from || !text_takes(w->t, span))
		return false;
	heard_buf_add(w->spans, span, sizeof(*span));
	return true;
}

/* QQ123456789 is one word. */
static bool is_qq_number(const struct mask_text *t, const struct word *word)
{
	return word->n >= 7 && word->n <= 13 && word->digits + 2 == word->n &&
	       (t->s[word->from] | 0x20) == 'q' && (t->s[word->from + 1] | 0x20) == 'q';
}

static void find_social(const struct walk *w, const struct word *word)
{
	struct mask_span span;
	bool number = is_qq_number(w->t, word), wechat = word->class & WORD_WECHAT;

	if ((word->class & (WORD_WECHAT | WORD_QQ) || number) &&
	    social_match(w->t, number ? word->from + 2 : word->to,
			 wechat ? MASK_WECHAT : MASK_QQ, &span))
		keep(w, &span);
}

/* What begins at word i of those read: the index behind it, or 0. */
static unsigned match(const struct walk *w, unsigned i, struct mask_span *span)
{
	unsigned end;

	if (w->kinds & 1u << MASK_ADDRESS && (end = place_match(w->t, &w->words, i, span)) &&
	    text_takes(w->t, span))
		return end;
	if (w->kinds & 1u << MASK_NAME && (end = name_match(w->t, &w->words, i, span)) &&
	    text_takes(w->t, span))
		return end;
	return 0;
}

/* Read on, without the words before word i. */
static void read_more(struct walk *w, unsigned i, unsigned most)
{
	words_drop(&w->words, i);
	words_more(w->t, w->lexicon, most, &w->words);
}

/* Decide word i of those read; returns the next one. */
static unsigned step(struct walk *w, unsigned i)
{
	struct mask_span span;

	find_social(w, &w->words.at[i]);
	unsigned end = match(w, i, &span);
	if (end && end + GROWTH > w->words.n && w->words.end < w->t->n) { /* it may go on */
		unsigned before = i ? i - 1 : 0;

		read_more(w, before, WORDS_MOST);
		i -= before;
		end = match(w, i, &span);
	}
	if (end == 0 || !keep(w, &span))
		return i + 1;
	w->done = w->words.at[end - 1].to;
	return end;
}

/* Have the word at this offset and `n` more among those read; returns its index. */
static unsigned read_around(struct walk *w, uint32_t from, unsigned n)
{
	struct words *words = &w->words;
	unsigned i = 0;

	if (words->n == 0 || words->at[0].from > from || words->end <= from)
		words_begin(words, from);
	while (i < words->n && words->at[i].from < from)
		i++;
	if (i + n >= words->n && words->end < w->t->n) {
		read_more(w, i, n + SOME_WORDS);
		i = 0;
	}
	return i;
}

static void pass_word(struct walk *w, const struct word *word)
{
	w->trail[w->n++ % TRAIL] = (struct seen){word->from, word->to, word->digits != 0,
						 word->capital};
}

/* Look at the last word, and at those before it that it may complete.  True if what was
 * found goes on behind it. */
static bool look(struct walk *w, unsigned class)
{
	const struct seen *word = before(w, 0);
	uint32_t last = word->from, end = word->to;
	unsigned back = house_back(w), ahead = class & FAR ? FAR_AHEAD : AHEAD;

	for (unsigned k = back + 1; word->digits && k <= STREET_BACK; k++)
		if (k < w->n && before(w, k)->from >= w->done)
			back = k;
	bool leads = back + 1 < w->n; /* there is a word before the first one */
	unsigned i = leads +
		     read_around(w, before(w, back + leads)->from, leads + back + ahead);
	while (i < w->words.n && w->words.at[i].from <= last)
		i = step(w, i);
	if (w->done <= end)
		return false;
	pass_word(w, &w->words.at[i - 1]);
	return true;
}

/* ---- the walk */

/* Most of a walk is room, which is not cleared for each text. */
static void begin_walk(struct walk *w, const struct mask_text *t, const struct lexicon *lexicon,
		       unsigned kinds, struct heard_buf *spans)
{
	w->t = t;
	w->lexicon = lexicon;
	w->kinds = kinds;
	w->spans = spans;
	w->n = 0;
	w->done = 0;
	words_begin(&w->words, 0);
}

/* The class of a word of ASCII letters, 0 for most at which nothing may begin. */
static unsigned beginner(const struct walk *w, uint32_t from, uint32_t n)
{
	const char *word = w->t->s + from;
	uint32_t hash = WORD_SEED;

	if (n > LEXICON_LONGEST ||
	    !lexicon_may_begin(w->lexicon, word_key(word, n, w->t->n - from)))
		return 0;
	for (uint32_t i = 0; i < n; i++)
		hash = word_hash_add(hash, (unsigned char)word[i] | 0x20);
	return lexicon_find(w->lexicon, hash);
}

/* The next word is this run; *class_r says what it may begin. */
static void pass_run(struct walk *w, const struct run *run, unsigned *class_r)
{
	struct seen *word = &w->trail[w->n++ % TRAIL];

	*word = (struct seen){run->from, run->to, run->digits,
			      may_be_capital(text_byte(w->t, run->from))};
	*class_r = run->digits ? 0 : beginner(w, run->from, run->to - run->from);
}

/* Does the word go on behind its run, or begin with a letter of two bytes? */
static bool is_odd(const struct mask_text *t, const struct run *run)
{
	unsigned char c = byte_at(t, run->to);

	return text_byte(t, run->from) >= 0x80 || (unsigned)c - 0xC3 <= 0xD4 - 0xC3 ||
	       (c == '\'' && run->to - run->from < 3);
}

void latin_find(const struct mask_text *t, const struct lexicon *lexicon, unsigned kinds,
		struct heard_buf *spans)
{
	struct walk w;
	struct runs runs;
	struct run run;
	struct word word;

	begin_walk(&w, t, lexicon, kinds, spans);
	runs_begin(&runs, t);
	while (runs_next(&runs, &run)) {
		unsigned class;

		if (!is_odd(t, &run)) {
			pass_run(&w, &run, &class);
		} else if (word_read(t, lexicon, run.from, &word)) {
			pass_word(&w, &word);
			class = word.class;
			runs_skip(&runs, word.to);
		} else {
			runs_skip(&runs, run.from + 1);
			continue;
		}
		if (is_worth(&w, before(&w, 0), class) && look(&w, class))
			runs_skip(&runs, w.done);
	}
}
