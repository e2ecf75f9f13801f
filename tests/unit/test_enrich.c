/* The filter enrich: the keys of a batch, and what may be filled where. */
#include "../../plugins/filter/enrich/fill.c"
#include "../../plugins/filter/enrich/key.c"
#include "../../plugins/filter/enrich/lookup.c"
#include "../../plugins/filter/enrich/wanted.c"

#include "enrich_fixture.h"

/* ---- keys */

static void a_key_is_a_text_field_or_an_attribute(void **state)
{
	struct key k;
	char buffer[KEY_MAX];
	(void)state;
	struct heard_record *r = record(
		"{\"order\":\" A-17 \",\"author\":{\"email\":\"Li@X.cn\"},"
		"\"attributes\":{\"crm\":1234567,\"t\":true}}");
	assert_int_equal(key_init(&k, "order", &err), 0);
	is(key_of(&k, r, buffer), "A-17");
	assert_int_equal(key_init(&k, "author.email", &err), 0);
	is(key_of(&k, r, buffer), "li@x.cn");
	assert_int_equal(key_init(&k, "attributes.crm", &err), 0);
	is(key_of(&k, r, buffer), "1234567");
	assert_int_equal(key_init(&k, "attributes.t", &err), 0);
	assert_int_equal(key_of(&k, r, buffer).len, 0);
	assert_int_equal(key_init(&k, "rating", &err), -EINVAL);
	assert_int_equal(key_init(&k, "attributes.", &err), -EINVAL);
	assert_int_equal(key_init(&k, "custmer", &err), -EINVAL);
}

static void what_cannot_be_a_key_is_none(void **state)
{
	struct key k;
	char buffer[KEY_MAX], longest[KEY_MAX + 1];
	(void)state;
	memset(longest, 'x', sizeof(longest));
	assert_int_equal(key_init(&k, "order", &err), 0);
	assert_int_equal(key_fold(&k, HEARD_STR_OF("a\nb"), buffer).len, 0);
	assert_int_equal(key_fold(&k, HEARD_STR_OF("  "), buffer).len, 0);
	assert_int_equal(key_fold(&k, heard_str_n(longest, KEY_MAX + 1), buffer).len, 0);
	assert_int_equal(key_fold(&k, heard_str_n(longest, KEY_MAX), buffer).len, KEY_MAX);
}

static void records_of_one_key_share_a_look_up(void **state)
{
	struct key k;
	(void)state;
	assert_int_equal(key_init(&k, "order", &err), 0);
	record("{\"order\":\"1\"}");
	record("{\"order\":\"2\"}");
	record("{\"body\":\"none\"}");
	record("{\"order\":\"1\"}");
	struct visit *v = visit_create(batch, &k);
	assert_int_equal(v->n_lookups, 2);
	assert_ptr_equal(v->at[0], v->at[3]);
	assert_null(v->at[2]);
	v = visit_create(batch, NULL);
	assert_int_equal(v->n_lookups, 0);
}

/* ---- filling */

static struct fill fill_of(bool is_masked, const char *name, const char *column)
{
	struct fill f;
	const struct heard_map map = {&name, &column, 1};
	wanted = (struct wanted){0};
	assert_int_equal(fill_init(&f, &map, is_masked, &wanted, &err), 0);
	return f;
}

static uint64_t filled(const struct fill *f, struct heard_record *r, const char *value)
{
	uint64_t left_out = 0;
	struct heard_str values[1] = {heard_str(value)};
	assert_true(fill_record(f, r, values, &left_out) >= 0);
	return left_out;
}

static void figures_and_labels_become_attributes(void **state)
{
	(void)state;
	struct fill f = fill_of(true, "attributes_tier", "tier");
	struct heard_record *r = record("{\"attributes\":{\"tier\":\"what the form said\"}}");
	assert_int_equal(filled(&f, r, "金卡"), 0);
	is(heard_family_get(r, HEARD_ATTRIBUTES, HEARD_STR_OF("tier")).str, "金卡");
	assert_int_equal(filled(&f, r, "12"), 0);
	assert_int_equal(heard_family_get(r, HEARD_ATTRIBUTES, HEARD_STR_OF("tier")).integer,
			 12);
	assert_int_equal(filled(&f, r, "-12.50"), 0);
	assert_true(heard_family_get(r, HEARD_ATTRIBUTES, HEARD_STR_OF("tier")).number ==
		    -12.5);
	assert_int_equal(filled(&f, r, "true"), 0);
	assert_true(heard_family_get(r, HEARD_ATTRIBUTES, HEARD_STR_OF("tier")).boolean);
	assert_int_equal(filled(&f, r, "007"), 0); /* a code keeps its zeros */
	is(heard_family_get(r, HEARD_ATTRIBUTES, HEARD_STR_OF("tier")).str, "007");
}

/* Numbers are not looked at by mask, and behind it nothing is. */
static void what_could_be_private_is_no_figure_and_no_label(void **state)
{
	static const char *const bad[] = {"13812345678", "1381234567", "1234567", "Li Lei",
					  "li@x.cn",	 "2024-03-01", "call me", "138.12345"};
	(void)state;
	struct fill f = fill_of(true, "attributes_x", "x"),
		    text = fill_of(false, "attributes_x", "x");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct heard_record *r = record("{}");
		assert_int_equal(filled(&f, r, bad[i]), 1);
		assert_int_equal(heard_family_size(r, HEARD_ATTRIBUTES), 0);
		assert_int_equal(filled(&text, r, bad[i]), 0); /* mask comes behind */
		is(heard_family_get(r, HEARD_ATTRIBUTES, HEARD_STR_OF("x")).str, bad[i]);
	}
}

static void contacts_are_sealed_later_and_what_is_there_stays(void **state)
{
	(void)state;
	struct fill f = fill_of(true, "author_phone", "phone");
	struct heard_record *r = record("{\"region\":\"north\"}");
	assert_int_equal(filled(&f, r, "13812345678"), 0);
	is(heard_get_str(r, HEARD_AUTHOR_PHONE), "13812345678");
	f = fill_of(true, "region", "city");
	assert_int_equal(filled(&f, r, "south"), 0);
	is(heard_get_str(r, HEARD_REGION), "north");
	r = record("{}");
	assert_int_equal(filled(&f, r, "Flat 4, 12 High Street"), 1);
	assert_false(heard_has(r, HEARD_REGION));
}

static void targets_that_do_not_exist_are_told(void **state)
{
	static const char *const bad[] = {"body", "segment_loyalty", "attributes_", "tier",
					  "spam_score"};
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct fill f;
		const char *column = "c";
		const struct heard_map map = {&bad[i], &column, 1};
		assert_int_equal(fill_init(&f, &map, false, &wanted, &err), -EINVAL);
		assert_non_null(strstr(err.text, bad[i]));
	}
}

/* ---- values */

static void values_are_short_and_plain(void **state)
{
	char longest[VALUE_MAX + 2];
	(void)state;
	memset(longest, 'x', sizeof(longest));
	is(wanted_value(HEARD_STR_OF(" a b ")), "a b");
	assert_int_equal(wanted_value(HEARD_STR_OF("a\nb")).len, 0);
	assert_int_equal(wanted_value(HEARD_STR_OF("\xff")).len, 0);
	assert_int_equal(wanted_value(heard_str_n(longest, VALUE_MAX + 1)).len, 0);
	assert_int_equal(wanted_value(heard_str_n(longest, VALUE_MAX)).len, VALUE_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_key_is_a_text_field_or_an_attribute),
		TEST(what_cannot_be_a_key_is_none),
		TEST(records_of_one_key_share_a_look_up),
		TEST(figures_and_labels_become_attributes),
		TEST(what_could_be_private_is_no_figure_and_no_label),
		TEST(contacts_are_sealed_later_and_what_is_there_stays),
		TEST(targets_that_do_not_exist_are_told),
		TEST(values_are_short_and_plain),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
