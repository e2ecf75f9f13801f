/*
 * words.c - what an answer says, and how long that is.
 */
#include "social.h"

#include <heard/error.h>
#include <heard/json.h>
#include <text/utf8.h>

#include <errno.h>

enum { TEXT_MAX = 1 << 20 };

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

int64_t social_number(struct heard_str text)
{
	bool is_negative = text.len > 0 && text.ptr[0] == '-';
	int64_t n = 0;
	for (size_t i = is_negative; i < text.len && i < 19; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			break;
		n = n * 10 + (text.ptr[i] - '0');
	}
	return is_negative ? -n : n;
}

size_t social_utf16(struct heard_str s)
{
	return count_as(s, true);
}

/* With the link or without; how long it is, too. */
static size_t put_words(const struct respond_to *to, const struct social_style *how,
			bool with_link, struct heard_buf *out)
{
	heard_buf_clear(out);
	if (how->is_named)
		heard_buf_printf(out, "@%.*s ", HEARD_ARG(to->address));
	heard_buf_str(out, with_link ? to->text : to->words);
	struct heard_str all = heard_buf_view(out);
	return how->count ? how->count(all) : all.len;
}

static int refuse_length(const struct social_style *how, size_t n, struct heard_error *err)
{
	size_t most = (size_t)how->most;
	if (how->count)
		return heard_fail(err, EINVAL,
				  "the answer has %zu characters, and the network takes %zu: "
				  "write it in two",
				  n, most);
	return heard_fail(err, EINVAL,
			  "the answer has %zu bytes, and the network takes %zu, some %zu "
			  "Chinese characters: write it in two",
			  n, most, most / 3);
}

int social_write(struct heard_json_out *json, const char *key, const struct respond_to *to,
		 const struct social_style *how, struct heard_error *err)
{
	struct heard_buf text;
	int result = 0;
	heard_buf_init(&text, TEXT_MAX);
	size_t n = put_words(to, how, how->is_private, &text);
	if (n > (size_t)how->most && how->is_private)
		n = put_words(to, how, false, &text);
	if (n > (size_t)how->most)
		result = refuse_length(how, n, err);
	else if (text.failed)
		result = heard_fail(err, EAGAIN, "no memory for the answer");
	else
		heard_json_str(json, key, heard_buf_view(&text));
	heard_buf_release(&text);
	return result;
}

struct heard_str social_attribute(const struct respond_to *to, const char *name)
{
	return heard_json_string(heard_json_member(to->record, "attributes"), name);
}

int64_t social_attribute_int(const struct respond_to *to, const char *name)
{
	const struct heard_json *attributes = heard_json_member(to->record, "attributes");
	const struct heard_json *v = heard_json_member(attributes, name);
	return v && v->type == HEARD_JSON_INT ? v->integer : 0;
}
