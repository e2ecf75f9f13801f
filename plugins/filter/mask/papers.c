/*
 * papers.c - numbers with a checksum: resident identity, bank cards, IBAN.
 *
 * A checksum alone is weak: Luhn takes one random number in ten.  So a card
 * also needs a known issuer (BIN) or the word "card", and must not be called an
 * order; a resident number needs a province and a day of birth; an IBAN the
 * length that its country has registered.
 */
#include "papers.h"

#include "cue.h"

/* ---- checksums */

bool check_luhn(const uint8_t *digits, unsigned n)
{
	unsigned sum = 0;

	for (unsigned i = 0; i < n; i++) {
		unsigned d = digits[n - 1 - i];

		if (i & 1)
			d = d > 4 ? d * 2 - 9 : d * 2;
		sum += d;
	}
	return sum % 10 == 0;
}

bool check_mod11(const uint8_t digits[17], unsigned last)
{
	static const uint8_t weight[17] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
	unsigned sum = 0;

	for (unsigned i = 0; i < 17; i++)
		sum += digits[i] * weight[i];
	return (12 - sum % 11) % 11 == last;
}

static unsigned mod97_add(unsigned rest, unsigned char c)
{
	if (ascii_is_digit(c))
		return (rest * 10 + c - '0') % 97;
	return (rest * 100 + ((unsigned)c | 0x20) - 'a' + 10) % 97;
}

bool check_mod97(const char *iban, size_t n)
{
	unsigned rest = 0;

	for (size_t i = 4; i < n; i++)
		rest = mod97_add(rest, (unsigned char)iban[i]);
	for (size_t i = 0; i < 4 && i < n; i++)
		rest = mod97_add(rest, (unsigned char)iban[i]);
	return rest == 1;
}

/* ---- issuers of bank cards */

/* Issuers by the first digits, with the lengths that their cards have. */
static const struct issuer {
	uint32_t from, to; /* of the first six digits                     */
	uint8_t min, max;
} issuers[] = {
	{620000, 629999, 16, 19}, /* UnionPay                                    */
	{810000, 817199, 16, 19},
	{601382, 601382, 16, 19}, /* banks of the mainland before UnionPay        */
	{601428, 601428, 16, 19},
	{603367, 603367, 16, 19},
	{603694, 603694, 16, 19},
	{603708, 603708, 16, 19},
	{685800, 685800, 16, 19},
	{690755, 690755, 15, 18},
	{900000, 900999, 16, 19},
	{940000, 940099, 16, 19},
	{955800, 955999, 16, 19},
	{984300, 984303, 16, 19},
	{356800, 356999, 16, 19},
	{400000, 499999, 16, 16}, /* Visa                                        */
	{510000, 559999, 16, 16},
	{222100, 272099, 16, 16}, /* Mastercard since 2017                       */
	{340000, 349999, 15, 15},
	{370000, 379999, 15, 15}, /* American Express   */
	{300000, 305999, 14, 14},
	{360000, 369999, 14, 14}, /* Diners Club        */
	{380000, 399999, 14, 14},
	{352800, 358999, 16, 16}, /* JCB                */
	{601100, 601199, 16, 16},
	{644000, 659999, 16, 16}, /* Discover           */
};

static bool has_issuer(const struct number *number, unsigned n)
{
	uint64_t bin = number_value(number, 0, 6);

	for (size_t i = 0; i < sizeof(issuers) / sizeof(issuers[0]); i++)
		if (bin >= issuers[i].from && bin <= issuers[i].to && n >= issuers[i].min &&
		    n <= issuers[i].max)
			return true;
	return false;
}

/* ---- resident identity numbers (GB 11643) */

static bool is_province(const uint8_t *d)
{
	unsigned code = d[0] * 10u + d[1];

	return (code >= 11 && code <= 15) || (code >= 21 && code <= 23) ||
	       (code >= 31 && code <= 37) || (code >= 41 && code <= 46) ||
	       (code >= 50 && code <= 54) || (code >= 61 && code <= 65) || code == 71 ||
	       (code >= 81 && code <= 83) || code == 91;
}

static bool is_birth(const struct number *number, unsigned at, unsigned year)
{
	unsigned month = (unsigned)number_value(number, at, 2);
	unsigned day = (unsigned)number_value(number, at + 2, 2);

	return number_is_date(year, month, day);
}

/* The last character is an X behind 17 digits: its end, or 0. */
static uint32_t letter_x(const struct mask_text *t, uint32_t at)
{
	if (at < t->n && (t->s[at] == ' ' || t->s[at] == '-'))
		at++;
	if (at < t->n && (t->s[at] == 'X' || t->s[at] == 'x'))
		return at + 1;
	if (text_has(t, at, HEARD_STR_OF("Ｘ")) || text_has(t, at, HEARD_STR_OF("ｘ")))
		return at + 3;
	return 0;
}

static bool new_resident(const struct mask_text *t, const struct number *number,
			 struct mask_span *span)
{
	unsigned year = (unsigned)number_value(number, 6, 4), last_digit = 10;
	int last = number_ends_at(number, 18);
	uint32_t end;

	if (!is_province(number->digit) || !is_birth(number, 10, year))
		return false;
	if (last >= 0) {
		last_digit = number->digit[17];
		end = number->group[last].to;
	} else {
		last = number_ends_at(number, 17);
		end = last < 0 ? 0 : letter_x(t, number->group[last].to);
		if (end == 0)
			return false;
	}
	/* 110101 19900307 8515 is in use; sizes of other kinds are not. */
	if (last > 4 || !number_gaps_are(number, 0, (unsigned)last, GAP_BLANK | GAP_DASH) ||
	    !check_mod11(number->digit, last_digit) || alnum_at(t, end))
		return false;
	span->from = number->group[0].from;
	span->to = end;
	span->surety = 99;
	return true;
}

/* Fifteen digits, issued until 1999: no checksum, so the words around count. */
static bool old_resident(const struct mask_text *t, const struct number *number,
			 struct mask_span *span)
{
	const struct number_group *group = &number->group[0];
	unsigned year = 1900 + (unsigned)number_value(number, 6, 2);

	if (group->n != 15 || !is_province(number->digit) || !is_birth(number, 8, year) ||
	    alnum_at(t, group->to) || alnum_before(t, group->from))
		return false;
	enum mask_cue cue = cue_before(t, group->from);
	bool is_card = has_issuer(number, 15) && check_luhn(number->digit, 15);
	if (cue != CUE_PERSON &&
	    (cue != CUE_NONE || is_card || cue_after(t, group->to) != CUE_NONE ||
	     cue_in_link(t, group->from)))
		return false;
	span->from = group->from;
	span->to = group->to;
	span->surety = cue == CUE_PERSON ? 95 : 60;
	return true;
}

bool resident_match(const struct mask_text *t, const struct number *number,
		    struct mask_span *span)
{
	span->kind = MASK_RESIDENT_ID;
	return (number->n >= 17 && new_resident(t, number, span)) ||
	       (number->n >= 15 && old_resident(t, number, span));
}

/* ---- bank cards */

/* Fours and a rest, six and a rest, or as American Express prints them. */
static bool card_shape(const struct number *number, int last)
{
	static const char *const shapes[] = {"o",    "n",    "m",    "l",     "p",     "q",
					     "r",    "s",    "dddd", "dddda", "ddddb", "ddddc",
					     "dddb", "dddc", "ddd",  "dfe",   "dfd",   "fm",
					     "fj",   "hh",   "hhc",  "ddh",   "dddg",  NULL};
	char shape[NUMBER_GROUPS + 1];

	number_shape(number, 0, last, shape);
	for (size_t i = 0; shapes[i]; i++)
		if (strcmp(shape, shapes[i]) == 0)
			return number_gaps_are(number, 0, (unsigned)last, GAP_BLANK | GAP_DASH);
	return false;
}

static bool card_fits(const struct mask_text *t, const struct number *number, unsigned n,
		      int last, unsigned *surety_r)
{
	uint32_t from = number->group[0].from, to = number->group[last].to;
	bool issuer = has_issuer(number, n), luhn = check_luhn(number->digit, n);

	/* Cards of some banks have no check digit, so the word may stand for it. */
	if ((!issuer && !luhn) || alnum_at(t, to))
		return false;
	enum mask_cue cue = cue_before(t, from);
	*surety_r = cue == CUE_CARD ? (issuer && luhn ? 99 : 80) : 90;
	if (cue == CUE_CARD)
		return true;
	if (!issuer || !luhn || alnum_before(t, from))
		return false;
	if (from >= 2 &&
	    (t->s[from - 1] == '-' || t->s[from - 1] == '.' || t->s[from - 1] == '_') &&
	    alnum_before(t, from - 1))
		return false;
	return (cue == CUE_NONE || cue == CUE_PERSON || cue == CUE_PHONE || cue == CUE_IP) &&
	       cue_after(t, to) == CUE_NONE && !cue_in_link(t, from);
}

bool card_match(const struct mask_text *t, const struct number *number, struct mask_span *span)
{
	span->kind = MASK_BANK_CARD;
	for (unsigned n = number->n < 19 ? number->n : 19; n >= 12; n--) {
		int last = number_ends_at(number, n);

		if (last < 0 || !card_shape(number, last) ||
		    !card_fits(t, number, n, last, &span->surety))
			continue;
		span->from = number->group[0].from;
		span->to = number->group[last].to;
		return true;
	}
	return false;
}

/* ---- IBAN */

/* The lengths of the IBAN registry (ISO 13616). */
static const struct {
	char country[3];
	uint8_t n;
} ibans[] = {
	{"AD", 24}, {"AE", 23}, {"AL", 28}, {"AT", 20}, {"AZ", 28}, {"BA", 20}, {"BE", 16},
	{"BG", 22}, {"BH", 22}, {"BI", 27}, {"BR", 29}, {"BY", 28}, {"CH", 21}, {"CR", 22},
	{"CY", 28}, {"CZ", 24}, {"DE", 22}, {"DJ", 27}, {"DK", 18}, {"DO", 28}, {"EE", 20},
	{"EG", 29}, {"ES", 24}, {"FI", 18}, {"FK", 18}, {"FO", 18}, {"FR", 27}, {"GB", 22},
	{"GE", 22}, {"GI", 23}, {"GL", 18}, {"GR", 27}, {"GT", 28}, {"HR", 21}, {"HU", 28},
	{"IE", 22}, {"IL", 23}, {"IQ", 23}, {"IS", 26}, {"IT", 27}, {"JO", 30}, {"KW", 30},
	{"KZ", 20}, {"LB", 28}, {"LC", 32}, {"LI", 21}, {"LT", 20}, {"LU", 20}, {"LV", 21},
	{"LY", 25}, {"MC", 27}, {"MD", 24}, {"ME", 22}, {"MK", 19}, {"MN", 20}, {"MR", 27},
	{"MT", 31}, {"MU", 30}, {"NI", 28}, {"NL", 18}, {"NO", 15}, {"OM", 23}, {"PK", 24},
	{"PL", 28}, {"PS", 29}, {"PT", 25}, {"QA", 29}, {"RO", 24}, {"RS", 22}, {"RU", 33},
	{"SA", 24}, {"SC", 31}, {"SD", 18}, {"SE", 24}, {"SI", 19}, {"SK", 24}, {"SM", 27},
	{"SO", 23}, {"ST", 25}, {"SV", 28}, {"TL", 23}, {"TN", 24}, {"TR", 26}, {"UA", 29},
	{"VA", 22}, {"VG", 24}, {"XK", 20}, {"YE", 30},
};

static unsigned iban_length(const struct mask_text *t, uint32_t at)
{
	char a = (char)(t->s[at] & ~0x20), b = (char)(t->s[at + 1] & ~0x20);

	for (size_t i = 0; i < sizeof(ibans) / sizeof(ibans[0]); i++)
		if (ibans[i].country[0] == a && ibans[i].country[1] == b)
			return ibans[i].n;
	return 0;
}

bool iban_match(const struct mask_text *t, uint32_t at, struct mask_span *span)
{
	char iban[34];
	unsigned n = 0;

	if (at < t->low + 2 || !ascii_is_letter(text_byte(t, at - 1)) ||
	    !ascii_is_letter(text_byte(t, at - 2)) ||
	    (alnum_before(t, at - 2) && cue_before(t, at - 2) != CUE_CARD))
		return false;
	uint32_t from = at - 2;
	unsigned want = iban_length(t, from);
	for (at = from; at < t->n && n < want; at++) {
		unsigned char c = text_byte(t, at);

		if (ascii_is_alnum(c))
			iban[n++] = (char)c;
		else if ((c != ' ' && c != '-') || !alnum_before(t, at))
			break;
	}
	if (want == 0 || n < want || alnum_at(t, at) || !check_mod97(iban, n))
		return false;
	*span = (struct mask_span){.from = from, .to = at, .kind = MASK_IBAN, .surety = 99};
	return true;
}
