/*
 * feed_fixture.h - a feed with a map of its own, and what it makes of a document.
 */
#ifndef TEST_FEED_FIXTURE_H
#define TEST_FEED_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "batch.h"
#include "feed/feed.h"
#include "feed/tree.h"
#include "feed/xml.h"

#include <heard/batch.h>
#include <heard/buf.h>
#include <heard/error.h>
#include <heard/json.h>
#include <heard/time.h>

#include <errno.h>

static struct {
	struct heard_batch *batch;
	struct feed *feed;
	struct heard_error err;
	const char *names[32], *values[32];
	struct feed_options options;
} t;

static inline int setup(void **state)
{
	(void)state;
	memset(&t, 0, sizeof(t));
	t.batch = batch_create(64 << 20);
	t.options.channel = "forum";
	return 0;
}

static inline int teardown(void **state)
{
	(void)state;
	feed_destroy(t.feed);
	batch_destroy(t.batch);
	return 0;
}

static inline void map(const char *name, const char *path)
{
	struct heard_map *m = &t.options.fields;
	t.names[m->n] = name;
	t.values[m->n++] = path;
	m->names = t.names;
	m->values = t.values;
}

static inline size_t decode(const char *text)
{
	size_t before = heard_batch_size(t.batch);
	t.err = (struct heard_error){0};
	if (t.feed == NULL)
		t.feed = feed_create(&t.options, &t.err);
	if (t.feed == NULL)
		fail_msg("%s", t.err.text);
	if (feed_decode(t.feed, heard_str(text), t.batch, NULL, NULL, &t.err) != 0)
		fail_msg("%s", t.err.text);
	return heard_batch_size(t.batch) - before;
}

static inline const char *field(size_t i, enum heard_field f)
{
	static char text[4][512];
	static int turn;
	char *out = text[turn++ % 4];
	struct heard_value v = heard_get(heard_batch_at(t.batch, i), f);
	switch (v.type) {
	case HEARD_STR_: snprintf(out, 512, "%.*s", HEARD_ARG(v.str)); break;
	case HEARD_TIME_: heard_time_format(v.integer, out); break;
	case HEARD_INT_: snprintf(out, 512, "%lld", (long long)v.integer); break;
	case HEARD_NUM_: snprintf(out, 512, "%g", v.number); break;
	case HEARD_NONE: return "(none)";
	default: return "(other)";
	}
	return out;
}

static inline void refused(const char *text, const char *why)
{
	t.err = (struct heard_error){0};
	if (t.feed == NULL)
		t.feed = feed_create(&t.options, &t.err);
	assert_non_null(t.feed);
	assert_true(feed_decode(t.feed, heard_str(text), t.batch, NULL, NULL, &t.err) < 0);
	if (strstr(t.err.text, why) == NULL)
		fail_msg("\"%s\" is not in: %s", why, t.err.text);
	assert_int_equal(heard_batch_size(t.batch), 0);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

#endif
