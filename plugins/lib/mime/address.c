/*
 * address.c - the addresses of a header (RFC 5322), and what passes for them.
 *
 * Not GMime's: that one reads groups by recursion, and a header of a:a:a:... takes
 * the stack.  This is a scanner with one pass and four small buffers' worth of views:
 * what stands before < is the name, what is in <> the address; without <> the phrase
 * is the address and a comment the name.  "Doe, John <j@b>" has a comma that should
 * have been quoted: a piece without address that is followed by one with <> is put
 * before its name.
 */
#include "address.h"

#include "memory.h"
#include "words.h"

#include <heard/buf.h>

#include <strings.h>

enum { MAX_EMAIL = 320, MAX_NAME = 512, MAX_WORD = 1024 };

struct scan {
	struct heard_buf name;	  /* unquoted, still encoded                       */
	struct heard_buf email;	  /* what was in <>                                */
	struct heard_buf comment; /* of the last ()                                */
	bool has_angle;
	struct mime_memory *memory;
	struct mime_address *list;
	size_t n;
	bool more;
};

/* ---- one address */

static bool is_bad_in_email(unsigned char c)
{
	return c <= ' ' || c == 0x7F || strchr("<>()[]\\,;:\"", c) != NULL;
}

bool mime_email_is_good(struct heard_str s)
{
	const char *at = s.len ? memrchr(s.ptr, '@', s.len) : NULL;

	if (at == NULL || at == s.ptr || at == s.ptr + s.len - 1 || s.len > MAX_EMAIL)
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (is_bad_in_email((unsigned char)s.ptr[i]) ||
		    (s.ptr[i] == '@' && s.ptr + i != at))
			return false;
	return at[1] != '.' && at[1] != '-';
}

/* Without what stands around an address: blanks, quotes, <>, a route. */
static struct heard_str bare(struct heard_str s)
{
	const char *route;

	s = heard_str_trim(s);
	while (s.len >= 2 && ((s.ptr[0] == '<' && s.ptr[s.len - 1] == '>') ||
			      (s.ptr[0] == '\'' && s.ptr[s.len - 1] == '\'')))
		s = heard_str_trim(heard_str_n(s.ptr + 1, s.len - 2));
	if (s.len && s.ptr[0] == '@' && (route = memrchr(s.ptr, ':', s.len)) != NULL)
		s = heard_str_skip(s, (size_t)(route + 1 - s.ptr));
	if (s.len > 7 && strncasecmp(s.ptr, "mailto:", 7) == 0)
		s = heard_str_skip(s, 7);
	while (s.len && s.ptr[s.len - 1] == '.')
		s.len--;
	return heard_str_trim(s);
}

struct heard_str mime_email(struct heard_str raw, struct mime_memory *m)
{
	struct heard_str s = bare(raw), none = {NULL, 0};
	char email[MAX_EMAIL];
	size_t n = 0;
	bool in_domain = false;

	for (size_t i = 0; i < s.len && n < MAX_EMAIL; i++) {
		char c = s.ptr[i];

		if (c == '"') /* "a b"@c is not kept, "ab"@c is ab@c */
			continue;
		in_domain = in_domain || c == '@';
		email[n++] = in_domain && c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
	}
	if (!mime_email_is_good(heard_str_n(email, n)))
		return none;
	/* It may have bytes of any charset: then it is made readable, or is none. */
	struct heard_str kept = mime_words_kept(heard_str_n(email, n), m);
	return mime_email_is_good(kept) ? kept : none;
}

/* ---- a list */

static void scan_clear(struct scan *s)
{
	heard_buf_clear(&s->name);
	heard_buf_clear(&s->email);
	heard_buf_clear(&s->comment);
	s->has_angle = false;
}

static struct heard_str view(const struct heard_buf *b)
{
	return b->ptr != NULL ? heard_str_trim(heard_buf_view(b)) : heard_str_n(NULL, 0);
}

/* The address is complete.  False: it has none, and its name may belong to the next. */
static bool scan_finish(struct scan *s)
{
	struct heard_str name = view(&s->name), email;
	struct mime_address a = {{NULL, 0}, {NULL, 0}};

	email = s->has_angle ? view(&s->email) : name;
	if (!s->has_angle && memchr(name.ptr ? name.ptr : "", '@', name.len) == NULL)
		return false;
	if (s->n == MIME_MAX_ADDRESSES) {
		s->more = true;
		scan_clear(s);
		return true;
	}
	a.email = mime_email(email, s->memory);
	if (s->has_angle && name.len)
		a.name = mime_words_kept(name, s->memory);
	else if (view(&s->comment).len)
		a.name = mime_words_kept(view(&s->comment), s->memory);
	else if (a.email.len == 0)
		a.name = mime_words_kept(name, s->memory);
	if (a.email.len || a.name.len)
		s->list[s->n++] = a;
	scan_clear(s);
	return true;
}

/* "..." at raw: its length; what it says is added to out. */
static size_t read_quoted(struct heard_str raw, struct heard_buf *out)
{
	size_t i = 1;

	for (; i < raw.len && raw.ptr[i] != '"'; i++) {
		if (raw.ptr[i] == '\\' && i + 1 < raw.len)
			i++;
		heard_buf_add(out, raw.ptr + i, 1);
	}
	return i < raw.len ? i + 1 : i;
}

static size_t read_comment(struct heard_str raw, struct heard_buf *out)
{
	size_t i = 0, depth = 0;

	heard_buf_clear(out);
	for (; i < raw.len; i++) {
		char c = raw.ptr[i];

		if (c == '\\' && i + 1 < raw.len)
			i++;
		else if (c == ')' && --depth == 0)
			return i + 1;
		else if (c == '(' && depth++ == 0)
			continue;
		heard_buf_add(out, raw.ptr + i, 1);
	}
	return i;
}

static size_t read_angle(struct heard_str raw, struct scan *s)
{
	const char *end = memchr(raw.ptr, '>', raw.len);
	size_t n = end ? (size_t)(end - raw.ptr) : raw.len;

	heard_buf_clear(&s->email);
	heard_buf_add(&s->email, raw.ptr + 1, n - 1);
	s->has_angle = true;
	return end ? n + 1 : n;
}

/* "=?...?=" is one thing, with commas and colons in it. */
static size_t read_encoded(struct heard_str raw, struct heard_buf *out)
{
	const char *end;
	size_t n = 2, marks = 0;

	while (n < raw.len && n < MAX_WORD && marks < 2 && raw.ptr[n] != ' ')
		marks += raw.ptr[n++] == '?';
	size_t look = raw.len - n < MAX_WORD ? raw.len - n : MAX_WORD;
	end = marks == 2 ? memmem(raw.ptr + n, look, "?=", 2) : NULL;
	n = end ? (size_t)(end + 2 - raw.ptr) : 2;
	heard_buf_add(out, raw.ptr, n);
	return n;
}

static size_t read_one(struct heard_str raw, struct scan *s)
{
	switch (raw.ptr[0]) {
	case '"': return read_quoted(raw, &s->name);
	case '(': return read_comment(raw, &s->comment);
	case '<': return read_angle(raw, s);
	case ',':
	case ';':
		if (!scan_finish(s) && s->name.len > MAX_NAME)
			scan_clear(s);
		else if (s->name.len)
			heard_buf_add(&s->name, raw.ptr, 1);
		return 1;
	case ':': /* what was the name is that of a group */
		if (!s->has_angle && !memchr(s->name.ptr ? s->name.ptr : "", '@', s->name.len))
			scan_clear(s);
		else
			heard_buf_add(&s->name, ":", 1);
		return 1;
	case '=':
		if (raw.len > 2 && raw.ptr[1] == '?')
			return read_encoded(raw, &s->name);
		break;
	case '\0': return 1;
	default: break;
	}
	heard_buf_add(&s->name, raw.ptr, 1);
	return 1;
}

struct mime_addresses mime_addresses_read(struct heard_str raw, struct mime_memory *m,
					  bool *more_r)
{
	enum { MAX_VALUE = 256 << 10 };
	struct mime_addresses out = {NULL, 0};
	struct mime_address list[MIME_MAX_ADDRESSES];
	struct scan s = {.memory = m, .list = list};

	*more_r = raw.len > MAX_VALUE;
	if (raw.len > MAX_VALUE)
		raw.len = MAX_VALUE;
	heard_buf_init(&s.name, raw.len + 8);
	heard_buf_init(&s.email, raw.len + 8);
	heard_buf_init(&s.comment, raw.len + 8);
	while (raw.len)
		raw = heard_str_skip(raw, read_one(raw, &s));
	if (!scan_finish(&s) && s.name.len && s.n < MIME_MAX_ADDRESSES) {
		list[s.n].email = heard_str_n(NULL, 0);
		list[s.n].name = mime_words_kept(view(&s.name), m);
		s.n += list[s.n].name.len > 0;
	}
	heard_buf_release(&s.name);
	heard_buf_release(&s.email);
	heard_buf_release(&s.comment);
	*more_r = *more_r || s.more;
	struct mime_address *kept = s.n ? mime_memory_alloc(m, s.n * sizeof(*kept)) : NULL;
	if (kept == NULL)
		return out;
	memcpy(kept, list, s.n * sizeof(*kept));
	out.list = kept;
	out.n = s.n;
	return out;
}
