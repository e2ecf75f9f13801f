/* Option tables: values of every type, ranges, defaults, faults with places. */
#include "option.h"

#include "option_unit.h"
#include "option_value.h"

#include <heard/error.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct inner {
	int64_t first, max;
	const char *must;
};
struct row {
	const char *name;
	int64_t weight;
};
struct self {
	bool flag;
	int64_t count, size, pause;
	double share;
	const char *text, *path, *store, *password, *demanded;
	int mode;
	struct heard_list list, words;
	struct inner group;
	struct heard_rows rows;
	struct heard_map map, words_map;
};

static const char *const modes[] = {"redact", "partial", "hash", NULL};
static const char *const allowed[] = {"phone", "email", NULL};
static const char *const map_words[] = {"taobao", "jd", NULL};
static const struct heard_option inner[] = {
	{"first", HEARD_DURATION(struct inner, first), .value = "1s", .help = "First"},
	{"max", HEARD_INT(struct inner, max), .value = "7", .min = 1, .max = 9, .help = "Max"},
	{"must", HEARD_STRING(struct inner, must), .help = "Demanded in the group"},
	{.name = NULL},
};
static const struct heard_option row[] = {
	{"name", HEARD_STRING(struct row, name), .help = "Name"},
	{"weight", HEARD_INT(struct row, weight), .value = "1", .help = "Weight"},
	{.name = NULL},
};
static const struct heard_option table[] = {
	{"flag", HEARD_BOOL(struct self, flag), .value = "true", .help = "Flag"},
	{"count", HEARD_INT(struct self, count), .value = "3", .min = 1, .max = 4096,
	 .help = "Count"},
	{"big", HEARD_INT(struct self, size), .value = "0", .help = "Without a range"},
	{"max_body", HEARD_SIZE(struct self, size), .value = "64K", .min = 1, .max = 1 << 30,
	 .help = "Size"},
	{"pause", HEARD_DURATION(struct self, pause), .value = "2s", .help = "Pause"},
	{"share", HEARD_REAL(struct self, share), .value = "0.5", .min = 0, .max = 1,
	 .help = "Share"},
	{"text", HEARD_STRING(struct self, text), .value = "web", .help = "Text"},
	{"path", HEARD_PATH(struct self, path), .value = "rules/x.cfg", .help = "Path"},
	{"store", HEARD_STATE_PATH(struct self, store), .value = "x.db", .help = "Store"},
	{"password", HEARD_SECRET(struct self, password), .value = "", .help = "Password"},
	{"mode", HEARD_CHOICE(struct self, mode), .value = "partial", .choices = modes,
	 .help = "Mode"},
	{"list", HEARD_LIST(struct self, list), .value = "[ \"a\", \"b\" ]", .help = "List"},
	{"words", HEARD_LIST(struct self, words), .value = "", .choices = allowed, .min = 0,
	 .max = 3, .help = "Words"},
	{"group", HEARD_GROUP(struct self, group, inner), .help = "Group"},
	{"rows", HEARD_TABLE(struct self, rows, row, struct row), .value = "", .help = "Rows"},
	{"map", HEARD_MAP(struct self, map), .value = "", .help = "Map"},
	{"words_map", HEARD_MAP(struct self, words_map), .value = "", .choices = map_words,
	 .help = "Map that a word may stand for"},
	{.name = NULL},
};

/* ---- a config from a text, parsed into `self` */

static struct {
	char path[64];
	config_t config;
	struct arena arena;
	struct faults faults;
	struct option_secret *secrets;
	struct self self;
} f;

static int set_up(void **state)
{
	(void)state;
	memset(&f, 0, sizeof f);
	strcpy(f.path, "/tmp/heard-option-XXXXXX");
	close(mkstemp(f.path));
	config_init(&f.config);
	arena_init(&f.arena, 1 << 20);
	faults_init(&f.faults);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	config_destroy(&f.config);
	arena_release(&f.arena);
	faults_release(&f.faults);
	unlink(f.path);
	return 0;
}

static struct option_context context(void)
{
	return (struct option_context){.config_folder = "/etc/heard",
				       .state_dir = "/var/lib/heard",
				       .arena = &f.arena,
				       .faults = &f.faults,
				       .where = "filter \"mask\"",
				       .file = f.path,
				       .line = 1,
				       .secrets = &f.secrets};
}

static void parse_with(const struct option_context *ctx, const char *text)
{
	FILE *out = fopen(f.path, "w");
	fputs(text, out);
	fclose(out);
	config_destroy(&f.config);
	config_init(&f.config);
	if (!config_read_file(&f.config, f.path))
		fail_msg("%s", config_error_text(&f.config));
	faults_release(&f.faults);
	memset(&f.self, 0, sizeof f.self);
	option_parse(ctx, table, config_root_setting(&f.config), NULL, &f.self);
}

static void parse(const char *text)
{
	struct option_context ctx = context();
	parse_with(&ctx, text);
}

static void assert_good(const char *text)
{
	parse(text);
	faults_print(&f.faults, stderr);
	assert_int_equal(f.faults.n, 0);
}

/* One fault, in that line, that says this. */
static void assert_fault(const char *text, int line, const char *says)
{
	parse(text);
	if (f.faults.n != 1 || strstr(f.faults.at[0].text, says) == NULL) {
		print_error("for %s wanted \"%s\", got\n", text, says);
		faults_print(&f.faults, stderr);
	}
	assert_int_equal(f.faults.n, 1);
	assert_non_null(strstr(f.faults.at[0].text, says));
	assert_int_equal(f.faults.at[0].line, line);
	assert_string_equal(f.faults.at[0].file, f.path);
}

/* ---- tests */

static void what_is_absent_gets_its_default(void **state)
{
	(void)state;
	assert_good("");
	assert_true(f.self.flag);
	assert_int_equal(f.self.count, 3);
	assert_int_equal(f.self.size, 65536);
	assert_int_equal(f.self.pause, 2000);
	assert_true(f.self.share > 0.49 && f.self.share < 0.51);
	assert_string_equal(f.self.text, "web");
	assert_string_equal(f.self.path, "/etc/heard/rules/x.cfg");
	assert_string_equal(f.self.store, "/var/lib/heard/x.db");
	assert_string_equal(f.self.password, "");
	assert_int_equal(f.self.mode, 1);
	assert_int_equal(f.self.list.n, 2);
	assert_string_equal(f.self.list.at[1], "b");
	assert_int_equal(f.self.words.n, 0);
	assert_int_equal(f.self.group.first, 1000);
	assert_int_equal(f.self.group.max, 7);
	assert_null(f.self.group.must);
	assert_int_equal(f.self.rows.n, 0);
	assert_int_equal(f.self.map.n, 0);
}

static void values_of_every_type_are_read(void **state)
{
	(void)state;
	setenv("HEARD_TEST_WORD", "s3cret", 1);
	assert_good(
		"flag = false; count = 5; max_body = \"1.5K\"; pause = \"1.5h\"; share = 1;\n"
		"text = \"${env:HEARD_TEST_WORD}!\"; path = \"/abs\"; store = \"sub/y\";\n"
		"password = \"${env:HEARD_TEST_WORD}\"; mode = \"hash\";\n"
		"list = \"one\"; words = ( \"email\", \"phone\" );\n"
		"group = { first = \"500ms\"; must = \"x\"; };\n"
		"rows = ( { name = \"a\"; }, { name = \"b\"; weight = 2; } );\n"
		"map = { subject = \"Title\"; body = \"Text\"; };\n");
	assert_false(f.self.flag);
	assert_int_equal(f.self.count, 5);
	assert_int_equal(f.self.size, 1536);
	assert_int_equal(f.self.pause, 5400000);
	assert_true(f.self.share > 0.99);
	assert_string_equal(f.self.text, "s3cret!");
	assert_string_equal(f.self.path, "/abs");
	assert_string_equal(f.self.store, "/var/lib/heard/sub/y");
	assert_string_equal(f.self.password, "s3cret");
	assert_int_equal(f.self.mode, 2);
	assert_int_equal(f.self.list.n, 1);
	assert_string_equal(f.self.list.at[0], "one");
	assert_int_equal(f.self.words.n, 2);
	assert_int_equal(f.self.group.first, 500);
	const struct row *rows = f.self.rows.at;
	assert_int_equal(f.self.rows.n, 2);
	assert_string_equal(rows[1].name, "b");
	assert_int_equal(rows[0].weight, 1);
	assert_int_equal(rows[1].weight, 2);
	assert_int_equal(f.self.map.n, 2);
	assert_string_equal(f.self.map.names[0], "subject");
	assert_string_equal(f.self.map.values[1], "Text");
}

static void a_map_may_be_a_list_of_pairs(void **state)
{
	(void)state;
	assert_good("map = ( { name = \"X-Api-Key\"; value = \"1\"; } );");
	assert_string_equal(f.self.map.names[0], "X-Api-Key");
	assert_fault("map = ( { nme_ = \"X\"; value = \"1\"; } );", 1, "must hold { name");
	assert_fault("map = {\n a = 1; };", 2, "the value of \"a\" must be a text");
}

static void a_word_may_stand_for_a_map(void **state)
{
	(void)state;
	assert_good("words_map = \"taobao\";");
	assert_int_equal(f.self.words_map.n, 1);
	assert_string_equal(f.self.words_map.names[0], "");
	assert_string_equal(f.self.words_map.values[0], "taobao");
	assert_good("words_map = { body = \"Text\"; };");
	assert_string_equal(f.self.words_map.names[0], "body");
	assert_fault("words_map = \"taobaoo\";", 1, "\"taobao\"");
	assert_fault("words_map = 1;", 1, "must be a group of texts");
}

static void a_single_group_is_a_table_of_one(void **state)
{
	(void)state;
	assert_good("rows = { name = \"only\"; };");
	assert_int_equal(f.self.rows.n, 1);
}

static void the_wrong_type_is_told_by_the_right_one(void **state)
{
	(void)state;
	assert_fault("flag = 1;", 1, "filter \"mask\": flag: must be true or false");
	assert_fault("flag = \"true\";", 1, "without quotes");
	assert_fault("count = \"5\";", 1, "must be a whole number");
	assert_fault("count = 1.5;", 1, "must be a whole number");
	assert_fault("share = \"1\";", 1, "must be a number");
	assert_fault("text = 5;", 1, "must be a text in quotes");
	assert_fault("mode = true;", 1, "must be a word in quotes");
	assert_fault("list = 5;", 1, "must be a list of texts");
	assert_fault("list = [ \"a\" ,\"b\" ]; words = ( 1 );", 1, "words: must hold texts");
	assert_fault("group = 5;", 1, "must be a group");
	assert_fault("rows = [ 5 ];", 1, "must be a list of groups");
	assert_fault("rows = ( 5 );", 1, "must hold groups only");
	assert_fault("map = \"x\";", 1, "must be a group of texts");
}

static void durations_and_sizes_want_their_unit(void **state)
{
	(void)state;
	assert_good("pause = 0;");
	assert_int_equal(f.self.pause, 0);
	assert_fault("pause = 30;", 1,
		     "a duration is written in quotes and with its unit: \"30s\"");
	assert_fault("pause = -1;", 1, "cannot be negative");
	assert_fault("pause = \"2x\";", 1, "pause: \"2x\" is not a duration");
	assert_fault("pause = 1.5;", 1, "must be a duration");
	assert_fault("max_body = 65536;", 1, "with its unit: \"64K\"");
	assert_fault("max_body = \"64Q\";", 1, "is not a size");
	assert_fault("max_body = 0;", 1, "0 is not between 1 and 1G");
	assert_fault("max_body = \"2G\";", 1, "2G is not between 1 and 1G");
	assert_fault("max_body = 5000000000;", 1, "does not fit a number without L");
	assert_fault("max_body = 4294967296;", 1, "does not fit a number without L");
}

static void numbers_out_of_range_are_told_with_the_range(void **state)
{
	(void)state;
	assert_fault("count = 0;", 1, "count: 0 is not between 1 and 4096");
	assert_fault("count = 5000;", 1, "5000 is not between 1 and 4096");
	assert_fault("share = 1.5;", 1, "1.5 is not between 0 and 1");
	assert_fault("share = 1e999;", 1, "too large");
	assert_fault("words = [ \"phone\", \"phone\", \"phone\", \"phone\" ];", 1,
		     "4 entries is not between 0 and 3");
}

static void an_integer_that_libconfig_cuts_is_found(void **state)
{
	(void)state;
	assert_fault("big = 5000000000;", 1, "5000000000 needs the suffix L: 5000000000L");
	assert_good("big = 5000000000L;");
	assert_fault("/* a\n comment */ text = \"big = 1;\nx\"; # big = 2\nbig\n = # c\n "
		     "0x1FFFFFFFF;",
		     4, "0x1FFFFFFFF needs the suffix L");
	assert_fault("big = -3000000000;", 1, "-3000000000 needs the suffix L");
	assert_fault("big = 99999999999999999999;", 1, "too large");
	assert_fault("big = 99999999999999999999L;", 1, "too large");
	assert_fault("share = 4294967296;", 1, "needs the suffix L");
	assert_good("big = 2147483647;");
	assert_good("big = -2147483648;");
	assert_good("big = 0x7FFFFFFF;");
	assert_fault("rows = ( { name = \"a\"; weight = 1; }, { name = \"b\"; weight = "
		     "4294967298; } );",
		     1, "rows 2: weight: 4294967298 needs the suffix L");
}

static void words_that_are_no_choice_get_the_nearest(void **state)
{
	(void)state;
	assert_fault("mode = \"partal\";", 1,
		     "\"partal\" is none of \"redact\", \"partial\", \"hash\"; did you mean "
		     "\"partial\"?");
	assert_fault("mode = \"xyzzy\";", 1, "is none of");
	assert_fault("words = [ \"emial\" ];", 1, "did you mean \"email\"?");
}

static void unknown_members_get_the_nearest(void **state)
{
	(void)state;
	assert_fault("flag = true;\nmod = \"hash\";", 2,
		     "filter \"mask\": unknown option \"mod\"; did you mean \"mode\"?");
	assert_fault("xyzzyx = 1;", 1, "unknown option \"xyzzyx\"");
	assert_fault(
		"group = { must = \"x\";\n firrst = \"1s\"; };", 2,
		"filter \"mask\": group: unknown option \"firrst\"; did you mean \"first\"?");
}

static void members_of_others_are_passed_over(void **state)
{
	(void)state;
	static const char *const also[] = {"plugin", NULL};
	struct option_context ctx = context();
	parse("");
	config_setting_t *root = config_root_setting(&f.config);
	config_setting_add(root, "plugin", CONFIG_TYPE_STRING);
	option_parse(&ctx, table, root, also, &f.self);
	assert_int_equal(f.faults.n, 0);
}

static void what_a_present_group_demands_is_demanded(void **state)
{
	(void)state;
	assert_fault("text = \"\";\ngroup = { };", 2,
		     "filter \"mask\": group: needs the option \"must\"");
	assert_fault("group = { must = \"\"; };", 1, "must: must not be empty");
	assert_fault("\nrows = ( { name = \"a\"; },\n { weight = 2; } );", 3,
		     "rows 2: needs the option \"name\"");
}

static void all_faults_are_told_in_the_order_of_their_lines(void **state)
{
	(void)state;
	parse("pause = \"2x\";\ncount = 0;\nmod = 1;\ntext = \"${env:HEARD_NO_SUCH}\";\n"
	      "path = \"${file:none}\";\n");
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	faults_print(&f.faults, out);
	fclose(out);
	int line = 1;
	for (char *at = strtok(text, "\n"); at; at = strtok(NULL, "\n"), line++) {
		char wanted[128];
		snprintf(wanted, sizeof wanted, "%s:%d: filter \"mask\": ", f.path, line);
		assert_memory_equal(at, wanted, strlen(wanted));
	}
	assert_int_equal(line, 6);
	free(text);
}

static void a_secret_is_never_in_a_fault_and_is_wiped(void **state)
{
	(void)state;
	static const struct heard_option strict[] = {
		{"password", HEARD_SECRET(struct self, password), .value = "", .min = 1,
		 .max = 4, .help = "Short"},
		{.name = NULL},
	};
	setenv("HEARD_TEST_WORD", "hunter2", 1);
	struct option_context ctx = context();
	parse("password = \"${env:HEARD_TEST_WORD}\";");
	config_setting_t *root = config_root_setting(&f.config);
	option_parse(&ctx, strict, root, NULL, &f.self);
	assert_int_equal(f.faults.n, 1);
	assert_null(strstr(f.faults.at[0].text, "hunter2"));
	assert_string_equal(f.self.password, "hunter2");
	option_wipe(f.secrets);
	assert_string_equal(f.self.password, "");
}

static void references_stay_when_asked_to(void **state)
{
	(void)state;
	struct option_context ctx = context();
	ctx.as_written = true;
	parse_with(&ctx, "text = \"${env:HEARD_NO_SUCH}\"; path = \"${file:x}/y\"; "
			 "pause = \"${env:HEARD_TEST_PAUSE}\";");
	assert_int_equal(f.faults.n, 1); /* a number has to be one */
	assert_string_equal(f.self.text, "${env:HEARD_NO_SUCH}");
	assert_string_equal(f.self.path, "${file:x}/y");
	setenv("HEARD_TEST_PAUSE", "3s", 1);
	parse_with(&ctx, "pause = \"${env:HEARD_TEST_PAUSE}\";");
	assert_int_equal(f.self.pause, 3000);
}

static void what_is_not_a_group_is_survived(void **state)
{
	(void)state;
	struct option_context ctx = context();
	option_parse(&ctx, table, NULL, NULL, &f.self);
	assert_int_equal(f.faults.n, 0);
	assert_int_equal(f.self.count, 3);
}

/* ---- tables */

static void assert_table_fault(const struct heard_option *bad, const char *says)
{
	struct heard_error err = {.text = ""};
	assert_true(option_check_table(bad, &err) < 0);
	if (strstr(err.text, says) == NULL)
		print_error("\"%s\" is not in \"%s\"\n", says, err.text);
	assert_non_null(strstr(err.text, says));
}

static void a_good_table_passes(void **state)
{
	(void)state;
	static const struct heard_option good[] = {
		{"count", HEARD_INT(struct self, count), .value = "3", .min = 1, .max = 4096,
		 .help = "Count"},
		{"demanded", HEARD_STRING(struct self, demanded), .help = "Demanded"},
		{.name = NULL},
	};
	struct heard_error err;
	assert_int_equal(option_check_table(good, &err), 0);
	assert_int_equal(option_check_table(table, &err), 0);
	assert_true(option_table_fits(table, sizeof(struct self)));
	assert_false(option_table_fits(table, sizeof(struct self) - 1));
	assert_false(option_table_fits(good, 8));
}

static void a_malformed_table_is_refused(void **state)
{
	(void)state;
#define TABLE(...)                    \
	(const struct heard_option[]) \
	{                             \
		__VA_ARGS__,          \
		{                     \
			.name = NULL  \
		}                     \
	}
#define COUNT HEARD_INT(struct self, count)
	assert_table_fault(TABLE({"Count", COUNT, .value = "1", .help = "X"}), "lower_snake");
	assert_table_fault(TABLE({"a__b", COUNT, .value = "1", .help = "X"}), "lower_snake");
	assert_table_fault(TABLE({"a", COUNT, .value = "x", .help = "X"}), "default");
	assert_table_fault(TABLE({"a", COUNT, .value = "0", .min = 1, .max = 2, .help = "X"}),
			   "0 is not between 1 and 2");
	assert_table_fault(TABLE({"a", COUNT, .value = "1", .help = "One sentence."}), "help");
	assert_table_fault(TABLE({"a", COUNT, .value = "1"}), "help");
	assert_table_fault(TABLE({"a", .type = (enum heard_option_type)99, .help = "X"}),
			   "type");
	assert_table_fault(
		TABLE({"a", HEARD_CHOICE(struct self, mode), .value = "x", .help = "X"}),
		"without choices");
	assert_table_fault(TABLE({"a", HEARD_CHOICE(struct self, mode), .value = "x",
				  .choices = modes, .help = "X"}),
			   "is none of");
	assert_table_fault(
		TABLE({"a", HEARD_SECRET(struct self, text), .value = "x", .help = "X"}),
		"a secret with a default");
	assert_table_fault(TABLE({"a", .type = HEARD_TYPE_TABLE, .value = "", .help = "X"}),
			   "no table");
	assert_table_fault(TABLE({"a", COUNT, .value = "1", .help = "X"},
				 {"a", COUNT, .value = "1", .help = "X"}),
			   "is there twice");
	static struct heard_option endless[2];
	endless[0] = (struct heard_option){.name = "a",
					   .type = HEARD_TYPE_GROUP,
					   .value = "",
					   .row = endless,
					   .help = "X"};
	assert_table_fault(endless, "too deep");
	assert_false(option_table_fits(endless, 1000));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_absent_gets_its_default),
		TEST(values_of_every_type_are_read),
		TEST(a_map_may_be_a_list_of_pairs),
		TEST(a_word_may_stand_for_a_map),
		TEST(a_single_group_is_a_table_of_one),
		TEST(the_wrong_type_is_told_by_the_right_one),
		TEST(durations_and_sizes_want_their_unit),
		TEST(numbers_out_of_range_are_told_with_the_range),
		TEST(an_integer_that_libconfig_cuts_is_found),
		TEST(words_that_are_no_choice_get_the_nearest),
		TEST(unknown_members_get_the_nearest),
		TEST(members_of_others_are_passed_over),
		TEST(what_a_present_group_demands_is_demanded),
		TEST(all_faults_are_told_in_the_order_of_their_lines),
		TEST(a_secret_is_never_in_a_fault_and_is_wiped),
		TEST(references_stay_when_asked_to),
		TEST(what_is_not_a_group_is_survived),
		cmocka_unit_test(a_good_table_passes),
		cmocka_unit_test(a_malformed_table_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
