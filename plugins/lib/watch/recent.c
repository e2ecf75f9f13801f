/*
 * recent.c - the ring of recent.h.
 */
#include "recent.h"

#include <string.h>
#include <text/utf8.h>

struct recent *recents_add(struct recents *r)
{
	struct recent *e = &r->at[r->n++ % RECENT];
	memset(e, 0, sizeof(*e));
	return e;
}

const struct recent *recents_newest(const struct recents *r, size_t i)
{
	return i < RECENT && i < r->n ? &r->at[(r->n - 1 - i) % RECENT] : NULL;
}

void recent_sample(struct recent *e, struct heard_str text)
{
	const char *s = text.ptr, *end = text.len ? s + text.len : s;
	size_t n = 0, chars = 0;
	while (s < end && chars < SAMPLE_CHARS) {
		uint32_t c;
		size_t len = text_decode(s, end, &c);
		if (len == 0 || c < ' ' || c == 0x7f || (c >= 0x2028 && c <= 0x202e)) {
			e->sample[n++] = ' ';
			s += len ? len : 1;
		} else {
			memcpy(e->sample + n, s, len);
			n += len;
			s += len;
		}
		chars++;
	}
	if (s < end) {
		memcpy(e->sample + n, "…", 3);
		n += 3;
	}
	e->sample[n] = '\0';
}

void recent_keyword(struct recent *e, struct heard_str word)
{
	size_t used = strlen(e->keywords);
	if (word.len == 0 || word.len > 40 || used + word.len + 2 > KEYWORDS_SIZE ||
	    memchr(word.ptr, '\n', word.len))
		return;
	memcpy(e->keywords + used, word.ptr, word.len);
	e->keywords[used + word.len] = '\n';
	e->keywords[used + word.len + 1] = '\0';
}
