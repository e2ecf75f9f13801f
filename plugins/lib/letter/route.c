/*
 * route.c - by which hosts a mail came, and for whom, as hashed words.
 *
 * Whatever a filter has learned of mail it has learned at one place, where lists and
 * friends write by the same few hosts and to the same mailboxes, and who sells by and to
 * any.  Elsewhere nearly all of them are unknown, and such words say nothing.  Names of
 * hosts alone are taken, each once, what a host that we know calls itself ("by mx"), and
 * the mailbox behind "for", which is one of ours.  Digits in them are '0', for many a
 * provider writes a customer's address into his host's name, and no mailbox of a sender
 * and no name of his machine is taken.  The hash has 16 bits: it cannot be told from it
 * which of many names it was.
 */
#include "route.h"

#include "relays.h"

#include <heard/buf.h>

#include <ctype.h>
#include <string.h>
#include <strings.h>
#include <xxhash.h>

enum { NAME_LONGEST = 128 };

/* "mx.example.org", but not "fetchmail-5.9.0" or "192.0.2.1". */
static bool is_name(struct heard_str s)
{
	const char *dot = s.len > 0 ? memrchr(s.ptr, '.', s.len) : NULL;
	return dot != NULL && isalpha((unsigned char)s.ptr[0]) && dot + 1 < s.ptr + s.len &&
	       isalpha((unsigned char)dot[1]);
}

static uint32_t hash_of(struct heard_str s)
{
	char folded[NAME_LONGEST];
	for (size_t i = 0; i < s.len; i++)
		folded[i] = isdigit((unsigned char)s.ptr[i])
				    ? '0'
				    : (char)tolower((unsigned char)s.ptr[i]);
	return (uint32_t)(XXH3_64bits(folded, s.len) & 0xffff);
}

static void add(struct route *r, struct heard_str name)
{
	size_t i = 0;
	if (name.len == 0 || name.len > NAME_LONGEST)
		return;
	uint32_t hash = hash_of(name);
	while (i < r->n && r->names[i] != hash)
		i++;
	if (i == r->n && r->n < ROUTE_NAMES)
		r->names[r->n++] = hash;
}

static bool is_word(struct heard_str s, const char *word)
{
	return s.len == strlen(word) && strncasecmp(s.ptr, word, s.len) == 0;
}

void route_take(struct route *r, struct heard_str value)
{
	bool is_by = false, is_for = false;	       /* by the word before */
	while (value.len > 0 && value.ptr[0] != ';') { /* a date follows */
		size_t n = relays_host(value);
		struct heard_str name = heard_str_n(value.ptr, n);
		value = heard_str_skip(value, n > 0 ? n : 1);
		if (n == 0)
			continue;
		while (name.len > 0 && name.ptr[name.len - 1] == '.')
			name.len--;
		bool is_box = value.len > 0 && value.ptr[0] == '@';
		bool is_bare = is_by && name.len > 0 && isalpha((unsigned char)name.ptr[0]);
		if (is_box ? is_for : is_bare || is_name(name))
			add(r, name);
		is_by = is_word(name, "by");
		is_for = is_word(name, "for");
	}
}

void route_say(const struct route *r, struct heard_buf *b)
{
	for (size_t i = 0; i < r->n; i++)
		heard_buf_printf(b, "%svia-%04x", b->len ? " " : "", (unsigned)r->names[i]);
}
