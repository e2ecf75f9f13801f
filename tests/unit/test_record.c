/* Records: setters by type, absence, lists, families, the walk over texts. */
#include "record.h"

#include <heard/time.h>

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static struct heard_batch *batch;
static struct heard_record *rec;

static int set_up(void **state)
{
	(void)state;
	batch = batch_create(16 << 20);
	rec = batch ? heard_batch_add(batch) : NULL;
	return rec == NULL;
}

static int tear_down(void **state)
{
	(void)state;
	batch_destroy(batch);
	return 0;
}

static struct heard_value text_value(const char *s)
{
	return (struct heard_value){.type = HEARD_STR_, .str = heard_str(s)};
}

static struct heard_value integer_value(int64_t n)
{
	return (struct heard_value){.type = HEARD_INT_, .integer = n};
}

static void a_new_record_has_nothing(void **state)
{
	(void)state;
	for (int f = 0; f < HEARD_FIELD_COUNT; f++) {
		assert_false(heard_has(rec, (enum heard_field)f));
		assert_int_equal(heard_get(rec, (enum heard_field)f).type, HEARD_NONE);
	}
	assert_null(heard_get_str(rec, HEARD_BODY).ptr);
	assert_true(heard_get_number(rec, HEARD_RATING, -7) == -7);
	assert_int_equal(heard_get_time(rec, HEARD_CREATED_AT), HEARD_TIME_NONE);
	assert_true(heard_record_is_live(rec));
	assert_ptr_equal(heard_record_batch(rec), batch);
}

static void every_field_takes_its_own_type_and_no_other(void **state)
{
	(void)state;
	struct heard_str item = HEARD_STR("item");
	for (int i = 0; i < HEARD_FIELD_COUNT; i++) {
		enum heard_field f = (enum heard_field)i;
		enum heard_type type = heard_field_table[f].type;
		const char *word = f == HEARD_OP ? "create" : "x";
		bool is_number = type == HEARD_INT_ || type == HEARD_NUM_;
		assert_int_equal(heard_set_str(rec, f, heard_str(word)),
				 type == HEARD_STR_ ? 0 : -EINVAL);
		assert_int_equal(heard_set_int(rec, f, 3), is_number ? 0 : -EINVAL);
		assert_int_equal(heard_set_number(rec, f, 4), is_number ? 0 : -EINVAL);
		assert_int_equal(heard_set_time(rec, f, 5), type == HEARD_TIME_ ? 0 : -EINVAL);
		assert_int_equal(heard_set_list(rec, f, &item, 1),
				 type == HEARD_LIST_ ? 0 : -EINVAL);
		assert_int_equal(heard_list_add(rec, f, item),
				 type == HEARD_LIST_ ? 0 : -EINVAL);
		if (type != HEARD_FILES_)
			assert_int_equal(heard_get(rec, f).type, type);
	}
	assert_int_equal(heard_set_number(rec, HEARD_RATING, NAN), -EINVAL);
	assert_int_equal(heard_set_number(rec, HEARD_RATING, INFINITY), -EINVAL);
	assert_int_equal(heard_set_number(rec, HEARD_REVISION, 1.5), -EINVAL);
	assert_int_equal(heard_set_number(rec, HEARD_REVISION, 1e300), -EINVAL);
	assert_int_equal(heard_set_str(rec, HEARD_OP, HEARD_STR_OF("upsert")), -EINVAL);
	assert_int_equal(heard_set_time(rec, HEARD_CREATED_AT, -1), -EINVAL);
}

static void values_come_back_and_are_copies(void **state)
{
	(void)state;
	char body[] = "it broke";
	heard_set_str(rec, HEARD_BODY, heard_str(body));
	body[0] = 'X';
	assert_true(heard_str_is(heard_get_str(rec, HEARD_BODY), "it broke"));
	heard_set_int(rec, HEARD_REVISION, 7);
	assert_int_equal(heard_get(rec, HEARD_REVISION).integer, 7);
	heard_set_int(rec, HEARD_RATING, 4);
	assert_true(heard_get_number(rec, HEARD_RATING, 0) == 4);
	heard_set_time(rec, HEARD_CREATED_AT, 1234);
	assert_int_equal(heard_get_time(rec, HEARD_CREATED_AT), 1234);
	heard_set_str(rec, HEARD_SUBJECT, HEARD_STR_OF(""));
	assert_true(heard_has(rec, HEARD_SUBJECT));
	assert_int_equal(heard_get_str(rec, HEARD_SUBJECT).len, 0);
}

static void borrowed_text_is_not_copied(void **state)
{
	(void)state;
	static const char text[] = "static";
	heard_set_str_borrowed(rec, HEARD_BODY, heard_str(text));
	assert_ptr_equal(heard_get_str(rec, HEARD_BODY).ptr, text);
}

static void setting_the_absent_removes(void **state)
{
	(void)state;
	heard_set_str(rec, HEARD_BODY, HEARD_STR_OF("x"));
	heard_set_str(rec, HEARD_BODY, heard_str_n(NULL, 0));
	assert_false(heard_has(rec, HEARD_BODY));
	heard_set_time(rec, HEARD_CREATED_AT, 1);
	heard_set_time(rec, HEARD_CREATED_AT, HEARD_TIME_NONE);
	assert_false(heard_has(rec, HEARD_CREATED_AT));
	struct heard_str item = HEARD_STR("x");
	heard_set_list(rec, HEARD_TAGS, &item, 1);
	heard_set_list(rec, HEARD_TAGS, NULL, 0);
	assert_false(heard_has(rec, HEARD_TAGS));
}

static void setting_and_unsetting_for_ever_keeps_the_others(void **state)
{
	(void)state;
	heard_set_str(rec, HEARD_ID, HEARD_STR_OF("id"));
	for (int i = 0; i < 10000; i++) {
		enum heard_field f = i % 2 ? HEARD_RATING : HEARD_NPS;
		assert_int_equal(heard_set_int(rec, f, i), 0);
		assert_true(heard_get_number(rec, f, -1) == i);
		heard_unset(rec, f);
	}
	assert_true(heard_str_is(heard_get_str(rec, HEARD_ID), "id"));
	assert_false(heard_has(rec, HEARD_RATING));
}

static void lists_grow_one_by_one(void **state)
{
	(void)state;
	char text[16];
	for (int i = 0; i < 300; i++) {
		snprintf(text, sizeof text, "tag%d", i);
		assert_int_equal(heard_list_add(rec, HEARD_TAGS, heard_str(text)), 0);
	}
	struct heard_value v = heard_get(rec, HEARD_TAGS);
	assert_int_equal(v.list.n, 300);
	assert_true(heard_str_is(v.list.at[0], "tag0"));
	assert_true(heard_str_is(v.list.at[299], "tag299"));
}

static void a_list_that_was_set_can_grow(void **state)
{
	(void)state;
	struct heard_str items[9];
	for (size_t n = 1; n <= 9; n++) {
		items[n - 1] = HEARD_STR_OF("a");
		assert_int_equal(heard_set_list(rec, HEARD_TAGS, items, n), 0);
		assert_int_equal(heard_list_add(rec, HEARD_TAGS, HEARD_STR_OF("last")), 0);
		struct heard_value v = heard_get(rec, HEARD_TAGS);
		assert_int_equal(v.list.n, n + 1);
		assert_true(heard_str_is(v.list.at[n], "last"));
	}
}

static void lists_and_families_are_bounded(void **state)
{
	(void)state;
	struct heard_str many[RECORD_LIST + 1];
	for (size_t i = 0; i <= RECORD_LIST; i++)
		many[i] = HEARD_STR_OF("x");
	assert_int_equal(heard_set_list(rec, HEARD_TAGS, many, RECORD_LIST + 1), -EINVAL);
	assert_int_equal(heard_set_list(rec, HEARD_TAGS, many, RECORD_LIST), 0);
	assert_int_equal(heard_list_add(rec, HEARD_TAGS, many[0]), -ENOMEM);
	for (int i = 0; i <= RECORD_MEMBERS; i++) {
		char name[16];
		snprintf(name, sizeof name, "n%d", i);
		int result = heard_family_set(rec, HEARD_ATTRIBUTES, heard_str(name),
					      integer_value(i));
		assert_int_equal(result, i < RECORD_MEMBERS ? 0 : -ENOMEM);
	}
}

static void files_are_kept_whole(void **state)
{
	(void)state;
	struct heard_file file = {.name = HEARD_STR("a.png"), .size = 12};
	for (int i = 0; i < 9; i++) {
		file.size = i;
		assert_int_equal(heard_file_add(rec, &file), 0);
	}
	struct heard_value v = heard_get(rec, HEARD_ATTACHMENTS);
	assert_int_equal(v.files.n, 9);
	assert_int_equal(v.files.at[8].size, 8);
	assert_true(heard_str_is(v.files.at[8].name, "a.png"));
	assert_null(v.files.at[8].type.ptr);
}

static void families_keep_order_and_replace(void **state)
{
	(void)state;
	heard_family_set(rec, HEARD_ATTRIBUTES, HEARD_STR_OF("b"), text_value("1"));
	heard_family_set(rec, HEARD_ATTRIBUTES, HEARD_STR_OF("a"), integer_value(2));
	heard_family_set(rec, HEARD_ATTRIBUTES, HEARD_STR_OF("b"), text_value("3"));
	assert_int_equal(heard_family_size(rec, HEARD_ATTRIBUTES), 2);
	struct heard_str name;
	struct heard_value v = heard_family_at(rec, HEARD_ATTRIBUTES, 0, &name);
	assert_true(heard_str_is(name, "b"));
	assert_true(heard_str_is(v.str, "3"));
	assert_int_equal(heard_family_get(rec, HEARD_ATTRIBUTES, HEARD_STR_OF("a")).integer, 2);
	assert_int_equal(heard_family_get(rec, HEARD_ATTRIBUTES, HEARD_STR_OF("z")).type,
			 HEARD_NONE);
	assert_int_equal(heard_family_at(rec, HEARD_ATTRIBUTES, 2, NULL).type, HEARD_NONE);
}

static void families_drop_what_begins_so(void **state)
{
	(void)state;
	static const char *const names[] = {"mail.a", "b", "mail.c", "mailbox", "mail."};
	for (size_t i = 0; i < 5; i++)
		heard_family_set(rec, HEARD_ATTRIBUTES, heard_str(names[i]),
				 integer_value((int64_t)i));
	heard_family_drop(rec, HEARD_ATTRIBUTES, HEARD_STR_OF("mail."));
	assert_int_equal(heard_family_size(rec, HEARD_ATTRIBUTES), 2);
	assert_int_equal(heard_family_at(rec, HEARD_ATTRIBUTES, 0, NULL).integer, 1);
	assert_int_equal(heard_family_at(rec, HEARD_ATTRIBUTES, 1, NULL).integer, 3);
	heard_family_drop(rec, HEARD_RATINGS, HEARD_STR_OF("mail."));
}

static void families_take_their_own_types(void **state)
{
	(void)state;
	struct heard_str name = HEARD_STR("n");
	struct heard_value half = {.type = HEARD_NUM_, .number = 0.5};
	struct heard_value whole = {.type = HEARD_NUM_, .number = 4};
	struct heard_value yes = {.type = HEARD_BOOL_, .boolean = true};
	struct heard_value bad = {.type = HEARD_NUM_, .number = NAN};
	assert_int_equal(heard_family_set(rec, HEARD_RATINGS, name, text_value("x")), -EINVAL);
	assert_int_equal(heard_family_set(rec, HEARD_RATINGS, name, integer_value(4)), 0);
	assert_int_equal(heard_family_get(rec, HEARD_RATINGS, name).type, HEARD_NUM_);
	assert_int_equal(heard_family_set(rec, HEARD_MASKED, name, half), -EINVAL);
	assert_int_equal(heard_family_set(rec, HEARD_MASKED, name, yes), -EINVAL);
	assert_int_equal(heard_family_set(rec, HEARD_ATTRIBUTES, name, yes), 0);
	assert_int_equal(heard_family_set(rec, HEARD_ATTRIBUTES, name, half), 0);
	assert_int_equal(heard_family_set(rec, HEARD_ATTRIBUTES, name, whole), 0);
	assert_int_equal(heard_family_get(rec, HEARD_ATTRIBUTES, name).type, HEARD_INT_);
	assert_int_equal(heard_family_set(rec, HEARD_ATTRIBUTES, name, bad), -EINVAL);
}

static void names_of_members_must_be_fit_to_be_read_back(void **state)
{
	(void)state;
	char big[RECORD_NAME + 1];
	memset(big, 'n', sizeof big);
	struct heard_value one = integer_value(1);
	assert_int_equal(heard_family_set(rec, HEARD_ATTRIBUTES, HEARD_STR_OF(""), one),
			 -EINVAL);
	assert_int_equal(
		heard_family_set(rec, HEARD_ATTRIBUTES, heard_str_n(big, RECORD_NAME + 1), one),
		-EINVAL);
	assert_int_equal(
		heard_family_set(rec, HEARD_ATTRIBUTES, heard_str_n(big, RECORD_NAME), one), 0);
	assert_int_equal(heard_family_set(rec, HEARD_ATTRIBUTES, HEARD_STR_OF("\xFF"), one),
			 -EINVAL);
	assert_int_equal(heard_family_set(rec, HEARD_ATTRIBUTES, HEARD_STR_OF("a\0b"), one),
			 -EINVAL);
}

static void masked_kinds_add_up(void **state)
{
	(void)state;
	heard_masked_add(rec, HEARD_STR_OF("phone"), 1);
	heard_masked_add(rec, HEARD_STR_OF("email"), 1);
	heard_masked_add(rec, HEARD_STR_OF("phone"), 2);
	assert_int_equal(heard_family_get(rec, HEARD_MASKED, HEARD_STR_OF("phone")).integer, 3);
	assert_int_equal(heard_family_size(rec, HEARD_MASKED), 2);
}

static void fill_with_texts(void)
{
	struct heard_str tags[] = {HEARD_STR("t1"), HEARD_STR("t2")};
	struct heard_file file = {.name = HEARD_STR("file"), .type = HEARD_STR("image/png")};
	heard_set_str(rec, HEARD_ORDER, HEARD_STR_OF("order is no text"));
	heard_set_str(rec, HEARD_AUTHOR_NAME, HEARD_STR_OF("nor is a contact"));
	heard_set_str(rec, HEARD_BODY, HEARD_STR_OF("body"));
	heard_set_str(rec, HEARD_SUBJECT, HEARD_STR_OF("subject"));
	heard_set_list(rec, HEARD_TAGS, tags, 2);
	heard_file_add(rec, &file);
	heard_family_set(rec, HEARD_ATTRIBUTES, HEARD_STR_OF("n"), integer_value(1));
	heard_family_set(rec, HEARD_ATTRIBUTES, HEARD_STR_OF("s"), text_value("attribute"));
	heard_family_set(rec, HEARD_ATTRIBUTES, HEARD_STR_OF("u"), text_value("last"));
}

static void the_walk_sees_every_text_once(void **state)
{
	(void)state;
	static const char *const expected[] = {"subject", "body",      "file", "t1",
					       "t2",	  "attribute", "last"};
	fill_with_texts();
	size_t n = 0;
	struct heard_text t = {0};
	for (; heard_text_next(rec, &t); n++) {
		assert_true(n < 7);
		assert_true(heard_str_is(t.text, expected[n]));
	}
	assert_int_equal(n, 7);
	assert_false(heard_text_next(rec, &t));
}

static void the_walk_can_change_what_it_sees(void **state)
{
	(void)state;
	fill_with_texts();
	struct heard_text t = {0};
	while (heard_text_next(rec, &t)) {
		char *copy = heard_batch_alloc(batch, t.text.len + 1);
		assert_non_null(copy);
		memcpy(copy, t.text.ptr, t.text.len);
		copy[t.text.len] = '!';
		assert_int_equal(heard_text_set(rec, &t, heard_str_n(copy, t.text.len + 1)), 0);
	}
	assert_true(heard_str_is(heard_get_str(rec, HEARD_BODY), "body!"));
	assert_true(heard_str_is(heard_get(rec, HEARD_TAGS).list.at[1], "t2!"));
	assert_true(heard_str_is(heard_get(rec, HEARD_ATTACHMENTS).files.at[0].name, "file!"));
	assert_true(heard_str_is(heard_family_get(rec, HEARD_ATTRIBUTES, HEARD_STR_OF("u")).str,
				 "last!"));
	assert_true(heard_str_is(heard_get_str(rec, HEARD_AUTHOR_NAME), "nor is a contact"));
}

static void the_walk_names_where_it_is(void **state)
{
	(void)state;
	heard_set_str(rec, HEARD_BODY, HEARD_STR_OF("body"));
	heard_family_set(rec, HEARD_ATTRIBUTES, HEARD_STR_OF("a.0"), text_value("x"));
	struct heard_text t = {0};
	assert_true(heard_text_next(rec, &t));
	assert_int_equal(t.field, HEARD_BODY);
	assert_true(heard_text_next(rec, &t));
	assert_int_equal(t.field, -1 - HEARD_ATTRIBUTES);
	assert_true(heard_str_is(t.name, "a.0"));
}

static void the_walk_bears_a_field_that_goes_away(void **state)
{
	(void)state;
	fill_with_texts();
	struct heard_text t = {0};
	size_t n = 0;
	while (heard_text_next(rec, &t)) {
		n++;
		if (t.field >= 0)
			heard_unset(rec, (enum heard_field)t.field);
	}
	assert_int_equal(n, 6); /* the second tag went with the first */
}

static void the_first_fate_stays(void **state)
{
	(void)state;
	heard_record_quarantine(rec, "line %d", 3);
	heard_record_drop(rec, "spam");
	assert_false(heard_record_is_live(rec));
	assert_int_equal(record_fate(rec), RECORD_DEAD);
	assert_string_equal(record_reason(rec), "line 3");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_new_record_has_nothing),
		TEST(every_field_takes_its_own_type_and_no_other),
		TEST(values_come_back_and_are_copies),
		TEST(borrowed_text_is_not_copied),
		TEST(setting_the_absent_removes),
		TEST(setting_and_unsetting_for_ever_keeps_the_others),
		TEST(lists_grow_one_by_one),
		TEST(a_list_that_was_set_can_grow),
		TEST(lists_and_families_are_bounded),
		TEST(files_are_kept_whole),
		TEST(families_keep_order_and_replace),
		TEST(families_drop_what_begins_so),
		TEST(families_take_their_own_types),
		TEST(names_of_members_must_be_fit_to_be_read_back),
		TEST(masked_kinds_add_up),
		TEST(the_walk_sees_every_text_once),
		TEST(the_walk_can_change_what_it_sees),
		TEST(the_walk_names_where_it_is),
		TEST(the_walk_bears_a_field_that_goes_away),
		TEST(the_first_fate_stays),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
