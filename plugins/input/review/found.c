/*
 * found.c - lines of "HASH SHA256 TYPE SIZE" and "HASH - WHY".
 */
#include "found.h"

#include <heard/host.h>

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { HASH = 16 };

static void hash_of(const struct heard_host *host, struct heard_str link,
		    char hex[2 * HASH + 1])
{
	unsigned char whole[32];
	heard_keyed_hash(host, "media link", link, whole);
	sodium_bin2hex(hex, 2 * HASH + 1, whole, HASH);
}

void found_put(struct heard_buf *out, const struct heard_host *host, struct heard_str link,
	       const struct found *f)
{
	char hash[2 * HASH + 1];
	hash_of(host, link, hash);
	if (f->sha256.len)
		heard_buf_printf(out, "%s %.*s %.*s %lld\n", hash, HEARD_ARG(f->sha256),
				 HEARD_ARG(f->type), (long long)f->size);
	else
		heard_buf_printf(out, "%s - %.*s\n", hash, HEARD_ARG(f->why));
}

static struct heard_str cut(struct heard_str *rest, char mark)
{
	const char *end = rest->len ? memchr(rest->ptr, mark, rest->len) : NULL;
	size_t n = end ? (size_t)(end - rest->ptr) : rest->len;
	struct heard_str part = heard_str_n(rest->ptr, n);
	*rest = heard_str_skip(*rest, end ? n + 1 : n);
	return part;
}

/* Ours, so it is well formed; a number ends at the line's end. */
static int64_t number(struct heard_str s)
{
	int64_t n = 0;
	for (size_t i = 0; i < s.len && i < 18 && s.ptr[i] >= '0' && s.ptr[i] <= '9'; i++)
		n = n * 10 + (s.ptr[i] - '0');
	return n;
}

bool found_get(struct heard_str all, const struct heard_host *host, struct heard_str link,
	       struct found *f)
{
	char hash[2 * HASH + 1];
	if (all.len == 0)
		return false;
	hash_of(host, link, hash);
	while (all.len) {
		struct heard_str line = cut(&all, '\n');
		if (!heard_str_is(cut(&line, ' '), hash))
			continue;
		*f = (struct found){.sha256 = cut(&line, ' ')};
		if (heard_str_is(f->sha256, "-")) {
			*f = (struct found){.why = line};
		} else {
			f->type = cut(&line, ' ');
			f->size = number(line);
		}
		return true;
	}
	return false;
}
