/*
 * status.c - the status code of a delivery: "5.1.1" (RFC 3463).
 *
 * A stranger may have written it, so only what has the form is repeated anywhere.
 */
#include "letter.h"

static size_t count_digits(struct heard_str s)
{
	size_t n = 0;
	while (n < s.len && s.ptr[n] >= '0' && s.ptr[n] <= '9')
		n++;
	return n;
}

struct heard_str letter_status(struct heard_str text)
{
	struct heard_str left = text, none = {0};
	for (unsigned part = 0; part < 3; part++) {
		size_t n = count_digits(left);
		if (n == 0 || n > (part == 0 ? 1u : 3u))
			return none;
		left = heard_str_skip(left, n);
		if (part < 2 && (left.len == 0 || left.ptr[0] != '.'))
			return none;
		left = heard_str_skip(left, part < 2 ? 1 : 0);
	}
	return left.len == 0 ? text : none;
}
