/*
 * test_ahead.c - records of a batch come in order from the thread that reads them, each
 * once, however many there are and whenever one stops.
 */
#include "output/tickets/ahead.c"

#include "../../core/batch.h"

#include <heard/error.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdatomic.h>
#include <stdio.h>

enum { MOST = 4096 };

static atomic_uint n_read;
static pthread_t home;
static atomic_bool was_elsewhere;

/* Number i of the batch is line "i"; the 7th of each ten is an event, and has no files. */
static void read_one(void *arg, const struct heard_batch *batch, size_t i,
		     struct ahead_record *out)
{
	(void)arg;
	atomic_fetch_add(&n_read, 1);
	if (!pthread_equal(pthread_self(), home))
		atomic_store(&was_elsewhere, true);
	out->kind = i % 10 == 7 ? AHEAD_EVENT : AHEAD_RECORD;
	out->record = (struct store_record){.line = heard_batch_line(batch, i)};
	struct heard_str *files = ahead_files(out, i % 3 + 1);
	assert_non_null(files);
	for (size_t f = 0; f < i % 3 + 1; f++)
		files[f] = out->record.line;
	out->record.attachments = files;
	out->record.n_attachments = i % 3 + 1;
}

struct given {
	char text[MOST * 8];
	uint32_t ends[MOST];
	uint64_t seqs[MOST];
};

static struct heard_batch *a_batch(struct given *given, size_t n)
{
	size_t at = 0;
	for (size_t i = 0; i < n; i++) {
		at += (size_t)snprintf(given->text + at, sizeof(given->text) - at, "%zu\n", i);
		given->ends[i] = (uint32_t)at;
		given->seqs[i] = i + 1;
	}
	struct heard_batch *batch = batch_create(16 << 20);
	assert_non_null(batch);
	batch_set_lines(batch, heard_str_n(given->text, at), given->ends, given->seqs, n,
			false);
	return batch;
}

static void take(struct ahead *ahead, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char line[24];
		const struct ahead_record *got = ahead_next(ahead);
		snprintf(line, sizeof(line), "%zu", i);
		assert_int_equal(got->kind, i % 10 == 7 ? AHEAD_EVENT : AHEAD_RECORD);
		assert_true(heard_str_is(got->record.line, line));
		assert_int_equal(got->record.n_attachments, i % 3 + 1);
		assert_true(heard_str_is(got->record.attachments[i % 3], line));
	}
}

static struct ahead *an_ahead(void)
{
	struct heard_error err;
	struct ahead *ahead = ahead_create(read_one, NULL, &err);
	assert_non_null(ahead);
	home = pthread_self();
	return ahead;
}

static void every_record_comes_once_and_in_order(void **state)
{
	static const size_t sizes[] = {1, 63, 64, 65, 255, 256, 257, 1000, 4096, 2, 320};
	static struct given given;
	struct ahead *ahead = an_ahead();
	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct heard_batch *batch = a_batch(&given, sizes[i]);
		atomic_store(&n_read, 0);
		atomic_store(&was_elsewhere, false);
		ahead_begin(ahead, batch);
		take(ahead, sizes[i]);
		ahead_end(ahead);
		assert_int_equal(atomic_load(&n_read), sizes[i]);
		assert_int_equal(atomic_load(&was_elsewhere), sizes[i] >= PIECE);
		batch_destroy(batch);
	}
	ahead_destroy(ahead);
}

/* The store failed: nobody looks into the batch after ahead_end. */
static void one_may_stop_at_any_record(void **state)
{
	static struct given given;
	struct ahead *ahead = an_ahead();
	(void)state;
	for (size_t stop = 0; stop < 600; stop += 37) {
		struct heard_batch *batch = a_batch(&given, 2000);
		ahead_begin(ahead, batch);
		take(ahead, stop);
		ahead_end(ahead);
		unsigned read = atomic_load(&n_read);
		batch_destroy(batch);
		assert_int_equal(atomic_load(&n_read), read);
		batch = a_batch(&given, 300);
		ahead_begin(ahead, batch);
		take(ahead, 300);
		ahead_end(ahead);
		batch_destroy(batch);
	}
	ahead_destroy(ahead);
}

static void it_may_end_without_a_batch(void **state)
{
	(void)state;
	ahead_destroy(an_ahead());
	ahead_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_record_comes_once_and_in_order),
		cmocka_unit_test(one_may_stop_at_any_record),
		cmocka_unit_test(it_may_end_without_a_batch),
	};
	return cmocka_run_group_tests_name("ahead", tests, NULL, NULL);
}
