/*
 * fuzz_telegram.c - any bytes as an answer of Telegram: what is read of a page, and its
 * records.
 *
 * The first byte says whether it was asked for or posted.
 */
#include "input/telegram/telegram.c"

static struct telegram self = {.token = "4711:x",
			       .username = "shop_bot",
			       .social = {.base_url = "https://x.test", .channel = "social"}};

#include "social.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n)
{
	struct heard_error err = {0};
	struct heard_str raw;
	if (!begin(data, n, &raw))
		return 0;
	struct social_source source = {&self, NULL};
	read_once(&source, heard_str(data[0] & 1 ? "" : "5 3"), raw);
	int64_t after_ms = 0;
	struct heard_fetch_answer a = {.status = 429, .body = raw};
	must(social_judge(&self, &a, &after_ms, &err) == RESPOND_AGAIN && after_ms >= 0);
	self.groups = data[0] / 4 % 3;
	decode_once(raw, data[0] & 2 ? "webhook" : "");
	return 0;
}
