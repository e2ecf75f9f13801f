/*
 * offset.c - the state of counted updates: two numbers.
 */
#include "offset.h"

#include <stdbool.h>
#include <stdio.h>

enum { STATE_MAX = 64 };

int64_t offset_parse(struct heard_str state, int64_t now_ms, int64_t longest_ms)
{
	char text[STATE_MAX];
	long long offset = 0, at = 0;
	snprintf(text, sizeof(text), "%.*s", HEARD_ARG(state));
	bool is_there = sscanf(text, "%lld %lld", &offset, &at) == 2;
	return is_there && now_ms - at < longest_ms ? offset : 0;
}

void offset_format(int64_t offset, int64_t now_ms, struct heard_buf *out)
{
	heard_buf_printf(out, "%lld %lld", (long long)offset, (long long)now_ms);
}
