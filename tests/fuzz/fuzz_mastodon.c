/*
 * fuzz_mastodon.c - any bytes as an answer of Mastodon: what is read of a page, and its
 * records.
 *
 * The first byte says where the pull stands.  What must hold:
 * what is refused says why, and has no next page; a state is no longer than allowed; each
 * record has an id.
 */
#include "input/mastodon/mastodon.c"

#include "batch.h"
#include "host.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n);

static const unsigned char secret[32] = {1};
static struct heard_host host = {.full_name = (char *)"fuzz", .secret = secret};
static struct mastodon self = {.account = "shop",
			       .social = {.base_url = "https://x.test", .channel = "social"}};

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void read_once(struct heard_str state, struct heard_str body)
{
	struct heard_fetch_header link = {HEARD_STR("Link"), HEARD_STR("rel=\"prev\"")};
	struct heard_fetch_answer a = {
		.status = 200, .body = body, .headers = &link, .n_headers = 1};
	struct pull_page page = {.more = false};
	struct heard_error err = {0};
	struct source source = {&self, NULL};
	heard_buf_init(&page.state, PULL_STATE_MAX);
	int result = pull_hooks.read(&source, state, &a, &page, &err);
	must(!page.state.failed && (result == 0 || err.text[0]));
	must(result == 0 || !page.more);
	heard_buf_release(&page.state);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n)
{
	static struct heard_batch *batch;
	struct heard_error err = {0};
	if (n < 1)
		return 0;
	struct heard_str raw = heard_str_n((const char *)data + 1, n - 1);
	if (self.social.feed == NULL)
		must(social_open(&self.social, &host, &fields, finish, &err) == 0);
	self.social.stopping = (struct heard_done *)&host; /* nothing is emitted */
	if (self.social.told.cap == 0)
		heard_buf_init(&self.social.told, SOCIAL_TOLD);
	if (batch == NULL)
		batch = batch_create(16 << 20);
	batch_clear(batch);
	read_once(heard_str(data[0] & 1 ? "" : "5 3"), raw);
	listen_event(&self, heard_str(data[0] & 4 ? "status.update" : "notification"), raw);
	heard_buf_clear(&self.social.told);
	int result = social_decode(&self, raw, heard_str(data[0] & 2 ? "x" : ""), batch, &err);
	must(result == 0 || err.text[0]);
	for (size_t i = 0; i < heard_batch_size(batch); i++)
		must(heard_has(heard_batch_at(batch, i), HEARD_SOURCE_ID));
	return 0;
}
