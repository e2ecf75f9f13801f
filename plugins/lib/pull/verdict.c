/*
 * verdict.c - what an answer means by its status and headers.
 *
 * Limits of a rate are told in three ways: Retry-After (RFC 9110), and the older
 * X-RateLimit-Reset, which is seconds to wait, seconds since 1970, or a time as RFC 3339
 * has it (Mastodon).  A number below ten years of seconds is to wait.
 */
#include "private.h"

#include <heard/time.h>

#include <errno.h>

enum { LONGEST_MS = 24 * 3600 * 1000, TEN_YEARS_S = 315360000 };

static int64_t until_reset(const struct heard_fetch_answer *a, int64_t now_ms)
{
	struct heard_str text = heard_fetch_header(a, "X-RateLimit-Reset");
	int64_t number = 0, at;
	size_t n = 0;
	if (text.len == 0)
		text = heard_fetch_header(a, "RateLimit-Reset");
	for (; n < text.len && n < 10 && text.ptr[n] >= '0' && text.ptr[n] <= '9'; n++)
		number = number * 10 + (text.ptr[n] - '0');
	if (text.len == 0)
		return 0;
	if (n == text.len && number < TEN_YEARS_S)
		return number * 1000;
	at = heard_time_parse(text, NULL);
	return at == HEARD_TIME_NONE || at < now_ms ? 0 : at - now_ms;
}

/* Retry-After goes before; a day is enough for anybody. */
static int64_t asked_to_wait(const struct heard_fetch_answer *a, int64_t now_ms)
{
	int64_t ms = a->retry_after_ms >= 0 ? a->retry_after_ms : until_reset(a, now_ms);
	return ms < LONGEST_MS ? ms : LONGEST_MS;
}

static void judge_page(struct verdict *v, const struct heard_fetch_answer *a, size_t max_answer,
		       int64_t now_ms)
{
	struct heard_str left = heard_fetch_header(a, "X-RateLimit-Remaining");
	v->kind = VERDICT_PAGE;
	if (left.len == 0)
		left = heard_fetch_header(a, "RateLimit-Remaining");
	if (heard_str_is(left, "0"))
		v->after_ms = asked_to_wait(a, now_ms);
	if (a->body.len > max_answer) {
		v->kind = VERDICT_FAILED;
		heard_fail(&v->why, EFBIG,
			   "the answer is larger than max_answer (%zu bytes); raise it, or ask "
			   "for smaller pages",
			   max_answer);
	}
}

static void judge_status(struct verdict *v, const struct heard_fetch_answer *a)
{
	v->kind = VERDICT_FAILED;
	if (a->status >= 300 && a->status < 400)
		heard_fail(&v->why, EPROTO,
			   "status %d, a redirect, which is not followed; set the URL to where "
			   "it leads",
			   a->status);
	else
		heard_fail(&v->why, EPROTO, "status %d", a->status);
}

void verdict_judge(struct verdict *v, const struct heard_fetch_answer *a, size_t max_answer,
		   bool is_conditional, int64_t now_ms)
{
	*v = (struct verdict){.kind = VERDICT_FAILED};
	if (a->error_code != 0) {
		heard_fail(&v->why, -a->error_code, "%s", a->error);
		return;
	}
	switch (a->status) {
	case 200: judge_page(v, a, max_answer, now_ms); break;
	case 204: v->kind = VERDICT_SAME; break;
	case 304:
		if (is_conditional)
			v->kind = VERDICT_SAME;
		else
			heard_fail(&v->why, EPROTO, "status 304, which was not asked for");
		break;
	case 401:
	case 403:
		v->kind = VERDICT_DENIED;
		heard_fail(&v->why, EACCES, "status %d: the key is wrong or may not do this",
			   a->status);
		break;
	case 429:
	case 503:
		v->kind = VERDICT_BUSY;
		v->after_ms = asked_to_wait(a, now_ms);
		heard_fail(&v->why, EAGAIN, "status %d: it asks us to wait", a->status);
		break;
	default: judge_status(v, a);
	}
}

void verdict_set(struct verdict *v, int code, int64_t after_ms)
{
	if (code != 0)
		v->kind = code == -EACCES   ? VERDICT_DENIED
			  : code == -EAGAIN ? VERDICT_BUSY
					    : VERDICT_FAILED;
	v->after_ms = after_ms < LONGEST_MS ? after_ms : LONGEST_MS;
}
