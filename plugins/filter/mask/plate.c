/*
 * plate.c - number plates of the mainland, new-energy ones included (GA 36).
 *
 * A province in one character, a letter for the city, then five letters and
 * digits, or six of which the first or the last is one of D A B C E F G H J K.
 * Some provinces are also ordinary words (新, 云): what stands before them then
 * tells (全新A12345 is a model).
 */
#include "plate.h"

static const char provinces[] =
	"京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";
static const char last_words[] = "挂学警港澳领使超";

/* Is the three-byte character one of these? */
static bool is_in(const char *list, const char *c)
{
	for (; *list; list += 3)
		if (memcmp(list, c, 3) == 0)
			return true;
	return false;
}

static bool is_word(const struct mask_text *t, uint32_t at)
{
	static const struct heard_str words[] = {
		HEARD_STR("全新"), HEARD_STR("最新"), HEARD_STR("更新"), HEARD_STR("崭新"),
		HEARD_STR("收藏"), HEARD_STR("珍藏"), HEARD_STR("苏宁"), HEARD_STR("里云"),
		HEARD_STR("讯云"), HEARD_STR("为云"), HEARD_STR("昂贵"), HEARD_STR("尊贵"),
		HEARD_STR("创新"), HEARD_STR("重新"), HEARD_STR("丹青"), HEARD_STR("年青"),
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (at >= words[i].len &&
		    memcmp(t->s + at - words[i].len, words[i].ptr, words[i].len) == 0)
			return true;
	return false;
}

static bool is_energy_letter(unsigned char c)
{
	return c && strchr("DABCEFGHJK", c & ~0x20) != NULL;
}

/* The five or six characters behind the city's letter. */
static bool is_serial(const unsigned char *c, unsigned n, bool has_last_word)
{
	unsigned digits = 0;

	for (unsigned i = 0; i < n; i++) {
		if ((c[i] | 0x20) == 'i' || (c[i] | 0x20) == 'o')
			return false;
		digits += ascii_is_digit(c[i]);
	}
	if (has_last_word)
		return n == 4 && digits >= 2;
	if (n == 5)
		return digits >= 2;
	return n == 6 && digits >= 4 && (is_energy_letter(c[0]) || is_energy_letter(c[5]));
}

/* A dot or blank between the city and the rest. */
static uint32_t pass_dot(const struct mask_text *t, uint32_t at)
{
	static const struct heard_str dots[] = {HEARD_STR("·"), HEARD_STR("•"), HEARD_STR("・"),
						HEARD_STR("."), HEARD_STR("-"), HEARD_STR(" ")};

	for (size_t i = 0; i < sizeof(dots) / sizeof(dots[0]); i++)
		if (text_has(t, at, dots[i]))
			return at + (uint32_t)dots[i].len;
	return at;
}

bool plate_match(const struct mask_text *t, uint32_t at, struct mask_span *span)
{
	unsigned char serial[7];
	unsigned n = 0;

	if (at < t->low + 3 || !is_in(provinces, t->s + at - 3) || is_word(t, at))
		return false;
	uint32_t end = pass_dot(t, at + 1);
	while (n < sizeof(serial) && alnum_at(t, end))
		serial[n++] = text_byte(t, end++);
	bool last_word = n == 4 && end + 3 <= t->n && is_in(last_words, t->s + end);
	if (n > 6 || alnum_at(t, end) || !is_serial(serial, n, last_word))
		return false;
	*span = (struct mask_span){.from = at - 3,
				   .to = last_word ? end + 3 : end,
				   .kind = MASK_PLATE,
				   .surety = 90};
	return true;
}
