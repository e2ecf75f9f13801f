/*
 * phone.c - mobile and landline numbers, of the mainland and of the world.
 *
 * A mobile number is eleven digits, 1[3-9].........; people write it in one
 * piece or grouped, with or without 86.  Which groupings count is a list
 * of shapes (see number_shape): "cdd" is 138 1234 5678.  Rare shapes need a word
 * that says "phone", or four quantities in a row would be one.
 *
 * A foreign number needs its plus sign (or 00), or the shape of North America or
 * Britain.  A landline needs its area code, or a word before it.
 *
 * Numbers of services (400-..., 800-..., 10086, 12315, 95588) are published by
 * their owners and stay.
 */
#include "phone.h"

#include "cue.h"

struct shapes {
	const char *const *always, *const *with_cue;
};

static bool is_one_of(const char *shape, const char *const *list)
{
	for (; *list; list++)
		if (strcmp(shape, *list) == 0)
			return true;
	return false;
}

/* ---- where a number may begin and end */

/* A digit joined to the number from the left, as in 2026-13812345678, makes it
 * part of something longer. */
static bool is_joined_before(const struct mask_text *t, uint32_t at)
{
	return at >= t->low + 2 && (t->s[at - 1] == '-' || t->s[at - 1] == '.') &&
	       ascii_is_digit(text_byte(t, at - 2));
}

/* Letters right before are fine when they are a word for "phone", or a parenthesis stands
 * between: Tom(13812345678). */
static bool may_begin(const struct mask_text *t, uint32_t at, enum mask_cue cue)
{
	if (is_joined_before(t, at))
		return false;
	return !alnum_before(t, at) || cue == CUE_PHONE || t->s[at] == '(' ||
	       text_has(t, at, HEARD_STR_OF("（"));
}

/* Letters right behind are fine when they are a word and not a code. */
static bool may_end(const struct mask_text *t, uint32_t at)
{
	uint32_t i = at, len;

	if (number_digit(t, at, &len) >= 0)
		return false;
	while (i < t->n && ascii_is_letter(text_byte(t, i)))
		i++;
	return i == at || (i >= at + 2 && !alnum_at(t, i));
}

/* Take "(", "+" and "(+" into the span. */
static uint32_t widen_left(const struct mask_text *t, uint32_t at)
{
	static const struct heard_str lead[] = {HEARD_STR("+"), HEARD_STR("＋"), HEARD_STR("("),
						HEARD_STR("（")};
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < sizeof(lead) / sizeof(lead[0]); i++)
			if (text_has_before(t, at, lead[i]))
				at -= (uint32_t)lead[i].len;
	return at;
}

static bool has_plus(const struct mask_text *t, uint32_t at)
{
	return text_has_before(t, at, HEARD_STR_OF("+")) ||
	       text_has_before(t, at, HEARD_STR_OF("＋"));
}

/* An extension behind the number: "-8001", "转8001", " ext. 12". */
static uint32_t pass_extension(const struct mask_text *t, uint32_t at)
{
	static const struct heard_str lead[] = {
		HEARD_STR("-"),	   HEARD_STR("转"),	HEARD_STR("轉"),    HEARD_STR(" 转"),
		HEARD_STR("分机"), HEARD_STR(" ext. "), HEARD_STR(" ext "), HEARD_STR(" x"),
		HEARD_STR("x"),	   HEARD_STR("#")};

	for (size_t i = 0; i < sizeof(lead) / sizeof(lead[0]); i++) {
		uint32_t first = at + (uint32_t)lead[i].len, end = first;

		if (!text_has(t, at, lead[i]))
			continue;
		while (end < t->n && end - first < 6 && ascii_is_digit(text_byte(t, end)))
			end++;
		if (end - first >= 2 && end - first <= 5 && !alnum_at(t, end))
			return end;
	}
	return at;
}

static bool is_exempt(const struct mask_text *t, uint32_t from, uint32_t to, enum mask_cue cue)
{
	if (cue == CUE_ID || cue == CUE_MONEY || cue == CUE_VERSION)
		return true;
	if (cue == CUE_PHONE)
		return false;
	enum mask_cue after = cue_after(t, to); /* "138...的订单" is the order of a phone */
	return after == CUE_MONEY || after == CUE_ID || cue_in_link(t, from);
}

/* All that is left to ask once the digits are right. */
static bool accept(const struct mask_text *t, uint32_t from, uint32_t to, enum mask_cue cue,
		   struct mask_span *span)
{
	uint32_t end = pass_extension(t, to);

	if (!may_begin(t, from, cue) || !may_end(t, end) || is_exempt(t, from, to, cue))
		return false;
	span->from = from;
	span->to = end;
	span->surety = cue == CUE_PHONE ? 98 : cue == CUE_NONE ? 90 : 80;
	return true;
}

/* ---- mobile */

/* Digits of a 0, 86, 086, or 0086 before the eleven; none is a match too. */
static unsigned mainland_prefix(const struct number *number)
{
	const uint8_t *d = number->digit;

	if (number->n >= 15 && d[0] == 0 && d[1] == 0 && d[2] == 8 && d[3] == 6)
		return 4;
	if (number->n >= 13 && d[0] == 8 && d[1] == 6)
		return 2;
	if (number->n >= 12 && d[0] == 0 && d[1] == 1 && d[2] >= 3)
		return 1;
	return 0;
}

static bool mobile_match(const struct mask_text *t, const struct number *number,
			 struct mask_span *span)
{
	static const char *const always[] = {"k",   "cdd", "ch",	  "gd",
					     "ddc", "cce", "aaaaaaaaaaa", NULL};
	static const char *const with_cue[] = {"ef", "fe", "cec", "dcd", "cddaa", "ccdb", NULL};
	unsigned skip = mainland_prefix(number);
	int last = number_ends_at(number, skip + 11);
	char shape[NUMBER_GROUPS + 1];

	if (last < 0 || number->digit[skip] != 1 || number->digit[skip + 1] < 3)
		return false;
	number_shape(number, skip, last, shape);
	if (!is_one_of(shape, always) && !is_one_of(shape, with_cue))
		return false;
	uint32_t from = widen_left(t, number->group[0].from);
	enum mask_cue cue = cue_before(t, from);
	bool sure = cue == CUE_PHONE || skip >= 2;
	if (!is_one_of(shape, always) && !(sure && is_one_of(shape, with_cue)))
		return false;
	/* A price or count and a day: 199 20260102. */
	if (!sure && shape[0] == 'c' && shape[1] == 'h' &&
	    number_is_date((unsigned)number_value(number, skip + 3, 4),
			   (unsigned)number_value(number, skip + 7, 2),
			   (unsigned)number_value(number, skip + 9, 2)))
		return false;
	return accept(t, from, number->group[last].to, cue, span);
}

/* ---- the rest of the world */

/* ITU-T E.164 country codes, with the count of digits that follow. */
static const struct country {
	uint16_t code;
	uint8_t min, max;
} countries[] = {
	{1, 10, 10}, {7, 10, 10},  {20, 8, 10},	 {27, 9, 9},   {30, 10, 10}, {31, 9, 9},
	{32, 8, 9},  {33, 9, 9},   {34, 9, 9},	 {36, 8, 9},   {39, 8, 11},  {40, 9, 9},
	{41, 9, 9},  {43, 7, 13},  {44, 9, 10},	 {45, 8, 8},   {46, 7, 10},  {47, 8, 8},
	{48, 9, 9},  {49, 7, 11},  {51, 8, 9},	 {52, 10, 10}, {54, 10, 11}, {55, 10, 11},
	{56, 9, 9},  {57, 10, 10}, {58, 10, 10}, {60, 8, 10},  {61, 9, 9},   {62, 8, 12},
	{63, 8, 10}, {64, 8, 10},  {65, 8, 8},	 {66, 8, 9},   {81, 9, 10},  {82, 8, 10},
	{84, 9, 10}, {86, 9, 12},  {90, 10, 10}, {91, 10, 10}, {92, 9, 10},  {93, 9, 9},
	{94, 9, 9},  {95, 7, 10},  {98, 10, 10}, {353, 7, 9},  {351, 9, 9},  {358, 6, 11},
	{852, 8, 8}, {853, 8, 8},  {855, 8, 9},	 {856, 8, 10}, {880, 8, 10}, {886, 8, 9},
	{971, 8, 9}, {966, 8, 9},  {972, 8, 9},	 {974, 8, 8},  {965, 8, 8},  {962, 8, 9},
	{380, 9, 9}, {420, 9, 9},  {234, 8, 10}, {254, 9, 9},  {233, 9, 9},  {977, 8, 10},
};

static const struct country *country_find(const uint8_t *d, unsigned n)
{
	static const struct country any = {0, 7, 12};
	unsigned code = 0;

	for (unsigned len = 1; len <= 3 && len <= n; len++) {
		code = code * 10 + d[len - 1];
		for (size_t i = 0; i < sizeof(countries) / sizeof(countries[0]); i++)
			if (countries[i].code == code)
				return &countries[i];
	}
	/* Other codes have three digits and begin with 2, 3, 4, 5, 6, 8 or 9. */
	return n >= 3 && d[0] >= 2 && d[0] != 7 ? &any : NULL;
}

static unsigned code_length(const struct country *country)
{
	return country->code == 0 || country->code >= 100 ? 3 : country->code >= 10 ? 2 : 1;
}

unsigned phone_country(const uint8_t digits[3])
{
	const struct country *country = country_find(digits, 3);

	return country ? code_length(country) : 0;
}

static bool international_match(const struct mask_text *t, const struct number *number,
				struct mask_span *span)
{
	uint32_t first = number->group[0].from;
	bool plus = has_plus(t, first);
	bool zeros = number->n > 10 && number->digit[0] == 0 && number->digit[1] == 0;
	unsigned skip = plus ? 0 : 2;

	if (!plus && !zeros)
		return false;
	const uint8_t *d = number->digit + skip;
	const struct country *country = country_find(d, number->n - skip);
	if (country == NULL ||
	    (country->code == 1 && (number->n - skip < 8 || d[1] < 2 || (!plus && d[4] < 2))))
		return false;
	/* "+44 (0)20": the zero is not dialled, but written. */
	unsigned spare = country->code >= 20 ? 1 : 0;
	uint32_t from = widen_left(t, first);
	for (unsigned n = country->max + spare; n >= country->min; n--) {
		int last = number_ends_at(number, skip + code_length(country) + n);
		if (last < 0)
			continue;
		enum mask_cue cue = cue_before(t, from);
		bool follows = from >= 2 && ascii_is_digit(text_byte(t, from - 2));
		if (!plus && cue != CUE_PHONE && (last == 0 || follows))
			return false;
		return accept(t, from, number->group[last].to, cue, span);
	}
	return false;
}

/* North America without a plus: (415) 555-0132, 415.555.0132, 1-415-555-0132. */
static bool american_match(const struct mask_text *t, const struct number *number,
			   struct mask_span *span)
{
	unsigned skip = number->n >= 11 && number->digit[0] == 1 && number->group[0].n == 1;
	int last = number_ends_at(number, skip + 10);
	const uint8_t *d = number->digit + skip;
	char shape[NUMBER_GROUPS + 1];

	if (last < 0 || d[0] < 2 || d[3] < 2)
		return false;
	number_shape(number, skip, last, shape);
	uint32_t from = widen_left(t, number->group[0].from);
	bool grouped = strcmp(shape, "ccd") == 0 ||
		       (strcmp(shape, "cg") == 0 && from < number->group[0].from);
	if (!grouped && strcmp(shape, "j") != 0)
		return false;
	enum mask_cue cue = cue_before(t, from);
	if (!grouped && !(cue == CUE_PHONE && strcmp(shape, "j") == 0))
		return false;
	/* 400 is a service of the mainland; 800, 888, ... are free of charge */
	unsigned area = (unsigned)number_value(number, skip, 3);
	if (area == 400 || area == 800 || area == 888 || area == 877 || area == 866)
		return false;
	return accept(t, from, number->group[last].to, cue, span);
}

/* Written as at home in Britain (07700 900123) and Taiwan (0912-345-678). */
static bool trunk_match(const struct mask_text *t, const struct number *number,
			struct mask_span *span)
{
	const uint8_t *d = number->digit;
	char shape[NUMBER_GROUPS + 1];
	int last = number_ends_at(number, 11);

	if (d[0] != 0)
		return false;
	bool british = last >= 0 && (d[1] == 7 || d[1] == 1 || d[1] == 2);
	if (!british)
		last = number_ends_at(number, 10);
	if (last < 0 || (!british && d[1] != 9))
		return false;
	number_shape(number, 0, last, shape);
	uint32_t from = widen_left(t, number->group[0].from);
	enum mask_cue cue = cue_before(t, from);
	static const char *const british_always[] = {"ef", "ecc", "cdd", "dcd", NULL};
	static const char *const taiwan_always[] = {"dcc", "df", NULL};
	bool fits = is_one_of(shape, british ? british_always : taiwan_always);
	if (!fits && !(cue == CUE_PHONE && last == 0))
		return false;
	return accept(t, from, number->group[last].to, cue, span);
}

/* Written as at home anywhere, where the text says that it is a phone: 21 253 109 8211. */
static bool any_match(const struct mask_text *t, const struct number *number,
		      struct mask_span *span)
{
	uint32_t from = widen_left(t, number->group[0].from);
	unsigned last = 0, digits = number->group[0].n;

	if (number->goes_on)
		return false;
	/* groups of two and more, with one sign between them (or ") ") */
	while (last + 1 < number->groups && number->group[last + 1].width <= 2 &&
	       number->group[last + 1].n >= 2 && digits + number->group[last + 1].n <= 13)
		digits += number->group[++last].n;
	if (digits < 7 || digits > 13 || last > 5 || number->group[0].n > 11)
		return false;
	if (last == 0 && digits < 9)
		return false;
	if (last == 1 && number->group[1].gap == GAP_DOT)
		return false; /* a fraction */
	/* services of the mainland and of America, free of charge */
	unsigned area = (unsigned)number_value(number, 0, 3);
	if (digits == 10 && (area == 400 || area == 800 || area == 888 || area == 877))
		return false;
	unsigned year = (unsigned)number_value(number, 0, 4);
	if (number->n >= 8 && number->group[0].n == 4 &&
	    number_is_date(year, number->digit[4] * 10u + number->digit[5],
			   number->digit[6] * 10u + number->digit[7]))
		return false;
	enum mask_cue cue = cue_before(t, from);
	return cue == CUE_PHONE && accept(t, from, number->group[last].to, cue, span);
}

bool phone_match(const struct mask_text *t, const struct number *number, struct mask_span *span)
{
	span->kind = MASK_PHONE;
	return mobile_match(t, number, span) || american_match(t, number, span) ||
	       international_match(t, number, span) || trunk_match(t, number, span) ||
	       any_match(t, number, span);
}

/* ---- landlines of the mainland */

/* Area codes without the 0, as ranges (numbering plan of the MIIT). */
static const struct {
	uint16_t from, to;
} areas[] = {
	{310, 319}, {335, 335}, {349, 359}, {370, 379}, {391, 398}, {410, 419}, {421, 421},
	{427, 429}, {431, 440}, {451, 459}, {464, 464}, {467, 479}, {482, 483}, {510, 519},
	{523, 523}, {527, 527}, {530, 539}, {543, 543}, {546, 546}, {550, 566}, {570, 580},
	{591, 599}, {631, 635}, {660, 663}, {668, 668}, {691, 692}, {701, 701}, {710, 719},
	{722, 722}, {724, 724}, {728, 728}, {730, 739}, {743, 746}, {750, 769}, {770, 779},
	{790, 799}, {812, 813}, {816, 818}, {825, 827}, {830, 839}, {851, 859}, {870, 879},
	{883, 883}, {886, 888}, {890, 899}, {901, 919}, {930, 939}, {941, 943}, {951, 955},
	{970, 979}, {990, 999},
};

unsigned phone_area(const uint8_t *d, unsigned n)
{
	if (n < 3)
		return 0;
	if ((d[0] == 1 && d[1] == 0) || (d[0] == 2 && d[1] != 6))
		return 2;
	unsigned code = d[0] * 100u + d[1] * 10u + d[2];
	for (size_t i = 0; i < sizeof(areas) / sizeof(areas[0]); i++)
		if (code >= areas[i].from && code <= areas[i].to)
			return 3;
	return 0;
}

/* Digits before the area code: the 0, or 86 with or without it. */
static int trunk_prefix(const struct number *number)
{
	const uint8_t *d = number->digit;
	unsigned n = 0;

	if (number->n >= 12 && d[0] == 0 && d[1] == 0 && d[2] == 8 && d[3] == 6)
		n = 4;
	else if (number->n >= 11 && d[0] == 8 && d[1] == 6)
		n = 2;
	else if (d[0] != 0)
		return -1;
	return (int)(d[n] == 0 ? n + 1 : n);
}

/* With its area code: 010-65529988, (0571) 8765 4321, 01065529988. */
static bool with_area_match(const struct mask_text *t, const struct number *number,
			    struct mask_span *span)
{
	static const char *const local_shapes[] = {"h", "g", "dd", "cd", "dc", "bbbb", NULL};
	int skip = trunk_prefix(number);

	if (skip < 0 || number->n < (unsigned)skip + 9)
		return false;
	unsigned prefix = (unsigned)skip;
	unsigned area = phone_area(number->digit + prefix, number->n - prefix);
	if (area == 0)
		return false;
	for (unsigned local = 8; local >= 7; local--) {
		unsigned at = prefix + area;
		int last = number_ends_at(number, at + local);
		char shape[NUMBER_GROUPS + 1];

		if (last < 0 || number->digit[at] == 0 || (area == 2 && local == 7))
			continue;
		number_shape(number, at, last, shape);
		bool apart = number_ends_at(number, at) >= 0;
		if (apart ? !is_one_of(shape, local_shapes)
			  : last != 0 || number->digit[at] < 2)
			continue;
		uint32_t from = widen_left(t, number->group[0].from);
		return accept(t, from, number->group[last].to, cue_before(t, from), span);
	}
	return false;
}

/* Without one, where the text says that it is a phone: 座机 65529988. */
static bool local_match(const struct mask_text *t, const struct number *number,
			struct mask_span *span)
{
	static const char *const local_shapes[] = {"h", "g", "dd", "cd", NULL};
	char shape[NUMBER_GROUPS + 1];
	int last = number_ends_at(number, 8);

	if (last < 0)
		last = number_ends_at(number, 7);
	if (last < 0 || number->digit[0] < 2 || number->digit[0] == 4 ||
	    has_plus(t, number->group[0].from))
		return false;
	number_shape(number, 0, last, shape);
	if (!is_one_of(shape, local_shapes) ||
	    number_is_date((unsigned)number_value(number, 0, 4),
			   number->digit[4] * 10u + number->digit[5],
			   number->n >= 8 ? number->digit[6] * 10u + number->digit[7] : 0))
		return false;
	uint32_t from = number->group[0].from;
	enum mask_cue cue = cue_before(t, from);
	return cue == CUE_PHONE && accept(t, from, number->group[last].to, cue, span);
}

bool landline_match(const struct mask_text *t, const struct number *number,
		    struct mask_span *span)
{
	span->kind = MASK_LANDLINE;
	return with_area_match(t, number, span) || local_match(t, number, span);
}

size_t phone_canonical(struct heard_str written, char out[24])
{
	const struct mask_text t = {.s = written.ptr, .n = (uint32_t)written.len};
	size_t n = 0;
	bool plus = false;

	for (uint32_t at = 0, len = 1; at < t.n; at += len) {
		int value = number_digit(&t, at, &len);

		if (value < 0) {
			uint8_t gap = 0;

			len = number_gap(&t, at, &gap);
			if (n >= 7 && (len == 0 || t.s[at] == '('))
				break; /* an extension */
			plus |= n == 0 &&
				(t.s[at] == '+' || text_has(&t, at, HEARD_STR_OF("＋")));
			len = len ? len : 1;
			continue;
		}
		if (n < 20)
			out[1 + n++] = (char)('0' + value);
	}
	out[0] = '+';
	out[1 + n] = '\0';
	size_t skip = 0; /* digits of 0086 or 86 before a number of ours */
	if (n >= 13 && memcmp(out + 1, "0086", 4) == 0)
		skip = 4;
	else if (n >= 12 && memcmp(out + 1, "86", 2) == 0)
		skip = 2;
	else if (n == 12 && memcmp(out + 1, "01", 2) == 0 && out[3] >= '3')
		skip = 1; /* 0 dialled before a mobile number */
	if (plus && skip == 0)
		return n + 1;
	/* +86 10 ... is 010 ... at home */
	bool area = skip >= 2 && out[1 + skip] != '0' &&
		    !(n - skip == 11 && out[1 + skip] == '1');
	if (area)
		out[skip] = '0';
	size_t from = area ? skip : skip + 1;
	memmove(out, out + from, n + 2 - from);
	return n + 1 - from;
}
