/*
 * test_mqtt_tickets.c - acknowledgements go out in order, and only for their connection.
 */
#include <mqtt/tickets.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void acknowledgements_go_out_in_order(void **state)
{
	struct tickets t;
	uint16_t id = 0;
	(void)state;
	assert_true(tickets_init(&t, 3));
	uint64_t a = tickets_add(&t, 10), b = tickets_add(&t, 0), c = tickets_add(&t, 65535);
	assert_false(tickets_has_room(&t));
	assert_true(tickets_has(&t, 10) && tickets_has(&t, 65535) && !tickets_has(&t, 0));
	tickets_settle(&t, c);
	tickets_settle(&t, b);
	assert_false(tickets_next(&t, &id));
	tickets_settle(&t, a);
	assert_true(tickets_next(&t, &id) && id == 10);
	assert_true(tickets_next(&t, &id) && id == 0);
	assert_true(tickets_next(&t, &id) && id == 65535);
	assert_false(tickets_next(&t, &id));
	assert_false(tickets_has(&t, 10));
	assert_int_equal(tickets_n(&t), 0);
	tickets_release(&t);
}

static void a_ticket_counts_once_and_on_its_connection(void **state)
{
	struct tickets t;
	uint16_t id;
	(void)state;
	assert_true(tickets_init(&t, 5));
	uint64_t old = tickets_add(&t, 1);
	assert_true(tickets_are_out(&t, old));
	assert_false(tickets_are_out(&t, old + 1));
	tickets_renew(&t);
	assert_false(tickets_are_out(&t, old));
	uint64_t now = tickets_add(&t, 1);
	assert_true(now != old);
	tickets_settle(&t, old);
	assert_false(tickets_next(&t, &id));
	tickets_settle(&t, now);
	assert_false(tickets_are_out(&t, now));
	assert_true(tickets_next(&t, &id) && id == 1);
	tickets_settle(&t, now);
	assert_false(tickets_next(&t, &id));
	tickets_release(&t);
}

static void numbers_may_wrap(void **state)
{
	struct tickets t;
	uint16_t id;
	(void)state;
	assert_true(tickets_init(&t, 3));
	t.head = t.tail = UINT32_MAX - 4;
	for (unsigned i = 1; i <= 1000; i++) {
		uint64_t a = tickets_add(&t, (uint16_t)(2 * i));
		uint64_t b = tickets_add(&t, (uint16_t)(2 * i + 1));
		tickets_settle(&t, b);
		tickets_settle(&t, a);
		assert_true(tickets_next(&t, &id) && id == 2 * i);
		assert_true(tickets_next(&t, &id) && id == 2 * i + 1);
	}
	t.epoch = UINT32_MAX;
	tickets_renew(&t);
	assert_int_equal(t.epoch, 1);
	tickets_release(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(acknowledgements_go_out_in_order),
		cmocka_unit_test(a_ticket_counts_once_and_on_its_connection),
		cmocka_unit_test(numbers_may_wrap),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
