/*
 * answer.c - what programs are told: JSON, and problem documents.
 */
#include "answer.h"

#include <heard/buf.h>
#include <heard/json.h>

#include <errno.h>
#include <intake/intake.h>
#include <once/way.h>
#include <stdio.h>

static void answer_accepted(const struct http *h, struct heard_http *take,
			    const struct heard_receipt *receipt)
{
	struct heard_buf body;
	char link[WAY_LINK];
	heard_buf_init(&body, 64 + receipt->n * 128);
	struct heard_json_out out = {.buf = &body};
	heard_json_begin(&out, NULL, '{');
	heard_json_int(&out, "accepted", (int64_t)receipt->n);
	heard_json_begin(&out, "ids", '[');
	for (size_t i = 0; i < receipt->n; i++)
		heard_json_str(&out, NULL, heard_str_n(receipt->ids[i], 36));
	heard_json_end(&out, ']');
	heard_json_begin(&out, "status", '[');
	for (size_t i = 0; i < receipt->n; i++) {
		way_link(h->host, heard_str_n(receipt->ids[i], 36), link);
		heard_json_str(&out, NULL, heard_str(link));
	}
	heard_json_end(&out, ']');
	heard_json_end(&out, '}');
	heard_http_reply(take, 202, "application/json", heard_buf_view(&body));
	heard_buf_release(&body);
}

static void answer_bad(struct heard_http *take, const struct heard_receipt *receipt, int status)
{
	struct heard_buf body;
	heard_buf_init(&body, 8192);
	struct heard_json_out out = {.buf = &body};
	heard_json_begin(&out, NULL, '{');
	heard_json_str(&out, "error",
		       heard_str(receipt->error ? receipt->error : "the body is malformed"));
	if (receipt->line > 0)
		heard_json_int(&out, "line", receipt->line);
	heard_json_end(&out, '}');
	heard_http_reply(take, status, "application/json", heard_buf_view(&body));
	heard_buf_release(&body);
}

static void answer_conflict(struct heard_http *take, const char *conflict, int record)
{
	char which[40] = "";
	if (record > 0)
		snprintf(which, sizeof(which), ": record %d", record);
	heard_http_problem(take, 422, "%s%s", conflict, which);
}

void answer_receipt(const struct http *h, struct heard_http *take,
		    const struct heard_receipt *receipt, const char *conflict)
{
	switch (-receipt->code) {
	case 0: answer_accepted(h, take, receipt); break;
	case EBADMSG: answer_bad(take, receipt, 400); break;
	case EFBIG: answer_bad(take, receipt, 413); break;
	case EEXIST: answer_conflict(take, conflict, receipt->line); break;
	default:
		intake_set_retry(take, receipt->after_ms);
		heard_http_problem(take, 503, "%s",
				   receipt->error ? receipt->error : "not now, send it again");
	}
}
