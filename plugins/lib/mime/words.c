/*
 * words.c - the text of a header: encoded words (RFC 2047), and what passes for them.
 *
 * Read as it is found, not as it should be: words stand inside of quotes and next to
 * each other without a blank, have blanks in them, lack their end, and split a
 * character between two of them.  So the bytes of neighbours of one charset are put
 * together before they are decoded, and all between words that is not ASCII is of
 * some charset that has to be guessed.
 */
#include "words.h"

#include "charset.h"
#include "memory.h"

#include <heard/buf.h>

#include <strings.h>

enum { MAX_VALUE = 64 << 10, MAX_CHARSET = 40 };

struct word {
	struct heard_str charset, text; /* text: still encoded */
	bool is_base64;
	size_t len; /* of the whole */
};

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || c == '\0';
}

/* ---- one word */

/* Where the text that begins at `at` ends; *len_r: where the word does. */
static size_t text_end(struct heard_str s, size_t at, bool is_base64, size_t *len_r)
{
	for (size_t i = at; i < s.len; i++) {
		if (s.ptr[i] == '?' && i + 1 < s.len && s.ptr[i + 1] == '=') {
			*len_r = i + 2;
			return i;
		}
		/* No end: that of base64 is where its letters end. */
		if (is_base64 && (s.ptr[i] == '?' || s.ptr[i] == '"' || s.ptr[i] == '<')) {
			*len_r = i + (s.ptr[i] == '?');
			return i;
		}
	}
	*len_r = s.len;
	return s.len;
}

/* "=?charset*lang?B?text?=" at the beginning of s. */
static bool word_read(struct heard_str s, struct word *w)
{
	size_t n = 2, lang;

	if (s.len < 6 || s.ptr[0] != '=' || s.ptr[1] != '?')
		return false;
	while (n < s.len && n - 2 < MAX_CHARSET && s.ptr[n] != '?' && !is_blank(s.ptr[n]))
		n++;
	if (n == 2 || n + 2 >= s.len || s.ptr[n] != '?' || s.ptr[n + 2] != '?')
		return false;
	char how = (char)(s.ptr[n + 1] | 0x20);
	if (how != 'b' && how != 'q')
		return false;
	w->charset = heard_str_n(s.ptr + 2, n - 2);
	for (lang = 0; lang < w->charset.len && w->charset.ptr[lang] != '*'; lang++)
		;
	w->charset.len = lang;
	w->is_base64 = how == 'b';
	size_t end = text_end(s, n + 3, w->is_base64, &w->len);
	w->text = heard_str_n(s.ptr + n + 3, end - n - 3);
	return true;
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void put_quoted(struct heard_str s, struct heard_buf *out)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i] == '_' ? ' ' : s.ptr[i];

		if (c == '=' && i + 2 < s.len && hex(s.ptr[i + 1]) >= 0 &&
		    hex(s.ptr[i + 2]) >= 0) {
			c = (char)(hex(s.ptr[i + 1]) << 4 | hex(s.ptr[i + 2]));
			i += 2;
		}
		heard_buf_add(out, &c, 1);
	}
}

static int base64_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	return c == '/' || c == '_' ? 63 : -1;
}

/* Padding between pieces that were put together is as good as none. */
static void put_base64(struct heard_str s, struct heard_buf *out)
{
	unsigned bits = 0, n = 0;

	for (size_t i = 0; i < s.len; i++) {
		int d = base64_digit(s.ptr[i]);

		if (s.ptr[i] == '=')
			n = 0;
		if (d < 0)
			continue;
		bits = bits << 6 | (unsigned)d;
		n += 6;
		if (n >= 8) {
			char c = (char)(bits >> (n - 8));

			heard_buf_add(out, &c, 1);
			n -= 8;
		}
	}
}

/* ---- a line of them */

static bool same_charset(struct heard_str a, struct heard_str b)
{
	return a.len == b.len && strncasecmp(a.ptr, b.ptr, a.len) == 0;
}

static size_t blanks(struct heard_str s)
{
	size_t n = 0;

	while (n < s.len && is_blank(s.ptr[n]))
		n++;
	return n;
}

/* The first word and all that belong to it; returns the length of what was read. */
static size_t put_words(struct heard_str s, struct word first, struct heard_buf *bytes,
			struct heard_buf *out)
{
	struct word w = first;
	size_t read = 0;

	heard_buf_clear(bytes);
	do {
		if (w.is_base64)
			put_base64(w.text, bytes);
		else
			put_quoted(w.text, bytes);
		read += w.len;
		size_t gap = blanks(heard_str_skip(s, read));
		if (!word_read(heard_str_skip(s, read + gap), &w))
			break;
		read += gap; /* blanks between words are not text */
	} while (same_charset(w.charset, first.charset));
	mime_decode(first.charset, heard_buf_view(bytes), out);
	return read;
}

static size_t plain_len(struct heard_str s)
{
	struct word w;

	for (size_t n = 1; n < s.len; n++)
		if (s.ptr[n] == '=' && word_read(heard_str_skip(s, n), &w))
			return n;
	return s.len;
}

/* One blank for folds and control characters,
 * from `start` on. */
static void tidy(struct heard_buf *out, size_t start)
{
	size_t kept = start;

	for (size_t i = start; i < out->len && !out->failed; i++) {
		char c = out->ptr[i];
		bool is_gap = (c >= 0 && c <= ' ') || c == 0x7F;

		if (!is_gap)
			out->ptr[kept++] = c;
		else if (kept > start && out->ptr[kept - 1] != ' ')
			out->ptr[kept++] = ' ';
	}
	if (kept > start && out->ptr[kept - 1] == ' ')
		kept--;
	if (out->ptr != NULL && !out->failed) {
		out->len = kept;
		out->ptr[kept] = '\0';
	}
}

void mime_words(struct heard_str raw, struct heard_buf *out)
{
	struct heard_str none = {NULL, 0};
	struct heard_buf bytes;
	size_t start = out->len;
	struct word w;

	if (raw.len > MAX_VALUE)
		raw.len = MAX_VALUE;
	heard_buf_init(&bytes, MAX_VALUE * 2);
	while (raw.len) {
		size_t n;

		if (word_read(raw, &w)) {
			n = put_words(raw, w, &bytes, out);
			/* The blank before a word of another charset is none, either. */
			size_t gap = blanks(heard_str_skip(raw, n));
			if (gap && word_read(heard_str_skip(raw, n + gap), &w))
				n += gap;
		} else {
			n = plain_len(raw);
			mime_decode(none, heard_str_n(raw.ptr, n), out);
		}
		raw = heard_str_skip(raw, n);
	}
	tidy(out, start);
	heard_buf_release(&bytes);
}

struct heard_str mime_words_kept(struct heard_str raw, struct mime_memory *m)
{
	struct heard_buf out;
	struct heard_str kept;

	heard_buf_init(&out, MAX_VALUE * 4);
	mime_words(raw, &out);
	kept = mime_memory_copy(m, out.failed ? heard_str_n(NULL, 0) : heard_buf_view(&out));
	heard_buf_release(&out);
	return kept;
}
