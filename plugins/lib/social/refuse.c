/*
 * refuse.c - what a network means by a refusal: its statuses, and how long to wait.
 *
 * Services say how long in Retry-After, and some in the body, too; where the body says it,
 * that counts.
 */
#include "social.h"

#include <heard/error.h>
#include <heard/json.h>

enum { ANSWER_MAX = 1 << 20, DAY_S = 86400 };

static int64_t wait_ms(const struct social_network *n, const struct heard_fetch_answer *a)
{
	struct heard_error err;
	struct heard_json_doc *doc = n->retry_after
					     ? heard_json_parse(a->body, ANSWER_MAX, &err)
					     : NULL;
	int64_t seconds = doc ? feed_int(heard_json_root(doc), n->retry_after) : 0;
	heard_json_destroy(doc);
	if (seconds > 0 && seconds < DAY_S)
		return seconds * 1000;
	return a->retry_after_ms > 0 ? a->retry_after_ms : 0;
}

int social_refused(void *source, const struct heard_fetch_answer *a, int64_t *after_ms,
		   struct heard_error *err)
{
	const struct social *s = ((struct social_source *)source)->self;
	*after_ms = wait_ms(s->network, a);
	for (const struct social_refusal *r = s->network->refusals; r && r->text; r++)
		if (r->status == a->status)
			return heard_fail(err, r->code, "status %d: %s", a->status, r->text);
	return 0;
}

enum respond_verdict social_judge(void *self, const struct heard_fetch_answer *a,
				  int64_t *after_ms, struct heard_error *reason)
{
	const struct social *s = self;
	enum respond_verdict v = respond_judge(a, s->network->meanings, after_ms, reason);
	int64_t ms = wait_ms(s->network, a);
	if (ms > *after_ms)
		*after_ms = ms;
	return v;
}
