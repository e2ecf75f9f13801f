/*
 * mastodon.c - mentions and tags of an account on a Mastodon server, and answers.
 *
 * A mention comes as a notification that holds a status; the timeline of a tag and the
 * stream hold statuses.  The paths of `fields` read both, so that one status is one record
 * whichever way it came, and the second is known by its id.
 *
 * Mentions and tags are asked for, each upwards from the last (pull/climb.h).  The stream
 * makes that quick: a notification only pokes.  What is told nowhere else is emitted from
 * it: an edit of a status that speaks to us, and that one was deleted.  Whose it was is not
 * said, so a deletion is taken whatever it is of; it is the last revision there can be, so
 * that an edit that comes late does not undo it.
 *
 * An answer is a status below the customer's, as visible as his.
 */
#include <feed/feed.h>
#include <heard/batch.h>
#include <heard/error.h>
#include <heard/fetch.h>
#include <heard/json.h>
#include <heard/plugin.h>
#include <pull/climb.h>
#include <social/social.h>

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>

enum { CONNECTIONS = 6, LIMIT = 40, NAME = 256, BODY_EXTRA = 64 << 10, EVENT_MAX = 1 << 20 };
enum { STREAM_USER, STREAM_NOTIFICATION, STREAM_NONE };

struct source { /* what is asked for */
	const struct mastodon *mastodon;
	const char *tag; /* NULL: mentions */
};

struct mastodon {
	struct social social;
	const char *streaming_url, *token, *account;
	struct heard_list tags;
	int stream;
	int64_t late, max_chars;
	bool history;
	struct source sources[SOCIAL_PULLS];
};

/* ---- a status as a record [worker] */

static const char *const names[] = {"source_id",
				    "created_at",
				    "updated",
				    "deleted",
				    "lang",
				    "body",
				    "author.name",
				    "in_reply_to",
				    "attributes.mastodon.visibility",
				    "attributes.mastodon.bot"};
static const char *const paths[] = {"status.id|id",
				    "status.created_at|created_at",
				    "status.edited_at|edited_at",
				    "deleted",
				    "status.language|language",
				    "status.content|content",
				    "status.account.display_name|account.display_name",
				    "status.in_reply_to_id|in_reply_to_id",
				    "status.visibility|visibility",
				    "status.account.bot|account.bot"};
static const struct feed_options fields = {
	.format = FEED_JSON, .fields = {names, paths, sizeof(names) / sizeof(names[0])}};

/* What stands above the text, and what is there in its place. */
static int set_words(const struct heard_json *item, struct heard_record *r)
{
	struct heard_str above = feed_text(item, "status.spoiler_text|spoiler_text", NULL, 0);
	struct heard_str body = heard_get_str(r, HEARD_BODY);
	const struct heard_json *media = feed_get(
		item, "status.media_attachments.0|media_attachments.0");
	struct heard_str type = heard_json_string(media, "type");
	struct heard_buf b;
	heard_buf_init(&b, above.len + body.len + BODY_EXTRA);
	heard_buf_str(&b, above);
	heard_buf_puts(&b, above.len && body.len ? "\n" : "");
	heard_buf_str(&b, body);
	if (b.len == 0 && media)
		heard_buf_printf(&b, "[%.*s] %.*s", HEARD_ARG(type),
				 HEARD_ARG(heard_json_string(media, "description")));
	int result = b.failed ? -ENOMEM : heard_set_str(r, HEARD_BODY, heard_buf_view(&b));
	heard_buf_release(&b);
	return result ? result : social_set(r, "mastodon.media", type);
}

static int finish(void *arg, const struct heard_json *item, struct heard_record *r,
		  struct heard_error *err)
{
	const struct mastodon *m = arg;
	struct heard_str who = feed_text(item, "status.account.acct|account.acct", NULL, 0);
	bool is_mention = heard_str_is(heard_json_string(item, "type"), "mention");
	if (heard_str_is(heard_get_str(r, HEARD_OP), "delete"))
		return 0;
	if (who.len == 0 || who.len >= NAME)
		return heard_fail(err, EBADMSG, "it does not say who wrote it");
	if (heard_json_member(item, "status") && !is_mention)
		heard_record_drop(r, "other");
	else if (social_is(who, m->account))
		heard_record_drop(r, "own");
	else if (social_set_who(r, m->social.host, "mastodon", who) || set_words(item, r))
		return heard_fail(err, ENOMEM, "no memory for the record");
	return 0;
}

/* ---- mentions and tags are asked for */

static int ask(void *arg, struct heard_str state, struct pull_request *q,
	       struct heard_error *err)
{
	const struct source *s = arg;
	const struct mastodon *m = s->mastodon;
	struct climb c;
	char *tag = curl_easy_escape(NULL, s->tag ? s->tag : "", 0);
	(void)err;
	heard_buf_printf(&q->url, "%s/api/v1/%s%s%climit=%d", m->social.base_url,
			 s->tag ? "timelines/tag/" : "notifications?types%5B%5D=mention",
			 tag ? tag : "", s->tag ? '?' : '&', LIMIT);
	curl_free(tag);
	climb_parse(state, &c);
	const char *from = climb_from(&c, s->tag ? m->late : 0);
	if (from || m->history)
		heard_buf_printf(&q->url, "&min_id=%s", from ? from : "0");
	pull_header(q, "Authorization: Bearer %s", m->token);
	return 0;
}

static int read_page(void *arg, struct heard_str state, const struct heard_fetch_answer *a,
		     struct pull_page *page, struct heard_error *err)
{
	const struct source *s = arg;
	struct feed_page *list = feed_page_read(s->mastodon->social.feed, a->body, err);
	struct heard_str link = heard_fetch_header(a, "Link");
	struct climb c;
	size_t n;
	if (list == NULL)
		return heard_fail(err, EPROTO, "the answer is no list of JSON");
	climb_parse(state, &c);
	c.is_begun |= s->mastodon->history;
	for (const struct heard_json *i = feed_page_first(list, &n); i; i = i->next)
		climb_see(&c, heard_json_string(i, "id"));
	page->more = climb_page(&c,
				!link.len || !memmem(link.ptr, link.len, "rel=\"prev\"", 10));
	climb_format(&c, &page->state);
	if (n == 0)
		page->raw = HEARD_STR_OF("");
	feed_page_destroy(list);
	return 0;
}

static const struct pull_hooks pull_hooks = {.ask = ask, .read = read_page};

/* ---- the stream tells */

static int listen_ask(void *arg, struct pull_request *q, struct heard_error *err)
{
	const struct mastodon *m = arg;
	(void)err;
	heard_buf_printf(&q->url, "%s/api/v1/streaming/user%s",
			 m->streaming_url[0] ? m->streaming_url : m->social.base_url,
			 m->stream == STREAM_NOTIFICATION ? "/notification" : "");
	pull_header(q, "Authorization: Bearer %s", m->token);
	return 0;
}

static void listen_up(void *arg)
{
	social_poke(arg);
}

static bool has(const struct heard_json *list, const char *member, const char *name)
{
	for (const struct heard_json *i = list ? list->first : NULL; i; i = i->next)
		if (social_is(heard_json_string(i, member), name))
			return true;
	return false;
}

static bool is_ours(const struct mastodon *m, const struct heard_json *status)
{
	bool is = has(heard_json_member(status, "mentions"), "acct", m->account);
	for (size_t i = 0; i < m->tags.n && !is; i++)
		is = has(heard_json_member(status, "tags"), "name", m->tags.at[i]);
	return is;
}

static void tell_deleted(struct mastodon *m, struct heard_str id)
{
	struct heard_buf item;
	if (id.len == 0 || id.len >= CLIMB_ID)
		return;
	heard_buf_init(&item, NAME + 8 * CLIMB_ID);
	heard_buf_puts(&item,
		       "{\"deleted\":true,\"edited_at\":\"9999-12-31T23:59:59Z\",\"id\":");
	heard_json_put_str(&item, id);
	heard_buf_puts(&item, "}");
	social_tell(&m->social, heard_buf_view(&item));
	heard_buf_release(&item);
}

static void listen_event(void *arg, struct heard_str name, struct heard_str data)
{
	struct mastodon *m = arg;
	struct heard_error err;
	bool is_edit = heard_str_is(name, "status.update");
	if (heard_str_is(name, "delete"))
		tell_deleted(m, heard_str_trim(data));
	if (!is_edit && !heard_str_is(name, "notification"))
		return;
	struct heard_json_doc *doc = heard_json_parse(data, EVENT_MAX, &err);
	const struct heard_json *root = doc ? heard_json_root(doc) : NULL;
	if (is_edit && root && is_ours(m, root))
		social_tell(&m->social, data);
	if (!is_edit && (!root || heard_str_is(heard_json_string(root, "type"), "mention")))
		social_poke(&m->social);
	heard_json_destroy(doc);
}

static const struct listen_hooks listen_hooks = {
	.ask = listen_ask, .up = listen_up, .event = listen_event};

/* ---- answers */

static int reply_ask(void *arg, const struct respond_to *to, struct pull_request *q,
		     struct heard_error *err)
{
	const struct mastodon *m = arg;
	struct heard_str visibility = heard_json_string(
		heard_json_member(to->record, "attributes"), "mastodon.visibility");
	struct heard_json_out out = {.buf = &q->body};
	char head[NAME + 4];
	struct heard_buf text;
	if (visibility.len == 0)
		visibility = HEARD_STR_OF("direct");
	snprintf(head, sizeof(head), "@%.*s ", HEARD_ARG(to->address));
	heard_buf_init(&text, BODY_EXTRA);
	int result = social_write(to, head, heard_str_is(visibility, "direct"),
				  social_characters, m->max_chars, &text, err);
	heard_buf_printf(&q->url, "%s/api/v1/statuses", m->social.base_url);
	pull_header(q, "Authorization: Bearer %s", m->token);
	pull_header(q, "Content-Type: application/json");
	pull_header(q, "Idempotency-Key: %s", to->id);
	heard_json_begin(&out, NULL, '{');
	heard_json_str(&out, "status", heard_buf_view(&text));
	heard_json_str(&out, "in_reply_to_id", to->source_id);
	heard_json_str(&out, "visibility", visibility);
	heard_json_end(&out, '}');
	heard_buf_release(&text);
	return result;
}

static enum respond_verdict reply_judge(void *arg, const struct heard_fetch_answer *a,
					int64_t *after_ms, struct heard_error *reason)
{
	enum respond_verdict v = respond_judge(a, after_ms, reason);
	(void)arg;
	if (a->status == 404)
		heard_fail(reason, ENOENT,
			   "the customer's post is not there any more: nothing "
			   "can be written below it");
	if (a->status == 422)
		heard_fail(reason, EINVAL,
			   "the server does not take such a post (HTTP 422); does "
			   "it allow fewer characters than max_chars?");
	return v;
}

static const struct respond_hooks reply_hooks = {.ask = reply_ask, .judge = reply_judge};

/* ---- life */

static int mastodon_open(void *self, struct heard_host *host, struct heard_error *err)
{
	struct mastodon *m = self;
	if (m->account[0] == '\0' || m->account[0] == '@')
		return heard_fail(err, EINVAL,
				  "account is %s: write the name without @, as in \"shop\"",
				  m->account[0] ? "written with @" : "empty");
	if (m->tags.n >= SOCIAL_PULLS)
		return heard_fail(err, EINVAL, "tags: at most %d", SOCIAL_PULLS - 1);
	for (size_t i = 0; i < m->tags.n; i++)
		if (m->tags.at[i][0] == '\0' || m->tags.at[i][0] == '#')
			return heard_fail(err, EINVAL, "tags: write them without #");
	if (m->streaming_url[0] && heard_fetch_check_url(m->streaming_url, err) != 0)
		return heard_error_wrap(err, "streaming_url");
	return social_open(&m->social, host, &fields, finish, err);
}

static int start_source(struct mastodon *m, const char *tag, struct heard_error *err)
{
	char stream[NAME] = "mentions";
	struct source *s = &m->sources[m->social.n_pulls];
	*s = (struct source){m, tag};
	if (tag)
		snprintf(stream, sizeof(stream), "tag:%s", tag);
	return social_pull(&m->social, stream, &pull_hooks, s, err);
}

static int mastodon_start(void *self, struct heard_error *err)
{
	struct mastodon *m = self;
	int result = social_start(&m->social, CONNECTIONS, &reply_hooks, err);
	if (result == 0)
		result = start_source(m, NULL, err);
	for (size_t i = 0; i < m->tags.n && result == 0; i++)
		result = start_source(m, m->tags.at[i], err);
	if (result == 0 && m->stream != STREAM_NONE)
		result = social_listen(&m->social, &listen_hooks, m, err);
	return result;
}

static const char *const streams[] = {"user", "notification", "none", NULL};
static const struct heard_option options[] = {
	{"base_url", HEARD_STRING(struct mastodon, social.base_url), .value = NULL,
	 .help = "The server, as in https://mastodon.social"},
	{"streaming_url", HEARD_STRING(struct mastodon, streaming_url), .value = "",
	 .help = "Where its streaming API is, if that is elsewhere"},
	{"token", HEARD_SECRET(struct mastodon, token), .value = NULL,
	 .help = "Access token of the account, with the scopes read and write:statuses"},
	{"account", HEARD_STRING(struct mastodon, account), .value = NULL,
	 .help = "Name of the account, whose own posts are no feedback"},
	{"tags", HEARD_LIST(struct mastodon, tags), .value = "",
	 .help = "Tags to follow, without #"},
	{"stream", HEARD_CHOICE(struct mastodon, stream), .value = "user", .choices = streams,
	 .help = "Hear of news at once: by the stream of the account, which also tells edits "
		 "and deletions, by that of its notifications alone, or not"},
	{"late", HEARD_DURATION(struct mastodon, late), .value = "10m", .min = 0,
	 .max = 86400000,
	 .help = "How late a tagged post of another server may arrive and still be found"},
	{"history", HEARD_BOOL(struct mastodon, history), .value = "false",
	 .help = "At the first start, take all that the server has, not the last page only"},
	{"max_chars", HEARD_INT(struct mastodon, max_chars), .value = "500", .min = 50,
	 .max = 50000, .help = "Longest post that the server takes, in characters"},
	{"channel", HEARD_STRING(struct mastodon, social.channel), .value = "social",
	 .help = "Channel of the records"},
	PULL_OPTIONS(struct mastodon, social.pull, "1m"),
	{.name = NULL},
};

const struct heard_plugin heard_plugin = {
	HEARD_ABI,
	.stage = HEARD_INPUT,
	.flags = HEARD_OWN_LOOP,
	.name = "mastodon",
	.version = "1.0",
	.summary = "take mentions and tagged posts of a Mastodon server, and answer them",
	.options = options,
	.writes = "channel source_id created_at revision op lang body author.id author.name "
		  "thread in_reply_to attributes.mastodon.*",
	.example = "{ plugin = \"mastodon\"; base_url = \"https://mastodon.social\"; account = "
		   "\"shop\";\n  token = \"${file:secrets/mastodon-token}\"; }",
	.self_size = sizeof(struct mastodon),
	.open = mastodon_open,
	.start = mastodon_start,
	.reply = social_reply,
	SOCIAL_SLOTS,
};
