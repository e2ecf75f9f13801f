/*
 * wechat.c - input: WeChat official accounts and mini-programs, and customer service of
 * WeCom.
 *
 *	wechat.c     this: options and the plugin
 *	callback.c   what the platform posts: from whom, handshake, "success"
 *	crypt.c      safe mode
 *	message.c    XML or JSON to one flat message
 *	feedback.c   a message as a record
 *	kf.c         WeCom: messages are asked for
 *	access.c     the access token
 *	media.c      its picture or voice
 *	reply.c      answers
 *
 * A loop of its own, since each answer that was sent is noted with a sync.
 */
#include "wechat.h"
#include "message.h"

#include <heard/answer.h>
#include <heard/batch.h>
#include <heard/error.h>
#include <heard/fetch.h>
#include <heard/host.h>
#include <heard/http.h>
#include <heard/plugin.h>
#include <sniff/sniff.h>

#include <errno.h>

/* ---- on a worker */

static int wechat_decode(void *self, struct heard_str raw, struct heard_str context,
			 struct heard_batch *batch, struct heard_error *err)
{
	const struct wechat *w = self;
	struct message m;
	if (w->kind == KIND_WECOM)
		return kf_decode(w, raw, batch, err);
	int result = message_read(&m, raw, err);
	if (result == 0 && m.from.len == 0)
		result = heard_fail(err, EBADMSG, "the message does not say from whom it is");
	if (result == 0)
		result = feedback_add(&w->feedback, w->host, &m, context, batch, err);
	else if (result == -EBADMSG)
		result = heard_batch_dead(batch, raw, 0, "%s", err->text);
	message_release(&m);
	return result;
}

/* ---- answers */

static void wechat_reply(void *self, const struct heard_answer *answer,
			 struct heard_reply *take_reply)
{
	struct wechat *w = self;
	if (w->respond != NULL)
		respond_reply(w->respond, answer, take_reply);
	else
		heard_reply_finish(take_reply, HEARD_REFUSED, 0,
				   "the input has no `secret`, so WeChat lets it answer "
				   "nobody; write by SMS or mail");
}

/* ---- life */

static int check_options(const struct wechat *w, struct heard_error *err)
{
	bool is_wecom = w->kind == KIND_WECOM;
	if (w->token[0] == '\0')
		return heard_fail(err, EINVAL,
				  "token is empty: enter the same one here and on the "
				  "platform's page");
	if (is_wecom && (w->aes_key[0] == '\0' || w->secret[0] == '\0'))
		return heard_fail(err, EINVAL,
				  "kind = \"wecom\" needs aes_key and secret: copy them from "
				  "the customer-service page of WeCom");
	if ((w->aes_key[0] || w->secret[0]) && w->app_id[0] == '\0')
		return heard_fail(err, EINVAL,
				  "app_id is empty: %s is needed with aes_key and secret",
				  is_wecom ? "the corp id" : "the AppID");
	return 0;
}

static int wechat_open(void *self, struct heard_host *host, struct heard_error *err)
{
	struct wechat *w = self;
	w->host = host;
	if (w->base_url[0] == '\0')
		w->base_url = w->kind == KIND_WECOM ? "https://qyapi.weixin.qq.com"
						    : "https://api.weixin.qq.com";
	w->access_options = (struct access_options){
		.is_wecom = w->kind == KIND_WECOM,
		.base_url = w->base_url,
		.id = w->app_id,
		.secret = w->secret,
		.allow_private = w->pull_options.allow_private,
	};
	struct heard_route route = {
		.listener = w->listener,
		.path = w->path,
		.methods = HEARD_HTTP_GET | HEARD_HTTP_POST,
		.max_body = MESSAGE_MAX,
		.handle = callback_handle,
		.arg = w,
	};
	w->feedback.no_media = w->media.policy == MEDIA_NONE;
	int result = check_options(w, err);
	if (result == 0)
		result = media_check(w, err);
	if (result == 0)
		result = crypt_init(&w->crypt, w->aes_key, err);
	if (result == 0 && heard_fetch_check_url(w->base_url, err) != 0)
		result = heard_error_wrap(err, "base_url");
	return result == 0 ? heard_http_mount(host, &route, err) : result;
}

static void on_access(void *arg)
{
	struct wechat *w = arg;
	if (w->pull == NULL || w->stopping != NULL)
		return;
	if (w->is_pulling)
		pull_poke(w->pull);
	else
		pull_start(w->pull);
	w->is_pulling = true;
}

/* WeCom's messages are asked for once there is a token. */
static int wechat_start(void *self, struct heard_error *err)
{
	struct wechat *w = self;
	bool allow_private = w->pull_options.allow_private;
	if (w->secret[0] == '\0')
		return 0;
	w->client = heard_fetch_client_create(w->host, 4, err);
	if (w->client == NULL)
		return -err->code;
	w->access = access_create(w->host, w->client, &w->access_options, on_access, w, err);
	if (w->access == NULL)
		return -err->code;
	w->respond = respond_create(w->host, w->client, &reply_window, &reply_hooks, w,
				    allow_private, err);
	if (w->respond == NULL)
		return -err->code;
	if (w->kind == KIND_WECOM) {
		w->pull = pull_create(w->host, w->client, &w->pull_options, "kf", &kf_hooks, w,
				      err);
		if (w->pull == NULL)
			return -err->code;
	}
	access_get(w->access);
	return 0;
}

static void on_stopped(void *arg)
{
	struct wechat *w = arg;
	if (--w->n_stopping == 0)
		heard_done(w->stopping);
}

static void wechat_stop(void *self, struct heard_done *take_done)
{
	struct wechat *w = self;
	w->stopping = take_done;
	media_stop(w);
	w->n_stopping = 1 + (w->pull != NULL) + (w->respond != NULL);
	if (w->pull != NULL)
		pull_stop(w->pull, on_stopped, w);
	if (w->respond != NULL)
		respond_stop(w->respond, on_stopped, w);
	on_stopped(w);
}

static void wechat_close(void *self)
{
	struct wechat *w = self;
	media_stop(w);
	pull_destroy(w->pull);
	respond_destroy(w->respond);
	access_destroy(w->access);
	heard_fetch_client_destroy(w->client);
	crypt_release(&w->crypt);
}

static void wechat_pause(void *self)
{
	struct wechat *w = self;
	if (w->pull != NULL)
		pull_pause(w->pull);
}

static void wechat_resume(void *self)
{
	struct wechat *w = self;
	if (w->pull != NULL)
		pull_resume(w->pull);
}

/* ---- options */

static const char *const kinds[] = {"wechat", "wecom", NULL};
static const char *const media_policies[] = {"link", "fetch", "none", NULL};
static const struct heard_option options[] = {
	{"kind", HEARD_CHOICE(struct wechat, kind), .value = "wechat", .choices = kinds,
	 .help = "An official account or mini-program of WeChat, or customer service of WeCom"},
	{"listener", HEARD_STRING(struct wechat, listener), .value = "public",
	 .help = "Name of the listener to serve on"},
	{"path", HEARD_STRING(struct wechat, path), .value = "/wechat",
	 .help = "Path of the URL that is entered on the platform's page"},
	{"token", HEARD_SECRET(struct wechat, token), .value = NULL,
	 .help = "The Token of that page, which signs callbacks"},
	{"aes_key", HEARD_SECRET(struct wechat, aes_key), .value = "",
	 .help = "The EncodingAESKey of that page for safe mode, in which alone the signature "
		 "covers the message; empty for plain mode"},
	{"app_id", HEARD_STRING(struct wechat, app_id), .value = "",
	 .help = "AppID, or corp id of WeCom; needed with aes_key and secret"},
	{"secret", HEARD_SECRET(struct wechat, secret), .value = "",
	 .help = "AppSecret, or the secret of customer service, to answer customers and to "
		 "read WeCom; empty answers nobody"},
	{"base_url", HEARD_STRING(struct wechat, base_url), .value = "",
	 .help = "Where the platform's interface is; empty for the platform's own"},
	{"channel", HEARD_STRING(struct wechat, feedback.channel), .value = "wechat",
	 .help = "Channel of the records"},
	{"events", HEARD_LIST(struct wechat, feedback.events), .value = "",
	 .help = "Events that become records, such as unsubscribe or CLICK; others are counted "
		 "as dropped"},
	{"media", HEARD_CHOICE(struct wechat, media.policy), .value = "link",
	 .choices = media_policies,
	 .help = "Pictures, voices and videos: note the media id and link, which end after "
		 "three days, fetch pictures and voices as attachments, too (they are kept "
		 "sealed, so privacy.public_key is needed), or neither"},
	{"media_size", HEARD_SIZE(struct wechat, media.max_size), .value = "10M", .min = 1024,
	 .max = 64 << 20, .help = "Largest one that is fetched"},
	{"media_types", HEARD_LIST(struct wechat, media.types),
	 .value = "[ \"image/jpeg\", \"image/png\", \"image/gif\", \"image/webp\", "
		  "\"audio/amr\", \"audio/mpeg\" ]",
	 .choices = sniff_types,
	 .help = "What is kept of what is fetched, by its content and not by what it says"},
	{"tolerance", HEARD_DURATION(struct wechat, tolerance), .value = "5m", .min = 1000,
	 .max = 86400000,
	 .help = "How far the time of a callback may be from ours before it is refused"},
	PULL_OPTIONS(struct wechat, pull_options, "1m"),
	{.name = NULL},
};

const struct heard_plugin heard_plugin = {
	HEARD_ABI,
	.stage = HEARD_INPUT,
	.flags = HEARD_OWN_LOOP,
	.name = "wechat",
	.version = "1.0",
	.summary = "take messages of WeChat and WeCom customer service, and answer them",
	.options = options,
	.writes = "channel source_id created_at body thread author.id order op revision "
		  "attachments attributes.wechat.*",
	.example = "{ plugin = \"wechat\"; token = \"${env:WECHAT_TOKEN}\"; aes_key = "
		   "\"${env:WECHAT_AES_KEY}\";\n"
		   "  app_id = \"wx0123456789abcdef\"; secret = \"${env:WECHAT_SECRET}\"; }",
	.self_size = sizeof(struct wechat),
	.open = wechat_open,
	.start = wechat_start,
	.stop = wechat_stop,
	.close = wechat_close,
	.pause = wechat_pause,
	.resume = wechat_resume,
	.decode = wechat_decode,
	.reply = wechat_reply,
};
