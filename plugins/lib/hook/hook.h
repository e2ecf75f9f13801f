/*
 * hook.h - messages to people and programs that listen on a URL.
 *
 * A hook is one endpoint and how it wants to be spoken to: Standard Webhooks, a chat
 * robot (DingTalk, Feishu, WeCom, Slack) or an SMS service (Aliyun, Tencent).  The
 * preset decides body, signature, and what an answer means: most of them say "failed"
 * inside HTTP 200.  A message is safe when done() says DELIVERED; trying again is the
 * caller's, who keeps the message.
 *
 * Rate.  Robots refuse all for minutes once they are sent too much.  So a hook sends
 * at most `rate` a minute; what comes on top waits, and goes out as one digest when
 * the next may be sent.  Each message of a digest shares its outcome.
 *
 * All functions [home].
 */
#ifndef HOOK_HOOK_H
#define HOOK_HOOK_H

#include <heard/delivery.h>
#include <heard/plugin.h>
#include <heard/str.h>

#include <stdbool.h>
#include <stdint.h>

struct heard_error;
struct heard_host;
struct heard_record;
struct hook;

struct hook_sms {
	const char *key_id, *app_id, *region, *sign_name, *template_id;
	struct heard_list to;	 /* numbers in E.164, or "customer"      */
	struct heard_map params; /* names to templates, in this order     */
};

/* Options; a plugin that sends has them as its member `hook`. */
struct hook_options {
	const char *url, *secret, *body, *text;
	int preset, lang;
	struct heard_list headers;
	int64_t in_flight, timeout, rate;
	bool allow_private;
	struct hook_sms sms;
};
extern const struct heard_option hook_sms_table[];
extern const char *const hook_presets[], *const hook_langs[];

#define HOOK_OPTIONS(self)                                                                     \
	{"url", HEARD_STRING(self, hook.url), .value = "",                                     \
	 .help = "Where to post, by https or http; SMS services know their own"},              \
		{"preset", HEARD_CHOICE(self, hook.preset), .value = "standard",               \
		 .choices = hook_presets,                                                      \
		 .help = "How the receiver wants it: Standard Webhooks, a robot, or SMS"},     \
		{"secret", HEARD_SECRET(self, hook.secret), .value = "",                       \
		 .help = "Key of the signature: whsec_... (several separated by blanks while " \
			 "one replaces another), the robot's secret, or the SMS service's "    \
			 "access key secret; empty for no signature"},                         \
		{"headers", HEARD_LIST(self, hook.headers), .value = "",                       \
		 .help = "More headers to send, each \"Name: value\""},                        \
		{"body", HEARD_STRING(self, hook.body), .value = "",                           \
		 .help = "Template of the whole body in place of the preset's, such as "       \
			 "{\"title\":\"{{summary}}\"}; values are escaped for JSON"},          \
		{"text", HEARD_STRING(self, hook.text), .value = "",                           \
		 .help = "Template of what a robot says, such as \"#{{attributes.ticket}} "    \
			 "{{summary}}\"; a line whose fields are all absent is left out"},     \
		{"lang", HEARD_CHOICE(self, hook.lang), .value = "zh", .choices = hook_langs,  \
		 .help = "Language of a robot's words"},                                       \
		{"rate",                                                                       \
		 HEARD_INT(self, hook.rate),                                                   \
		 .value = "-1",                                                                \
		 .min = -1,                                                                    \
		 .max = 60000,                                                                 \
		 .help = "Messages a minute, then a digest; -1 is what the preset's service "  \
			 "allows, 0 no limit"},                                                \
		{"in_flight",	HEARD_INT(self, hook.in_flight),                               \
		 .value = "16", .min = 1,                                                      \
		 .max = 1024,	.help = "Most requests that wait for their answers at once"},  \
		{"timeout",	 HEARD_DURATION(self, hook.timeout),                           \
		 .value = "20s", .min = 100,                                                   \
		 .max = 300000,	 .help = "Longest time for one request, answer included"},     \
		{"allow_private", HEARD_BOOL(self, hook.allow_private), .value = "false",      \
		 .help = "Post to private, loopback and link-local addresses too"},            \
	{                                                                                      \
		"sms", HEARD_GROUP(self, hook.sms, hook_sms_table),                            \
			.help = "Account and template of the SMS presets"                      \
	}

struct hook_message {
	struct heard_str id;		   /* the same whenever it is sent again          */
	int64_t at;			   /* of what it tells                            */
	const struct heard_record *record; /* for templates                               */
	struct heard_str line;		   /* the same as JSON: data of Standard Webhooks */
	struct heard_str text;		   /* said in place of `text`, if not empty       */
	struct heard_str event; /* without a record: the type, such as "alert.opened"     */
};

/* Every fault of the options; for open(). */
int hook_check(const struct hook_options *, struct heard_error *);
/* Messages that may be unfinished at once: for heard_output_window(). */
unsigned hook_window(const struct hook_options *);

/* Options are borrowed until destroy. */
struct hook *hook_create(struct heard_host *, const struct hook_options *,
			 struct heard_error *);
/* The message is borrowed until the call returns.  done is called once, maybe before
 * that, with the reason of a failure, which quotes no customer. */
void hook_send(struct hook *, const struct hook_message *,
	       void (*done)(void *arg, enum heard_outcome, int64_t after_ms,
			    const char *reason),
	       void *arg);
/* What waits for its minute is given back (RETRY); stopped(arg) once nothing is under
 * way. */
void hook_stop(struct hook *, void (*stopped)(void *arg), void *arg);
void hook_destroy(struct hook *); /* NULL is fine */

#endif
