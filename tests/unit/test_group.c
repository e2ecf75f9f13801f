/*
 * test_group.c - transactions to frames: what shares a frame, what is left out,
 * and that a group can be laid out at any place.
 */
#include "group.h"

#include "hash.h"
#include "journal_fixture.h"
#include "journal_io.h"
#include "keys.h"
#include "state.h"

#include <errno.h>

struct bench {
	struct fixture f;
	int folder;
	struct keys *keys;
	struct state *state;
	struct group group;
	struct frame_key key;
	char *bytes; /* as laid out last */
	struct group_place place;
	char *opened[64]; /* payloads */
	size_t n_opened;
};

static void close_synced(void *arg, int fd, uint64_t upto)
{
	(void)arg;
	(void)upto;
	if (fd >= 0)
		close(fd);
}

static void bench_open(struct bench *b)
{
	struct heard_error err;

	memset(b, 0, sizeof(*b));
	fixture_init(&b->f);
	b->folder = open(b->f.folder, O_RDONLY | O_DIRECTORY);
	struct keys_options o = {b->folder,	&journal_io_real, 1000000,
				 fixture_now(), close_synced,	  NULL};
	assert_int_equal(keys_open(&b->keys, &o, 1, &err), 0);
	b->state = state_create();
	group_init(&b->group);
	group_begin(&b->group, 1, 1000);
}

static void bench_close(struct bench *b)
{
	free(b->bytes);
	while (b->n_opened)
		free(b->opened[--b->n_opened]);
	group_release(&b->group);
	state_destroy(b->state);
	keys_close(b->keys);
	close(b->folder);
	fixture_release(&b->f);
}

static void lay_out(struct bench *b, uint64_t segment, uint64_t offset)
{
	size_t at = 0;

	b->place = (struct group_place){segment, offset, 0, 0, 1, 1, keys_next(b->keys)};
	assert_int_equal(group_lay_out(&b->group, &b->place, b->state, &b->key), 0);
	free(b->bytes);
	b->bytes = malloc(b->group.bytes);
	for (size_t i = 0; i < b->group.n_iov; i++) {
		memcpy(b->bytes + at, b->group.iov[i].iov_base, b->group.iov[i].iov_len);
		at += b->group.iov[i].iov_len;
	}
	assert_int_equal(at, b->group.bytes);
	assert_int_equal(at % FRAME_ALIGN, 0);
}

/* The frame at *at of what was laid out, opened; false at its end. */
static bool next_frame(struct bench *b, size_t *at, struct frame *f, struct heard_str *payload)
{
	if (*at == b->group.bytes)
		return false;
	assert_true(frame_decode(f, (unsigned char *)b->bytes + *at, b->place.segment));
	*payload = heard_str_n(b->bytes + *at + FRAME_HEADER, f->length);
	assert_int_equal(f->payload_crc, hash_crc32c(0, payload->ptr, payload->len));
	if (f->flags & FRAME_ENCRYPTED) {
		assert_true(b->n_opened < sizeof(b->opened) / sizeof(*b->opened));
		char *copy = b->opened[b->n_opened++] = malloc(payload->len);
		payload->ptr = memcpy(copy, payload->ptr, payload->len);
		assert_int_equal(frame_open(&b->key, f, payload), 0);
	}
	*at += frame_size(f);
	return true;
}

/* "type:lines " of each frame; lines for those that have them. */
static void expect_frames(struct bench *b, const char *text)
{
	static const char *const names[FRAME_TYPES] = {
		"", "records", "replay", "dead", "gone", "defer", "undefer", "commit", "begin"};
	char got[2000] = "";
	size_t at = 0, len = 0;
	struct frame f;
	struct heard_str payload;

	while (next_frame(b, &at, &f, &payload)) {
		struct frame_records r = {.lines = {NULL, 0}};
		if (frame_has_seqs(&f))
			assert_true(frame_get_records(&f, payload, &r));
		len += (size_t)snprintf(got + len, sizeof(got) - len, "%s:%.*s ", names[f.type],
					HEARD_ARG(r.lines));
	}
	assert_string_equal(got, text);
}

static int add_line(struct bench *b, const char *pipeline, const char *only, const char *line,
		    struct journal_record *r)
{
	struct journal_txn t = {.pipeline = pipeline,
				.only_output = only,
				.lines = heard_str(line),
				.records = r,
				.n_records = 1};
	return group_add(&b->group, &t, b->keys, b->state);
}

static void neighbours_of_one_pipeline_share_a_frame(void **state)
{
	static const char *const lines[] = {"a\n", "b\n", "c\n", "d\n", "e\n"};
	struct bench b;
	struct journal_record r[5];
	(void)state;
	bench_open(&b);
	for (unsigned i = 0; i < 5; i++) {
		r[i] = fixture_record(lines[i], 0, 0);
		assert_int_equal(add_line(&b, i < 3 ? "shop" : "app",
					  i == 4 ? "app/file" : NULL, lines[i], &r[i]),
				 0);
	}
	lay_out(&b, 3, 64);
	expect_frames(&b, "records:a\nb\nc\n records:d\n replay:e\n commit: ");
	assert_int_equal(b.group.next_seq, 6);
	bench_close(&b);
}

static void repeats_are_left_out_of_the_lines(void **state)
{
	struct bench b;
	struct journal_record r[4];
	struct journal_txn t = {.pipeline = "shop",
				.lines = HEARD_STR("a\nb\nc\nd\n"),
				.records = r,
				.n_records = 4};
	(void)state;
	bench_open(&b);
	for (unsigned i = 0; i < 4; i++) {
		r[i] = fixture_record("x\n", i == 1 ? 1 : i + 1, 7);
		r[i].end = 2 * (i + 1);
		r[i].unit = i;
	}
	assert_int_equal(group_add(&b.group, &t, b.keys, b.state), 0);
	assert_int_equal(r[1].fate, JOURNAL_SAME);
	assert_memory_equal(r[1].id, r[0].id, 16);
	lay_out(&b, 3, 64);
	expect_frames(&b, "records:a\nc\nd\n commit: ");
	int64_t *by = state_next(b.state, "pipeline/shop");
	assert_int_equal(by[JOURNAL_JOURNALED], 3);
	assert_int_equal(by[JOURNAL_DUPLICATE], 1);
	bench_close(&b);
}

static void a_frame_ends_at_its_size(void **state)
{
	enum { LINE = 1000, N = 600 };
	struct bench b;
	static struct journal_record r[N];
	char *lines = malloc(LINE * N);
	struct frame f;
	struct heard_str payload;
	struct journal_txn t = {.pipeline = "shop",
				.lines = heard_str_n(lines, LINE * N),
				.records = r,
				.n_records = N};
	size_t at = 0, n_frames = 0, n = 0;
	(void)state;
	memset(lines, 'l', LINE * N);
	for (unsigned i = 0; i < N; i++)
		r[i] = (struct journal_record){.end = (i + 1) * LINE, .unit = i};
	bench_open(&b);
	assert_int_equal(group_add(&b.group, &t, b.keys, b.state), 0);
	lay_out(&b, 3, 64);
	while (next_frame(&b, &at, &f, &payload)) {
		assert_true(f.length <= 256 << 10);
		if (!frame_has_seqs(&f))
			continue;
		assert_int_equal(f.first_seq, n + 1);
		n += f.n;
		n_frames++;
	}
	assert_int_equal(n, N);
	assert_int_equal(n_frames, 3);
	free(lines);
	bench_close(&b);
}

/* Something of every kind; what it takes is never more than was estimated. */
static uint64_t add_everything(struct bench *b)
{
	static struct journal_record r[3];
	static const unsigned char gone[2][16] = {"x", "y"};
	static struct journal_dead dead = {
		.id = "1", .meta = HEARD_STR("{}"), .body = HEARD_STR("body")};
	static struct journal_defer defer = {1, 2, 3, HEARD_STR("later\n")};
	static struct journal_state value = {HEARD_STR("token"), HEARD_STR("17")};
	static struct journal_add add = {"pipeline/shop", {1, 2, 3, 4, 5, 6, 7, 8}};
	struct journal_txn t = {.pipeline = "shop",
				.lines = HEARD_STR("a\nb\nc\n"),
				.records = r,
				.n_records = 3,
				.dead = &dead,
				.n_dead = 1,
				.dead_gone = gone,
				.n_dead_gone = 2,
				.defer = &defer,
				.n_defer = 1,
				.defer_gone = &defer,
				.n_defer_gone = 1,
				.state = &value,
				.n_state = 1,
				.add = &add,
				.n_add = 1};
	for (unsigned i = 0; i < 3; i++) {
		r[i] = fixture_record("x\n", 0, 0);
		r[i].end = 2 * (i + 1);
		r[i].unit = i;
	}
	uint64_t estimate = GROUP_FIXED + group_estimate(&t);
	assert_int_equal(group_add(&b->group, &t, b->keys, b->state), 0);
	return estimate + 2 * state_size(b->state);
}

static void every_kind_finds_its_place_and_the_directory_tells_it(void **state)
{
	static const char all[] = "records:a\nb\nc\n dead: defer: gone: undefer: commit: ";
	struct bench b;
	(void)state;
	for (int encrypted = 0; encrypted < 2; encrypted++) {
		bench_open(&b);
		b.key.present = encrypted;
		memset(b.key.key, 7, sizeof(b.key.key));
		uint64_t estimate = add_everything(&b);
		lay_out(&b, 3, 128);
		expect_frames(&b, all);
		assert_true(b.group.bytes <= estimate);
		/* The same at the beginning of another segment. */
		lay_out(&b, 4, 0);
		char with_begin[100];
		snprintf(with_begin, sizeof(with_begin), "begin: %s", all);
		expect_frames(&b, with_begin);
		assert_true(b.group.bytes <= estimate);

		size_t at = b.group.commit_at, entry_at;
		struct frame f, found;
		struct heard_str payload, ignored;
		struct frame_commit c;
		assert_true(next_frame(&b, &at, &f, &payload));
		assert_true(frame_get_commit(payload, &c));
		assert_int_equal(c.n_frames, 6);
		assert_int_equal(c.next_seq, 4);
		for (uint32_t i = 0; i < c.n_frames; i++) {
			struct frame_entry e;
			frame_get_entry(&c, i, &e);
			entry_at = e.offset;
			assert_true(next_frame(&b, &entry_at, &found, &ignored));
			assert_int_equal(found.type, e.frame.type);
			assert_int_equal(found.payload_crc, e.frame.payload_crc);
		}
		bench_close(&b);
	}
}

static void a_copy_keeps_its_time_and_its_bytes(void **state)
{
	struct bench b;
	struct frame f = {.type = FRAME_DEAD, .n = 1, .first_seq = 5, .time_ms = 42}, got;
	struct heard_str payload;
	size_t at = 0;
	(void)state;
	bench_open(&b);
	assert_true(group_is_empty(&b.group));
	group_add_copy(&b.group, &f, HEARD_STR_OF("as it was"));
	assert_false(group_is_empty(&b.group));
	lay_out(&b, 3, 64);
	assert_true(next_frame(&b, &at, &got, &payload));
	assert_int_equal(got.time_ms, 42);
	assert_int_equal(got.first_seq, 5);
	assert_true(heard_str_eq(payload, HEARD_STR_OF("as it was")));
	group_begin(&b.group, 1, 1000);
	assert_true(group_is_empty(&b.group));
	bench_close(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(neighbours_of_one_pipeline_share_a_frame),
		cmocka_unit_test(repeats_are_left_out_of_the_lines),
		cmocka_unit_test(a_frame_ends_at_its_size),
		cmocka_unit_test(every_kind_finds_its_place_and_the_directory_tells_it),
		cmocka_unit_test(a_copy_keeps_its_time_and_its_bytes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
