/*
 * verdict.c - delivered, again later, or never.
 *
 * Only an answer about this one record may refuse it: it becomes a dead letter,
 * and others go on.  An answer about the endpoint (moved, gone, not let in)
 * would refuse every record alike, so it is tried again until somebody mends
 * the configuration or `give_up` has passed; nothing is lost by a typing error.
 */
#include "verdict.h"

#include <errno.h>
#include <stdio.h>

enum { RETRY_MAX_MS = 3600 * 1000 };

static int64_t capped(int64_t retry_after_ms)
{
	if (retry_after_ms <= 0)
		return 0;
	return retry_after_ms < RETRY_MAX_MS ? retry_after_ms : RETRY_MAX_MS;
}

void verdict_retry(struct verdict *v, int64_t after_ms, const char *complaint)
{
	v->outcome = HEARD_RETRY;
	v->after_ms = after_ms;
	v->complaint = complaint;
}

static void judge_status(const struct heard_fetch_answer *a, struct verdict *v)
{
	int status = a->status;
	snprintf(v->reason, sizeof(v->reason), "HTTP %d", status);
	if (status >= 200 && status < 300) {
		v->outcome = HEARD_DELIVERED;
	} else if (status == 410) {
		verdict_retry(v, RETRY_MAX_MS, NULL);
		v->is_gone = true;
	} else if (status == 408 || status == 425 || status == 429 || status >= 500) {
		verdict_retry(v, capped(a->retry_after_ms), NULL);
	} else if (status < 400) {
		verdict_retry(v, capped(a->retry_after_ms),
			      "redirects are not followed; set url to where it points");
	} else if (status == 401 || status == 403 || status == 404 || status == 405 ||
		   status == 407) {
		verdict_retry(v, capped(a->retry_after_ms),
			      "the endpoint lets nothing in; check url, headers and secret");
	} else {
		v->outcome = HEARD_REFUSED;
	}
}

void verdict_of(const struct heard_fetch_answer *a, struct verdict *v)
{
	*v = (struct verdict){0};
	if (a->error_code == 0) {
		judge_status(a, v);
		return;
	}
	snprintf(v->reason, sizeof(v->reason), "%s", a->error ? a->error : "no answer");
	verdict_retry(v, 0, a->error_code == -EACCES ? "the address guard refused it" : NULL);
}
