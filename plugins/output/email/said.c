/*
 * said.c - a server likes to quote whom it refuses; a log must not.
 *
 * Words are told apart by what cannot stand in an address, so that "<a@b>:" and
 * "to=a@b," lose the address and nothing else.
 */
#include "said.h"

#include <letter/letter.h>

#include <stdbool.h>
#include <string.h>
#include <strings.h>

enum {
	NAME_MIN = 3, /* a shorter one would be found in any sentence */
	CODE = 4,     /* "550 " or "550-" */
};

static bool is_end(char c)
{
	return c <= ' ' || c >= 0x7f || strchr("<>()[]\"',;:=", c) != NULL;
}

static bool is_named(struct heard_str word, struct heard_str local)
{
	if (memchr(word.ptr, '@', word.len) != NULL)
		return true;
	for (size_t i = 0; local.len >= NAME_MIN && i + local.len <= word.len; i++)
		if (strncasecmp(word.ptr + i, local.ptr, local.len) == 0)
			return true;
	return false;
}

static size_t copy(char *out, size_t size, size_t n, struct heard_str s)
{
	for (size_t i = 0; i < s.len && n + 1 < size; i++)
		out[n++] = s.ptr[i];
	return n;
}

void said_plain(struct heard_str said, const char *to, char *out, size_t size)
{
	struct heard_str local = heard_str_n(to, to ? strcspn(to, "@") : 0);
	size_t n = 0;
	said = heard_str_trim(said);
	while (said.len > 0 && n + 1 < size) {
		size_t len = 0;
		while (len < said.len && !is_end(said.ptr[len]))
			len++;
		struct heard_str word = heard_str_n(said.ptr, len);
		if (len == 0) {
			unsigned char c = (unsigned char)said.ptr[0];
			out[n++] = c < ' ' ? ' ' : c >= 0x7f ? '?' : (char)c;
			len = 1;
		} else {
			n = copy(out, size, n,
				 is_named(word, local) ? HEARD_STR_OF("(address)") : word);
		}
		said = heard_str_skip(said, len);
	}
	out[n] = '\0';
}

/* ---- statuses */

struct heard_str said_line_status(struct heard_str line)
{
	struct heard_str s = line.len > CODE ? heard_str_skip(line, CODE) : HEARD_STR_OF("");
	const char *blank = s.len ? memchr(s.ptr, ' ', s.len) : NULL;
	return letter_status(
		heard_str_trim(blank ? heard_str_n(s.ptr, (size_t)(blank - s.ptr)) : s));
}

bool said_nobody(struct heard_str status)
{
	static const char *const final[] = {"5.1.1", "5.1.2",  "5.1.3",
					    "5.1.6", "5.1.10", "5.2.1"};
	for (size_t i = 0; i < sizeof(final) / sizeof(final[0]); i++)
		if (heard_str_is(status, final[i]))
			return true;
	return false;
}
