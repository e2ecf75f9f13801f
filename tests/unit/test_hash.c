/* Hashes: known answers, and what must be different. */
#include "hash.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void crc32c_gives_the_answers_of_rfc_3720(void **state)
{
	(void)state;
	unsigned char bytes[32] = {0};
	assert_int_equal(hash_crc32c(0, bytes, 32), 0x8A9136AA);
	memset(bytes, 0xFF, 32);
	assert_int_equal(hash_crc32c(0, bytes, 32), 0x62A8AB43);
	for (unsigned i = 0; i < 32; i++)
		bytes[i] = (unsigned char)i;
	assert_int_equal(hash_crc32c(0, bytes, 32), 0x46DD794E);
	assert_int_equal(hash_crc32c(0, "123456789", 9), 0xE3069283);
	assert_int_equal(hash_crc32c(0, NULL, 0), 0);
}

static void crc32c_can_be_taken_in_pieces(void **state)
{
	(void)state;
	static const char text[] = "the quick brown fox jumps over the lazy dog";
	uint32_t whole = hash_crc32c(0, text, sizeof text);
	for (size_t cut = 0; cut <= sizeof text; cut++) {
		uint32_t crc = hash_crc32c(0, text, cut);
		assert_int_equal(hash_crc32c(crc, text + cut, sizeof text - cut), whole);
	}
}

static void names_hash_as_fnv_says(void **state)
{
	(void)state;
	assert_true(hash_name("") == 0xCBF29CE484222325u);
	assert_true(hash_name("a") == 0xAF63DC4C8601EC8Cu);
	assert_true(hash_name("foobar") == 0x85944171F73967E8u);
}

static void the_table_hash_is_the_same_for_the_same_text(void **state)
{
	(void)state;
	char copy[] = "kettle";
	assert_true(hash_table(HEARD_STR_OF("kettle")) == hash_table(heard_str(copy)));
	assert_true(hash_table(HEARD_STR_OF("kettle")) != hash_table(HEARD_STR_OF("kettlf")));
	assert_true(hash_table(heard_str_n(NULL, 0)) == hash_table(HEARD_STR_OF("")));
}

static void an_identity_knows_where_its_parts_end(void **state)
{
	(void)state;
	struct heard_str a[] = {HEARD_STR("ab"), HEARD_STR("c")};
	struct heard_str b[] = {HEARD_STR("a"), HEARD_STR("bc")};
	struct heard_str c[] = {HEARD_STR("ab"), HEARD_STR("c"), {NULL, 0}};
	unsigned char x[16], y[16], again[16];
	hash_id(x, a, 2);
	hash_id(y, b, 2);
	assert_memory_not_equal(x, y, 16);
	hash_id(y, c, 3);
	assert_memory_not_equal(x, y, 16);
	hash_id(again, a, 2);
	assert_memory_equal(x, again, 16);
}

static void a_digest_tells_texts_apart(void **state)
{
	(void)state;
	assert_true(hash_digest(HEARD_STR_OF("a")) == hash_digest(HEARD_STR_OF("a")));
	assert_true(hash_digest(HEARD_STR_OF("a")) != hash_digest(HEARD_STR_OF("b")));
	assert_true(hash_digest(HEARD_STR_OF("")) != hash_digest(HEARD_STR_OF("b")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(crc32c_gives_the_answers_of_rfc_3720),
		cmocka_unit_test(crc32c_can_be_taken_in_pieces),
		cmocka_unit_test(names_hash_as_fnv_says),
		cmocka_unit_test(the_table_hash_is_the_same_for_the_same_text),
		cmocka_unit_test(an_identity_knows_where_its_parts_end),
		cmocka_unit_test(a_digest_tells_texts_apart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
