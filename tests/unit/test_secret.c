/* ${env:}, ${file:} and ${cred:}: replaced, escaped, refused. */
#include "secret.h"

#include <heard/error.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/heard-secret-XXXXXX";

static void write_file(const char *name, const void *bytes, size_t n)
{
	char path[128];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	fclose(f);
}

static int expand(const char *text, char out[512], struct heard_error *err)
{
	struct heard_buf buf;
	heard_buf_init(&buf, 1 << 20);
	int rc = secret_expand(text, folder, &buf, err);
	snprintf(out, 512, "%s", buf.ptr ? buf.ptr : "");
	heard_buf_release(&buf);
	return rc;
}

static void assert_expands(const char *text, const char *wanted)
{
	struct heard_error err = {.text = ""};
	char out[512];
	int rc = expand(text, out, &err);
	if (rc < 0)
		print_error("%s\n", err.text);
	assert_int_equal(rc, 0);
	assert_string_equal(out, wanted);
}

static void assert_refuses(const char *text, const char *why)
{
	struct heard_error err = {.text = ""};
	char out[512];
	assert_true(expand(text, out, &err) < 0);
	if (strstr(err.text, why) == NULL)
		print_error("\"%s\" is not in \"%s\"\n", why, err.text);
	assert_non_null(strstr(err.text, why));
}

static void references_are_replaced_where_they_stand(void **state)
{
	(void)state;
	setenv("HEARD_TEST_A", "alpha", 1);
	setenv("HEARD_TEST_B", "${env:HEARD_TEST_A}", 1);
	assert_expands("plain", "plain");
	assert_expands("", "");
	assert_expands("${env:HEARD_TEST_A}", "alpha");
	assert_expands("a ${env:HEARD_TEST_A}/${env:HEARD_TEST_A} z", "a alpha/alpha z");
	assert_expands("${env:HEARD_TEST_B}", "${env:HEARD_TEST_A}");
	assert_expands("$5 {x} $", "$5 {x} $");
}

static void a_doubled_dollar_escapes(void **state)
{
	(void)state;
	assert_expands("$${env:HEARD_TEST_A}", "${env:HEARD_TEST_A}");
	assert_expands("a$${b} ${env:HEARD_TEST_A}", "a${b} alpha");
}

static void a_file_loses_one_final_newline(void **state)
{
	(void)state;
	write_file("one", "hunter2\n", 8);
	write_file("two", "a\nb\n\n", 5);
	write_file("dos", "hunter2\r\n", 9);
	write_file("empty", "", 0);
	assert_expands("${file:one}", "hunter2");
	assert_expands("[${file:two}]", "[a\nb\n]");
	assert_expands("${file:dos}", "hunter2");
	assert_expands("[${file:empty}]", "[]");
	char absolute[128];
	snprintf(absolute, sizeof absolute, "${file:%s/one}", folder);
	assert_expands(absolute, "hunter2");
}

static void credentials_come_from_their_folder(void **state)
{
	(void)state;
	write_file("token", "t0k3n\n", 6);
	unsetenv("CREDENTIALS_DIRECTORY");
	assert_refuses("${cred:token}", "CREDENTIALS_DIRECTORY is not set");
	setenv("CREDENTIALS_DIRECTORY", folder, 1);
	assert_expands("${cred:token}", "t0k3n");
	assert_refuses("${cred:../token}", "not a path");
	assert_refuses("${cred:..}", "not a path");
	assert_refuses("${cred:none}", "No such file");
}

static void what_is_not_there_is_named(void **state)
{
	(void)state;
	unsetenv("HEARD_TEST_NONE");
	assert_refuses("${env:HEARD_TEST_NONE}", "${env:HEARD_TEST_NONE}");
	assert_refuses("${file:none}", "No such file");
	assert_refuses("${env:}", "names nothing");
}

static void odd_files_are_refused_without_hanging(void **state)
{
	(void)state;
	char path[128];
	snprintf(path, sizeof path, "%s/fifo", folder);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_refuses("${file:fifo}", "not a regular file");
	assert_refuses("${file:.}", "Is a directory");
	assert_refuses("${file:/dev/zero}", "not a regular file");
	static char large[SECRET_FILE_MAX + 1];
	memset(large, 'x', sizeof large);
	write_file("large", large, sizeof large);
	assert_refuses("${file:large}", "64 KiB");
	write_file("nul", "a\0b", 3);
	assert_refuses("${file:nul}", "NUL");
}

static void a_misspelt_reference_is_not_quoted(void **state)
{
	(void)state;
	assert_refuses("${evn:HOME}", "did you mean \"${env:\"?");
	assert_refuses("${HOME", "without its \"}\"");
	struct heard_error err;
	char out[512];
	assert_true(expand("pass${w0rd}", out, &err) < 0);
	assert_null(strstr(err.text, "w0rd"));
}

static void the_cap_of_the_buffer_holds(void **state)
{
	(void)state;
	struct heard_buf buf;
	struct heard_error err;
	heard_buf_init(&buf, 8);
	assert_int_equal(secret_expand("0123456789", folder, &buf, &err), -EFBIG);
	heard_buf_release(&buf);
}

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	(void)state;
	static const char *const names[] = {"one",  "two",   "dos", "empty", "token",
					    "fifo", "large", "nul", NULL};
	char path[128];
	for (int i = 0; names[i]; i++) {
		snprintf(path, sizeof path, "%s/%s", folder, names[i]);
		unlink(path);
	}
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(references_are_replaced_where_they_stand),
		cmocka_unit_test(a_doubled_dollar_escapes),
		cmocka_unit_test(a_file_loses_one_final_newline),
		cmocka_unit_test(credentials_come_from_their_folder),
		cmocka_unit_test(what_is_not_there_is_named),
		cmocka_unit_test(odd_files_are_refused_without_hanging),
		cmocka_unit_test(a_misspelt_reference_is_not_quoted),
		cmocka_unit_test(the_cap_of_the_buffer_holds),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
