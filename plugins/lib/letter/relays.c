/*
 * relays.c - what the relays of a mail say of whom they had it from.
 *
 *	from GREETING (NAME [ADDRESS]) by US ...
 *
 * The greeting is what the other side says of itself, the name what is known of its
 * address.  That the two differ, or that the sender's domain is among the names, says more
 * of a mail than any header the sender wrote.  Relays of the receiver's own house (private
 * addresses) say nothing.
 */
#include "relays.h"

#include <heard/buf.h>

#include <stdbool.h>
#include <string.h>
#include <strings.h>

static const char *const words[RELAY_SIGNS] = {
	[RELAY_SAID] = "relay-said-helo",    [RELAY_BARE] = "relay-bare",
	[RELAY_NUMERIC] = "relay-numeric",   [RELAY_NAMELESS] = "relay-nameless",
	[RELAY_NAMED] = "relay-named",	     [RELAY_MISNAMED] = "relay-misnamed",
	[RELAY_NUMBERED] = "relay-numbered", [RELAY_OWN] = "relay-own",
	[RELAY_CLAIMED] = "relay-claimed",
};

static bool same(struct heard_str a, struct heard_str b)
{
	return a.len == b.len && a.len > 0 && strncasecmp(a.ptr, b.ptr, a.len) == 0;
}

size_t relays_host(struct heard_str s)
{
	size_t n = 0;
	while (n < s.len && ((s.ptr[n] >= '0' && s.ptr[n] <= '9') ||
			     ((s.ptr[n] | 0x20) >= 'a' && (s.ptr[n] | 0x20) <= 'z') ||
			     s.ptr[n] == '.' || s.ptr[n] == '-' || s.ptr[n] == '_'))
		n++;
	return n;
}

static struct heard_str host(struct heard_str s)
{
	s.len = relays_host(s);
	return s;
}

/* Where the label before `end` begins. */
static size_t label_before(struct heard_str s, size_t end)
{
	while (end > 0 && s.ptr[end - 1] != '.')
		end--;
	return end;
}

struct heard_str relays_owner(struct heard_str domain)
{
	size_t last = label_before(domain, domain.len),
	       second = last > 0 ? label_before(domain, last - 1) : 0;
	bool is_short = domain.len - last == 2 && last > second && last - 1 - second <= 3;
	if (is_short && second > 0)
		second = label_before(domain, second - 1);
	return heard_str_skip(domain, second);
}

static bool has(struct heard_str s, const char *piece)
{
	return memmem(s.ptr, s.len, piece, strlen(piece)) != NULL;
}

static bool has_dot(struct heard_str s)
{
	return s.len > 0 && memchr(s.ptr, '.', s.len) != NULL;
}

static size_t digits(struct heard_str s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.len; i++)
		n += s.ptr[i] >= '0' && s.ptr[i] <= '9';
	return n;
}

static bool is_numeric(struct heard_str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] != '.' && !(s.ptr[i] >= '0' && s.ptr[i] <= '9'))
			return false;
	return s.len > 0;
}

/* What stands in the brackets that begin here: a name, or "user@name". */
static struct heard_str name_in(struct heard_str s)
{
	const char *at = s.len > 0 ? memchr(s.ptr, '@', s.len) : NULL;
	return host(at ? heard_str_skip(s, (size_t)(at + 1 - s.ptr)) : s);
}

static void compare(struct relays *r, struct heard_str greeting, struct heard_str name,
		    struct heard_str domain)
{
	struct heard_str owner = relays_owner(domain), by_name = relays_owner(name),
			 by_greeting = relays_owner(greeting);
	if (has_dot(name) && has_dot(greeting))
		r->signs[same(by_name, by_greeting) ? RELAY_NAMED : RELAY_MISNAMED]++;
	r->signs[RELAY_BARE] += greeting.len > 0 && !has_dot(greeting);
	r->signs[RELAY_NUMERIC] += is_numeric(greeting);
	r->signs[RELAY_NUMBERED] += digits(name) >= 4;
	if (same(by_name, owner))
		r->signs[RELAY_OWN]++;
	else if (same(by_greeting, owner))
		r->signs[RELAY_CLAIMED]++;
}

void relays_take(struct relays *r, struct heard_str value, struct heard_str domain)
{
	if (!heard_str_starts(value, HEARD_STR_OF("from ")))
		return;
	value = heard_str_skip(value, 5);
	const char *by = memmem(value.ptr, value.len, " by ", 4);
	if (by != NULL)
		value.len = (size_t)(by - value.ptr);
	struct heard_str greeting = host(value), name = {NULL, 0};
	if (heard_str_is(greeting, "localhost") || has(value, "127.0.0.1") ||
	    has(value, "[10.") || has(value, "[192.168"))
		return;
	const char *open = value.len > 0 ? memchr(value.ptr, '(', value.len) : NULL;
	if (open != NULL) {
		struct heard_str inner = heard_str_skip(value, (size_t)(open + 1 - value.ptr));
		name = name_in(inner);
		r->signs[RELAY_SAID] += inner.len > 5 &&
					strncasecmp(inner.ptr + 1, "elo ", 4) == 0;
		r->signs[RELAY_NAMELESS] += name.len == 0;
	}
	compare(r, greeting, name, domain);
}

void relays_say(const struct relays *r, struct heard_buf *b)
{
	for (size_t i = 0; i < RELAY_SIGNS; i++)
		if (r->signs[i] > 0)
			heard_buf_printf(b, "%s%s", b->len ? " " : "", words[i]);
	if (r->signs[RELAY_OWN] == 0 && r->signs[RELAY_CLAIMED] == 0)
		heard_buf_printf(b, "%srelay-foreign", b->len ? " " : "");
}
