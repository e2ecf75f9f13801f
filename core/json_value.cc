/*
 * json_value.cc - single values of a document, as fields want them, and the
 * sentences about those that are wrong.  They are stored in clear, so they name what is
 * ours: a field or a family.  Values are a customer's, and so may be free names.
 */
#include "json_decoder.hh"

int json::out_of_memory(const json::decoder &d)
{
	return heard_fail(d.err, ENOMEM, "the record is larger than the batch may be");
}

int json::too_many(const json::decoder &d, enum heard_field f)
{
	return heard_fail(d.err, EBADMSG, "%.*s has more than %d items",
			  HEARD_ARG(heard_field_table[f].name), RECORD_LIST);
}

int json::wrong(const json::decoder &d, struct heard_str name, const char *what)
{
	return heard_fail(d.err, EBADMSG, "%.*s must be %s", HEARD_ARG(name), what);
}

int json::wrong(const json::decoder &d, enum heard_field f, const char *what)
{
	const struct heard_str &name = heard_field_table[f].name;
	return heard_fail(d.err, EBADMSG, "%.*s must be %s", HEARD_ARG(name), what);
}

int json::name_too_long(const json::decoder &d)
{
	return heard_fail(d.err, EBADMSG, "the name of a member is longer than %d bytes",
			  RECORD_NAME);
}

bool json::take_text(const json::decoder &d, json::element e, struct heard_str *out)
{
	char digits[JSON_NUMBER_SIZE];
	struct heard_str s = {digits, 0};
	switch (e.type()) {
	case json::element_type::STRING: s = json::view(e.get_string().value_unsafe()); break;
	case json::element_type::INT64:
		s.len = json_integer(e.get_int64().value_unsafe(), digits);
		break;
	case json::element_type::UINT64:
		s.len = json_unsigned(e.get_uint64().value_unsafe(), digits);
		break;
	default: return false;
	}
	*out = batch_copy_text(d.r->batch, s);
	return true;
}

bool json::take_number(json::element e, double *out)
{
	return e.is_number() && e.get_double().get(*out) == simdjson::SUCCESS;
}

bool json::take_integer(json::element e, int64_t *out)
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

int64_t json::take_time(json::element e, heard_zone *zone)
{
	constexpr double first_ms = 1e11, end_ms = 253402300800e3;
	std::string_view text;
	double number;
	if (e.get_string().get(text) == simdjson::SUCCESS)
		return heard_time_parse(json::view(text), zone);
	if (!take_number(e, &number) || number < 0)
		return HEARD_TIME_NONE;
	if (number < first_ms)
		number *= 1000;
	return number < end_ms ? static_cast<int64_t>(number) : HEARD_TIME_NONE;
}
