/*
 * wanted.c - names, each once.
 */
#include "wanted.h"

#include <string.h>
#include <text/utf8.h>

int wanted_add(struct wanted *w, const char *name)
{
	if (name[0] == '\0')
		return -1;
	for (size_t i = 0; i < w->n; i++)
		if (strcmp(w->names[i], name) == 0)
			return (int)i;
	if (w->n == WANTED_MAX)
		return -1;
	w->names[w->n] = name;
	return (int)w->n++;
}

struct heard_str wanted_value(struct heard_str s)
{
	s = heard_str_trim(s);
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] < ' ' || s.ptr[i] == 0x7f)
			return heard_str_n(NULL, 0);
	return s.len <= VALUE_MAX && text_is_valid(s) ? s : heard_str_n(NULL, 0);
}
