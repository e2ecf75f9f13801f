/*
 * engine_input.h - an input that emits on demand, and counts what it is told.
 *
 * Its decode() knows three kinds of emission by their first byte, so that a test can
 * write each as one string.
 */
#ifndef TEST_ENGINE_INPUT_H
#define TEST_ENGINE_INPUT_H

#include "pipeline.h"
#include "send.h"

#include <heard/batch.h>
#include <heard/error.h>
#include <heard/host.h>
#include <heard/plugin.h>

#include <errno.h>

struct test_input {
	struct heard_host *host;
	int pauses, resumes, stops;
	size_t in_flight_then; /* bytes, when it was told to go on */
	int start_code;
};

static inline int test_input_open(void *self, struct heard_host *host, struct heard_error *err)
{
	(void)err;
	((struct test_input *)self)->host = host;
	return 0;
}

static inline int test_input_start(void *self, struct heard_error *err)
{
	const struct test_input *in = self;
	return in->start_code ? heard_fail(err, in->start_code, "told not to start") : 0;
}

static inline void test_input_pause(void *self)
{
	((struct test_input *)self)->pauses++;
}

static inline void test_input_resume(void *self)
{
	struct test_input *in = self;
	in->resumes++;
	in->in_flight_then = in->host->pipeline->in_flight;
}

static inline void test_input_stop(void *self, struct heard_done *done)
{
	((struct test_input *)self)->stops++;
	heard_done(done);
}

/* "!..." is refused, "=text" is a record made field by field, "-..." is one that is not
 * wanted, the rest is NDJSON. */
static inline int test_input_decode(void *self, struct heard_str raw, struct heard_str context,
				    struct heard_batch *b, struct heard_error *err)
{
	(void)self;
	(void)context;
	if (raw.ptr[0] == '!') {
		heard_batch_add(b); /* half done: must be taken back */
		heard_fail(err, EBADMSG, "not what was agreed");
		err->line = 7;
		return -EBADMSG;
	}
	if (raw.ptr[0] == '=') {
		struct heard_record *r = heard_batch_add(b);
		return r ? heard_set_str(r, HEARD_BODY, heard_str_skip(raw, 1)) : -ENOMEM;
	}
	if (raw.ptr[0] == '-') {
		struct heard_record *r = heard_batch_add(b);
		if (r != NULL)
			heard_record_drop(r, "chatter");
		return r ? 0 : -ENOMEM;
	}
	return send_decode(SEND_NDJSON, raw, 1, b, err);
}

static const struct heard_option test_input_options[] = {{.name = NULL}};

static const struct heard_plugin test_input_plugin = {
	HEARD_ABI,
	.stage = HEARD_INPUT,
	.name = "test-input",
	.version = "1",
	.summary = "emits on demand",
	.options = test_input_options,
	.self_size = sizeof(struct test_input),
	.open = test_input_open,
	.start = test_input_start,
	.stop = test_input_stop,
	.pause = test_input_pause,
	.resume = test_input_resume,
	.decode = test_input_decode,
};

#endif
