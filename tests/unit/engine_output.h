/*
 * engine_output.h - an output that has a mind of its own: it delivers, fails, refuses or
 * holds what it gets, as the test says, and notes how often it was given each record.
 */
#ifndef TEST_ENGINE_OUTPUT_H
#define TEST_ENGINE_OUTPUT_H

#include "engine_body.h"

#include <heard/batch.h>
#include <heard/delivery.h>
#include <heard/error.h>
#include <heard/host.h>
#include <heard/plugin.h>

#include <stdio.h>

enum { ENGINE_SEEN = 4096 };

enum test_output_mode {
	OUTPUT_DELIVERS,
	OUTPUT_RETRIES,
	OUTPUT_REFUSES,
	OUTPUT_BY_WORD, /* "refuse me", "retry me", "twice" in the body */
	OUTPUT_HOLDS,	/* finishes when the test says so               */
};

struct test_output { /* shared with a child that crashes */
	enum test_output_mode mode;
	bool keeps;		     /* stores the last seq, and reports it at start */
	uint64_t base;		     /* the journal's last seq when it was new       */
	uint64_t stored;	     /* the seq it stored                            */
	int64_t after_ms;	     /* what it asks for with a retry                */
	unsigned batches, per_batch; /* its window                                   */
	int fail_next;		     /* this many writes fail, whatever the mode     */
	unsigned stop_after;	     /* after so many records it holds what comes    */
	int writes, retries, stops;
	unsigned records;		      /* delivered                            */
	unsigned char seen[ENGINE_SEEN];      /* by seq - base: how often it was given */
	unsigned char delivered[ENGINE_SEEN]; /* by seq - base: how often it took it   */
	struct heard_delivery *held[16];
	size_t n_held;
	size_t last_n;
	char last_line[512];
};

static inline int test_output_open(void *self, struct heard_host *host, struct heard_error *err)
{
	struct test_output *o = self;
	(void)err;
	if (o->per_batch > 0)
		heard_output_window(host, o->batches, o->per_batch, 1 << 20);
	o->n_held = 0;
	return 0;
}

static inline void test_output_took(struct test_output *o, const struct heard_batch *b,
				    size_t i)
{
	uint64_t seq = heard_batch_seq(b, i);
	o->records++;
	o->stored = seq > o->stored ? seq : o->stored;
	if (seq - o->base < ENGINE_SEEN)
		o->delivered[seq - o->base]++;
}

static inline void test_output_by_word(struct test_output *o, const struct heard_batch *b,
				       struct heard_delivery *d)
{
	for (size_t i = 0; i < heard_batch_size(b); i++) {
		const struct heard_record *r = heard_batch_at(b, i);
		if (body_has(r, "refuse me"))
			heard_delivery_set(d, i, HEARD_REFUSED, "not in my house");
		else if (body_has(r, "retry me"))
			heard_delivery_set(d, i, HEARD_RETRY, "come back later");
		else if (body_has(r, "twice"))
			heard_delivery_set(d, i, HEARD_DUPLICATE, NULL);
		else
			test_output_took(o, b, i);
	}
	heard_delivery_finish(d, HEARD_DELIVERED, 0, NULL);
}

static inline void test_output_write(void *self, const struct heard_batch *b,
				     struct heard_delivery *d)
{
	struct test_output *o = self;
	o->writes++;
	o->retries += heard_batch_is_retry(b);
	o->last_n = heard_batch_size(b);
	for (size_t i = 0; i < o->last_n; i++)
		if (heard_batch_seq(b, i) - o->base < ENGINE_SEEN)
			o->seen[heard_batch_seq(b, i) - o->base]++;
	struct heard_str line = heard_batch_line(b, o->last_n - 1);
	snprintf(o->last_line, sizeof(o->last_line), "%.*s", HEARD_ARG(line));
	if (o->fail_next > 0) {
		o->fail_next--;
		heard_delivery_finish(d, HEARD_RETRY, o->after_ms, "told to fail");
	} else if (o->mode == OUTPUT_HOLDS) {
		o->held[o->n_held++] = d;
	} else if (o->mode == OUTPUT_BY_WORD) {
		test_output_by_word(o, b, d);
	} else if (o->mode == OUTPUT_DELIVERS) {
		for (size_t i = 0; i < o->last_n; i++)
			test_output_took(o, b, i);
		if (o->stop_after > 0 &&
		    (o->stop_after -= o->last_n < o->stop_after ? (unsigned)o->last_n
								: o->stop_after) == 0)
			o->mode = OUTPUT_HOLDS;
		heard_delivery_finish(d, HEARD_DELIVERED, 0, NULL);
	} else {
		heard_delivery_finish(d,
				      o->mode == OUTPUT_RETRIES ? HEARD_RETRY : HEARD_REFUSED,
				      o->after_ms, "not today");
	}
}

static inline int test_output_position(void *self, uint64_t *seq, struct heard_error *err)
{
	const struct test_output *o = self;
	(void)err;
	*seq = o->stored;
	return 0;
}

static inline void test_output_stop(void *self, struct heard_done *done)
{
	((struct test_output *)self)->stops++;
	heard_done(done);
}

static const struct heard_option test_output_options[] = {{.name = NULL}};

static const struct heard_plugin test_output_plugin = {
	HEARD_ABI,
	.stage = HEARD_OUTPUT,
	.name = "test-output",
	.version = "1",
	.summary = "has a mind of its own",
	.options = test_output_options,
	.self_size = sizeof(struct test_output),
	.open = test_output_open,
	.stop = test_output_stop,
	.write = test_output_write,
};

#endif
