/*
 * engine_each.h - an engine of its own for each test: `e`.
 *
 * Whoever includes it says before how large it is: ENGINE_FILTERS, ENGINE_OUTPUTS.  It
 * comes behind all other headers, or its name would be theirs.
 */
#ifndef TEST_ENGINE_EACH_H
#define TEST_ENGINE_EACH_H

#include "engine.h"

static struct engine e;

static int setup(void **state)
{
	(void)state;
	engine_init(&e, ENGINE_FILTERS, ENGINE_OUTPUTS);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	engine_release(&e);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
