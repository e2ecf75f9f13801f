/*
 * test_store_follow_up.c - one question at a link, once, and what a bad score does.
 */
#include "store_fixture.h"

#include <errno.h>

static const struct heard_str agents[] = {HEARD_STR("anna"), HEARD_STR("bo")};
static const struct store_department quality = {
	.name = HEARD_STR("quality"), .agents = agents, .n_agents = 2};

/* A ticket that was resolved, and the token of the question about it. */
static void ask(struct fixture *f, unsigned char token[STORE_TOKEN])
{
	sqlite3_stmt *st;
	f->rules.events = true;
	f->rules.departments = &quality;
	f->rules.n_departments = 1;
	struct store_record rec = a_word(f, 1, "p", "x", NOW);
	rec.department = HEARD_STR_OF("quality");
	rec.subject = HEARD_STR_OF("broken");
	rec.lang = HEARD_STR_OF("zh");
	put(f, rec);
	must_move(f, 1, STORE_RESOLVED, NOW);
	ring(f, NOW + HOURS(1));
	assert_int_equal(db_prepare(f->store->db, "SELECT token FROM follow_up", &st, &f->err),
			 0);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	memcpy(token, sqlite3_column_blob(st, 0), STORE_TOKEN);
	sqlite3_finalize(st);
}

static int rate(struct fixture *f, const unsigned char token[STORE_TOKEN], int64_t score,
		int64_t at)
{
	return store_follow_up_answer(f->store, token, score, HEARD_STR_OF("t"), at, &f->err);
}

static void see(void *arg, const struct store_follow_up *f)
{
	add_text(arg, "#%" PRId64 " round %" PRId64 " %.*s %.*s %s score %" PRId64, f->ticket,
		 f->round, HEARD_ARG(f->subject), HEARD_ARG(f->lang),
		 f->answered_at == HEARD_TIME_NONE ? "open" : "answered", f->score);
}

static const char *question(struct fixture *f, const unsigned char token[STORE_TOKEN])
{
	f->text[0] = '\0';
	if (store_follow_up(f->store, token, see, f, &f->err))
		fail_msg("%s", f->err.text);
	return f->text;
}

static void the_link_is_in_the_event(void **state)
{
	struct fixture *f = *state;
	unsigned char token[STORE_TOKEN];
	char text[STORE_TOKEN_TEXT], sql[200];
	ask(f, token);
	store_token_format(token, text);
	snprintf(sql, sizeof(sql),
		 "SELECT count(*) FROM event WHERE instr(line, '/follow-up/%s')", text);
	assert_int_equal(number_of(f, sql), 1);
	assert_string_equal(question(f, token), "#1 round 1 broken zh open score 0");
}

static void a_good_score_is_recorded_and_nothing_else(void **state)
{
	struct fixture *f = *state;
	unsigned char token[STORE_TOKEN];
	ask(f, token);
	assert_int_equal(rate(f, token, 3, NOW + HOURS(2)), 0);
	assert_string_equal(question(f, token), "#1 round 1 broken zh answered score 3");
	assert_int_equal(look(f, 1).is.state, STORE_RESOLVED);
	assert_non_null(strstr(history_of(f, 1), "rated >3;"));
}

static void a_bad_score_opens_a_second_round_with_another_owner(void **state)
{
	struct fixture *f = *state;
	unsigned char token[STORE_TOKEN];
	ask(f, token);
	assert_string_equal(look(f, 1).assignee, "anna");
	forget_events(f);
	assert_int_equal(rate(f, token, 1, NOW + DAYS(14)), 0);
	struct shot shot = look(f, 1);
	assert_int_equal(shot.is.state, STORE_REOPENED);
	assert_int_equal(shot.is.round, 2);
	assert_string_equal(shot.assignee, "bo");
	assert_int_equal(shot.is.first_response_due, NOW + DAYS(14) + HOURS(4));
	assert_string_equal(events_of(f), "reopened#1;assigned#1;second_round#1;");
	assert_int_equal(number_of(f, "SELECT count(*) FROM event WHERE"
				      " instr(line, 'the customer gave it 1 of 5')"),
			 3);
}

static void a_second_round_is_asked_about_again(void **state)
{
	struct fixture *f = *state;
	unsigned char token[STORE_TOKEN];
	ask(f, token);
	assert_int_equal(rate(f, token, 2, NOW + HOURS(2)), 0);
	must_move(f, 1, STORE_RESOLVED, NOW + HOURS(3));
	ring(f, NOW + HOURS(4));
	assert_int_equal(number_of(f, "SELECT count(*) FROM follow_up WHERE round=2"), 1);
}

static void it_is_answered_once(void **state)
{
	struct fixture *f = *state;
	unsigned char token[STORE_TOKEN];
	ask(f, token);
	assert_int_equal(rate(f, token, 5, NOW + HOURS(2)), 0);
	assert_int_equal(rate(f, token, 1, NOW + HOURS(2)), -EEXIST);
	open_again(f);
	assert_int_equal(rate(f, token, 1, NOW + HOURS(3)), -EEXIST);
	assert_string_equal(question(f, token), "#1 round 1 broken zh answered score 5");
	assert_int_equal(look(f, 1).is.round, 1);
}

static void it_expires(void **state)
{
	struct fixture *f = *state;
	unsigned char token[STORE_TOKEN];
	ask(f, token);
	assert_int_equal(rate(f, token, 1, NOW + HOURS(1) + DAYS(14)), -ETIME);
	assert_string_equal(question(f, token), "#1 round 1 broken zh open score 0");
	assert_int_equal(rate(f, token, 1, NOW + HOURS(1) + DAYS(14) - 1), 0);
}

static void what_nobody_was_given_opens_nothing(void **state)
{
	struct fixture *f = *state;
	unsigned char token[STORE_TOKEN];
	ask(f, token);
	for (int bit = 0; bit < 8 * STORE_TOKEN; bit++) {
		unsigned char other[STORE_TOKEN];
		memcpy(other, token, sizeof(other));
		other[bit / 8] ^= (unsigned char)(1 << bit % 8);
		assert_int_equal(rate(f, other, 1, NOW + HOURS(2)), -ENOENT);
		assert_int_equal(store_follow_up(f->store, other, see, f, &f->err), -ENOENT);
	}
	assert_int_equal(rate(f, token, 0, NOW + HOURS(2)), -EINVAL);
	assert_int_equal(rate(f, token, 6, NOW + HOURS(2)), -EINVAL);
	assert_string_equal(question(f, token), "#1 round 1 broken zh open score 0");
}

static void a_ticket_at_work_again_is_not_opened_twice(void **state)
{
	struct fixture *f = *state;
	unsigned char token[STORE_TOKEN];
	ask(f, token);
	must_move(f, 1, STORE_REOPENED, NOW + HOURS(2));
	assert_int_equal(rate(f, token, 1, NOW + HOURS(3)), 0);
	assert_int_equal(look(f, 1).is.round, 2);
}

static void a_score_of_what_was_merged_twice_reaches_the_last_one(void **state)
{
	struct fixture *f = *state;
	unsigned char token[STORE_TOKEN];
	ask(f, token);
	for (unsigned n = 2; n <= 3; n++) {
		struct store_act act = by_anna(n - 1, NOW + HOURS(2));
		put(f, a_word(f, n, n == 2 ? "q" : "r", n == 2 ? "y" : "z", NOW));
		must_move(f, n, STORE_RESOLVED, NOW + HOURS(2));
		assert_int_equal(store_ticket_merge(f->store, &act, n, &f->err), 0);
	}
	assert_int_equal(rate(f, token, 1, NOW + HOURS(3)), 0);
	assert_int_equal(look(f, 3).is.state, STORE_REOPENED);
	assert_int_equal(look(f, 2).is.state, STORE_MERGED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_link_is_in_the_event),
		TEST(a_good_score_is_recorded_and_nothing_else),
		TEST(a_bad_score_opens_a_second_round_with_another_owner),
		TEST(a_second_round_is_asked_about_again),
		TEST(it_is_answered_once),
		TEST(it_expires),
		TEST(what_nobody_was_given_opens_nothing),
		TEST(a_ticket_at_work_again_is_not_opened_twice),
		TEST(a_score_of_what_was_merged_twice_reaches_the_last_one),
	};
	return cmocka_run_group_tests_name("store_follow_up", tests, NULL, NULL);
}
