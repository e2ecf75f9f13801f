/*
 * position.c - lines of "name=value"; a hash is eight letters of 6 bits each.
 */
#include "position.h"

#include <stdlib.h>
#include <string.h>

static const char letters[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

enum { HASH_LETTERS = 8 };

/* ---- what was seen */

bool seen_has(const struct seen *s, uint64_t hash)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->at[i] == hash)
			return true;
	return false;
}

void seen_add(struct seen *s, uint64_t hash)
{
	if (s->n < SEEN_MAX && !seen_has(s, hash))
		s->at[s->n++] = hash;
}

void position_keep(struct position *p)
{
	for (size_t i = 0; i < p->old.n && p->fresh.n < SEEN_MAX; i++)
		seen_add(&p->fresh, p->old.at[i]);
	p->old = p->fresh;
	p->fresh.n = 0;
}

void position_end_walk(struct position *p)
{
	position_keep(p);
	p->next[0] = '\0';
	p->stale = 0;
	p->top = 0;
}

static void format_hashes(const uint64_t *at, size_t n, const char *name, struct heard_buf *out)
{
	heard_buf_printf(out, "%s=", name);
	for (size_t i = 0; i < n; i++) {
		char text[HASH_LETTERS];
		for (int k = 0; k < HASH_LETTERS; k++)
			text[k] = letters[at[i] >> (42 - 6 * k) & 63];
		heard_buf_add(out, text, sizeof(text));
	}
	heard_buf_puts(out, "\n");
}

/* How many there were. */
static size_t parse_hashes(struct heard_str text, uint64_t *to, size_t size)
{
	size_t n = 0;
	for (; text.len >= HASH_LETTERS && n < size;
	     text = heard_str_skip(text, HASH_LETTERS)) {
		uint64_t hash = 0;
		for (int k = 0; k < HASH_LETTERS; k++) {
			const char *at = memchr(letters, text.ptr[k], 64);
			if (at == NULL)
				return n;
			hash = hash << 6 | (uint64_t)(at - letters);
		}
		to[n++] = hash;
	}
	return n;
}

/* ---- the state */

bool position_set(char *to, size_t size, struct heard_str text)
{
	if (text.len >= size)
		return false;
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.ptr[i] < ' ')
			return false;
	if (text.len)
		memcpy(to, text.ptr, text.len);
	to[text.len] = '\0';
	return true;
}

static void take(struct position *p, struct heard_str name, struct heard_str value)
{
	if (heard_str_is(name, "next"))
		position_set(p->next, sizeof(p->next), value);
	else if (heard_str_is(name, "since"))
		position_set(p->since, sizeof(p->since), value);
	else if (heard_str_is(name, "walk"))
		walk_parse(value, &p->walk);
	else if (heard_str_is(name, "stale"))
		p->stale = value.len == 1 ? value.ptr[0] - '0' : 0;
	else if (heard_str_is(name, "kind"))
		p->kind = value.len == 1 ? value.ptr[0] - '0' : -1;
	else if (heard_str_is(name, "old"))
		p->old.n = parse_hashes(value, p->old.at, SEEN_MAX);
	else if (heard_str_is(name, "fresh"))
		p->fresh.n = parse_hashes(value, p->fresh.at, SEEN_MAX);
	else if (heard_str_is(name, "top"))
		parse_hashes(value, &p->top, 1);
}

void position_parse(struct heard_str state, int kind, struct position *p)
{
	memset(p, 0, sizeof(*p));
	p->kind = -1;
	while (state.len) {
		const char *end = memchr(state.ptr, '\n', state.len);
		size_t n = end ? (size_t)(end - state.ptr) : state.len;
		const char *equal = memchr(state.ptr, '=', n);
		if (equal) {
			size_t name = (size_t)(equal - state.ptr);
			take(p, heard_str_n(state.ptr, name),
			     heard_str_n(equal + 1, n - name - 1));
		}
		state = heard_str_skip(state, n + 1);
	}
	if (p->kind != kind) {
		position_end_walk(p);
		p->since[0] = '\0';
		p->walk = (struct walk){0};
		p->kind = kind;
	}
}

void position_format(const struct position *p, struct heard_buf *out)
{
	heard_buf_printf(out, "kind=%d\nstale=%d\nnext=%s\nsince=%s\nwalk=", p->kind, p->stale,
			 p->next, p->since);
	walk_format(&p->walk, out);
	heard_buf_puts(out, "\n");
	format_hashes(&p->top, 1, "top", out);
	format_hashes(p->old.at, p->old.n, "old", out);
	format_hashes(p->fresh.at, p->fresh.n, "fresh", out);
}
