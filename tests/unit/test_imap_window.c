/*
 * test_imap_window.c - the ring of mails, sets of UIDs, resume tokens, folder names.
 */
#include "input/imap/mailbox.c"
#include "input/imap/position.c"
#include "input/imap/window.c"

#include <heard/buf.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct window w;

static void fill(uint32_t n, uint64_t size)
{
	memset(&w, 0, sizeof(w));
	w.budget = 1000;
	w.max_size = 5000;
	for (uint32_t i = 0; i < n; i++) {
		window_add(&w, NULL, 10 + i * 2);
		window_at(&w, i)->size = size;
		window_at(&w, i)->state = MAIL_SIZED;
	}
	w.measured = w.sized = w.tail;
}

static void asks(unsigned n, const char *set, bool is_large)
{
	struct heard_buf b;
	uint32_t end;
	bool large;
	heard_buf_init(&b, 65536);
	assert_int_equal(window_ask(&w, &b, &end, &large), n);
	assert_string_equal(b.ptr ? b.ptr : "", set);
	assert_int_equal(large, is_large);
	w.asked = end;
	heard_buf_release(&b);
}

static void sets_join_neighbours(void **state)
{
	(void)state;
	struct heard_buf b;
	struct uid_set s = {.to = &b};
	static const uint32_t uids[] = {1, 2, 3, 7, 9, 10, UINT32_MAX};
	heard_buf_init(&b, 100);
	for (size_t i = 0; i < sizeof(uids) / sizeof(uids[0]); i++)
		uid_set_add(&s, uids[i]);
	uid_set_end(&s);
	assert_string_equal(b.ptr, "1:3,7,9:10,4294967295");
	heard_buf_release(&b);
}

static void no_more_is_asked_for_than_fits(void **state)
{
	(void)state;
	fill(5, 400);
	asks(2, "10,12", false);
	asks(0, "", false);
	w.held = 0;
	asks(2, "14,16", false);
	fill(2, 4000); /* more than the budget: alone */
	asks(1, "10", false);
	asks(0, "", false);
	fill(3, 400);
	window_at(&w, 1)->size = 6000; /* only its headers */
	asks(1, "10", false);
	asks(1, "12", true);
	asks(1, "14", false);
}

static void a_suspect_goes_alone(void **state)
{
	(void)state;
	fill(4, 10);
	w.careful_until = 12;
	asks(1, "10", false);
	asks(1, "12", false);
	asks(2, "14,16", false);
}

static void what_is_lost_is_forgotten_and_what_is_out_is_not(void **state)
{
	(void)state;
	fill(4, 100);
	asks(4, "10,12,14,16", false);
	window_at(&w, 0)->state = MAIL_TAKEN;
	window_at(&w, 1)->state = MAIL_OUT;
	w.emitted = 2;
	window_at(&w, 2)->state = MAIL_HERE;
	window_at(&w, 2)->bytes = strdup("x");
	assert_ptr_equal(window_find(&w, 14), window_at(&w, 2));
	assert_null(window_find(&w, 15));
	assert_null(window_find(&w, 10));
	window_forget(&w);
	assert_int_equal(window_n(&w), 2);
	assert_int_equal(window_out(&w), 1);
	assert_int_equal(w.held, 200); /* until their receipts */
	window_at(&w, 0)->state = MAIL_SETTLED;
	window_advance(&w);
	assert_int_equal(window_n(&w), 1);
	window_at(&w, 1)->state = MAIL_REFUSED;
	assert_true(window_take_back(&w));
	assert_false(window_take_back(&w));
	assert_int_equal(window_n(&w), 0);
}

static void what_is_refused_holds_up_the_rest(void **state)
{
	(void)state;
	fill(3, 100);
	asks(3, "10,12,14", false);
	w.emitted = 2;
	window_at(&w, 0)->state = window_at(&w, 1)->state = MAIL_OUT;
	assert_false(window_is_refused(&w));
	window_at(&w, 0)->state = MAIL_REFUSED;
	window_forget(&w); /* a lost connection does not make it good */
	assert_true(window_is_refused(&w));
	window_at(&w, 1)->state = MAIL_REFUSED;
	assert_true(window_take_back(&w));
	assert_false(window_is_refused(&w));
	assert_int_equal(window_n(&w), 0);
}

/* Or other mails would be marked, moved or deleted in their place. */
static void old_uids_are_of_no_use_in_a_folder_made_anew(void **state)
{
	(void)state;
	static const enum mail_state states[] = {MAIL_TAKEN, MAIL_OUT, MAIL_SETTLING,
						 MAIL_REFUSED};
	struct heard_buf b;
	bool is_left;
	fill(6, 100);
	asks(6, "10,12,14,16,18,20", false);
	for (uint32_t i = 0; i < 4; i++)
		window_at(&w, i)->state = states[i];
	w.emitted = 4;
	window_disown(&w);
	assert_int_equal(window_n(&w), 3); /* from the one that is out on */
	assert_int_equal(window_out(&w), 1);
	assert_true(window_at(&w, w.head)->is_stale);
	assert_false(window_is_refused(&w));
	heard_buf_init(&b, 1000);
	assert_int_equal(window_settle(&w, &b, 100, &is_left), 0);
	heard_buf_release(&b);
	window_at(&w, w.head)->state = MAIL_SETTLED;
	window_advance(&w);
	assert_int_equal(window_n(&w), 0);
}

/* Or `done = "delete"` would delete what may have been a dead letter, were the connection
 * lost while it is marked. */
static void what_a_crash_left_stays_known_as_such(void **state)
{
	(void)state;
	struct heard_buf b;
	bool is_left = false;
	fill(4, 100);
	asks(4, "10,12,14,16", false);
	for (uint32_t i = 0; i < 4; i++)
		window_at(&w, i)->state = i < 2 ? MAIL_SETTLING : MAIL_TAKEN;
	window_at(&w, 0)->is_left = window_at(&w, 1)->is_left = true;
	w.emitted = 4;
	window_forget(&w);
	heard_buf_init(&b, 1000);
	assert_int_equal(window_settle(&w, &b, 100, &is_left), 2);
	assert_string_equal(b.ptr, "10,12");
	assert_true(is_left);
	heard_buf_clear(&b);
	assert_int_equal(window_settle(&w, &b, 100, &is_left), 2);
	assert_string_equal(b.ptr, "14,16");
	assert_false(is_left);
	heard_buf_release(&b);
}

static void the_ring_goes_round(void **state)
{
	(void)state;
	memset(&w, 0, sizeof(w));
	w.head = w.emitted = w.asked = w.sized = w.measured = w.tail = UINT32_MAX - 5;
	for (uint32_t i = 0; i < WINDOW_MAILS; i++)
		window_add(&w, NULL, 100 + i);
	assert_int_equal(window_room(&w), 0);
	for (uint32_t i = 0; i < WINDOW_MAILS; i++)
		assert_int_equal(window_find(&w, 100 + i)->uid, 100 + i);
	for (uint32_t i = w.head; i != w.tail; i++)
		window_at(&w, i)->state = MAIL_SETTLED;
	w.emitted = w.tail;
	window_advance(&w);
	assert_int_equal(window_n(&w), 0);
}

static void positions_come_back_as_they_were(void **state)
{
	(void)state;
	const struct position p = {.validity = UINT32_MAX,
				   .uid = 7,
				   .settled = 5,
				   .until = 9,
				   .old = OLD_UNSEEN_OR_SINCE,
				   .since_ms = 1790000000000,
				   .at_ms = 1790000000001};
	struct position q;
	char text[POSITION_SIZE], key[POSITION_KEY_SIZE];
	position_format(&p, text);
	assert_true(position_parse(heard_str(text), &q));
	assert_true(position_is_same(&p, &q) && q.at_ms == p.at_ms);
	position_key(&q, key);
	assert_string_equal(key, "OR UNSEEN SINCE 21-Sep-2026");
	static const char *const bad[] = {"",
					  "2 1 1 1 1 0 0 0",
					  "1 1 1 2 1 0 0 0",
					  "1 1 1 1 1 9 0 0",
					  "1 1 1 1 1 0 0",
					  "1 1 1 1 1 0 0 0 0"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(position_parse(heard_str(bad[i]), &q));
}

static void folder_names_are_spelled_in_utf_7(void **state)
{
	(void)state;
	static const char *const names[][2] = {
		{"INBOX", "\"INBOX\""},
		{"INBOX.客服", "\"INBOX.&W6JnDQ-\""},
		{"R&D \"x\"", "\"R&-D \\\"x\\\"\""},
		{"台北/日本語", "\"&U,BTFw-/&ZeVnLIqe-\""},
		{"~peter/mail/☺!", "\"~peter/mail/&Jjo-!\""},
		{"😀", "\"&2D3eAA-\""},
	};
	struct heard_buf b;
	heard_buf_init(&b, 1000);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		heard_buf_clear(&b);
		assert_int_equal(mailbox_quote(&b, heard_str(names[i][0])), 0);
		assert_string_equal(b.ptr, names[i][1]);
	}
	assert_int_equal(mailbox_quote(&b, HEARD_STR_OF("a\r\nb")), -EINVAL);
	assert_int_equal(mailbox_quote(&b, HEARD_STR_OF("\xff")), -EINVAL);
	heard_buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sets_join_neighbours),
		cmocka_unit_test(no_more_is_asked_for_than_fits),
		cmocka_unit_test(a_suspect_goes_alone),
		cmocka_unit_test(what_is_lost_is_forgotten_and_what_is_out_is_not),
		cmocka_unit_test(what_is_refused_holds_up_the_rest),
		cmocka_unit_test(old_uids_are_of_no_use_in_a_folder_made_anew),
		cmocka_unit_test(what_a_crash_left_stays_known_as_such),
		cmocka_unit_test(the_ring_goes_round),
		cmocka_unit_test(positions_come_back_as_they_were),
		cmocka_unit_test(folder_names_are_spelled_in_utf_7),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
