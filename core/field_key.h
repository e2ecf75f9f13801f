/*
 * field_key.h - how fields are spelled in nested JSON: ,"leaf": and for those
 * with a dot ,"group": before the first of the group.
 *
 * A key is copied whole, FIELD_KEY_SIZE bytes, which is an instruction or two;
 * the first comma becomes the brace.
 */
#ifndef CORE_FIELD_KEY_H
#define CORE_FIELD_KEY_H

#include <heard/field.h>

#include <stdint.h>

enum { FIELD_KEY_SIZE = 24 };

struct field_key {
	char text[FIELD_KEY_SIZE];
	uint8_t len;
	uint8_t group; /* of a field: 0 for none, else its place in groups */
};

struct field_table_keys {
	struct field_key fields[HEARD_FIELD_COUNT];
	struct field_key groups[HEARD_FIELD_COUNT + 1];
};

extern const struct field_table_keys field_keys;

#endif
