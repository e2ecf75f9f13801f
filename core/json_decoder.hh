/*
 * json_decoder.hh - what the files that turn JSON into a record share.
 *
 * json_record.cc walks the document and sets fields, json_family.cc sets the
 * families, json_value.cc knows values and the sentences about wrong ones.
 */
#ifndef CORE_JSON_DECODER_HH
#define CORE_JSON_DECODER_HH

#include "json_dom.hh"

namespace json
{

using simdjson::dom::element;
using simdjson::dom::element_type;

struct decoder {
	struct heard_record *r;
	struct heard_error *err;
};

/* A dotted name that grows and shrinks on the way through the tree. */
struct path {
	char text[RECORD_NAME];
	size_t len = 0;
	bool is_started = false; /* a name may be empty */

	struct heard_str view() const
	{
		struct heard_str s = {text, len};
		return s;
	}
	/* False if it would be too long. */
	bool add(std::string_view name)
	{
		size_t dot = is_started ? 1 : 0;
		if (name.size() + dot > sizeof text - len)
			return false;
		if (dot)
			text[len] = '.';
		memcpy(text + len + dot, name.data(), name.size());
		len += dot + name.size();
		is_started = true;
		return true;
	}
};

/* ---- sentences: each fills d.err and returns its code, negative */

int out_of_memory(const decoder &d);
/* `name` is stored in clear: never one that came from outside, but of a family. */
int wrong(const decoder &d, struct heard_str name, const char *what);
int wrong(const decoder &d, enum heard_field f, const char *what);
int too_many(const decoder &d, enum heard_field f);
int name_too_long(const decoder &d);

/* ---- values */

/* Text, or a number without a fraction as its digits.  False if it is neither;
 * {NULL, 0} without memory. */
bool take_text(const decoder &d, element e, struct heard_str *out);
bool take_number(element e, double *out);
/* An integer, also when it is written as 2.0. */
bool take_integer(element e, int64_t *out);
/* Text as heard_time_parse takes it; a number as it takes digits. */
int64_t take_time(element e, heard_zone *zone);

/* ---- families: 0, or negative with a sentence */

/* Set the attribute `name`, or those below it. */
int flatten(const decoder &d, path &name, element e);
/* The member `key` of the family; for attributes it may be a tree. */
int set_family_member(const decoder &d, enum heard_family family, std::string_view key,
		      element e);

} // namespace json

#endif
