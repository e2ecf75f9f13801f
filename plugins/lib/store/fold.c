/*
 * fold.c - text in the form in which it is searched: one pass, no library.
 *
 * The records were normalised (NFKC) before they came here; queries were not,
 * which is why full-width forms are folded here too.  Case is folded for the
 * alphabets where it is arithmetic: Latin-1, Greek, Cyrillic.  Traditional characters
 * become simplified, one by one, so that either finds what is written in the other
 * (text/hanzi.h).
 */
#include "fold.h"

#include <heard/json.h>
#include <text/hanzi.h>

#include <stdint.h>
#include <string.h>

enum {
	WORD_MAX = 64,	       /* bytes of a word that count; the rest is passed over  */
	RECORD_MAX = 64 << 20, /* bytes of a line */
};

enum kind { SEPARATOR, LETTER, IDEOGRAPH };

/* The next character, or -1 for a byte that is not UTF-8; *n is how many bytes
 * it took. */
static int32_t decode(const char *ptr, size_t left, size_t *n)
{
	const unsigned char *p = (const unsigned char *)ptr;
	*n = 1;
	if (p[0] < 0x80)
		return p[0];
	size_t len = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	if (p[0] < 0xc2 || p[0] > 0xf4 || len > left)
		return -1;
	int32_t c = p[0] & (0x7f >> len);
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return -1;
		c = c << 6 | (p[i] & 0x3f);
	}
	*n = len;
	return c;
}

static void put_char(struct heard_buf *out, int32_t c)
{
	char *p = heard_buf_room(out, 4);
	if (!p)
		return;
	if (c < 0x80) {
		p[0] = (char)c;
		out->len += 1;
	} else if (c < 0x800) {
		p[0] = (char)(0xc0 | c >> 6);
		p[1] = (char)(0x80 | (c & 0x3f));
		out->len += 2;
	} else if (c < 0x10000) {
		p[0] = (char)(0xe0 | c >> 12);
		p[1] = (char)(0x80 | (c >> 6 & 0x3f));
		p[2] = (char)(0x80 | (c & 0x3f));
		out->len += 3;
	} else {
		p[0] = (char)(0xf0 | c >> 18);
		p[1] = (char)(0x80 | (c >> 12 & 0x3f));
		p[2] = (char)(0x80 | (c >> 6 & 0x3f));
		p[3] = (char)(0x80 | (c & 0x3f));
		out->len += 4;
	}
}

static int32_t lower(int32_t c)
{
	if (c >= 0xff01 && c <= 0xff5e) /* full-width forms of ASCII */
		c -= 0xfee0;
	if (c >= 'A' && c <= 'Z')
		return c + 32;
	if (c < 0xc0)
		return c;
	if (c <= 0xde)
		return c == 0xd7 ? c : c + 32;
	if ((c >= 0x391 && c <= 0x3a9) || (c >= 0x410 && c <= 0x42f))
		return c + 32;
	if (c >= 0x400 && c <= 0x40f)
		return c + 80;
	return c;
}

struct range {
	int32_t first, last;
	enum kind kind;
};

/* From U+0080 on; what is in none of them is a letter.  Sorted. */
static const struct range ranges[] = {
	{0x80, 0xa9, SEPARATOR},       {0xab, 0xb4, SEPARATOR},
	{0xb6, 0xb9, SEPARATOR},       {0xbb, 0xbf, SEPARATOR},
	{0xd7, 0xd7, SEPARATOR},       {0xf7, 0xf7, SEPARATOR},
	{0x1100, 0x11ff, IDEOGRAPH},   {0x2000, 0x2bff, SEPARATOR},
	{0x2e00, 0x2e7f, SEPARATOR},   {0x2e80, 0x2fdf, IDEOGRAPH},
	{0x3000, 0x3004, SEPARATOR},   {0x3005, 0x3007, IDEOGRAPH},
	{0x3008, 0x3020, SEPARATOR},   {0x3021, 0x3029, IDEOGRAPH},
	{0x302a, 0x3040, SEPARATOR},   {0x3041, 0x30fa, IDEOGRAPH},
	{0x30fb, 0x30fb, SEPARATOR},   {0x30fc, 0x31ff, IDEOGRAPH},
	{0x3200, 0x33ff, SEPARATOR},   {0x3400, 0x9fff, IDEOGRAPH},
	{0xac00, 0xd7af, IDEOGRAPH},   {0xd800, 0xf8ff, SEPARATOR},
	{0xf900, 0xfaff, IDEOGRAPH},   {0xfe00, 0xfe6f, SEPARATOR},
	{0xfeff, 0xff65, SEPARATOR},   {0xff66, 0xffdc, IDEOGRAPH},
	{0xffe0, 0xffff, SEPARATOR},   {0x1f000, 0x1faff, SEPARATOR},
	{0x20000, 0x3ffff, IDEOGRAPH}, {0xe0000, 0x10ffff, SEPARATOR},
};

static enum kind kind_of(int32_t c)
{
	if (c < 0x80)
		return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ? LETTER : SEPARATOR;
	if (c >= 0x4e00 && c <= 0x9fff) /* by far the most frequent */
		return IDEOGRAPH;
	size_t low = 0, high = sizeof(ranges) / sizeof(*ranges);
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (c > ranges[middle].last)
			low = middle + 1;
		else
			high = middle;
	}
	bool inside = low < sizeof(ranges) / sizeof(*ranges) && c >= ranges[low].first;
	return inside ? ranges[low].kind : LETTER;
}

/* Between two characters of these kinds. */
static void turn(struct heard_buf *out, enum kind from, enum kind to)
{
	if (from == to)
		return;
	if (from == LETTER)
		heard_buf_add(out, "\3", 1);
	else if (from == IDEOGRAPH && to == SEPARATOR)
		heard_buf_add(out, "\1", 1);
	if (to == LETTER)
		heard_buf_add(out, "\2", 1);
}

/* ASCII letters and digits at the beginning: most of what is written in most languages,
 * and not worth a call for each. */
static size_t ascii_len(const char *ptr, size_t left)
{
	size_t n = 0;
	for (; n < left; n++) {
		unsigned c = (unsigned char)ptr[n];
		if ((c | 0x20) - 'a' >= 26u && c - '0' >= 10u)
			break;
	}
	return n;
}

/* Of a word that has `used` bytes already. */
static void put_ascii(struct heard_buf *out, const char *ptr, size_t n, size_t used)
{
	if (used > WORD_MAX)
		return;
	if (n > WORD_MAX + 1 - used)
		n = WORD_MAX + 1 - used;
	char *p = heard_buf_room(out, n);
	if (!p)
		return;
	for (size_t i = 0; i < n; i++)
		p[i] = (char)(ptr[i] | 0x20); /* a digit has that bit */
	out->len += n;
}

/* One that is no ASCII letter or digit; *n is how many bytes it took. */
static enum kind next_char(struct heard_str text, size_t at, int32_t *c, size_t *n)
{
	*c = decode(text.ptr + at, text.len - at, n);
	if (*c < 0)
		return SEPARATOR;
	*c = lower(*c);
	return kind_of(*c);
}

void fold_text(struct heard_str text, struct heard_buf *out)
{
	enum kind before = SEPARATOR;
	size_t word = 0, n;
	for (size_t i = 0; i < text.len; i += n) {
		int32_t c = 0;
		size_t ascii = n = ascii_len(text.ptr + i, text.len - i);
		enum kind kind = ascii ? LETTER : next_char(text, i, &c, &n);
		if (kind != before)
			word = out->len;
		turn(out, before, kind);
		before = kind;
		if (ascii)
			put_ascii(out, text.ptr + i, ascii, out->len - word);
		else if (kind == IDEOGRAPH || (kind == LETTER && out->len - word <= WORD_MAX))
			put_char(out, kind == IDEOGRAPH ? (int32_t)hanzi_same((uint32_t)c) : c);
	}
	turn(out, before, SEPARATOR);
}

void fold_line(struct heard_str line, struct heard_buf *out)
{
	static const char *const texts[] = {"subject", "body",	"product",
					    "order",   "store", "region"};
	static const char *const lists[] = {"keywords", "tags"};
	struct heard_error *ignored = NULL; /* a line that is no JSON has no words */
	struct heard_json_doc *doc = heard_json_parse(line, RECORD_MAX, ignored);
	const struct heard_json *root = doc ? heard_json_root(doc) : NULL;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		fold_text(heard_json_string(root, texts[i]), out);
		heard_buf_add(out, "\1", 1);
	}
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		const struct heard_json *list = heard_json_member(root, lists[i]);
		const struct heard_json *item = list ? list->first : NULL;
		for (; item; item = item->next) {
			fold_text(item->string, out);
			heard_buf_add(out, "\1", 1);
		}
	}
	heard_json_destroy(doc);
}

static size_t char_len(struct heard_str s)
{
	unsigned char c = (unsigned char)s.ptr[0];
	size_t len = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 1;
	return len < s.len ? len : s.len;
}

static bool is_mark(struct heard_str s)
{
	return s.len == 0 || (s.ptr[0] >= FOLD_BREAK && s.ptr[0] <= FOLD_CLOSE);
}

static bool next_word(struct fold_walk *walk, struct fold_token *token)
{
	const char *end = memchr(walk->left.ptr, FOLD_CLOSE, walk->left.len);
	size_t len = end ? (size_t)(end - walk->left.ptr) : walk->left.len;
	token->text = heard_str_n(walk->left.ptr, len);
	walk->left = heard_str_skip(walk->left, len + 1);
	return len > 0;
}

bool fold_next(struct fold_walk *walk, struct fold_token *token)
{
	*token = (struct fold_token){.is_last = false};
	while (walk->left.len) {
		if (is_mark(walk->left)) {
			bool is_word = walk->left.ptr[0] == FOLD_OPEN;
			walk->left = heard_str_skip(walk->left, 1);
			walk->in_run = false;
			if (is_word && next_word(walk, token))
				return true;
			continue;
		}
		size_t first = char_len(walk->left);
		struct heard_str rest = heard_str_skip(walk->left, first);
		token->is_last = is_mark(rest);
		token->is_alone = token->is_last && !walk->in_run;
		token->text = heard_str_n(walk->left.ptr,
					  first + (token->is_last ? 0 : char_len(rest)));
		walk->left = rest;
		walk->in_run = true;
		return true;
	}
	return false;
}
