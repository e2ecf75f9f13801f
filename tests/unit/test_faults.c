/* Faults: all are told, in the order of the file, none twice. */
#include "faults.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char *printed(struct faults *f)
{
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);
	faults_print(f, out);
	fclose(out);
	return text;
}

static void they_are_sorted_and_told_once(void **state)
{
	(void)state;
	struct faults f;
	faults_init(&f);
	faults_add(&f, "b.conf", 2, "later");
	faults_add(&f, "a.conf", 10, "ten");
	faults_add(&f, "a.conf", 9, "nine %s", "times");
	faults_add(&f, "a.conf", 10, "ten");
	faults_add(&f, "a.conf", 0, "somewhere");
	faults_add(&f, NULL, 0, "nowhere");
	assert_int_equal(f.n, 6);
	char *text = printed(&f);
	assert_string_equal(text, "nowhere\n"
				  "a.conf: somewhere\n"
				  "a.conf:9: nine times\n"
				  "a.conf:10: ten\n"
				  "b.conf:2: later\n");
	free(text);
	faults_release(&f);
	assert_int_equal(f.n, 0);
}

static void many_are_kept(void **state)
{
	(void)state;
	struct faults f;
	faults_init(&f);
	for (int i = 0; i < 1000; i++)
		faults_add(&f, "x", i + 1, "fault");
	assert_int_equal(f.n, 1000);
	faults_release(&f);
}

static void none_print_nothing(void **state)
{
	(void)state;
	struct faults f;
	faults_init(&f);
	char *text = printed(&f);
	assert_string_equal(text, "");
	free(text);
	faults_release(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(they_are_sorted_and_told_once),
		cmocka_unit_test(many_are_kept),
		cmocka_unit_test(none_print_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
