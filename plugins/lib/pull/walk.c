/*
 * walk.c - the state of a walk: three ids, "-" for none.
 *
 * An id with a blank in it, or too long for us, cannot be remembered: a page with such
 * ends the walk.
 */
#include "walk.h"

#include <string.h>

static bool is_id(struct heard_str s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] <= ' ')
			return false;
	return s.len > 0 && s.len < WALK_ID && !heard_str_is(s, "-");
}

static void set(char id[WALK_ID], struct heard_str s)
{
	memcpy(id, s.ptr, s.len);
	id[s.len] = '\0';
}

/* The next word of *rest; "-" is none. */
static bool next(struct heard_str *rest, char id[WALK_ID])
{
	const char *blank = rest->len ? memchr(rest->ptr, ' ', rest->len) : NULL;
	struct heard_str word = heard_str_n(rest->ptr,
					    blank ? (size_t)(blank - rest->ptr) : rest->len);
	*rest = heard_str_skip(*rest, word.len + (blank != NULL));
	id[0] = '\0';
	if (heard_str_is(word, "-"))
		return true;
	if (!is_id(word))
		return false;
	set(id, word);
	return true;
}

bool walk_parse(struct heard_str state, struct walk *w)
{
	struct heard_str rest = state;
	if (next(&rest, w->since) && next(&rest, w->top) && next(&rest, w->below) &&
	    rest.len == 0)
		return true;
	*w = (struct walk){0};
	return false;
}

void walk_format(const struct walk *w, struct heard_buf *out)
{
	heard_buf_printf(out, "%s %s %s", w->since[0] ? w->since : "-",
			 w->top[0] ? w->top : "-", w->below[0] ? w->below : "-");
}

bool walk_page(struct walk *w, struct heard_str newest, struct heard_str oldest, bool is_last)
{
	bool is_good = is_id(newest) && is_id(oldest);
	if (is_good && w->top[0] == '\0')
		set(w->top, newest);
	/* max_id may be inclusive: a page of the one that we have is the end. */
	if (is_good && !is_last && !heard_str_is(oldest, w->below)) {
		set(w->below, oldest);
		return true;
	}
	if (w->top[0])
		memcpy(w->since, w->top, WALK_ID);
	w->top[0] = w->below[0] = '\0';
	return false;
}
