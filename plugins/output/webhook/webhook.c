/*
 * webhook.c - output: each record posted to a URL, by plugins/lib/hook.
 *
 * One record is one message and one delivery; trying again is the core's.
 */
#include <heard/batch.h>
#include <heard/delivery.h>
#include <heard/error.h>
#include <heard/host.h>
#include <heard/plugin.h>
#include <heard/time.h>

#include <errno.h>
#include <hook/hook.h>

struct webhook {
	struct hook_options hook;
	struct heard_host *host;
	struct hook *sender;
};

static void on_done(void *arg, enum heard_outcome outcome, int64_t after_ms, const char *reason)
{
	heard_delivery_finish(arg, outcome, after_ms, reason);
}

static void webhook_write(void *self, const struct heard_batch *batch,
			  struct heard_delivery *take_done)
{
	struct webhook *w = self;
	const struct heard_record *r = heard_batch_at(batch, 0);
	if (r == NULL) {
		heard_delivery_finish(take_done, HEARD_RETRY, 0, "out of memory");
		return;
	}
	int64_t at = heard_get_time(r, HEARD_RECEIVED_AT);
	struct hook_message m = {
		.id = heard_get_str(r, HEARD_ID),
		.at = at == HEARD_TIME_NONE ? heard_now(w->host) : at,
		.record = r,
		.line = heard_batch_line(batch, 0),
	};
	hook_send(w->sender, &m, on_done, take_done);
}

static int webhook_open(void *self, struct heard_host *host, struct heard_error *err)
{
	struct webhook *w = self;
	w->host = host;
	int result = hook_check(&w->hook, err);
	if (result == 0)
		heard_output_window(host, hook_window(&w->hook), 1, 1 << 20);
	return result;
}

static int webhook_start(void *self, struct heard_error *err)
{
	struct webhook *w = self;
	w->sender = hook_create(w->host, &w->hook, err);
	return w->sender ? 0 : -err->code;
}

static void on_stopped(void *arg)
{
	heard_done(arg);
}

static void webhook_stop(void *self, struct heard_done *take_done)
{
	struct webhook *w = self;
	hook_stop(w->sender, on_stopped, take_done);
}

static void webhook_close(void *self)
{
	struct webhook *w = self;
	hook_destroy(w->sender);
}

static const struct heard_option options[] = {
	HOOK_OPTIONS(struct webhook),
	{.name = NULL},
};

const struct heard_plugin heard_plugin = {
	HEARD_ABI,
	.stage = HEARD_OUTPUT,
	.name = "webhook",
	.version = "1.1",
	.summary = "post each record to a URL: Standard Webhooks, chat robots, SMS",
	.options = options,
	.reads = "id received_at event subject body priority category department "
		 "author.phone attributes.*",
	.example = "{ plugin = \"webhook\"; url = \"https://example.org/hook\"; secret = "
		   "\"${env:WEBHOOK_SECRET}\"; }",
	.self_size = sizeof(struct webhook),
	.open = webhook_open,
	.start = webhook_start,
	.stop = webhook_stop,
	.close = webhook_close,
	.write = webhook_write,
};
