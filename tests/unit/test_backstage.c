/*
 * test_backstage.c - jobs behind the journal: all of them, in order.
 */
#include "backstage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { N = 1000 };

struct numbered {
	struct backstage_job job; /* first */
	struct backstage *posts_to;
	struct numbered *next;
	int number, *seen, *n_seen;
};

static void note(struct backstage_job *job)
{
	struct numbered *n = (struct numbered *)job;

	n->seen[(*n->n_seen)++] = n->number;
	if (n->next)
		backstage_post(n->posts_to, &n->next->job);
}

static void jobs_run_in_order_and_all_before_the_end(void **state)
{
	static struct numbered jobs[N];
	static int seen[N];
	int n_seen = 0;
	struct backstage *b = backstage_create();
	(void)state;
	assert_non_null(b);
	for (int i = 0; i < N; i++) {
		jobs[i] = (struct numbered){{NULL, note}, b, NULL, i, seen, &n_seen};
		backstage_post(b, &jobs[i].job);
	}
	backstage_destroy(b);
	assert_int_equal(n_seen, N);
	for (int i = 0; i < N; i++)
		assert_int_equal(seen[i], i);
}

static void a_job_may_post_another_even_at_the_end(void **state)
{
	int seen[2], n_seen = 0;
	struct backstage *b = backstage_create();
	struct numbered second = {{NULL, note}, b, NULL, 2, seen, &n_seen};
	struct numbered first = {{NULL, note}, b, &second, 1, seen, &n_seen};
	(void)state;
	assert_non_null(b);
	backstage_post(b, &first.job);
	backstage_destroy(b);
	assert_int_equal(n_seen, 2);
	assert_int_equal(seen[1], 2);
}

static void nothing_to_do_is_fine(void **state)
{
	(void)state;
	backstage_destroy(backstage_create());
	backstage_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(jobs_run_in_order_and_all_before_the_end),
		cmocka_unit_test(a_job_may_post_another_even_at_the_end),
		cmocka_unit_test(nothing_to_do_is_fine),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
