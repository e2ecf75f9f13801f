/*
 * Tests of cli.c and cli_table.c: options wherever they stand, tables of any
 * script, and answers of a daemon that goes away.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli.h"

#include <fcntl.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static struct cli cli;
static const char *from;
static bool all;
static const struct cli_option own[] = {
	{"from", &from, NULL}, {"all", NULL, &all}, {NULL, NULL, NULL}};

/* The words of a command line. */
static bool parse(const char *line)
{
	static char text[256];
	static char *argv[32];
	int argc = 0;
	from = NULL;
	all = false;
	snprintf(text, sizeof(text), "%s", line);
	for (char *word = strtok(text, " "); word != NULL; word = strtok(NULL, " "))
		argv[argc++] = word;
	argv[argc] = NULL;
	return cli_parse(&cli, argc, argv, own, "usage");
}

/* What ends the process has one of its own. */
struct apart {
	pid_t pid;
	int told;
};

static struct apart begin_apart(int (*fn)(char *arg), char *arg)
{
	int told[2];
	assert_int_equal(pipe2(told, O_CLOEXEC), 0);
	fflush(NULL);
	struct apart a = {.pid = fork(), .told = told[0]};
	assert_true(a.pid >= 0);
	if (a.pid == 0) {
		dup2(told[1], 1);
		dup2(told[1], 2);
		alarm(60);
		int code = fn(arg);
		fflush(NULL);
		_exit(code);
	}
	close(told[1]);
	return a;
}

/* Its exit code, or -1 if a signal ended it; and what it said. */
static int end_apart(struct apart a, char said[static 1024])
{
	int status;
	assert_int_equal(waitpid(a.pid, &status, 0), a.pid);
	ssize_t n = read(a.told, said, 1023);
	said[n > 0 ? n : 0] = '\0';
	close(a.told);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void options_stand_anywhere(void **state)
{
	(void)state;
	assert_true(parse("dead show -c my.conf 17 --json --all --from now"));
	assert_int_equal(cli.argc, 2);
	assert_string_equal(cli.argv[0], "show");
	assert_string_equal(cli.argv[1], "17");
	assert_string_equal(cli.config, "my.conf");
	assert_string_equal(from, "now");
	assert_true(cli.json && all);
}

static void values_may_follow_an_equals_sign(void **state)
{
	(void)state;
	assert_true(parse("x --from=a=b --state-dir=/tmp"));
	assert_string_equal(from, "a=b");
	assert_string_equal(cli.state_dir, "/tmp");
	assert_string_equal(cli.config, CLI_CONFIG);
}

static void two_dashes_end_options_and_one_is_a_file(void **state)
{
	(void)state;
	assert_true(parse("x - -- --all"));
	assert_int_equal(cli.argc, 2);
	assert_string_equal(cli.argv[0], "-");
	assert_string_equal(cli.argv[1], "--all");
	assert_false(all);
}

static void what_is_unknown_or_cut_short_is_wrong_usage(void **state)
{
	(void)state;
	assert_false(parse("x --frob"));
	assert_false(parse("x -x"));
	assert_false(parse("x --from"));
	assert_false(parse("x -c"));
	assert_false(parse("x --all=yes"));
	assert_false(parse("x --fromage y"));
}

static int parse_help(char *line)
{
	return parse(line) ? 8 : 9;
}

static void help_is_no_failure(void **state)
{
	(void)state;
	char line[] = "x --help", said[1024];
	assert_int_equal(end_apart(begin_apart(parse_help, line), said), 0);
	assert_string_equal(said, "usage: heard usage\n");
}

/* ---- tables */

static char *printed(struct cli_table *t)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);
	cli_table_print(t, f);
	fclose(f);
	return text;
}

static void columns_line_up_and_lines_have_no_tail(void **state)
{
	(void)state;
	struct cli_table t;
	cli_table_init(&t, 3);
	t.right[1] = true;
	cli_table_add(&t, "name");
	cli_table_add(&t, "n");
	cli_table_add(&t, "why");
	cli_table_add(&t, "a");
	cli_table_addf(&t, "%d", 1234);
	cli_table_add(&t, "because");
	char *text = printed(&t);
	assert_string_equal(text, "name     n  why\na     1234  because\n");
	free(text);
}

static void wide_characters_take_two_columns(void **state)
{
	(void)state;
	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		skip();
	struct cli_table t;
	cli_table_init(&t, 2);
	cli_table_add(&t, "质量");
	cli_table_add(&t, "x");
	cli_table_add(&t, "abcd");
	cli_table_add(&t, "y");
	char *text = printed(&t);
	assert_string_equal(text, "质量  x\nabcd  y\n");
	free(text);
	cli_table_init(&t, 2);
	cli_table_add(&t, "bad \xff\xe8");
	cli_table_add(&t, "z");
	text = printed(&t);
	assert_non_null(strstr(text, "z\n"));
	free(text);
}

static void a_table_grows(void **state)
{
	(void)state;
	struct cli_table t;
	cli_table_init(&t, 1);
	for (int i = 0; i < 1000; i++)
		cli_table_addf(&t, "%d", i);
	char *text = printed(&t);
	assert_non_null(strstr(text, "\n999\n"));
	free(text);
	assert_int_equal(t.n, 0);
}

/* ---- asking */

static void no_daemon_is_said_and_what_to_do(void **state)
{
	(void)state;
	char folder[] = "/tmp/heard-cli-XXXXXX", *text = NULL;
	size_t size;
	assert_non_null(mkdtemp(folder));
	FILE *f = open_memstream(&text, &size);
	assert_int_equal(cli_ask_saying(f, folder, HEARD_STR_OF("{}"), NULL, NULL), 1);
	fclose(f);
	assert_non_null(strstr(text, "no heard is running"));
	assert_non_null(strstr(text, "heard run"));
	free(text);
	remove(folder);
}

/* Of a daemon that takes the connection and ends. */
static int ask_one_that_ends(int (*ask)(char *folder), char said[static 1024])
{
	char folder[] = "/tmp/heard-cli-XXXXXX";
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	assert_non_null(mkdtemp(folder));
	snprintf(sa.sun_path, sizeof(sa.sun_path), "%s/control", folder);
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&sa, sizeof(sa)), 0);
	assert_int_equal(listen(listener, 1), 0);
	struct apart a = begin_apart(ask, folder);
	int fd = accept(listener, NULL, NULL);
	assert_true(fd >= 0);
	close(fd);
	int code = end_apart(a, said);
	close(listener);
	remove(sa.sun_path);
	remove(folder);
	return code;
}

/* More than a socket holds, so that it is not all written when the daemon ends. */
#define MUCH ((size_t)4 << 20)

static int ask_for_much(char *folder)
{
	char *text = malloc(MUCH);
	memset(text, ' ', MUCH);
	int code = cli_ask(folder, heard_str_n(text, MUCH), NULL, NULL);
	free(text);
	return code;
}

static int send_much(char *folder)
{
	char send[] = "send", state_dir[] = "--state-dir", format[] = "--format=text";
	char *argv[] = {send, state_dir, folder, format, NULL};
	int lines = memfd_create("lines", MFD_CLOEXEC);
	FILE *f = fdopen(lines, "w");
	for (size_t n = 0; n < MUCH; n += 8)
		fputs("so good\n", f);
	fflush(f);
	lseek(lines, 0, SEEK_SET);
	dup2(lines, 0);
	return cmd_send(4, argv);
}

static void a_daemon_that_ends_is_told_of_and_no_signal(void **state)
{
	char said[1024];
	(void)state;
	assert_int_equal(ask_one_that_ends(ask_for_much, said), 1);
	assert_non_null(strstr(said, "the daemon went away before it answered"));
	assert_int_equal(ask_one_that_ends(send_much, said), 1);
	assert_non_null(strstr(said, "pieces were not answered"));
	assert_null(strstr(said, " 0 pieces"));
	assert_non_null(strstr(said, "0 accepted, 0 dead"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_stand_anywhere),
		cmocka_unit_test(values_may_follow_an_equals_sign),
		cmocka_unit_test(two_dashes_end_options_and_one_is_a_file),
		cmocka_unit_test(what_is_unknown_or_cut_short_is_wrong_usage),
		cmocka_unit_test(help_is_no_failure),
		cmocka_unit_test(columns_line_up_and_lines_have_no_tail),
		cmocka_unit_test(wide_characters_take_two_columns),
		cmocka_unit_test(a_table_grows),
		cmocka_unit_test(no_daemon_is_said_and_what_to_do),
		cmocka_unit_test(a_daemon_that_ends_is_told_of_and_no_signal),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
