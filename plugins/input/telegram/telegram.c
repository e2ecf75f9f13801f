/*
 * telegram.c - messages to a bot of Telegram, and its answers.
 *
 * Updates are asked for by getUpdates, whose offset confirms what is committed
 * (pull/offset.h), or posted to a webhook and confirmed by 200 (social/webhook.c).  After a
 * week without any, Telegram counts anew; so an offset is good for six days.
 *
 * A message is known by its chat and number, both personal: the core hashes that.  An edit
 * is a revision by its time; Telegram has only seconds, so the update's number tells two
 * of one second apart.  author.id is the chat, in a group with the person behind a slash.
 */
#include <feed/feed.h>
#include <heard/error.h>
#include <heard/host.h>
#include <heard/json.h>
#include <heard/plugin.h>
#include <heard/record.h>
#include <pull/offset.h>
#include <social/social.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GROUPS_MENTIONS, GROUPS_ALL, GROUPS_NONE };
#define FORGOTTEN_MS (INT64_C(6) * 24 * 3600 * 1000)

struct telegram {
	struct social social;
	const char *token, *username;
	int groups;
	int64_t poll;
};

/* ---- a message as a record [worker] */

static const struct feed_field fields[] = {
	{"source_id", "message_id|update_id"},
	{"created_at", "date"},
	{"updated", "edit_date"},
	{"author.name", "from.first_name"},
	{"attributes.telegram.message", "message_id"},
	/* of a photo the largest, the last */
	{"attributes.telegram.file_id", "photo.-1.file_id|animation.file_id|sticker.file_id|"
					"voice.file_id|audio.file_id|video.file_id|"
					"video_note.file_id|document.file_id"},
	{"attributes.telegram.file_name", "animation.file_name|audio.file_name|"
					  "video.file_name|document.file_name"},
	{NULL, NULL},
};

/* One's own contact is a number to call. */
static int set_words(const struct heard_json *m, struct heard_record *r)
{
	struct heard_str kind = social_kind_of(m);
	struct social_words words = {.text = feed_text(m, "text|caption", NULL, 0),
				     .kind = kind.len ? kind : HEARD_STR_OF("message"),
				     .lang = feed_text(m, "from.language_code", NULL, 0)};
	int result = social_set(r, "telegram.kind", kind);
	if (result == 0 && feed_int(m, "contact.user_id") == feed_int(m, "from.id"))
		result = heard_set_str(r, HEARD_AUTHOR_PHONE,
				       feed_text(m, "contact.phone_number", NULL, 0));
	return result ? result : social_set_words(r, &words);
}

static bool is_to_us(const struct telegram *t, const struct heard_json *m)
{
	const struct heard_json *e = feed_get(m, "entities|caption_entities");
	int64_t bot = atoll(t->token); /* "id:secret" */
	bool is = feed_int(m, "reply_to_message.from.id") == bot ||
		  social_is_named(feed_text(m, "text|caption", NULL, 0), t->username);
	for (e = e ? e->first : NULL; e && !is; e = e->next)
		is = feed_int(e, "user.id") == bot;
	return is;
}

/* Why it is no feedback; NULL: it is. */
static const char *why_not(const struct telegram *t, const struct heard_json *m)
{
	struct heard_str type = feed_text(m, "chat.type", NULL, 0);
	bool is_group = heard_str_is(type, "group") || heard_str_is(type, "supergroup");
	struct heard_str text = feed_text(m, "text", NULL, 0);
	if (m == NULL || (!is_group && !heard_str_is(type, "private")))
		return "other";
	if (feed_int(m, "from.id") == 0 || feed_is(m, "from.is_bot"))
		return "bot";
	if (is_group &&
	    (t->groups == GROUPS_NONE || (t->groups == GROUPS_MENTIONS && !is_to_us(t, m))))
		return "unaddressed";
	return heard_str_starts(text, HEARD_STR_OF("/start")) ? "command" : NULL;
}

static int finish(void *arg, const struct heard_json *item, struct heard_record *r,
		  struct heard_error *err)
{
	const struct telegram *t = arg;
	const struct heard_json *m = feed_get(item, "message|edited_message");
	long long message = feed_int(m, "message_id"), chat = feed_int(m, "chat.id");
	long long from = feed_int(m, "from.id"), update = feed_int(item, "update_id");
	struct heard_value edited = heard_get(r, HEARD_REVISION);
	const char *why = why_not(t, m);
	char who[64];
	if (why != NULL) {
		heard_record_drop(r, why);
		return 0;
	}
	if (message == 0 || chat == 0)
		return heard_fail(err, EBADMSG, "the message has no number or no chat");
	snprintf(who, sizeof(who), chat == from ? "%lld" : "%lld/%lld", chat, from);
	int result = social_set_id(r, HEARD_SOURCE_ID, "%lld:%lld", chat, message);
	if (result == 0 && edited.type != HEARD_NONE)
		result = heard_set_int(r, HEARD_REVISION, edited.integer + update % 1000);
	if (result == 0)
		result = social_set_who(r, t->social.host, "telegram", heard_str(who));
	return result ? result : set_words(m, r);
}

/* ---- updates are asked for */

static void put_url(const struct telegram *t, struct pull_request *q, const char *method)
{
	heard_buf_printf(&q->url, "%s/bot%s/%s", t->social.base_url, t->token, method);
	pull_header(q, "Content-Type: application/json");
}

static int ask(void *arg, struct heard_str state, struct pull_request *q,
	       struct heard_error *err)
{
	const struct telegram *t = ((struct social_source *)arg)->self;
	long long offset = offset_parse(state, heard_now(t->social.host), FORGOTTEN_MS);
	(void)err;
	put_url(t, q, "getUpdates");
	heard_buf_printf(&q->body,
			 "{\"offset\":%lld,\"limit\":100,\"timeout\":%lld,"
			 "\"allowed_updates\":[\"message\",\"edited_message\"]}",
			 offset, (long long)(t->poll / 1000));
	q->wait_ms = t->poll;
	return 0;
}

static const struct social_refusal refusals[] = {
	{401, EACCES, "the token is not that of a bot"},
	{404, EACCES, "the token is not that of a bot"},
	{409, EPROTO,
	 "a webhook is set, or another program asks, too: call deleteWebhook, or end that one"},
	{0, 0, NULL},
};

/* ---- answers */

static int reply_ask(void *arg, const struct respond_to *to, struct pull_request *q,
		     struct heard_error *err)
{
	struct heard_json_out out = {.buf = &q->body};
	bool is_group = to->address.len && memchr(to->address.ptr, '/', to->address.len);
	struct social_style how = {
		.is_private = !is_group, .count = social_utf16, .most = 4096};
	int64_t message = social_attribute_int(to, "telegram.message");
	put_url(arg, q, "sendMessage");
	heard_json_begin(&out, NULL, '{');
	heard_json_int(&out, "chat_id", social_number(to->address));
	int result = social_write(&out, "text", to, &how, err);
	if (message != 0) {
		heard_json_begin(&out, "reply_parameters", '{');
		heard_json_int(&out, "message_id", message);
		heard_json_bool(&out, "allow_sending_without_reply", true);
		heard_json_end(&out, '}');
	}
	heard_json_end(&out, '}');
	return result;
}

static const struct respond_meaning meanings[] = {
	{400, RESPOND_REFUSED, 0,
	 "Telegram does not take it (HTTP 400): the chat or the group is not there any more"},
	{403, RESPOND_REFUSED, 0,
	 "the customer has blocked the bot, or the group put it out: use another channel"},
	{404, RESPOND_LOGIN, 0, "Telegram knows no such bot (HTTP 404): see the token"},
	{.text = NULL},
};

/* ---- life */

static const struct social_network network = {
	.name = "telegram",
	.feed = {.items = "result", .part = "message|edited_message", .table = fields},
	.pull = {.ask = ask, .read = social_offset, .refused = social_refused},
	.counted_by = "update_id",
	.finish = finish,
	.answer = reply_ask,
	.meanings = meanings,
	.refusals = refusals,
	.retry_after = "parameters.retry_after",
	.post = {VERIFY_TOKEN, "X-Telegram-Bot-Api-Secret-Token", "{\"result\":[", "]}"},
};

static int telegram_open(void *self, struct heard_host *host, struct heard_error *err)
{
	struct telegram *t = self;
	size_t digits = strspn(t->token, "0123456789");
	if (digits == 0 || t->token[digits] != ':' || strpbrk(t->token, "/?# \t\r\n"))
		return heard_fail(err, EINVAL,
				  "token is not of the form 1234:ABC; copy it from BotFather");
	if (t->username[0] && social_check_name("username", t->username, '@', err) != 0)
		return -EINVAL;
	return social_open(&t->social, host, &network, err);
}

static int telegram_start(void *self, struct heard_error *err)
{
	struct telegram *t = self;
	int result = social_start(&t->social, err);
	return result ? result : social_pull(&t->social, NULL, err, "updates");
}

static const char *const groups[] = {"mentions", "all", "none", NULL};
static const struct heard_option options[] = {
	{"token", HEARD_SECRET(struct telegram, token), .value = NULL,
	 .help = "Token of the bot, from BotFather"},
	{"username", HEARD_STRING(struct telegram, username), .value = "",
	 .help = "Name of the bot without @, to know where a group speaks to it"},
	{"groups", HEARD_CHOICE(struct telegram, groups), .value = "mentions",
	 .choices = groups,
	 .help = "What of groups is taken: what mentions or answers the bot, all, or nothing"},
	SOCIAL_WEBHOOK_OPTIONS(struct telegram, "The secret_token given to setWebhook"),
	{"poll", HEARD_DURATION(struct telegram, poll), .value = "25s", .min = 0, .max = 50000,
	 .help = "How long a question for updates waits at Telegram when there are none"},
	SOCIAL_URL_OPTION(struct telegram, "https://api.telegram.org"),
	SOCIAL_OPTIONS(struct telegram, "1s"),
	{.name = NULL},
};

const struct heard_plugin heard_plugin = {
	HEARD_ABI,
	.stage = HEARD_INPUT,
	.flags = HEARD_OWN_LOOP | HEARD_PERSONAL_IDS,
	.name = "telegram",
	.version = "1.0",
	.summary = "take messages to a bot of Telegram, and answer them",
	.options = options,
	.writes = "channel source_id created_at revision body author.id author.name "
		  "author.phone thread attributes.telegram.*",
	.example = "{ plugin = \"telegram\"; token = \"${env:TELEGRAM_TOKEN}\"; }",
	.self_size = sizeof(struct telegram),
	.open = telegram_open,
	.start = telegram_start,
	SOCIAL_REPLY_SLOTS,
};
