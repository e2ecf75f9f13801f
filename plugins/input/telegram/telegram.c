/*
 * telegram.c - messages to a bot of Telegram, and its answers.
 *
 * Updates are asked for by getUpdates, whose offset confirms what is committed; or they
 * are posted to a webhook, and confirmed by 200 after the commit.  What comes by a webhook
 * and makes no sense is a dead letter and not sent again, as Telegram would hold back all
 * that is behind it.
 *
 * The state is "OFFSET TIME".  After a week without updates Telegram counts from a number
 * of its own choice, which may be below the offset; so after six days it is asked without
 * one, which gives what was not confirmed.
 *
 * A message is known by its chat and number, both personal: the core hashes that.  An edit
 * is a revision by its time; Telegram has only seconds, so the update's number tells two
 * of one second apart.  author.id is the chat, in a group with the person behind a slash.
 */
#include <feed/feed.h>
#include <heard/batch.h>
#include <heard/error.h>
#include <heard/fetch.h>
#include <heard/host.h>
#include <heard/http.h>
#include <heard/json.h>
#include <heard/plugin.h>
#include <intake/intake.h>
#include <social/social.h>
#include <verify/verify.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { GROUPS_MENTIONS, GROUPS_ALL, GROUPS_NONE };
enum {
	CONNECTIONS = 4,
	ADDRESS = 64,
	LIMIT = 100,
	UPDATE_MAX = 256 << 10,
	TEXT_MAX = 4096,
	JSON_MAX = 1 << 20
};
#define FORGOTTEN_MS (INT64_C(6) * 24 * 3600 * 1000)

struct telegram {
	struct social social;
	const char *token, *username, *webhook, *webhook_secret, *listener;
	int groups;
	int64_t poll;
	struct verify verify;
};

static int64_t number(const struct heard_json *tree, const char *path)
{
	const struct heard_json *j = feed_get(tree, path);
	return j && j->type == HEARD_JSON_INT ? j->integer : 0;
}

/* ---- a message as a record [worker] */

static const char *const names[] = {"source_id", "created_at", "author.name"};
static const char *const paths[] = {"update_id", "message.date|edited_message.date",
				    "message.from.first_name|edited_message.from.first_name"};
static const struct feed_options fields = {
	.format = FEED_JSON, .items = "result", .fields = {names, paths, 3}};

static const struct {
	const char *member, *zh, *en;
} kinds[] = {{"photo", "图片", "photo"},	 {"voice", "语音", "voice"},
	     {"video", "视频", "video"},	 {"video_note", "视频", "video"},
	     {"animation", "动图", "animation"}, {"audio", "音频", "audio"},
	     {"document", "文件", "document"},	 {"sticker", "贴纸", "sticker"},
	     {"contact", "名片", "contact"},	 {"location", "位置", "location"},
	     {NULL, "消息", "message"}};

/* The file, of a photo the largest: the last. */
static const struct heard_json *file_of(const struct heard_json *part)
{
	const struct heard_json *file = part;
	if (part->type == HEARD_JSON_ARRAY)
		for (const struct heard_json *i = part->first; i; i = i->next)
			file = i;
	return file;
}

/* Without words, what it is stands in brackets. */
static int set_words(const struct heard_json *m, struct heard_record *r)
{
	struct heard_str text = feed_text(m, "text|caption", NULL, 0);
	bool is_zh = heard_str_starts(feed_text(m, "from.language_code", NULL, 0),
				      HEARD_STR_OF("zh"));
	char what[64];
	size_t i = 0;
	while (kinds[i].member && !heard_json_member(m, kinds[i].member))
		i++;
	snprintf(what, sizeof(what), "[%s]", is_zh ? kinds[i].zh : kinds[i].en);
	int result = heard_set_str(r, HEARD_BODY, text.len ? text : heard_str(what));
	if (result != 0 || kinds[i].member == NULL)
		return result;
	const struct heard_json *file = file_of(heard_json_member(m, kinds[i].member));
	result = social_set(r, "telegram.kind", heard_str(kinds[i].member));
	if (result == 0)
		result = social_set(r, "telegram.file_id", heard_json_string(file, "file_id"));
	if (result == 0)
		result = social_set(r, "telegram.file_name",
				    heard_json_string(file, "file_name"));
	if (result == 0 && number(m, "contact.user_id") == number(m, "from.id"))
		result = heard_set_str(
			r, HEARD_AUTHOR_PHONE,
			heard_json_string(heard_json_member(m, "contact"), "phone_number"));
	return result;
}

static bool is_to_us(const struct telegram *t, const struct heard_json *m)
{
	struct heard_str text = feed_text(m, "text|caption", NULL, 0);
	const struct heard_json *e = feed_get(m, "entities|caption_entities");
	int64_t bot = atoll(t->token); /* "id:secret" */
	size_t n = strlen(t->username);
	bool is = number(m, "reply_to_message.from.id") == bot;
	for (e = e ? e->first : NULL; e && !is; e = e->next)
		is = number(e, "user.id") == bot;
	for (size_t i = 0; i + n < text.len && n > 0 && !is; i++)
		is = text.ptr[i] == '@' && strncasecmp(text.ptr + i + 1, t->username, n) == 0;
	return is;
}

/* Why it is no feedback; NULL: it is. */
static const char *why_not(const struct telegram *t, const struct heard_json *m)
{
	struct heard_str type = feed_text(m, "chat.type", NULL, 0);
	const struct heard_json *is_bot = feed_get(m, "from.is_bot");
	bool is_group = heard_str_is(type, "group") || heard_str_is(type, "supergroup");
	struct heard_str text = feed_text(m, "text", NULL, 0);
	if (m == NULL || (!is_group && !heard_str_is(type, "private")))
		return "other";
	if (number(m, "from.id") == 0 || (is_bot && is_bot->boolean))
		return "bot";
	if (is_group &&
	    (t->groups == GROUPS_NONE || (t->groups == GROUPS_MENTIONS && !is_to_us(t, m))))
		return "unaddressed";
	return heard_str_starts(text, HEARD_STR_OF("/start")) ? "command" : NULL;
}

static int set_ids(const struct telegram *t, const struct heard_json *m, int64_t update,
		   struct heard_record *r)
{
	char id[ADDRESS], who[ADDRESS];
	int64_t chat = number(m, "chat.id"), from = number(m, "from.id");
	int64_t message = number(m, "message_id"), edited = number(m, "edit_date");
	snprintf(id, sizeof(id), "%lld:%lld", (long long)chat, (long long)message);
	if (chat == from)
		snprintf(who, sizeof(who), "%lld", (long long)chat);
	else
		snprintf(who, sizeof(who), "%lld/%lld", (long long)chat, (long long)from);
	int result = heard_set_str(r, HEARD_SOURCE_ID, heard_str(id));
	if (result == 0 && edited > 0 && edited < FORGOTTEN_MS * 1000)
		result = heard_set_int(r, HEARD_REVISION, edited * 1000 + update % 1000);
	if (result == 0)
		result = social_set_who(r, t->social.host, "telegram", heard_str(who));
	return result ? result : social_set_int(r, "telegram.message", message);
}

static int finish(void *arg, const struct heard_json *item, struct heard_record *r,
		  struct heard_error *err)
{
	const struct telegram *t = arg;
	const struct heard_json *m = feed_get(item, "message|edited_message");
	const char *why = why_not(t, m);
	if (why != NULL) {
		heard_record_drop(r, why);
		return 0;
	}
	if (number(m, "message_id") == 0 || number(m, "chat.id") == 0)
		return heard_fail(err, EBADMSG, "the message has no number or no chat");
	if (set_ids(t, m, number(item, "update_id"), r) || set_words(m, r))
		return heard_fail(err, ENOMEM, "no memory for the record");
	return 0;
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
	const struct telegram *t = arg;
	long long offset = 0, at = 0;
	char text[ADDRESS];
	(void)err;
	snprintf(text, sizeof(text), "%.*s", HEARD_ARG(state));
	put_url(t, q, "getUpdates");
	heard_buf_puts(&q->body, "{");
	if (sscanf(text, "%lld %lld", &offset, &at) == 2 &&
	    heard_now(t->social.host) - at < FORGOTTEN_MS)
		heard_buf_printf(&q->body, "\"offset\":%lld,", offset);
	heard_buf_printf(&q->body,
			 "\"limit\":%d,\"timeout\":%lld,"
			 "\"allowed_updates\":[\"message\",\"edited_message\"]}",
			 LIMIT, (long long)(t->poll / 1000));
	q->wait_ms = t->poll;
	return 0;
}

static int read_page(void *arg, struct heard_str state, const struct heard_fetch_answer *a,
		     struct pull_page *page, struct heard_error *err)
{
	const struct telegram *t = arg;
	struct feed_page *list = feed_page_read(t->social.feed, a->body, err);
	int64_t last = -1;
	size_t n;
	(void)state;
	if (list == NULL)
		return heard_fail(err, EPROTO, "the answer is no list of updates");
	for (const struct heard_json *i = feed_page_first(list, &n); i; i = i->next)
		if (number(i, "update_id") > last)
			last = number(i, "update_id");
	feed_page_destroy(list);
	page->more = last >= 0;
	if (last >= 0)
		heard_buf_printf(&page->state, "%lld %lld", (long long)last + 1,
				 (long long)heard_now(t->social.host));
	if (n == 0)
		page->raw = HEARD_STR_OF("");
	return 0;
}

/* "parameters": {"retry_after": seconds}; 0: it does not say. */
static int64_t retry_after_ms(const struct heard_fetch_answer *a)
{
	struct heard_error err;
	struct heard_json_doc *doc = heard_json_parse(a->body, JSON_MAX, &err);
	int64_t s = doc ? number(heard_json_root(doc), "parameters.retry_after") : 0;
	heard_json_destroy(doc);
	return s > 0 && s < 86400 ? s * 1000 : a->retry_after_ms > 0 ? a->retry_after_ms : 0;
}

static int refused(void *arg, const struct heard_fetch_answer *a, int64_t *after_ms,
		   struct heard_error *err)
{
	(void)arg;
	*after_ms = retry_after_ms(a);
	if (a->status == 401 || a->status == 404)
		return heard_fail(err, EACCES, "status %d: the token is not that of a bot",
				  a->status);
	if (a->status == 409)
		return heard_fail(err, EPROTO,
				  "status 409: a webhook is set, or another program asks with "
				  "the same token; call deleteWebhook, or end the other one");
	return a->status == 429 ? heard_fail(err, EAGAIN, "status 429: it asks us to wait") : 0;
}

static const struct pull_hooks pull_hooks = {.ask = ask, .read = read_page, .refused = refused};

/* ---- or posted to us */

static void on_receipt(void *arg, struct heard_http *take, const struct heard_receipt *receipt)
{
	(void)arg;
	if (receipt->code == -EEXIST || receipt->code == -EBADMSG || receipt->code == -EFBIG)
		heard_http_reply(take, 200, NULL, heard_str_n(NULL, 0));
	else
		intake_reply(take, receipt);
}

static void handle(void *arg, struct heard_http *take)
{
	struct telegram *t = arg;
	struct heard_buf list;
	if (!verify_or_refuse(&t->verify, take, heard_now(t->social.host)))
		return;
	heard_buf_init(&list, UPDATE_MAX + ADDRESS);
	heard_buf_puts(&list, "{\"result\":[");
	heard_buf_str(&list, heard_http_body(take));
	heard_buf_puts(&list, "]}");
	struct heard_emission e = {.raw = heard_buf_view(&list),
				   .context = HEARD_STR("webhook")};
	if (list.failed)
		heard_http_problem(take, 503, "out of memory");
	else
		intake_take(t->social.host, take, &e, on_receipt, t);
	heard_buf_release(&list);
}

/* ---- answers */

/* An address begins with its chat; it is a view, and nothing ends it but its length. */
static int64_t chat_of(struct heard_str address)
{
	bool is_group = address.len > 0 && address.ptr[0] == '-';
	int64_t chat = 0;
	for (size_t i = is_group; i < address.len && i < 19; i++) {
		if (address.ptr[i] < '0' || address.ptr[i] > '9')
			break;
		chat = chat * 10 + (address.ptr[i] - '0');
	}
	return is_group ? -chat : chat;
}

static int reply_ask(void *arg, const struct respond_to *to, struct pull_request *q,
		     struct heard_error *err)
{
	const struct telegram *t = arg;
	struct heard_json_out out = {.buf = &q->body};
	bool is_private = to->address.len && !memchr(to->address.ptr, '/', to->address.len);
	struct heard_buf text;
	const struct heard_json *message = heard_json_member(
		heard_json_member(to->record, "attributes"), "telegram.message");
	heard_buf_init(&text, 8 * TEXT_MAX);
	int result = social_write(to, "", is_private, social_utf16, TEXT_MAX, &text, err);
	put_url(t, q, "sendMessage");
	heard_json_begin(&out, NULL, '{');
	heard_json_int(&out, "chat_id", chat_of(to->address));
	heard_json_str(&out, "text", heard_buf_view(&text));
	if (message != NULL && message->type == HEARD_JSON_INT) {
		heard_json_begin(&out, "reply_parameters", '{');
		heard_json_int(&out, "message_id", message->integer);
		heard_json_bool(&out, "allow_sending_without_reply", true);
		heard_json_end(&out, '}');
	}
	heard_json_end(&out, '}');
	heard_buf_release(&text);
	return result;
}

static enum respond_verdict reply_judge(void *arg, const struct heard_fetch_answer *a,
					int64_t *after_ms, struct heard_error *reason)
{
	enum respond_verdict v = respond_judge(a, after_ms, reason);
	(void)arg;
	*after_ms = retry_after_ms(a);
	if (a->status == 400)
		heard_fail(reason, EINVAL,
			   "Telegram does not take it (HTTP 400): the chat or the "
			   "group is not there any more");
	if (a->status == 403) {
		heard_fail(reason, EPERM,
			   "the customer has blocked the bot, or it was put out of "
			   "the group; answer by another channel");
		return RESPOND_REFUSED;
	}
	return a->status == 404 ? RESPOND_LOGIN : v;
}

static const struct respond_hooks reply_hooks = {.ask = reply_ask, .judge = reply_judge};

/* ---- life */

static int open_webhook(struct telegram *t, struct heard_host *host, struct heard_error *err)
{
	struct heard_route route = {.listener = t->listener,
				    .path = t->webhook,
				    .methods = HEARD_HTTP_POST,
				    .max_body = UPDATE_MAX,
				    .handle = handle,
				    .arg = t};
	if (verify_init(&t->verify, VERIFY_TOKEN, t->webhook_secret, err) != 0)
		return heard_error_wrap(err, "webhook_secret");
	t->verify.header = "X-Telegram-Bot-Api-Secret-Token";
	return heard_http_mount(host, &route, err);
}

static int telegram_open(void *self, struct heard_host *host, struct heard_error *err)
{
	struct telegram *t = self;
	size_t digits = strspn(t->token, "0123456789");
	if (digits == 0 || t->token[digits] != ':' || strpbrk(t->token, "/?# \t\r\n"))
		return heard_fail(
			err, EINVAL,
			"token is not of the form 123456:ABC; copy it from BotFather");
	if (t->username[0] == '@')
		return heard_fail(err, EINVAL, "username: write it without @");
	if (t->webhook[0] && open_webhook(t, host, err) != 0)
		return -err->code;
	return social_open(&t->social, host, &fields, finish, err);
}

static int telegram_start(void *self, struct heard_error *err)
{
	struct telegram *t = self;
	int result = social_start(&t->social, CONNECTIONS, &reply_hooks, err);
	if (result == 0 && t->webhook[0] == '\0')
		result = social_pull(&t->social, "updates", &pull_hooks, t, err);
	return result;
}

static void telegram_close(void *self)
{
	social_close(self);
	verify_release(&((struct telegram *)self)->verify);
}

static const char *const groups[] = {"mentions", "all", "none", NULL};
static const struct heard_option options[] = {
	{"token", HEARD_SECRET(struct telegram, token), .value = NULL,
	 .help = "Token of the bot, from BotFather"},
	{"username", HEARD_STRING(struct telegram, username), .value = "",
	 .help = "Name of the bot without @, to know where a group speaks to it"},
	{"groups", HEARD_CHOICE(struct telegram, groups), .value = "mentions",
	 .choices = groups,
	 .help = "What of groups is taken: what mentions or answers the bot, "
		 "all that Telegram hands over, or nothing"},
	{"webhook", HEARD_STRING(struct telegram, webhook), .value = "",
	 .help = "Path that Telegram posts updates to; empty asks for them"},
	{"webhook_secret", HEARD_SECRET(struct telegram, webhook_secret), .value = "",
	 .help = "The secret_token that was given to setWebhook"},
	{"listener", HEARD_STRING(struct telegram, listener), .value = "public",
	 .help = "Name of the listener that the webhook is on"},
	{"poll", HEARD_DURATION(struct telegram, poll), .value = "25s", .min = 0, .max = 50000,
	 .help = "How long a question for updates waits at Telegram when there are none"},
	{"base_url", HEARD_STRING(struct telegram, social.base_url),
	 .value = "https://api.telegram.org", .help = "Where the Bot API is"},
	{"channel", HEARD_STRING(struct telegram, social.channel), .value = "social",
	 .help = "Channel of the records"},
	PULL_OPTIONS(struct telegram, social.pull, "1s"),
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
	.example =
		"{ plugin = \"telegram\"; token = \"${file:secrets/telegram-token}\"; username "
		"= \"shop_bot\"; }",
	.self_size = sizeof(struct telegram),
	.open = telegram_open,
	.start = telegram_start,
	.stop = social_stop,
	.close = telegram_close,
	.pause = social_pause,
	.resume = social_resume,
	.decode = social_decode,
	.reply = social_reply,
};
