/*
 * wechat.h - one instance: an account of WeChat, or customer service of WeCom.
 */
#ifndef WECHAT_WECHAT_H
#define WECHAT_WECHAT_H

#include "access.h"
#include "crypt.h"
#include "feedback.h"
#include "media.h"

#include <heard/buf.h>
#include <heard/str.h>
#include <pull/pull.h>
#include <respond/respond.h>

enum wechat_kind { KIND_WECHAT, KIND_WECOM };
enum { KF_TOKEN_MAX = 256, KF_TOKEN_MS = 10 * 60 * 1000 };

struct heard_batch;
struct heard_http;

struct wechat {
	int kind; /* enum wechat_kind */
	const char *listener, *path, *token, *aes_key, *app_id, *secret, *base_url;
	struct feedback_options feedback;
	struct media_options media;
	int64_t tolerance;
	struct pull_options pull_options;

	struct heard_host *host;
	struct crypt crypt;
	struct heard_fetch_client *client;
	struct access_options access_options;
	struct access *access;	 /* NULL: no secret, so no answers     */
	struct respond *respond; /* the same                           */
	struct pull *pull;	 /* of WeCom                           */
	bool is_pulling;
	char kf_token[KF_TOKEN_MAX]; /* of the last callback, "": none     */
	int64_t kf_token_at;
	struct media *fetching; /* files of messages that wait for them */
	int n_fetching;
	struct heard_done *stopping;
	int n_stopping;
};

/* callback.c: the slot `handle` of the route */
void callback_handle(void *arg, struct heard_http *take_request);

/* reply.c */
extern const struct respond_hooks reply_hooks;
extern const struct respond_window reply_window;
/* base_url + path + ?access_token=; false: there is no token yet. */
bool reply_url(struct wechat *, const char *path, struct heard_buf *url);

/* kf.c: WeCom's messages are asked for */
extern const struct pull_hooks kf_hooks;
int kf_decode(const struct wechat *, struct heard_str page, struct heard_batch *,
	      struct heard_error *);
/* A callback said that there is something. */
void kf_poke(struct wechat *, struct heard_str token);

#endif
