/*
 * test_gunzip.c - inflating bodies, and refusing bombs.
 */
#include "batch.h"

#include <heard/error.h>
#include <heard/http.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

static struct heard_batch *batch;

static int setup(void **state)
{
	(void)state;
	batch = batch_create(64 << 20);
	return batch ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	batch_destroy(batch);
	return 0;
}

/* One gzip member; the caller frees it. */
static struct heard_str pack(const void *text, size_t len)
{
	z_stream z = {0};
	size_t size = len + len / 100 + 100;
	unsigned char *out = malloc(size);
	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 31, 9, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = (Bytef *)(uintptr_t)text;
	z.avail_in = (uInt)len;
	z.next_out = out;
	z.avail_out = (uInt)size;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	size_t n = z.total_out;
	deflateEnd(&z);
	return heard_str_n((char *)out, n);
}

static char *varied(size_t n)
{
	char *text = malloc(n + 1);
	unsigned seed = 1;
	for (size_t i = 0; i < n; i++) {
		seed = seed * 1103515245u + 12345u;
		text[i] = (char)('a' + (seed >> 16) % 26);
	}
	return text;
}

static void text_comes_back(void **state)
{
	static const size_t sizes[] = {0, 1, 255, 256, 257, 4096, 100000};
	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		char *text = varied(sizes[i]);
		struct heard_str packed = pack(text, sizes[i]), plain;
		struct heard_error err = {0};
		if (heard_http_gunzip(batch, packed, 1 << 20, &plain, &err) < 0)
			fail_msg("%zu: %s", sizes[i], err.text);
		assert_int_equal(plain.len, sizes[i]);
		assert_memory_equal(plain.ptr, text, sizes[i]);
		free((char *)(uintptr_t)packed.ptr);
		free(text);
	}
}

static void members_in_a_row_are_one_text(void **state)
{
	char *text = varied(5000);
	struct heard_str a = pack(text, 3000), b = pack(text + 3000, 2000), plain;
	char *both = malloc(a.len + b.len);
	(void)state;
	memcpy(both, a.ptr, a.len);
	memcpy(both + a.len, b.ptr, b.len);
	assert_int_equal(heard_http_gunzip(batch, heard_str_n(both, a.len + b.len), 1 << 20,
					   &plain, NULL),
			 0);
	assert_int_equal(plain.len, 5000);
	assert_memory_equal(plain.ptr, text, 5000);
	free((char *)(uintptr_t)a.ptr);
	free((char *)(uintptr_t)b.ptr);
	free(both);
	free(text);
}

static void bomb_is_refused_by_ratio_and_by_cap(void **state)
{
	enum { N = 16 << 20 };
	char *zeros = calloc(1, N), *text = varied(100000);
	struct heard_str bomb = pack(zeros, N), packed = pack(text, 100000), plain;
	struct heard_error err = {0};
	(void)state;
	assert_int_equal(heard_http_gunzip(batch, bomb, 1 << 30, &plain, &err), -EFBIG);
	assert_int_equal(heard_http_gunzip(batch, packed, 99999, &plain, &err), -EFBIG);
	assert_int_equal(heard_http_gunzip(batch, packed, 100000, &plain, &err), 0);
	free((char *)(uintptr_t)bomb.ptr);
	free((char *)(uintptr_t)packed.ptr);
	free(zeros);
	free(text);
}

static void damage_is_refused_wherever_it_is(void **state)
{
	char *text = varied(2000);
	struct heard_str packed = pack(text, 2000), plain;
	char *copy = malloc(packed.len + 1);
	(void)state;
	for (size_t n = 0; n < packed.len; n++) { /* every way to cut it short */
		memcpy(copy, packed.ptr, n);
		assert_int_equal(
			heard_http_gunzip(batch, heard_str_n(copy, n), 1 << 20, &plain, NULL),
			-EBADMSG);
		batch_clear(batch);
	}
	memcpy(copy, packed.ptr, packed.len);
	copy[packed.len] = 'x'; /* something behind it */
	assert_int_equal(heard_http_gunzip(batch, heard_str_n(copy, packed.len + 1), 1 << 20,
					   &plain, NULL),
			 -EBADMSG);
	copy[packed.len / 2] ^= 0x55;
	assert_int_equal(
		heard_http_gunzip(batch, heard_str_n(copy, packed.len), 1 << 20, &plain, NULL),
		-EBADMSG);
	free((char *)(uintptr_t)packed.ptr);
	free(copy);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(text_comes_back, setup, teardown),
		cmocka_unit_test_setup_teardown(members_in_a_row_are_one_text, setup, teardown),
		cmocka_unit_test_setup_teardown(bomb_is_refused_by_ratio_and_by_cap, setup,
						teardown),
		cmocka_unit_test_setup_teardown(damage_is_refused_wherever_it_is, setup,
						teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
