/*
 * review_fixture.h - an instance of input review without a daemon: its parts that read a
 * body, with the options' defaults.
 */
#ifndef TEST_REVIEW_FIXTURE_H
#define TEST_REVIEW_FIXTURE_H

#define heard_keyed_hash   test_keyed_hash
#define heard_blob_allowed test_blob_allowed
#include "input/review/body.c"
#include "input/review/extra.c"
#include "input/review/found.c"
#include "input/review/gather.c"
#define add	 media_add
#define set	 media_put
#define set_link media_put_link
#include "input/review/media.c"
#undef add
#undef set
#undef set_link
#include "input/review/page.c"
#include "input/review/push.c"
#define add usual_add
#include "input/review/usual.c"
#undef add
#undef heard_keyed_hash
#undef heard_blob_allowed

#include "batch.h"

/* Enough to tell links apart. */
void test_keyed_hash(const struct heard_host *host, const char *purpose, struct heard_str text,
		     unsigned char out[32])
{
	uint64_t hash = 14695981039346656037u;
	(void)host, (void)purpose;
	for (size_t i = 0; i < text.len; i++)
		hash = (hash ^ (unsigned char)text.ptr[i]) * 1099511628211u;
	memset(out, 0, 32);
	memcpy(out, &hash, sizeof(hash));
}

bool test_blob_allowed(const struct heard_host *host)
{
	return host != NULL;
}

static inline void review_defaults(struct review *r)
{
	static const char *const from[] = {"media", "images", "photos", "video"};
	*r = (struct review){.channel = "review"};
	r->pull.feed.items = r->pull.feed.needs = "";
	r->pull.feed.max_items = 1000;
	r->extra_options.ratings = "ratings|scores";
	r->extra_options.questions = "questions|qa";
	r->extra_options.follow_up.items = "follow_ups|follow_up|append";
	r->extra_options.media = (struct media_options){
		.policy = MEDIA_LINK, .from = {from, 4}, .max_count = 3, .max_size = 1000};
}

/* With a push that is not mounted anywhere. */
static inline int review_setup(struct review *r, struct heard_error *err)
{
	struct feed_options feed = {
		.format = FEED_JSON, .channel = "review", .max_items = 1000};
	int code = usual_merge(&r->fields, USUAL_REVIEW, &r->pull.feed.fields, err);
	if (code == 0)
		code = extra_open(&r->extra, NULL, &r->extra_options, r->channel, err);
	feed.fields = r->fields.map;
	r->push = calloc(1, sizeof(*r->push));
	r->push->review = r;
	r->push->feed = code == 0 ? feed_create(&feed, err) : NULL;
	return code || r->push->feed ? code : -err->code;
}

#endif
