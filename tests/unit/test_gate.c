/*
 * Tests of gate.c: what a record is called, what of it is written in clear, and
 * what becomes of those that died.
 */
#include "engine.h"

#include "hash.h"
#include "input.h"
#include "seal.h"

#include <fcntl.h>
#include <ftw.h>

static struct engine e;
static char public_key[96], private_key[96];

static int setup(void **state)
{
	(void)state;
	engine_init(&e, 2, 1);
	return 0;
}

static int setup_with_key(void **state)
{
	struct heard_error err = {0};
	setup(state);
	snprintf(public_key, sizeof(public_key), "%s.keys", e.folder);
	if (mkdir(public_key, 0700) != 0 || seal_keygen(public_key, &err) != 0)
		return -1;
	snprintf(private_key, sizeof(private_key), "%s.keys/heard.key", e.folder);
	snprintf(public_key, sizeof(public_key), "%s.keys/heard.pub", e.folder);
	e.conf.privacy.public_key = public_key;
	return 0;
}

static int teardown(void **state)
{
	char command[160];
	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s.keys'", e.folder);
	engine_release(&e);
	return system(command);
}

static void emit_and_wait(const char *raw)
{
	struct receipt r = {0};
	engine_emit(&e, raw, &r);
	engine_until(&e, r.times > 0);
	engine_must(r.code == 0);
}

static void author_key(const char *raw, char out[64])
{
	emit_and_wait(raw);
	engine_field(&e, "key", out, 64);
}

/* ---- who */

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

/* ---- contacts */

static void contacts_are_left_out_without_a_key(void **state)
{
	(void)state;
	engine_start(&e);
	emit_and_wait(
		"{\"body\":\"x\",\"author\":{\"name\":\"Li Na\",\"phone\":\"13812345678\","
		"\"email\":\"li@example.org\",\"id\":\"member-77\"}}");
	assert_true(engine_journal_has(&e, "\"key\":\""));
	assert_false(engine_journal_has(&e, "Li Na"));
	assert_false(engine_journal_has(&e, "1381234"));
	assert_false(engine_journal_has(&e, "example.org"));
	assert_false(engine_journal_has(&e, "member-77"));
}

static void opened_is(const char *token, const char *text)
{
	struct seal_private key;
	struct heard_error err = {0};
	struct heard_buf plain;
	heard_buf_init(&plain, 4096);
	assert_int_equal(seal_private_load(private_key, &key, &err), 0);
	assert_int_equal(seal_open(&key, heard_str(token), &plain, &err), 0);
	assert_true(heard_str_is(heard_buf_view(&plain), text));
	heard_buf_release(&plain);
}

static void contacts_are_sealed_with_a_key(void **state)
{
	(void)state;
	char token[512];
	engine_start(&e);
	emit_and_wait("{\"body\":\"x\",\"author\":{\"phone\":\"13812345678\"}}");
	assert_false(engine_journal_has(&e, "13812345678"));
	engine_field(&e, "phone", token, sizeof(token));
	opened_is(token, "13812345678");
}

/* As `heard send` and a replay do. */
static void give(const char *raw)
{
	struct receipt r = {0};
	input_emit(e.in[0].host,
		   &(struct heard_emission){
			   .raw = heard_str(raw), .receipt = engine_receipt, .arg = &r},
		   true);
	engine_until(&e, r.times > 0);
	engine_must(r.code == 0);
}

static void what_is_sealed_already_stays_as_the_operator_gives_it(void **state)
{
	(void)state;
	char token[512], again[512], raw[700];
	engine_start(&e);
	emit_and_wait("{\"body\":\"x\",\"author\":{\"phone\":\"13812345678\"}}");
	engine_field(&e, "phone", token, sizeof(token));
	snprintf(raw, sizeof(raw), "{\"body\":\"y\",\"author\":{\"phone\":\"%s\"}}", token);
	give(raw);
	engine_field(&e, "phone", again, sizeof(again));
	assert_string_equal(token, again);
	struct heard_buf b;
	engine_lines(&e, &b); /* and a sealed contact is no person */
	assert_null(strstr(strchr(b.ptr, '\n'), "\"key\":"));
	heard_buf_release(&b);
}

static void what_looks_sealed_is_sealed_again_when_a_source_says_it(void **state)
{
	(void)state;
	char forged[160] = "sealed:AQ13812345678", token[512], raw[512];
	memset(forged + 20, 'x', 100);
	engine_start(&e);
	snprintf(raw, sizeof(raw), "{\"body\":\"y\",\"author\":{\"name\":\"%s\"}}", forged);
	emit_and_wait(raw);
	assert_false(engine_journal_has(&e, "13812345678"));
	engine_field(&e, "name", token, sizeof(token));
	opened_is(token, forged);
}

static void typing_sealed_before_a_number_does_not_keep_it_in_clear(void **state)
{
	(void)state;
	char token[512];
	engine_start(&e);
	emit_and_wait("{\"body\":\"x\",\"author\":{\"phone\":\"sealed:13812345678\"}}");
	assert_false(engine_journal_has(&e, "13812345678"));
	engine_field(&e, "phone", token, sizeof(token));
	opened_is(token, "sealed:13812345678");
}

static void a_source_cannot_say_what_only_we_may(void **state)
{
	(void)state;
	engine_start(&e);
	emit_and_wait("{\"id\":\"mine\",\"source\":\"forged\",\"received_at\":\"2001-01-01T00:"
		      "00:00Z\","
		      "\"author\":{\"key\":\"somebody\"},\"masked\":{\"phone\":3},"
		      "\"spam\":{\"score\":1,\"verdict\":\"spam\"},\"body\":\"x\"}");
	assert_false(engine_journal_has(&e, "mine"));
	assert_false(engine_journal_has(&e, "forged"));
	assert_false(engine_journal_has(&e, "2001"));
	assert_false(engine_journal_has(&e, "somebody"));
	assert_false(engine_journal_has(&e, "masked"));
	assert_false(engine_journal_has(&e, "spam"));
	assert_true(engine_journal_has(&e, "\"source\":\"shop/in\""));
}

static void what_only_filters_say_is_taken_from_a_source(void **state)
{
	(void)state;
	engine_start(&e);
	emit_and_wait(
		"{\"body\":\"x\",\"spam\":{\"reasons\":[\"n1\"]},"
		"\"authentic\":{\"score\":1,\"reasons\":[\"n2\"]},"
		"\"sentiment\":{\"label\":\"n3\",\"emotion\":\"n4\",\"score\":1},"
		"\"segment\":{\"need\":\"n5\",\"satisfaction\":\"n6\",\"loyalty\":\"n7\"},"
		"\"answer\":{\"id\":\"n8\",\"title\":\"n9\",\"score\":1},"
		"\"duplicate_of\":\"n10\",\"related\":[\"n11\"],\"event\":\"n12\"}");
	for (int i = 1; i <= 12; i++) {
		char word[16];
		snprintf(word, sizeof(word), "\"n%d\"", i);
		assert_false(engine_journal_has(&e, word));
	}
	assert_false(engine_journal_has(&e, "score"));
	assert_true(engine_journal_has(&e, "\"body\":\"x\""));
}

static void labels_stay_if_they_look_like_labels(void **state)
{
	(void)state;
	engine_start(&e);
	emit_and_wait("{\"channel\":\"web-2.app_1\",\"lang\":\"zh-Hant-TW\","
		      "\"intent\":\"praise\",\"category\":\"product\",\"subcategory\":\"微信\","
		      "\"priority\":\"low\",\"department\":\"after_sales\"}");
	assert_true(engine_journal_has(&e, "\"channel\":\"web-2.app_1\""));
	assert_true(engine_journal_has(&e, "\"subcategory\":\"微信\""));
	assert_false(engine_journal_has(&e, "attributes"));
}

/* Where the value of `name` went: the line without and with it. */
static void is_moved(const char *name, const char *value)
{
	char raw[512], want[512];
	snprintf(raw, sizeof(raw), "{\"body\":\"b\",\"%s\":\"%s\"}", name, value);
	emit_and_wait(raw);
	snprintf(want, sizeof(want), "\"body\":\"b\",\"attributes\":{\"%s\":\"%s\"}}", name,
		 value);
	if (!engine_journal_has(&e, want))
		fail_msg("%s: not moved", raw);
}

static void labels_that_do_not_look_like_one_become_attributes(void **state)
{
	(void)state;
	engine_start(&e);
	is_moved("channel", "13812345678");
	is_moved("channel", "web 138");
	is_moved("lang", "138-1234-5678");
	is_moved("category", "１３８１２３");
	is_moved("category", "一三八零零一三八");
	is_moved("category", "li@example.org");
	is_moved("subcategory", "京A0F010");
	is_moved("department", "abcdefghijklmnopqrstuvwxyzabcdefg");
	is_moved("intent", "anger");
	is_moved("priority", "P1");
}

static void a_moved_label_replaces_no_attribute(void **state)
{
	(void)state;
	engine_start(&e);
	emit_and_wait("{\"channel\":\"a b\",\"attributes\":{\"channel\":\"own\","
		      "\"channel_2\":\"own too\"}}");
	assert_true(engine_journal_has(&e, "{\"channel\":\"own\",\"channel_2\":\"own too\","
					   "\"channel_3\":\"a b\"}"));
}

static void figures_too_large_for_a_score_become_attributes(void **state)
{
	(void)state;
	engine_start(&e);
	emit_and_wait("{\"rating\":13812345678,\"nps\":9,\"ratings\":{\"value\":-13812345678,"
		      "\"service\":4}}");
	assert_true(engine_journal_has(&e, "\"nps\":9,\"ratings\":{\"service\":4}"));
	assert_true(engine_journal_has(&e, "\"attributes\":{\"rating\":13812345678,"
					   "\"ratings.value\":-13812345678}"));
}

static void files_keep_types_and_digests_that_look_like_one(void **state)
{
	(void)state;
	engine_start(&e);
	emit_and_wait(
		"{\"attachments\":[{\"name\":\"a\",\"type\":\"text/plain; charset=x\"},"
		"{\"name\":\"b\",\"type\":\"image/13812345678\",\"sha256\":\"13812345678\"},"
		"{\"name\":\"c\",\"type\":\"call me\"},"
		"{\"name\":\"d\",\"type\":\"video/mp4\",\"sha256\":"
		"\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"}]}");
	assert_true(engine_journal_has(&e, "\"type\":\"text/plain\""));
	assert_true(engine_journal_has(&e, "\"type\":\"video/mp4\",\"sha256\":\"0123456789ab"));
	assert_false(engine_journal_has(&e, "13812345678"));
	assert_false(engine_journal_has(&e, "call me"));
}

static void names_that_are_no_names_become_text(void **state)
{
	(void)state;
	engine_start(&e);
	emit_and_wait("{\"ratings\":{\"service\":5,\"call 13812345678\":4},"
		      "\"attributes\":{\"size\":1,\"li@example.org\":2,\"member_1\":3}}");
	assert_true(engine_journal_has(&e, "\"ratings\":{\"service\":5,\"member_1\":4}"));
	assert_true(engine_journal_has(
		&e, "\"attributes\":{\"size\":1,\"member_1025\":2,\"member_1\":3,"
		    "\"member_1025_name\":\"li@example.org\","
		    "\"ratings.member_1_name\":\"call 13812345678\"}"));
}

static void without_room_to_move_the_record_is_a_dead_letter(void **state)
{
	(void)state;
	struct heard_buf b;
	heard_buf_init(&b, 1 << 20);
	heard_buf_printf(&b, "{\"channel\":\"13812345678\",\"attributes\":{\"a\":1");
	for (int i = 1; i < 1024; i++)
		heard_buf_printf(&b, ",\"a%d\":1", i);
	heard_buf_printf(&b, "}}");
	engine_start(&e);
	emit_and_wait(b.ptr);
	heard_buf_release(&b);
	assert_int_equal(engine_gate(&e).journaled, 0);
	assert_non_null(strstr(engine_letters(&e).meta, "no room left for another attribute"));
}

static void an_error_quotes_no_name_of_a_customers(void **state)
{
	(void)state;
	static const char *const wrong[] = {
		"{\"ratings\":{\"13812345678\":\"x\"}}",
		"{\"ratings.13812345678\":\"x\"}",
		"{\"masked\":{\"13812345678\":\"x\"}}",
		"{\"author\":{\"13812345678%0300d\":1}}",
		"{\"attributes\":{\"13812345678%0300d\":1}}",
		"{\"ratings\":{\"13812345678%0300d\":1}}",
		"{\"author\":13812345678,\"13812345678%0300d\":[1]}",
	};
	engine_start(&e);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct receipt r = {0};
		char raw[512], zeros[301];
		const char *at = strstr(wrong[i], "%0300d");
		memset(zeros, '0', 300);
		zeros[300] = 0;
		snprintf(raw, sizeof(raw), "%.*s%s%s", at ? (int)(at - wrong[i]) : 400,
			 wrong[i], at ? zeros : "", at ? at + 6 : "");
		engine_stream(&e, raw, "t", &r);
		engine_until(&e, r.times > 0);
		struct engine_letter l = engine_letters(&e);
		assert_int_equal(l.n, i + 1);
		if (strstr(l.meta, "1381234") != NULL)
			fail_msg("%s", l.meta);
	}
}

static void ids_that_name_a_person_are_hashed(void **state)
{
	(void)state;
	char id[64];
	engine_plugin(&e.inputs[0])->flags |= HEARD_PERSONAL_IDS;
	engine_start(&e);
	emit_and_wait("{\"source_id\":\"openid-of-li\",\"body\":\"x\"}");
	assert_false(engine_journal_has(&e, "openid"));
	engine_field(&e, "source_id", id, sizeof(id));
	assert_int_equal(strlen(id), 32);
}

static void a_new_revision_is_a_new_record(void **state)
{
	(void)state;
	engine_start(&e);
	emit_and_wait("{\"source_id\":\"7\",\"revision\":1,\"body\":\"x\"}");
	emit_and_wait("{\"source_id\":\"7\",\"revision\":2,\"body\":\"y\"}");
	emit_and_wait("{\"source_id\":\"7\",\"revision\":2,\"body\":\"y\"}");
	assert_int_equal(engine_gate(&e).journaled, 2);
	assert_int_equal(engine_gate(&e).duplicate, 1);
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

/* ---- the dead */

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
	emit_and_wait("{\"body\":\"quarantine, says Zhang\",\"author\":{\"name\":\"Zhang\"}}");
	struct engine_letter l = engine_letters(&e);
	assert_int_equal(l.n, 1);
	assert_non_null(strstr(l.meta, "\"instance\":\"f0\""));
	assert_non_null(strstr(l.meta, "\"reason\":\"cannot be understood\""));
	assert_true(strncmp(l.body, "sealed:", 7) == 0);
	emit_and_wait("{\"body\":\"later\",\"author\":{\"name\":\"Zhang\"}}");
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
	emit_and_wait("{\"body\":\"quarantine, says Zhang\"}");
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
	emit_and_wait("{\"body\":\"later\"}");
	assert_true(strncmp(engine_letters(&e).body, "sealed:", 7) == 0);
}

static void a_clear_pipeline_keeps_its_dead_in_clear(void **state)
{
	(void)state;
	e.pipelines[0].clear = true;
	engine_start(&e);
	emit_and_wait(
		"{\"body\":\"quarantine, says Zhang\",\"author\":{\"name\":\"Zhang Wei\"}}");
	assert_non_null(strstr(engine_letters(&e).body, "says Zhang"));
	assert_null(strstr(engine_letters(&e).body, "Zhang Wei"));
}

static void add_hurried(struct test_filter *f, struct heard_record *r)
{
	(void)f;
	if (body_has(r, "made here"))
		heard_masked_add(r, HEARD_STR_OF("phone"), 2);
}

static void what_filters_say_of_an_added_record_stays(void **state)
{
	(void)state;
	e.filter[1].each = add_hurried;
	engine_start(&e);
	emit_and_wait("{\"body\":\"add one\"}");
	struct heard_buf b;
	engine_lines(&e, &b);
	const char *added = strstr(b.ptr, "made here");
	assert_non_null(strstr(b.ptr, "\"masked\":{\"phone\":2}"));
	assert_non_null(added);
	heard_buf_release(&b);
	assert_true(engine_journal_has(&e, "\"source\":\"shop/in\""));
}

/* ---- digests */

static uint64_t looked_for;
static bool is_found;

static int look_in(const char *path, const struct stat *st, int type)
{
	int fd = type == FTW_F && st->st_size >= 8 ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	if (fd < 0)
		return 0;
	size_t n = (size_t)st->st_size;
	char *bytes = mmap(NULL, n, PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	if (bytes == MAP_FAILED)
		return 0;
	if (memmem(bytes, n, &looked_for, sizeof(looked_for)) != NULL)
		is_found = true;
	munmap(bytes, n);
	return 0;
}

/* Is the number in any file of the state folder, as this processor writes it? */
static bool is_stored(uint64_t digest)
{
	looked_for = digest;
	is_found = false;
	ftw(e.folder, look_in, 8);
	return is_found;
}

static const char known[] = "{\"source_id\":\"d1\",\"body\":\"call 13812345678\"}";
static bool plain_is_noted;

static void look_at_notes(struct test_filter *f, struct heard_record *r)
{
	(void)f;
	(void)r;
	plain_is_noted = is_stored(hash_digest(heard_str(known)));
}

static void the_digest_that_is_stored_is_keyed(void **state)
{
	(void)state;
	uint64_t plain = hash_digest(heard_str(known));
	e.filter[0].each = look_at_notes;
	engine_start(&e);
	emit_and_wait(known);
	assert_false(plain_is_noted);
	assert_false(is_stored(plain));
	assert_true(is_stored(gate_keyed(&e.daemon->gate, plain)));
	assert_int_equal(engine_gate(&e).journaled, 1);
	emit_and_wait(known);
	assert_int_equal(engine_gate(&e).duplicate, 1);
}

static void another_secret_makes_another_digest(void **state)
{
	(void)state;
	struct gate a = {.secret = {1}}, b = {.secret = {2}};
	gate_derive(&a);
	gate_derive(&b);
	assert_true(gate_keyed(&a, 7) == gate_keyed(&a, 7));
	assert_true(gate_keyed(&a, 7) != gate_keyed(&a, 8));
	assert_true(gate_keyed(&a, 7) != gate_keyed(&b, 7));
	assert_true(gate_keyed(&a, 7) != 7);
}

int main(void)
{
#define TEST(name)   cmocka_unit_test_setup_teardown(name, setup, teardown)
#define SEALED(name) cmocka_unit_test_setup_teardown(name, setup_with_key, teardown)
	const struct CMUnitTest tests[] = {
		TEST(one_phone_number_is_one_person_however_it_is_spelt),
		TEST(an_address_is_the_same_person_in_capitals),
		TEST(an_id_names_a_person_at_its_own_source_only),
		TEST(the_key_stays_the_same_over_a_restart_and_differs_elsewhere),
		TEST(contacts_are_left_out_without_a_key),
		SEALED(contacts_are_sealed_with_a_key),
		SEALED(what_is_sealed_already_stays_as_the_operator_gives_it),
		SEALED(what_looks_sealed_is_sealed_again_when_a_source_says_it),
		SEALED(typing_sealed_before_a_number_does_not_keep_it_in_clear),
		TEST(a_source_cannot_say_what_only_we_may),
		TEST(what_only_filters_say_is_taken_from_a_source),
		TEST(labels_stay_if_they_look_like_labels),
		TEST(labels_that_do_not_look_like_one_become_attributes),
		TEST(a_moved_label_replaces_no_attribute),
		TEST(figures_too_large_for_a_score_become_attributes),
		TEST(files_keep_types_and_digests_that_look_like_one),
		TEST(names_that_are_no_names_become_text),
		TEST(without_room_to_move_the_record_is_a_dead_letter),
		TEST(an_error_quotes_no_name_of_a_customers),
		TEST(ids_that_name_a_person_are_hashed),
		TEST(a_new_revision_is_a_new_record),
		TEST(names_of_any_length_make_a_key),
		SEALED(what_dies_before_mask_is_sealed_and_after_it_clear),
		TEST(without_a_key_only_length_and_digest_of_it_are_kept),
		SEALED(a_mask_with_a_condition_does_not_count),
		SEALED(a_clear_pipeline_keeps_its_dead_in_clear),
		TEST(what_filters_say_of_an_added_record_stays),
		TEST(the_digest_that_is_stored_is_keyed),
		TEST(another_secret_makes_another_digest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
