/*
 * field_key.cc - how each field is spelled in nested JSON, made by the compiler
 * out of the field table.
 */
#include "heard.hh"

namespace
{

struct name {
	const char *ptr;
	size_t len;
};

constexpr name names[] = {
#define X(symbol, text, type, care, meaning) {text, sizeof(text) - 1},
	HEARD_FIELDS(X)
#undef X
};

/* The length of "author" in "author.name", or 0. */
constexpr size_t prefix_length(const name &n)
{
	for (size_t i = 0; i < n.len; i++)
		if (n.ptr[i] == '.')
			return i;
	return 0;
}

constexpr bool same_group(const name &a, const name &b)
{
	size_t n = prefix_length(a);
	if (n == 0 || n != prefix_length(b))
		return false;
	for (size_t i = 0; i < n; i++)
		if (a.ptr[i] != b.ptr[i])
			return false;
	return true;
}

/* A name too long for the array does not compile. */
constexpr void spell(field_key &key, const char *p, size_t n)
{
	size_t at = 0;
	key.text[at++] = ',';
	key.text[at++] = '"';
	for (size_t i = 0; i < n; i++)
		key.text[at++] = p[i];
	key.text[at++] = '"';
	key.text[at++] = ':';
	key.len = static_cast<uint8_t>(at);
}

constexpr field_table_keys spell_all()
{
	field_table_keys all{};
	unsigned n_groups = 0;
	for (unsigned f = 0; f < HEARD_FIELD_COUNT; f++) {
		size_t prefix = prefix_length(names[f]);
		if (prefix && !(f && same_group(names[f - 1], names[f])))
			spell(all.groups[++n_groups], names[f].ptr, prefix);
		size_t skip = prefix ? prefix + 1 : 0;
		spell(all.fields[f], names[f].ptr + skip, names[f].len - skip);
		all.fields[f].group = static_cast<uint8_t>(prefix ? n_groups : 0);
	}
	return all;
}

} // namespace

extern constexpr field_table_keys field_keys = spell_all();
