/*
 * words.c - what an answer says, and how long that is.
 */
#include "social.h"

#include <heard/error.h>
#include <text/utf8.h>

#include <errno.h>

static size_t count_as(struct heard_str s, bool is_utf16)
{
	const char *at = s.ptr, *end = s.ptr + s.len;
	size_t n = 0;
	while (s.len > 0 && at < end) {
		uint32_t c = 0;
		size_t bytes = text_decode(at, end, &c);
		n += is_utf16 && c > 0xffff ? 2 : 1;
		at += bytes ? bytes : 1;
	}
	return n;
}

size_t social_characters(struct heard_str s)
{
	return count_as(s, false);
}

size_t social_utf16(struct heard_str s)
{
	return count_as(s, true);
}

int social_write(const struct respond_to *to, const char *head, bool is_private,
		 size_t (*count)(struct heard_str), int64_t most, struct heard_buf *out,
		 struct heard_error *err)
{
	size_t n = 0, limit = (size_t)most;
	for (int with_link = is_private; with_link >= 0; with_link--) {
		heard_buf_clear(out);
		heard_buf_puts(out, head);
		heard_buf_str(out, with_link ? to->text : to->words);
		n = count(heard_buf_view(out));
		if (out->failed)
			return heard_fail(err, EAGAIN, "no memory for the answer");
		if (n <= limit)
			return 0;
	}
	return heard_fail(err, EINVAL,
			  "the answer has %zu characters, and the network takes %zu: write it "
			  "in two",
			  n, limit);
}
