/*
 * intake.c - a request waits for its receipt.
 *
 * One small allocation for each request under way; everything else is the core's.  What
 * is not a code of decode() or of the gate is "not now": a sender who tries again is
 * always right to, because source ids make that harmless.
 */
#include "intake.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

enum { RETRY_MS = 1000 };

struct pending {
	struct heard_http *request;
	intake_answer *answer;
	void *arg;
};

/* ---- what programs are told */

void intake_set_retry(struct heard_http *request, int64_t after_ms)
{
	char value[24];
	int64_t ms = after_ms > 0 ? after_ms : RETRY_MS;
	int64_t seconds = ms / 1000 + (ms % 1000 > 0);
	snprintf(value, sizeof(value), "%lld", (long long)seconds);
	heard_http_set_header(request, "Retry-After", value);
}

static void reply_accepted(struct heard_http *take, const struct heard_receipt *receipt)
{
	char body[48];
	int n = snprintf(body, sizeof(body), "{\"accepted\":%zu}", receipt->n);
	heard_http_reply(take, 200, "application/json", heard_str_n(body, (size_t)n));
}

static void reply_bad(struct heard_http *take, const struct heard_receipt *receipt, int status)
{
	char line[32] = "";
	if (receipt->line > 0)
		snprintf(line, sizeof(line), " (line %d)", receipt->line);
	heard_http_problem(take, status, "%s%s",
			   receipt->error ? receipt->error : "the body is malformed", line);
}

void intake_reply(struct heard_http *take, const struct heard_receipt *receipt)
{
	switch (-receipt->code) {
	case 0: reply_accepted(take, receipt); break;
	case EBADMSG: reply_bad(take, receipt, 400); break;
	case EFBIG: reply_bad(take, receipt, 413); break;
	case EEXIST:
		heard_http_problem(take, 422, "this came before with other content");
		break;
	default:
		intake_set_retry(take, receipt->after_ms);
		heard_http_problem(take, 503, "%s",
				   receipt->error ? receipt->error : "not now, send it again");
	}
}

/* ---- one request */

static void answer_by(intake_answer *answer, void *arg, struct heard_http *take,
		      const struct heard_receipt *receipt)
{
	if (answer)
		answer(arg, take, receipt);
	else
		intake_reply(take, receipt);
}

static void pending_receipt(void *arg, const struct heard_receipt *receipt)
{
	struct pending *p = arg;
	answer_by(p->answer, p->arg, p->request, receipt);
	free(p);
}

void intake_take(struct heard_host *host, struct heard_http *take,
		 const struct heard_emission *given, intake_answer *answer, void *arg)
{
	struct heard_receipt not_now = {
		.code = -EAGAIN, .error = "taking no feedback at the moment, send it again"};
	struct pending *p = heard_is_paused(host) ? NULL : malloc(sizeof(*p));
	if (p == NULL) {
		if (given->free_raw)
			given->free_raw(given->free_arg);
		answer_by(answer, arg, take, &not_now);
		return;
	}
	*p = (struct pending){take, answer, arg};
	struct heard_emission e = *given;
	e.receipt = pending_receipt;
	e.arg = p;
	if (e.raw.ptr == NULL)
		e.raw = heard_http_take_body(take, &e.free_raw, &e.free_arg);
	heard_emit(host, &e);
}

/* ---- headers */

bool intake_type_is(const struct heard_http *request, const char *type)
{
	struct heard_str sent = heard_http_header(request, "Content-Type");
	size_t n = 0;
	while (n < sent.len && sent.ptr[n] != ';')
		n++;
	sent = heard_str_trim(heard_str_n(sent.ptr, n));
	return sent.len == strlen(type) && sent.len > 0 &&
	       strncasecmp(sent.ptr, type, sent.len) == 0;
}
