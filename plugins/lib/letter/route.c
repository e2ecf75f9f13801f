/*
 * route.c - by which hosts a mail came, as hashed words.
 *
 * Whatever a filter has learned of mail it has learned at one place, where lists and
 * friends write by the same few hosts, and who sells by any.  Elsewhere nearly all hosts
 * are unknown, and such words say nothing.  Names alone are taken, each once; digits in
 * them are '0', for many a provider writes a customer's address into his host's name.  It
 * is hashed to 24 bits for the same reason.
 */
#include "route.h"

#include "relays.h"

#include <heard/buf.h>

#include <ctype.h>
#include <string.h>
#include <xxhash.h>

enum { HOST_MAX = 128 };

/* "mx.example.org", but not "fetchmail-5.9.0" or "192.0.2.1". */
static bool is_name(struct heard_str s)
{
	const char *dot = s.len > 0 ? memrchr(s.ptr, '.', s.len) : NULL;
	return dot != NULL && s.len <= HOST_MAX && isalpha((unsigned char)s.ptr[0]) &&
	       dot + 1 < s.ptr + s.len && isalpha((unsigned char)dot[1]);
}

static uint32_t hash_of(struct heard_str s)
{
	char folded[HOST_MAX];
	for (size_t i = 0; i < s.len; i++)
		folded[i] = isdigit((unsigned char)s.ptr[i])
				    ? '0'
				    : (char)tolower((unsigned char)s.ptr[i]);
	return (uint32_t)(XXH3_64bits(folded, s.len) & 0xffffff);
}

static void add(struct route *r, uint32_t hash)
{
	size_t i = 0;
	while (i < r->n && r->hosts[i] != hash)
		i++;
	if (i == r->n && r->n < ROUTE_HOSTS)
		r->hosts[r->n++] = hash;
}

void route_take(struct route *r, struct heard_str value)
{
	while (value.len > 0 && value.ptr[0] != ';') { /* a date follows */
		size_t n = relays_host(value);
		struct heard_str host = heard_str_n(value.ptr, n);
		while (host.len > 0 && host.ptr[host.len - 1] == '.')
			host.len--;
		if (is_name(host))
			add(r, hash_of(host));
		value = heard_str_skip(value, n > 0 ? n : 1);
	}
}

void route_say(const struct route *r, struct heard_buf *b)
{
	for (size_t i = 0; i < r->n; i++)
		heard_buf_printf(b, "%svia-%06x", b->len ? " " : "", (unsigned)r->hosts[i]);
}
