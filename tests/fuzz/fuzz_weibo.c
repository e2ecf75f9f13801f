/*
 * fuzz_weibo.c - any bytes as an answer of Weibo: what is read of a page, and its records.
 *
 * The first byte says which list it is of.
 */
#include "input/weibo/weibo.c"

#include "social.h"

static struct weibo self = {.uid = "42",
			    .social = {.base_url = "https://x.test", .channel = "social"}};

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n)
{
	struct heard_error err = {0};
	if (n < 1)
		return 0;
	struct heard_str raw = heard_str_n((const char *)data + 1, n - 1);
	if (self.social.feed == NULL)
		must(social_open(&self.social, &host, &network, &err) == 0);
	struct social_source source = {&self, lists[data[0] & 1 ? 1 : 0].path};
	read_once(&source, heard_str(data[0] & 1 ? "" : "5 9 7"), raw);
	decode_once(&self, raw, data[0] & 2 ? "comments" : "");
	return 0;
}
