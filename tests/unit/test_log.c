/* Logs: both forms, levels, one line each, limits, reopening, quoting. */
#include "log.h"

#include "utf8.h"

#include <heard/json.h>

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static char path[] = "/tmp/heard-test-log-XXXXXX";
static char text[1 << 20];

static void open_log(enum heard_level level, bool json)
{
	unlink(path);
	struct log_options options = {.level = level, .json = json, .file = path};
	log_open(&options);
}

static const char *logged(void)
{
	FILE *f = fopen(path, "r");
	size_t n = f ? fread(text, 1, sizeof text - 1, f) : 0;
	text[n] = '\0';
	if (f)
		fclose(f);
	return text;
}

static unsigned lines(void)
{
	unsigned n = 0;
	for (const char *p = logged(); *p; p++)
		n += *p == '\n';
	return n;
}

static void a_text_line_has_time_level_and_who(void **state)
{
	(void)state;
	open_log(HEARD_INFO, false);
	log_line(HEARD_NOTICE, "journal", "recovered %d groups", 12);
	const char *line = logged();
	assert_int_equal(line[23], 'Z');
	assert_string_equal(line + 24, " notice journal: recovered 12 groups\n");
	open_log(HEARD_INFO, false);
	log_line(HEARD_ERROR, NULL, "alone");
	assert_string_equal(logged() + 24, " error alone\n");
}

static void a_json_line_can_be_parsed(void **state)
{
	(void)state;
	open_log(HEARD_INFO, true);
	log_line(HEARD_WARN, "a\"b", "tab\there, line\nthere, bad \xFF byte");
	struct heard_str line = heard_str(logged());
	assert_int_equal(lines(), 1);
	struct heard_json_doc *doc = heard_json_parse(line, 10000, NULL);
	assert_non_null(doc);
	const struct heard_json *root = heard_json_root(doc);
	assert_true(heard_str_is(heard_json_string(root, "level"), "warn"));
	assert_true(heard_str_is(heard_json_string(root, "who"), "a\"b"));
	assert_true(heard_str_is(heard_json_string(root, "text"),
				 "tab\there, line\nthere, bad \xEF\xBF\xBD byte"));
	heard_json_destroy(doc);
}

static void a_line_stays_one_line(void **state)
{
	(void)state;
	open_log(HEARD_INFO, false);
	log_line(HEARD_INFO, "x", "one\ntwo\x1b[31m\r\n");
	assert_int_equal(lines(), 1);
	assert_null(strchr(logged(), '\x1b'));
}

static void what_is_not_wanted_is_not_written(void **state)
{
	(void)state;
	open_log(HEARD_WARN, false);
	assert_true(log_wants(HEARD_ERROR));
	assert_false(log_wants(HEARD_INFO));
	log_line(HEARD_INFO, "x", "quiet");
	assert_int_equal(lines(), 0);
	log_line(HEARD_WARN, "x", "loud");
	assert_int_equal(lines(), 1);
}

static void a_long_line_is_cut(void **state)
{
	(void)state;
	open_log(HEARD_INFO, false);
	char big[5000];
	memset(big, 'a', sizeof big - 1);
	big[sizeof big - 1] = '\0';
	log_line(HEARD_INFO, "x", "long: %s", big);
	const char *line = logged();
	assert_true(strlen(line) < 1200);
	assert_non_null(strstr(line, "aaa...\n"));
}

static void repeats_of_one_place_are_limited(void **state)
{
	(void)state;
	open_log(HEARD_INFO, false);
	for (int i = 0; i < 1000; i++)
		log_line(HEARD_INFO, "flood", "message %d", i);
	assert_true(lines() >= 5 && lines() <= 50);
	unsigned before = lines();
	log_line(HEARD_INFO, "flood", "something else");
	log_line(HEARD_INFO, "another", "message %d", 1);
	assert_int_equal(lines(), before + 2);
}

static void a_format_that_says_nothing_is_limited_by_its_text(void **state)
{
	(void)state;
	open_log(HEARD_INFO, false);
	for (int i = 0; i < 1000; i++) {
		char line[64];
		snprintf(line, sizeof line, "offset %d is damaged", i);
		log_line(HEARD_INFO, "bare", "%s", line);
	}
	unsigned before = lines();
	assert_true(before <= 50);
	log_line(HEARD_INFO, "bare", "%s", "quite another thing");
	assert_int_equal(lines(), before + 1);
}

static void what_was_held_back_is_counted_when_its_place_is_needed(void **state)
{
	(void)state;
	open_log(HEARD_INFO, false);
	for (int i = 0; i < 1000; i++)
		log_line(HEARD_INFO, "early", "message %d", i);
	for (int i = 0; i < 200; i++) {
		char who[24];
		snprintf(who, sizeof who, "other%d", i);
		log_line(HEARD_INFO, who, "hello");
	}
	assert_non_null(strstr(logged(), "early: 980 more lines like an earlier one"));
}

static void debugging_is_not_limited(void **state)
{
	(void)state;
	open_log(HEARD_DEBUG, false);
	for (int i = 0; i < 1000; i++)
		log_line(HEARD_DEBUG, "d", "message %d", i);
	assert_int_equal(lines(), 1000);
}

static void reopening_writes_to_the_new_file(void **state)
{
	(void)state;
	open_log(HEARD_INFO, false);
	log_line(HEARD_INFO, "x", "before the rotation");
	unlink(path);
	log_reopen();
	log_line(HEARD_INFO, "x", "after the rotation");
	assert_null(strstr(logged(), "before"));
	assert_non_null(strstr(logged(), "after"));
}

static void *shout(void *arg)
{
	for (int i = 0; i < 500; i++)
		log_line(HEARD_DEBUG, arg, "0123456789012345678901234567890123456789");
	return NULL;
}

static void threads_do_not_mix_their_lines(void **state)
{
	(void)state;
	open_log(HEARD_DEBUG, false);
	pthread_t threads[4];
	static char who[4][2] = {"a", "b", "c", "d"};
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, shout, who[i]), 0);
	log_reopen();
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(lines(), 2000);
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		assert_int_equal(strlen(line), 24 + strlen(" debug a: ") + 40);
}

static void quoting_escapes_and_cuts(void **state)
{
	(void)state;
	assert_string_equal(log_quote(HEARD_STR_OF("plain")), "\"plain\"");
	assert_string_equal(log_quote(HEARD_STR_OF("a\"b\\c\n\x1b\x7f")),
			    "\"a\\\"b\\\\c\\x0a\\x1b\\x7f\"");
	assert_string_equal(log_quote(HEARD_STR_OF("\xE6\x83\xB3\xFF\xC2\x9B")),
			    "\"\xE6\x83\xB3\\xff\\xc2\\x9b\"");
	assert_string_equal(log_quote(heard_str_n(NULL, 0)), "\"\"");
	char big[5000];
	for (int shift = 0; shift < 4; shift++) {
		memset(big, 'a', (size_t)shift);
		for (size_t i = (size_t)shift; i + 3 < sizeof big; i += 3)
			memcpy(big + i, "\xE6\x83\xB3", 3);
		const char *quoted = log_quote(heard_str_n(big, sizeof big - 4));
		assert_true(strlen(quoted) < 200);
		assert_non_null(strstr(quoted, "...\""));
		assert_true(utf8_is_valid(heard_str(quoted)));
	}
	const char *a = log_quote(HEARD_STR_OF("1")), *b = log_quote(HEARD_STR_OF("2"));
	assert_string_equal(a, "\"1\"");
	assert_string_equal(b, "\"2\"");
}

static int make_file(void **state)
{
	(void)state;
	int fd = mkstemp(path);
	if (fd >= 0)
		close(fd);
	return fd < 0;
}

static int remove_file(void **state)
{
	(void)state;
	struct log_options options = {.level = HEARD_INFO};
	log_open(&options);
	return unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_line_has_time_level_and_who),
		cmocka_unit_test(a_json_line_can_be_parsed),
		cmocka_unit_test(a_line_stays_one_line),
		cmocka_unit_test(what_is_not_wanted_is_not_written),
		cmocka_unit_test(a_long_line_is_cut),
		cmocka_unit_test(repeats_of_one_place_are_limited),
		cmocka_unit_test(a_format_that_says_nothing_is_limited_by_its_text),
		cmocka_unit_test(what_was_held_back_is_counted_when_its_place_is_needed),
		cmocka_unit_test(debugging_is_not_limited),
		cmocka_unit_test(reopening_writes_to_the_new_file),
		cmocka_unit_test(threads_do_not_mix_their_lines),
		cmocka_unit_test(quoting_escapes_and_cuts),
	};
	return cmocka_run_group_tests(tests, make_file, remove_file);
}
