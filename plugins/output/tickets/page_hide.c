/*
 * page_hide.c - contacts taken out of what is said at a follow-up link.
 *
 * What comes in by an input is cleaned by the filters of its pipeline.  An answer to a
 * follow-up does not come that way: it belongs to its ticket in the same transaction
 * as the score.  So it is cleaned here, by two rules that know no kinds and have no
 * exceptions (docs/decisions/0055-follow-up-text.md):
 *
 *	five or more digits in a row, whatever digits, also with blanks, dashes and the
 *	like between them, become ***
 *	so does what holds an @, up to the next blank or mark of a sentence
 *
 * Both only ever take away: an order number or an amount is lost rather than a
 * telephone number kept.
 */
#include "pages.h"

#include <heard/buf.h>
#include <text/utf8.h>

enum {
	DIGITS = 5,	/* as many make a number                                    */
	SEPARATORS = 3, /* as many may stand between two digits of it               */
};

static const char stars[] = "***";

struct range {
	uint32_t from, to;
};

static bool is_in(const struct range *ranges, size_t n, uint32_t c)
{
	for (size_t i = 0; i < n; i++)
		if (c >= ranges[i].from && c <= ranges[i].to)
			return true;
	return false;
}
#define IS_IN(ranges, c) is_in((ranges), sizeof(ranges) / sizeof((ranges)[0]), (c))

/* Of every script in use on a telephone, the small and circled ones, and Chinese
 * numerals as people spell numbers out to get by a filter. */
static bool is_digit(uint32_t c)
{
	static const struct range digits[] = {
		{'0', '9'},	    {0xff10, 0xff19},	/* full width              */
		{0x660, 0x669},	    {0x6f0, 0x6f9},	/* Arabic, Persian         */
		{0x966, 0x96f},	    {0xe50, 0xe59},	/* Devanagari, Thai        */
		{0xb2, 0xb3},	    {0xb9, 0xb9},	/* superscript             */
		{0x2070, 0x2079},   {0x2080, 0x2089},	/* super- and subscript    */
		{0x2460, 0x249b},   {0x24ea, 0x24ff},	/* circled, in parentheses */
		{0x2776, 0x2793},   {0x1d7ce, 0x1d7ff}, /* circled, mathematical   */
		{0x3007, 0x3007},   {0x96f6, 0x96f6},	/* 〇零                    */
		{0x4e00, 0x4e00},   {0x4e8c, 0x4e8c},	/* 一二                    */
		{0x4e09, 0x4e09},   {0x56db, 0x56db},	/* 三四                    */
		{0x4e94, 0x4e94},   {0x516d, 0x516d},	/* 五六                    */
		{0x4e03, 0x4e03},   {0x516b, 0x516b},	/* 七八                    */
		{0x4e5d, 0x4e5d},   {0x5e7a, 0x5e7a},	/* 九幺                    */
		{0x58f9, 0x58f9},   {0x8d30, 0x8d30},	/* 壹贰                    */
		{0x53c1, 0x53c1},   {0x8086, 0x8086},	/* 叁肆                    */
		{0x4f0d, 0x4f0d},   {0x9646, 0x9646},	/* 伍陆                    */
		{0x67d2, 0x67d2},   {0x634c, 0x634c},	/* 柒捌                    */
		{0x7396, 0x7396},   {0x1f100, 0x1f10a}, /* 玖; with a comma        */
		{0x1fbf0, 0x1fbf9}, {0xfe0f, 0xfe0f},	/* segmented; 1 as a sign  */
		{0x20e3, 0x20e3},
	};
	return IS_IN(digits, c);
}

static bool is_blank(uint32_t c)
{
	static const struct range blanks[] = {
		{'\t', '\r'},	  {' ', ' '},	    {0xa0, 0xa0},
		{0xad, 0xad},	  {0x2000, 0x200f}, {0x2028, 0x202f},
		{0x205f, 0x206f}, {0x3000, 0x3000}, {0xfeff, 0xfeff},
	};
	return IS_IN(blanks, c);
}

/* What people put between the digits of one number. */
static bool is_separator(uint32_t c)
{
	static const struct range separators[] = {
		{'(', ')'},	  {'*', '/'},	    {'_', '_'},	      {0xb7, 0xb7},
		{0x2010, 0x2015}, {0x2022, 0x2022}, {0x2212, 0x2212}, {0x3001, 0x3002},
		{0x30fb, 0x30fc}, {0xff08, 0xff09}, {0xff0b, 0xff0f}, {0xff3f, 0xff3f},
		{'~', '~'},	  {0xff5e, 0xff5e}, {'#', '#'},	      {':', ':'},
		{0xff1a, 0xff1a},
	};
	return is_blank(c) || IS_IN(separators, c);
}

static bool is_at(uint32_t c)
{
	return c == '@' || c == 0xff20 || c == 0xfe6b;
}

/* Where a word with an @ begins and ends: blanks, and marks of a sentence other than
 * those that an address may have. */
static bool ends_word(uint32_t c)
{
	static const struct range marks[] = {
		{'!', '"'},	  {'(', ')'},	    {',', ','},	      {':', '<'},
		{'>', '?'},	  {0x3001, 0x3002}, {0x3008, 0x3011}, {0x2018, 0x201f},
		{0xff01, 0xff02}, {0xff08, 0xff09}, {0xff0c, 0xff0c}, {0xff1a, 0xff1c},
		{0xff1e, 0xff1f},
	};
	return is_blank(c) || IS_IN(marks, c);
}

/* Of the valid or broken character at s; a broken byte is a character by itself. */
static size_t next(const char *s, const char *end, uint32_t *c)
{
	size_t n = text_decode(s, end, c);
	if (n == 0)
		*c = 0xfffd;
	return n ? n : 1;
}

/* The end of the number that begins at s, or s if it is too short for one. */
static const char *number_end(const char *s, const char *end)
{
	const char *last = s;
	int digits = 0, between = 0;
	for (const char *at = s; at < end && between <= SEPARATORS;) {
		uint32_t c;
		at += next(at, end, &c);
		if (is_digit(c)) {
			digits++;
			between = 0;
			last = at;
		} else if (digits && is_separator(c)) {
			between++;
		} else {
			break;
		}
	}
	return digits >= DIGITS ? last : s;
}

/* The end of the word that begins at s, and whether there is an @ in it. */
static const char *word_end(const char *s, const char *end, bool *has_at)
{
	*has_at = false;
	while (s < end) {
		uint32_t c;
		size_t n = next(s, end, &c);
		if (ends_word(c))
			break;
		*has_at |= is_at(c);
		s += n;
	}
	return s;
}

static void hide_numbers(struct heard_buf *out, const char *s, const char *end)
{
	while (s < end) {
		uint32_t c;
		const char *after = number_end(s, end);
		if (after > s) {
			heard_buf_puts(out, stars);
			s = after;
			continue;
		}
		size_t n = next(s, end, &c);
		heard_buf_add(out, s, n);
		s += n;
	}
}

/* Words with an @ first, because a number may reach over blanks and a word does not. */
static void hide_words(struct heard_buf *out, const char *s, const char *end)
{
	while (s < end) {
		bool has_at;
		uint32_t c;
		const char *after = word_end(s, end, &has_at);
		if (has_at)
			heard_buf_puts(out, stars);
		else
			heard_buf_add(out, s, (size_t)(after - s));
		s = after;
		if (s < end) { /* what ended it */
			size_t n = next(s, end, &c);
			heard_buf_add(out, s, n);
			s += n;
		}
	}
}

void page_hide(struct heard_buf *out, struct heard_str text)
{
	struct heard_buf words;
	heard_buf_init(&words, text.len * sizeof(stars));
	if (text.len)
		hide_words(&words, text.ptr, text.ptr + text.len);
	if (words.failed)
		out->failed = true;
	else if (words.len)
		hide_numbers(out, words.ptr, words.ptr + words.len);
	heard_buf_release(&words);
}
