/*
 * json_dom.cc - strict JSON by simdjson: UTF-8 checked, one value and nothing
 * behind it, nested at most HEARD_JSON_DEPTH deep.
 *
 * simdjson reads up to SIMDJSON_PADDING bytes behind the text, so each text is
 * copied into a buffer with that much room; at 1 KB the copy is 2 % of the
 * work.  Buffer and parser are kept for each thread, because to make them costs
 * more than to parse a record; after a large text they are made anew.
 *
 * Beyond simdjson: integers of more than 64 bits are not an error, but numbers
 * like any other; and neither a NUL nor half a surrogate pair may be hidden
 * in a string by an escape.
 */
#include "json_dom.hh"

#include <memory>
#include <new>

namespace
{

using simdjson::error_code;

constexpr size_t smallest = 16 * 1024, kept = 256 * 1024;

struct reader {
	simdjson::dom::parser parser;
	std::unique_ptr<char[]> text;
	size_t size = 0; /* of text, without the padding */
};

/* Make room for a text of n bytes. */
bool prepare(reader &r, size_t n)
{
	if (n <= r.size && (r.size <= kept || n > kept))
		return true;
	size_t size = smallest;
	while (size < n)
		size *= 2;
	r.size = 0;
	r.text.reset(new (std::nothrow) char[size + simdjson::SIMDJSON_PADDING]);
	r.parser = simdjson::dom::parser();
	if (!r.text || r.parser.allocate(size, HEARD_JSON_DEPTH) != simdjson::SUCCESS)
		return false;
	r.size = size;
	return true;
}

/* ---- integers beyond 64 bits */

bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The end of the string that begins at p. */
const char *skip_string(const char *p, const char *end)
{
	for (p++; p < end && *p != '"'; p++)
		if (*p == '\\' && p + 1 < end)
			p++;
	return p < end ? p + 1 : end;
}

bool is_too_large(const char *digits, size_t n, bool is_negative)
{
	const char *limit = is_negative ? "9223372036854775808" : "18446744073709551615";
	size_t most = strlen(limit);
	return n > most || (n == most && memcmp(digits, limit, n) > 0);
}

/* Copies text, with "e0" behind such integers, which makes simdjson read them
 * as it reads 1.5.  Returns the new length; there is room for twice the old. */
size_t respell(const char *p, const char *end, char *out)
{
	char *start = out;
	while (p < end) {
		const char *next = p + 1;
		bool is_big = false;
		if (*p == '"') {
			next = skip_string(p, end);
		} else if (is_digit(*p) || *p == '-') {
			const char *digits = *p == '-' ? p + 1 : p;
			for (next = digits; next < end && is_digit(*next);)
				next++;
			is_big = is_too_large(digits, static_cast<size_t>(next - digits),
					      *p == '-');
			const char *rest = next; /* of a fraction or exponent */
			while (rest < end && (is_digit(*rest) || strchr(".eE+-", *rest)))
				rest++;
			is_big = is_big && rest == next;
			next = rest;
		}
		memcpy(out, p, static_cast<size_t>(next - p));
		out += next - p;
		if (is_big) {
			memcpy(out, "e0", 2);
			out += 2;
		}
		p = next;
	}
	return static_cast<size_t>(out - start);
}

error_code parse_respelled(reader &r, struct heard_str text, simdjson::dom::element *out)
{
	if (!prepare(r, 2 * text.len))
		return simdjson::MEMALLOC;
	size_t n = respell(text.ptr, text.ptr + text.len, r.text.get());
	memset(r.text.get() + n, ' ', simdjson::SIMDJSON_PADDING);
	return r.parser.parse(r.text.get(), n, false).get(*out);
}

/* ---- what is not allowed in strings */

bool is_clean(std::string_view s)
{
	return memchr(s.data(), 0, s.size()) == nullptr &&
	       simdjson::validate_utf8(s.data(), s.size());
}

/* NOLINTNEXTLINE(misc-no-recursion): the parser has limited the depth. */
bool all_clean(simdjson::dom::element e)
{
	std::string_view s;
	simdjson::dom::array array;
	simdjson::dom::object object;
	if (e.get(s) == simdjson::SUCCESS)
		return is_clean(s);
	if (e.get(array) == simdjson::SUCCESS)
		for (simdjson::dom::element child : array)
			if (!all_clean(child))
				return false;
	if (e.get(object) == simdjson::SUCCESS)
		for (simdjson::dom::key_value_pair member : object)
			if (!is_clean(member.key) || !all_clean(member.value))
				return false;
	return true;
}

/* Only an escape can smuggle one in, and most texts have no \u. */
bool has_unicode_escape(struct heard_str text)
{
	const char *p = text.ptr, *end = text.ptr + text.len;
	while ((p = static_cast<const char *>(memchr(p, '\\', static_cast<size_t>(end - p))))) {
		if (p + 1 < end && p[1] == 'u')
			return true;
		p += 2;
		if (p >= end)
			return false;
	}
	return false;
}

/* ---- sentences */

int say(struct heard_error *err, error_code code)
{
	const char *why = "it is malformed";
	switch (code) {
	case simdjson::MEMALLOC:
	case simdjson::CAPACITY:
		return heard_fail(err, ENOMEM, "no memory left for the JSON text");
	case simdjson::EMPTY: why = "it is empty"; break;
	case simdjson::UTF8_ERROR: why = "it is not UTF-8"; break;
	case simdjson::DEPTH_ERROR:
		return heard_fail(err, EBADMSG, "the JSON is nested deeper than %d levels",
				  HEARD_JSON_DEPTH);
	case simdjson::STRING_ERROR: why = "a string has a wrong escape"; break;
	case simdjson::UNESCAPED_CHARS: why = "a string has a raw control character"; break;
	case simdjson::UNCLOSED_STRING: why = "a string is not closed"; break;
	case simdjson::NUMBER_ERROR: why = "a number is malformed or too large"; break;
	default: break;
	}
	return heard_fail(err, EBADMSG, "this is not JSON: %s", why);
}

} // namespace

int json::parse(struct heard_str text, simdjson::dom::element *out, struct heard_error *err)
{
	static thread_local reader r;
	if (text.len == 0)
		return say(err, simdjson::EMPTY);
	if (!prepare(r, text.len))
		return say(err, simdjson::MEMALLOC);
	memcpy(r.text.get(), text.ptr, text.len);
	memset(r.text.get() + text.len, ' ', simdjson::SIMDJSON_PADDING);
	error_code code = r.parser.parse(r.text.get(), text.len, false).get(*out);
	if (code == simdjson::NUMBER_ERROR)
		code = parse_respelled(r, text, out);
	if (code != simdjson::SUCCESS)
		return say(err, code);
	if (has_unicode_escape(text) && !all_clean(*out))
		return heard_fail(
			err, EBADMSG,
			"a string of the JSON holds \\u0000 or half a surrogate pair");
	return 0;
}
