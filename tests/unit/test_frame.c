/*
 * test_frame.c - headers and payloads, to bytes and back.
 */
#include "frame.h"

#include "journal.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <heard/error.h>

static const struct frame sample = {
	.type = FRAME_RECORDS,
	.length = 12345,
	.payload_crc = 0xdeadbeef,
	.n = 7,
	.first_seq = 1ull << 40,
	.pipeline = 0x1122334455667788,
	.only_output = 9,
	.time_ms = 1700000000123,
	.segment = 42,
};

static void a_header_reads_as_it_was_written(void **state)
{
	unsigned char bytes[FRAME_HEADER];
	struct frame f;
	(void)state;
	frame_encode(&sample, bytes);
	assert_true(frame_decode(&f, bytes, 42));
	assert_int_equal(f.type, sample.type);
	assert_int_equal(f.length, sample.length);
	assert_int_equal(f.payload_crc, sample.payload_crc);
	assert_int_equal(f.n, sample.n);
	assert_int_equal(f.first_seq, sample.first_seq);
	assert_int_equal(f.pipeline, sample.pipeline);
	assert_int_equal(f.only_output, sample.only_output);
	assert_int_equal(f.time_ms, sample.time_ms);
}

static void any_flipped_bit_of_a_header_is_seen(void **state)
{
	unsigned char bytes[FRAME_HEADER];
	struct frame f;
	(void)state;
	frame_encode(&sample, bytes);
	for (unsigned bit = 0; bit < 8 * FRAME_HEADER; bit++) {
		bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
		assert_false(frame_decode(&f, bytes, 42));
		bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
	}
	assert_true(frame_decode(&f, bytes, 42));
}

static void a_frame_of_another_segment_is_none(void **state)
{
	unsigned char bytes[FRAME_HEADER];
	struct frame f;
	(void)state;
	frame_encode(&sample, bytes);
	assert_false(frame_decode(&f, bytes, 41));
}

static void letters_read_as_they_were_written(void **state)
{
	struct heard_buf b;
	struct journal_dead d = {.id = "0123456789abcde",
				 .output = 5,
				 .seq = 6,
				 .meta = HEARD_STR("{}"),
				 .body = HEARD_STR("body")};
	struct journal_defer w = {1, 2, 3, HEARD_STR("line\n")};
	(void)state;
	heard_buf_init(&b, 4096);
	frame_put_dead(&b, &d);
	struct journal_dead d2;
	assert_true(frame_get_dead(heard_buf_view(&b), &d2));
	assert_memory_equal(d.id, d2.id, 16);
	assert_int_equal(d2.output, 5);
	assert_int_equal(d2.seq, 6);
	assert_true(heard_str_is(d2.meta, "{}") && heard_str_is(d2.body, "body"));
	for (size_t cut = 0; cut < b.len; cut++)
		assert_false(frame_get_dead(heard_str_n(b.ptr, cut), &d2));
	heard_buf_clear(&b);
	frame_put_defer(&b, &w);
	struct journal_defer w2;
	assert_true(frame_get_defer(heard_buf_view(&b), &w2));
	assert_int_equal(w2.output, 1);
	assert_int_equal(w2.seq, 2);
	assert_int_equal(w2.since_ms, 3);
	assert_true(heard_str_is(w2.line, "line\n"));
	heard_buf_release(&b);
}

static void a_commit_cut_short_is_refused(void **state)
{
	struct heard_buf b;
	struct frame_commit c = {1, 2, 3, 4, 5, 2, NULL, {0}}, got;
	struct frame_entry e = {.offset = 64, .n_keys = 3, .frame = sample}, e2;
	(void)state;
	heard_buf_init(&b, 4096);
	frame_put_commit(&b, &c);
	frame_put_entry(&b, &e);
	frame_put_entry(&b, &e);
	assert_int_equal(b.len, FRAME_COMMIT_FIXED + 2 * FRAME_ENTRY);
	for (size_t cut = 0; cut < b.len; cut++)
		assert_false(frame_get_commit(heard_str_n(b.ptr, cut), &got));
	assert_true(frame_get_commit(heard_buf_view(&b), &got));
	assert_int_equal(got.next_key, 3);
	frame_get_entry(&got, 1, &e2);
	assert_int_equal(e2.offset, 64);
	assert_int_equal(e2.n_keys, 3);
	assert_int_equal(e2.frame.first_seq, sample.first_seq);
	heard_buf_release(&b);
}

static void a_sealed_payload_opens_only_with_its_key_and_header(void **state)
{
	char folder[] = "/tmp/heard-frame-XXXXXX", file[64];
	struct heard_error err;
	struct frame_key key, other;
	unsigned char out[5 + FRAME_SEALED_EXTRA], work[sizeof(out)];
	struct stat st;
	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(file, sizeof(file), "%s/key", folder);
	assert_int_equal(frame_key_load(&key, file, false, &err), -ENOENT);
	assert_int_equal(frame_key_load(&key, file, true, &err), 0);
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(frame_key_load(&other, file, true, &err), 0);
	assert_memory_equal(key.key, other.key, FRAME_KEY);

	struct frame f = sample;
	frame_seal(&key, &f, HEARD_STR_OF("hello"), out);
	memcpy(work, out, sizeof(out));
	struct heard_str payload = heard_str_n((char *)work, sizeof(work));
	assert_int_equal(frame_open(&other, &f, &payload), 0);
	assert_true(heard_str_is(payload, "hello"));
	for (size_t i = 0; i < sizeof(out); i++) {
		memcpy(work, out, sizeof(out));
		work[i] ^= 1;
		payload = heard_str_n((char *)work, sizeof(work));
		assert_int_equal(frame_open(&key, &f, &payload), -EBADMSG);
	}
	memcpy(work, out, sizeof(out));
	payload = heard_str_n((char *)work, sizeof(work));
	f.first_seq++;
	assert_int_equal(frame_open(&key, &f, &payload), -EBADMSG);
	f.first_seq--;
	other.key[0] ^= 1;
	assert_int_equal(frame_open(&other, &f, &payload), -EBADMSG);

	assert_int_equal(chmod(file, 0644), 0);
	assert_int_equal(frame_key_load(&key, file, true, &err), -EACCES);
	unlink(file);
	rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_header_reads_as_it_was_written),
		cmocka_unit_test(any_flipped_bit_of_a_header_is_seen),
		cmocka_unit_test(a_frame_of_another_segment_is_none),
		cmocka_unit_test(letters_read_as_they_were_written),
		cmocka_unit_test(a_commit_cut_short_is_refused),
		cmocka_unit_test(a_sealed_payload_opens_only_with_its_key_and_header),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
