/*
 * json_number.cc - std::to_chars (Ryu) is what C has no function for: printf
 * needs up to three tries to find the shortest text, and knows locales.
 */
#include "heard.hh"

#include <charconv>

namespace
{

template <typename number> size_t put(number value, char *out)
{
	return static_cast<size_t>(std::to_chars(out, out + JSON_NUMBER_SIZE, value).ptr - out);
}

} // namespace

size_t json_number(double value, char out[JSON_NUMBER_SIZE])
{
	constexpr double exact = 1e15; /* whole numbers below look better in full */
	if (value > -exact && value < exact) {
		auto whole = static_cast<int64_t>(value);
		if (static_cast<double>(whole) == value)
			return put(whole, out);
	}
	return put(value, out);
}

size_t json_integer(int64_t value, char out[JSON_NUMBER_SIZE])
{
	return put(value, out);
}

size_t json_unsigned(uint64_t value, char out[JSON_NUMBER_SIZE])
{
	return put(value, out);
}
