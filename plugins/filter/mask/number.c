/*
 * number.c - digits as people write long numbers: in groups, with gaps.
 *
 * "+86 138-1234-5678", "(010) 6552 9988" and "6222 0212 3456 7890 123" are each
 * one number in groups.  A group is a run of digits; groups hang together over
 * one to three characters of blank, dash, dot or parenthesis.  Whoever looks
 * for a kind of number asks where a given count of digits ends and what shape
 * the groups have, so that "299.00 13812345678" is a price and a phone number.
 *
 * Reading is bounded by the two constants of number.h, whatever the text.
 */
#include "number.h"

int number_digit(const struct mask_text *t, uint32_t at, uint32_t *len_r)
{
	if (at >= t->n)
		return -1;
	unsigned char c = text_byte(t, at);
	if (ascii_is_digit(c)) {
		*len_r = 1;
		return c - '0';
	}
	if (c == 0xEF && at + 2 < t->n && text_byte(t, at + 1) == 0xBC) { /* U+FF10..FF19 */
		c = text_byte(t, at + 2);
		if (c >= 0x90 && c <= 0x99) {
			*len_r = 3;
			return c - 0x90;
		}
	}
	return -1;
}

uint32_t number_gap(const struct mask_text *t, uint32_t at, uint8_t *gap)
{
	static const struct {
		struct heard_str is;
		uint8_t gap;
	} wide[] = {
		{HEARD_STR("\xC2\xA0"), GAP_BLANK},	/* U+00A0 no-break space */
		{HEARD_STR("\xE3\x80\x80"), GAP_BLANK}, /* U+3000 */
		{HEARD_STR("－"), GAP_DASH},
		{HEARD_STR("–"), GAP_DASH},
		{HEARD_STR("—"), GAP_DASH},
		{HEARD_STR("‐"), GAP_DASH},
		{HEARD_STR("（"), GAP_PAREN},
		{HEARD_STR("）"), GAP_PAREN},
		{HEARD_STR("．"), GAP_DOT},
		{HEARD_STR("·"), GAP_DOT},
	};

	if (at >= t->n)
		return 0;
	switch (t->s[at]) {
	case ' ':
	case '\t': *gap |= GAP_BLANK; return 1;
	case '-': *gap |= GAP_DASH; return 1;
	case '.': *gap |= GAP_DOT; return 1;
	case '(':
	case ')': *gap |= GAP_PAREN; return 1;
	default: break;
	}
	unsigned char c = text_byte(t, at); /* the wide ones begin with four bytes only */
	if (c != 0xC2 && c != 0xE2 && c != 0xE3 && c != 0xEF)
		return 0;
	for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++)
		if (text_has(t, at, wide[i].is)) {
			*gap |= wide[i].gap;
			return (uint32_t)wide[i].is.len;
		}
	return 0;
}

/* Pass over a gap that leads to a digit; returns where that digit is, or 0. */
static uint32_t gap_read(const struct mask_text *t, uint32_t at, struct number_group *next)
{
	uint32_t len;

	next->gap = next->width = 0;
	while (next->width < 3) {
		uint32_t n = number_gap(t, at, &next->gap);

		if (n == 0)
			return 0;
		at += n;
		next->width++;
		if (number_digit(t, at, &len) >= 0)
			return at;
	}
	return 0;
}

/* Returns the end of the group, and false in *fits_r when it has too many. */
static uint32_t group_read(const struct mask_text *t, uint32_t at, struct number *number,
			   struct number_group *group, bool *fits_r)
{
	uint32_t len = 0;
	int value;

	group->from = at;
	group->first = (uint8_t)number->n;
	*fits_r = true;
	while ((value = number_digit(t, at, &len)) >= 0) {
		if (number->n == NUMBER_DIGITS) {
			*fits_r = false;
			break;
		}
		number->digit[number->n++] = (uint8_t)value;
		at += len;
	}
	group->to = at;
	group->n = (uint8_t)(number->n - group->first);
	return at;
}

uint32_t number_read(const struct mask_text *t, uint32_t at, struct number *number)
{
	uint32_t end, len;
	bool fits;

	number->n = number->groups = 0;
	number->group[0].gap = number->group[0].width = 0;
	do {
		end = group_read(t, at, number, &number->group[number->groups++], &fits);
		if (!fits || number->groups == NUMBER_GROUPS)
			break;
		at = gap_read(t, end, &number->group[number->groups]);
	} while (at);
	number->goes_on = !fits;
	while (number->goes_on && number->groups == 1 && number_digit(t, end, &len) >= 0)
		end += len; /* one endless run is passed over as a whole */
	return end;
}

int number_ends_at(const struct number *number, unsigned digits)
{
	for (unsigned i = 0; i < number->groups; i++) {
		unsigned end = number->group[i].first + number->group[i].n;

		if (end == digits)
			return number->goes_on && i + 1 == number->groups ? -1 : (int)i;
		if (end > digits)
			return -1;
	}
	return -1;
}

void number_shape(const struct number *number, unsigned from, int last,
		  char shape[NUMBER_GROUPS + 1])
{
	unsigned n = 0;

	for (unsigned i = 0; (int)i <= last; i++) {
		unsigned first = number->group[i].first;
		unsigned end = first + number->group[i].n;

		if (end <= from)
			continue;
		shape[n++] = (char)('a' + (end - (first < from ? from : first)) - 1);
	}
	shape[n] = '\0';
}

bool number_gaps_are(const struct number *number, unsigned first, unsigned last,
		     unsigned allowed)
{
	for (unsigned i = first + 1; i <= last; i++)
		if (number->group[i].gap & ~allowed)
			return false;
	return true;
}

uint64_t number_value(const struct number *number, unsigned from, unsigned n)
{
	uint64_t value = 0;

	for (unsigned i = from; i < from + n; i++)
		value = value * 10 + number->digit[i];
	return value;
}

bool number_is_date(unsigned year, unsigned month, unsigned day)
{
	static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	if (year < 1900 || year > 2099 || month < 1 || month > 12 || day < 1)
		return false;
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	return day <= days[month - 1] + (month == 2 && leap ? 1u : 0u);
}
