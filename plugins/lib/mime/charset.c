/*
 * charset.c - bytes that claim to be of some charset, as UTF-8.
 *
 * The rules, in order of trust:
 * - What is valid UTF-8, with more than one byte a character, is UTF-8, whatever the
 *   label says: text of another charset is that by chance only in single words.
 * - A label's charset is taken by its superset that mail really uses: gb2312 and gbk
 *   are GB18030, iso-8859-1 is windows-1252, big5 has Hong Kong's characters.
 * - If more than a few characters do not decode, the label lied: GB18030 if the bytes
 *   look like common Chinese, else Big5, else windows-1252, which takes all bytes.
 *
 * ICU and not iconv: its tables are in the library, so that a container without
 * gconv modules reads GB18030 as well.
 */
#include "charset.h"

#include "jis.h"

#include <heard/buf.h>
#include <text/utf8.h>

#include <stdint.h>
#include <unicode/ucnv.h>

enum family {
	SINGLE,	 /* one byte a character                                   */
	DOUBLE,	 /* one or more; the bytes may look like UTF-8 in one word */
	ESCAPED, /* seven bits: also ASCII bytes mean something else       */
	WIDE,	 /* UTF-16 and 32: NULs are part of it                     */
	JIS,	 /* ISO-2022-JP                                            */
	UTF8,
	GUESS,
};

struct charset {
	const char *label; /* small letters and digits only */
	const char *icu;
	enum family family;
};

/* What ICU would take otherwise than mail means it. */
static const struct charset charsets[] = {
	{"utf8", NULL, UTF8},
	{"utf8mb4", NULL, UTF8},
	{"cp65001", NULL, UTF8},
	{"unicode11utf8", NULL, UTF8},
	{"", NULL, GUESS},
	{"usascii", NULL, GUESS},
	{"ascii", NULL, GUESS},
	{"ansix341968", NULL, GUESS},
	{"646", NULL, GUESS},
	{"7bit", NULL, GUESS},
	{"8bit", NULL, GUESS},
	{"unknown8bit", NULL, GUESS},
	{"xunknown", NULL, GUESS},
	{"default", NULL, GUESS},
	{"gb2312", "gb18030", DOUBLE},
	{"gb231280", "gb18030", DOUBLE},
	{"gbk", "gb18030", DOUBLE},
	{"xgbk", "gb18030", DOUBLE},
	{"gb18030", "gb18030", DOUBLE},
	{"euccn", "gb18030", DOUBLE},
	{"cp936", "gb18030", DOUBLE},
	{"ms936", "gb18030", DOUBLE},
	{"windows936", "gb18030", DOUBLE},
	{"hzgb2312", "HZ", ESCAPED},
	{"hz", "HZ", ESCAPED},
	{"big5", "Big5-HKSCS", DOUBLE},
	{"cnbig5", "Big5-HKSCS", DOUBLE},
	{"xxbig5", "Big5-HKSCS", DOUBLE},
	{"big5hkscs", "Big5-HKSCS", DOUBLE},
	{"cp950", "Big5-HKSCS", DOUBLE},
	{"windows950", "Big5-HKSCS", DOUBLE},
	{"shiftjis", MIME_SHIFT_JIS, DOUBLE},
	{"sjis", MIME_SHIFT_JIS, DOUBLE},
	{"xsjis", MIME_SHIFT_JIS, DOUBLE},
	{"windows31j", MIME_SHIFT_JIS, DOUBLE},
	{"cp932", MIME_SHIFT_JIS, DOUBLE},
	{"iso2022jp", NULL, JIS},
	{"iso2022jpms", NULL, JIS},
	{"csiso2022jp", NULL, JIS},
	{"cp50220", NULL, JIS},
	{"cp50221", NULL, JIS},
	{"eucjp", "EUC-JP", DOUBLE},
	{"euckr", "windows-949", DOUBLE},
	{"ksc56011987", "windows-949", DOUBLE},
	{"ksc5601", "windows-949", DOUBLE},
	{"cp949", "windows-949", DOUBLE},
	{"iso2022kr", "ISO-2022-KR", ESCAPED},
	{"iso2022cn", "ISO-2022-CN", ESCAPED},
	{"utf7", "UTF-7", ESCAPED},
	{"unicode11utf7", "UTF-7", ESCAPED},
	{"utf16", "UTF-16", WIDE},
	{"utf16le", "UTF-16LE", WIDE},
	{"utf16be", "UTF-16BE", WIDE},
	{"utf32", "UTF-32", WIDE},
	{"iso88591", "windows-1252", SINGLE},
	{"latin1", "windows-1252", SINGLE},
	{"l1", "windows-1252", SINGLE},
	{"cp1252", "windows-1252", SINGLE},
	{"iso88599", "windows-1254", SINGLE},
	{"iso885911", "windows-874", SINGLE},
	{"tis620", "windows-874", SINGLE},
};

/* ---- labels */

enum { LABEL_SIZE = 40 };

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* Opens ICU's own converter for a label that is not in the table. */
static struct charset charset_of_icu(struct heard_str label, char name[LABEL_SIZE])
{
	struct charset c = {NULL, NULL, GUESS};
	UErrorCode code = U_ZERO_ERROR;

	if (label.len >= LABEL_SIZE)
		return c;
	for (size_t i = 0; i < label.len; i++)
		if (!is_alnum(label.ptr[i]) && strchr("-_.:", label.ptr[i]) == NULL)
			return c;
	memcpy(name, label.ptr, label.len);
	name[label.len] = '\0';
	UConverter *cnv = ucnv_open(name, &code);
	if (U_FAILURE(code))
		return c;
	UConverterType type = ucnv_getType(cnv);
	if (type == UCNV_SBCS || type == UCNV_LATIN_1)
		c.family = SINGLE;
	else if (type == UCNV_MBCS || type == UCNV_DBCS)
		c.family = DOUBLE;
	/* An odd form that nobody writes mail in is worth less than a guess. */
	c.icu = c.family == GUESS ? NULL : name;
	ucnv_close(cnv);
	return c;
}

/* The letters and digits of a label, in small letters; false: too many. */
static bool label_key(struct heard_str label, char key[LABEL_SIZE])
{
	size_t n = 0;

	for (size_t i = 0; i < label.len; i++) {
		char c = label.ptr[i];

		if (!is_alnum(c))
			continue;
		if (n == LABEL_SIZE - 1)
			return false;
		key[n++] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
	}
	key[n] = '\0';
	return true;
}

/* `name` holds what .icu points to when ICU knows the label and the table does not. */
static struct charset charset_find(struct heard_str label, char name[LABEL_SIZE])
{
	char key[LABEL_SIZE];

	if (!label_key(label, key))
		return (struct charset){NULL, NULL, GUESS};
	for (size_t i = 0; i < sizeof(charsets) / sizeof(charsets[0]); i++)
		if (strcmp(charsets[i].label, key) == 0)
			return charsets[i];
	return charset_of_icu(heard_str_trim(label), name);
}

/* ---- conversion */

static bool is_ascii(struct heard_str s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] >= 0x80 || s.ptr[i] == '\0')
			return false;
	return true;
}

/* Append by ICU's converter, malformed bytes as U+FFFD; false: no such converter. */
static bool by_icu(const char *name, struct heard_str bytes, struct heard_buf *out)
{
	UErrorCode code = U_ZERO_ERROR;
	UConverter *cnv = ucnv_open(name, &code);
	/* No byte becomes more than three of UTF-8. */
	size_t most = bytes.len * 3 + 16;
	char *room = bytes.len < INT32_MAX / 4 ? heard_buf_room(out, most) : NULL;
	int32_t n = 0;

	if (U_SUCCESS(code) && room != NULL)
		n = ucnv_toAlgorithmic(UCNV_UTF8, cnv, room, (int32_t)most, bytes.ptr,
				       (int32_t)bytes.len, &code);
	ucnv_close(cnv);
	if (room == NULL || U_FAILURE(code) || n < 0 || (size_t)n > most)
		return false;
	heard_buf_used(out, (size_t)n);
	return true;
}

/* Take out NULs, from `start` on. */
static void drop_nuls(struct heard_buf *out, size_t start)
{
	size_t kept = start;

	if (out->failed || out->len == start || !memchr(out->ptr + start, 0, out->len - start))
		return;
	for (size_t i = start; i < out->len; i++)
		if (out->ptr[i] != '\0')
			out->ptr[kept++] = out->ptr[i];
	out->len = kept;
	out->ptr[kept] = '\0';
}

/* Characters past ASCII from `start` on, and how many of them are U+FFFD. */
static void count_bad(const struct heard_buf *out, size_t start, size_t *all_r, size_t *bad_r)
{
	const char *s = out->ptr + start, *end = out->ptr + out->len;
	uint32_t c;

	*all_r = *bad_r = 0;
	while (s < end) {
		size_t n = text_decode(s, end, &c);

		*all_r += c >= 0x80;
		/* Control characters of ICU's tables are as good as malformed. */
		*bad_r += c == 0xFFFD || (c >= 0x80 && c < 0xA0);
		s += n ? n : 1;
	}
}

/* Convert, but take it back when it does not look like that charset. */
static bool try_icu(const char *name, struct heard_str bytes, struct heard_buf *out)
{
	size_t start = out->len, all, bad;

	if (!by_icu(name, bytes, out))
		return false;
	count_bad(out, start, &all, &bad);
	/* A damaged character, or one cut off at the end, makes no lie. */
	if (bad * 10 <= all || (bad == 1 && all > 3))
		return true;
	out->len = start;
	return false;
}

/* ---- guessing */

struct looks {
	size_t two, more; /* well-formed characters of UTF-8 by their bytes */
	size_t bad;	  /* bytes that are in none                         */
};

static struct looks look_utf8(struct heard_str bytes)
{
	const char *s = bytes.ptr, *end = s + bytes.len;
	struct looks l = {0, 0, 0};
	uint32_t c;

	while (s < end) {
		size_t n = text_decode(s, end, &c);

		l.two += n == 2;
		l.more += n > 2;
		l.bad += n == 0;
		s += n ? n : 1;
	}
	return l;
}

/* Of the pairs of bytes from 0x81 on, do nearly all have a first byte in the range and
 * a second that is common there? */
static bool pairs_look(struct heard_str bytes, unsigned char from, unsigned char to,
		       unsigned char second)
{
	size_t all = 0, common = 0;

	for (size_t i = 0; i + 1 < bytes.len; i++) {
		unsigned char a = (unsigned char)bytes.ptr[i],
			      b = (unsigned char)bytes.ptr[i + 1];

		if (a < 0x81)
			continue;
		all++;
		common += a >= from && a <= to && b >= second && b != 0x7F && b != 0xFF;
		i++;
	}
	return all > 0 && common * 10 >= all * 8;
}

static bool has_escape(struct heard_str bytes)
{
	return memmem(bytes.ptr, bytes.len, "\x1b$B", 3) != NULL ||
	       memmem(bytes.ptr, bytes.len, "\x1b$@", 3) != NULL;
}

static void guess(struct heard_str bytes, struct heard_buf *out)
{
	struct looks l = look_utf8(bytes);

	if (l.bad == 0 && has_escape(bytes))
		mime_jis_decode(bytes, out);
	else if (l.bad == 0 || l.bad * 4 <= l.two + l.more)
		text_repair(bytes, out);
	else if (pairs_look(bytes, 0xA1, 0xF7, 0xA1) && try_icu("gb18030", bytes, out))
		return;
	else if (pairs_look(bytes, 0xA1, 0xC6, 0x40) && try_icu("Big5-HKSCS", bytes, out))
		return;
	else
		by_icu("windows-1252", bytes, out);
}

/* ---- the whole */

/* Do the bytes say that they are UTF-8, against their label? */
static bool is_hidden_utf8(enum family family, struct heard_str bytes)
{
	struct looks l = look_utf8(bytes);

	if (l.bad != 0)
		return false;
	return l.more > 0 || (l.two > 0 && family == SINGLE);
}

static bool decode(struct heard_str label, struct heard_str bytes, struct heard_buf *out)
{
	char name[LABEL_SIZE];
	struct charset c = charset_find(label, name);

	if (c.family == JIS && look_utf8(bytes).bad + look_utf8(bytes).more == 0)
		return mime_jis_decode(bytes, out), true;
	if (c.family == ESCAPED && look_utf8(bytes).more == 0)
		return try_icu(c.icu, bytes, out) || (guess(bytes, out), false);
	if (c.family == WIDE && memchr(bytes.ptr, 0, bytes.len) != NULL)
		return try_icu(c.icu, bytes, out) || (guess(bytes, out), false);
	if (c.family == UTF8 && look_utf8(bytes).bad == 0)
		return heard_buf_str(out, bytes), true;
	if ((c.family == SINGLE || c.family == DOUBLE) && !is_hidden_utf8(c.family, bytes) &&
	    try_icu(c.icu, bytes, out))
		return true;
	guess(bytes, out);
	return false;
}

bool mime_decode(struct heard_str label, struct heard_str bytes, struct heard_buf *out)
{
	size_t start = out->len;
	bool is_told = true;

	if (bytes.len == 0)
		return true;
	if (label.len == 0 && is_ascii(bytes) && memchr(bytes.ptr, 0x1b, bytes.len) == NULL)
		heard_buf_str(out, bytes);
	else
		is_told = decode(label, bytes, out);
	drop_nuls(out, start);
	return is_told || is_ascii(bytes);
}
