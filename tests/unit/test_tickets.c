/*
 * test_tickets.c - the commands of the output `tickets`, as its shared object
 * offers them, on a store with a few records.
 */
#include "store_fixture.h"

#include "host.h"

#include "output/tickets/tickets.h"

#include <heard/command.h>
#include <heard/json.h>
#include <heard/plugin.h>

#include <dlfcn.h>
#include <labelled/labelled.h>
#include <libgen.h>

static const struct heard_plugin *plugin;
static char output[1 << 16], errors[4096];

/* BUILD/tests/unit/test_tickets -> BUILD/plugins/output/tickets.so */
static void load_plugin(void)
{
	char self[4096], path[4200];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (plugin || n <= 0)
		return;
	self[n] = '\0';
	const char *given = getenv("HEARD_TICKETS_SO");
	snprintf(path, sizeof(path), "%s/../../plugins/output/tickets.so", dirname(self));
	void *so = dlopen(given ? given : path, RTLD_NOW | RTLD_LOCAL);
	if (!so)
		fail_msg("%s (make builds it before the tests)", dlerror());
	plugin = dlsym(so, "heard_plugin");
}

static const char *const agents[] = {"li", "wang"};
static const struct department_row departments[] = {
	{.name = "logistics", .lead = "chen", .agents = {agents, 2}},
	{.name = "tech", .lead = "", .agents = {agents + 1, 1}},
};

/* As the option table has them, and two departments. */
static void defaults(struct tickets *self, const char *database)
{
	*self = (struct tickets){
		.database = database,
		.public_url = "",
		.departments = {departments, 2},
		.calendar = {.hours = "24h", .days = "mon-sun", .folder = "", .timezone = ""},
		.follow_up = {.after = 3600000, .expires = 1209600000, .bad = 2},
		.reach = {.customers = 5, .window = 86400000},
		.contacts = 3,
		.reopen = 1209600000,
	};
}

/* Runs a command with words separated by '|'; its exit code. */
static int run(struct fixture *f, const char *words, const char *input, bool json)
{
	struct tickets self;
	defaults(&self, f->path);
	struct conf conf = {.timezone = "Asia/Shanghai"};
	struct heard_host host = {.conf = &conf, .full_name = (char[]){"shop/tickets"}};
	char text[1024], *argv[16];
	int argc = 0;
	load_plugin();
	assert_int_equal(plugin->self_size, sizeof(self));
	snprintf(text, sizeof(text), "%s", words);
	for (char *word = strtok(text, "|"); word; word = strtok(NULL, "|"))
		argv[argc++] = word;
	memset(output, 0, sizeof(output));
	memset(errors, 0, sizeof(errors));
	struct heard_call call = {.argc = argc, .argv = argv, .json = json, .host = &host};
	call.in = fmemopen((void *)(input ? input : "-"), input ? strlen(input) : 1, "r");
	call.out = fmemopen(output, sizeof(output), "w");
	call.err = fmemopen(errors, sizeof(errors), "w");
	const struct heard_command *command = plugin->commands;
	while (command->name && strcmp(command->name, argv[0]) != 0)
		command++;
	assert_non_null(command->name);
	int code = command->run(&self, &call);
	fclose(call.in);
	fclose(call.out);
	fclose(call.err);
	heard_zone_destroy(host.zone);
	return code;
}

static void put_examples(struct fixture *f)
{
	struct store_record rec = a_complaint(f, 1, "快递太慢了，包装也破了");
	rec.department = HEARD_STR_OF("logistics");
	put(f, rec);
	rec = a_complaint(f, 2, "fire");
	rec.priority = HEARD_STR_OF("high");
	rec.subject = HEARD_STR_OF("sealed:AbC-_9 \x1b[31mhot");
	rec.line = HEARD_STR_OF(
		"{\"id\":\"00000002-0000-7000-8000-000000000000\",\"body\":\"it burns\","
		"\"author\":{\"email\":\"sealed:AbC\"}}");
	put(f, rec);
	put(f, a_record(f, 3, "thank you"));
}

static void list_prints_the_urgent_first_and_nothing_dangerous(void **state)
{
	struct fixture *f = *state;
	put_examples(f);
	assert_int_equal(run(f, "list", NULL, false), 0);
	char *high = strstr(output, "high"), *medium = strstr(output, "medium");
	assert_true(high && medium && high < medium);
	assert_non_null(strstr(output, "快递太慢了"));
	assert_non_null(strstr(output, "sealed [31mhot"));
	assert_null(strchr(output, '\x1b'));
	assert_null(strstr(output, "AbC"));
	assert_int_equal(run(f, "list|--department=logistics", NULL, false), 0);
	assert_null(strstr(output, "high"));
	assert_int_equal(run(f, "list|--limit|1", NULL, false), 0);
	assert_non_null(strstr(output, "1 more"));
	assert_int_equal(run(f, "list|--state|resolved", NULL, false), 0);
	assert_string_equal(output, "No such ticket.\n");
}

static void show_tells_of_threads_and_of_what_came_back(void **state)
{
	struct fixture *f = *state;
	struct store_record rec = a_word(f, 1, "p", "late", NOW);
	rec.source_id = HEARD_STR_OF("m1");
	put(f, rec);
	rec = a_word(f, 2, "q", "stranger", NOW);
	rec.in_reply_to = HEARD_STR_OF("m1");
	put(f, rec);
	answer_it(f, 2, "sorry", NOW);
	rec = a_word(f, 3, "mailer", "undelivered", NOW);
	rec.line = HEARD_STR_OF("{\"id\":\"00000003-0000-7000-8000-000000000000\",\"body\":"
				"\"no such user\",\"attributes\":{\"mail.automatic\":"
				"\"bounce\"}}");
	rec.mail = (struct store_mail){.automatic = STORE_MAIL_BOUNCE,
				       .answers = 2,
				       .event = HEARD_STR("answer-1"),
				       .is_failure = true,
				       .status = HEARD_STR("5.1.1")};
	put(f, rec);
	assert_int_equal(run(f, "show|2", NULL, false), 0);
	assert_non_null(
		strstr(output, "related        ticket 1: the same conversation, but another"));
	assert_non_null(strstr(output, "undelivered    1 mail to the customer came back"));
	assert_non_null(strstr(output, "a program (bounce)\n    no such user\n"));
	assert_non_null(strstr(output, "our answer to the customer came back (5.1.1)"));
	assert_int_equal(run(f, "show|2", NULL, true), 0);
	assert_non_null(strstr(output, "\"who\":\"program\",\"automatic\":\"bounce\""));
	assert_int_equal(run(f, "show|1", NULL, false), 0);
	assert_null(strstr(output, "related"));
	assert_null(strstr(output, "undelivered"));
}

static void list_json_has_exactly_the_promised_members(void **state)
{
	struct fixture *f = *state;
	static const char *const names[] = {"id",
					    "token",
					    "state",
					    "priority",
					    "category",
					    "department",
					    "assignee",
					    "intent",
					    "subject",
					    "channel",
					    "product",
					    "received_at",
					    "first_response_due",
					    "first_response_at",
					    "resolution_due",
					    "resolved_at",
					    "round",
					    "contacts",
					    "reach",
					    "author_key"};
	put_examples(f);
	assert_int_equal(run(f, "list", NULL, true), 0);
	struct heard_json_doc *doc = heard_json_parse(heard_str_trim(heard_str(output)),
						      sizeof(output), &f->err);
	assert_non_null(doc);
	const struct heard_json *first = heard_json_root(doc)->first;
	size_t n = 0;
	for (const struct heard_json *m = first->first; m; m = m->next, n++) {
		assert_true(n < 20);
		assert_true(heard_str_is(m->key, names[n]));
	}
	assert_int_equal(n, 20);
	assert_int_equal(heard_json_member(first, "id")->integer, 2);
	assert_true(heard_str_is(heard_json_string(first, "first_response_due"),
				 "2026-01-02T03:34:05.678Z"));
	heard_json_destroy(doc);
}

static void show_tells_what_was_said_and_what_happened(void **state)
{
	struct fixture *f = *state;
	put_examples(f);
	assert_int_equal(run(f, "note|2|-", "called the customer\n", false), 0);
	assert_int_equal(run(f, "status|2|open|--reason|on it", NULL, false), 0);
	assert_string_equal(output, "Ticket 2 is now open.\n");
	assert_int_equal(run(f, "show|2", NULL, false), 0);
	assert_non_null(strstr(output, "2026-01-02 11:04"));
	assert_non_null(strstr(output, "it burns"));
	assert_non_null(strstr(output, "email: sealed\n"));
	assert_non_null(strstr(output, "called the customer"));
	assert_non_null(strstr(output, "new -> open  on it"));
	assert_null(strstr(output, "AbC"));
	assert_int_equal(run(f, "show|#2", NULL, true), 0);
	assert_non_null(strstr(output, "\"conversation\":[{\"kind\":\"record\""));
	assert_non_null(
		strstr(output, "\"from\":\"new\",\"to\":\"open\",\"reason\":\"on it\"}]}"));
}

static void wrong_use_is_told_apart_from_failure(void **state)
{
	struct fixture *f = *state;
	put_examples(f);
	assert_int_equal(run(f, "status|2|asleep", NULL, false), 2);
	assert_int_equal(run(f, "status|2", NULL, false), 2);
	assert_int_equal(run(f, "list|--colour|red", NULL, false), 2);
	assert_int_equal(run(f, "list|--limit|0", NULL, false), 2);
	assert_int_equal(run(f, "list|--limit", NULL, false), 2);
	assert_int_equal(run(f, "note|2|  ", NULL, false), 2);
	assert_int_equal(run(f, "show", NULL, false), 2);
	assert_int_equal(run(f, "search", NULL, false), 2);
	assert_int_equal(run(f, "assign|2", NULL, false), 2);
	assert_int_equal(run(f, "reopen|2", NULL, false), 2);
	assert_int_equal(run(f, "merge|2", NULL, false), 2);
	assert_int_equal(run(f, "publish|2", NULL, false), 2);
	assert_int_equal(run(f, "reply|2|  ", NULL, false), 2);
	assert_int_equal(run(f, "erase|--person|x", NULL, false), 2);
	assert_int_equal(run(f, "note|2|\xc4\xfa\xba\xc3", NULL, false), 2);
	assert_int_equal(run(f, "reply|2|-", "\xc4\xfa\xba\xc3", false), 2);
	assert_non_null(strstr(errors, "must be UTF-8"));
	assert_int_equal(run(f, "export|--format|xml", NULL, false), 2);
	assert_int_equal(run(f, "search|***", NULL, false), 1);
	assert_int_equal(run(f, "show|99", NULL, false), 1);
	assert_string_equal(errors, "show: there is no ticket 99\n");
	assert_int_equal(run(f, "status|2|reopened", NULL, false), 1);
	assert_non_null(strstr(errors, "it can become: open, waiting, resolved, closed, spam"));
}

static void search_finds_two_characters(void **state)
{
	struct fixture *f = *state;
	put_examples(f);
	assert_int_equal(run(f, "search|包装", NULL, false), 0);
	assert_non_null(strstr(output, "快递太慢了"));
	assert_int_equal(run(f, "search|thank|you", NULL, true), 0);
	assert_non_null(strstr(output, "\"ticket\":null"));
	assert_int_equal(run(f, "search|nothing", NULL, false), 0);
	assert_string_equal(output, "Nothing found.\n");
}

static void search_shows_a_person_the_newest_and_a_program_all(void **state)
{
	struct fixture *f = *state;
	int n = 0;
	for (unsigned i = 1; i <= 25; i++)
		put(f, a_record(f, i, "parcel"));
	assert_int_equal(run(f, "search|parcel", NULL, false), 0);
	assert_non_null(strstr(output, "the newest 20; --limit N shows more"));
	assert_int_equal(run(f, "search|parcel", NULL, true), 0);
	for (const char *p = output; (p = strstr(p, "\"ticket\":")); p++)
		n++;
	assert_int_equal(n, 25);
	assert_int_equal(run(f, "search|parcel|--limit|1", NULL, true), 0);
	assert_null(strstr(strstr(output, "\"ticket\":") + 1, "\"ticket\":"));
}

/* ---- acts */

static void an_owner_changes_only_with_a_reason(void **state)
{
	struct fixture *f = *state;
	put_examples(f);
	assert_int_equal(run(f, "assign|1|--to|li", NULL, false), 0);
	assert_string_equal(output, "Ticket 1 belongs to li, logistics.\n");
	assert_int_equal(run(f, "assign|1|--to|wang", NULL, false), 1);
	assert_non_null(strstr(errors, "say why"));
	assert_int_equal(run(f, "assign|1|--to|wang|--reason|on leave", NULL, true), 0);
	assert_non_null(strstr(output, "\"assignee\":\"wang\""));
	assert_int_equal(run(f, "assign|1|--to|wnag|--reason|x", NULL, false), 1);
	assert_non_null(strstr(errors, "did you mean \"wang\"?"));
	assert_int_equal(run(f, "assign|1|--department|tech|--reason|theirs", NULL, false), 0);
	assert_string_equal(output, "Ticket 1 belongs to wang, tech.\n");
	assert_int_equal(run(f, "list|--assignee|wang", NULL, false), 0);
	assert_non_null(strstr(output, "快递太慢了"));
	assert_null(strstr(output, "high"));
	assert_int_equal(run(f, "list|--assignee|-", NULL, false), 0);
	assert_null(strstr(output, "快递太慢了"));
}

static void an_answer_is_given_once_for_each_key(void **state)
{
	struct fixture *f = *state;
	put_examples(f);
	assert_int_equal(run(f, "reply|1|-|--key|k1", "您好，已重新发货。\n", true), 0);
	assert_string_equal(output, "[{\"ticket\":1,\"answer\":1}]\n");
	assert_int_equal(run(f, "reply|1|again|--key|k1", NULL, true), 0);
	assert_string_equal(output, "[{\"ticket\":1,\"answer\":1}]\n");
	assert_int_equal(run(f, "reply|2|other|--key|k1", NULL, false), 1);
	assert_int_equal(run(f, "show|1", NULL, false), 0);
	assert_non_null(strstr(output, "(waiting)\n    您好，已重新发货。\n"));
	assert_non_null(strstr(output, "first response missed "));
	assert_null(strstr(output, "again"));
}

static void all_who_say_the_same_are_answered_each_in_his_ticket(void **state)
{
	struct fixture *f = *state;
	static const char *const people[] = {"a", "b", "c"};
	for (unsigned i = 0; i < 3; i++) {
		struct store_record rec = a_complaint(f, i + 1, "付款失败 无法支付");
		rec.author_key = heard_str(people[i]);
		put(f, rec);
	}
	assert_int_equal(run(f, "reply|2|已修复|--all|--key|k", NULL, true), 0);
	assert_non_null(strstr(output, "{\"ticket\":1,\"answer\""));
	assert_non_null(strstr(output, "{\"ticket\":2,\"answer\""));
	assert_non_null(strstr(output, "{\"ticket\":3,\"answer\""));
	assert_null(strstr(output, "\"answer\":4"));
	assert_int_equal(run(f, "reply|2|已修复|--all|--key|k", NULL, false), 0);
	assert_string_equal(output, "3 tickets have the answer.\n");
	assert_int_equal(run(f, "list", NULL, false), 0);
	assert_non_null(strstr(output, "3~"));
	assert_int_equal(run(f, "show|1", NULL, true), 0);
	assert_non_null(strstr(output, "\"members\":[2,3]"));
}

static void merged_reopened_published_and_erased(void **state)
{
	struct fixture *f = *state;
	struct store_record rec = a_complaint(f, 9, "secretword");
	put_examples(f);
	rec.author_key = HEARD_STR_OF("person");
	rec.line = HEARD_STR_OF("{\"id\":\"00000009-0000-7000-8000-000000000000\",\"body\":"
				"\"secretword\",\"author\":{\"key\":\"person\"}}");
	put(f, rec);
	assert_int_equal(run(f, "merge|1|2|--reason|same box", NULL, false), 0);
	assert_string_equal(output, "Ticket 1 is now a part of ticket 2.\n");
	assert_int_equal(run(f, "status|2|resolved", NULL, false), 0);
	assert_int_equal(run(f, "reopen|2|--reason|not yet", NULL, true), 0);
	assert_non_null(strstr(output, "\"state\":\"reopened\""));
	assert_int_equal(run(f, "publish|2|Boxes that burn", NULL, false), 0);
	assert_int_equal(run(f, "show|2", NULL, false), 0);
	assert_non_null(strstr(output, "on the board   Boxes that burn"));
	assert_int_equal(run(f, "publish|2|--off", NULL, false), 0);
	assert_int_equal(run(f, "erase|--person|person|--reason|asked", NULL, false), 0);
	assert_string_equal(output, "2 records and tickets were erased.\n");
	assert_int_equal(run(f, "export", NULL, false), 0);
	assert_null(strstr(output, "secretword"));
	assert_int_equal(run(f, "erase|--person|person|--reason|asked", NULL, false), 1);
}

static void an_export_runs_nothing_in_a_spreadsheet(void **state)
{
	struct fixture *f = *state;
	struct store_record rec = a_complaint(f, 1, "x");
	rec.subject = HEARD_STR_OF("=HYPERLINK(\"http://evil\",\"快递, 慢\")");
	put(f, rec);
	assert_int_equal(run(f, "export|--format|csv", NULL, false), 0);
	assert_int_equal(memcmp(output,
				"\xef\xbb\xbf"
				"id,state,prio",
				16),
			 0);
	assert_non_null(
		strstr(output, ",\"'=HYPERLINK(\"\"http://evil\"\",\"\"快递, 慢\"\")\","));
	assert_non_null(strstr(output, "\r\n1,\""));
	assert_int_equal(run(f, "export|--state|spam", NULL, false), 0);
	assert_string_equal(output, "");
}

static void an_export_guards_what_programs_pass_over(void **state)
{
	struct fixture *f = *state;
	struct store_record rec = a_complaint(f, 1, "x");
	rec.subject = HEARD_STR_OF("\xef\xbb\xbf　＝1+1");
	put(f, rec);
	assert_int_equal(run(f, "export|--format|csv", NULL, false), 0);
	assert_non_null(strstr(output, ",\"'\xef\xbb\xbf　＝1+1\","));
}

static int is_example(void *arg, const struct labelled *l)
{
	int *n = arg;
	*n += heard_str_is(l->label, "complaint") && heard_str_is(l->body, "=慢\n很慢");
	return 0;
}

static void an_export_has_the_words_if_asked(void **state)
{
	struct fixture *f = *state;
	put(f, a_complaint(f, 1, "=慢\\n很慢"));
	assert_int_equal(run(f, "export", NULL, false), 0);
	assert_null(strstr(output, "\"body\""));
	assert_int_equal(run(f, "export|--body", NULL, false), 0);
	assert_non_null(strstr(output, ",\"body\":\"=慢\\n很慢\"}\n"));
	int examples = 0;
	assert_int_equal(labelled_read(heard_str(output),
				       &(struct labelled_columns){.field = "intent"},
				       is_example, &examples, &f->err),
			 0);
	assert_int_equal(examples, 1);
	assert_int_equal(run(f, "export|--format|csv|--body", NULL, false), 0);
	assert_non_null(strstr(output, ",author_key,body\r\n1,"));
	assert_non_null(strstr(output, ",\"'=慢 很慢\"\r\n"));
}

static void a_missing_store_is_told_in_a_sentence(void **state)
{
	struct fixture *f = *state;
	struct fixture none = *f;
	snprintf(none.path, sizeof(none.path), "%s/none.db", f->folder);
	assert_int_equal(run(&none, "list", NULL, false), 1);
	assert_non_null(strstr(errors, "does not exist yet"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(list_prints_the_urgent_first_and_nothing_dangerous),
		TEST(show_tells_of_threads_and_of_what_came_back),
		TEST(list_json_has_exactly_the_promised_members),
		TEST(show_tells_what_was_said_and_what_happened),
		TEST(wrong_use_is_told_apart_from_failure),
		TEST(search_finds_two_characters),
		TEST(search_shows_a_person_the_newest_and_a_program_all),
		TEST(an_owner_changes_only_with_a_reason),
		TEST(an_answer_is_given_once_for_each_key),
		TEST(all_who_say_the_same_are_answered_each_in_his_ticket),
		TEST(merged_reopened_published_and_erased),
		TEST(an_export_runs_nothing_in_a_spreadsheet),
		TEST(an_export_guards_what_programs_pass_over),
		TEST(an_export_has_the_words_if_asked),
		TEST(a_missing_store_is_told_in_a_sentence),
	};
	return cmocka_run_group_tests_name("tickets", tests, NULL, NULL);
}
