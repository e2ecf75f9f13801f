/*
 * Tests of bury.c: what of a record that died is kept, and how.
 */
#include "engine_emit.h"
#include "engine_look.h"

#define ENGINE_FILTERS 2
#define ENGINE_OUTPUTS 1
#include "engine_sealed.h"

static void second_only(struct test_filter *f, struct heard_record *r)
{
	(void)f;
	if (body_has(r, "later"))
		heard_record_quarantine(r, "the second filter gave up");
}

static void what_dies_before_mask_is_sealed_and_after_it_clear(void **state)
{
	(void)state;
	engine_plugin(&e.filters[0])->flags |= HEARD_MASKS;
	e.filter[1].each = second_only;
	engine_start(&e);
	engine_send_raw(
		&e, "{\"body\":\"quarantine, says Zhang\",\"author\":{\"name\":\"Zhang\"}}");
	struct engine_letter l = engine_letters(&e);
	assert_int_equal(l.n, 1);
	assert_non_null(strstr(l.meta, "\"instance\":\"f0\""));
	assert_non_null(strstr(l.meta, "\"reason\":\"cannot be understood\""));
	assert_true(strncmp(l.body, "sealed:", 7) == 0);
	engine_send_raw(&e, "{\"body\":\"later\",\"author\":{\"name\":\"Zhang\"}}");
	l = engine_letters(&e);
	assert_int_equal(l.n, 2);
	assert_non_null(strstr(l.meta, "\"instance\":\"f1\""));
	assert_non_null(strstr(l.body, "\"body\":\"later\""));
	assert_null(strstr(l.body, "Zhang"));
	assert_non_null(strstr(l.body, "\"name\":\"sealed:"));
}

static void without_a_key_only_length_and_digest_of_it_are_kept(void **state)
{
	(void)state;
	engine_plugin(&e.filters[0])->flags |= HEARD_MASKS;
	engine_start(&e);
	engine_send_raw(&e, "{\"body\":\"quarantine, says Zhang\"}");
	struct engine_letter l = engine_letters(&e);
	assert_int_equal(l.n, 1);
	assert_string_equal(l.body, "");
	assert_non_null(strstr(l.meta, "\"digest\":\""));
	assert_null(strstr(l.meta, "Zhang"));
}

static void a_mask_with_a_condition_does_not_count(void **state)
{
	(void)state;
	engine_plugin(&e.filters[0])->flags |= HEARD_MASKS;
	e.filters[0].when = "channel == 'web'";
	e.filter[1].each = second_only;
	engine_start(&e);
	engine_send_raw(&e, "{\"body\":\"later\"}");
	assert_true(strncmp(engine_letters(&e).body, "sealed:", 7) == 0);
}

static void a_clear_pipeline_keeps_its_dead_in_clear(void **state)
{
	(void)state;
	e.pipelines[0].clear = true;
	engine_start(&e);
	engine_send_raw(
		&e,
		"{\"body\":\"quarantine, says Zhang\",\"author\":{\"name\":\"Zhang Wei\"}}");
	assert_non_null(strstr(engine_letters(&e).body, "says Zhang"));
	assert_null(strstr(engine_letters(&e).body, "Zhang Wei"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SEALED(what_dies_before_mask_is_sealed_and_after_it_clear),
		TEST(without_a_key_only_length_and_digest_of_it_are_kept),
		SEALED(a_mask_with_a_condition_does_not_count),
		SEALED(a_clear_pipeline_keeps_its_dead_in_clear),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
