/*
 * channels_host.c - heard/channel.h: the channels of an instance's own pipeline.
 *
 * In the daemon they are in memory; a command's process reads what the daemon has kept.
 */
#include "channels.h"
#include "channels_file.h"
#include "daemon.h"

#include <heard/error.h>

#include <errno.h>

struct pass {
	void (*fn)(void *arg, const struct heard_channel *);
	void *arg;
};

static void pass_on(void *arg, const struct channel_view *view)
{
	const struct pass *p = arg;
	p->fn(p->arg, &view->seen);
}

static void each(struct channels *s, const struct heard_host *host, int64_t from, int64_t to,
		 struct pass *p)
{
	int n = channels_pipeline(s, heard_str(host->pipeline_name));
	if (n >= 0)
		channels_each(s, (size_t)n, from, to, daemon_now(), pass_on, p);
}

int heard_channels(struct heard_host *host, int64_t from, int64_t to,
		   void (*fn)(void *arg, const struct heard_channel *), void *arg)
{
	struct pass p = {fn, arg};
	struct heard_error err = {0};
	if (host->daemon != NULL) {
		each(host->daemon->channels, host, from, to, &p);
		return 0;
	}
	struct channels *s = channels_create(host->conf);
	if (s == NULL)
		return -ENOMEM;
	int rc = channels_load(s, host->conf->state_dir, daemon_now(), &err);
	if (rc == 0)
		each(s, host, from, to, &p);
	channels_destroy(s);
	return rc == -ENOENT ? 0 : rc;
}
