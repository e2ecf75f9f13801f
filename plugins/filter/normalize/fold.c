/*
 * fold.c - one spelling for every character: NFKC, with exceptions for Chinese.
 *
 * NFKC makes １３８ and ① to 138 and 1, so that rules and masks see what readers
 * see.  It would also make ， and … to , and ..., which in Chinese text is
 * damage; the characters of `kept_forms` stay as written (docs/decisions/0022).
 *
 * Most text is already in that form.  fold_needs() finds out in one pass: eight
 * bytes of ASCII at a time, ideographs by their first byte, the rest by a bitmap
 * of the basic plane that is made from ICU's own properties at open().  Only a
 * text with something to do is copied.
 */
#include "fold.h"

#include <heard/buf.h>
#include <heard/error.h>
#include <text/utf8.h>

#include <errno.h>
#include <stdlib.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uset.h>
#include <unicode/ustring.h>

struct fold {
	UNormalizer2 *normalizer;
	USet *folded;		      /* everything but `kept_forms`                       */
	uint64_t special[65536 / 64]; /* basic plane: needs more than a look         */
};

/* Full-width punctuation of Chinese, the ellipsis, trade marks, accents that
 * stand alone (NFKC makes two characters of them) and Korean letters. */
static const char kept_forms[] =
	"[^\\uFF01\\uFF08\\uFF09\\uFF0C\\uFF1A\\uFF1B\\uFF1F\\uFF5E\\u2025"
	"\\u2026\\u2122\\u2120\\u00A8\\u00AF\\u00B4\\u00B8\\u3131-\\u318E]";

bool fold_is_invisible(uint32_t c)
{
	if (c < 0x20 || (c >= 0x7F && c < 0xA0))
		return c != '\n' && c != '\t';
	if (c < 0xAD)
		return false;
	return c == 0xAD || c == 0x61C || c == 0x180E || c == 0x200B || c == 0x200E ||
	       c == 0x200F || (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x2069) ||
	       c == 0xFEFF || (c >= 0xFFF9 && c <= 0xFFFB);
}

/* Tidying looks at these, though they may stay. */
static bool is_joiner(uint32_t c)
{
	return c == 0x200C || c == 0x200D || c == 0x20E3 || (c >= 0xFE00 && c <= 0xFE0F) ||
	       c == 0x2028 || c == 0x2029;
}

static bool changes(const struct fold *fold, uint32_t c)
{
	return uset_contains(fold->folded, (UChar32)c) &&
	       (u_getIntPropertyValue((UChar32)c, UCHAR_NFKC_QUICK_CHECK) != UNORM_YES ||
		u_getCombiningClass((UChar32)c) != 0);
}

static bool is_special(const struct fold *fold, uint32_t c)
{
	return fold_is_invisible(c) || is_joiner(c) || changes(fold, c);
}

struct fold *fold_create(struct heard_error *err)
{
	UErrorCode code = U_ZERO_ERROR;
	UChar pattern[sizeof(kept_forms)];
	struct fold *fold = calloc(1, sizeof(*fold));

	if (fold == NULL) {
		heard_fail(err, ENOMEM, "out of memory");
		return NULL;
	}
	u_uastrcpy(pattern, kept_forms);
	fold->folded = uset_openPattern(pattern, -1, &code);
	const UNormalizer2 *nfkc = unorm2_getNFKCInstance(&code);
	if (U_SUCCESS(code))
		fold->normalizer = unorm2_openFiltered(nfkc, fold->folded, &code);
	if (U_FAILURE(code)) {
		heard_fail(err, EIO, "ICU has no normaliser: %s", u_errorName(code));
		fold_destroy(fold);
		return NULL;
	}
	for (uint32_t c = 0x80; c < 0x10000; c++)
		if ((c < 0xD800 || c > 0xDFFF) && is_special(fold, c))
			fold->special[c / 64] |= (uint64_t)1 << c % 64;
	return fold;
}

void fold_destroy(struct fold *fold)
{
	if (fold == NULL)
		return;
	if (fold->normalizer)
		unorm2_close(fold->normalizer);
	if (fold->folded)
		uset_close(fold->folded);
	free(fold);
}

/* ---- the fast look */

#define EACH(byte) (0x0101010101010101u * (byte))

/* The high bit of each byte that equals c; all bytes are ASCII. */
static uint64_t bytes_equal(uint64_t eight, unsigned char c)
{
	return ~((eight ^ EACH(c)) + EACH(0x7F)) & EACH(0x80);
}

/* Needs of eight bytes of ASCII; *blank: does a blank stand before, behind them? */
static unsigned eight_need(uint64_t eight, bool *blank)
{
	uint64_t blanks = bytes_equal(eight, ' ');
	uint64_t control = (~(eight + EACH(0x60)) & EACH(0x80)) | bytes_equal(eight, 0x7F);
	uint64_t after = blanks << 8 | (*blank ? 0x80 : 0);
	unsigned need = 0;

	if (control || (blanks & after))
		need |= NEED_TIDY;
	if (bytes_equal(eight, '<'))
		need |= NEED_LOOK;
	*blank = blanks >> 63;
	return need;
}

static unsigned byte_need(unsigned char c, bool *blank)
{
	unsigned need = 0;

	if (c < 0x20 || c == 0x7F || (c == ' ' && *blank))
		need = NEED_TIDY;
	if (c == '<')
		need = NEED_LOOK;
	*blank = c == ' ';
	return need;
}

/* Needs of the character that is not ASCII at p, and its length. */
static unsigned wide_need(const struct fold *fold, const char *p, const char *end, size_t *n_r)
{
	uint32_t c;
	size_t n = text_decode(p, end, &c);

	*n_r = n ? n : 1;
	if (n == 0)
		return NEED_REPAIR | NEED_TIDY;
	if (c < 0x10000)
		return fold->special[c / 64] >> c % 64 & 1 ? NEED_FOLD | NEED_TIDY : 0;
	return changes(fold, c) ? NEED_FOLD : 0;
}

unsigned fold_needs(const struct fold *fold, struct heard_str text)
{
	const char *p = text.ptr, *end = text.ptr + text.len;
	bool blank = true; /* so that a leading blank counts */
	unsigned need = 0;
	uint64_t eight;

	while (p < end) {
		unsigned char c = (unsigned char)*p;

		if (c < 0x80 && end - p >= 8) {
			memcpy(&eight, p, 8);
			if ((eight & EACH(0x80)) == 0) {
				need |= eight_need(eight, &blank);
				p += 8;
				continue;
			}
		}
		if (c < 0x80) {
			need |= byte_need(c, &blank);
			p++;
			continue;
		}
		blank = false;
		if (c >= 0xE4 && c <= 0xE9 && end - p >= 3 && (p[1] & 0xC0) == 0x80 &&
		    (p[2] & 0xC0) == 0x80) { /* ideographs */
			p += 3;
			continue;
		}
		size_t n;
		need |= wide_need(fold, p, end, &n);
		p += n;
	}
	return blank && text.len ? need | NEED_TIDY : need;
}

/* ---- the whole work */

static int32_t room_for(UChar **at, int32_t *size, int32_t n)
{
	if (n <= *size)
		return 0;
	UChar *bigger = realloc(*at, (size_t)n * sizeof(UChar));
	if (bigger == NULL)
		return -ENOMEM;
	*at = bigger;
	*size = n;
	return 0;
}

void fold_room_release(struct fold_room *room)
{
	free(room->from);
	free(room->to);
	*room = (struct fold_room){0};
}

static int to_utf8(const UChar *s, int32_t n, struct heard_buf *out)
{
	UErrorCode code = U_ZERO_ERROR;
	int32_t len = 0;
	char *at = heard_buf_room(out, (size_t)n * 3);

	if (at == NULL)
		return -ENOMEM;
	u_strToUTF8WithSub(at, n * 3, &len, s, n, 0xFFFD, NULL, &code);
	if (U_FAILURE(code))
		return -ENOMEM;
	out->len += (size_t)len;
	return 0;
}

int fold_text(const struct fold *fold, struct fold_room *room, struct heard_str text,
	      struct heard_buf *out)
{
	UErrorCode code = U_ZERO_ERROR;
	int32_t n = 0;

	if (text.len > INT32_MAX / 32)
		return -ENOMEM;
	if (room_for(&room->from, &room->from_size, (int32_t)text.len + 1))
		return -ENOMEM;
	u_strFromUTF8WithSub(room->from, room->from_size, &n, text.ptr, (int32_t)text.len,
			     0xFFFD, NULL, &code);
	if (U_FAILURE(code) || room_for(&room->to, &room->to_size, n + n / 2 + 64))
		return -ENOMEM;
	int32_t len = unorm2_normalize(fold->normalizer, room->from, n, room->to, room->to_size,
				       &code);
	if (code == U_BUFFER_OVERFLOW_ERROR) {
		code = U_ZERO_ERROR;
		if (room_for(&room->to, &room->to_size, len))
			return -ENOMEM;
		len = unorm2_normalize(fold->normalizer, room->from, n, room->to, room->to_size,
				       &code);
	}
	return U_FAILURE(code) ? -ENOMEM : to_utf8(room->to, len, out);
}
