/*
 * Tests of control_dead.c: dead letters are listed, shown, replayed and dropped.
 */
#include "engine_client.h"
#include "engine_emit.h"
#include "engine_keys.h"
#include "engine_look.h"

#define ENGINE_FILTERS 1
#define ENGINE_OUTPUTS 2
#include "engine_each.h"

static struct engine_client c;

static void dead_letters_are_listed_shown_and_dropped(void **state)
{
	(void)state;
	char request[128], id[37];
	e.pipelines[0].clear = true;
	engine_start(&e);
	engine_send(&e, "quarantine");
	uuid_format(engine_letters(&e).id, id);
	engine_ask(&e, &c, "{\"command\":\"dead\",\"verb\":\"list\"}");
	assert_non_null(strstr(c.text, id));
	assert_non_null(strstr(c.text, "\"reason\":\"cannot be understood\""));
	assert_null(strstr(c.text, "\"body\""));
	snprintf(request, sizeof(request),
		 "{\"command\":\"dead\",\"verb\":\"show\",\"id\":\"%s\"}", id);
	engine_ask(&e, &c, request);
	assert_non_null(strstr(c.text, "quarantine"));
	snprintf(request, sizeof(request),
		 "{\"command\":\"dead\",\"verb\":\"drop\",\"id\":\"%s\"}", id);
	engine_ask(&e, &c, request);
	assert_non_null(strstr(c.text, "{\"done\":1,\"failed\":0}"));
	assert_int_equal(engine_letters(&e).n, 0);
	engine_ask(&e, &c, request);
	assert_non_null(strstr(c.text, "there is no such dead letter"));
	assert_true(engine_balances(&e));
}

static void many_letters_are_told_page_by_page(void **state)
{
	(void)state;
	char request[128], id[37];
	unsigned n = 0;
	e.pipelines[0].clear = true;
	engine_start(&e);
	engine_send_many(&e, 600, "quarantine");
	assert_int_equal(engine_letters(&e).n, 600);
	engine_ask(&e, &c, "{\"command\":\"dead\",\"verb\":\"list\"}");
	for (const char *at = c.text; (at = strstr(at, "\"reason\"")) != NULL; at++)
		n++;
	assert_int_equal(n, 600);
	uuid_format(engine_letters(&e).id, id); /* of the last one */
	snprintf(request, sizeof(request),
		 "{\"command\":\"dead\",\"verb\":\"show\",\"id\":\"%s\"}", id);
	engine_ask(&e, &c, request);
	assert_non_null(strstr(c.text, id));
	assert_non_null(strstr(c.text, "\"body\""));
	request[strlen(request) - 3] ^= 1;
	engine_ask(&e, &c, request);
	assert_non_null(strstr(c.text, "there is no such dead letter"));
}

static void what_an_output_refused_is_replayed_to_it_alone(void **state)
{
	(void)state;
	e.out[0]->mode = OUTPUT_REFUSES;
	engine_start(&e);
	engine_send(&e, "hello");
	engine_drain(&e);
	assert_int_equal(engine_letters(&e).n, 1);
	e.out[0]->mode = OUTPUT_DELIVERS;
	engine_ask(&e, &c, "{\"command\":\"dead\",\"verb\":\"replay\"}");
	assert_non_null(strstr(c.text, "{\"done\":1,\"failed\":0}"));
	engine_drain(&e);
	assert_int_equal(engine_letters(&e).n, 0);
	assert_int_equal(e.out[0]->records, 1);
	assert_int_equal(e.out[1]->records, 1);
	struct ledger_output l = engine_output(&e, 0);
	assert_int_equal(l.replayed, 1);
	assert_int_equal(l.delivered, 1);
	assert_int_equal(l.dead, 1);
	assert_true(engine_balances(&e));
}

static void what_failed_before_the_journal_is_emitted_anew(void **state)
{
	(void)state;
	e.pipelines[0].clear = true;
	engine_start(&e);
	engine_send(&e, "quarantine");
	assert_int_equal(engine_letters(&e).n, 1);
	e.filter[0].deaf = true;
	engine_ask(&e, &c, "{\"command\":\"dead\",\"verb\":\"replay\"}");
	assert_non_null(strstr(c.text, "{\"done\":1,\"failed\":0}"));
	assert_int_equal(engine_letters(&e).n, 0);
	assert_true(engine_journal_has(&e, "quarantine"));
	engine_drain(&e);
	assert_int_equal(engine_gate(&e).received, 2);
	assert_true(engine_balances(&e));
}

static void a_letter_comes_in_anew_as_from_its_source(void **state)
{
	(void)state;
	static const char who[] = "{\"body\":\"%s\",\"author\":{\"phone\":\"13812345678\"}}";
	char raw[128], before[64], after[64];
	struct receipt r[2] = {0};
	e.pipelines[0].clear = true;
	engine_start(&e);
	snprintf(raw, sizeof(raw), who, "hello");
	engine_emit(&e, raw, &r[0]);
	engine_until(&e, r[0].times > 0);
	engine_field(&e, "key", before, sizeof(before));
	assert_int_equal(strlen(before), 32);
	snprintf(raw, sizeof(raw), who, "quarantine");
	engine_emit(&e, raw, &r[1]);
	engine_until(&e, r[1].times > 0);
	assert_non_null(strstr(engine_letters(&e).meta, "\"record\":true"));
	assert_null(strstr(engine_letters(&e).body, "13812345678"));
	e.filter[0].deaf = true;
	engine_ask(&e, &c, "{\"command\":\"dead\",\"verb\":\"replay\"}");
	assert_non_null(strstr(c.text, "{\"done\":1,\"failed\":0}"));
	engine_field(&e, "key", after, sizeof(after));
	assert_string_equal(after, before);
	engine_field(&e, "source", after, sizeof(after));
	assert_string_equal(after, "shop/in");
}

static void many_letters_are_replayed_and_dropped_page_by_page(void **state)
{
	(void)state;
	e.pipelines[0].clear = true;
	engine_start(&e);
	engine_send_many(&e, 600, "quarantine");
	assert_int_equal(engine_letters(&e).n, 600);
	/* They die again, and those that come of it are left for another time. */
	engine_ask(&e, &c, "{\"command\":\"dead\",\"verb\":\"replay\"}");
	assert_non_null(strstr(c.text, "{\"done\":600,\"failed\":0}"));
	assert_int_equal(engine_letters(&e).n, 600);
	assert_int_equal(engine_gate(&e).received, 1200);
	engine_ask(&e, &c, "{\"command\":\"dead\",\"verb\":\"drop\"}");
	assert_non_null(strstr(c.text, "{\"done\":600,\"failed\":0}"));
	assert_int_equal(engine_letters(&e).n, 0);
	engine_ask(&e, &c, "{\"command\":\"dead\",\"verb\":\"drop\"}");
	assert_non_null(strstr(c.text, "there is no such dead letter"));
	assert_true(engine_balances(&e));
}

static void who_asks_for_many_letters_and_leaves_stops_it(void **state)
{
	(void)state;
	e.pipelines[0].clear = true;
	engine_start(&e);
	engine_send_many(&e, 1200, "quarantine");
	engine_connect(&e, &c, "{\"command\":\"dead\",\"verb\":\"drop\"}");
	engine_until(&e, journal_dead_count(e.daemon->journal) < 1200);
	close(c.fd);
	engine_ask(&e, &c, "{\"command\":\"ledger\"}");
	engine_idle(&e, 20);
	assert_in_range(engine_letters(&e).n, 1, 1200 - 256);
	assert_int_equal(engine_letters(&e).n % 256, 1200 % 256); /* whole pages went */
}

static void what_was_sealed_needs_the_private_key_to_be_replayed(void **state)
{
	(void)state;
	struct engine_keys keys;
	engine_keys_make(&keys, &e);
	engine_start(&e);
	engine_send(&e, "quarantine");
	e.filter[0].deaf = true;
	engine_ask(&e, &c, "{\"command\":\"dead\",\"verb\":\"replay\"}");
	assert_non_null(strstr(c.text, "privacy.private_key"));
	assert_non_null(strstr(c.text, "{\"done\":0,\"failed\":1}"));
	assert_int_equal(engine_letters(&e).n, 1);
	e.conf.privacy.private_key = keys.private_key;
	engine_ask(&e, &c, "{\"command\":\"dead\",\"verb\":\"replay\"}");
	assert_non_null(strstr(c.text, "{\"done\":1,\"failed\":0}"));
	assert_true(engine_journal_has(&e, "quarantine"));
	engine_keys_drop(&keys);
}

static void a_letter_that_nothing_is_left_of_cannot_be_replayed(void **state)
{
	(void)state;
	engine_start(&e);
	engine_send(&e, "quarantine");
	engine_ask(&e, &c, "{\"command\":\"dead\",\"verb\":\"replay\"}");
	assert_non_null(strstr(c.text, "only its length and digest were kept"));
	assert_int_equal(engine_letters(&e).n, 1);
}

static void a_letter_that_cannot_be_read_keeps_its_reason(void **state)
{
	(void)state;
	char before[1024];
	e.pipelines[0].clear = true;
	engine_start(&e);
	engine_connect(&e, &c, "{\"command\":\"send\",\"pipeline\":\"shop\"}");
	dprintf(c.fd, "8 17\nnot json0 0\n");
	engine_until(&e, engine_answered(&c));
	close(c.fd);
	snprintf(before, sizeof(before), "%s", engine_letters(&e).meta);
	assert_non_null(strstr(before, "\"line\":17"));
	engine_ask(&e, &c, "{\"command\":\"dead\",\"verb\":\"replay\"}");
	assert_non_null(strstr(c.text, "{\"done\":0,\"failed\":1}"));
	assert_non_null(strstr(c.text, "it cannot be read and is left as it is: line 1"));
	assert_int_equal(engine_letters(&e).n, 1);
	assert_string_equal(engine_letters(&e).meta, before);
	assert_true(engine_balances(&e));
}

static void a_damaged_letter_is_listed_and_can_be_dropped(void **state)
{
	(void)state;
	char command[200];
	e.pipelines[0].clear = true;
	engine_start(&e);
	engine_send(&e, "quarantine this");
	snprintf(command, sizeof(command),
		 "for f in '%s'/journal/seg-*; do "
		 "sed 's/quarantine this/quarantine thXX/g' $f >$f.x && cat $f.x >$f; rm $f.x; "
		 "done",
		 e.folder);
	assert_int_equal(system(command), 0);
	assert_int_equal(engine_letters(&e).n, 1);
	engine_ask(&e, &c, "{\"command\":\"dead\",\"verb\":\"list\"}");
	assert_non_null(strstr(c.text, "damaged"));
	assert_null(strstr(c.text, "{\"out\":}"));
	engine_ask(&e, &c, "{\"command\":\"dead\",\"verb\":\"replay\"}");
	assert_non_null(strstr(c.text, "\"failed\":1"));
	engine_ask(&e, &c, "{\"command\":\"dead\",\"verb\":\"drop\"}");
	assert_non_null(strstr(c.text, "{\"done\":1,\"failed\":0}"));
	assert_int_equal(engine_letters(&e).n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(dead_letters_are_listed_shown_and_dropped),
		TEST(many_letters_are_told_page_by_page),
		TEST(what_an_output_refused_is_replayed_to_it_alone),
		TEST(what_failed_before_the_journal_is_emitted_anew),
		TEST(a_letter_comes_in_anew_as_from_its_source),
		TEST(many_letters_are_replayed_and_dropped_page_by_page),
		TEST(who_asks_for_many_letters_and_leaves_stops_it),
		TEST(what_was_sealed_needs_the_private_key_to_be_replayed),
		TEST(a_letter_that_nothing_is_left_of_cannot_be_replayed),
		TEST(a_letter_that_cannot_be_read_keeps_its_reason),
		TEST(a_damaged_letter_is_listed_and_can_be_dropped),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
