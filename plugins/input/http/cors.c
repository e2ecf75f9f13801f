/*
 * cors.c - which other sites' pages may post here (the Fetch standard, section 3.2).
 */
#include "cors.h"

#include "input.h"

#include <heard/http.h>

#include <string.h>

static bool origin_is_allowed(const struct http *h, struct heard_str origin)
{
	for (size_t i = 0; i < h->cors.n; i++)
		if (strcmp(h->cors.at[i], "*") == 0 || heard_str_is(origin, h->cors.at[i]))
			return true;
	return false;
}

void cors_set(const struct http *h, struct heard_http *request)
{
	char origin[512];
	struct heard_str from = heard_http_header(request, "Origin");
	if (h->cors.n == 0 || from.len == 0 || from.len >= sizeof(origin) ||
	    !origin_is_allowed(h, from))
		return;
	memcpy(origin, from.ptr, from.len);
	origin[from.len] = '\0';
	heard_http_set_header(request, "Access-Control-Allow-Origin", origin);
	heard_http_set_header(request, "Vary", "Origin");
}

void cors_answer(struct heard_http *take)
{
	heard_http_set_header(take, "Access-Control-Allow-Methods", "POST, OPTIONS");
	heard_http_set_header(take, "Access-Control-Allow-Headers",
			      "Authorization, Content-Encoding, Content-Type, Idempotency-Key, "
			      "X-API-Key");
	heard_http_set_header(take, "Access-Control-Max-Age", "86400");
	heard_http_reply(take, 204, NULL, heard_str_n(NULL, 0));
}
