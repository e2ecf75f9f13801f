/*
 * classify_fixture.h - the filter classify, whole, and one record through it: what its tests
 * share.
 */
#ifndef TEST_CLASSIFY_FIXTURE_H
#define TEST_CLASSIFY_FIXTURE_H

#define heard_plugin classify_plugin
#include "../../plugins/filter/classify/classify.c"
#include "../../plugins/filter/classify/learned.c"
#include "../../plugins/filter/classify/match.c"
#include "../../plugins/filter/classify/negation.c"
#include "../../plugins/filter/classify/reader.c"
#include "../../plugins/filter/classify/rules.c"
#include "../../plugins/filter/classify/teach.c"
#include "../../plugins/filter/classify/train.c"

#include "batch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

struct classifying {
	struct classify self;
	struct classify_lane lane;
	struct heard_batch *batch;
};

/* Valid until the next. */
static struct heard_record *classify_one(struct classifying *c, const char *json)
{
	struct heard_error err = {0};

	batch_clear(c->batch);
	if (heard_batch_add_json(c->batch, heard_str(json), &err))
		fail_msg("%s", err.text);
	assert_int_equal(classify_process(&c->self, &c->lane, c->batch, &err), 0);
	return heard_batch_at(c->batch, 0);
}

#endif
