/*
 * enrich_fixture.h - a batch, and what is wanted of a source, for the tests of filter enrich.
 *
 * Each test includes the files that it looks at, before this one.
 */
#ifndef TESTS_ENRICH_FIXTURE_H
#define TESTS_ENRICH_FIXTURE_H

#include "batch.h"

#include "../../plugins/filter/enrich/wanted.h"

#include <heard/error.h>
#include <heard/record.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct heard_batch *batch;
static struct heard_error err;
static struct wanted wanted;

static inline int setup(void **state)
{
	(void)state;
	batch = batch_create(4 << 20);
	err = (struct heard_error){0};
	wanted = (struct wanted){0};
	return 0;
}

static inline int teardown(void **state)
{
	(void)state;
	batch_destroy(batch);
	return 0;
}

static inline struct heard_record *record(const char *json)
{
	assert_int_equal(heard_batch_add_json(batch, heard_str(json), &err), 0);
	return heard_batch_at(batch, heard_batch_size(batch) - 1);
}

#define is(s, text)                                                  \
	do {                                                         \
		struct heard_str s_ = (s);                           \
		if (!heard_str_is(s_, text))                         \
			print_error("is \"%.*s\"\n", HEARD_ARG(s_)); \
		assert_true(heard_str_is(s_, text));                 \
	} while (0)

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
