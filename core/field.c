/*
 * field.c - the table of well-known fields as data.  Finding one by its name
 * is in field_index.cc, where the compiler makes a perfect hash of it.
 */
#include <heard/field.h>

const struct heard_field_info heard_field_table[HEARD_FIELD_COUNT] = {
#define X(symbol, name, type, care, meaning) \
	{HEARD_STR(name), HEARD_##type##_, HEARD_##care, meaning},
	HEARD_FIELDS(X)
#undef X
};
