/*
 * Tests of identity.c: who a record is from, and what it is called.
 */
#include "engine_emit.h"
#include "engine_look.h"

#define ENGINE_FILTERS 2
#define ENGINE_OUTPUTS 1
#include "engine_each.h"

static void author_key(const char *raw, char out[64])
{
	engine_send_raw(&e, raw);
	engine_field(&e, "key", out, 64);
}

static void one_phone_number_is_one_person_however_it_is_spelt(void **state)
{
	(void)state;
	static const char *const spelt[] = {
		"+86 138-1234-5678",  "13812345678",	 "86 13812345678",
		"0086 138 1234 5678", "(138) 1234.5678",
	};
	char first[64], same[64] = "", other[64], raw[256];
	engine_start(&e);
	author_key("{\"body\":\"x\",\"author\":{\"phone\":\"13912345678\"}}", first);
	assert_int_equal(strlen(first), 32);
	for (size_t i = 0; i < sizeof(spelt) / sizeof(spelt[0]); i++) {
		snprintf(raw, sizeof(raw), "{\"body\":\"x\",\"author\":{\"phone\":\"%s\"}}",
			 spelt[i]);
		author_key(raw, other);
		assert_string_not_equal(first, other);
		if (i > 0)
			assert_string_equal(same, other);
		memcpy(same, other, sizeof(same));
	}
}

static void an_address_is_the_same_person_in_capitals(void **state)
{
	(void)state;
	char a[64], b[64];
	engine_start(&e);
	author_key("{\"author\":{\"email\":\"Li.Na@Example.org\"}}", a);
	author_key("{\"author\":{\"email\":\"li.na@example.org \"}}", b);
	assert_string_equal(a, b);
}

static void an_id_names_a_person_at_its_own_source_only(void **state)
{
	(void)state;
	char a[64], b[64], c[64];
	engine_instance(&e, &e.inputs[1], &test_input_plugin, "in2", &e.in[1]);
	e.pipelines[0].n_inputs = 2;
	engine_start(&e);
	author_key("{\"author\":{\"id\":\"42\"}}", a);
	author_key("{\"author\":{\"phone\":\"42\"}}", b);
	assert_string_not_equal(a, b);
	struct test_input one = e.in[0];
	e.in[0] = e.in[1];
	author_key("{\"author\":{\"id\":\"42\"}}", c);
	e.in[0] = one;
	assert_string_not_equal(a, c);
}

/* As `mask` does with a number that stands in the text. */
static void find_a_number(struct test_filter *f, struct heard_record *r)
{
	(void)f;
	if (body_has(r, "call") && !heard_has(r, HEARD_AUTHOR_PHONE))
		heard_set_str(r, HEARD_AUTHOR_PHONE, HEARD_STR_OF("13812345678"));
}

static void who_wrote_is_asked_before_the_filters(void **state)
{
	(void)state;
	char a[64], b[64], c[64];
	e.filter[0].each = find_a_number;
	engine_start(&e);
	author_key("{\"body\":\"it broke\",\"author\":{\"email\":\"li@example.org\"}}", a);
	author_key("{\"body\":\"call me\",\"author\":{\"email\":\"li@example.org\"}}", b);
	assert_string_equal(a, b);
	author_key("{\"body\":\"call me\"}", b);
	author_key("{\"author\":{\"phone\":\"13812345678\"}}", c);
	assert_string_equal(b, c);
	assert_string_not_equal(a, c);
}

static void the_key_stays_the_same_over_a_restart_and_differs_elsewhere(void **state)
{
	(void)state;
	char a[64], b[64], path[128];
	engine_start(&e);
	author_key("{\"author\":{\"phone\":\"13812345678\"}}", a);
	engine_stop(&e);
	engine_start(&e);
	author_key("{\"author\":{\"phone\":\"13812345678\"}}", b);
	assert_string_equal(a, b);
	engine_stop(&e);
	snprintf(path, sizeof(path), "%s/secret", e.folder);
	assert_int_equal(unlink(path), 0);
	engine_start(&e);
	author_key("{\"author\":{\"phone\":\"13812345678\"}}", b);
	assert_string_not_equal(a, b);
}

static void ids_that_name_a_person_are_hashed(void **state)
{
	(void)state;
	char id[64];
	engine_plugin(&e.inputs[0])->flags |= HEARD_PERSONAL_IDS;
	engine_start(&e);
	engine_send_raw(&e, "{\"source_id\":\"openid-of-li\",\"body\":\"x\"}");
	assert_false(engine_journal_has(&e, "openid"));
	engine_field(&e, "source_id", id, sizeof(id));
	assert_int_equal(strlen(id), 32);
}

static void a_new_revision_is_a_new_record(void **state)
{
	(void)state;
	engine_start(&e);
	engine_send_raw(&e, "{\"source_id\":\"7\",\"revision\":1,\"body\":\"x\"}");
	engine_send_raw(&e, "{\"source_id\":\"7\",\"revision\":2,\"body\":\"y\"}");
	engine_send_raw(&e, "{\"source_id\":\"7\",\"revision\":2,\"body\":\"y\"}");
	assert_int_equal(engine_gate(&e).journaled, 2);
	assert_int_equal(engine_gate(&e).duplicate, 1);
}

static uint64_t origins[8];
static _Atomic unsigned n_origins;

static void note_origin(struct test_filter *f, struct heard_record *r)
{
	(void)f;
	origins[n_origins++] = heard_record_origin(r);
}

static void what_a_source_brings_again_has_the_same_origin(void **state)
{
	(void)state;
	struct receipt r = {0};
	e.filter[0].each = note_origin;
	n_origins = 0;
	engine_start(&e);
	engine_send_raw(&e, "{\"source_id\":\"7\",\"body\":\"x\"}");
	engine_send_raw(&e, "{\"source_id\":\"7\",\"body\":\"y\",\"revision\":2}");
	engine_send_raw(&e, "{\"source_id\":\"8\",\"body\":\"x\"}");
	engine_send_raw(&e, "{\"body\":\"x\"}");
	engine_emit_as(&e, "{\"body\":\"x\"}\n{\"body\":\"x\"}", "key", &r);
	engine_until(&e, r.times == 1);
	engine_emit_as(&e, "{\"body\":\"x\"}\n{\"body\":\"x\"}", "key", &r);
	engine_until(&e, r.times == 2);
	assert_int_equal(n_origins, 8);
	assert_true(origins[0] != 0 && origins[1] == origins[0]);
	assert_true(origins[2] != 0 && origins[2] != origins[0]);
	assert_true(origins[3] == 0); /* nothing names it */
	assert_true(origins[4] != 0 && origins[5] != 0 && origins[4] != origins[5]);
	assert_true(origins[6] == origins[4] && origins[7] == origins[5]);
}

static void emit_by(const char *principal, const char *raw, struct receipt *r)
{
	int times = r->times;
	heard_emit(e.in[0].host, &(struct heard_emission){.raw = heard_str(raw),
							  .principal = heard_str(principal),
							  .source_id = HEARD_STR("key"),
							  .receipt = engine_receipt,
							  .arg = r});
	engine_until(&e, r->times > times);
}

static void the_same_key_of_two_clients_is_two_origins(void **state)
{
	(void)state;
	struct receipt r = {0};
	e.filter[0].each = note_origin;
	n_origins = 0;
	engine_start(&e);
	emit_by("shop-a", "{\"body\":\"x\"}", &r);
	emit_by("shop-b", "{\"body\":\"x\"}", &r);
	emit_by("shop-a", "{\"body\":\"x\"}", &r);
	emit_by("", "{\"body\":\"x\"}", &r);
	emit_by("shop-a", "{\"source_id\":\"7\",\"body\":\"x\"}", &r);
	emit_by("shop-b", "{\"source_id\":\"7\",\"body\":\"x\"}", &r);
	assert_int_equal(n_origins, 6);
	assert_true(origins[0] != origins[1] && origins[2] == origins[0]);
	assert_true(origins[3] != origins[0] && origins[3] != origins[1]);
	assert_true(origins[4] == origins[5]); /* the source's own */
}

static char noted[8][37];
static _Atomic unsigned n_noted;

static void note_id(struct test_filter *f, struct heard_record *r)
{
	(void)f;
	struct heard_str id = heard_get_str(r, HEARD_ID);
	assert_int_equal(id.len, 36);
	memcpy(noted[n_noted++], id.ptr, id.len);
}

static void what_could_not_be_taken_keeps_its_id(void **state)
{
	(void)state;
	static const char two[] = "{\"source_id\":\"7\",\"body\":\"x\"}\n{\"body\":\"y\"}";
	struct receipt r = {0};
	e.filter[0].each = note_id;
	n_noted = 0;
	engine_start(&e);
	for (int i = 0; i < 3; i++) {
		e.filter[1].fails = i < 2;
		engine_emit(&e, two, &r);
		engine_until(&e, r.times == i + 1);
		assert_int_equal(r.code, i < 2 ? -EAGAIN : 0);
	}
	assert_string_equal(noted[2], noted[0]);
	assert_string_equal(noted[4], noted[0]);
	assert_string_equal(r.ids[0], noted[0]);
	assert_string_not_equal(noted[3], noted[1]); /* nothing names it */
	engine_emit(&e, two, &r);
	engine_until(&e, r.times == 4);
	assert_string_not_equal(noted[6], noted[0]); /* it is given away */
	assert_string_equal(r.ids[0], noted[0]);     /* and the journal knows it */
}

static void nobody_gets_the_id_of_anothers_refused_record(void **state)
{
	(void)state;
	struct receipt r = {0};
	e.filter[0].each = note_id;
	n_noted = 0;
	engine_start(&e);
	e.filter[1].fails = true;
	emit_by("shop-a", "{\"body\":\"x\"}", &r);
	assert_int_equal(r.code, -EAGAIN);
	e.filter[1].fails = false;
	emit_by("shop-b", "{\"body\":\"y\"}", &r);
	emit_by("shop-a", "{\"body\":\"x\"}", &r);
	assert_string_not_equal(noted[1], noted[0]);
	assert_string_equal(noted[2], noted[0]);
}

static void names_of_any_length_make_a_key(void **state)
{
	(void)state;
	static const size_t lengths[] = {0, 1, 1800, 1880, 1884, 1900, 1950, 1990, 2000, 5000};
	enum { N = sizeof(lengths) / sizeof(lengths[0]) };
	char *id = malloc(5001), *principal = malloc(5001);
	memset(id, 'i', 5000);
	memset(principal, 'p', 5000);
	engine_start(&e);
	for (size_t i = 0; i < N * N; i++) {
		struct receipt r = {0};
		heard_emit(
			e.in[0].host,
			&(struct heard_emission){
				.raw = HEARD_STR("{\"revision\":12345678901,\"body\":\"x\"}"),
				.principal = {principal, lengths[i / N]},
				.source_id = {id, lengths[i % N]},
				.receipt = engine_receipt,
				.arg = &r});
		engine_until(&e, r.times > 0);
		assert_int_equal(r.code, 0);
	}
	free(id);
	free(principal);
	assert_int_equal(engine_gate(&e).duplicate, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_phone_number_is_one_person_however_it_is_spelt),
		TEST(an_address_is_the_same_person_in_capitals),
		TEST(an_id_names_a_person_at_its_own_source_only),
		TEST(who_wrote_is_asked_before_the_filters),
		TEST(the_key_stays_the_same_over_a_restart_and_differs_elsewhere),
		TEST(ids_that_name_a_person_are_hashed),
		TEST(a_new_revision_is_a_new_record),
		TEST(what_a_source_brings_again_has_the_same_origin),
		TEST(the_same_key_of_two_clients_is_two_origins),
		TEST(what_could_not_be_taken_keeps_its_id),
		TEST(nobody_gets_the_id_of_anothers_refused_record),
		TEST(names_of_any_length_make_a_key),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
