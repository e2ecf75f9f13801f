/*
 * Tests of gate.c: which contacts are written, sealed or not at all, and that what is
 * noted of a content tells nobody what it was.
 */
#include "engine_emit.h"
#include "engine_look.h"

#include "hash.h"
#include "input.h"

#include <fcntl.h>
#include <ftw.h>

#define ENGINE_FILTERS 2
#define ENGINE_OUTPUTS 1
#include "engine_sealed.h"

static void contacts_are_left_out_without_a_key(void **state)
{
	(void)state;
	engine_start(&e);
	engine_send_raw(
		&e, "{\"body\":\"x\",\"author\":{\"name\":\"Li Na\",\"phone\":\"13812345678\","
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
	assert_int_equal(seal_private_load(keys.private_key, &key, &err), 0);
	assert_int_equal(seal_open(&key, heard_str(token), &plain, &err), 0);
	assert_true(heard_str_is(heard_buf_view(&plain), text));
	heard_buf_release(&plain);
}

static void contacts_are_sealed_with_a_key(void **state)
{
	(void)state;
	char token[512];
	engine_start(&e);
	engine_send_raw(&e, "{\"body\":\"x\",\"author\":{\"phone\":\"13812345678\"}}");
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
	engine_send_raw(&e, "{\"body\":\"x\",\"author\":{\"phone\":\"13812345678\"}}");
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
	engine_send_raw(&e, raw);
	assert_false(engine_journal_has(&e, "13812345678"));
	engine_field(&e, "name", token, sizeof(token));
	opened_is(token, forged);
}

static void typing_sealed_before_a_number_does_not_keep_it_in_clear(void **state)
{
	(void)state;
	char token[512];
	engine_start(&e);
	engine_send_raw(&e, "{\"body\":\"x\",\"author\":{\"phone\":\"sealed:13812345678\"}}");
	assert_false(engine_journal_has(&e, "13812345678"));
	engine_field(&e, "phone", token, sizeof(token));
	opened_is(token, "sealed:13812345678");
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
	engine_send_raw(&e, "{\"body\":\"add one\"}");
	struct heard_buf b;
	engine_lines(&e, &b);
	const char *added = strstr(b.ptr, "made here");
	assert_non_null(strstr(b.ptr, "\"masked\":{\"phone\":2}"));
	assert_non_null(added);
	heard_buf_release(&b);
	assert_true(engine_journal_has(&e, "\"source\":\"shop/in\""));
}

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
	engine_send_raw(&e, known);
	assert_false(plain_is_noted);
	assert_false(is_stored(plain));
	assert_true(is_stored(gate_keyed(&e.daemon->gate, plain)));
	assert_int_equal(engine_gate(&e).journaled, 1);
	engine_send_raw(&e, known);
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
	const struct CMUnitTest tests[] = {
		TEST(contacts_are_left_out_without_a_key),
		SEALED(contacts_are_sealed_with_a_key),
		SEALED(what_is_sealed_already_stays_as_the_operator_gives_it),
		SEALED(what_looks_sealed_is_sealed_again_when_a_source_says_it),
		SEALED(typing_sealed_before_a_number_does_not_keep_it_in_clear),
		TEST(what_filters_say_of_an_added_record_stays),
		TEST(the_digest_that_is_stored_is_keyed),
		TEST(another_secret_makes_another_digest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
