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
 * said, so a deletion is taken whatever it is of.
 *
 * An answer is a status below the customer's, as visible as his.
 */
#include <feed/feed.h>
#include <heard/error.h>
#include <heard/fetch.h>
#include <heard/json.h>
#include <heard/plugin.h>
#include <heard/record.h>
#include <pull/climb.h>
#include <social/social.h>
#include <text/percent.h>

enum { LIMIT = 40 };
enum { STREAM_USER, STREAM_NOTIFICATION, STREAM_NONE };

struct mastodon {
	struct social social;
	const char *streaming_url, *token, *account;
	struct heard_list tags;
	int stream;
	int64_t late, max_chars;
};

/* ---- a status as a record [worker] */

static const struct feed_field fields[] = {
	{"source_id", "id"},
	{"created_at", "created_at"},
	{"updated", "edited_at"},
	{"deleted", "deleted"},
	{"lang", "language"},
	{"body", "content"},
	{"author.name", "account.display_name"},
	{"in_reply_to", "in_reply_to_id"},
	{"attributes.mastodon.visibility", "visibility"},
	{"attributes.mastodon.bot", "account.bot"},
	{NULL, NULL},
};

static int set_words(const struct heard_json *status, struct heard_record *r)
{
	const struct heard_json *media = feed_get(status, "media_attachments.0");
	struct social_words words = {
		.above = heard_json_string(status, "spoiler_text"),
		.text = heard_get_str(r, HEARD_BODY),
		.kind = heard_json_string(media, "type"),
		.description = heard_json_string(media, "description"),
		.lang = heard_get_str(r, HEARD_LANG),
	};
	int result = social_set_words(r, &words);
	return result ? result : social_set(r, "mastodon.media", words.kind);
}

static int finish(void *arg, const struct heard_json *item, struct heard_record *r,
		  struct heard_error *err)
{
	const struct mastodon *m = arg;
	const struct heard_json *status = feed_part(m->social.feed, item);
	struct heard_str who = feed_text(status, "account.acct", NULL, 0);
	if (status != item && !heard_str_is(heard_json_string(item, "type"), "mention")) {
		heard_record_drop(r, "other");
		return 0;
	}
	int result = social_set_author(&m->social, r, who, m->account, err);
	return result ? result : set_words(status, r);
}

/* ---- mentions and tags are asked for */

/* Of a tag, or without one of mentions. */
static int ask(void *arg, struct heard_str state, struct pull_request *q,
	       struct heard_error *err)
{
	const struct social_source *s = arg;
	const struct mastodon *m = s->self;
	struct climb c;
	(void)err;
	heard_buf_printf(&q->url, "%s/api/v1/%s", m->social.base_url,
			 s->what ? "timelines/tag/" : "notifications");
	text_escape(&q->url, heard_str(s->what));
	heard_buf_printf(&q->url, "?limit=%d%s", LIMIT, s->what ? "" : "&types%5B%5D=mention");
	climb_parse(state, &c);
	const char *from = climb_from(&c, s->what ? m->late : 0);
	if (from || m->social.history)
		heard_buf_printf(&q->url, "&min_id=%s", from ? from : "0");
	pull_header(q, "Authorization: Bearer %s", m->token);
	return 0;
}

/* ---- the stream tells */

static int ask_stream(void *arg, struct pull_request *q, struct heard_error *err)
{
	const struct mastodon *m = arg;
	(void)err;
	heard_buf_printf(&q->url, "%s/api/v1/streaming/user%s",
			 m->streaming_url[0] ? m->streaming_url : m->social.base_url,
			 m->stream == STREAM_NOTIFICATION ? "/notification" : "");
	pull_header(q, "Authorization: Bearer %s", m->token);
	return 0;
}

static bool is_ours(const struct mastodon *m, const struct heard_json *status)
{
	return social_has(heard_json_member(status, "mentions"), "acct", m->account) ||
	       social_has_any(heard_json_member(status, "tags"), "name", &m->tags);
}

static void on_event(void *self, struct heard_str name, struct heard_str data,
		     const struct heard_json *json)
{
	struct mastodon *m = self;
	if (heard_str_is(name, "delete"))
		social_tell_deleted(&m->social, heard_str_trim(data));
	else if (heard_str_is(name, "status.update") && json && is_ours(m, json))
		social_tell(&m->social, data);
	else if (heard_str_is(name, "notification") &&
		 (!json || heard_str_is(heard_json_string(json, "type"), "mention")))
		social_poke(&m->social);
}

/* ---- answers */

static int reply_ask(void *arg, const struct respond_to *to, struct pull_request *q,
		     struct heard_error *err)
{
	const struct mastodon *m = arg;
	struct heard_str visibility = social_attribute(to, "mastodon.visibility");
	struct heard_json_out out = {.buf = &q->body};
	if (visibility.len == 0)
		visibility = HEARD_STR_OF("direct");
	struct social_style how = {.is_named = true,
				   .is_private = heard_str_is(visibility, "direct"),
				   .count = social_characters,
				   .most = m->max_chars};
	heard_buf_printf(&q->url, "%s/api/v1/statuses", m->social.base_url);
	pull_header(q, "Authorization: Bearer %s", m->token);
	pull_header(q, "Content-Type: application/json");
	pull_header(q, "Idempotency-Key: %s", to->id);
	heard_json_begin(&out, NULL, '{');
	int result = social_write(&out, "status", to, &how, err);
	heard_json_str(&out, "in_reply_to_id", to->source_id);
	heard_json_str(&out, "visibility", visibility);
	heard_json_end(&out, '}');
	return result;
}

static const struct respond_meaning meanings[] = {
	{404, RESPOND_REFUSED, 0,
	 "the customer's post is not there any more: nothing can be written below it"},
	{422, RESPOND_REFUSED, 0,
	 "the server does not take such a post (HTTP 422); does it allow fewer characters than "
	 "max_chars?"},
	{.text = NULL},
};

/* ---- life */

static const struct social_network network = {
	.name = "mastodon",
	.counted_by = "id",
	.feed = {.part = "status", .table = fields},
	.pull = {.ask = ask, .read = social_climb},
	.finish = finish,
	.answer = reply_ask,
	.meanings = meanings,
};

static int mastodon_open(void *self, struct heard_host *host, struct heard_error *err)
{
	struct mastodon *m = self;
	int result = social_check_name("account", m->account, '@', err);
	if (result == 0)
		result = social_check_names("tags", &m->tags, '#', err);
	if (result == 0 && m->streaming_url[0] && heard_fetch_check_url(m->streaming_url, err))
		result = heard_error_wrap(err, "streaming_url");
	return result ? result : social_open(&m->social, host, &network, err);
}

static int mastodon_start(void *self, struct heard_error *err)
{
	struct mastodon *m = self;
	int result = social_start(&m->social, err);
	if (result == 0)
		result = social_pull(&m->social, NULL, err, "mentions");
	for (size_t i = 0; i < m->tags.n && result == 0; i++)
		result = social_pull(&m->social, m->tags.at[i], err, "tag:%s", m->tags.at[i]);
	if (result == 0 && m->stream != STREAM_NONE)
		result = social_listen(&m->social, ask_stream, on_event, err);
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
	{"late", HEARD_DURATION(struct mastodon, late), .value = "10m", .max = 86400000,
	 .help = "How late a tagged post of another server may arrive and still be found"},
	SOCIAL_HISTORY_OPTION(struct mastodon),
	{"max_chars", HEARD_INT(struct mastodon, max_chars), .value = "500", .min = 50,
	 .max = 50000, .help = "Longest post that the server takes, in characters"},
	SOCIAL_OPTIONS(struct mastodon, "1m"),
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
	SOCIAL_REPLY_SLOTS,
};
