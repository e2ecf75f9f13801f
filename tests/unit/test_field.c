/* The field table: order, names, and finding them. */
#include "field_index.h"
#include "field_key.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static void every_field_is_found_by_its_name(void **state)
{
	(void)state;
	for (int f = 0; f < HEARD_FIELD_COUNT; f++) {
		assert_int_equal(heard_field_find(heard_field_table[f].name), f);
		assert_int_equal(field_index_find(heard_field_table[f].name), f);
	}
	assert_int_equal(heard_field_find(HEARD_STR_OF("author.name")), HEARD_AUTHOR_NAME);
}

static void families_are_found_but_are_no_fields(void **state)
{
	(void)state;
	assert_int_equal(field_index_find(HEARD_STR_OF("ratings")),
			 HEARD_FIELD_COUNT + (int)HEARD_RATINGS);
	assert_int_equal(field_index_find(HEARD_STR_OF("attributes")),
			 HEARD_FIELD_COUNT + (int)HEARD_ATTRIBUTES);
	assert_int_equal(heard_field_find(HEARD_STR_OF("attributes")), -1);
}

static void near_misses_are_not_found(void **state)
{
	(void)state;
	for (int f = 0; f < HEARD_FIELD_COUNT; f++) {
		struct heard_str name = heard_field_table[f].name;
		char text[64];
		for (size_t i = 0; i < name.len; i++) {
			memcpy(text, name.ptr, name.len);
			text[i] = (char)(text[i] ^ 1);
			int found = heard_field_find(heard_str_n(text, name.len));
			assert_true(found == -1 || heard_str_eq(heard_field_table[found].name,
								heard_str_n(text, name.len)));
		}
		memcpy(text, name.ptr, name.len);
		text[name.len] = 's';
		assert_int_equal(heard_field_find(heard_str_n(text, name.len + 1)), -1);
	}
	assert_int_equal(heard_field_find(heard_str_n(NULL, 0)), -1);
	assert_int_equal(heard_field_find(HEARD_STR_OF("author")), -1);
	assert_int_equal(heard_field_find(HEARD_STR_OF("RATING")), -1);
}

static void names_with_a_prefix_stand_together(void **state)
{
	(void)state;
	bool seen[HEARD_FIELD_COUNT + 1] = {false};
	unsigned last = 0;
	for (int f = 0; f < HEARD_FIELD_COUNT; f++) {
		unsigned group = field_keys.fields[f].group;
		if (group && group != last) {
			assert_false(seen[group]);
			seen[group] = true;
		}
		last = group;
	}
	/* Two groups are never of one name. */
	for (unsigned a = 1; a <= HEARD_FIELD_COUNT && field_keys.groups[a].len; a++)
		for (unsigned b = 1; b < a; b++)
			assert_string_not_equal(field_keys.groups[a].text,
						field_keys.groups[b].text);
}

static void keys_spell_the_names(void **state)
{
	(void)state;
	for (int f = 0; f < HEARD_FIELD_COUNT; f++) {
		const struct field_key *key = &field_keys.fields[f];
		char text[64] = "";
		if (key->group) {
			const struct field_key *group = &field_keys.groups[key->group];
			strncat(text, group->text + 2, group->len - 4u);
			strcat(text, ".");
		}
		strncat(text, key->text + 2, key->len - 4u);
		assert_true(heard_str_is(heard_field_table[f].name, text));
	}
}

static void meanings_are_there(void **state)
{
	(void)state;
	for (int f = 0; f < HEARD_FIELD_COUNT; f++) {
		const struct heard_field_info *info = &heard_field_table[f];
		assert_true(info->meaning[0] != '\0');
		assert_true(info->type != HEARD_NONE && info->type != HEARD_BOOL_);
		for (size_t i = 0; i < info->name.len; i++)
			assert_true(islower((unsigned char)info->name.ptr[i]) ||
				    info->name.ptr[i] == '_' || info->name.ptr[i] == '.');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_is_found_by_its_name),
		cmocka_unit_test(families_are_found_but_are_no_fields),
		cmocka_unit_test(near_misses_are_not_found),
		cmocka_unit_test(names_with_a_prefix_stand_together),
		cmocka_unit_test(keys_spell_the_names),
		cmocka_unit_test(meanings_are_there),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
