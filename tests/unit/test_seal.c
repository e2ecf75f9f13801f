/*
 * test_seal.c - what is sealed opens with the private key, and with nothing else.
 */
#include "seal.h"

#include <errno.h>
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include <heard/error.h>

static void make_keys(struct seal_public *to, struct seal_private *key)
{
	crypto_box_keypair(key->public_key, key->key);
	memcpy(to->key, key->public_key, sizeof(to->key));
}

static struct heard_str seal(struct sealer *s, struct heard_str plain, int64_t now_ms,
			     struct heard_buf *token)
{
	heard_buf_clear(token);
	sealer_seal(s, plain, now_ms, token);
	assert_false(token->failed);
	return heard_buf_view(token);
}

static int opens_as(const struct seal_private *key, struct heard_str token,
		    struct heard_str plain)
{
	struct heard_buf out;
	struct heard_error err = {0};
	int result;

	heard_buf_init(&out, 1 << 22);
	result = seal_open(key, token, &out, &err);
	if (result == 0 && !heard_str_eq(heard_buf_view(&out), plain))
		result = -EINVAL;
	if (result != 0)
		assert_string_not_equal(err.text, "");
	heard_buf_release(&out);
	return result;
}

static void any_length_opens_again(void **state)
{
	(void)state;
	static const size_t lengths[] = {0, 1, 11, 1023, 1024, 1025, 300000};
	struct seal_public to;
	struct seal_private key;
	struct sealer s;
	struct heard_buf token;
	char *text = malloc(300000);

	memset(text, 'x', 300000);
	make_keys(&to, &key);
	sealer_init(&s, &to);
	heard_buf_init(&token, 1 << 22);
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct heard_str plain = heard_str_n(text, lengths[i]);
		struct heard_str sealed = seal(&s, plain, 1000, &token);

		assert_memory_equal(sealed.ptr, "sealed:", 7);
		assert_int_equal(opens_as(&key, sealed, plain), 0);
	}
	heard_buf_release(&token);
	sealer_release(&s);
	free(text);
}

static void a_token_appends_and_never_repeats(void **state)
{
	(void)state;
	struct seal_public to;
	struct seal_private key;
	struct sealer s;
	struct heard_buf one, two;

	make_keys(&to, &key);
	sealer_init(&s, &to);
	heard_buf_init(&one, 4096);
	heard_buf_init(&two, 4096);
	seal(&s, HEARD_STR_OF("same"), 1, &one);
	heard_buf_puts(&two, "kept ");
	sealer_seal(&s, HEARD_STR_OF("same"), 1, &two);
	assert_memory_equal(two.ptr, "kept sealed:", 12);
	assert_memory_not_equal(one.ptr, two.ptr + 5, one.len);
	heard_buf_release(&one);
	heard_buf_release(&two);
	sealer_release(&s);
}

static void a_key_lives_a_minute_or_65536_uses(void **state)
{
	(void)state;
	struct seal_public to;
	struct seal_private key;
	struct sealer s;
	struct heard_buf token;
	unsigned char first[32], second[32];

	make_keys(&to, &key);
	sealer_init(&s, &to);
	heard_buf_init(&token, 4096);
	seal(&s, HEARD_STR_OF("a"), 1000, &token);
	memcpy(first, s.ephemeral, 32);
	seal(&s, HEARD_STR_OF("a"), 60999, &token);
	assert_memory_equal(first, s.ephemeral, 32);
	seal(&s, HEARD_STR_OF("a"), 61000, &token);
	assert_memory_not_equal(first, s.ephemeral, 32);
	memcpy(second, s.ephemeral, 32);
	seal(&s, HEARD_STR_OF("a"), 500, &token); /* the clock was set back */
	assert_memory_not_equal(second, s.ephemeral, 32);
	memcpy(second, s.ephemeral, 32);
	for (unsigned i = 1; i < 65536; i++)
		seal(&s, HEARD_STR_OF("a"), 500, &token);
	assert_memory_equal(second, s.ephemeral, 32);
	seal(&s, HEARD_STR_OF("a"), 500, &token);
	assert_memory_not_equal(second, s.ephemeral, 32);
	heard_buf_release(&token);
	sealer_release(&s);
}

static void any_changed_character_is_refused(void **state)
{
	(void)state;
	struct seal_public to;
	struct seal_private key;
	struct sealer s;
	struct heard_buf token;
	struct heard_str sealed, plain = HEARD_STR("13800138000");

	make_keys(&to, &key);
	sealer_init(&s, &to);
	heard_buf_init(&token, 4096);
	sealed = seal(&s, plain, 1, &token);
	for (size_t i = 0; i < sealed.len; i++) {
		char was = token.ptr[i];

		token.ptr[i] = was == 'A' ? 'B' : 'A';
		assert_int_equal(opens_as(&key, sealed, plain), -EBADMSG);
		token.ptr[i] = was;
	}
	for (size_t n = 0; n < sealed.len; n++)
		assert_int_equal(opens_as(&key, heard_str_n(sealed.ptr, n), plain), -EBADMSG);
	assert_int_equal(opens_as(&key, sealed, plain), 0);
	heard_buf_release(&token);
	sealer_release(&s);
}

static void another_key_and_a_full_buffer_are_refused(void **state)
{
	(void)state;
	struct seal_public to, other_to;
	struct seal_private key, other;
	struct sealer s;
	struct heard_buf token, tiny;
	struct heard_error err = {0};

	make_keys(&to, &key);
	make_keys(&other_to, &other);
	sealer_init(&s, &to);
	heard_buf_init(&token, 4096);
	heard_buf_init(&tiny, 8);
	seal(&s, HEARD_STR_OF("longer than eight bytes"), 1, &token);
	assert_int_equal(opens_as(&other, heard_buf_view(&token), HEARD_STR_OF("")), -EBADMSG);
	assert_int_equal(seal_open(&key, heard_buf_view(&token), &tiny, &err), -ENOMEM);
	heard_buf_clear(&tiny);
	sealer_seal(&s, HEARD_STR_OF("x"), 1, &tiny);
	assert_true(tiny.failed);
	heard_buf_release(&tiny);
	heard_buf_release(&token);
	sealer_release(&s);
}

static void keyed_hashes_differ_by_secret_purpose_and_text(void **state)
{
	(void)state;
	unsigned char a[32] = {1}, b[32] = {2}, out[5][32];

	seal_keyed_hash(a, "person", HEARD_STR_OF("x"), out[0]);
	seal_keyed_hash(b, "person", HEARD_STR_OF("x"), out[1]);
	seal_keyed_hash(a, "token", HEARD_STR_OF("x"), out[2]);
	seal_keyed_hash(a, "person", HEARD_STR_OF("y"), out[3]);
	/* the border between purpose and text counts */
	seal_keyed_hash(a, "perso", HEARD_STR_OF("nx"), out[4]);
	for (int i = 0; i < 5; i++)
		for (int j = 0; j < i; j++)
			assert_memory_not_equal(out[i], out[j], 32);
	seal_keyed_hash(a, "person", HEARD_STR_OF("x"), out[1]);
	assert_memory_equal(out[0], out[1], 32);
}

static void sealing_is_fast(void **state)
{
	(void)state;
	enum { ROUNDS = 20000 };
	struct seal_public to;
	struct seal_private key;
	struct sealer s;
	struct heard_buf token;
	struct timespec from, till;

	make_keys(&to, &key);
	sealer_init(&s, &to);
	heard_buf_init(&token, 4096);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
	for (int i = 0; i < ROUNDS; i++)
		seal(&s, HEARD_STR_OF("someone@example.com"), 1, &token);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &till);
	double ns = ((double)(till.tv_sec - from.tv_sec) * 1e9 +
		     (double)(till.tv_nsec - from.tv_nsec)) /
		    ROUNDS;
	print_message("%.0f ns a seal\n", ns);
	/* Far above what it takes; catches a system call or a key a text. */
	assert_true(ns < 30000);
	heard_buf_release(&token);
	sealer_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_length_opens_again),
		cmocka_unit_test(a_token_appends_and_never_repeats),
		cmocka_unit_test(a_key_lives_a_minute_or_65536_uses),
		cmocka_unit_test(any_changed_character_is_refused),
		cmocka_unit_test(another_key_and_a_full_buffer_are_refused),
		cmocka_unit_test(keyed_hashes_differ_by_secret_purpose_and_text),
		cmocka_unit_test(sealing_is_fast),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
