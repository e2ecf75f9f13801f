/*
 * social_fixture.h - an input for a social network without a daemon: what it makes of an
 * answer, as text that a test can compare.
 *
 * The input's file is included before, and so is `self`, the instance with its options.
 */
#ifndef TEST_SOCIAL_FIXTURE_H
#define TEST_SOCIAL_FIXTURE_H

#include "batch.h"
#include "host.h"
#include "record.h"

#include <heard/batch.h>
#include <heard/buf.h>
#include <heard/error.h>
#include <heard/fetch.h>
#include <heard/json.h>
#include <social/social.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const unsigned char test_secret[32] = {1};
static struct heard_host test_host = {.full_name = (char *)"test/social",
				      .secret = test_secret};

static int setup(void **state)
{
	struct heard_error err;
	(void)state;
	return social_open(&self.social, &test_host, &network, &err);
}

static int teardown(void **state)
{
	(void)state;
	feed_destroy(self.social.feed);
	return 0;
}

/* "id|body|author" of each record, or what became of it, one a line; dead pieces as a count. */
static void decodes_as(const char *raw, const char *context, const char *wanted)
{
	struct heard_error err = {0};
	struct heard_batch *batch = batch_create(1 << 20);
	struct heard_buf b;
	heard_buf_init(&b, 511);
	int result = social_decode(&self, heard_str(raw), heard_str(context), batch, &err);
	if (result != 0)
		heard_buf_printf(&b, "refused: %d\n", result);
	for (size_t i = 0; i < heard_batch_size(batch); i++) {
		const struct heard_record *r = heard_batch_at(batch, i);
		if (!heard_record_is_live(r))
			heard_buf_printf(&b, "%s\n",
					 record_fate(r) == RECORD_DEAD ? "dead" : "dropped");
		else
			heard_buf_printf(&b, "%.*s|%.*s|%.*s\n",
					 HEARD_ARG(heard_get_str(r, HEARD_SOURCE_ID)),
					 HEARD_ARG(heard_get_str(r, HEARD_BODY)),
					 HEARD_ARG(heard_get_str(r, HEARD_AUTHOR_ID)));
	}
	if (batch_dead_count(batch) > 0)
		heard_buf_printf(&b, "%zu pieces\n", batch_dead_count(batch));
	assert_string_equal(b.ptr ? b.ptr : "", wanted);
	heard_buf_release(&b);
	batch_destroy(batch);
}

enum { STATE_TEXT = 512 };

/* The state after a page, with "+" if there is more; or what is wrong with it. */
static void read_page_of(struct social_source *of, const char *state, const char *body,
			 const char *link, char out[STATE_TEXT])
{
	struct heard_error err = {0};
	struct heard_fetch_header header = {HEARD_STR("Link"), heard_str(link)};
	struct heard_fetch_answer a = {.status = 200,
				       .body = heard_str(body),
				       .headers = &header,
				       .n_headers = link != NULL};
	struct pull_page page = {.more = false};
	heard_buf_init(&page.state, STATE_TEXT - 4);
	if (network.pull.read(of, heard_str(state), &a, &page, &err) != 0)
		snprintf(out, STATE_TEXT, "%s", err.text);
	else
		snprintf(out, STATE_TEXT, "%s%s", page.state.ptr ? page.state.ptr : "",
			 page.more ? " +" : "");
	heard_buf_release(&page.state);
}

static inline void reads_as(struct social_source *of, const char *state, const char *body,
			    const char *link, const char *wanted)
{
	char out[STATE_TEXT];
	read_page_of(of, state, body, link, out);
	assert_string_equal(out, wanted);
}

struct meaning { /* of an answer to what we sent */
	int status;
	enum respond_verdict verdict;
	const char *body;
	int64_t retry_after_ms, after_ms;
};
static inline void means(const struct meaning *cases, size_t n)
{
	struct heard_error err;
	for (size_t i = 0; i < n; i++) {
		struct heard_fetch_answer a = {.status = cases[i].status,
					       .body = heard_str(cases[i].body),
					       .retry_after_ms = cases[i].retry_after_ms};
		int64_t after_ms = 0;
		assert_int_equal(social_judge(&self, &a, &after_ms, &err), cases[i].verdict);
		assert_int_equal(after_ms, cases[i].after_ms);
	}
}

#endif
