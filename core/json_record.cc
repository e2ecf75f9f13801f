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
 * elsewhere.  A sentence about a
 * fault names the member and never its value.
 */
#include "json_dom.hh"

namespace
{

using simdjson::dom::element;
using simdjson::dom::element_type;

constexpr int first_family = HEARD_FIELD_COUNT;

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

/* ---- faults */

int out_of_memory(const decoder &d)
{
	return heard_fail(d.err, ENOMEM, "the record is larger than the batch may be");
}

int too_many(const decoder &d, enum heard_field f)
{
	return heard_fail(d.err, EBADMSG, "%.*s has more than %d items",
			  HEARD_ARG(heard_field_table[f].name), RECORD_LIST);
}

int wrong(const decoder &d, struct heard_str name, const char *what)
{
	return heard_fail(d.err, EBADMSG, "%s must be %s", log_quote(name), what);
}

int wrong(const decoder &d, enum heard_field f, const char *what)
{
	const struct heard_str &name = heard_field_table[f].name;
	return heard_fail(d.err, EBADMSG, "%.*s must be %s", HEARD_ARG(name), what);
}

int name_too_long(const decoder &d, struct heard_str name)
{
	return heard_fail(d.err, EBADMSG, "the name of a member is longer than %d bytes: %s",
			  RECORD_NAME, log_quote(name));
}

/* ---- values */

/* Text, or a number without a fraction as its digits.  False if it is neither;
 * {NULL, 0} without memory. */
bool take_text(const decoder &d, element e, struct heard_str *out)
{
	char digits[JSON_NUMBER_SIZE];
	struct heard_str s = {digits, 0};
	switch (e.type()) {
	case element_type::STRING: s = json::view(e.get_string().value_unsafe()); break;
	case element_type::INT64:
		s.len = json_integer(e.get_int64().value_unsafe(), digits);
		break;
	case element_type::UINT64:
		s.len = json_unsigned(e.get_uint64().value_unsafe(), digits);
		break;
	default: return false;
	}
	*out = batch_copy_text(d.r->batch, s);
	return true;
}

bool take_number(element e, double *out)
{
	return e.is_number() && e.get_double().get(*out) == simdjson::SUCCESS;
}

/* An integer, also when it is written as 2.0. */
bool take_integer(element e, int64_t *out)
{
	double number;
	if (e.get_int64().get(*out) == simdjson::SUCCESS)
		return true;
	if (!take_number(e, &number))
		return false;
	struct heard_value v = record_number(number);
	*out = v.integer;
	return v.type == HEARD_INT_;
}

/* Text as heard_time_parse takes it; a number as it takes digits. */
int64_t take_time(element e)
{
	constexpr double first_ms = 1e11, end_ms = 253402300800e3;
	std::string_view text;
	double number;
	if (e.get_string().get(text) == simdjson::SUCCESS)
		return heard_time_parse(json::view(text), nullptr);
	if (!take_number(e, &number) || number < 0)
		return HEARD_TIME_NONE;
	if (number < first_ms)
		number *= 1000;
	return number < end_ms ? static_cast<int64_t>(number) : HEARD_TIME_NONE;
}

/* ---- fields */

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
	int64_t ms = take_time(e);
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

/* ---- families */

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

int flatten(const decoder &d, path &name, element e);

int flatten_object(const decoder &d, path &name, simdjson::dom::object object)
{
	size_t len = name.len;
	for (simdjson::dom::key_value_pair member : object) {
		if (!name.add(member.key))
			return name_too_long(d, json::view(member.key));
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
			return name_too_long(d, name.view());
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

/* NOLINTNEXTLINE(misc-no-recursion): the parser has limited the depth. */
int flatten(const decoder &d, path &name, element e)
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

int set_attribute(const decoder &d, std::string_view key, element e)
{
	path name;
	return name.add(key) ? flatten(d, name, e) : name_too_long(d, json::view(key));
}

/* A member of ratings or masked. */
int set_figure(const decoder &d, enum heard_family family, std::string_view key, element e)
{
	struct heard_value value = {};
	if (e.is_null())
		return 0;
	if (key.size() > RECORD_NAME)
		return name_too_long(d, json::view(key));
	if (family == HEARD_RATINGS) {
		double number;
		if (!take_number(e, &number))
			return wrong(d, json::view(key), "a number, as all ratings");
		value = record_rating(number);
	} else {
		value.type = HEARD_INT_;
		if (!take_integer(e, &value.integer))
			return wrong(d, json::view(key), "an integer, as all counts of masked");
	}
	return set_member(d, family, json::view(key), value);
}

int set_family_member(const decoder &d, enum heard_family family, std::string_view key,
		      element e)
{
	if (family == HEARD_ATTRIBUTES)
		return set_attribute(d, key, e);
	return set_figure(d, family, key, e);
}

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

/* ---- members that are neither a field nor a family */

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
			return name_too_long(d, json::view(member.key));
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
	return set_attribute(d, key, e);
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
