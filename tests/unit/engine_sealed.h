/*
 * engine_sealed.h - an engine for each test, and a pair of `keys` for those that are SEALED.
 */
#ifndef TEST_ENGINE_SEALED_H
#define TEST_ENGINE_SEALED_H

#include "engine_keys.h"

#include "engine_each.h"

static struct engine_keys keys;

static int setup_with_key(void **state)
{
	setup(state);
	engine_keys_make(&keys, &e);
	return 0;
}

static int teardown_with_key(void **state)
{
	engine_keys_drop(&keys);
	return teardown(state);
}

#define SEALED(name) cmocka_unit_test_setup_teardown(name, setup_with_key, teardown_with_key)

#endif
