/*
 * fuzz_weibo.c - any bytes as an answer of Weibo: what is read of a page, and its records.
 *
 * The first byte says which list it is of.
 */
#include "input/weibo/weibo.c"

static struct weibo self = {.uid = "42",
			    .social = {.base_url = "https://x.test", .channel = "social"}};

#include "social.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n)
{
	struct heard_str raw;
	if (!begin(data, n, &raw))
		return 0;
	struct social_source source = {&self, lists[data[0] & 1 ? 1 : 0].path};
	read_once(&source, heard_str(data[0] & 1 ? "" : "5 9 7"), raw);
	decode_once(raw, data[0] & 2 ? "comments" : "");
	return 0;
}
