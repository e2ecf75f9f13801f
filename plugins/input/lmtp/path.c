/*
 * path.c - addresses in <> and the parameters behind them.
 *
 * What an address means is not looked at here, only where it ends: a quoted local part
 * may hold a '>' or a blank.
 */
#include "path.h"

#include <strings.h>

/* The place of the '>' that ends it, or s.len. */
static size_t end_of(struct heard_str s)
{
	bool is_quoted = false;
	for (size_t i = 0; i < s.len; i++) {
		if (is_quoted && s.ptr[i] == '\\')
			i++;
		else if (s.ptr[i] == '"')
			is_quoted = !is_quoted;
		else if (s.ptr[i] == '>' && !is_quoted)
			return i;
	}
	return s.len;
}

bool path_cut(struct heard_str *rest, struct heard_str *address)
{
	struct heard_str s = heard_str_trim(*rest);
	if (s.len == 0 || s.ptr[0] != '<')
		return false;
	s = heard_str_skip(s, 1);
	size_t end = end_of(s);
	if (end == s.len)
		return false;
	*rest = heard_str_skip(s, end + 1);
	*address = heard_str_n(s.ptr, end);
	if (end > 0 && s.ptr[0] == '@') {
		const char *colon = memchr(s.ptr, ':', end);
		if (colon == NULL)
			return false;
		*address = heard_str_skip(*address, (size_t)(colon + 1 - s.ptr));
	}
	return rest->len == 0 || rest->ptr[0] == ' ';
}

bool path_is_good(struct heard_str s, bool may_be_empty)
{
	bool is_quoted = false;
	if (s.len == 0)
		return may_be_empty;
	if (s.len > PATH_LONGEST)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];
		if (c < ' ' || c == 0x7f || (!is_quoted && strchr(" <>()", c) != NULL))
			return false;
		if (is_quoted && c == '\\' && i + 1 < s.len && s.ptr[i + 1] >= ' ')
			i++;
		else if (c == '"')
			is_quoted = !is_quoted;
	}
	return !is_quoted && s.ptr[0] != '@' && s.ptr[s.len - 1] != '@';
}

bool path_is_wide(struct heard_str s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] >= 0x80)
			return true;
	return false;
}

/* ---- parameters */

static bool is(struct heard_str s, const char *word)
{
	return s.len == strlen(word) && strncasecmp(s.ptr, word, s.len) == 0;
}

/* A number of up to 19 digits, so that it does not overflow. */
static bool number(struct heard_str s, uint64_t *out)
{
	*out = 0;
	if (s.len == 0 || s.len > 19)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
		*out = *out * 10 + (uint64_t)(s.ptr[i] - '0');
	}
	return true;
}

static enum path_fault one(struct heard_str word, struct path_parameters *p)
{
	const char *equals = memchr(word.ptr, '=', word.len);
	struct heard_str name = heard_str_n(word.ptr,
					    equals ? (size_t)(equals - word.ptr) : word.len);
	struct heard_str value = heard_str_skip(word, name.len + 1);
	if (is(name, "SIZE") && equals != NULL)
		return number(value, &p->size) ? PATH_GOOD : PATH_WRONG;
	if (is(name, "BODY") && equals != NULL)
		return is(value, "7BIT") || is(value, "8BITMIME") ? PATH_GOOD : PATH_WRONG;
	if (is(name, "SMTPUTF8") && equals == NULL) {
		p->is_utf8 = true;
		return PATH_GOOD;
	}
	return PATH_UNKNOWN;
}

enum path_fault path_parameters(struct heard_str rest, struct path_parameters *p)
{
	*p = (struct path_parameters){0};
	for (rest = heard_str_trim(rest); rest.len > 0; rest = heard_str_trim(rest)) {
		const char *blank = memchr(rest.ptr, ' ', rest.len);
		size_t n = blank ? (size_t)(blank - rest.ptr) : rest.len;
		enum path_fault fault = one(heard_str_n(rest.ptr, n), p);
		if (fault != PATH_GOOD)
			return fault;
		rest = heard_str_skip(rest, n);
	}
	return PATH_GOOD;
}
