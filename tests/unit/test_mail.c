/*
 * test_mail.c - dead letters and deferrals are told, moved, and never held on
 * to when they are lost.
 */
#include "journal_fixture.h"

#include "frame.h"
#include "segment.h"

#include <errno.h>

#define FIRST_SEGMENT "seg-0000000000000001"

static bool has_first(struct fixture *f)
{
	char path[400];

	snprintf(path, sizeof(path), "%s/" FIRST_SEGMENT, f->folder);
	return access(path, F_OK) == 0;
}

static void put_many(struct fixture *f, int n)
{
	static char line[8192];

	memset(line, 'x', sizeof(line));
	memcpy(line + 8000, "\n", 2);
	for (int i = 0; i < n; i++)
		assert_int_equal(fixture_put(f, line, 0, 0, NULL), 0);
}

static void wait_until_recycled(struct fixture *f)
{
	for (int i = 0; i < 6000 && has_first(f); i++) {
		usleep(5000);
		journal_positions_sync(f->journal);
	}
	assert_false(has_first(f));
}

/* Letters "1" to "9", with bodies "body 1" and so on. */
static void add_dead(struct fixture *f, int first, int last)
{
	for (int i = first; i <= last; i++) {
		char body[16];
		snprintf(body, sizeof(body), "body %d", i);
		struct journal_dead d = {.id = {(unsigned char)('0' + i)},
					 .output = 77,
					 .seq = (uint64_t)i,
					 .meta = HEARD_STR("{}"),
					 .body = heard_str(body)};
		struct journal_txn t = {.dead = &d, .n_dead = 1};
		assert_int_equal(fixture_commit(f, &t), 0);
	}
}

static void remove_dead(struct fixture *f, int i)
{
	const unsigned char gone[1][16] = {{(unsigned char)('0' + i)}};
	struct journal_txn t = {.dead_gone = gone, .n_dead_gone = 1};

	assert_int_equal(fixture_commit(f, &t), 0);
}

struct seen {
	int most, n;
	char text[500];
};

static bool see(void *arg, const struct journal_dead *d)
{
	struct seen *s = arg;
	size_t len = strlen(s->text);

	snprintf(s->text + len, sizeof(s->text) - len, "%c=%.*s ", d->id[0],
		 HEARD_ARG(d->body));
	return ++s->n < s->most;
}

static void expect_dead(struct fixture *f, bool with_body, int most, const char *text)
{
	struct seen s = {.most = most};

	journal_dead_each(f->journal, with_body, see, &s);
	assert_string_equal(s.text, text);
}

static void letters_are_told_oldest_first_and_until_enough(void **state)
{
	struct fixture f;
	(void)state;
	fixture_init(&f);
	fixture_open(&f);
	expect_dead(&f, true, 99, "");
	add_dead(&f, 1, 4);
	remove_dead(&f, 3);
	expect_dead(&f, true, 99, "1=body 1 2=body 2 4=body 4 ");
	expect_dead(&f, false, 99, "1= 2= 4= ");
	expect_dead(&f, true, 2, "1=body 1 2=body 2 ");
	assert_int_equal(journal_dead_count(f.journal), 3);
	assert_true(journal_dead_known(f.journal, 77, 4));
	assert_false(journal_dead_known(f.journal, 77, 3));
	assert_false(journal_dead_known(f.journal, 78, 4));
	fixture_release(&f);
}

static void the_same_letter_twice_is_one(void **state)
{
	struct fixture f;
	(void)state;
	fixture_init(&f);
	fixture_open(&f);
	add_dead(&f, 1, 2);
	add_dead(&f, 1, 1);
	for (int round = 0; round < 2; round++) {
		expect_dead(&f, true, 99, "1=body 1 2=body 2 ");
		fixture_close(&f);
		fixture_open(&f);
	}
	fixture_release(&f);
}

/* While a reader holds the oldest segment its letters are moved once, and it is
 * recycled when the reader has gone. */
static void moved_letters_are_found_where_they_went(void **state)
{
	struct fixture f;
	struct journal_view v;
	(void)state;
	fixture_init(&f);
	fixture_open(&f);
	add_dead(&f, 1, 3);
	put_many(&f, 1);
	struct journal_reader *r = journal_reader_create(f.journal, 0);
	assert_int_equal(journal_reader_next(r, &v, NULL), 1);
	put_many(&f, 30);
	journal_positions_sync(f.journal);
	put_many(&f, 30);
	journal_positions_sync(f.journal);
	remove_dead(&f, 2);
	assert_true(has_first(&f));
	expect_dead(&f, true, 99, "1=body 1 3=body 3 ");
	journal_reader_destroy(r);
	wait_until_recycled(&f);
	for (int round = 0; round < 2; round++) {
		expect_dead(&f, true, 99, "1=body 1 3=body 3 ");
		fixture_close(&f);
		fixture_open(&f);
	}
	fixture_release(&f);
}

/* ---- damage under a running journal */

/* Flip a byte in the payload of the first frame of the type. */
static void damage(struct fixture *f, enum frame_type type)
{
	unsigned char head[FRAME_HEADER], byte;
	int folder = open(f->folder, O_RDONLY | O_DIRECTORY), fd = segment_open(folder, 1);
	struct frame frame;
	off_t at = 0;

	for (;; at += (off_t)frame_size(&frame)) {
		assert_int_equal(pread(fd, head, sizeof(head), at), FRAME_HEADER);
		assert_true(frame_decode(&frame, head, 1));
		if (frame.type == type)
			break;
	}
	at += FRAME_HEADER + frame.length - 1;
	assert_int_equal(pread(fd, &byte, 1, at), 1);
	byte ^= 4;
	assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	close(fd);
	close(folder);
}

static void count_lines(void *arg, const struct journal_defer *d)
{
	int *n = arg;

	n[0]++;
	n[1] += d->line.len == 0;
}

static void a_damaged_letter_is_told_empty_and_said_once(void **state)
{
	struct fixture f;
	struct journal_figures figures;
	int n[2] = {0, 0};
	(void)state;
	fixture_init(&f);
	fixture_open(&f);
	add_dead(&f, 1, 2);
	struct journal_defer d[2] = {{5, 1, 10, HEARD_STR("one\n")},
				     {5, 2, 20, HEARD_STR("two\n")}};
	struct journal_txn t = {.defer = d, .n_defer = 2};
	assert_int_equal(fixture_commit(&f, &t), 0);
	damage(&f, FRAME_DEAD);
	damage(&f, FRAME_DEFER);
	for (int i = 0; i < 3; i++)
		expect_dead(&f, true, 99, "1= 2=body 2 ");
	journal_defer_each(f.journal, 5, count_lines, n);
	assert_int_equal(n[0], 2);
	assert_int_equal(n[1], 1);
	journal_figures(f.journal, &figures);
	assert_int_equal(figures.damaged_frames, 2);
	fixture_release(&f);
}

static void a_damaged_letter_does_not_hold_its_segment(void **state)
{
	struct fixture f;
	(void)state;
	fixture_init(&f);
	fixture_open(&f);
	add_dead(&f, 1, 3);
	damage(&f, FRAME_DEAD);
	put_many(&f, 60);
	wait_until_recycled(&f);
	expect_dead(&f, true, 99, "2=body 2 3=body 3 ");
	assert_int_equal(journal_dead_count(f.journal), 2);
	fixture_release(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(letters_are_told_oldest_first_and_until_enough),
		cmocka_unit_test(the_same_letter_twice_is_one),
		cmocka_unit_test(moved_letters_are_found_where_they_went),
		cmocka_unit_test(a_damaged_letter_is_told_empty_and_said_once),
		cmocka_unit_test(a_damaged_letter_does_not_hold_its_segment),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
