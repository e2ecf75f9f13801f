/*
 * social.h - what the inputs for social networks have in common.
 *
 * Such an input asks (pulls), is told things between two rounds (a queue), and answers
 * (respond).  This holds the three together, so that the input itself is what the network
 * is: its URLs, its JSON, its limits.
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
#include <heard/str.h>
#include <pull/listen.h>
#include <pull/pull.h>
#include <respond/respond.h>

#include <stdbool.h>
#include <stddef.h>

enum { SOCIAL_PULLS = 16, SOCIAL_TOLD = 256 << 10 };

struct heard_batch;
struct heard_done;
struct heard_json;
struct heard_record;
struct heard_timer;

struct social {				/* the first member of an instance, zeroed */
	const char *base_url, *channel; /* options */
	struct pull_options pull;
	struct feed *feed; /* of what comes, if there is one kind of it */
	int (*finish)(void *self, const struct heard_json *item, struct heard_record *,
		      struct heard_error *);
	struct heard_host *host;
	struct heard_fetch_client *client;
	struct pull *pulls[SOCIAL_PULLS];
	size_t n_pulls;
	struct respond *respond; /* NULL: answers nobody */
	struct listen *listen;	 /* NULL: none           */
	struct heard_buf told;	 /* items that wait, each behind a comma */
	size_t n_saying;	 /* bytes of them that are on their way  */
	struct heard_timer *again;
	struct heard_done *stopping;
	int n_stopping;
};

/* In open(): checks base_url, and makes the feed of these fields.  decode() then gives each
 * record to finish(self), which may drop it. */
int social_open(struct social *, struct heard_host *, const struct feed_options *,
		int (*finish)(void *self, const struct heard_json *item, struct heard_record *,
			      struct heard_error *),
		struct heard_error *);
/* In start(): a client for so many requests at once, and answers, unless hooks are NULL. */
int social_start(struct social *, unsigned connections, const struct respond_hooks *,
		 struct heard_error *);
/* A pull that begins at once. */
int social_pull(struct social *, const char *stream, const struct pull_hooks *, void *arg,
		struct heard_error *);
/* A stream of events that begins at once. */
int social_listen(struct social *, const struct listen_hooks *, void *arg,
		  struct heard_error *);
/* Something is said to be there: all pulls ask. */
void social_poke(struct social *);

/* An item of JSON, to be emitted among others as a list, `[item,item]`, again and again
 * until it is taken.  Too many that wait (SOCIAL_TOLD bytes) are let go, with a warning. */
void social_tell(struct social *, struct heard_str json);

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

/* ---- records; 0 or -ENOMEM */

/* Who wrote: `address` is what an answer will need.  `network` keeps hashes apart. */
int social_set_who(struct heard_record *, const struct heard_host *, const char *network,
		   struct heard_str address);
/* attributes.NAME; an empty text sets nothing. */
int social_set(struct heard_record *, const char *name, struct heard_str);
int social_set_int(struct heard_record *, const char *name, int64_t);

/* ---- answers */

/* Characters of a text as Unicode counts them, and as UTF-16 does. */
size_t social_characters(struct heard_str);
size_t social_utf16(struct heard_str);
/* What will be said, into `out`: `head`, the agent's words, and the link to the status
 * page, if it fits and nobody else reads it, since it opens the ticket to whoever has it.
 * -EINVAL with a sentence for the desk: longer than `most` by `count`. */
int social_write(const struct respond_to *, const char *head, bool is_private,
		 size_t (*count)(struct heard_str), int64_t most, struct heard_buf *out,
		 struct heard_error *);

/* ---- names */

/* Is it that one, whatever the case of its Latin letters? */
bool social_is(struct heard_str name, const char *of);

#endif
