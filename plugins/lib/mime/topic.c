/*
 * topic.c - what a subject is about, without what mail programs put before it.
 *
 * A customer who writes of something new by answering an old mail changes the
 * subject; one who answers does not.  So the same topic is the same ticket, and
 * another is a new one, linked.
 */
#include "mime.h"

#include <strings.h>

struct prefix {
	struct heard_str word;
	bool is_forward;
};
static const struct prefix prefixes[] = {
	{HEARD_STR("re"), false},	  {HEARD_STR("fwd"), true},
	{HEARD_STR("fw"), true},	  {HEARD_STR("回复"), false},
	{HEARD_STR("答复"), false},	  {HEARD_STR("回覆"), false},
	{HEARD_STR("回信"), false},	  {HEARD_STR("回應"), false},
	{HEARD_STR("转发"), true},	  {HEARD_STR("轉寄"), true},
	{HEARD_STR("轉發"), true},	  {HEARD_STR("自动回复"), false},
	{HEARD_STR("自動回覆"), false},	  {HEARD_STR("automatic reply"), false},
	{HEARD_STR("auto reply"), false}, {HEARD_STR("auto-reply"), false},
	{HEARD_STR("aw"), false},	  {HEARD_STR("antw"), false},
	{HEARD_STR("wg"), true},	  {HEARD_STR("sv"), false},
	{HEARD_STR("vs"), false},	  {HEARD_STR("vb"), true},
	{HEARD_STR("ré"), false},	  {HEARD_STR("réf"), false},
	{HEARD_STR("tr"), true},	  {HEARD_STR("rv"), true},
	{HEARD_STR("ynt"), false},	  {HEARD_STR("odp"), false},
	{HEARD_STR("res"), false},	  {HEARD_STR("enc"), true},
	{HEARD_STR("отв"), false},	  {HEARD_STR("回复邮件"), false},
};

/* Blanks, also the ideographic one and the one that does not break. */
static size_t blank_len(struct heard_str s)
{
	if (s.len && (s.ptr[0] == ' ' || s.ptr[0] == '\t'))
		return 1;
	if (heard_str_starts(s, HEARD_STR_OF("\u3000")))
		return 3;
	return heard_str_starts(s, HEARD_STR_OF("\u00a0")) ? 2 : 0;
}

static struct heard_str skip_blanks(struct heard_str s)
{
	for (size_t n; (n = blank_len(s)) > 0;)
		s = heard_str_skip(s, n);
	return s;
}

static struct heard_str drop_blanks(struct heard_str s)
{
	for (;;) {
		if (s.len && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\t'))
			s.len--;
		else if (s.len >= 3 && memcmp(s.ptr + s.len - 3, "\u3000", 3) == 0)
			s.len -= 3;
		else
			return s;
	}
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "[5]", "(5)" or "^5" at s: its length. */
static size_t count_len(struct heard_str s)
{
	size_t n = 1;

	if (s.len < 2 || strchr("[(^", s.ptr[0]) == NULL || s.ptr[0] == '\0')
		return 0;
	while (n < s.len && n < 5 && is_digit(s.ptr[n]))
		n++;
	if (n == 1 || s.ptr[0] == '^')
		return n == 1 ? 0 : n;
	return n < s.len && (s.ptr[n] == ']' || s.ptr[n] == ')') ? n + 1 : 0;
}

/* "Re[5]:" at s: its length with the colon; 0 if no prefix of the table stands here. */
static size_t prefix_len(struct heard_str s, const struct prefix *p)
{
	struct heard_str rest;

	if (s.len < p->word.len || strncasecmp(s.ptr, p->word.ptr, p->word.len) != 0)
		return 0;
	rest = skip_blanks(heard_str_skip(s, p->word.len));
	rest = skip_blanks(heard_str_skip(rest, count_len(rest)));
	if (rest.len && rest.ptr[0] == ':')
		return s.len - rest.len + 1;
	return heard_str_starts(rest, HEARD_STR_OF("：")) ? s.len - rest.len + 3 : 0;
}

static bool is_token(char c)
{
	return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '-' || c == '_';
}

/* "[#TOKEN]" at s: its length, and the token. */
static size_t token_len(struct heard_str s, struct heard_str *token_r)
{
	size_t n = 2;

	if (s.len < 7 || s.ptr[0] != '[' || s.ptr[1] != '#')
		return 0;
	while (n < s.len && is_token(s.ptr[n]))
		n++;
	if (n < 6 || n > 66 || n == s.len || s.ptr[n] != ']')
		return 0;
	*token_r = heard_str_n(s.ptr + 2, n - 2);
	return n + 1;
}

/* Does the subject end with a token?  Returns the length with it. */
static size_t token_at_end(struct heard_str s)
{
	struct heard_str token;
	const char *open = s.len && s.ptr[s.len - 1] == ']' ? memrchr(s.ptr, '[', s.len) : NULL;
	struct heard_str tail;

	if (open == NULL)
		return 0;
	tail = heard_str_skip(s, (size_t)(open - s.ptr));
	return token_len(tail, &token) == tail.len ? tail.len : 0;
}

/* Takes one prefix or token from the front; false: there is none. */
static bool take_front(struct mime_topic *t)
{
	struct heard_str token;
	size_t n = token_len(t->topic, &token);

	for (size_t i = 0; n == 0 && i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		n = prefix_len(t->topic, &prefixes[i]);
		if (n && prefixes[i].is_forward)
			t->is_forward = true;
		else if (n)
			t->is_reply = true;
	}
	t->topic = skip_blanks(heard_str_skip(t->topic, n));
	return n > 0;
}

struct mime_topic mime_topic(struct heard_str subject)
{
	struct mime_topic t = {.topic = drop_blanks(skip_blanks(subject))};
	size_t n;

	for (size_t i = 0; i < subject.len && t.token.len == 0; i++)
		if (subject.ptr[i] == '[')
			token_len(heard_str_skip(subject, i), &t.token);
	while (take_front(&t))
		;
	while ((n = token_at_end(t.topic)) > 0)
		t.topic = drop_blanks(heard_str_n(t.topic.ptr, t.topic.len - n));
	return t;
}

/* The next byte that counts, as a small letter; -1 at the end. */
static int next_byte(struct heard_str *s)
{
	*s = skip_blanks(*s);
	if (s->len == 0)
		return -1;
	int c = (unsigned char)s->ptr[0];
	*s = heard_str_skip(*s, 1);
	return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

bool mime_topic_same(struct heard_str a, struct heard_str b)
{
	int c, d;

	do {
		c = next_byte(&a);
		d = next_byte(&b);
	} while (c == d && c != -1);
	return c == d;
}
