/*
 * webhook.c - what a network posts to us, taken as a page of one item.
 *
 * 200 is said after the commit.  What makes no sense is a dead letter and is confirmed
 * all the same: it would not be better the second time, and a network that delivers in
 * order holds back all that is behind it.  So is what came before with other content.
 */
#include "social.h"

#include <heard/error.h>
#include <heard/host.h>
#include <heard/http.h>
#include <intake/intake.h>

#include <errno.h>
#include <string.h>

static void on_receipt(void *arg, struct heard_http *take, const struct heard_receipt *receipt)
{
	(void)arg;
	if (receipt->code == -EEXIST || receipt->code == -EBADMSG || receipt->code == -EFBIG)
		heard_http_reply(take, 200, NULL, heard_str_n(NULL, 0));
	else
		intake_reply(take, receipt);
}

static void handle(void *arg, struct heard_http *take)
{
	struct social *s = arg;
	const struct social_post *post = &s->network->post;
	struct heard_buf page;
	if (!verify_or_refuse(&s->verify, take, heard_now(s->host)))
		return;
	heard_buf_init(&page, SOCIAL_POSTED + strlen(post->before) + strlen(post->behind));
	heard_buf_puts(&page, post->before);
	heard_buf_str(&page, heard_http_body(take));
	heard_buf_puts(&page, post->behind);
	struct heard_emission e = {.raw = heard_buf_view(&page),
				   .context = HEARD_STR("webhook")};
	if (page.failed)
		heard_http_problem(take, 503, "out of memory");
	else
		intake_take(s->host, take, &e, on_receipt, s);
	heard_buf_release(&page);
}

int social_mount(struct social *s, struct heard_error *err)
{
	const struct social_post *post = &s->network->post;
	struct heard_route route = {.listener = s->webhook.listener,
				    .path = s->webhook.path,
				    .methods = HEARD_HTTP_POST,
				    .max_body = SOCIAL_POSTED,
				    .handle = handle,
				    .arg = s};
	if (verify_init(&s->verify, post->scheme, s->webhook.secret, err) != 0)
		return heard_error_wrap(err, "webhook_secret");
	s->verify.header = post->header;
	return heard_http_mount(s->host, &route, err);
}
