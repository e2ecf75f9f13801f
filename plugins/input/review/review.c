/*
 * review.c - input: reviews, posted by a shop's own system or pulled from an API.
 *
 *	push	a request with reviews			push.c, body.c
 *	source	a JSON API, deletions, the App Store	source.c
 *	usual	where fields stand			extra	and the rest
 *	gather	pictures					media, found
 *
 * An edit is a record of the same id with a higher revision, a deletion one that says so;
 * the store makes one review of them (decision 0032).
 */
#include "review.h"

#include "push.h"
#include "source.h"

#include <heard/error.h>
#include <heard/host.h>
#include <sniff/sniff.h>

#include <errno.h>

/* ---- life */

static void review_close(void *self)
{
	struct review *r = self;
	gather_destroy(r->gather);
	sources_close(r);
	push_close(r);
	extra_close(&r->extra);
}

static int review_open(void *self, struct heard_host *host, struct heard_error *err)
{
	struct review *r = self;
	r->host = host;
	if (r->path[0] == '\0' && r->pull.url[0] == '\0' && r->app_store.id[0] == '\0')
		return heard_fail(err, EINVAL,
				  "nothing to do: set path (to be posted to), url (to ask) or "
				  "app_store");
	if (r->deleted.url[0] && r->pull.url[0] == '\0' && r->path[0] == '\0')
		return heard_fail(err, EINVAL, "deleted: of what? set url or path, too");
	int code = usual_merge(&r->fields, USUAL_REVIEW, &r->pull.feed.fields, err);
	if (code == 0)
		code = extra_open(&r->extra, host, &r->extra_options, r->channel, err);
	if (code == 0)
		code = sources_open(r, err);
	if (code == 0)
		code = push_open(r, err);
	if (code != 0)
		review_close(r); /* who did not open is not closed */
	return code;
}

static int review_start(void *self, struct heard_error *err)
{
	struct review *r = self;
	if (r->extra_options.media.policy == MEDIA_FETCH) {
		r->gather = gather_create(r->host, &r->extra_options.media, err);
		if (r->gather == NULL)
			return -err->code;
	}
	return sources_start(r, err);
}

static void stopped(void *arg)
{
	struct review *r = arg;
	if (--r->n_stopping == 0)
		heard_done(r->stopping);
}

static void review_stop(void *self, struct heard_done *take_done)
{
	struct review *r = self;
	r->stopping = take_done;
	r->n_stopping = r->n_sources + 1;
	push_stop(r);
	sources_stop(r, stopped, r);
	stopped(r);
}

static void review_pause(void *self)
{
	sources_pause(self);
}

static void review_resume(void *self)
{
	sources_resume(self);
}

static int review_decode(void *self, struct heard_str raw, struct heard_str context,
			 struct heard_batch *batch, struct heard_error *err)
{
	struct page page;
	page_read(context, &page);
	return page.kind == PAGE_PULLED ? sources_decode(self, &page, raw, batch, err)
					: push_decode(self, &page, raw, batch, err);
}

/* ---- options */

static const char *const policies[] = {"link", "fetch", "none", NULL};

static const struct heard_option signature_options[] = {
	{"scheme", HEARD_CHOICE(struct review_signature, scheme), .value = "none",
	 .choices = verify_schemes, .help = "How the sender signs; token: the secret itself"},
	{"secret", HEARD_SECRET(struct review_signature, secret), .value = "",
	 .help = "What it signs with; several separated by blanks while one replaces another"},
	{"header", HEARD_STRING(struct review_signature, header), .value = "",
	 .help = "The header it is in, if not the scheme's own"},
	{"tolerance", HEARD_DURATION(struct review_signature, tolerance), .value = "5m",
	 .min = 1000, .max = 86400000,
	 .help = "How far the signature's time may be away from ours"},
	{.name = NULL},
};

static const struct heard_option deleted_options[] = {
	{"url", HEARD_STRING(struct review_deleted, url), .value = "",
	 .help = "An address that lists deleted reviews, or their ids"},
	{"items", HEARD_STRING(struct review_deleted, items), .value = "",
	 .help = "Path to that list; empty: the root"},
	{"fields", HEARD_MAP(struct review_deleted, fields), .value = "",
	 .help = "Paths of source_id, and of updated for the time of the deletion, if they are "
		 "not the usual ones"},
	{"paging", HEARD_GROUP(struct review_deleted, paging, collect_paging_options),
	 .help = "Where its next page is"},
	{.name = NULL},
};

static const struct heard_option app_store_options[] = {
	{"id", HEARD_STRING(struct review_app_store, id), .value = "",
	 .help = "Number of the app, as in its address in the store"},
	{"countries", HEARD_LIST(struct review_app_store, countries), .value = "[ \"cn\" ]",
	 .help = "Countries whose reviews are read, two small letters each"},
	{"base_url", HEARD_STRING(struct review_app_store, base_url),
	 .value = "https://itunes.apple.com", .help = "Where the feed is"},
	{.name = NULL},
};

static const struct heard_option follow_up_options[] = {
	{"items", HEARD_STRING(struct extra_follow_up, items),
	 .value = "follow_ups|follow_up|followups|followup|append|appended|additional",
	 .help = "Path to what the customer added later: a text, an object, or a list"},
	{"fields", HEARD_MAP(struct extra_follow_up, fields), .value = "",
	 .help = "Paths in it of source_id, created_at, updated and body, if they are not the "
		 "usual ones"},
	{.name = NULL},
};

#define MEDIA(field) extra_options.media.field
static const struct heard_option options[] = {
	{"path", HEARD_STRING(struct review, path), .value = "",
	 .help = "Path that reviews are posted to; empty: nobody posts"},
	{"listener", HEARD_STRING(struct review, listener), .value = "public",
	 .help = "Name of the listener to serve on"},
	{"api_keys", HEARD_LIST(struct review, api_keys), .value = "",
	 .help = "Keys that may post, each a line as `heard keygen --api NAME` prints it"},
	{"signature", HEARD_GROUP(struct review, signature, signature_options),
	 .help = "How the sender signs what it posts"},
	{"max_body", HEARD_SIZE(struct review, max_body), .value = "1M", .min = 1024,
	 .max = 16 << 20, .help = "Longest body that is posted"},
	{"url", HEARD_STRING(struct review, pull.url), .value = "",
	 .help = "What is asked: https://host/path?query; {page} in it is the page's number; "
		 "empty: nothing"},
	{"deleted", HEARD_GROUP(struct review, deleted, deleted_options),
	 .help = "Where deleted reviews are listed, asked with the same login"},
	{"app_store", HEARD_GROUP(struct review, app_store, app_store_options),
	 .help = "Reviews of an app in Apple's store"},
	{"channel", HEARD_STRING(struct review, channel), .value = "review",
	 .help = "Channel of the records"},
	{"ratings", HEARD_STRING(struct review, extra_options.ratings),
	 .value = "ratings|sub_ratings|sub_scores|scores|dimensions",
	 .help = "Path to sub-scores: an object, or a list of objects with a name and a score"},
	{"questions", HEARD_STRING(struct review, extra_options.questions),
	 .value = "questions|guided_questions|qa|answers",
	 .help = "Path to guided questions: an object, or a list of objects with question and "
		 "answer"},
	{"follow_up", HEARD_GROUP(struct review, extra_options.follow_up, follow_up_options),
	 .help = "What the customer added later; a record of its own"},
	{"media", HEARD_CHOICE(struct review, MEDIA(policy)), .value = "link",
	 .choices = policies,
	 .help = "Pictures and videos: keep the link, fetch them as attachments (they are "
		 "kept sealed, so privacy.public_key is needed), or neither"},
	{"media_from", HEARD_LIST(struct review, MEDIA(from)),
	 .value = "[ \"media\", \"images\", \"image\", \"photos\", \"pictures\", \"pics\", "
		  "\"videos\", \"video\", \"attachments\" ]",
	 .help = "Paths to links: texts, or objects with url, or lists of these"},
	{"media_count", HEARD_INT(struct review, MEDIA(max_count)), .value = "9", .min = 1,
	 .max = MEDIA_MOST, .help = "Most pictures and videos of one review"},
	{"media_size", HEARD_SIZE(struct review, MEDIA(max_size)), .value = "8M", .min = 1024,
	 .max = 64 << 20, .help = "Largest one that is fetched"},
	{"media_types", HEARD_LIST(struct review, MEDIA(types)),
	 .value = "[ \"image/jpeg\", \"image/png\", \"image/gif\", \"image/webp\", "
		  "\"image/heic\", \"video/mp4\" ]",
	 .choices = sniff_types,
	 .help = "What is kept of what is fetched, by its content and not by what it says"},
	{"media_time", HEARD_DURATION(struct review, MEDIA(time)), .value = "10s", .min = 100,
	 .max = 300000,
	 .help = "Longest time to fetch all of a body or a page; who posts waits for it"},
	{"media_private", HEARD_BOOL(struct review, MEDIA(is_private)), .value = "false",
	 .help = "Fetch from private and loopback addresses too; links are what customers "
		 "write"},
	COLLECT_OTHER_OPTIONS(struct review, pull, "15m"),
	{.name = NULL},
};

const struct heard_plugin heard_plugin = {
	HEARD_ABI,
	.stage = HEARD_INPUT,
	.flags = HEARD_OWN_LOOP,
	.name = "review",
	.version = "1.0",
	.summary = "take reviews that a shop posts, or ask an API or the App Store for them",
	.options = options,
	.writes = "channel source_id revision op created_at lang subject body author.* rating "
		  "rating_max ratings.* product order store region thread in_reply_to tags "
		  "attachments attributes.question.* attributes.media.* and what `fields` says",
	.example = "{ plugin = \"review\"; path = \"/reviews\";\n"
		   "  api_keys = [ \"shop:...\" ]; }",
	.self_size = sizeof(struct review),
	.open = review_open,
	.start = review_start,
	.stop = review_stop,
	.close = review_close,
	.pause = review_pause,
	.resume = review_resume,
	.decode = review_decode,
};
