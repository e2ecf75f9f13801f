/*
 * han_place.c - postal addresses in Chinese characters.
 *
 * An address is a row of parts, each ended by what it is: 省 市 区 县 镇 路, and
 * behind a number 号 栋 单元 室.  From the first such end we walk back to where its
 * part begins and on over the parts that follow.  A row of two with a number among them
 * is an address; a row of three without one if it names a road or village and
 * begins with a province or large city; one alone is not (在路上, 这个市).  Behind 地址
 * or 住在 less is enough.
 *
 * A number in Chinese numerals is one only where a house has its: 号 or 弄 right behind a
 * road (建国路八十八号), and what follows that (三栋二单元).  Elsewhere 一座, 一层, 十号 are
 * ordinary words; even there 十号 may be a day, and needs more of an address around it.
 */
#include "han.h"

enum { PART_MOST = 12, FIRST_MOST = 7 };

static uint32_t region_at(const struct mask_text *t, const struct lexicon *lexicon, uint32_t at)
{
	return han_class(t, lexicon, at) & HAN_TERRITORY
		       ? lexicon_territory(t->s + at, t->n - at)
		       : 0;
}

/* A digit, full-width digit, letter, Chinese numeral or dash: its bytes, or 0. */
static uint32_t numeral_at(const struct mask_text *t, const struct lexicon *lexicon,
			   uint32_t at)
{
	if (at >= t->n)
		return 0;
	if (ascii_is_alnum(text_byte(t, at)) || t->s[at] == '-' || t->s[at] == '#')
		return 1;
	if (at + 2 < t->n && text_byte(t, at) == 0xEF && text_byte(t, at + 1) == 0xBC &&
	    text_byte(t, at + 2) >= 0x90 && text_byte(t, at + 2) <= 0x99)
		return 3;
	return han_class(t, lexicon, at) & HAN_NUMERAL ? HAN_BYTES : 0;
}

/* Where the part that ends here begins. */
static uint32_t first_part(const struct mask_text *t, const struct lexicon *lexicon,
			   uint32_t end, bool *region_r)
{
	uint32_t from = end, region = 0;

	*region_r = false;
	for (unsigned n = 0; n < FIRST_MOST + 4; n++) {
		uint32_t step = from > t->low && ascii_is_alnum(text_byte(t, from - 1)) ? 1
				: from > t->low && t->s[from - 1] == '-'		? 1
									 : HAN_BYTES;

		if (from < t->low + step)
			break;
		if (step == HAN_BYTES && (!han_is_letter(t, from - step) ||
					  (han_class(t, lexicon, from - step) & HAN_STOP))) {
			/* 都 of 成都 stops nothing */
			if (from < t->low + 2 * HAN_BYTES ||
			    region_at(t, lexicon, from - 2 * HAN_BYTES) != 2 * HAN_BYTES)
				break;
			*region_r = true;
			return from - 2 * HAN_BYTES;
		}
		if (n >= FIRST_MOST && step == HAN_BYTES)
			break;
		from -= step;
		if (step == HAN_BYTES && region_at(t, lexicon, from))
			region = from + 1;
	}
	if (region) {
		*region_r = true;
		from = region - 1;
	}
	return from;
}

enum part { OTHER, ROAD, HOUSE };

struct row {
	unsigned places, units, rooms; /* parts of each sort                  */
	unsigned details;	       /* places smaller than a district      */
	unsigned worded;	       /* in Chinese numerals, that do not count */
	unsigned days;		       /* units that may be a day of a month  */
	enum part last;		       /* HOUSE: a unit that counts           */
	uint32_t end;
};

/* A road or village, not a city or district? */
static bool is_detail(const struct mask_text *t, uint32_t at)
{
	static const char details[] = "镇鎮乡鄉街路道巷弄村";

	for (const char *c = details; *c; c += HAN_BYTES)
		if (memcmp(t->s + at, c, HAN_BYTES) == 0)
			return true;
	return false;
}

/* 八十八, 一百二, 五零一; 100 for what is no plain number (甲一). */
static unsigned numerals_value(const struct mask_text *t, uint32_t at, uint32_t end)
{
	static const char digits[] = "〇零一二三四五六七八九";
	unsigned sum = 0, digit = 0;

	for (; at < end; at += HAN_BYTES) {
		const char *of = memmem(digits, sizeof(digits) - 1, t->s + at, HAN_BYTES);
		unsigned index = of ? (unsigned)(of - digits) / HAN_BYTES : 0;

		if (of)
			digit = digit * 10 + (index ? index - 1 : 0);
		else if (text_has(t, at, HEARD_STR_OF("十")))
			sum += (digit ? digit : 1) * 10, digit = 0;
		else
			return 100;
	}
	return sum + digit;
}

/* Is the unit behind these Chinese numerals, which begin a part, that of a house? */
static bool is_house_number(const struct mask_text *t, struct row *row, uint32_t from,
			    uint32_t unit)
{
	static const struct heard_str others[] = {HEARD_STR("店"), HEARD_STR("线"),
						  HEARD_STR("線")};

	if (row->last == HOUSE)
		return true;
	bool is_number = text_has(t, unit, HEARD_STR_OF("号")) ||
			 text_has(t, unit, HEARD_STR_OF("號"));
	/* 得弄一弄 is no lane */
	bool is_lane = text_has(t, unit, HEARD_STR_OF("弄")) && unit - from > HAN_BYTES;
	if (row->last != ROAD || !(is_number || is_lane))
		return false;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (text_has(t, unit + HAN_BYTES, others[i]))
			return false;
	row->days += is_number && numerals_value(t, from, unit) <= 31;
	return true;
}

/* A unit stands at this place. */
static void take_unit(const struct mask_text *t, struct row *row, uint32_t at, bool is_entry,
		      bool counts)
{
	row->units += counts;
	row->worded += !counts;
	row->last = counts ? HOUSE : OTHER;
	row->rooms += is_entry || text_has(t, at, HEARD_STR_OF("室"));
	row->end = at + (is_entry ? 2u : 1u) * HAN_BYTES;
	/* 3号楼 */
	if (text_has(t, row->end, HEARD_STR_OF("楼")) ||
	    text_has(t, row->end, HEARD_STR_OF("樓")) ||
	    text_has(t, row->end, HEARD_STR_OF("院")))
		row->end += HAN_BYTES;
}

static void take_place(const struct mask_text *t, struct row *row, uint32_t at)
{
	bool is_road = is_detail(t, at);

	row->places++;
	row->details += is_road;
	row->last = is_road ? ROAD : OTHER;
	row->end = at + HAN_BYTES;
	/* 工业园|区 */
	if (text_has(t, row->end, HEARD_STR_OF("区")) ||
	    text_has(t, row->end, HEARD_STR_OF("區")))
		row->end += HAN_BYTES;
}

/* One more part from row->end on. */
static bool next_part(const struct mask_text *t, const struct lexicon *lexicon, struct row *row)
{
	uint32_t at = row->end, from = at, len;
	bool numerals = true; /* nothing but Chinese ones so far */

	for (unsigned n = 0; n < PART_MOST && at < t->n; n++, at += len) {
		if (n == 0 && t->s[at] == ' ')
			from = ++at;
		len = numeral_at(t, lexicon, at);
		numerals = numerals && len && han_at(t, at);
		if (len) {
			uint32_t unit = at + len;
			bool is_entry = text_has(t, unit, HEARD_STR_OF("单元")) ||
					text_has(t, unit, HEARD_STR_OF("單元"));

			if (!is_entry && !(han_class(t, lexicon, unit) & HAN_UNIT))
				continue;
			take_unit(t, row, unit, is_entry,
				  !han_at(t, at) ||
					  (numerals && is_house_number(t, row, from, unit)));
			return true;
		}
		if ((len = region_at(t, lexicon, at)) != 0)
			continue;
		unsigned class = han_class(t, lexicon, at);
		if ((class & HAN_PLACE) && n == 0)
			break; /* 24楼|市 */
		if (class & HAN_PLACE) {
			take_place(t, row, at);
			return true;
		}
		if (!han_is_letter(t, at) || (class & HAN_STOP))
			break;
		len = HAN_BYTES;
	}
	return false;
}

/* 3-2-501 behind the last part. */
static uint32_t pass_number(const struct mask_text *t, uint32_t at)
{
	uint32_t end = at;

	while (end < t->n && end - at < 12 &&
	       (ascii_is_digit(text_byte(t, end)) || (end > at && t->s[end] == '-')))
		end++;
	return end > at && !ascii_is_letter(text_byte(t, end - 1)) && !alnum_at(t, end) &&
			       !han_is_letter(t, end) && end - at <= 9
		       ? end
		       : at;
}

/* Does 地址, 住在, 寄到 stand before? */
static bool is_announced(const struct mask_text *t, uint32_t from)
{
	static const struct heard_str between[] = {
		HEARD_STR("："), HEARD_STR(":"),  HEARD_STR(" "), HEARD_STR("是"),
		HEARD_STR("为"), HEARD_STR("在"), HEARD_STR("到")};
	static const struct heard_str words[] = {
		HEARD_STR("址"), HEARD_STR("住"), HEARD_STR("寄"), HEARD_STR("送"),
		HEARD_STR("发"), HEARD_STR("搬"), HEARD_STR("家")};

	for (int pass = 0; pass < 3; pass++)
		for (size_t i = 0; i < sizeof(between) / sizeof(between[0]); i++)
			if (text_has_before(t, from, between[i]))
				from -= (uint32_t)between[i].len;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (text_has_before(t, from, words[i]))
			return true;
	return false;
}

static unsigned surety_of(const struct row *row, bool region, bool announced)
{
	unsigned parts = row->places + row->units;

	if (row->days && row->days == row->units && parts == 2 && !announced && !region)
		return 0; /* 中山路十号: the tenth? */
	if (row->places && row->units)
		return announced || region ? 95 : parts > 2 || row->units > 1 ? 85 : 65;
	if (row->rooms && (row->units >= 2 || row->units + row->worded >= 3))
		return announced ? 90 : 75;
	if (row->places >= 3 && region && row->details)
		return announced ? 90 : 70;
	return announced && ((row->places >= 2 && (region || row->details)) ||
			     (row->units && row->rooms))
		       ? 75
		       : 0;
}

/* Nothing that is no address has another part or a number right behind.  What ends with
 * this part was seen at the part before. */
static bool may_go_on(const struct mask_text *t, const struct lexicon *lexicon, uint32_t at)
{
	struct row ahead = {.end = at + HAN_BYTES};

	if (text_has(t, at, HEARD_STR_OF("室")) || text_has(t, at, HEARD_STR_OF("元")))
		return true; /* "住在501室" */
	return (ahead.end < t->n && ascii_is_digit(text_byte(t, ahead.end))) ||
	       next_part(t, lexicon, &ahead);
}

bool han_place_match(const struct mask_text *t, const struct lexicon *lexicon, uint32_t at,
		     struct mask_span *span)
{
	bool region;

	if (!may_go_on(t, lexicon, at))
		return false;
	uint32_t from = first_part(t, lexicon, at, &region);
	struct row row = {.end = from};

	if (from == at)
		return false;
	while (row.end <= at || row.places + row.units < 12)
		if (!next_part(t, lexicon, &row))
			break;
	if (row.end <= at)
		return false;
	uint32_t number = pass_number(t, row.end);
	if (number > row.end && row.places)
		row.units++;
	row.end = number;
	unsigned surety = surety_of(&row, region, is_announced(t, from));
	if (surety == 0)
		return false;
	*span = (struct mask_span){from, row.end, MASK_ADDRESS, surety};
	return true;
}
