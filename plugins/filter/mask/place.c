/*
 * place.c - postal addresses in Latin letters.
 *
 * An address begins at an anchor: a house number with a street behind it (12 Main St,
 * 20789 Allika 46), a street of the kind that puts the number last (Via Roma 5,
 * Storgatan 12), an apartment or box with its number, a postcode of Britain, Canada or
 * behind a state of the USA, or any number behind "ZIP".  From there it grows to the right
 * over lines as long as numbers, units and capital words go on; only a solid part (a number,
 * a unit, a name behind a comma) is taken for good, so that the next sentence stays.
 */
#include "place.h"

enum { STREET_WORDS = 5, TAIL_WORDS = 14, AHEAD_WORDS = 5 };

static const struct word *word_at(const struct words *words, unsigned i)
{
	return &words->at[i < words->n ? i : words->n];
}

/* Blanks, and dots of abbreviations. */
static bool is_joined(const struct word *w)
{
	if ((w->gap & WORD_AFTER_HYPHEN) && (w->gap & WORD_AFTER_BLANK))
		return false; /* a dash of the sentence */
	if (w->n == 0 || (w->gap & ~(WORD_AFTER_BLANK | WORD_AFTER_DOT | WORD_AFTER_HYPHEN)))
		return false;
	return !(w->gap & WORD_AFTER_DOT) || (!w[-1].digits && w[-1].n <= 4);
}

static bool is_street(const struct word *w)
{
	return (w->class & WORD_STREET) != 0;
}

bool place_is_street(const struct word *w)
{
	static const char *const endings[] = {
		"natag", "atag",  "jev",  "neiev", "ssarts", "ssart", "taarts", "utak", "eit",
		"etag",	 "gevte", "nega", "gew",   "negev",  "naal",  "aiut",	"eetn"};

	if (w->n < 7 || !word_is_alpha(w))
		return false;
	if (memcmp(w->last, "essart", 6) == 0)
		return true;
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (memcmp(w->last, endings[i], strlen(endings[i])) == 0)
			return true;
	return false;
}

static bool is_year(const struct mask_text *t, const struct word *w)
{
	return w->n == 4 && w->digits == 4 &&
	       (memcmp(t->s + w->from, "19", 2) == 0 || memcmp(t->s + w->from, "20", 2) == 0);
}

bool place_may_begin(const struct mask_text *t, uint32_t at)
{
	return at == 0 || text_byte(t, at - 1) >= 0x80 ||
	       strchr(" \n\t(\"'>,;:", t->s[at - 1]) != NULL;
}

/* A number where an address may begin: not $12, not 3/12. */
static bool is_house(const struct mask_text *t, const struct word *w)
{
	return word_is_number(w) && w->digits <= 5 && w->n - w->digits <= 1 &&
	       w->n == w->to - w->from && place_may_begin(t, w->from);
}

/* Those that are streets in small letters, too: "a star place" is none. */
static bool is_plain_street(const struct word *w)
{
	return memcmp(w->last, "teerts", 6) == 0 || memcmp(w->last, "euneva", 6) == 0 ||
	       (w->n == 4 &&
		(memcmp(w->last, "daor", 4) == 0 || memcmp(w->last, "enal", 4) == 0)) ||
	       (w->n == 9 && memcmp(w->last, "dravel", 6) == 0);
}

/* 12 Main St, 1 Old Mill Lane, 5 main street: the index behind, or 0. */
static unsigned house_street(const struct words *words, unsigned i, unsigned *surety_r)
{
	unsigned inner = 0, capitals = 0;

	for (unsigned k = i + 1; k <= i + STREET_WORDS; k++) {
		const struct word *w = word_at(words, k);

		if (!is_joined(w) || (w->gap & WORD_AFTER_DOT && !(w[-1].class & WORD_STREET)))
			return 0;
		/* "2 GO N E WAY" is shouted, "2 VIP row" no street */
		bool likely = w->capital ? !w->capitals || words->at[i].digits > 1
					 : is_plain_street(w);
		if (is_street(w) && inner && likely && !word_is_number(w - 1) &&
		    !(word_at(words, k + 1)->class & WORD_STREET)) {
			*surety_r = capitals ? 90 : 65;
			return k + 1;
		}
		if (w->class & WORD_STOP)
			return 0;
		capitals += w->capital || word_is_number(w);
		inner++;
	}
	return 0;
}

/* What follows a house: a border, or more of the address. */
static bool ends_well(const struct words *words, unsigned i)
{
	const struct word *w = word_at(words, i);

	if (w->n == 0)
		return !(w->gap & ~(WORD_AFTER_LINE | WORD_AFTER_BLANK | WORD_AFTER_DOT |
				    WORD_AFTER_SIGN));
	if (w->gap & (WORD_AFTER_SIGN | WORD_AFTER_COLON))
		return false;
	return (w->gap & ~WORD_AFTER_BLANK) || w->capital || w->digits ||
	       (w->class & (WORD_UNIT | WORD_STREET));
}

/* 20789 Allika 46, 29 Rue de Tanger, 98 Storgatan: the number on both sides. */
static unsigned house_name(const struct mask_text *t, const struct words *words, unsigned i,
			   unsigned *surety_r)
{
	const struct word *house = &words->at[i];
	bool lead = false, capital = false;

	for (unsigned k = i + 1; k <= i + STREET_WORDS; k++) {
		const struct word *w = word_at(words, k);

		if (!is_joined(w))
			return lead && k > i + 2 ? (*surety_r = 80, k) : 0;
		if (word_is_number(w) && w->digits <= 5 && k > i + 1) {
			bool sure = lead || place_is_street(w - 1) ||
				    (house->gap & WORD_AFTER_LINE && !is_year(t, house)) ||
				    (house->digits >= 3 && !is_year(t, house));
			*surety_r = lead || place_is_street(w - 1) ? 85 : 65;
			return sure && capital && ends_well(words, k + 1) ? k + 1 : 0;
		}
		lead |= w->class & WORD_LEAD && w->capital;
		if (!w->capital && !(w->class & WORD_PARTICLE) && !lead)
			return 0;
		capital |= w->capital;
		if (w->class & WORD_STOP && w->capital)
			return 0;
	}
	return 0;
}

/* Via delle Coste 41, Storgatan 12, ul. Polna 73. */
static unsigned street_house(const struct words *words, unsigned i, unsigned *surety_r)
{
	const struct word *w = &words->at[i];

	if (!w->capital && !(w->n == 2 && w->class & WORD_LEAD && w[1].capital))
		return 0;
	if (place_is_street(w) ||
	    (w->capital && is_street(w + 1) && w[1].n > 4 && is_joined(w + 1))) {
		unsigned k = i + (place_is_street(w) ? 1 : 2);
		const struct word *number = word_at(words, k);

		*surety_r = 80;
		return is_joined(number) && word_is_number(number) ? k + 1 : 0;
	}
	if (!(w->class & WORD_LEAD))
		return 0;
	for (unsigned k = i + 1; k <= i + STREET_WORDS; k++) {
		w = word_at(words, k);
		if (!is_joined(w))
			return 0;
		if (word_is_number(w)) {
			*surety_r = 80;
			return k + 1;
		}
		if (!w->capital && !(w->class & WORD_PARTICLE) && w->n > 3)
			return 0;
	}
	return 0;
}

static bool is_unit(const struct word *w)
{
	return (w->class & WORD_UNIT) &&
	       (w->capital || (w->n == 3 && w[1].gap & WORD_AFTER_DOT)) && is_joined(w + 1) &&
	       word_is_number(w + 1);
}

/* SW1A 1AA, B0J 2H0. */
static bool is_postcode(const struct mask_text *t, const struct word *w)
{
	const char *a = t->s + w[0].from, *b = t->s + w[1].from;
	unsigned n = w[0].n;

	if (n < 2 || n > 4 || w[1].n != 3 || w[1].gap != WORD_AFTER_BLANK ||
	    w[0].to - w[0].from != n || w[1].to - w[1].from != 3 || !w[0].capital)
		return false;
	bool canada = n == 3 && ascii_is_digit((unsigned char)a[1]) && a[2] >= 'A' &&
		      a[2] <= 'Z' && w[1].digits == 2 && b[1] >= 'A' && b[1] <= 'Z';
	bool britain = w[0].digits >= 1 && w[1].digits == 1 &&
		       ascii_is_digit((unsigned char)b[0]) && b[1] >= 'A' && b[1] <= 'Z' &&
		       b[2] >= 'A' && b[2] <= 'Z' &&
		       (ascii_is_digit((unsigned char)a[1]) ||
			(n > 2 && ascii_is_digit((unsigned char)a[2])));
	return canada || britain;
}

/* CO 80301, AE 44085-1234 */
static bool is_state_code(const struct word *w)
{
	return w->capitals && w->n == 2 && (w->class & WORD_STATE) &&
	       !(w[1].gap & ~(WORD_AFTER_BLANK | WORD_AFTER_LINE)) && w[1].n == 5 &&
	       w[1].digits == 5;
}

/* The corner of Via Roma 5 and Main Street. */
static unsigned corner(const struct mask_text *t, const struct words *words, unsigned i)
{
	const struct word *w = &words->at[i];
	unsigned k = i + 2, capitals = 0;

	if (!(w->class & WORD_ANCHOR) || w->n != 6 || w[1].to - w[1].from != 2 ||
	    memcmp(t->s + w[1].from, "of", 2) != 0)
		return 0;
	bool both = false;
	for (; k < i + 14 && is_joined(word_at(words, k)); k++) {
		w = word_at(words, k);
		if (w->n == 3 && memcmp(w->last, "dna", 3) == 0 && !both)
			both = true;
		else if (w->capital || word_is_number(w))
			capitals++;
		else if (!(w->class & WORD_PARTICLE))
			break;
	}
	return both && capitals >= 2 ? k : 0;
}

/* "ZIP: 12345", "my zip code is 610", "postcode 2371": the number's index, or 0. */
static unsigned behind_zip(const struct words *words, unsigned i)
{
	const struct word *w = &words->at[i];

	if (!(w->class & WORD_ANCHOR) || w->n == 6) /* corner */
		return 0;
	for (unsigned k = i + 1; k <= i + 3; k++) {
		w = word_at(words, k);
		if (w->gap & (WORD_AFTER_SIGN | WORD_AFTER_COMMA))
			return 0;
		if (w->digits)
			return k;
		if (w->n > 4 || w->n == 0)
			return 0;
	}
	return 0;
}

/* ---- growing */

/* May the address go on over what stands before this word? */
static bool goes_on(const struct word *w)
{
	if (w->n == 0 || (w->gap & (WORD_AFTER_SIGN | WORD_AFTER_COLON)))
		return false;
	/* a full stop behind a word that is no abbreviation */
	if ((w->gap & WORD_AFTER_DOT) &&
	    !(w[-1].class & (WORD_UNIT | WORD_STREET | WORD_LEAD)) && w[-1].n > 1)
		return false;
	return true;
}

static bool is_solid(const struct mask_text *t, const struct words *words, unsigned i,
		     unsigned run)
{
	const struct word *w = &words->at[i];

	if (word_is_number(w) && w->digits >= 3 && w[1].digits >= 3 && is_joined(w + 1))
		return false; /* groups of a phone number */
	if (word_is_number(w) || (w->digits && w->n <= 4))
		return !(word_at(words, i + 1)->gap & WORD_AFTER_COLON) &&
		       (w->digits >= 2 || w[-1].class & WORD_UNIT || is_postcode(t, w - 1));
	if (is_street(w) && w->capital && run)
		return true;
	/* a town behind a comma or on a line of its own */
	const struct word *next = w + 1;
	return w->capital && run <= 3 && !(w->class & (WORD_STOP | WORD_GIVEN)) &&
	       (next->n == 0 ||
		next->gap & (WORD_AFTER_COMMA | WORD_AFTER_LINE | WORD_AFTER_DOT)) &&
	       !(next->gap & WORD_AFTER_COLON) &&
	       (w[1 - (int)(run ? run : 1)].gap & WORD_AFTER_COMMA);
}

static unsigned grow(const struct mask_text *t, const struct words *words, unsigned end)
{
	unsigned run = 0, stop = end + TAIL_WORDS;

	for (unsigned k = end; k < words->n && k < end + AHEAD_WORDS && k < stop; k++) {
		const struct word *w = &words->at[k];

		if (!goes_on(w) || w->n > 20)
			break;
		bool number = word_is_number(w) || (w->digits && w->n <= 4);
		bool fits = number || w->capital || (w->class & (WORD_UNIT | WORD_PARTICLE)) ||
			    (w->n <= 3 && w->gap & WORD_AFTER_COMMA && w[1].digits);
		if (!fits || (w->class & WORD_STOP && !(w->n == 3 && w->class & WORD_STATE)) ||
		    (w[1].gap & WORD_AFTER_COLON && w[1].n))
			break;
		run = number || (w->gap & ~WORD_AFTER_BLANK) ? 1 : run + 1;
		if (is_solid(t, words, k, run))
			end = k + 1;
	}
	return end;
}

static unsigned anchor(const struct mask_text *t, const struct words *words, unsigned i,
		       unsigned *from_r, unsigned *surety_r)
{
	const struct word *w = &words->at[i];
	unsigned end = 0;

	*from_r = i;
	if (is_house(t, w)) {
		unsigned surety = 0, other = 0;

		end = house_name(t, words, i, &surety);
		unsigned street = house_street(words, i, &other);
		*surety_r = surety > other ? surety : other;
		end = end > street ? end : street;
		/* the number of a house, and its unit first: 6343 Suite 541 */
		if (end == 0 && w->digits >= 3 && is_joined(w + 1) && is_unit(w + 1)) {
			*surety_r = 70;
			end = i + 3;
		}
		if (end)
			return end;
	}
	if (is_unit(w)) {
		*surety_r = w->n == 4 && w->last[0] == 't' && w->last[3] == 'u' ? 45 : 60;
		return i + 2;
	}
	if (w->digits && is_postcode(t, w)) {
		*surety_r = 85;
		return i + 2;
	}
	if (is_state_code(w)) {
		*surety_r = 80;
		return i + 2;
	}
	if ((w->class & WORD_LEAD || w->capital) && (end = street_house(words, i, surety_r)))
		return end;
	*surety_r = 75;
	if ((end = corner(t, words, i)) != 0)
		return end;
	*surety_r = 90;
	*from_r = behind_zip(words, i);
	if (*from_r) {
		const struct word *next = word_at(words, *from_r + 1);
		bool more = next->digits &&
			    !(next->gap & ~(WORD_AFTER_BLANK | WORD_AFTER_HYPHEN));

		return *from_r + (more ? 2 : 1);
	}
	return 0;
}

unsigned place_match(const struct mask_text *t, const struct words *words, unsigned i,
		     struct mask_span *span)
{
	unsigned from, surety = 0, end = anchor(t, words, i, &from, &surety);

	if (end == 0)
		return 0;
	unsigned all = grow(t, words, end);
	if (all > end && surety < 80)
		surety += 15;
	*span = (struct mask_span){words->at[from].from, words->at[all - 1].to, MASK_ADDRESS,
				   surety};
	return all;
}
