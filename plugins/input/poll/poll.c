/*
 * poll.c - input: any JSON, RSS or Atom endpoint, asked again and again.
 *
 * All the work is in plugins/lib/collect; this is what an endpoint is called in the
 * configuration.  It has a loop of its own, since large pages are looked at there.
 */
#include <collect/collect.h>

#include <heard/error.h>
#include <heard/plugin.h>

struct poll {
	struct collect_options options;
	struct collect *collect;
};

static int poll_open(void *self, struct heard_host *host, struct heard_error *err)
{
	struct poll *p = self;
	p->collect = collect_create(host, &p->options, err);
	return p->collect ? 0 : -err->code;
}

static int poll_start(void *self, struct heard_error *err)
{
	return collect_start(((struct poll *)self)->collect, err);
}

static void poll_pause(void *self)
{
	collect_pause(((struct poll *)self)->collect);
}

static void poll_resume(void *self)
{
	collect_resume(((struct poll *)self)->collect);
}

static void poll_stop(void *self, struct heard_done *take_done)
{
	collect_stop(((struct poll *)self)->collect, take_done);
}

static void poll_close(void *self)
{
	collect_destroy(((struct poll *)self)->collect);
}

static int poll_decode(void *self, struct heard_str raw, struct heard_str context,
		       struct heard_batch *batch, struct heard_error *err)
{
	const struct poll *p = self;
	return collect_decode(p->collect, raw, context, batch, NULL, NULL, err);
}

static const struct heard_option options[] = {
	{"channel", HEARD_STRING(struct poll, options.feed.channel), .value = "web",
	 .help = "Channel of the records, such as forum, review, social or authority"},
	COLLECT_OPTIONS(struct poll, options, "5m"),
	{.name = NULL},
};

const struct heard_plugin heard_plugin = {
	HEARD_ABI,
	.stage = HEARD_INPUT,
	.flags = HEARD_OWN_LOOP,
	.name = "poll",
	.version = "1.0",
	.summary = "ask a JSON, RSS or Atom endpoint again and again",
	.options = options,
	.writes = "channel source_id revision op created_at lang subject body author.* rating "
		  "rating_max nps csat ces product order store region thread in_reply_to tags "
		  "ratings.* attributes.*, as `fields` says",
	.example = "{ plugin = \"poll\"; channel = \"forum\"; every = \"5m\";\n"
		   "  url = \"https://forum.example.org/posts.rss\"; }",
	.self_size = sizeof(struct poll),
	.open = poll_open,
	.start = poll_start,
	.stop = poll_stop,
	.close = poll_close,
	.pause = poll_pause,
	.resume = poll_resume,
	.decode = poll_decode,
};
