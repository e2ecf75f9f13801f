/*
 * name.c - names of people in Latin letters.
 *
 * What says that a word is a name, from the surest down: a title or "my name is" before
 * it; a known given name with another capital word behind it; a known surname, or one
 * with an ending that only surnames have, behind a capital word; a known given name
 * alone.  A surname alone is as often a firm, and does not do.  In a text without capitals
 * both parts must be known.
 */
#include "name.h"

enum { PARTS_MOST = 4 };

enum {
	SURE_TITLE = 95,
	SURE_SAID = 95,
	SURE_FULL = 85,
	SURE_PAIR = 65,
	SURE_SMALL = 60,
	SURE_GIVEN = 55
};

/* Nothing but a blank, a hyphen or the dot of an initial between two parts. */
static bool hangs_together(const struct word *before, const struct word *w)
{
	if (w->gap == WORD_AFTER_BLANK || w->gap == WORD_AFTER_HYPHEN)
		return true;
	return before->n == 1 && before->capital && (w->gap & WORD_AFTER_DOT) &&
	       !(w->gap & ~(WORD_AFTER_DOT | WORD_AFTER_BLANK));
}

static bool is_no_part(const struct word *w)
{
	enum { OTHERS = WORD_STOP | WORD_TITLE | WORD_UNIT | WORD_WECHAT | WORD_QQ };

	return !word_is_alpha(w) || (w->class & OTHERS) ||
	       ((w->class & WORD_STREET) && !(w->class & WORD_SURNAME));
}

/* -sson, -ova, -vic, ...: endings that only surnames have. */
static bool has_ending(const struct word *w)
{
	/* read from the end */
	static const char *const endings[] = {
		"avo",	"ave",	"vo",	"ve",	 "civo",  "cive",  "civ",   "nesn",
		"nesr", "nesl", "ness", "iksn",	 "akhc",  "akst",  "iksv",  "iksw",
		"aksw", "zed",	"ezdi", "nossn", "nossr", "nossl", "rittod"};

	if (w->n < 6)
		return false;
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		size_t n = strlen(endings[i]);

		if (n <= sizeof(w->last) && memcmp(w->last, endings[i], n) == 0)
			return true;
	}
	return false;
}

bool name_is_surname(const struct word *w)
{
	return !is_no_part(w) && ((w->class & WORD_SURNAME) || has_ending(w));
}

/* Extend a name that begins at word i over what belongs to it; the index behind it. */
static unsigned name_end(const struct words *words, unsigned i, bool small)
{
	unsigned end = i + 1, parts = 1;

	while (end < words->n && parts < PARTS_MOST) {
		const struct word *w = &words->at[end];

		if (!hangs_together(w - 1, w))
			break;
		if ((w->class & WORD_PARTICLE) && !w->capital) {
			const struct word *next = w + 1;

			/* van de Noort */
			if ((next->class & WORD_PARTICLE) && !next->capital)
				next++;
			if (next->n == 0 || !next->capital || is_no_part(next))
				break;
			end = (unsigned)(next - words->at) + 1;
			parts++;
			continue;
		}
		if (is_no_part(w) ||
		    !(w->capital || (small && (w->class & (WORD_GIVEN | WORD_SURNAME)))))
			break;
		end++;
		parts++;
	}
	/* An initial needs something behind it. */
	while (end > i + 1 && words->at[end - 1].n == 1 && words->at[end - 1].capital &&
	       !(words->at[end].gap & WORD_AFTER_DOT))
		end--;
	return end;
}

static unsigned take_name(const struct words *words, unsigned from, unsigned end,
			  unsigned surety, struct mask_span *span)
{
	*span = (struct mask_span){words->at[from].from, words->at[end - 1].to, MASK_NAME,
				   surety};
	return end;
}

static bool reads(const struct mask_text *t, const struct word *w, const char *what)
{
	size_t n = strlen(what);

	if (w->to - w->from != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if ((t->s[w->from + i] | 0x20) != what[i])
			return false;
	return true;
}

/* Mr. Bean, dr watson. */
static unsigned behind_title(const struct words *words, unsigned i, struct mask_span *span)
{
	const struct word *title = &words->at[i], *w = title + 1;

	if (i + 1 >= words->n || !word_is_alpha(w) || (w->class & WORD_STOP) ||
	    (w->gap & ~(WORD_AFTER_BLANK | WORD_AFTER_DOT)))
		return 0;
	/* "I miss you", "I MISS U" */
	bool miss = title->n == 4 && memcmp(title->last, "ssim", 4) == 0;
	if ((miss && (!title->capital || title->capitals)) ||
	    (w->n == 1 && !(w[1].gap & WORD_AFTER_DOT)))
		return 0;
	if (!title->capital && !(w->gap & WORD_AFTER_DOT) &&
	    !(w->class & (WORD_GIVEN | WORD_SURNAME)))
		return 0;
	if (!w->capital && !(w->class & (WORD_GIVEN | WORD_SURNAME)))
		return 0;
	return take_name(words, i + 1, name_end(words, i + 1, !w->capital), SURE_TITLE, span);
}

/* "My name is ...", "Name: ...", "maiden name is ...". */
static unsigned behind_name(const struct mask_text *t, const struct words *words, unsigned i,
			    struct mask_span *span)
{
	const struct word *w = &words->at[i + 1];
	bool is = reads(t, w, "is") || reads(t, w, "was") || (w->n == 1 && reads(t, w, "s"));
	bool my = i && (reads(t, w - 2, "my"));

	if (i && (words->at[i - 1].class & WORD_THING) && !(w[-1].gap & WORD_AFTER_LINE))
		return 0;
	if (!is && !(w->gap & WORD_AFTER_COLON))
		return 0;
	if (is)
		w++;
	if (!word_is_alpha(w) || (w->class & WORD_STOP) ||
	    (w->gap & ~(WORD_AFTER_BLANK | WORD_AFTER_COLON)))
		return 0;
	bool known = w->class & (WORD_GIVEN | WORD_SURNAME);
	bool ends = w[1].gap & ~(WORD_AFTER_BLANK | WORD_AFTER_HYPHEN);
	if (!w->capital && !known && !(my && is && w->n >= 3 && ends))
		return 0;
	unsigned from = (unsigned)(w - words->at);
	return take_name(words, from, name_end(words, from, !w->capital), SURE_SAID, span);
}

/* "Regards,\nZoe Quill" */
static unsigned behind_greeting(const struct words *words, unsigned i, struct mask_span *span)
{
	const struct word *w = &words->at[i + 1];

	if (i + 1 >= words->n || !w->capital || is_no_part(w) ||
	    !(w->gap & (WORD_AFTER_LINE | WORD_AFTER_COMMA)))
		return 0;
	unsigned end = name_end(words, i + 1, false);
	bool ends = end >= words->n || (words->at[end].gap & ~WORD_AFTER_BLANK);
	return ends ? take_name(words, i + 1, end, SURE_TITLE, span) : 0;
}

static unsigned known_name(const struct words *words, unsigned i, struct mask_span *span)
{
	const struct word *w = &words->at[i], *next = w + 1;

	if (is_no_part(w) || w->n < 2)
		return 0;
	bool pair = i + 1 < words->n && hangs_together(w, next);
	if (!w->capital) {
		if (pair && (w->class & WORD_GIVEN) && !next->capital &&
		    name_is_surname(next) && !(next->class & WORD_GIVEN) &&
		    next->gap == WORD_AFTER_BLANK)
			return take_name(words, i, name_end(words, i, true), SURE_SMALL, span);
		return 0;
	}
	if (w->class & WORD_GIVEN) {
		unsigned end = name_end(words, i, false);

		/* an abbreviation, or shouting; a town; half of a firm */
		if ((w->capitals &&
		     (end == i + 1 || !(next->class & (WORD_GIVEN | WORD_SURNAME)))) ||
		    (i && w->gap == WORD_AFTER_BLANK && (w[-1].class & WORD_TOWN)))
			return 0;
		return take_name(words, i, end, end > i + 1 ? SURE_FULL : SURE_GIVEN, span);
	}
	if (pair && next->capital && !w->capitals && name_is_surname(next) && w->n > 2) {
		unsigned end = name_end(words, i, false);

		return take_name(words, i, end, SURE_PAIR, span);
	}
	return 0;
}

unsigned name_match(const struct mask_text *t, const struct words *words, unsigned i,
		    struct mask_span *span)
{
	const struct word *w = &words->at[i];
	unsigned end = 0;

	if (w->class & WORD_TITLE)
		end = behind_title(words, i, span);
	else if (w->class & WORD_SIGN)
		end = behind_greeting(words, i, span);
	else if (w->class & WORD_NAME)
		end = behind_name(t, words, i, span);
	return end ? end : known_name(words, i, span);
}
