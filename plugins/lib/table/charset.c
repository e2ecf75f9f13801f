/*
 * charset.c - detection by counting, conversion by ICU's tables.
 *
 * ICU and not iconv: its tables are in the library, so a container without gconv
 * modules reads GB18030 as well.
 */
#include "charset.h"

#include <heard/buf.h>

#include <stdint.h>
#include <unicode/ucnv.h>
#include <unicode/utf8.h>

const char *const charset_names[] = {"auto", "utf-8",  "gb18030",  "gbk",      "gb2312",
				     "big5", "utf-16", "utf-16le", "utf-16be", NULL};

enum charset charset_named(size_t index)
{
	static const enum charset meant[] = {CHARSET_AUTO,    CHARSET_UTF8,    CHARSET_GB18030,
					     CHARSET_GB18030, CHARSET_GB18030, CHARSET_BIG5,
					     CHARSET_UTF16LE, CHARSET_UTF16LE, CHARSET_UTF16BE};

	return meant[index];
}

size_t charset_width(enum charset c)
{
	return c == CHARSET_UTF16LE || c == CHARSET_UTF16BE ? 2 : 1;
}

/* ---- detection */

struct bom {
	struct heard_str bytes;
	enum charset charset;
};
static const struct bom boms[] = {
	{HEARD_STR("\xef\xbb\xbf"), CHARSET_UTF8},
	{HEARD_STR("\xff\xfe"), CHARSET_UTF16LE},
	{HEARD_STR("\xfe\xff"), CHARSET_UTF16BE},
};

/* Counts characters of more than one byte, and bytes that are no UTF-8.  A head
 * may end inside of a character. */
static void count(struct heard_str s, size_t *good_r, size_t *bad_r)
{
	const uint8_t *p = (const uint8_t *)s.ptr;
	int64_t n = (int64_t)s.len;

	*good_r = *bad_r = 0;
	for (int64_t at = 0; at < n;) {
		int64_t begin = at;
		UChar32 c;

		U8_NEXT(p, at, n, c);
		if (c >= 0x80)
			(*good_r)++;
		else if (c < 0 && (begin < n - 4 || *good_r == 0))
			(*bad_r)++;
	}
}

/* One damaged row does not make a UTF-8 file another: Chinese in GB18030 has next
 * to nothing that would be UTF-8, and the other way round. */
static enum charset by_content(struct heard_str head)
{
	size_t good, bad;

	count(head, &good, &bad);
	if (good == 0 && bad == 0)
		return CHARSET_ANY;
	return bad * 4 <= good ? CHARSET_UTF8 : CHARSET_GB18030;
}

enum charset charset_detect(enum charset given, struct heard_str head, size_t *bom_r)
{
	*bom_r = 0;
	for (size_t i = 0; i < sizeof(boms) / sizeof(boms[0]); i++) {
		bool is_wanted = given == CHARSET_AUTO || given == boms[i].charset ||
				 (given == CHARSET_UTF16LE &&
				  boms[i].charset == CHARSET_UTF16BE);

		if (is_wanted && heard_str_starts(head, boms[i].bytes)) {
			*bom_r = boms[i].bytes.len;
			return boms[i].charset;
		}
	}
	return given == CHARSET_AUTO ? by_content(head) : given;
}

/* ---- conversion */

static bool is_utf8(struct heard_str s)
{
	const uint8_t *p = (const uint8_t *)s.ptr;
	int64_t n = (int64_t)s.len;
	UChar32 c;

	for (int64_t at = 0; at < n;) {
		U8_NEXT(p, at, n, c);
		if (c < 0)
			return false;
	}
	return true;
}

static const char *icu_name(enum charset c)
{
	switch (c) {
	case CHARSET_BIG5: return "Big5";
	case CHARSET_UTF16LE: return "UTF-16LE";
	case CHARSET_UTF16BE: return "UTF-16BE";
	default: return "gb18030";
	}
}

static bool by_icu(enum charset charset, struct heard_str bytes, struct heard_buf *out)
{
	UErrorCode code = U_ZERO_ERROR;
	UConverter *cnv = ucnv_open(icu_name(charset), &code);
	/* No character of these takes more bytes in UTF-8 than twice its own. */
	size_t most = bytes.len * 2 + 8;
	char *room = heard_buf_room(out, most);
	int32_t n = 0;

	if (U_SUCCESS(code) && room != NULL && bytes.len < INT32_MAX / 4) {
		ucnv_setToUCallBack(cnv, UCNV_TO_U_CALLBACK_STOP, NULL, NULL, NULL, &code);
		n = ucnv_toAlgorithmic(UCNV_UTF8, cnv, room, (int32_t)most, bytes.ptr,
				       (int32_t)bytes.len, &code);
	} else {
		code = U_MEMORY_ALLOCATION_ERROR;
	}
	ucnv_close(cnv);
	if (U_FAILURE(code) || n < 0 || (size_t)n > most)
		return false;
	heard_buf_used(out, (size_t)n);
	return true;
}

bool charset_convert(enum charset charset, struct heard_str bytes, struct heard_buf *out)
{
	if (bytes.len == 0)
		return true;
	if (charset_width(charset) == 1 && charset != CHARSET_BIG5 &&
	    charset != CHARSET_GB18030) {
		if (is_utf8(bytes)) {
			heard_buf_str(out, bytes);
			return !out->failed;
		}
		if (charset == CHARSET_UTF8)
			return false;
		charset = CHARSET_GB18030;
	}
	return by_icu(charset, bytes, out);
}
