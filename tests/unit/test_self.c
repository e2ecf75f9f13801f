/*
 * test_self.c - names are kept as they were given.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "self.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void a_name_becomes_absolute_and_its_links_stay(void **state)
{
	(void)state;
	char *path = self_absolute("/proc/self/x.conf");
	assert_string_equal(path, "/proc/self/x.conf");
	free(path);
	char *cwd = getcwd(NULL, 0), *wanted = NULL;
	assert_true(asprintf(&wanted, "%s/dir/x.conf", cwd) > 0);
	path = self_absolute("dir/x.conf");
	assert_string_equal(path, wanted);
	free(path);
	free(wanted);
	free(cwd);
}

static void the_binary_is_found_by_the_name_it_was_called_by(void **state)
{
	char folder[] = "/tmp/heard-self-XXXXXX", link[64], path[128];
	char *given = program_invocation_name, *us = realpath("/proc/self/exe", NULL);
	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(link, sizeof(link), "%s/called", folder);
	assert_int_equal(symlink(us, link), 0);
	program_invocation_name = link;
	char *found = self_link();
	assert_string_equal(found, link);
	free(found);
	snprintf(path, sizeof(path), "relative:/nowhere:%s", folder);
	char *before = strdup(getenv("PATH"));
	setenv("PATH", path, 1);
	program_invocation_name = "called";
	found = self_link();
	assert_string_equal(found, link);
	free(found);
	program_invocation_name = "/bin/sh"; /* not us */
	assert_null(self_link());
	program_invocation_name = given;
	setenv("PATH", before, 1);
	free(before);
	free(us);
	unlink(link);
	rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_becomes_absolute_and_its_links_stay),
		cmocka_unit_test(the_binary_is_found_by_the_name_it_was_called_by),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
