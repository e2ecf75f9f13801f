/*
 * fuzz_mastodon.c - any bytes as an answer of Mastodon: what is read of a page, and its
 * records.
 *
 * The first byte says where the pull stands.
 */
#include "input/mastodon/mastodon.c"

static struct mastodon self = {.account = "shop",
			       .social = {.base_url = "https://x.test", .channel = "social"}};

#include "social.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n)
{
	struct heard_error err = {0};
	struct heard_str raw;
	if (!begin(data, n, &raw))
		return 0;
	self.social.stopping = (struct heard_done *)&host; /* nothing is emitted */
	if (self.social.told.cap == 0)
		heard_buf_init(&self.social.told, SOCIAL_TOLD);
	struct social_source source = {&self, NULL};
	read_once(&source, heard_str(data[0] & 1 ? "" : "5 3"), raw);
	struct heard_json_doc *doc = heard_json_parse(raw, 1 << 20, &err);
	on_event(&self, heard_str(data[0] & 4 ? "status.update" : "notification"), raw,
		 doc ? heard_json_root(doc) : NULL);
	heard_json_destroy(doc);
	heard_buf_clear(&self.social.told);
	decode_once(raw, data[0] & 2 ? "x" : "");
	return 0;
}
