/*
 * collect.h - a feed that is pulled: items of an endpoint, page by page, each once.
 *
 *	pull	when to ask, and what becomes of an answer
 *	feed	the items of a page, as records
 *	collect	how to log in, where the next page is, and which items are new
 *
 * Two kinds of source.  A listing shows its items from the newest on, and shows them again
 * when it is asked again: a walk goes down from the top until it meets what the walk before
 * it began with.  A source that knows where we stand (since, or a cursor that is kept)
 * gives only what is behind it.
 *
 * For both, what was seen is remembered: a hash of the id, and of `updated`, `revision`,
 * `deleted` and `op` if they are mapped, of the SEEN_MAX items that were last on top.  So an
 * item is a record once however long it stays in the listing, and again when it was edited.
 * The memory is the state of the pull and commits with the records, so a crash repeats
 * nothing and leaves nothing out.
 *
 * What polling cannot see: a deletion that nothing tells of, an edit that has no `updated`,
 * an edit below the pages that are looked at, and what came and went between two rounds.
 */
#ifndef COLLECT_COLLECT_H
#define COLLECT_COLLECT_H

#include <feed/feed.h>
#include <heard/plugin.h>
#include <pull/pull.h>

struct collect;
struct heard_done;

enum collect_auth_kind {
	AUTH_NONE,
	AUTH_BEARER, /* Authorization: Bearer SECRET                     */
	AUTH_BASIC,  /* Authorization: Basic base64(user:SECRET)         */
	AUTH_HEADER, /* NAME: SECRET                                     */
	AUTH_QUERY,  /* ?NAME=SECRET                                     */
	AUTH_HMAC,   /* X-Key, X-Timestamp, X-Signature: see auth.c      */
};

struct collect_auth {
	int kind;
	const char *secret, *name, *user;
};

enum collect_paging_kind {
	PAGING_NONE,
	PAGING_PAGE,   /* ?parameter=1, 2, 3; or {page} in the URL            */
	PAGING_OFFSET, /* ?parameter=0, 20, 40                                */
	PAGING_CURSOR, /* ?parameter=what the path says                       */
	PAGING_LINK,   /* the header Link, rel="next" (RFC 8288)              */
	PAGING_SINCE,  /* ?parameter=the greatest value at the path of an item */
};

struct collect_paging {
	int kind;
	const char *parameter, *path, *more, *below;
	int64_t first, last;
	bool keep;
};

struct collect_options {
	const char *url;
	struct heard_map headers;
	struct collect_auth auth;
	struct collect_paging paging;
	struct pull_options pull;
	struct feed_options feed;
	/* Not of the config: */
	const char *stream; /* if an instance has several; NULL: "items" */
	/* If set: each page waits, before it is emitted, for collect_release(), which says
	 * what its context is to be; collect_decode() wants the one that was given here. */
	void (*hold)(void *arg, struct heard_str raw, struct heard_str context);
	void *hold_arg;
};

extern const struct heard_option collect_auth_options[], collect_paging_options[];
/* clang-format off */
#define COLLECT_OPTIONS(self, field, every_default)                                          \
{"url", HEARD_STRING(self, field.url),                                                       \
 .help = "What is asked: https://host/path?query; {page} in it is the page's number"},       \
COLLECT_OTHER_OPTIONS(self, field, every_default)
/* All but the URL: for inputs that can do without one. */
#define COLLECT_OTHER_OPTIONS(self, field, every_default)                                    \
{"headers", HEARD_MAP(self, field.headers), .value = "",                                     \
 .help = "More headers of each request: \"Name\" = \"value\""},                              \
{"auth", HEARD_GROUP(self, field.auth, collect_auth_options), .help = "How to log in"},      \
{"paging", HEARD_GROUP(self, field.paging, collect_paging_options),                          \
 .help = "Where the next page is"},                                                          \
{"format", HEARD_CHOICE(self, field.feed.format), .value = "auto", .choices = feed_formats,  \
 .help = "What an answer is; auto: XML if it begins with <, else JSON"},                     \
{"items", HEARD_STRING(self, field.feed.items), .value = "",                                 \
 .help = "Path to the list of items; empty: the root, or the items of RSS and Atom"},        \
{"needs", HEARD_STRING(self, field.feed.needs), .value = "",                                 \
 .help = "Path that an item must have; one without is left out"},                            \
{"fields", HEARD_MAP(self, field.feed.fields), .value = "",                                  \
 .help = "Field of the record = path in the item; empty: those of RSS, Atom, JSON Feed"},    \
{"max_items", HEARD_INT(self, field.feed.max_items), .value = "1000", .min = 1, .max = 2000, \
 .help = "Most items of a page"},                                                            \
PULL_OPTIONS(self, field.pull, every_default)
/* clang-format on */

/* Checks the options, which are borrowed.  [main] */
struct collect *collect_create(struct heard_host *, const struct collect_options *,
			       struct heard_error *);
int collect_start(struct collect *, struct heard_error *);	   /* [home] */
void collect_pause(struct collect *);				   /* [home] */
void collect_resume(struct collect *);				   /* [home] */
void collect_poke(struct collect *);				   /* [home] */
void collect_stop(struct collect *, struct heard_done *take_done); /* [home] */
/* The same, for an instance that stops several.  [home] */
void collect_end(struct collect *, void (*stopped)(void *arg), void *arg);
/* The page that is held goes on its way; nothing is held after a stop.  [home] */
void collect_release(struct collect *, struct heard_str context);
/* A page that is held, to be looked at.  [any] */
struct feed_page *collect_page(const struct collect *, struct heard_str raw);
void collect_destroy(struct collect *); /* [main]; NULL is fine */
/* For decode(): `each` as in feed.h, or NULL.  [worker] */
int collect_decode(const struct collect *, struct heard_str raw, struct heard_str context,
		   struct heard_batch *,
		   int (*each)(void *arg, const struct heard_json *item, struct heard_record *,
			       struct heard_error *),
		   void *arg, struct heard_error *);

#endif
