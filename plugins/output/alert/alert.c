/*
 * alert.c - output: warn when customers turn.
 *
 * Reads all records of its pipeline, counts them by product, category, channel and in
 * all, and tells by a hook what is out of the ordinary: more bad ones, or a larger part
 * of them, than is usual at this hour of the week; many that say the same; a channel
 * that fell silent; and what somebody raised by hand.  The statistics are in
 * plugins/lib/watch (watch.h, chart.h and baseline.h say which and where they come
 * from); docs/decisions/0058-alerts.md says why these.
 *
 * Bad is a rating in the lower half of its scale, the intent complaint, or a negative
 * sentiment.  Time is the clock's at arrival.  A record that heard took in more than an
 * hour ago (a replay), or that was written more than a day before it came (an import),
 * is not counted at all: it says nothing about now.  Nor is spam, a repeat by the same
 * person, or a later revision.
 *
 * Counting cannot fail, so a record is delivered at once.  A kill loses the counts since
 * the last snapshot.  The instance has a loop of its own, as it writes files.
 */
#include "alert.h"

#include "outbox.h"
#include "snapshot.h"
#include "spool.h"

#include <heard/batch.h>
#include <heard/buf.h>
#include <heard/delivery.h>
#include <heard/error.h>
#include <heard/gauge.h>
#include <heard/host.h>
#include <heard/time.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum {
	TICK_MS = 2000,
	SAVE_MS = 5 * 60 * 1000,
	HOUR_MS = 3600 * 1000,
	STALE_MS = HOUR_MS,
	IMPORTED_MS = 24 * HOUR_MS,
	PATH_MOST = 4096,
};

/* ---- records */

static bool is_low(const struct heard_record *r, enum heard_field field, double most)
{
	double value = heard_get_number(r, field, -1);
	return value >= 0 && value < (1 + most) / 2;
}

static double best_rating(const struct heard_record *r)
{
	double rating = heard_get_number(r, HEARD_RATING, 0);
	double otherwise = rating <= 5 ? 5 : rating <= 10 ? 10 : 100;
	return heard_get_number(r, HEARD_RATING_MAX, otherwise);
}

static bool is_bad(const struct heard_record *r)
{
	return heard_str_is(heard_get_str(r, HEARD_SENTIMENT_LABEL), "negative") ||
	       heard_str_is(heard_get_str(r, HEARD_INTENT), "complaint") ||
	       is_low(r, HEARD_RATING, best_rating(r)) || is_low(r, HEARD_CSAT, 5);
}

static bool is_news(const struct heard_record *r, int64_t now)
{
	int64_t received = heard_get_time(r, HEARD_RECEIVED_AT);
	int64_t created = heard_get_time(r, HEARD_CREATED_AT);
	struct heard_str op = heard_get_str(r, HEARD_OP);
	if (received != HEARD_TIME_NONE && now - received > STALE_MS)
		return false;
	if (created != HEARD_TIME_NONE && now - created > IMPORTED_MS)
		return false;
	return (op.len == 0 || heard_str_is(op, "create")) &&
	       !heard_str_is(heard_get_str(r, HEARD_SPAM_VERDICT), "spam") &&
	       !heard_has(r, HEARD_DUPLICATE_OF);
}

static void see(struct alert *a, const struct heard_record *r, int64_t now)
{
	struct heard_value words = heard_get(r, HEARD_KEYWORDS);
	struct heard_str subject = heard_str_trim(heard_get_str(r, HEARD_SUBJECT));
	struct heard_str body = heard_str_trim(heard_get_str(r, HEARD_BODY));
	struct sighting seen = {
		.product = heard_str_trim(heard_get_str(r, HEARD_PRODUCT)),
		.category = heard_get_str(r, HEARD_CATEGORY),
		.channel = heard_get_str(r, HEARD_CHANNEL),
		.sample = subject.len ? subject : body,
		.text = body.len ? body : subject,
		.author = heard_get_str(r, HEARD_AUTHOR_KEY),
		.is_bad = is_bad(r),
		.is_known = heard_has(r, HEARD_RATING) || heard_has(r, HEARD_CSAT) ||
			    heard_has(r, HEARD_INTENT) || heard_has(r, HEARD_SENTIMENT_LABEL),
		.is_high = heard_str_is(heard_get_str(r, HEARD_PRIORITY), "high"),
	};
	if (words.type == HEARD_LIST_)
		for (size_t i = 0; i < words.list.n && seen.n_keywords < KEYWORDS; i++)
			seen.keywords[seen.n_keywords++] = words.list.at[i];
	watch_add(a->watch, &seen, now);
}

/* ---- telling */

static bool is_en(const struct alert *a)
{
	return strcmp(hook_langs[a->hook.lang], "en") == 0;
}

static void put(struct alert *a, struct outbox_message *m, struct heard_buf *text,
		struct heard_buf *line)
{
	m->text = heard_buf_view(text);
	m->line = heard_buf_view(line);
	if (text->failed || line->failed)
		heard_log(a->host, HEARD_WARN, "out of memory: an alert is not sent");
	else
		outbox_add(a->outbox, m);
	a->is_dirty = true;
	heard_buf_release(text);
	heard_buf_release(line);
}

static void on_notice(void *arg, const struct notice *n)
{
	struct alert *a = arg;
	struct heard_buf text, line;
	char id[96];
	heard_buf_init(&text, MESSAGE_TEXT);
	heard_buf_init(&line, MESSAGE_LINE);
	snprintf(id, sizeof(id), "%s-%llu-%lld", words_event(n),
		 (unsigned long long)n->incident->id, (long long)n->now);
	struct outbox_message m = {.id = heard_str(id),
				   .event = heard_str(words_event(n)),
				   .at = n->now,
				   .is_high = n->is_high};
	words_text(n, is_en(a) ? WORDS_EN : WORDS_ZH, heard_zone(a->host), &text);
	words_line(n, &line);
	heard_log(a->host, HEARD_NOTICE, "%s: number %llu, %.0f in all", words_event(n),
		  (unsigned long long)n->incident->id, n->incident->bad);
	put(a, &m, &text, &line);
}

static void tell_warning(struct alert *a, const struct warning *w, struct heard_str id)
{
	struct heard_buf text, line;
	heard_buf_init(&text, MESSAGE_TEXT);
	heard_buf_init(&line, MESSAGE_LINE);
	struct outbox_message m = {
		.id = id, .event = HEARD_STR_OF("alert.warning"), .at = w->at, .is_high = true};
	words_warning_text(w, is_en(a) ? WORDS_EN : WORDS_ZH, &text);
	words_warning_line(w, &line);
	put(a, &m, &text, &line);
}

static void alert_write(void *self, const struct heard_batch *batch,
			struct heard_delivery *take_done)
{
	struct alert *a = self;
	int64_t now = heard_now(a->host);
	for (size_t i = 0; i < heard_batch_size(batch); i++) {
		const struct heard_record *r = heard_batch_at(batch, i);
		struct heard_str event = r ? heard_get_str(r, HEARD_EVENT) : heard_str(NULL);
		if (r && heard_str_is(event, "warning")) {
			struct warning w = {.text = heard_get_str(r, HEARD_BODY),
					    .product = heard_get_str(r, HEARD_PRODUCT),
					    .at = now};
			tell_warning(a, &w, heard_get_str(r, HEARD_ID));
		} else if (r && event.len == 0 && is_news(r, now)) {
			see(a, r, now);
		}
	}
	heard_delivery_finish(take_done, HEARD_DELIVERED, 0, NULL);
}

/* ---- the clock */

static void save(struct alert *a, int64_t now)
{
	char path[PATH_MOST];
	struct heard_error err = {0};
	snprintf(path, sizeof(path), "%s/learned", heard_state_folder(a->host));
	if (snapshot_save(path, a->watch, a->outbox, &err) != 0)
		heard_log(a->host, HEARD_WARN,
			  "what was learned cannot be saved, trying again in five minutes: %s",
			  err.text);
	a->saved = now;
	a->is_dirty = false;
}

/* A warning leaves the spool once it is in the snapshot.  If that cannot be written it is
 * in memory only, since left where it is it would be told again and again. */
static void take_warnings(struct alert *a, int64_t now)
{
	struct spooled s;
	struct heard_error err = {0};
	char names[SPOOL_FILES][sizeof(s.name)];
	const char *folder = heard_state_folder(a->host);
	int found = 0, n = 0;
	while (n < SPOOL_FILES &&
	       (found = spool_next(folder, n ? names[n - 1] : "", &s, &err)) > 0) {
		tell_warning(a, &s.warning, heard_str(s.name));
		memcpy(names[n++], s.name, sizeof(s.name));
	}
	if (found < 0)
		heard_log(a->host, HEARD_WARN, "a raised warning is left out: %s", err.text);
	if (n > 0)
		save(a, now);
	for (int i = 0; i < n; i++)
		spool_remove(folder, names[i]);
}

static void show(struct alert *a)
{
	const struct heard_gauge open = {"", (double)watch_open(a->watch)};
	heard_gauge_set(a->host, "alerts_open", "alerts that have not recovered", &open, 1);
}

static void on_tick(void *arg)
{
	struct alert *a = arg;
	int64_t now = heard_now(a->host);
	if (a->stopping)
		return;
	watch_tick(a->watch, now);
	take_warnings(a, now);
	outbox_pump(a->outbox, now);
	if (a->is_dirty || now - a->saved >= SAVE_MS || now < a->saved)
		save(a, now);
	show(a);
	heard_timer_set(a->timer, TICK_MS);
}

/* ---- life */

static int alert_open(void *self, struct heard_host *host, struct heard_error *err)
{
	struct alert *a = self;
	struct quiet quiet;
	a->host = host;
	int result = hook_check(&a->hook, err);
	return result ? result : quiet_parse(a->quiet, &quiet, err);
}

static void send(void *arg, const struct hook_message *m,
		 void (*done)(void *, enum heard_outcome, int64_t, const char *),
		 void *done_arg)
{
	struct alert *a = arg;
	hook_send(a->sender, m, done, done_arg);
}

static void load(struct alert *a)
{
	char path[PATH_MOST];
	struct heard_error err = {0};
	snprintf(path, sizeof(path), "%s/learned", heard_state_folder(a->host));
	int result = snapshot_load(path, a->watch, a->outbox, &err);
	if (result && result != -ENOENT)
		heard_log(a->host, HEARD_WARN, "learning what is usual begins anew: %s",
			  err.text);
}

static int alert_start(void *self, struct heard_error *err)
{
	struct alert *a = self;
	struct watch_options watch = {.weeks = (double)a->baseline.weeks,
				      .samples = (double)a->baseline.min_samples,
				      .learn_hours = (double)a->baseline.learn / HOUR_MS,
				      .false_alarms = a->baseline.false_alarms,
				      .like = (unsigned)a->like.count,
				      .like_within = a->like.within,
				      .silence = a->silence};
	struct outbox_options outbox = {.host = a->host,
					.zone = heard_zone(a->host),
					.per_hour = (unsigned)a->per_hour,
					.is_en = is_en(a),
					.send = send,
					.arg = a};
	if (quiet_parse(a->quiet, &outbox.quiet, err) != 0)
		return -err->code;
	a->sender = hook_create(a->host, &a->hook, err);
	if (!a->sender)
		return -err->code;
	a->watch = watch_create(&watch, heard_zone(a->host));
	a->outbox = outbox_create(&outbox);
	a->timer = heard_timer_create(a->host, on_tick, a);
	if (!a->watch || !a->outbox || !a->timer)
		return heard_fail(err, ENOMEM, "out of memory");
	load(a);
	a->watch->tell = on_notice;
	a->watch->arg = a;
	a->saved = heard_now(a->host);
	heard_timer_set(a->timer, 0);
	return 0;
}

static void on_stopped(void *arg)
{
	struct alert *a = arg;
	save(a, heard_now(a->host));
	heard_done(a->stopping);
}

static void alert_stop(void *self, struct heard_done *take_done)
{
	struct alert *a = self;
	a->stopping = take_done;
	heard_timer_clear(a->timer);
	hook_stop(a->sender, on_stopped, a);
}

static void alert_close(void *self)
{
	struct alert *a = self;
	if (a->timer)
		heard_timer_destroy(a->timer);
	hook_destroy(a->sender);
	outbox_destroy(a->outbox);
	watch_destroy(a->watch);
}

static const struct heard_option baseline_options[] = {
	{"weeks", HEARD_INT(struct alert_baseline, weeks), .value = "6", .min = 2, .max = 52,
	 .help = "How many weeks what is usual is remembered for, the last ones most"},
	{"min_samples", HEARD_INT(struct alert_baseline, min_samples), .value = "30", .min = 5,
	 .max = 100000,
	 .help = "Records that a product, category or channel must have had before it can "
		 "alert"},
	{"learn", HEARD_DURATION(struct alert_baseline, learn), .value = "3d", .min = 3600000,
	 .max = 5184000000,
	 .help = "How long it listens before anything but like texts and warnings can alert"},
	{"false_alarms", HEARD_REAL(struct alert_baseline, false_alarms), .value = "0.5",
	 .min = 0.01, .max = 100,
	 .help = "False alarms a week that are bearable if customers did as they usually do"},
	{.name = NULL},
};
static const struct heard_option like_options[] = {
	{"count", HEARD_INT(struct alert_like, count), .value = "10", .min = 3, .max = 64,
	 .help = "How many customers must say the same"},
	{"within", HEARD_DURATION(struct alert_like, within), .value = "10m", .min = 60000,
	 .max = 86400000, .help = "In which time they must say it"},
	{.name = NULL},
};
static const struct heard_option options[] = {
	HOOK_OPTIONS(struct alert),
	{"quiet", HEARD_STRING(struct alert, quiet), .value = "",
	 .help = "Hours in which only alerts of priority high are sent, such as "
		 "\"22:00-08:00\"; the others wait"},
	{"baseline", HEARD_GROUP(struct alert, baseline, baseline_options),
	 .help = "What is usual, by hour of the week"},
	{"like", HEARD_GROUP(struct alert, like, like_options),
	 .help = "When texts that are alike are an alert"},
	{"silence", HEARD_BOOL(struct alert, silence), .value = "true",
	 .help = "Alert when a channel is silent for longer than it usually is"},
	{"per_hour", HEARD_INT(struct alert, per_hour), .value = "12", .min = 1, .max = 1000,
	 .help = "Most messages in an hour; more are held and sent as one"},
	{.name = NULL},
};

const struct heard_plugin heard_plugin = {
	HEARD_ABI,
	.stage = HEARD_OUTPUT,
	.flags = HEARD_OWN_LOOP, /* it writes files */
	.name = "alert",
	.version = "1.0",
	.summary = "warn when customers turn: more complaints than usual, a silent channel",
	.options = options,
	.reads = "id event op received_at created_at subject body author.key rating rating_max "
		 "csat sentiment.label intent product category channel priority keywords "
		 "spam.verdict duplicate_of",
	.example = "{ plugin = \"alert\"; preset = \"dingtalk\"; url = "
		   "\"https://oapi.dingtalk.com/robot/send?access_token=...\"; quiet = "
		   "\"22:00-08:00\"; }",
	.commands = alert_commands,
	.self_size = sizeof(struct alert),
	.open = alert_open,
	.start = alert_start,
	.stop = alert_stop,
	.close = alert_close,
	.write = alert_write,
};
