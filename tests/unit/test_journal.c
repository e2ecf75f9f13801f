/*
 * test_journal.c - the journal as its users see it.
 */
#include "journal_fixture.h"

#include "hash.h"

#include <errno.h>

static void what_is_committed_is_read_back(void **state)
{
	struct fixture f;
	(void)state;
	fixture_init(&f);
	fixture_open(&f);
	assert_int_equal(fixture_put(&f, "{\"a\":1}\n", 0, 0, NULL), 0);
	assert_int_equal(fixture_put(&f, "{\"b\":2}\n", 0, 0, NULL), 0);
	assert_int_equal(journal_last_seq(f.journal), 2);
	fixture_expect(&f, 0, "{\"a\":1}\n{\"b\":2}\n");
	fixture_expect(&f, 1, "{\"b\":2}\n");
	assert_int_equal(journal_walk(f.journal, 0, hash_name("shop"), 0), 2);
	assert_int_equal(journal_walk(f.journal, 1, hash_name("shop"), 0), 1);
	assert_int_equal(journal_walk(f.journal, 0, hash_name("other"), 0), 0);
	fixture_close(&f);
	fixture_open(&f);
	fixture_expect(&f, 0, "{\"a\":1}\n{\"b\":2}\n");
	assert_int_equal(journal_last_seq(f.journal), 2);
	assert_int_equal(fixture_put(&f, "{\"c\":3}\n", 0, 0, NULL), 0);
	fixture_expect(&f, 1, "{\"b\":2}\n{\"c\":3}\n");
	fixture_release(&f);
}

static void many_segments_are_walked_through(void **state)
{
	struct fixture f;
	char line[1024], number[16], *all;
	(void)state;
	fixture_init(&f);
	f.options.keep_ms = 3600000; /* nobody else waits for them */
	fixture_open(&f);
	memset(line, 'x', sizeof(line));
	for (int i = 0; i < 300; i++) {
		snprintf(number, sizeof(number), "%06d", i);
		memcpy(line, number, 6);
		memcpy(line + 1000, "\n", 2);
		assert_int_equal(fixture_put(&f, line, (unsigned)i + 1, 1, NULL), 0);
	}
	for (int round = 0; round < 2; round++) {
		all = fixture_read(&f, 0);
		assert_int_equal(strlen(all), 300 * 1001);
		for (int i = 0; i < 300; i++)
			assert_int_equal(atoi(all + i * 1001), i);
		free(all);
		struct journal_figures figures;
		journal_figures(f.journal, &figures);
		assert_true(figures.segments > 4);
		assert_int_equal(figures.damaged_frames, 0);
		assert_int_equal(journal_walk(f.journal, 100, hash_name("shop"), 0), 200);
		struct journal_record r;
		assert_int_equal(fixture_put(&f, line, 17, 1, &r), 0);
		assert_int_equal(r.fate, JOURNAL_SAME);
		fixture_close(&f);
		fixture_open(&f);
	}
	fixture_release(&f);
}

static struct journal_record *five(struct journal_txn *t, struct journal_record r[5],
				   const unsigned keys[5], const unsigned units[5],
				   uint64_t digest)
{
	static const char lines[] = "a\nb\nc\nd\ne\n";

	for (unsigned i = 0; i < 5; i++) {
		r[i] = fixture_record("x\n", keys[i], digest);
		r[i].end = 2 * (i + 1);
		r[i].unit = units[i];
	}
	*t = (struct journal_txn){
		.pipeline = "shop", .lines = HEARD_STR_OF(lines), .records = r, .n_records = 5};
	return r;
}

static void a_repeat_gets_the_first_ones_id_and_is_not_written(void **state)
{
	struct fixture f;
	struct journal_txn t;
	struct journal_record r[5], again;
	int64_t by[JOURNAL_COUNTS];
	(void)state;
	fixture_init(&f);
	fixture_open(&f);
	five(&t, r, (const unsigned[]){1, 2, 1, 0, 2}, (const unsigned[]){0, 1, 2, 3, 4}, 7);
	assert_int_equal(fixture_commit(&f, &t), 0);
	assert_int_equal(r[2].fate, JOURNAL_SAME);
	assert_memory_equal(r[2].id, r[0].id, 16);
	assert_int_equal(r[4].fate, JOURNAL_SAME);
	assert_int_equal(r[3].fate, JOURNAL_NEW);
	fixture_expect(&f, 0, "a\nb\nd\n");
	/* Also after a kill that took the unsynced key files with it. */
	for (int round = 0; round < 3; round++) {
		assert_int_equal(fixture_put(&f, "z\n", 2, 7, &again), 0);
		assert_int_equal(again.fate, JOURNAL_SAME);
		assert_memory_equal(again.id, r[1].id, 16);
		assert_int_equal(fixture_put(&f, "z\n", 2, 8, &again), 0);
		assert_int_equal(again.fate, JOURNAL_OTHER);
		fixture_close(&f);
		if (round == 1)
			fixture_each_file(f.folder, fixture_remove_keys, f.folder);
		fixture_open(&f);
	}
	assert_true(journal_count(f.journal, "pipeline/shop", by));
	assert_int_equal(by[JOURNAL_JOURNALED], 3);
	assert_int_equal(by[JOURNAL_DUPLICATE], 2 + 3);
	assert_int_equal(by[JOURNAL_CONFLICT], 3);
	assert_int_equal(by[JOURNAL_RECEIVED], -3);
	fixture_release(&f);
}

static void a_unit_conflicts_as_a_whole(void **state)
{
	struct fixture f;
	struct journal_txn t;
	struct journal_record r[5];
	(void)state;
	fixture_init(&f);
	fixture_open(&f);
	assert_int_equal(fixture_put(&f, "first\n", 3, 1, NULL), 0);
	five(&t, r, (const unsigned[]){1, 2, 3, 4, 5}, (const unsigned[]){0, 1, 1, 1, 2}, 7);
	for (uint32_t i = 1; i <= 3; i++)
		r[i].place = i - 1;
	assert_int_equal(fixture_commit(&f, &t), 0);
	for (int i = 0; i < 5; i++)
		assert_int_equal(r[i].fate, i >= 1 && i <= 3 ? JOURNAL_OTHER : JOURNAL_NEW);
	assert_int_equal(r[1].place, 1); /* of the one that came before with other content */
	assert_int_equal(r[3].place, 1);
	fixture_expect(&f, 0, "first\na\ne\n");
	/* What was refused was not remembered. */
	struct journal_record again;
	assert_int_equal(fixture_put(&f, "b\n", 2, 9, &again), 0);
	assert_int_equal(again.fate, JOURNAL_NEW);
	fixture_release(&f);
}

static void keys_are_forgotten_after_their_time(void **state)
{
	struct fixture f;
	struct journal_record r;
	(void)state;
	fixture_init(&f);
	fixture_open(&f);
	assert_int_equal(fixture_put(&f, "a\n", 1, 1, NULL), 0);
	atomic_fetch_add(&fixture_ms, f.options.dedupe_ms / 2);
	assert_int_equal(fixture_put(&f, "b\n", 2, 1, NULL), 0);
	fixture_close(&f);
	atomic_fetch_add(&fixture_ms, f.options.dedupe_ms * 3 / 4);
	fixture_open(&f);
	assert_int_equal(fixture_put(&f, "b\n", 2, 1, &r), 0);
	assert_int_equal(r.fate, JOURNAL_SAME);
	fixture_close(&f);
	atomic_fetch_add(&fixture_ms, f.options.dedupe_ms);
	fixture_open(&f);
	assert_int_equal(fixture_put(&f, "a\n", 1, 1, &r), 0);
	assert_int_equal(r.fate, JOURNAL_NEW);
	fixture_release(&f);
}

static void state_and_counters_are_committed_with_the_group(void **state)
{
	struct fixture f;
	size_t len;
	int64_t by[JOURNAL_COUNTS];
	(void)state;
	fixture_init(&f);
	fixture_open(&f);
	struct journal_state s[] = {{HEARD_STR("a"), HEARD_STR("1")},
				    {HEARD_STR("b"), HEARD_STR("2")}};
	struct journal_add add = {"pipeline/shop", {10, 1, 2, 3}};
	struct journal_txn t = {.state = s, .n_state = 2, .add = &add, .n_add = 1};
	assert_int_equal(fixture_commit(&f, &t), 0);
	s[0].value = heard_str_n(NULL, 0);
	t.n_state = 1;
	assert_int_equal(fixture_commit(&f, &t), 0);
	for (int round = 0; round < 2; round++) {
		assert_null(journal_state_get(f.journal, HEARD_STR_OF("a"), &len));
		char *b = journal_state_get(f.journal, HEARD_STR_OF("b"), &len);
		assert_string_equal(b, "2");
		free(b);
		assert_true(journal_count(f.journal, "pipeline/shop", by));
		assert_int_equal(by[JOURNAL_RECEIVED], 20);
		assert_int_equal(by[JOURNAL_DEAD], 6);
		fixture_close(&f);
		fixture_open(&f);
	}
	fixture_release(&f);
}

static void a_new_output_starts_behind_the_last_record(void **state)
{
	struct fixture f;
	struct heard_error err;
	unsigned slot, slot2;
	struct journal_position p, q = {.seq = 2, .delivered = 1, .dead = 1};
	(void)state;
	fixture_init(&f);
	fixture_open(&f);
	assert_int_equal(fixture_put(&f, "a\n", 0, 0, NULL), 0);
	assert_int_equal(journal_output(f.journal, "shop/file", &slot, &err), 0);
	journal_position_get(f.journal, slot, &p);
	assert_int_equal(p.seq, 1);
	assert_int_equal(fixture_put(&f, "b\n", 0, 0, NULL), 0);
	journal_position_set(f.journal, slot, &q);
	journal_positions_sync(f.journal);
	assert_int_equal(journal_position_durable(f.journal, slot), 2);
	fixture_close(&f);
	fixture_open(&f);
	assert_int_equal(journal_output(f.journal, "shop/file", &slot2, &err), 0);
	assert_int_equal(slot2, slot);
	journal_position_get(f.journal, slot, &p);
	assert_memory_equal(&p, &q, sizeof(p));
	assert_int_equal(journal_output_forget(f.journal, "shop/file"), 0);
	assert_int_equal(journal_output_forget(f.journal, "shop/file"), -ENOENT);
	fixture_release(&f);
}

static void a_second_process_is_refused(void **state)
{
	struct fixture f;
	struct heard_error err;
	struct journal *second;
	(void)state;
	fixture_init(&f);
	fixture_open(&f);
	assert_int_equal(journal_open(&second, &f.options, &err), -EBUSY);
	fixture_release(&f);
}

/* ---- dead letters and deferrals */

struct seen {
	int n;
	char text[2000];
};

static bool see_dead(void *arg, const struct journal_dead *d)
{
	struct seen *s = arg;
	size_t len = strlen(s->text);

	s->n++;
	snprintf(s->text + len, sizeof(s->text) - len, "%.*s=%.*s ", HEARD_ARG(d->meta),
		 HEARD_ARG(d->body));
	return true;
}

static void see_defer(void *arg, const struct journal_defer *d)
{
	struct seen *s = arg;
	size_t len = strlen(s->text);

	s->n++;
	snprintf(s->text + len, sizeof(s->text) - len, "%d@%d:%.*s", (int)d->seq,
		 (int)d->since_ms, HEARD_ARG(d->line));
}

static void add_letters(struct fixture *f, uint64_t output)
{
	struct journal_dead dead[3] = {
		{.id = "1",
		 .output = output,
		 .seq = 1,
		 .meta = HEARD_STR("m1"),
		 .body = HEARD_STR("b1")},
		{.id = "2", .meta = HEARD_STR("m2"), .body = HEARD_STR("b2")},
		{.id = "3", .meta = HEARD_STR("m3"), .body = HEARD_STR("b3")},
	};
	struct journal_defer defer[3] = {{output, 1, 11, HEARD_STR("d1\n")},
					 {output, 2, 12, HEARD_STR("d2\n")},
					 {output, 3, 13, HEARD_STR("d3\n")}};
	struct journal_txn t = {.dead = dead, .n_dead = 3, .defer = defer, .n_defer = 3};
	assert_int_equal(fixture_commit(f, &t), 0);
	unsigned char gone[1][16] = {"2"};
	t = (struct journal_txn){.dead_gone = gone,
				 .n_dead_gone = 1,
				 .defer_gone = &defer[1],
				 .n_defer_gone = 1};
	assert_int_equal(fixture_commit(f, &t), 0);
}

static void expect_letters(struct fixture *f, uint64_t output, const char *defers)
{
	struct seen dead = {0}, defer = {0};

	journal_dead_each(f->journal, true, see_dead, &dead);
	assert_string_equal(dead.text, "m1=b1 m3=b3 ");
	journal_defer_each(f->journal, output, see_defer, &defer);
	assert_string_equal(defer.text, defers);
	assert_true(journal_dead_known(f->journal, output, 1));
	assert_false(journal_dead_known(f->journal, output, 2));
	assert_int_equal(journal_dead_count(f->journal), 2);
}

static void letters_outlive_their_segment(void **state)
{
	struct fixture f;
	struct heard_error err;
	struct journal_figures figures;
	unsigned slot;
	char line[4096];
	uint64_t output = hash_name("shop/file");
	(void)state;
	fixture_init(&f);
	fixture_open(&f);
	assert_int_equal(journal_output(f.journal, "shop/file", &slot, &err), 0);
	add_letters(&f, output);
	expect_letters(&f, output, "1@11:d1\n3@13:d3\n");
	memset(line, 'x', sizeof(line));
	memcpy(line + 4000, "\n", 2);
	struct journal_position p = {0};
	/* Until the first segments have been recycled, which positions allow. */
	for (int i = 0; i < 600; i++) {
		assert_int_equal(fixture_put(&f, line, 0, 0, NULL), 0);
		p.seq = journal_last_seq(f.journal);
		journal_position_set(f.journal, slot, &p);
		if (i % 100 == 99)
			journal_positions_sync(f.journal);
	}
	journal_figures(f.journal, &figures);
	assert_true(figures.segments < 30);
	for (int round = 0; round < 3; round++) {
		expect_letters(&f, output, "1@11:d1\n3@13:d3\n");
		fixture_close(&f);
		fixture_open(&f);
	}
	fixture_release(&f);
}

static void deferrals_behind_the_position_are_discarded_for_good(void **state)
{
	struct fixture f;
	struct heard_error err;
	struct journal_position p = {.seq = 1};
	unsigned slot;
	uint64_t output = hash_name("shop/file");
	(void)state;
	fixture_init(&f);
	fixture_open(&f);
	assert_int_equal(journal_output(f.journal, "shop/file", &slot, &err), 0);
	add_letters(&f, output);
	journal_position_set(f.journal, slot, &p);
	fixture_close(&f);
	fixture_open(&f);
	expect_letters(&f, output, "1@11:d1\n");
	p.seq = 3;
	journal_position_set(f.journal, slot, &p);
	fixture_close(&f);
	fixture_open(&f);
	expect_letters(&f, output, "1@11:d1\n");
	fixture_release(&f);
}

/* ---- encryption */

static void contains(void *arg, const char *name)
{
	const char *const *folder_and_word = arg;
	char path[400], cmd[600];

	snprintf(path, sizeof(path), "%s/%s", folder_and_word[0], name);
	snprintf(cmd, sizeof(cmd), "grep -q '%s' '%s'", folder_and_word[1], path);
	assert_int_not_equal(system(cmd), 0);
}

static void an_encrypted_journal_needs_its_key(void **state)
{
	struct fixture f;
	struct heard_error err;
	(void)state;
	fixture_init(&f);
	f.options.encrypt = f.key_file;
	fixture_open(&f);
	struct journal_state s = {HEARD_STR("token"), HEARD_STR("topsecret")};
	struct journal_dead d = {
		.id = "1", .meta = HEARD_STR("m1"), .body = HEARD_STR("topsecret")};
	struct journal_txn t = {.state = &s, .n_state = 1, .dead = &d, .n_dead = 1};
	assert_int_equal(fixture_commit(&f, &t), 0);
	assert_int_equal(fixture_put(&f, "topsecret\n", 1, 1, NULL), 0);
	fixture_expect(&f, 0, "topsecret\n");
	fixture_close(&f);
	const char *args[] = {f.folder, "topsecret"};
	fixture_each_file(f.folder, contains, args);
	fixture_open(&f);
	fixture_expect(&f, 0, "topsecret\n");
	struct seen seen = {0};
	journal_dead_each(f.journal, true, see_dead, &seen);
	assert_string_equal(seen.text, "m1=topsecret ");
	fixture_close(&f);

	f.options.encrypt = NULL;
	assert_int_equal(fixture_try_open(&f, &err), -EACCES);
	assert_non_null(strstr(err.text, "encrypt"));
	f.options.encrypt = f.key_file;
	unlink(f.key_file);
	assert_int_equal(fixture_try_open(&f, &err), -ENOENT);
	char other[80];
	struct journal *j;
	struct journal_options o = f.options;
	snprintf(other, sizeof(other), "%s-other", f.folder);
	o.folder = other;
	assert_int_equal(journal_open(&j, &o, &err), 0);
	journal_close(j);
	fixture_each_file(other, fixture_remove_file, other);
	rmdir(other);
	assert_int_equal(fixture_try_open(&f, &err), -EACCES);
	assert_non_null(strstr(err.text, "another key"));
	f.journal = NULL;
	fixture_release(&f);
}

/* ---- readers and writers at once */

struct follower {
	struct fixture *fixture;
	unsigned pause_us;
	uint64_t upto, n;
};

static void *follow(void *arg)
{
	struct follower *w = arg;
	struct journal_reader *r = journal_reader_create(w->fixture->journal, 0);
	struct journal_view v;
	uint64_t next = 1;
	time_t deadline = time(NULL) + 60;

	while (next <= w->upto && time(NULL) < deadline) {
		if (journal_reader_next(r, &v, NULL) != 1) {
			usleep(200);
			continue;
		}
		if (v.damaged || v.first_seq != next)
			break;
		next += v.n;
		w->n += v.n;
		if (w->pause_us)
			usleep(w->pause_us);
	}
	journal_reader_destroy(r);
	return NULL;
}

static void readers_follow_at_their_own_pace(void **state)
{
	enum { TXNS = 2000, PER = 8, IN_FLIGHT = 16 };
	struct fixture f;
	static struct waiter w[IN_FLIGHT];
	static struct journal_record r[IN_FLIGHT][PER];
	static char line[PER * 200];
	pthread_t threads[3];
	struct follower followers[3];
	(void)state;
	fixture_init(&f);
	f.options.keep_ms = 3600000; /* however slow the machine: all is there to be walked */
	fixture_open(&f);
	for (unsigned i = 0; i < 3; i++) {
		followers[i] = (struct follower){&f, i * 300, (uint64_t)TXNS * PER, 0};
		assert_int_equal(pthread_create(&threads[i], NULL, follow, &followers[i]), 0);
	}
	memset(line, 'y', sizeof(line));
	for (unsigned i = 0; i < TXNS; i++) {
		struct waiter *x = &w[i % IN_FLIGHT];
		if (i >= IN_FLIGHT)
			assert_int_equal(waiter_wait(x), 0);
		for (unsigned k = 0; k < PER; k++) {
			r[i % IN_FLIGHT][k] = fixture_record("", i * PER + k + 1, 1);
			r[i % IN_FLIGHT][k].end = (k + 1) * 200;
		}
		x->txn = (struct journal_txn){.pipeline = i % 5 ? "shop" : "app",
					      .lines = heard_str_n(line, sizeof(line)),
					      .records = r[i % IN_FLIGHT],
					      .n_records = PER};
		waiter_submit(&f, x);
	}
	for (unsigned i = 0; i < IN_FLIGHT; i++)
		assert_int_equal(waiter_wait(&w[i]), 0);
	for (unsigned i = 0; i < 3; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(followers[i].n, TXNS * PER);
	}
	assert_int_equal(journal_walk(f.journal, 0, hash_name("shop"), 0), TXNS * PER / 5 * 4);
	assert_int_equal(journal_queued(f.journal), 0);
	fixture_release(&f);
}

static void a_replay_reaches_the_walk_of_its_output_only(void **state)
{
	struct fixture f;
	struct journal_record r = fixture_record("a\n", 0, 0);
	struct journal_txn t = {.pipeline = "shop",
				.only_output = "shop/file",
				.lines = HEARD_STR("a\n"),
				.records = &r,
				.n_records = 1};
	(void)state;
	fixture_init(&f);
	fixture_open(&f);
	assert_int_equal(fixture_commit(&f, &t), 0);
	assert_int_equal(fixture_put(&f, "b\n", 0, 0, NULL), 0);
	assert_int_equal(journal_walk(f.journal, 0, hash_name("shop"), hash_name("shop/file")),
			 2);
	assert_int_equal(journal_walk(f.journal, 0, hash_name("shop"), hash_name("shop/web")),
			 1);
	fixture_release(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_committed_is_read_back),
		cmocka_unit_test(many_segments_are_walked_through),
		cmocka_unit_test(a_repeat_gets_the_first_ones_id_and_is_not_written),
		cmocka_unit_test(a_unit_conflicts_as_a_whole),
		cmocka_unit_test(keys_are_forgotten_after_their_time),
		cmocka_unit_test(state_and_counters_are_committed_with_the_group),
		cmocka_unit_test(a_new_output_starts_behind_the_last_record),
		cmocka_unit_test(a_second_process_is_refused),
		cmocka_unit_test(letters_outlive_their_segment),
		cmocka_unit_test(deferrals_behind_the_position_are_discarded_for_good),
		cmocka_unit_test(an_encrypted_journal_needs_its_key),
		cmocka_unit_test(readers_follow_at_their_own_pace),
		cmocka_unit_test(a_replay_reaches_the_walk_of_its_output_only),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
