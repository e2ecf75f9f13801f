/*
 * jis.c - ISO-2022-JP as Japanese mail really writes it.
 *
 * The "-ms" form has NEC's and IBM's characters (a circled 1) and half-width kana,
 * which ISO-2022-JP has not.  No converter of ICU takes it, but its characters are
 * those of Windows' Shift_JIS in other clothes: a pair of seven-bit bytes is a row
 * and a cell.  So the bytes are dressed anew and ICU's table for those is used.
 */
#include "jis.h"

#include <heard/buf.h>

#include <stdint.h>
#include <unicode/ucnv.h>

enum set { ASCII, KANA, KANJI };

/* "ESC ( B" at s: its length and the set that it switches to; 0 if it is none. */
static size_t read_escape(struct heard_str s, enum set *set)
{
	if (s.len < 3 || s.ptr[0] != 0x1b)
		return 0;
	if (s.ptr[1] == '(') {
		*set = s.ptr[2] == 'I' ? KANA : ASCII;
		return 3;
	}
	if (s.ptr[1] == '$') {
		*set = KANJI;
		return s.ptr[2] == '(' && s.len > 3 ? 4 : 3;
	}
	return 0;
}

static void put_pair(unsigned row, unsigned cell, struct heard_buf *out)
{
	unsigned char two[2];

	two[0] = (unsigned char)((row - 0x21) / 2 +
				 (row < 0x5F ? 0x81 : 0xC1)); /* 0xA0.. are kana */
	if (row & 1)
		two[1] = (unsigned char)(cell + (cell < 0x60 ? 0x1F : 0x20));
	else
		two[1] = (unsigned char)(cell + 0x7E);
	heard_buf_add(out, two, 2);
}

static void to_shift_jis(struct heard_str s, struct heard_buf *out)
{
	enum set set = ASCII;

	while (s.len) {
		unsigned char c = (unsigned char)s.ptr[0],
			      d = s.len > 1 ? (unsigned char)s.ptr[1] : 0;
		size_t n = read_escape(s, &set);

		if (n == 0 && set == KANJI && c > 0x20 && c < 0x7F && d > 0x20 && d < 0x7F) {
			put_pair(c, d, out);
			n = 2;
		} else if (n == 0) {
			char one = set == KANA && c > 0x20 && c < 0x60 ? (char)(c | 0x80)
								       : (char)c;

			if (c == '\n') /* every line begins in ASCII */
				set = ASCII;
			heard_buf_add(out, &one, 1);
			n = 1;
		}
		s = heard_str_skip(s, n);
	}
}

void mime_jis_decode(struct heard_str bytes, struct heard_buf *out)
{
	struct heard_buf sjis;
	UErrorCode code = U_ZERO_ERROR;
	UConverter *cnv = ucnv_open(MIME_SHIFT_JIS, &code);

	heard_buf_init(&sjis, bytes.len + 8);
	to_shift_jis(bytes, &sjis);
	size_t most = sjis.len * 3 + 16;
	char *room = sjis.len < INT32_MAX / 4 ? heard_buf_room(out, most) : NULL;
	if (U_SUCCESS(code) && room != NULL && sjis.len > 0) {
		int32_t n = ucnv_toAlgorithmic(UCNV_UTF8, cnv, room, (int32_t)most, sjis.ptr,
					       (int32_t)sjis.len, &code);

		if (U_SUCCESS(code) && n >= 0)
			heard_buf_used(out, (size_t)n);
	}
	ucnv_close(cnv);
	heard_buf_release(&sjis);
}
