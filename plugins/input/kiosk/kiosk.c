/*
 * kiosk.c - input: faces that are touched on a tablet in a shop.
 *
 * The page keeps presses while there is no network and sends them later; buttons of
 * other makes send the same over HTTP or MQTT.  A press is taken once, by device and
 * number, and acknowledged after the commit.
 */
#include "kiosk.h"
#include "batch.h"
#include "door.h"
#include "screen.h"
#include "watch.h"

#include <heard/error.h>
#include <heard/host.h>
#include <heard/http.h>

#include <errno.h>
#include <page/page.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_MOST = 200 };

/* ---- options that only together are right or wrong */

/* It goes into pages, headers and addresses: no more than plain segments. */
static int check_path(const struct kiosk *k, struct heard_error *err)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "0123456789-_./";
	size_t n = strlen(k->path);
	if (n >= 2 && n <= PATH_MOST && k->path[0] == '/' && k->path[n - 1] != '/' &&
	    strspn(k->path, allowed) == n && strstr(k->path, "//") == NULL)
		return 0;
	return heard_fail(err, EINVAL,
			  "path: \"%.64s\" must begin with \"/\", not end with it, and have "
			  "letters, digits, \"-\", \"_\" and \".\" only",
			  k->path);
}

static int check_reasons(const struct kiosk *k, struct heard_error *err)
{
	const struct kiosk_reason *r = k->reasons.at;
	if (k->reasons_for > k->faces)
		return heard_fail(err, EINVAL, "reasons_for is more than there are faces");
	for (size_t i = 0; i < k->reasons.n; i++)
		if (r[i].id[0] == '\0' || !press_is_reason(heard_str(r[i].id)))
			return heard_fail(err, EINVAL,
					  "reasons: id \"%.64s\" must be 1 to %d letters, "
					  "digits, \"-\" or \"_\"",
					  r[i].id, PRESS_REASON);
	return k->reasons.n <= 9 ? 0
				 : heard_fail(err, EINVAL,
					      "reasons: at most 9 have room on a small screen");
}

/* ---- routes */

static int mount(struct kiosk *k, const char *below, unsigned methods, int64_t max_body,
		 void (*handle)(void *, struct heard_http *), struct heard_error *err)
{
	char path[PATH_MOST + 16];
	snprintf(path, sizeof(path), "%s%s", k->path, below);
	return heard_http_mount(k->host,
				&(struct heard_route){.listener = k->listener,
						      .path = path,
						      .methods = methods,
						      .max_body = max_body,
						      .handle = handle,
						      .arg = k},
				err);
}

static int mount_all(struct kiosk *k, struct heard_error *err)
{
	int result = mount(k, "", HEARD_HTTP_GET, 0, screen_handle, err);
	if (result == 0)
		result = mount(k, "/*", HEARD_HTTP_GET, 0, screen_handle_file, err);
	return result ? result
		      : mount(k, "/batch", HEARD_HTTP_POST, PAYLOAD_BYTES, door_handle, err);
}

/* ---- life */

static int kiosk_open(void *self, struct heard_host *host, struct heard_error *err)
{
	struct kiosk *k = self;
	k->host = host;
	if (kiosk_mqtt_check(&k->mqtt_options, err) || check_path(k, err) ||
	    page_check_url("url", k->url, err) || check_reasons(k, err) ||
	    device_ids_are_good(k, err) || device_create_all(k, err) || screen_create(k, err))
		return -err->code;
	return mount_all(k, err);
}

static int kiosk_start(void *self, struct heard_error *err)
{
	struct kiosk *k = self;
	int result = watch_start(k, err);
	return result ? result
		      : kiosk_mqtt_create(&k->mqtt, k, k->host, &k->mqtt_options, PAYLOAD_BYTES,
					  err);
}

static void kiosk_pause(void *self)
{
	kiosk_mqtt_pause(((struct kiosk *)self)->mqtt);
}

static void kiosk_resume(void *self)
{
	kiosk_mqtt_resume(((struct kiosk *)self)->mqtt);
}

static void on_stopped(void *arg)
{
	struct kiosk *k = arg;
	watch_stop(k);
	heard_done(k->stopping);
}

static void kiosk_stop(void *self, struct heard_done *take_done)
{
	struct kiosk *k = self;
	k->stopping = take_done;
	kiosk_mqtt_stop(k->mqtt, on_stopped, k);
}

static void kiosk_close(void *self)
{
	struct kiosk *k = self;
	kiosk_mqtt_destroy(k->mqtt);
	heard_buf_release(&k->html);
	free(k->known);
}

static int kiosk_decode(void *self, struct heard_str raw, struct heard_str context,
			struct heard_batch *batch, struct heard_error *err)
{
	struct press_context c;
	memcpy(&c, context.ptr, sizeof(c));
	return press_decode(self, raw, &c, batch, err);
}

const struct heard_plugin heard_plugin = {
	HEARD_ABI,
	.stage = HEARD_INPUT,
	.name = "kiosk",
	.version = "1.0",
	.summary = "faces to be touched on a tablet, also without a network, and buttons",
	.options = kiosk_options,
	.writes = "source_id channel created_at lang body rating rating_max store region "
		  "attributes.kiosk.*",
	.example = "{ plugin = \"kiosk\"; url = \"https://feedback.shop.example\";\n"
		   "  devices = ( { id = \"shop-3\"; store = \"南京路店\"; } );\n"
		   "  reasons = ( { id = \"queue\"; zh = \"排队太久\"; en = \"Long queue\"; } "
		   "); }",
	.commands = kiosk_commands,
	.self_size = sizeof(struct kiosk),
	.open = kiosk_open,
	.start = kiosk_start,
	.pause = kiosk_pause,
	.resume = kiosk_resume,
	.stop = kiosk_stop,
	.close = kiosk_close,
	.decode = kiosk_decode,
};
