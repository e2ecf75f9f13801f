/*
 * test_scan.c - frames found in a file, whatever stands between them.
 */
#include "scan.h"

#include "hash.h"
#include "journal_fixture.h"
#include "journal_io.h"
#include "segment.h"

#include <errno.h>

enum { SIZE = 4 << 20, ID = 9 };
static const struct frame_key no_key;

struct tape { /* a segment being written by hand */
	struct fixture f;
	int folder, fd;
	uint64_t at;
	struct scan scan;
};

static void tape_open(struct tape *t)
{
	fixture_init(&t->f);
	t->folder = open(t->f.folder, O_RDONLY | O_DIRECTORY);
	t->at = 0;
	assert_int_equal(segment_make(&journal_io_real, t->folder, ID, SIZE), 0);
	t->fd = segment_open(t->folder, ID);
	assert_true(t->fd >= 0);
	scan_init(&t->scan, &journal_io_real);
	assert_int_equal(scan_open(&t->scan, t->folder, ID), 0);
}

static void tape_close(struct tape *t)
{
	scan_release(&t->scan);
	close(t->fd);
	close(t->folder);
	fixture_release(&t->f);
}

static uint64_t tape_put(struct tape *t, enum frame_type type, uint64_t segment,
			 struct heard_str payload)
{
	unsigned char head[FRAME_HEADER];
	uint64_t at = t->at;
	struct frame f = {.type = type,
			  .length = (uint32_t)payload.len,
			  .payload_crc = hash_crc32c(0, payload.ptr, payload.len),
			  .n = 1,
			  .segment = segment};

	frame_encode(&f, head);
	assert_int_equal(pwrite(t->fd, head, sizeof(head), (off_t)at), sizeof(head));
	assert_int_equal(pwrite(t->fd, payload.ptr, payload.len, (off_t)at + FRAME_HEADER),
			 payload.len);
	t->at += frame_size(&f);
	return at;
}

static uint64_t tape_commit(struct tape *t, uint64_t group_start, uint64_t next_seq)
{
	struct heard_buf b;
	struct frame_commit c = {.group_start = group_start, .next_seq = next_seq};

	heard_buf_init(&b, 1 << 20);
	frame_put_commit(&b, &c);
	uint64_t at = tape_put(t, FRAME_COMMIT, ID, heard_buf_view(&b));
	heard_buf_release(&b);
	return at;
}

static void tape_flip(struct tape *t, uint64_t at)
{
	char c;

	assert_int_equal(pread(t->fd, &c, 1, (off_t)at), 1);
	c = (char)(c ^ 1);
	assert_int_equal(pwrite(t->fd, &c, 1, (off_t)at), 1);
	scan_forget(&t->scan);
}

static void a_frame_is_read_as_it_was_written(void **state)
{
	struct tape t;
	struct frame f;
	struct heard_str payload;
	(void)state;
	tape_open(&t);
	uint64_t a = tape_put(&t, FRAME_DEAD, ID, HEARD_STR_OF("first"));
	uint64_t b = tape_put(&t, FRAME_DEAD, ID, HEARD_STR_OF(""));
	assert_int_equal(scan_header(&t.scan, a, SIZE, &f), 1);
	assert_int_equal(scan_payload(&t.scan, a, &f, &no_key, &payload), 0);
	assert_true(heard_str_eq(payload, HEARD_STR_OF("first")));
	assert_int_equal(scan_header(&t.scan, b, SIZE, &f), 1);
	assert_int_equal(scan_payload(&t.scan, b, &f, &no_key, &payload), 0);
	assert_int_equal(payload.len, 0);
	/* Neither beyond the limit nor beyond the file. */
	assert_int_equal(scan_header(&t.scan, a, a + FRAME_HEADER + 4, &f), 0);
	assert_int_equal(scan_header(&t.scan, a, a + FRAME_HEADER + 5, &f), 1);
	assert_int_equal(scan_header(&t.scan, SIZE - 32, SIZE, &f), 0);
	assert_int_equal(scan_header(&t.scan, SIZE, (uint64_t)SIZE * 2, &f), 0);
	tape_close(&t);
}

static void the_next_frame_is_found_behind_damage(void **state)
{
	struct tape t;
	struct frame f;
	(void)state;
	tape_open(&t);
	uint64_t a = tape_put(&t, FRAME_DEAD, ID, HEARD_STR_OF("first"));
	tape_put(&t, FRAME_DEAD, ID - 1, HEARD_STR_OF("of an older life of the file"));
	t.at += 700 << 10; /* more than is read at a time */
	t.at = frame_padded(t.at);
	uint64_t b = tape_put(&t, FRAME_DEFER, ID, HEARD_STR_OF("second"));
	uint64_t at = a;
	assert_int_equal(scan_seek(&t.scan, &at, SIZE, &f), 1);
	assert_int_equal(at, a);
	tape_flip(&t, a + 20);
	assert_int_equal(scan_seek(&t.scan, &at, SIZE, &f), 1);
	assert_int_equal(at, b);
	assert_int_equal(f.type, FRAME_DEFER);
	at = b + FRAME_ALIGN;
	assert_int_equal(scan_seek(&t.scan, &at, UINT64_MAX, &f), 0);
	tape_close(&t);
}

static void a_damaged_payload_is_told(void **state)
{
	struct tape t;
	struct frame f;
	struct heard_str payload;
	(void)state;
	tape_open(&t);
	uint64_t a = tape_put(&t, FRAME_DEAD, ID, HEARD_STR_OF("first"));
	tape_flip(&t, a + FRAME_HEADER + 3);
	assert_int_equal(scan_header(&t.scan, a, SIZE, &f), 1);
	assert_int_equal(scan_payload(&t.scan, a, &f, &no_key, &payload), -EBADMSG);
	tape_close(&t);
}

static void commits_are_found_and_damaged_ones_passed_over(void **state)
{
	struct tape t;
	struct frame f;
	struct frame_commit c;
	uint64_t at = 0;
	(void)state;
	tape_open(&t);
	tape_put(&t, FRAME_DEAD, ID, HEARD_STR_OF("x"));
	uint64_t first = tape_commit(&t, 0, 11);
	uint64_t second = tape_commit(&t, first + 64, 12);
	tape_commit(&t, (uint64_t)SIZE * 2, 13); /* a group that begins behind its end */
	assert_int_equal(scan_commit(&t.scan, &at, SIZE, &no_key, &f, &c), 1);
	assert_int_equal(at, first);
	assert_int_equal(c.next_seq, 11);
	tape_flip(&t, first + FRAME_HEADER + 9);
	at = 0;
	assert_int_equal(scan_commit(&t.scan, &at, SIZE, &no_key, &f, &c), 1);
	assert_int_equal(at, second);
	assert_int_equal(c.next_seq, 12);
	at = second + FRAME_ALIGN;
	assert_int_equal(scan_commit(&t.scan, &at, SIZE, &no_key, &f, &c), 0);
	tape_close(&t);
}

/* A frame of two megabytes is read whole, and does not leave its window behind. */
static void a_huge_frame_costs_memory_only_while_it_is_read(void **state)
{
	enum { HUGE = 2 << 20 };
	struct tape t;
	struct frame f;
	struct heard_str payload;
	char *bytes = malloc(HUGE);
	(void)state;
	memset(bytes, 'h', HUGE);
	tape_open(&t);
	uint64_t a = tape_put(&t, FRAME_DEAD, ID, heard_str_n(bytes, HUGE));
	uint64_t b = tape_put(&t, FRAME_DEAD, ID, HEARD_STR_OF("small"));
	assert_int_equal(scan_header(&t.scan, a, SIZE, &f), 1);
	assert_int_equal(scan_payload(&t.scan, a, &f, &no_key, &payload), 0);
	assert_memory_equal(payload.ptr, bytes, HUGE);
	assert_int_equal(scan_header(&t.scan, b + FRAME_HEADER, SIZE, &f), 0);
	scan_forget(&t.scan);
	assert_int_equal(scan_header(&t.scan, b, SIZE, &f), 1);
	assert_int_equal(scan_payload(&t.scan, b, &f, &no_key, &payload), 0);
	assert_true(heard_str_eq(payload, HEARD_STR_OF("small")));
	assert_true(t.scan.size_w <= 1 << 20);
	free(bytes);
	tape_close(&t);
}

static void another_segment_is_another_file(void **state)
{
	struct tape t;
	struct frame f;
	(void)state;
	tape_open(&t);
	tape_put(&t, FRAME_DEAD, ID, HEARD_STR_OF("x"));
	assert_int_equal(scan_header(&t.scan, 0, SIZE, &f), 1);
	assert_int_equal(scan_open(&t.scan, t.folder, ID + 1), -ENOENT);
	assert_int_equal(segment_make(&journal_io_real, t.folder, ID + 1, 4096), 0);
	assert_int_equal(scan_open(&t.scan, t.folder, ID + 1), 0);
	assert_int_equal(t.scan.size, 4096);
	assert_int_equal(scan_header(&t.scan, 0, SIZE, &f), 0);
	tape_close(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_frame_is_read_as_it_was_written),
		cmocka_unit_test(the_next_frame_is_found_behind_damage),
		cmocka_unit_test(a_damaged_payload_is_told),
		cmocka_unit_test(commits_are_found_and_damaged_ones_passed_over),
		cmocka_unit_test(a_huge_frame_costs_memory_only_while_it_is_read),
		cmocka_unit_test(another_segment_is_another_file),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
