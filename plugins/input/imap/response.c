/*
 * response.c - which of the responses that we know it is, and what it says.
 *
 * What is unknown, malformed or unasked for is RESPONSE_OTHER and is passed over: a
 * server may say anything at any time, and only what we wait for matters.
 */
#include "response.h"

#include <strings.h>

static bool starts_with(struct heard_str s, const char *word)
{
	size_t n = strlen(word);
	return s.len >= n && strncasecmp(s.ptr, word, n) == 0;
}

static bool small_number(const struct wire_token *t, uint32_t *number)
{
	uint64_t n;
	if (!wire_number(t, &n) || n > UINT32_MAX)
		return false;
	*number = (uint32_t)n;
	return true;
}

static bool read_status(struct response *r, const struct wire_token *t, size_t n)
{
	static const char *const words[] = {"OK", "NO", "BAD", "BYE", "PREAUTH"};
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (n < 2 || !wire_is(&t[1], words[i]))
			continue;
		r->kind = RESPONSE_STATUS;
		r->status = (enum response_status)i;
		if (n > 3 && t[2].kind == WIRE_OPEN && t[3].kind == WIRE_ATOM)
			r->code = t[3].str;
		if (r->code.len && n > 4)
			wire_number(&t[4], &r->code_number);
		if (t[n - 1].kind == WIRE_TEXT)
			r->text = heard_str_trim(t[n - 1].str);
		return true;
	}
	return false;
}

/* "BODY[]" with its bytes behind it; with other sections in the brackets, too. */
static void read_body(struct response_mail *m, const struct wire_token *value)
{
	if (m->has_body)
		return; /* one is enough */
	m->has_body = true;
	if (value->kind == WIRE_LITERAL || value->kind == WIRE_QUOTED)
		m->body = value->str;
}

/* "(UID 7 RFC822.SIZE 4711 BODY[] {4711}...)", in any order. */
static bool read_mail(struct response_mail *m, const struct wire_token *t, size_t n)
{
	size_t i = 1;
	if (n < 2 || t[0].kind != WIRE_OPEN)
		return false;
	while (i + 1 < n && t[i].kind != WIRE_CLOSE) {
		const struct wire_token *name = &t[i], *value = &t[i + 1];
		if (wire_is(name, "UID") && !small_number(value, &m->uid))
			return false;
		if (wire_is(name, "RFC822.SIZE"))
			m->has_size = wire_number(value, &m->size);
		if (name->kind == WIRE_ATOM && starts_with(name->str, "BODY["))
			read_body(m, value);
		i = wire_skip(t, n, i + 1);
	}
	return true;
}

static void read_numbered(struct response *r, const struct wire_token *t, size_t n)
{
	if (n < 3 || !small_number(&t[1], &r->number))
		return;
	if (wire_is(&t[2], "EXISTS"))
		r->kind = RESPONSE_EXISTS;
	else if (wire_is(&t[2], "EXPUNGE"))
		r->kind = RESPONSE_EXPUNGE;
	else if (wire_is(&t[2], "FETCH") && read_mail(&r->mail, t + 3, n - 3))
		r->kind = RESPONSE_FETCH;
}

static uint32_t read_tag(const struct wire_token *t)
{
	struct wire_token number = *t;
	uint32_t tag = 0;
	if (t->kind != WIRE_ATOM || t->str.len < 2 || t->str.ptr[0] != 'h')
		return 0;
	number.str = heard_str_skip(t->str, 1);
	return small_number(&number, &tag) ? tag : 0;
}

void response_read(const struct wire_token *t, size_t n, struct response *r)
{
	*r = (struct response){.kind = RESPONSE_OTHER, .tokens = t, .n = n};
	if (wire_is(&t[0], "+")) {
		r->kind = RESPONSE_CONTINUE;
		if (n > 1 && t[n - 1].kind == WIRE_TEXT)
			r->text = t[n - 1].str;
		return;
	}
	if (!wire_is(&t[0], "*"))
		r->tag = read_tag(&t[0]);
	if (read_status(r, t, n) || r->tag != 0 || n < 2)
		return;
	if (wire_is(&t[1], "CAPABILITY"))
		r->kind = RESPONSE_CAPABILITY;
	else if (wire_is(&t[1], "SEARCH"))
		r->kind = RESPONSE_SEARCH;
	else
		read_numbered(r, t, n);
}
