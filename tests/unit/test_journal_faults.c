/*
 * test_journal_faults.c - writes and syncs that fail, disks that fill, files
 * that are cut and damaged: no acknowledged record is lost, no refused one seen.
 */
#include "journal_fixture.h"

#include "frame.h"
#include "journal_io.h"

#include <errno.h>

/* ---- a disk that fails on order */

static struct {
	_Atomic long countdown; /* the call at which it reaches 0 fails */
	atomic_bool stays;	/* and all that follow */
	atomic_bool no_space;	/* with ENOSPC, and for growing calls only */
} faulty;

static bool fails(bool grows)
{
	if (atomic_load(&faulty.no_space)) {
		errno = ENOSPC;
		return grows;
	}
	long left = atomic_fetch_sub(&faulty.countdown, 1) - 1;
	errno = EIO;
	return left == 0 || (left < 0 && atomic_load(&faulty.stays));
}

static ssize_t faulty_pwritev(int fd, const struct iovec *v, int n, off_t at)
{
	return fails(false) ? -1 : pwritev(fd, v, n, at);
}

static int faulty_fdatasync(int fd)
{
	return fails(false) ? -1 : fdatasync(fd);
}

static int faulty_fsync(int fd)
{
	return fails(false) ? -1 : fsync(fd);
}

static int faulty_fallocate(int fd, int mode, off_t at, off_t n)
{
	return fails(true) ? -1 : fallocate(fd, mode, at, n);
}

static int faulty_ftruncate(int fd, off_t n)
{
	return fails(false) ? -1 : ftruncate(fd, n);
}

static int faulty_renameat(int a, const char *from, int b, const char *to)
{
	return fails(false) ? -1 : renameat(a, from, b, to);
}

static const struct journal_io faulty_io = {
	.pread = pread,
	.pwritev = faulty_pwritev,
	.fdatasync = faulty_fdatasync,
	.fsync = faulty_fsync,
	.fallocate = faulty_fallocate,
	.ftruncate = faulty_ftruncate,
	.renameat = faulty_renameat,
};

static void faulty_heal(void)
{
	atomic_store(&faulty.countdown, -1);
	atomic_store(&faulty.stays, false);
	atomic_store(&faulty.no_space, false);
}

/* ---- the k-th call fails */

enum { RECORDS = 60 };

/* "Full, try later" is an answer too, unless all calls fail. */
static bool put_patiently(struct fixture *f, const char *line, unsigned key)
{
	int r = fixture_put(f, line, key, 1, NULL);

	for (int i = 0; r == -ENOSPC && !atomic_load(&faulty.stays) && i < 5000; i++) {
		usleep(2000);
		r = fixture_put(f, line, key, 1, NULL);
	}
	return r == 0;
}

/* Put records of 4 KB, so that segments of 64 KB turn over; remember which were
 * acknowledged. */
static void put_some(struct fixture *f, bool acknowledged[RECORDS])
{
	static char line[4096];

	memset(line, 'x', sizeof(line));
	memcpy(line + 4000, "\n", 2);
	for (int i = 0; i < RECORDS; i++) {
		char number[16];
		snprintf(number, sizeof(number), "%06d", i);
		memcpy(line, number, 6);
		acknowledged[i] = put_patiently(f, line, (unsigned)i + 1);
	}
}

/* All that were acknowledged, in order; and `others` that were not. */
static void expect_just(struct fixture *f, const bool acknowledged[RECORDS], int others)
{
	char *all = fixture_read(f, 0), *at = all;

	for (int i = 0; i < RECORDS; i++) {
		bool is_here = *at && atoi(at) == i;
		others -= is_here && !acknowledged[i];
		assert_true(is_here || !acknowledged[i]);
		at += is_here ? 4001 : 0;
	}
	assert_int_equal(*at, 0);
	assert_true(others >= 0);
	free(all);
}

static void try_fault(long k, bool stays, bool *has_failed)
{
	struct fixture f;
	struct heard_error err;
	bool acknowledged[RECORDS] = {false};

	faulty_heal();
	fixture_init(&f);
	f.options.io = &faulty_io;
	atomic_store(&faulty.countdown, k);
	atomic_store(&faulty.stays, stays);
	int r = fixture_try_open(&f, &err);
	if (r == 0) {
		/* An output that reads nothing, so that nothing is recycled. */
		unsigned slot;
		if (journal_output(f.journal, "shop/file", &slot, &err) != 0 && !stays)
			assert_int_equal(journal_output(f.journal, "shop/file", &slot, &err),
					 0);
		put_some(&f, acknowledged);
		expect_just(&f, acknowledged, 0);
		if (!stays)
			for (int i = 0; i < RECORDS; i++)
				assert_true(acknowledged[i]);
		fixture_close(&f);
	} else {
		assert_true(err.text[0] != '\0');
	}
	*has_failed = atomic_load(&faulty.countdown) <= 0;
	faulty_heal();
	fixture_open(&f);
	/* A disk that took the bytes, failed the sync, and then would not let us
	 * spoil them either: those may be found. */
	expect_just(&f, acknowledged, stays ? 1 : 0);
	struct journal_figures figures;
	journal_figures(f.journal, &figures);
	assert_int_equal(figures.damaged_frames, 0);
	fixture_release(&f);
}

static void each_call_may_fail_once(void **state)
{
	bool has_failed = true;
	(void)state;
	for (long k = 1; has_failed; k++)
		try_fault(k, false, &has_failed);
}

static void each_call_may_be_the_last_that_works(void **state)
{
	bool has_failed = true;
	(void)state;
	for (long k = 1; has_failed; k += k < 40 ? 1 : 7)
		try_fault(k, true, &has_failed);
}

/* ---- torn and damaged files */

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

/* ---- full */

static void wait_for(atomic_int *n)
{
	for (int i = 0; i < 6000 && atomic_load(n) == 0; i++)
		usleep(5000);
	assert_true(atomic_load(n) > 0);
}

/* On a slow disk the next segment may not be there the moment that one was promised:
 * then it is refused once more, and taken when it is sent again. */
static void put_when_taken(struct fixture *f, const char *text)
{
	int r = -ENOSPC;

	for (int i = 0; i < 6000 && (r = fixture_put(f, text, 0, 0, NULL)) == -ENOSPC; i++)
		usleep(5000);
	assert_int_equal(r, 0);
}

static int fill_up(struct fixture *f, struct journal_position *p)
{
	static char line[8192];
	int r;

	memset(line, 'x', sizeof(line));
	memcpy(line + 8000, "\n", 2);
	for (p->seq = 0; (r = fixture_put(f, line, 0, 0, NULL)) == 0; p->seq++)
		assert_true(p->seq < 100000);
	return r;
}

static void a_full_journal_refuses_keeps_its_reserve_and_heals(void **state)
{
	struct fixture f;
	struct journal_position p = {0};
	struct heard_error err;
	unsigned slot;
	(void)state;
	fixture_init(&f);
	f.options.max_size = 8 * f.options.segment_size;
	fixture_open(&f);
	assert_int_equal(journal_output(f.journal, "shop/file", &slot, &err), 0);
	assert_int_equal(fill_up(&f, &p), -ENOSPC);
	assert_true(journal_is_full(f.journal));
	assert_int_equal(atomic_load(&f.n_full), 1);

	char meta[4000];
	memset(meta, 'm', sizeof(meta));
	for (unsigned char i = 0; i < 8; i++) {
		struct journal_dead d = {.id = {i + 1},
					 .meta = heard_str_n(meta, sizeof(meta))};
		struct journal_txn t = {.dead = &d, .n_dead = 1, .may_use_reserve = true};
		assert_int_equal(fixture_commit(&f, &t), 0);
	}
	assert_int_equal(journal_dead_count(f.journal), 8);
	journal_position_set(f.journal, slot, &p);
	wait_for(&f.n_back);
	put_when_taken(&f, "more\n");
	assert_int_equal(journal_dead_count(f.journal), 8);
	fixture_release(&f);
}

/* The output that drains it refuses everything, so that the letters need as much
 * space as the records had. */
static void a_full_journal_whose_output_refuses_all_drains(void **state)
{
	static char body[8000];
	struct fixture f;
	struct journal_position p = {0};
	struct heard_error err;
	struct journal_figures figures;
	unsigned slot;
	(void)state;
	fixture_init(&f);
	f.options.max_size = 8 * f.options.segment_size;
	fixture_open(&f);
	assert_int_equal(journal_output(f.journal, "shop/file", &slot, &err), 0);
	assert_int_equal(fill_up(&f, &p), -ENOSPC);
	uint64_t last = p.seq;
	memset(body, 'b', sizeof(body));
	for (p.seq = 0; p.seq < last;) {
		uint64_t seq = ++p.seq;
		struct journal_dead d = {.output = 7,
					 .seq = seq,
					 .meta = HEARD_STR("{}"),
					 .body = heard_str_n(body, sizeof(body))};
		memcpy(d.id, &seq, sizeof(seq));
		struct journal_txn t = {.dead = &d, .n_dead = 1, .may_use_reserve = true};
		assert_int_equal(fixture_commit(&f, &t), 0);
		journal_position_set(f.journal, slot, &p);
		journal_figures(f.journal, &figures);
		assert_true(figures.bytes <=
			    2 * f.options.max_size + 4 * f.options.segment_size);
	}
	assert_int_equal(journal_dead_count(f.journal), last);
	for (uint64_t seq = 1; seq <= last; seq++) {
		unsigned char id[1][16] = {{0}};
		memcpy(id[0], &seq, sizeof(seq));
		struct journal_txn t = {.dead_gone = id, .n_dead_gone = 1};
		assert_int_equal(fixture_commit(&f, &t), 0);
	}
	wait_for(&f.n_back);
	put_when_taken(&f, "more\n");
	for (int i = 0; i < 6000 && figures.bytes > f.options.max_size; i++) {
		usleep(5000);
		journal_positions_sync(f.journal);
		journal_figures(f.journal, &figures);
	}
	assert_true(figures.bytes <= f.options.max_size);
	fixture_release(&f);
}

/* On a full disk nothing more is noted, but letters can still be dropped. */
static void on_a_full_disk_letters_can_be_dropped(void **state)
{
	static char meta[4000];
	struct fixture f;
	struct heard_error err;
	struct journal_position p = {0};
	unsigned slot;
	unsigned char i = 0;
	int r = 0;
	(void)state;
	faulty_heal();
	fixture_init(&f);
	f.options.io = &faulty_io;
	fixture_open(&f);
	assert_int_equal(journal_output(f.journal, "shop/file", &slot, &err), 0);
	struct journal_figures figures = {.spare = 0};
	for (int k = 0; k < 6000 && figures.spare < 3; k++) {
		usleep(5000);
		journal_figures(f.journal, &figures);
	}
	atomic_store(&faulty.no_space, true);
	assert_int_equal(fill_up(&f, &p), -ENOSPC);
	memset(meta, 'm', sizeof(meta));
	for (; r == 0 && i < 200; i++) {
		struct journal_dead d = {.id = {(unsigned char)(i + 1)},
					 .meta = heard_str_n(meta, sizeof(meta))};
		struct journal_txn t = {.dead = &d, .n_dead = 1, .may_use_reserve = true};
		r = fixture_commit(&f, &t);
	}
	assert_int_equal(r, -ENOSPC);
	size_t n = journal_dead_count(f.journal);
	assert_true(n > 8);
	for (unsigned char id = 1; id <= n; id++) {
		unsigned char gone[1][16] = {{id}};
		struct journal_txn t = {.dead_gone = gone, .n_dead_gone = 1};
		assert_int_equal(fixture_commit(&f, &t), 0);
	}
	assert_int_equal(journal_dead_count(f.journal), 0);
	faulty_heal();
	fixture_release(&f);
}

static void a_full_disk_heals_by_itself_when_it_is_freed(void **state)
{
	struct fixture f;
	struct journal_position p = {0};
	(void)state;
	faulty_heal();
	fixture_init(&f);
	f.options.io = &faulty_io;
	struct heard_error err;
	unsigned slot;
	fixture_open(&f);
	assert_int_equal(journal_output(f.journal, "shop/file", &slot, &err), 0);
	atomic_store(&faulty.no_space, true);
	assert_int_equal(fill_up(&f, &p), -ENOSPC);
	assert_int_equal(fixture_put(&f, "no\n", 0, 0, NULL), -ENOSPC);
	faulty_heal();
	wait_for(&f.n_back);
	put_when_taken(&f, "yes\n");
	fixture_expect(&f, p.seq, "yes\n");
	fixture_release(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_call_may_fail_once),
		cmocka_unit_test(each_call_may_be_the_last_that_works),
		cmocka_unit_test(a_last_group_torn_at_any_byte_is_discarded_whole),
		cmocka_unit_test(a_flipped_byte_costs_its_frame_alone),
		cmocka_unit_test(an_acknowledged_last_group_is_reported_and_never_reused),
		cmocka_unit_test(a_lost_commit_leaves_the_counters_balanced),
		cmocka_unit_test(a_full_journal_refuses_keeps_its_reserve_and_heals),
		cmocka_unit_test(a_full_journal_whose_output_refuses_all_drains),
		cmocka_unit_test(on_a_full_disk_letters_can_be_dropped),
		cmocka_unit_test(a_full_disk_heals_by_itself_when_it_is_freed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
