/*
 * test_journal_full.c - a journal, or its disk, that is full: it refuses, drains and
 * heals by itself.
 */
#include "faulty_disk.h"
#include "journal_fixture.h"

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
	fixture_wait(&f.n_back);
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
	fixture_wait(&f.n_back);
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
	fixture_wait(&f.n_back);
	put_when_taken(&f, "yes\n");
	fixture_expect(&f, p.seq, "yes\n");
	fixture_release(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_full_journal_refuses_keeps_its_reserve_and_heals),
		cmocka_unit_test(a_full_journal_whose_output_refuses_all_drains),
		cmocka_unit_test(on_a_full_disk_letters_can_be_dropped),
		cmocka_unit_test(a_full_disk_heals_by_itself_when_it_is_freed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
