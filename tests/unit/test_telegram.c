/*
 * test_telegram.c - updates as records, what of groups is ours, and what an answer means.
 */
#include "input/telegram/telegram.c"

static struct telegram self = {.token = "4711:x",
			       .username = "shop_bot",
			       .social = {.base_url = "https://t.test", .channel = "social"}};

static struct social_source source = {&self, NULL};

#include "social_fixture.h"

/* Of one message with these members more. */
static void check(const char *member, const char *chat, const char *more, const char *wanted)
{
	char raw[1024];
	snprintf(raw, sizeof(raw),
		 "{\"ok\":true,\"result\":[{\"update_id\":1001,\"%s\":{\"message_id\":7,"
		 "\"date\":"
		 "1770000000,\"from\":{\"id\":5,\"is_bot\":false},\"chat\":%s%s}}]}",
		 member, chat, more);
	decodes_as(raw, "", wanted);
}

static const char private[] = "{\"id\":5,\"type\":\"private\"}";
static const char group[] = "{\"id\":-9,\"type\":\"supergroup\"}";

static void messages_are_records(void **state)
{
	(void)state;
	check("message", private, ",\"text\":\"a <b>&amp;\"", "5:7|a <b>&amp;|5\n");
	check("edited_message", private, ",\"text\":\"b\",\"edit_date\":1770000001",
	      "5:7|b|5\n");
	check("message", private, ",\"voice\":{\"file_id\":\"f\"}", "5:7|[voice]|5\n");
	check("message", private, ",\"new_thing\":{}", "5:7|[message]|5\n");
	check("message", private, ",\"photo\":[],\"caption\":\"c\"", "5:7|c|5\n");
	check("message", private, ",\"text\":\"/start x\"", "dropped\n");
	check("channel_post", private, ",\"text\":\"x\"", "dropped\n");
	check("message", "{\"id\":3}", ",\"text\":\"x\"", "dropped\n");
}

static void a_group_is_heard_when_it_speaks_to_us(void **state)
{
	static const char to_us[] = "-9:7|hi @SHOP_bot|-9/5\n";
	(void)state;
	self.groups = GROUPS_MENTIONS;
	check("message", group, ",\"text\":\"hi all @shop\"", "dropped\n");
	check("message", group, ",\"text\":\"hi @SHOP_bot\"", to_us);
	check("message", group, ",\"text\":\"x\",\"reply_to_message\":{\"from\":{\"id\":4711}}",
	      "-9:7|x|-9/5\n");
	check("message", group,
	      ",\"text\":\"x\",\"entities\":[{\"type\":\"text_mention\",\"user\":{\"id\":4711}}"
	      "]",
	      "-9:7|x|-9/5\n");
	self.groups = GROUPS_ALL;
	check("message", group, ",\"text\":\"x\"", "-9:7|x|-9/5\n");
	self.groups = GROUPS_NONE;
	check("message", group, ",\"text\":\"hi @shop_bot\"", "dropped\n");
}

static void what_is_posted_and_makes_no_sense_is_dead(void **state)
{
	(void)state;
	decodes_as("{\"result\":[{]}", "webhook", "1 pieces\n");
	decodes_as("{\"result\":[{]}", "", "refused: -74\n");
	decodes_as("{\"result\":[{}, 1, {\"update_id\":1}]}", "webhook", "dropped\n2 pieces\n");
}

static void the_offset_is_above_the_last(void **state)
{
	char out[STATE_TEXT];
	(void)state;
	reads_as(&source, "", "{\"ok\":true,\"result\":[]}", NULL, "");
	read_page_of(&source, "",
		     "{\"result\":[{\"update_id\":9},{\"update_id\":8},{\"update_id\":\"x\"}]}",
		     NULL, out);
	assert_memory_equal(out, "10 ", 3);
	assert_string_equal(out + strlen(out) - 2, " +");
	reads_as(&source, "", "[]", NULL, "the answer is no list that can be read");
}

static void an_address_ends_where_its_view_ends(void **state)
{
	static const char bytes[] = "-100200/77123";
	(void)state;
	assert_int_equal(social_number(heard_str_n(bytes, 13)), -100200);
	assert_int_equal(social_number(heard_str_n(bytes + 8, 2)), 77);
	assert_int_equal(social_number(heard_str_n(bytes, 4)), -100);
	assert_int_equal(social_number(heard_str_n(bytes, 1)), 0);
	assert_int_equal(social_number(heard_str_n(NULL, 0)), 0);
}

static void what_a_refusal_means(void **state)
{
	static const struct meaning cases[] = {
		{200, RESPOND_SENT, "{\"ok\":true}", -1, 0},
		{429, RESPOND_AGAIN, "{\"parameters\":{\"retry_after\":7}}", 3000, 7000},
		{429, RESPOND_AGAIN, "no JSON", 3000, 3000},
		{403, RESPOND_REFUSED, "{}", 3000, 3000},
		{401, RESPOND_LOGIN, "{}", 3000, 3000},
		{404, RESPOND_LOGIN, "{}", 3000, 3000},
		{400, RESPOND_REFUSED, "{\"parameters\":{\"retry_after\":-1}}", 3000, 3000},
	};
	(void)state;
	means(cases, sizeof(cases) / sizeof(cases[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_are_records),
		cmocka_unit_test(a_group_is_heard_when_it_speaks_to_us),
		cmocka_unit_test(what_is_posted_and_makes_no_sense_is_dead),
		cmocka_unit_test(the_offset_is_above_the_last),
		cmocka_unit_test(an_address_ends_where_its_view_ends),
		cmocka_unit_test(what_a_refusal_means),
	};
	return cmocka_run_group_tests_name("telegram", tests, setup, teardown);
}
