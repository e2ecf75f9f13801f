/*
 * test_store_merge.c - two tickets become one, and what leads to them.
 */
#include "store_fixture.h"

#include <errno.h>

static int merge(struct fixture *f, int64_t ticket, int64_t into)
{
	struct store_act act = by_anna(ticket, NOW + HOURS(1));
	return store_ticket_merge(f->store, &act, into, &f->err);
}

static void count_said(void *arg, const struct store_said *said)
{
	int *counts = arg;
	counts[said->kind]++;
}

static void all_that_was_said_moves(void **state)
{
	struct fixture *f = *state;
	struct store_act note = by_anna(1, NOW);
	int counts[3] = {0};
	put(f, a_word(f, 1, "p", "x", NOW));
	put(f, a_word(f, 2, "p", "x", NOW));
	put(f, a_word(f, 3, "q", "y", NOW));
	assert_int_equal(store_ticket_note(f->store, &note, HEARD_STR_OF("n"), &f->err), 0);
	answer_it(f, 1, "a", NOW);
	assert_int_equal(merge(f, 1, 2), 0);
	assert_int_equal(store_conversation(f->store, 2, count_said, counts, &f->err), 0);
	assert_int_equal(counts[STORE_SAID_RECORD], 3);
	assert_int_equal(counts[STORE_SAID_NOTE], 1);
	assert_int_equal(counts[STORE_SAID_ANSWER], 1);
	assert_int_equal(look(f, 1).is.state, STORE_MERGED);
	assert_int_equal(look(f, 1).is.merged_into, 2);
	assert_int_equal(look(f, 2).is.contacts, 3);
	assert_int_equal(look(f, 2).is.priority, STORE_HIGH); /* the third contact */
	assert_non_null(strstr(history_of(f, 1), "merged open>#2;"));
	assert_non_null(strstr(history_of(f, 2), "took_in #1>;"));
}

static void every_token_leads_on_through_several_merges(void **state)
{
	struct fixture *f = *state;
	char tokens[3][STORE_TOKEN_TEXT];
	static const char *const bodies[] = {"x", "y", "z"};
	int64_t id;
	for (unsigned i = 0; i < 3; i++) {
		put(f, a_word(f, i + 1, bodies[i], bodies[i], NOW));
		memcpy(tokens[i], look(f, i + 1).is.token, STORE_TOKEN_TEXT);
	}
	assert_int_equal(merge(f, 1, 2), 0);
	assert_int_equal(merge(f, 2, 3), 0);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(
			store_ticket_find(f->store, heard_str(tokens[i]), &id, &f->err), 0);
		assert_int_equal(id, 3);
	}
}

static void what_cannot_be_merged_is_refused_with_a_sentence(void **state)
{
	struct fixture *f = *state;
	put(f, a_word(f, 1, "p", "x", NOW));
	put(f, a_word(f, 2, "q", "y", NOW));
	put(f, a_word(f, 3, "r", "z", NOW));
	must_move(f, 3, STORE_SPAM, NOW);
	assert_int_equal(merge(f, 1, 1), -EPERM);
	assert_int_equal(merge(f, 1, 3), -EPERM);
	assert_int_equal(merge(f, 3, 1), -EPERM);
	assert_int_equal(merge(f, 1, 9), -ENOENT);
	assert_int_equal(merge(f, 9, 1), -ENOENT);
	assert_int_equal(merge(f, 1, 2), 0);
	assert_int_equal(merge(f, 1, 2), -EPERM);
	assert_int_equal(merge(f, 2, 1), -EPERM);
	assert_non_null(strstr(f->err.text, "merged"));
	assert_int_equal(look(f, 2).is.contacts, 2);
}

static void a_further_word_goes_to_the_one_that_is_left(void **state)
{
	struct fixture *f = *state;
	put(f, a_word(f, 1, "p", "x", NOW));
	put(f, a_word(f, 2, "q", "y", NOW));
	assert_int_equal(merge(f, 1, 2), 0);
	put(f, a_word(f, 3, "p", "x", NOW));
	assert_int_equal(look(f, 2).is.contacts, 3);
	assert_int_equal(number_of(f, "SELECT count(*) FROM ticket"), 2);
}

static void count_member(void *arg, int64_t ticket)
{
	(void)ticket;
	++*(int *)arg;
}

static void a_group_follows_its_leader(void **state)
{
	struct fixture *f = *state;
	static const char *const people[] = {"p", "q", "r", "s"};
	int members = 0;
	for (unsigned i = 0; i < 3; i++)
		put(f, a_word(f, i + 1, people[i], "payment fails", NOW));
	put(f, a_word(f, 4, "t", "cannot pay", NOW));
	assert_int_equal(merge(f, 1, 4), 0);
	assert_int_equal(store_ticket_members(f->store, 4, count_member, &members, &f->err), 0);
	assert_int_equal(members, 2);
	assert_int_equal(look(f, 4).is.reach, 4);
	assert_int_equal(look(f, 2).is.reach, 4);
	put(f, a_word(f, 5, "u", "payment fails", NOW));
	assert_int_equal(look(f, 4).is.reach, 5);
	/* The leader into one of its own. */
	assert_int_equal(merge(f, 4, 2), 0);
	assert_int_equal(look(f, 2).is.leader, 0);
	assert_int_equal(look(f, 2).is.reach, 5);
	assert_int_equal(look(f, 3).is.leader, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_that_was_said_moves),
		TEST(every_token_leads_on_through_several_merges),
		TEST(what_cannot_be_merged_is_refused_with_a_sentence),
		TEST(a_further_word_goes_to_the_one_that_is_left),
		TEST(a_group_follows_its_leader),
	};
	return cmocka_run_group_tests_name("store_merge", tests, NULL, NULL);
}
