/*
 * weibo.c - mentions and comments of an account on Weibo, by asking for them.
 *
 *	mentions   statuses/mentions    statuses that name the account
 *	comments   comments/mentions    comments that name it
 *	received   comments/to_me       comments below what it wrote
 *
 * The newest come first, so each list is a walk (pull/walk.h): `since` moves only when the
 * walk has come down to it.  A comment that stands in two lists is known by its id; ids
 * begin with "s" or "c", as statuses and comments are counted apart.
 *
 * What is wrong is an error_code, in whatever HTTP status.  Weibo lets programs of ordinary
 * rights answer nobody, so there is no `reply`.
 */
#include <feed/feed.h>
#include <heard/error.h>
#include <heard/fetch.h>
#include <heard/json.h>
#include <heard/plugin.h>
#include <heard/record.h>
#include <pull/walk.h>
#include <social/social.h>

#include <errno.h>
#include <string.h>

enum { LISTS = 3, COUNT = 50, JSON_MAX = 64 << 20, LIMITED_MS = 10 * 60 * 1000 };

static const struct {
	const char *name, *path;
} lists[LISTS] = {{"mentions", "statuses/mentions"},
		  {"comments", "comments/mentions"},
		  {"received", "comments/to_me"}};

struct weibo {
	struct social social;
	const char *token, *uid;
	struct heard_list what;
};

/* ---- a status or a comment as a record [worker] */

static const struct feed_field fields[] = {
	{"source_id", "idstr|mid|id"},
	{"created_at", "created_at"},
	{"deleted", "deleted"},
	{"body", "longText.longTextContent|text"},
	{"author.name", "user.screen_name"},
	{NULL, NULL},
};

static int set_id(struct heard_record *r, enum heard_field field, char kind,
		  struct heard_str id)
{
	return id.len ? social_set_id(r, field, "%c%.*s", kind, HEARD_ARG(id)) : 0;
}

static int finish(void *arg, const struct heard_json *item, struct heard_record *r,
		  struct heard_error *err)
{
	const struct weibo *w = arg;
	char scratch[3][40];
	bool is_comment = heard_json_member(item, "status") != NULL;
	struct heard_str who = feed_text(item, "user.idstr|user.id", scratch[0], 40);
	struct heard_str before = feed_text(item, "reply_comment.idstr|reply_comment.id",
					    scratch[1], 40);
	struct heard_str below = feed_text(item, "status.idstr|retweeted_status.idstr",
					   scratch[2], 40);
	int result = social_set_author(&w->social, r, who, w->uid, err);
	if (result == 0)
		result = set_id(r, HEARD_SOURCE_ID, is_comment ? 'c' : 's',
				heard_get_str(r, HEARD_SOURCE_ID));
	if (result == 0)
		result = set_id(r, HEARD_IN_REPLY_TO, before.len ? 'c' : 's',
				before.len ? before : below);
	return result ? result
		      : social_set(r, "weibo.kind",
				   heard_str(is_comment ? "comment" : "status"));
}

/* ---- asking */

static int ask(void *arg, struct heard_str state, struct pull_request *q,
	       struct heard_error *err)
{
	const struct social_source *s = arg;
	const struct weibo *w = s->self;
	struct walk walk;
	(void)err;
	walk_parse(state, &walk);
	heard_buf_printf(&q->url, "%s/2/%s.json?count=%d&since_id=%s", w->social.base_url,
			 s->what, COUNT, walk.since[0] ? walk.since : "0");
	if (walk.below[0])
		heard_buf_printf(&q->url, "&max_id=%s", walk.below);
	pull_header(q, "Authorization: OAuth2 %s", w->token);
	return 0;
}

/* What error_code says: 0 if there is none. */
static int judge(struct heard_str body, int64_t *after_ms, struct heard_error *err)
{
	struct heard_error bad;
	struct heard_json_doc *doc = heard_json_parse(body, JSON_MAX, &bad);
	long long n = doc ? feed_int(heard_json_root(doc), "error_code") : 0;
	heard_json_destroy(doc);
	if (n == 0)
		return 0;
	if (n == 21327 || (n >= 21314 && n <= 21319) || n == 21332 || n == 10006)
		return heard_fail(err, EACCES,
				  "the access token has ended or is wrong (error_code %lld): "
				  "authorise the account again, and put the new one into token",
				  n);
	if (n == 10014 || n == 10005 || n == 21321)
		return heard_fail(err, EACCES,
				  "the app may not do this (error_code %lld): apply for the "
				  "interface at open.weibo.com",
				  n);
	bool is_limit = n >= 10022 && n <= 10024;
	if (is_limit)
		*after_ms = LIMITED_MS;
	if (is_limit || n == 10001 || n == 10009 || n == 10010)
		return heard_fail(err, EAGAIN,
				  "Weibo is busy, or the calls of this hour are used up "
				  "(error_code %lld)",
				  n);
	return heard_fail(err, EPROTO, "Weibo says error_code %lld", n);
}

static int read_page(void *arg, struct heard_str state, const struct heard_fetch_answer *a,
		     struct pull_page *page, struct heard_error *err)
{
	int result = judge(a->body, &page->after_ms, err);
	return result ? result : social_walk(arg, state, a, page, err);
}

static int refused(void *arg, const struct heard_fetch_answer *a, int64_t *after_ms,
		   struct heard_error *err)
{
	(void)arg;
	return judge(a->body, after_ms, err);
}

/* ---- life */

static const struct social_network network = {
	.name = "weibo",
	.feed = {.items = "statuses|comments", .table = fields},
	.pull = {.ask = ask, .read = read_page, .refused = refused},
	.counted_by = "idstr|mid|id",
	.finish = finish,
};

static int weibo_open(void *self, struct heard_host *host, struct heard_error *err)
{
	struct weibo *w = self;
	if (w->what.n == 0)
		return heard_fail(err, EINVAL, "what is empty: name at least one list");
	return social_open(&w->social, host, &network, err);
}

static int weibo_start(void *self, struct heard_error *err)
{
	struct weibo *w = self;
	int result = social_start(&w->social, err);
	for (size_t i = 0; i < LISTS; i++)
		for (size_t j = 0; j < w->what.n && result == 0; j++)
			if (strcmp(w->what.at[j], lists[i].name) == 0)
				result = social_pull(&w->social, lists[i].path, err, "%s",
						     lists[i].name);
	return result;
}

static const char *const kinds[] = {"mentions", "comments", "received", NULL};
static const struct heard_option options[] = {
	{"token", HEARD_SECRET(struct weibo, token), .value = NULL,
	 .help = "Access token of the account, by OAuth 2"},
	{"uid", HEARD_STRING(struct weibo, uid), .value = "",
	 .help = "Number of the account, whose own words are no feedback"},
	{"what", HEARD_LIST(struct weibo, what),
	 .value = "[ \"mentions\", \"comments\", \"received\" ]", .choices = kinds,
	 .help = "Statuses that mention the account, comments that do, comments it received"},
	SOCIAL_HISTORY_OPTION(struct weibo),
	SOCIAL_URL_OPTION(struct weibo, "https://api.weibo.com"),
	SOCIAL_OPTIONS(struct weibo, "5m"),
	{.name = NULL},
};

const struct heard_plugin heard_plugin = {
	HEARD_ABI,
	.stage = HEARD_INPUT,
	.name = "weibo",
	.version = "1.0",
	.summary = "take mentions and comments of an account on Weibo",
	.options = options,
	.writes =
		"channel source_id created_at op body author.id author.name thread in_reply_to "
		"attributes.weibo.*",
	.example = "{ plugin = \"weibo\"; token = \"${file:secrets/weibo-token}\"; uid = "
		   "\"1234567890\"; }",
	.self_size = sizeof(struct weibo),
	.open = weibo_open,
	.start = weibo_start,
	SOCIAL_SLOTS,
};
