/*
 * social_fixture.h - decoding an answer of a network, as text that a test can compare.
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
#include <pull/pull.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const unsigned char test_secret[32] = {1};
static struct heard_host test_host = {.full_name = (char *)"test/social",
				      .secret = test_secret};

/* "id|body|op" of each record, or what became of it, one a line; dead pieces as a count. */
static inline void decode_as(int (*decode)(void *self, struct heard_str, struct heard_str,
					   struct heard_batch *, struct heard_error *),
			     void *self, const char *raw, const char *context, char out[512])
{
	struct heard_error err = {0};
	struct heard_batch *batch = batch_create(1 << 20);
	struct heard_buf b;
	heard_buf_init(&b, 511);
	int result = decode(self, heard_str(raw), heard_str(context), batch, &err);
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
	snprintf(out, 512, "%s", b.ptr ? b.ptr : "");
	heard_buf_release(&b);
	batch_destroy(batch);
}

/* The state after a page, with "+" if there is more; or what is wrong with it. */
static inline void read_as(const struct pull_hooks *hooks, void *arg, const char *state,
			   const char *body, const char *link, char out[512])
{
	struct heard_error err = {0};
	struct heard_fetch_header header = {HEARD_STR("Link"), heard_str(link)};
	struct heard_fetch_answer a = {.status = 200,
				       .body = heard_str(body),
				       .headers = &header,
				       .n_headers = link != NULL};
	struct pull_page page = {.more = false};
	heard_buf_init(&page.state, 400);
	if (hooks->read(arg, heard_str(state), &a, &page, &err) != 0)
		snprintf(out, 512, "%s", err.text);
	else
		snprintf(out, 512, "%s%s", page.state.ptr ? page.state.ptr : "",
			 page.more ? " +" : "");
	heard_buf_release(&page.state);
}

#endif
