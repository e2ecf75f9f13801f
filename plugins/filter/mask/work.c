/*
 * work.c - working numbers: order, courier, batch and tax numbers.
 *
 * They name no person, and an agent needs them: the filter copies them to fields
 * and leaves them in the text, unless it is told to mask them.  They are looked for
 * last, so that nothing private passes for one.
 */
#include "work.h"

#include "cue.h"

enum { WORK_LEAST = 5, WORK_MOST = 40 };

static bool is_inner(unsigned char c)
{
	return ascii_is_alnum(c) || c == '-' || c == '_';
}

/* "order-12345": the word is not part of the number. */
static uint32_t behind_prefix(const struct mask_text *t, uint32_t from, uint32_t at)
{
	uint32_t i = from;

	while (i < at && ascii_is_letter(text_byte(t, i)))
		i++;
	return i < at && i >= from + 4 && !ascii_is_alnum(text_byte(t, i)) ? i + 1 : from;
}

/* The whole of the token around a digit. */
static bool token_around(const struct mask_text *t, uint32_t at, struct mask_span *span)
{
	uint32_t from = at, to = at;
	unsigned digits = 0;

	while (from > t->low && at - from < WORK_MOST && is_inner(text_byte(t, from - 1)))
		from--;
	while (from < at && !ascii_is_alnum(text_byte(t, from)))
		from++;
	from = behind_prefix(t, from, at);
	while (to < t->n && to - from <= WORK_MOST && is_inner(text_byte(t, to)))
		digits += ascii_is_digit(text_byte(t, to++));
	while (to > at && !ascii_is_alnum(text_byte(t, to - 1)))
		to--;
	span->from = from;
	span->to = to;
	return to - from >= WORK_LEAST && to - from <= WORK_MOST && digits >= 4;
}

/* UPU S10: two letters, eight digits and their check, the country. */
static bool is_postal(const char *s, size_t n)
{
	static const uint8_t weight[] = {8, 6, 4, 2, 3, 5, 9, 7};
	unsigned sum = 0;

	if (n != 13 || s[11] < 'A' || s[11] > 'Z' || s[12] < 'A' || s[12] > 'Z' || s[1] < 'A' ||
	    s[1] > 'Z')
		return false;
	for (unsigned i = 2; i < 11; i++)
		if (!ascii_is_digit((unsigned char)s[i]))
			return false;
	for (unsigned i = 0; i < 8; i++)
		sum += (unsigned)(s[i + 2] - '0') * weight[i];
	unsigned check = 11 - sum % 11;
	check = check == 10 ? 0 : check == 11 ? 5 : check;
	return check == (unsigned)(s[10] - '0');
}

/* The prefixes of couriers, with the digits that follow. */
static bool is_courier(const char *s, size_t n)
{
	static const struct {
		const char *prefix;
		uint8_t min, max;
	} couriers[] = {{"SF", 12, 15},	  {"YT", 13, 15},   {"JD", 12, 15},  {"JDV", 11, 15},
			{"JDVA", 10, 15}, {"JDVB", 10, 15}, {"JDX", 11, 15}, {"ZTO", 10, 14},
			{"STO", 10, 14},  {"EMS", 9, 14},   {"DPK", 10, 14}, {"JT", 13, 13},
			{"YD", 13, 15},	  {"HT", 12, 14}};

	if (n == 18 && memcmp(s, "1Z", 2) == 0)
		return true;
	for (size_t i = 0; i < sizeof(couriers) / sizeof(couriers[0]); i++) {
		size_t lead = strlen(couriers[i].prefix), at = lead;

		if (n < lead + couriers[i].min || n > lead + couriers[i].max ||
		    memcmp(s, couriers[i].prefix, lead) != 0)
			continue;
		while (at < n && ascii_is_digit((unsigned char)s[at]))
			at++;
		if (at == n)
			return true;
	}
	return is_postal(s, n);
}

bool work_match(const struct mask_text *t, uint32_t at, struct mask_span *span)
{
	if (!token_around(t, at, span))
		return false;
	const char *s = t->s + span->from;
	if (s[0] >= '1' && s[0] <= 'Z' && is_courier(s, span->to - span->from)) {
		span->kind = MASK_COURIER_NO;
		span->surety = 90;
		return true;
	}
	int kind = cue_work_before(t, span->from);
	if (kind < 0 || (kind == MASK_TAX_NO && span->to - span->from < 8))
		return false;
	span->kind = (unsigned)kind;
	span->surety = 95;
	return true;
}
