/*
 * test_journal_damage.c - files that are torn at any byte, or damaged: what was whole is
 * found, and half a group never.
 */
#include "frame.h"
#include "journal_fixture.h"

static char *slurp(const char *folder, const char *name, size_t *n)
{
	char path[400];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	int fd = open(path, O_RDONLY);
	assert_true(fd >= 0 && fstat(fd, &st) == 0);
	char *bytes = malloc((size_t)st.st_size);
	*n = (size_t)st.st_size;
	assert_int_equal(read(fd, bytes, *n), *n);
	close(fd);
	return bytes;
}

static void spill(const char *folder, const char *name, const char *bytes, size_t n)
{
	char path[400];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, n), n);
	close(fd);
}

#define FIRST_SEGMENT "seg-0000000000000001"

/* The end of the last group of the first segment, by its frames. */
static size_t end_of_frames(const char *bytes, size_t n, size_t ends[], size_t *n_ends)
{
	size_t at = 0;

	*n_ends = 0;
	while (at + FRAME_HEADER <= n) {
		struct frame f;
		if (!frame_decode(&f, (const unsigned char *)bytes + at, 1))
			break;
		at += frame_size(&f);
		if (f.type == FRAME_COMMIT)
			ends[(*n_ends)++] = at;
	}
	return at;
}

/* A journal of three groups, closed; positions are taken away, so that nothing
 * says what was durable. */
static char *three_groups(struct fixture *f, size_t *n, size_t ends[], size_t *end)
{
	size_t n_ends;
	char path[400];

	fixture_init(f);
	fixture_open(f);
	assert_int_equal(fixture_put(f, "one\n", 1, 1, NULL), 0);
	assert_int_equal(fixture_put(f, "two\n", 2, 1, NULL), 0);
	assert_int_equal(fixture_put(f, "three\n", 3, 1, NULL), 0);
	fixture_close(f);
	snprintf(path, sizeof(path), "%s/positions", f->folder);
	unlink(path);
	char *bytes = slurp(f->folder, FIRST_SEGMENT, n);
	*end = end_of_frames(bytes, *n, ends, &n_ends);
	assert_int_equal(n_ends, 3);
	return bytes;
}

static void forget_positions(struct fixture *f)
{
	char path[400];

	snprintf(path, sizeof(path), "%s/positions", f->folder);
	unlink(path);
}

static void a_last_group_torn_at_any_byte_is_discarded_whole(void **state)
{
	struct fixture f;
	size_t n, end, ends[8];
	char *bytes = three_groups(&f, &n, ends, &end);
	(void)state;
	f.options.keep_ms = 3600000; /* nobody waits for what is behind */
	/* What pads the last frame is not missed. */
	for (size_t cut = ends[1]; cut < end; cut++) {
		char *torn = calloc(1, n);
		memcpy(torn, bytes, cut);
		bool is_whole = memcmp(torn, bytes, n) == 0;
		spill(f.folder, FIRST_SEGMENT, torn, n);
		free(torn);
		forget_positions(&f);
		fixture_open(&f);
		fixture_expect(&f, 0, is_whole ? "one\ntwo\nthree\n" : "one\ntwo\n");
		/* And life goes on behind it. */
		assert_int_equal(fixture_put(&f, "four\n", 9, 1, NULL), 0);
		fixture_expect(&f, 1, is_whole ? "two\nthree\nfour\n" : "two\nfour\n");
		fixture_close(&f);
		fixture_open(&f);
		fixture_expect(&f, 1, is_whole ? "two\nthree\nfour\n" : "two\nfour\n");
		fixture_close(&f);
		fixture_each_file(f.folder, fixture_remove_file, f.folder);
	}
	free(bytes);
	fixture_release(&f);
}

/* Any one byte of an earlier group: that frame is lost, and nothing else. */
static void a_flipped_byte_costs_its_frame_alone(void **state)
{
	struct fixture f;
	size_t n, end, ends[8];
	char *bytes = three_groups(&f, &n, ends, &end);
	(void)state;
	f.options.keep_ms = 3600000; /* nobody waits for what is behind */
	for (size_t at = 0; at < ends[1]; at++) {
		bytes[at] = (char)(bytes[at] ^ 0x40);
		spill(f.folder, FIRST_SEGMENT, bytes, n);
		bytes[at] = (char)(bytes[at] ^ 0x40);
		forget_positions(&f);
		fixture_open(&f);
		char *got = fixture_read(&f, 0);
		bool whole = strcmp(got, "one\ntwo\nthree\n") == 0;
		bool first = strcmp(got, "[1+1]two\nthree\n") == 0 && at < ends[0];
		bool second = strcmp(got, "one\n[2+1]three\n") == 0 && at >= ends[0];
		if (!whole && !first && !second)
			print_error("byte %zu: %s\n", at, got);
		assert_true(whole || first || second);
		struct journal_figures figures;
		journal_figures(f.journal, &figures);
		assert_true(whole || figures.damaged_frames > 0);
		free(got);
		fixture_close(&f);
		fixture_each_file(f.folder, fixture_remove_file, f.folder);
	}
	free(bytes);
	fixture_release(&f);
}

/* With the mark, damage to the last group is damage, not a torn tail. */
static void an_acknowledged_last_group_is_reported_and_never_reused(void **state)
{
	struct fixture f;
	size_t n, end, n_ends, ends[8];
	(void)state;
	fixture_init(&f);
	fixture_open(&f);
	assert_int_equal(fixture_put(&f, "one\n", 1, 1, NULL), 0);
	assert_int_equal(fixture_put(&f, "two\n", 2, 1, NULL), 0);
	fixture_close(&f);
	char *bytes = slurp(f.folder, FIRST_SEGMENT, &n);
	end = end_of_frames(bytes, n, ends, &n_ends);
	memset(bytes + ends[0], 0x55, end - ends[0]);
	spill(f.folder, FIRST_SEGMENT, bytes, n);
	fixture_open(&f);
	assert_int_equal(journal_last_seq(f.journal), 2);
	assert_int_equal(fixture_put(&f, "three\n", 3, 1, NULL), 0);
	fixture_expect(&f, 0, "one\n[2+1]three\n");
	struct journal_figures figures;
	journal_figures(f.journal, &figures);
	assert_true(figures.damaged_frames > 0);
	free(bytes);
	fixture_release(&f);
}

/* Received is what became of it, as for heard check. */
static bool is_balanced(struct fixture *f, int64_t journaled, int64_t dead)
{
	int64_t c[JOURNAL_COUNTS];

	return journal_count(f->journal, "pipeline/shop", c) &&
	       c[JOURNAL_JOURNALED] == journaled && c[JOURNAL_DEAD] == dead &&
	       c[JOURNAL_RECEIVED] == journaled + dead;
}

/* As a gate does: a record, or the letter of one. */
static void put_counted(struct fixture *f, bool is_dead)
{
	struct journal_record r = fixture_record("text\n", 0, 0);
	struct journal_dead d = {.id = {9}, .meta = HEARD_STR("{}"), .body = HEARD_STR("bad")};
	struct journal_add add = {.name = "pipeline/shop"};
	struct journal_txn t = {.add = &add, .n_add = 1};

	add.by[JOURNAL_RECEIVED] = 1;
	add.by[JOURNAL_DEAD] = is_dead;
	if (is_dead) {
		t.dead = &d;
		t.n_dead = 1;
	} else {
		t.pipeline = "shop";
		t.lines = HEARD_STR_OF("text\n");
		t.records = &r;
		t.n_records = 1;
	}
	assert_int_equal(fixture_commit(f, &t), 0);
}

/* Any byte of the last commit: nothing is lost, and the counters say so. */
static void damage_last_commit(bool is_dead)
{
	struct fixture f;
	size_t n, end, n_ends, ends[8];

	fixture_init(&f);
	fixture_open(&f);
	put_counted(&f, false);
	put_counted(&f, is_dead);
	assert_true(is_balanced(&f, 2 - is_dead, is_dead));
	fixture_close(&f);
	char *bytes = slurp(f.folder, FIRST_SEGMENT, &n);
	end = end_of_frames(bytes, n, ends, &n_ends);
	size_t at = end;
	do
		at -= FRAME_ALIGN;
	while (memcmp(bytes + at, bytes, 4) != 0 || bytes[at + 4] != FRAME_COMMIT);
	for (; at + FRAME_ALIGN < end; at += 16) {
		struct journal_figures figures;
		bytes[at] ^= 0x10;
		spill(f.folder, FIRST_SEGMENT, bytes, n);
		bytes[at] ^= 0x10;
		for (int round = 0; round < 2; round++) {
			fixture_open(&f);
			journal_figures(f.journal, &figures);
			assert_true(round > 0 || figures.damaged_frames == 1);
			assert_true(is_balanced(&f, 2 - is_dead, is_dead));
			assert_int_equal(journal_dead_count(f.journal), is_dead);
			fixture_expect(&f, 0, is_dead ? "text\n" : "text\ntext\n");
			fixture_close(&f);
		}
	}
	free(bytes);
	fixture_release(&f);
}

static void a_lost_commit_leaves_the_counters_balanced(void **state)
{
	(void)state;
	damage_last_commit(false);
	damage_last_commit(true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_last_group_torn_at_any_byte_is_discarded_whole),
		cmocka_unit_test(a_flipped_byte_costs_its_frame_alone),
		cmocka_unit_test(an_acknowledged_last_group_is_reported_and_never_reused),
		cmocka_unit_test(a_lost_commit_leaves_the_counters_balanced),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
