/*
 * json_family.cc - ratings, masked and attributes from JSON.
 *
 * Attributes are flattened on the way in: docs/decisions/0002-flat-attributes.md.
 */
#include "json_decoder.hh"

namespace
{

using namespace json;

constexpr const char *family_names[] = {
#define X(symbol, name, meaning) name,
	HEARD_FAMILIES(X)
#undef X
};

int set_member(const decoder &d, enum heard_family family, struct heard_str name,
	       struct heard_value value)
{
	struct record_member *m = record_member_find(d.r, family, name);
	if (m == nullptr) {
		if (name.len == 0)
			return heard_fail(d.err, EBADMSG, "a member has an empty name");
		if (d.r->families[family].n == RECORD_MEMBERS)
			return heard_fail(d.err, EBADMSG, "the record has more than %d %s",
					  RECORD_MEMBERS, family_names[family]);
		struct heard_str copy = batch_copy_text(d.r->batch, name);
		m = copy.ptr ? record_member_add(d.r, family) : nullptr;
		if (m == nullptr)
			return out_of_memory(d);
		m->name = copy;
	}
	m->value = value;
	return 0;
}

int flatten_object(const decoder &d, path &name, simdjson::dom::object object)
{
	size_t len = name.len;
	for (simdjson::dom::key_value_pair member : object) {
		if (!name.add(member.key))
			return name_too_long(d);
		int result = flatten(d, name, member.value);
		if (result < 0)
			return result;
		name.len = len;
	}
	return 0;
}

int flatten_array(const decoder &d, path &name, simdjson::dom::array array)
{
	size_t len = name.len;
	uint64_t i = 0;
	for (element item : array) {
		char digits[JSON_NUMBER_SIZE];
		if (!name.add(std::string_view(digits, json_unsigned(i++, digits))))
			return name_too_long(d);
		int result = flatten(d, name, item);
		if (result < 0)
			return result;
		name.len = len;
	}
	return 0;
}

int flatten_text(const decoder &d, path &name, std::string_view text)
{
	struct heard_value value = {};
	value.type = HEARD_STR_;
	value.str = batch_copy_text(d.r->batch, json::view(text));
	if (value.str.ptr == nullptr)
		return out_of_memory(d);
	return set_member(d, HEARD_ATTRIBUTES, name.view(), value);
}

struct heard_value boolean_value(bool boolean)
{
	struct heard_value value = {};
	value.type = HEARD_BOOL_;
	value.boolean = boolean;
	return value;
}

struct heard_value integer_value(int64_t integer)
{
	struct heard_value value = {};
	value.type = HEARD_INT_;
	value.integer = integer;
	return value;
}

struct heard_value scalar_value(element e)
{
	switch (e.type()) {
	case element_type::BOOL: return boolean_value(e.get_bool().value_unsafe());
	case element_type::INT64: return integer_value(e.get_int64().value_unsafe());
	default: return record_number(e.get_double().value_unsafe());
	}
}

int set_attribute(const decoder &d, std::string_view key, element e)
{
	path name;
	return name.add(key) ? flatten(d, name, e) : name_too_long(d);
}

/* A member of ratings or masked. */
int set_figure(const decoder &d, enum heard_family family, std::string_view key, element e)
{
	struct heard_value value = {};
	if (e.is_null())
		return 0;
	if (key.size() > RECORD_NAME)
		return name_too_long(d);
	if (family == HEARD_RATINGS) {
		double number;
		if (!take_number(e, &number))
			return wrong(d, json::view("a member of ratings"), "a number");
		value = record_rating(number);
	} else {
		value.type = HEARD_INT_;
		if (!take_integer(e, &value.integer))
			return wrong(d, json::view("a member of masked"), "an integer");
	}
	return set_member(d, family, json::view(key), value);
}

} // namespace

/* NOLINTNEXTLINE(misc-no-recursion): the parser has limited the depth. */
int json::flatten(const decoder &d, path &name, element e)
{
	switch (e.type()) {
	case element_type::NULL_VALUE: return 0;
	case element_type::OBJECT:
		return flatten_object(d, name, e.get_object().value_unsafe());
	case element_type::ARRAY: return flatten_array(d, name, e.get_array().value_unsafe());
	case element_type::STRING: return flatten_text(d, name, e.get_string().value_unsafe());
	default: return set_member(d, HEARD_ATTRIBUTES, name.view(), scalar_value(e));
	}
}

int json::set_family_member(const decoder &d, enum heard_family family, std::string_view key,
			    element e)
{
	if (family == HEARD_ATTRIBUTES)
		return set_attribute(d, key, e);
	return set_figure(d, family, key, e);
}
