/*
 * judge.c - what a service's answer means, by its HTTP status and by a list of the channel.
 */
#include "respond.h"

#include <heard/error.h>

#include <errno.h>

const struct respond_meaning *respond_meaning(const struct respond_meaning *list,
					      long long code)
{
	for (const struct respond_meaning *m = list; m && m->text; m++)
		if (m->code == code)
			return m;
	return NULL;
}

enum respond_verdict respond_judge(const struct heard_fetch_answer *a,
				   const struct respond_meaning *list, int64_t *after_ms,
				   struct heard_error *reason)
{
	int status = a->status;
	const struct respond_meaning *m = respond_meaning(list, status);
	if (m != NULL) {
		*after_ms = m->after_ms;
		heard_fail(reason, EPROTO, "%s", m->text);
		return m->verdict;
	}
	heard_fail(reason, EPROTO, "the service answered HTTP %d", status);
	if (status >= 200 && status < 300)
		return RESPOND_SENT;
	if (status == 401 || status == 403)
		return RESPOND_LOGIN;
	if (status == 408 || status == 425 || status == 429 || status >= 500) {
		*after_ms = a->retry_after_ms > 0 ? a->retry_after_ms : 0;
		return RESPOND_AGAIN;
	}
	return RESPOND_REFUSED;
}
