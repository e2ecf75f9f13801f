/*
 * test_answered.c - what answers.db is asked: windows, old notes, and a file that is damaged.
 */
#include "respond_fixture.h"

/* ---- windows */

static void a_window_of_answers_ends(void **state)
{
	(void)state;
	t.window = (struct respond_window){2, 3600000, "call him"};
	start_with(&hooks);
	respond_heard(t.r, HEARD_STR_OF("a"), t.now - 1000);
	for (int i = 1; i <= 3; i++)
		reply(i, "sealed:a"); /* at once: the third waits, and is refused */
	comes_back(200, 0);
	comes_back(200, 0);
	is_word(2, HEARD_DELIVERED, 0, "");
	is_word(3, HEARD_REFUSED, 0, "call him");
	respond_heard(t.r, HEARD_STR_OF("a"), t.now - 1000); /* the same message again */
	reply(4, "sealed:a");
	is_word(4, HEARD_REFUSED, 0, "call him");
	respond_heard(t.r, HEARD_STR_OF("a"), t.now - 500);
	reply(5, "sealed:a");
	comes_back(200, 0);
	is_word(5, HEARD_DELIVERED, 0, "");
	assert_int_equal(t.n_requests, 3);
}

static void what_fails_does_not_use_up_a_window(void **state)
{
	(void)state;
	t.window = (struct respond_window){1, 3600000, "call him"};
	start_with(&hooks);
	respond_heard(t.r, HEARD_STR_OF("a"), t.now);
	t.verdict = RESPOND_AGAIN;
	reply(1, "sealed:a");
	comes_back(200, 0);
	t.verdict = RESPOND_SENT;
	reply(1, "sealed:a");
	comes_back(200, 0);
	is_word(1, HEARD_DELIVERED, 0, "");
	reply(2, "sealed:a");
	is_word(2, HEARD_REFUSED, 0, "call him");
	reply(3, "sealed:nobody knows when he wrote"); /* the platform does */
	comes_back(200, 0);
	is_word(3, HEARD_DELIVERED, 0, "");
}

static void a_window_of_time_ends(void **state)
{
	(void)state;
	t.window = (struct respond_window){5, 3600000, "call him"};
	start_with(&hooks);
	respond_heard(t.r, HEARD_STR_OF("a"), t.now);
	assert_int_equal(t.sync_after, SYNC_MS);
	t.on_sync(t.sync_arg);
	restart();
	t.now += 3600000;
	reply(1, "sealed:a");
	comes_back(200, 0);
	is_word(1, HEARD_DELIVERED, 0, "");
	t.now++;
	reply(2, "sealed:a");
	is_word(2, HEARD_REFUSED, 0, "call him");
}

/* ---- what is let go */

static void old_notes_are_let_go(void **state)
{
	(void)state;
	start_with(&hooks);
	reply(1, "sealed:a");
	comes_back(200, 0);
	t.now += FORGET_MS + 1;
	reply(2, "sealed:a");
	comes_back(200, 0);
	reply(1, "sealed:a");
	assert_int_equal(t.n_under_way, 1);
}

static void people_are_let_go_where_nobody_is_answered(void **state)
{
	(void)state;
	t.window = (struct respond_window){5, 3600000, "call him"};
	start_with(&hooks);
	respond_heard(t.r, HEARD_STR_OF("a"), t.now);
	t.on_sync(t.sync_arg);
	t.now += FORGET_MS + 1;
	respond_heard(t.r, HEARD_STR_OF("b"), t.now);
	t.on_sync(t.sync_arg);
	reply(1, "sealed:a"); /* else his window would be over */
	assert_int_equal(t.n_under_way, 1);
}

/* ---- damage */

static void damage(long at)
{
	char path[100], junk[3000];
	snprintf(path, sizeof(path), "%s/answers.db", t.folder);
	FILE *f = fopen(path, "r+b");
	assert_non_null(f);
	memset(junk, 'x', sizeof(junk));
	assert_int_equal(fseek(f, at, SEEK_SET), 0);
	assert_int_equal(fwrite(junk, sizeof(junk), 1, f), 1);
	assert_int_equal(fclose(f), 0);
}

static void a_damaged_file_is_set_aside_and_begun_anew(void **state)
{
	static const long places[] = {0, 16384}; /* the head; a table */
	char path[200];
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		start_with(&hooks);
		reply(1, "sealed:a");
		comes_back(200, 0);
		is_word(1, HEARD_DELIVERED, 0, "");
		respond_destroy(t.r);
		damage(places[i]);
		t.now += 60000;
		t.n_logged = t.n_under_way = 0;
		start_with(&hooks);
		assert_int_equal(t.n_logged, 1);
		snprintf(path, sizeof(path), "%s/answers.db.damaged-%lld", t.folder,
			 (long long)(t.now / 1000));
		assert_int_equal(access(path, R_OK), 0);
		reply(1, "sealed:a"); /* it is not known any more */
		comes_back(200, 0);
		is_word(1, HEARD_DELIVERED, 0, "");
		restart();
		assert_int_equal(t.n_logged, 1);
		respond_destroy(t.r);
		t.r = NULL;
		assert_int_equal(unlink(path), 0);
		snprintf(path, sizeof(path), "%s/answers.db", t.folder);
		assert_int_equal(unlink(path), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(a_window_of_answers_ends),
		WITH(what_fails_does_not_use_up_a_window),
		WITH(a_window_of_time_ends),
		WITH(old_notes_are_let_go),
		WITH(people_are_let_go_where_nobody_is_answered),
		WITH(a_damaged_file_is_set_aside_and_begun_anew),
	};
	return cmocka_run_group_tests_name("answered", tests, NULL, NULL);
}
