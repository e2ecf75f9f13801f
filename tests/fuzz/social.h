/*
 * social.h - what the fuzz targets of social networks share: included behind the input and
 * `self`, its instance.
 *
 * What must hold of any bytes: what is refused says why, and has no next page; a state is
 * no longer than allowed; each record has an id.
 */
#ifndef FUZZ_SOCIAL_H
#define FUZZ_SOCIAL_H

#include "batch.h"
#include "host.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n);

static const unsigned char secret[32] = {1};
static struct heard_host host = {.full_name = (char *)"fuzz", .secret = secret};

static void must(bool holds)
{
	if (!holds)
		abort();
}

/* What is behind the first byte, which says more to each; false: nothing is there at all. */
static bool begin(const unsigned char *data, size_t n, struct heard_str *raw)
{
	struct heard_error err;
	if (n < 1)
		return false;
	*raw = heard_str_n((const char *)data + 1, n - 1);
	if (self.social.feed == NULL)
		must(social_open(&self.social, &host, &network, &err) == 0);
	return true;
}

static void read_once(void *source, struct heard_str state, struct heard_str body)
{
	struct heard_fetch_header link = {HEARD_STR("Link"), HEARD_STR("rel=\"prev\"")};
	struct heard_fetch_answer a = {
		.status = 200, .body = body, .headers = &link, .n_headers = 1};
	struct pull_page page = {.more = false};
	struct heard_error err = {0};
	heard_buf_init(&page.state, PULL_STATE_MAX);
	int result = network.pull.read(source, state, &a, &page, &err);
	must(!page.state.failed && (result == 0 || err.text[0]));
	must(result == 0 || !page.more);
	heard_buf_release(&page.state);
}

static void decode_once(struct heard_str raw, const char *context)
{
	static struct heard_batch *batch;
	struct heard_error err = {0};
	if (batch == NULL)
		batch = batch_create(16 << 20);
	batch_clear(batch);
	int result = social_decode(&self, raw, heard_str(context), batch, &err);
	must(result == 0 || err.text[0]);
	for (size_t i = 0; i < heard_batch_size(batch); i++)
		must(heard_has(heard_batch_at(batch, i), HEARD_SOURCE_ID));
}

#endif
