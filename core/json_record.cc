/*
 * json_record.cc - one JSON object into a record: the way in for feedback, and
 * for our own canonical lines on their way out.
 *
 * simdjson's document is walked once and its values set directly.  A member is,
 * in this order:
 *
 *	a field               "rating", "author.name"
 *	a group of fields     "author": {...}, whose members are looked up again
 *	a family              "ratings": {...} or "ratings.value"
 *	anything else         attributes, flattened: "a": [{"b": 1}] is "a.0.b"
 *
 * A later member of the same name wins; null removes a field and is passed over
 * elsewhere.
 */
#include "json_decoder.hh"

namespace
{

using namespace json;

constexpr int first_family = HEARD_FIELD_COUNT;

int set_text(const decoder &d, enum heard_field f, element e)
{
	struct heard_str s;
	if (!take_text(d, e, &s))
		return wrong(d, f, "a string");
	if (s.ptr == nullptr)
		return out_of_memory(d);
	if (f == HEARD_OP && heard_set_str_borrowed(d.r, f, s) == -EINVAL)
		return wrong(d, f, "create, update or delete");
	union record_value *place = record_place(d.r, f);
	if (place == nullptr)
		return out_of_memory(d);
	place->str = s;
	return 0;
}

int set_number(const decoder &d, enum heard_field f, element e)
{
	double number;
	if (!take_number(e, &number))
		return wrong(d, f, "a number");
	return heard_set_number(d.r, f, number) < 0 ? out_of_memory(d) : 0;
}

int set_integer(const decoder &d, enum heard_field f, element e)
{
	int64_t integer;
	if (!take_integer(e, &integer))
		return wrong(d, f, "an integer");
	return heard_set_int(d.r, f, integer) < 0 ? out_of_memory(d) : 0;
}

int set_time(const decoder &d, enum heard_field f, element e)
{
	int64_t ms = take_time(e, heard_batch_zone(d.r->batch));
	if (ms == HEARD_TIME_NONE)
		return wrong(d, f, "a time such as 2026-01-31T08:30:00Z, from 1970 to 9999");
	return heard_set_time(d.r, f, ms) < 0 ? out_of_memory(d) : 0;
}

int set_list(const decoder &d, enum heard_field f, element e)
{
	simdjson::dom::array array;
	struct heard_str at[RECORD_LIST];
	size_t n = 0;
	if (e.get_array().get(array) != simdjson::SUCCESS)
		return wrong(d, f, "a list of strings");
	for (element item : array) {
		if (n == RECORD_LIST)
			return too_many(d, f);
		if (!take_text(d, item, &at[n]))
			return wrong(d, f, "a list of strings");
		if (at[n++].ptr == nullptr)
			return out_of_memory(d);
	}
	return record_set_list_borrowed(d.r, f, at, n) < 0 ? out_of_memory(d) : 0;
}

/* One member of an attachment.  False if it is not one, or of a wrong type. */
bool set_file_member(std::string_view name, element e, struct heard_file *file)
{
	std::string_view s;
	struct heard_str *text = name == "name"	    ? &file->name
				 : name == "type"   ? &file->type
				 : name == "sha256" ? &file->sha256
						    : nullptr;
	if (text && e.get_string().get(s) == simdjson::SUCCESS) {
		*text = json::view(s);
		return true;
	}
	return name == "size" && take_integer(e, &file->size) && file->size >= 0;
}

int set_files(const decoder &d, enum heard_field f, element e)
{
	static const char what[] = "a list of objects with name, type, size and sha256";
	simdjson::dom::array array;
	if (e.get_array().get(array) != simdjson::SUCCESS)
		return wrong(d, f, what);
	heard_unset(d.r, f);
	if (array.size() > RECORD_LIST)
		return too_many(d, f);
	for (element item : array) {
		struct heard_file file = {};
		simdjson::dom::object object;
		if (item.get_object().get(object) != simdjson::SUCCESS)
			return wrong(d, f, what);
		for (simdjson::dom::key_value_pair member : object)
			if (!member.value.is_null() &&
			    !set_file_member(member.key, member.value, &file))
				return wrong(d, f, what);
		if (heard_file_add(d.r, &file) < 0)
			return out_of_memory(d);
	}
	return 0;
}

int set_field(const decoder &d, enum heard_field f, element e)
{
	if (e.is_null()) {
		heard_unset(d.r, f);
		return 0;
	}
	switch (heard_field_table[f].type) {
	case HEARD_STR_: return set_text(d, f, e);
	case HEARD_NUM_: return set_number(d, f, e);
	case HEARD_INT_: return set_integer(d, f, e);
	case HEARD_TIME_: return set_time(d, f, e);
	case HEARD_LIST_: return set_list(d, f, e);
	case HEARD_FILES_: return set_files(d, f, e);
	default: return 0; /* no field has another type */
	}
}

/* ---- members that are not a field's name */

int set_family(const decoder &d, enum heard_family family, std::string_view key, element e)
{
	simdjson::dom::object object;
	if (e.is_null())
		return 0;
	if (e.get_object().get(object) != simdjson::SUCCESS)
		return wrong(d, json::view(key), "an object");
	for (simdjson::dom::key_value_pair member : object) {
		int result = set_family_member(d, family, member.key, member.value);
		if (result < 0)
			return result;
	}
	return 0;
}

/* "ratings.value": the family and the rest of the name; -1 if it is not one. */
int split_family(std::string_view key, std::string_view *rest)
{
	size_t dot = key.find('.');
	if (dot == std::string_view::npos)
		return -1;
	int place = field_index_find(json::view(key.substr(0, dot)));
	*rest = key.substr(dot + 1);
	return place < first_family ? -1 : place - first_family;
}

/* "author": {...} holds fields; what is none of them is an attribute. */
int set_group(const decoder &d, std::string_view key, simdjson::dom::object object)
{
	for (simdjson::dom::key_value_pair member : object) {
		path name;
		if (!name.add(key) || !name.add(member.key))
			return name_too_long(d);
		int f = heard_field_find(name.view());
		int result = f >= 0 ? set_field(d, static_cast<enum heard_field>(f),
						member.value)
				    : flatten(d, name, member.value);
		if (result < 0)
			return result;
	}
	return 0;
}

int set_unknown(const decoder &d, std::string_view key, element e)
{
	std::string_view rest;
	simdjson::dom::object object;
	int family = split_family(key, &rest);
	if (family >= 0)
		return set_family_member(d, static_cast<enum heard_family>(family), rest, e);
	/* Every group begins with the name of one; others are found to be none. */
	if (e.get_object().get(object) == simdjson::SUCCESS)
		return set_group(d, key, object);
	return set_family_member(d, HEARD_ATTRIBUTES, key, e);
}

int set_any(const decoder &d, std::string_view key, element e)
{
	int place = field_index_find(json::view(key));
	if (place < 0)
		return set_unknown(d, key, e);
	if (place < first_family)
		return set_field(d, static_cast<enum heard_field>(place), e);
	return set_family(d, static_cast<enum heard_family>(place - first_family), key, e);
}

} // namespace

int record_decode(struct heard_record *r, struct heard_str json, struct heard_error *err)
{
	element root;
	simdjson::dom::object object;
	decoder d = {r, err};
	int result = json::parse(json, &root, err);
	if (result < 0)
		return result;
	if (root.get_object().get(object) != simdjson::SUCCESS)
		return heard_fail(err, EBADMSG, "a record must be a JSON object");
	for (simdjson::dom::key_value_pair member : object) {
		result = set_any(d, member.key, member.value);
		if (result < 0)
			return result;
	}
	return 0;
}
