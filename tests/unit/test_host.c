/*
 * Tests of host.c and send.c: what an instance may ask for, and lines handed over.
 */
#include <heard/time.h>

#define ENGINE_FILTERS 1
#define ENGINE_OUTPUTS 1
#include "engine_each.h"

static void an_instance_knows_its_name_and_place(void **state)
{
	(void)state;
	engine_start(&e);
	struct heard_host *h = e.filter[0].host;
	assert_string_equal(heard_name(h), "shop/f0");
	assert_string_equal(heard_pipeline(h), "shop");
	assert_ptr_equal(heard_loop(h), loop_base(e.daemon->main));
	assert_in_range(heard_now(h), daemon_now() - 10000, daemon_now());
}

static void its_folder_is_its_own_and_made_when_asked_for(void **state)
{
	(void)state;
	struct stat st;
	char want[160];
	engine_start(&e);
	snprintf(want, sizeof(want), "%s/instances/shop/filter/f0", e.folder);
	assert_int_not_equal(stat(want, &st), 0);
	assert_string_equal(heard_state_folder(e.filter[0].host), want);
	assert_int_equal(stat(want, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_string_not_equal(heard_state_folder(e.in[0].host), want);
}

static const char *named_in_open;

static int name_folder(void *self, struct heard_host *host, struct heard_error *err)
{
	named_in_open = heard_state_folder(host);
	return test_input_open(self, host, err);
}

static void in_open_a_folder_is_only_named(void **state)
{
	(void)state;
	struct faults faults;
	faults_init(&faults);
	engine_plugin(&e.inputs[0])->open = name_folder;
	struct daemon *d = daemon_open(&e.conf, &faults);
	assert_non_null(d);
	assert_non_null(strstr(named_in_open, "/instances/shop/input/in"));
	assert_int_not_equal(access(named_in_open, F_OK), 0);
	daemon_close(d);
	faults_release(&faults);
}

static void keyed_hashes_differ_by_purpose_and_stay_over_a_restart(void **state)
{
	(void)state;
	unsigned char a[32], b[32], c[32];
	engine_start(&e);
	heard_keyed_hash(e.in[0].host, "token", HEARD_STR_OF("x"), a);
	heard_keyed_hash(e.in[0].host, "other", HEARD_STR_OF("x"), b);
	assert_memory_not_equal(a, b, 32);
	engine_stop(&e);
	engine_start(&e);
	heard_keyed_hash(e.in[0].host, "token", HEARD_STR_OF("x"), c);
	assert_memory_equal(a, c, 32);
}

static int said[3], n_said;

static void say(void *arg)
{
	said[n_said++] = *(int *)arg;
}

static void posts_come_home_in_order(void **state)
{
	(void)state;
	int numbers[3] = {1, 2, 3};
	engine_start(&e);
	n_said = 0;
	for (int i = 0; i < 3; i++)
		heard_post(e.in[0].host, say, &numbers[i]);
	assert_int_equal(n_said, 0);
	engine_until(&e, n_said == 3);
	assert_memory_equal(said, numbers, sizeof(said));
}

static void the_zone_is_the_configs(void **state)
{
	(void)state;
	e.conf.timezone = "Asia/Shanghai";
	engine_start(&e);
	struct heard_zone *z = heard_zone(e.in[0].host);
	assert_non_null(z);
	assert_int_equal(heard_zone_offset(z, 1700000000000), 8 * 3600 * 1000);
	assert_ptr_equal(z, heard_zone(e.in[0].host));
}

/* ---- send_decode */

static void lines_become_records_and_bad_ones_dead_letters_with_their_number(void **state)
{
	(void)state;
	struct heard_error err = {0};
	struct heard_batch *b = batch_create(1 << 20);
	int rc = send_decode(
		SEND_NDJSON,
		HEARD_STR_OF("{\"body\":\"a\"}\r\n\n  {\"body\":\"b\"}\nnot json\n[]\n"
			     "{\"body\":\"c\"}"),
		10, b, &err);
	assert_int_equal(rc, 0);
	assert_int_equal(heard_batch_size(b), 3);
	assert_int_equal(batch_dead_count(b), 2);
	assert_int_equal(batch_dead_at(b, 0)->line, 13);
	assert_int_equal(batch_dead_at(b, 1)->line, 14);
	assert_true(heard_str_is(batch_dead_at(b, 0)->piece, "not json"));
	batch_destroy(b);
}

static void text_is_a_record_a_line(void **state)
{
	(void)state;
	struct heard_error err = {0};
	struct heard_batch *b = batch_create(1 << 20);
	assert_int_equal(send_decode(SEND_TEXT, HEARD_STR_OF(" one \n\ntwo\r\n"), 1, b, &err),
			 0);
	assert_int_equal(heard_batch_size(b), 2);
	assert_true(heard_str_is(heard_get_str(heard_batch_at(b, 0), HEARD_BODY), "one"));
	assert_true(heard_str_is(heard_get_str(heard_batch_at(b, 1), HEARD_BODY), "two"));
	batch_destroy(b);
}

static void without_memory_nothing_is_left_out_in_silence(void **state)
{
	(void)state;
	struct heard_error err = {0};
	struct heard_batch *b = batch_create(4096);
	char *raw = malloc(64 << 10);
	for (size_t i = 0; i < 64 << 10; i++)
		raw[i] = i % 8 == 7 ? '\n' : 'x';
	assert_int_equal(send_decode(SEND_NDJSON, heard_str_n(raw, 64 << 10), 1, b, &err),
			 -ENOMEM);
	batch_clear(b);
	assert_int_equal(send_decode(SEND_TEXT, heard_str_n(raw, 64 << 10), 1, b, &err),
			 -ENOMEM);
	free(raw);
	batch_destroy(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_instance_knows_its_name_and_place),
		TEST(its_folder_is_its_own_and_made_when_asked_for),
		TEST(in_open_a_folder_is_only_named),
		TEST(keyed_hashes_differ_by_purpose_and_stay_over_a_restart),
		TEST(posts_come_home_in_order),
		TEST(the_zone_is_the_configs),
		cmocka_unit_test(
			lines_become_records_and_bad_ones_dead_letters_with_their_number),
		cmocka_unit_test(text_is_a_record_a_line),
		cmocka_unit_test(without_memory_nothing_is_left_out_in_silence),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
