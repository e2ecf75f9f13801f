/*
 * test_store_moves.c - which moves are legal, and how long a ticket may be reopened.
 */
#include "store_fixture.h"

#include <errno.h>

/* Puts a new ticket into a state by legal moves. */
static void bring_to(struct fixture *f, int64_t ticket, enum store_state state)
{
	struct store_act act = by_anna(ticket, NOW);
	if (state == STORE_REOPENED)
		must_move(f, ticket, STORE_RESOLVED, NOW);
	if (state == STORE_MERGED)
		assert_int_equal(store_ticket_merge(f->store, &act, 1, &f->err), 0);
	else if (state != STORE_NEW)
		must_move(f, ticket, state, NOW);
}

static void the_table_of_moves_is_all_that_happens(void **state)
{
	static const char *const legal[STORE_STATES] = {
		[STORE_NEW] = " open waiting resolved closed spam",
		[STORE_OPENED] = " waiting resolved closed spam",
		[STORE_WAITING] = " open resolved closed spam",
		[STORE_RESOLVED] = " closed reopened",
		[STORE_CLOSED] = " reopened",
		[STORE_REOPENED] = " open waiting resolved closed spam",
		[STORE_MERGED] = "",
		[STORE_SPAM] = " open",
	};
	struct fixture *f = *state;
	char body[16], word[16];
	unsigned n = 1;
	put(f, a_complaint(f, n++, "the one that is kept"));
	for (int from = 0; from < STORE_STATES; from++)
		for (int to = 0; to < STORE_STATES; to++, n++) {
			snprintf(body, sizeof(body), "%c%c", 'a' + from, 'a' + to);
			put(f, a_complaint(f, n, body));
			bring_to(f, n, (enum store_state)from);
			snprintf(word, sizeof(word), " %s",
				 store_state_name((enum store_state)to));
			bool may = strstr(legal[from], word) != NULL;
			int result = move_to(f, n, (enum store_state)to, NOW);
			if (result != (may ? 0 : -EPERM))
				fail_msg("%s to %s: %d",
					 store_state_name((enum store_state)from),
					 store_state_name((enum store_state)to), result);
			assert_int_equal(look(f, n).is.state, may ? to : from);
		}
}

static void a_ticket_is_reopened_for_a_limited_time(void **state)
{
	struct fixture *f = *state;
	struct store_act act = by_anna(1, NOW + DAYS(15));
	put(f, a_complaint(f, 1, "x"));
	must_move(f, 1, STORE_RESOLVED, NOW + DAYS(1));
	act.at++;
	assert_int_equal(store_ticket_reopen(f->store, &act, &f->err), -ETIME);
	assert_non_null(strstr(f->err.text, "more than 14 days"));
	act.at--;
	assert_int_equal(store_ticket_reopen(f->store, &act, &f->err), 0);
	struct shot shot = look(f, 1);
	assert_int_equal(shot.is.state, STORE_REOPENED);
	assert_int_equal(shot.is.round, 2);
	assert_int_equal(store_ticket_reopen(f->store, &act, &f->err), -EPERM);
}

static void the_board_shows_what_was_published(void **state)
{
	struct fixture *f = *state;
	struct store_act act = by_anna(1, NOW);
	put(f, a_complaint(f, 1, "x"));
	assert_int_equal(
		store_ticket_publish(f->store, &act, HEARD_STR_OF("Payments fail"), &f->err),
		0);
	assert_string_equal(look(f, 1).board, "Payments fail");
	assert_int_equal(store_ticket_publish(f->store, &act, heard_str(""), &f->err), 0);
	assert_string_equal(look(f, 1).board, "");
	assert_string_equal(history_of(f, 1), "created >new;published >;unpublished >;");
	act.ticket = 7;
	assert_int_equal(store_ticket_publish(f->store, &act, heard_str("x"), &f->err),
			 -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_table_of_moves_is_all_that_happens),
		TEST(a_ticket_is_reopened_for_a_limited_time),
		TEST(the_board_shows_what_was_published),
	};
	return cmocka_run_group_tests_name("store_moves", tests, NULL, NULL);
}
