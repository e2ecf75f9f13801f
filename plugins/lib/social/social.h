/*
 * social.h - what the inputs for social networks have in common.
 *
 * Such an input asks (pulls) or is posted to (a webhook), is told things between two
 * rounds (a queue), and answers (respond).  This holds them together, so that the input
 * itself is what the network is: its URLs, its JSON, its limits.
 *
 *	social.c     life, pulls, the stream
 *	told.c       the queue of what is told
 *	pages.c      where a page leaves a pull
 *	refuse.c     what a refusal means
 *	webhook.c    what is posted
 *	record.c     who wrote, and what
 *	names.c      names of accounts and tags
 *	words.c      what an answer says
 *
 * Nobody's id stands in clear in a record: author.id is the address for answers, which
 * the gate seals, and the thread is a keyed hash of it.
 *
 * All functions [home] but those of records, which are [worker].
 */
#ifndef SOCIAL_SOCIAL_H
#define SOCIAL_SOCIAL_H

#include <feed/feed.h>
#include <heard/buf.h>
#include <heard/field.h>
#include <heard/str.h>
#include <pull/listen.h>
#include <pull/pull.h>
#include <respond/respond.h>
#include <verify/verify.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SOCIAL_PULLS = 16, SOCIAL_TOLD = 256 << 10, SOCIAL_POSTED = 256 << 10 };

struct heard_batch;
struct heard_done;
struct heard_json;
struct heard_json_out;
struct heard_record;
struct heard_timer;

/* How a network posts what it has to tell: one item as a body, which with these words
 * before and behind it is a page as decode() reads it.  It has at most SOCIAL_POSTED bytes. */
struct social_post {
	enum verify_scheme scheme;
	const char *header; /* see struct verify */
	const char *before, *behind;
};

struct social_refusal { /* ends with {0} */
	int status;
	int code; /* EACCES, EAGAIN or EPROTO, see struct pull_hooks */
	const char *text;
};

struct social_network {
	const char *name;	  /* keeps hashes of people apart */
	struct feed_options feed; /* of what comes, which is JSON */
	struct pull_hooks pull;	  /* of all its pulls             */
	const char *counted_by;	  /* path in an item, for the pages of pulls */
	/* Each record after its fields are set, with its item: it may drop it. */
	int (*finish)(void *self, const struct heard_json *item, struct heard_record *,
		      struct heard_error *);
	/* An answer, see struct respond_hooks; NULL: it answers nobody. */
	int (*answer)(void *self, const struct respond_to *, struct pull_request *,
		      struct heard_error *);
	const struct respond_meaning *meanings; /* of statuses, of an answer; may be NULL */
	const struct social_refusal *refusals;	/* the same of a pull, see social_refused */
	const char *retry_after; /* path in a refusal: seconds to wait; NULL: none    */
	struct social_post post; /* if it has SOCIAL_WEBHOOK_OPTIONS */
};

/* What a stream tells; `data` also as JSON: NULL if it is none, or too long. */
typedef void social_event(void *self, struct heard_str name, struct heard_str data,
			  const struct heard_json *);

/* The argument of the hooks of a pull. */
struct social_source {
	void *self; /* the instance                              */
	const char *what;
};

struct social {				/* the first member of an instance, zeroed */
	const char *base_url, *channel; /* options */
	bool history;
	struct pull_options pull;
	struct {
		const char *path, *secret, *listener;
	} webhook;
	const struct social_network *network;
	struct verify verify;
	struct feed *feed;
	struct heard_host *host;
	struct heard_fetch_client *client;
	struct social_source sources[SOCIAL_PULLS];
	struct pull *pulls[SOCIAL_PULLS];
	size_t n_pulls;
	struct respond *respond; /* NULL: answers nobody */
	struct listen_hooks listen_hooks;
	social_event *event;
	struct listen *listen; /* NULL: none           */
	struct heard_buf told; /* items that wait, each behind a comma */
	size_t n_saying;       /* bytes of them that are on their way  */
	struct heard_timer *again;
	struct heard_done *stopping;
	int n_stopping;
};

/* clang-format off */
#define SOCIAL_OPTIONS(self, every_default)                                                  \
{"channel", HEARD_STRING(self, social.channel), .value = "social",                           \
 .help = "Channel of the records"},                                                          \
PULL_OPTIONS(self, social.pull, every_default)
#define SOCIAL_URL_OPTION(self, usual)                                                       \
{"base_url", HEARD_STRING(self, social.base_url), .value = usual,                            \
 .help = "Where its interface is"}
#define SOCIAL_HISTORY_OPTION(self)                                                          \
{"history", HEARD_BOOL(self, social.history), .value = "false",                              \
 .help = "At the first start, take all that the server has, not the last page only"}
#define SOCIAL_WEBHOOK_OPTIONS(self, secret_help)                                            \
{"webhook", HEARD_STRING(self, social.webhook.path), .value = "",                            \
 .help = "Path that updates are posted to; empty asks for them"},                            \
{"webhook_secret", HEARD_SECRET(self, social.webhook.secret), .value = "",                   \
 .help = secret_help},                                                                       \
{"listener", HEARD_STRING(self, social.webhook.listener), .value = "public",                 \
 .help = "Name of the listener that the webhook is on"}
/* clang-format on */

/* In open(): checks base_url, makes the feed, and mounts the webhook if it has a path.  The
 * network is borrowed. */
int social_open(struct social *, struct heard_host *, const struct social_network *,
		struct heard_error *);
/* In start(). */
int social_start(struct social *, struct heard_error *);
/* A pull that begins at once, or none if all is posted; its hooks get a struct social_source
 * with `what`, which is borrowed. */
int social_pull(struct social *, const char *what, struct heard_error *, const char *stream,
		...) HEARD_PRINTF(4, 5);
/* A stream of events that begins at once; ask(self) as of struct listen_hooks.  Each time
 * it is up, all pulls ask. */
int social_listen(struct social *,
		  int (*ask)(void *self, struct pull_request *, struct heard_error *),
		  social_event *, struct heard_error *);
/* Something is said to be there: all pulls ask. */
void social_poke(struct social *);

/* An item of JSON, to be emitted among others as a list, `[item,item]`, again and again
 * until it is taken.  Too many that wait (SOCIAL_TOLD bytes) are let go, with a warning. */
void social_tell(struct social *, struct heard_str json);
/* The same of what was deleted: {"deleted", "edited_at", "id"}, at a time so late that no
 * edit undoes it. */
void social_tell_deleted(struct social *, struct heard_str id);

/* The slots of the same names, and that of `reply`.  With a context, what decode() cannot
 * read is a dead letter instead of a refusal. */
int social_decode(void *self, struct heard_str raw, struct heard_str context,
		  struct heard_batch *, struct heard_error *);
void social_reply(void *self, const struct heard_answer *, struct heard_reply *take);
void social_pause(void *self);
void social_resume(void *self);
void social_stop(void *self, struct heard_done *take_done);
void social_close(void *self);
#define SOCIAL_SLOTS                                                       \
	.stop = social_stop, .close = social_close, .pause = social_pause, \
	.resume = social_resume, .decode = social_decode
#define SOCIAL_REPLY_SLOTS SOCIAL_SLOTS, .reply = social_reply

/* ---- pages: `read` of the hooks of a pull; the argument is its struct social_source */

/* Upwards by pull/climb.h, downwards by pull/walk.h, or by pull/offset.h, by what the
 * network counts its items by.  With `history`, all it has, at the first time. */
int social_climb(void *source, struct heard_str state, const struct heard_fetch_answer *,
		 struct pull_page *, struct heard_error *);
int social_walk(void *source, struct heard_str state, const struct heard_fetch_answer *,
		struct pull_page *, struct heard_error *);
int social_offset(void *source, struct heard_str state, const struct heard_fetch_answer *,
		  struct pull_page *, struct heard_error *);
/* `refused` of the hooks: by the network's list, and how long it asks to wait. */
int social_refused(void *source, const struct heard_fetch_answer *, int64_t *after_ms,
		   struct heard_error *);
/* `judge` of answers, the same way. */
enum respond_verdict social_judge(void *self, const struct heard_fetch_answer *,
				  int64_t *after_ms, struct heard_error *reason);

/* ---- records; 0 or -ENOMEM, unless it says more */

/* Who wrote: `address` is what an answer will need.  `network` keeps hashes apart. */
int social_set_who(struct heard_record *, const struct heard_host *, const char *network,
		   struct heard_str address);
/* The same with what all networks want: -EBADMSG with a sentence if it is nobody, which only
 * what was deleted may be, or longer than SOCIAL_ID; what `own`, the account of ours, wrote
 * is dropped. */
int social_set_author(const struct social *, struct heard_record *, struct heard_str address,
		      const char *own, struct heard_error *);
/* attributes.NAME; an empty text sets nothing. */
int social_set(struct heard_record *, const char *name, struct heard_str);
int social_set_int(struct heard_record *, const char *name, int64_t);
/* A field, of at most SOCIAL_ID bytes: an id or an address of several parts. */
enum { SOCIAL_ID = 256 };
int social_set_id(struct heard_record *, enum heard_field, const char *format, ...)
	HEARD_PRINTF(3, 4);

struct social_words {
	struct heard_str above; /* stands above the text: a warning, a title        */
	struct heard_str text;
	struct heard_str kind; /* of what is there without either: "photo"; empty: nothing */
	struct heard_str description; /* of that                                    */
	struct heard_str lang;	      /* Chinese or English                         */
};
/* The body.  Without words it is "[图片] description": what is there, by its name in the
 * chat, so that no message is lost for being none of text. */
int social_set_words(struct heard_record *, const struct social_words *);
/* What messages of that kind are called; NULL: nobody knows such a kind. */
const char *social_kind_name(struct heard_str kind, bool is_zh);
/* Of a message with a member that is named as what it brings: that kind; empty. */
struct heard_str social_kind_of(const struct heard_json *message);

/* ---- answers */

/* The number that a text begins with, 0 if none does: an address that begins with a chat's
 * or an account's is a view, which nothing ends but its length. */
int64_t social_number(struct heard_str);
/* Characters of a text as Unicode counts them, and as UTF-16 does. */
size_t social_characters(struct heard_str);
size_t social_utf16(struct heard_str);
struct social_style {
	bool is_named;	 /* it begins with "@address ", so that he is told          */
	bool is_private; /* nobody else reads it                                    */
	size_t (*count)(struct heard_str); /* NULL: bytes                             */
	int64_t most;
};
/* What will be said, as a member of a request's JSON: the name, the agent's words, and the
 * link to the status page, if it fits and nobody else reads it, since it opens the ticket
 * to whoever has it.  -EINVAL with a sentence for the desk: it is too long. */
int social_write(struct heard_json_out *, const char *key, const struct respond_to *,
		 const struct social_style *, struct heard_error *);
/* What a record that is answered has in attributes.NAME; empty. */
struct heard_str social_attribute(const struct respond_to *, const char *name);
/* The same as a whole number; 0. */
int64_t social_attribute_int(const struct respond_to *, const char *name);

/* ---- names, whatever the case of their Latin letters */

/* For open(): options that name accounts or tags, without the sign before them.  Of a list
 * at most SOCIAL_PULLS - 1, as each is a pull. */
int social_check_name(const char *option, const char *name, char sign, struct heard_error *);
int social_check_names(const char *option, const struct heard_list *, char sign,
		       struct heard_error *);
/* Is it that one?  Nobody is "". */
bool social_is(struct heard_str name, const char *of);
/* Does "@name" stand in it, and not as the beginning of a longer one? */
bool social_is_named(struct heard_str text, const char *name);
/* Has an object of that list such a member?  One of these? */
bool social_has(const struct heard_json *list, const char *member, const char *name);
bool social_has_any(const struct heard_json *list, const char *member,
		    const struct heard_list *names);

/* ---- of these files among themselves */

int social_mount(struct social *, struct heard_error *); /* webhook.c */
int social_told_start(struct social *, struct heard_error *);
void social_told_close(struct social *);
/* What waits is emitted, unless something is on its way or nothing may be. */
void social_say(struct social *);
/* One of those that a stop waits for has ended. */
void social_one_stopped(void *social);

#endif
