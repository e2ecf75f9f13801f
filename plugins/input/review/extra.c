/*
 * extra.c - the rest of an item.
 *
 * A review is the first of its thread, whether something was added to it or not: so it
 * says the same when it is sent again with a follow-up, and is known by that.
 *
 * Deletions.  Systems often delete without touching the time of the last edit, and some
 * tell no time at all.  A deletion at the time of an edit therefore counts a millisecond
 * more than that, and one without any comes after everything: what is gone stays gone.
 */
#include "extra.h"

#include <table/value.h>

#include <heard/batch.h>
#include <heard/error.h>
#include <heard/record.h>

#include <errno.h>
#include <stdio.h>

enum { NAME_BYTES = 128, ANSWER_BYTES = 8192, MEMBERS = 32, BODY_BYTES = 64 << 10, ID = 1100 };

static const int64_t first_time = 978307200000;	  /* 2001: below, it is a count of edits */
static const int64_t last_time = 253402300799999; /* 9999 */

/* ---- values */

/* A text, a number; of a list the first. */
static struct heard_str scalar(const struct heard_json *j, char scratch[40])
{
	return value_trim(feed_text(j, "0", scratch, 40));
}

static int set_text(struct heard_record *r, const char *family, struct heard_str name,
		    struct heard_str text)
{
	char whole[NAME_BYTES + 32];
	snprintf(whole, sizeof(whole), "%s.%.*s", family, HEARD_ARG(name));
	return heard_family_set(r, HEARD_ATTRIBUTES, heard_str(whole),
				(struct heard_value){.type = HEARD_STR_, .str = text});
}

/* Name and value of a member of an object, or of an item of a list of objects. */
static bool member(const struct heard_json *j, const char *names, const char *values,
		   struct heard_str *name, const struct heard_json **value)
{
	*name = j->key;
	*value = j;
	if (j->key.len == 0) {
		*name = feed_text(j, names, NULL, 0);
		*value = feed_get(j, values);
	} else if (j->type == HEARD_JSON_OBJECT) {
		*value = feed_get(j, values);
	}
	*name = value_trim(*name);
	return name->len > 0 && name->len <= NAME_BYTES && *value != NULL;
}

static const struct heard_json *first_of(const struct heard_json *item, const char *path)
{
	const struct heard_json *j = path[0] ? feed_get(item, path) : NULL;
	bool has_more = j && (j->type == HEARD_JSON_ARRAY || j->type == HEARD_JSON_OBJECT);
	return has_more ? j->first : NULL;
}

/* ---- sub-scores */

/* What is no score stays, as a text. */
static int set_rating(struct heard_record *r, struct heard_str name, struct heard_str text)
{
	double score, most;
	if (text.len == 0)
		return 0;
	if (!value_score(text, &score, &most))
		return text.len > ANSWER_BYTES ? 0 : set_text(r, "ratings", name, text);
	return heard_family_set(r, HEARD_RATINGS, name,
				(struct heard_value){.type = HEARD_NUM_, .number = score});
}

static int set_ratings(const struct extra *x, const struct heard_json *item,
		       struct heard_record *r)
{
	const struct heard_json *j = first_of(item, x->options->ratings), *value;
	struct heard_str name;
	char scratch[40];
	int code = 0;
	for (int n = 0; j && n < MEMBERS && code == 0; j = j->next, n++)
		if (member(j, "name|key|dimension|type|title|label", "score|value|rating|stars",
			   &name, &value))
			code = set_rating(r, name, scalar(value, scratch));
	return code;
}

/* ---- answers to questions */

static void join(const struct heard_json *value, struct heard_buf *out)
{
	char scratch[40];
	bool is_list = value->type == HEARD_JSON_ARRAY;
	for (const struct heard_json *j = is_list ? value->first : value; j; j = j->next) {
		struct heard_str text = scalar(j, scratch);
		heard_buf_puts(out, out->len && text.len ? ", " : "");
		heard_buf_str(out, text);
		if (!is_list)
			break;
	}
}

static int set_answer(struct heard_record *r, struct heard_str name,
		      const struct heard_json *value, struct heard_buf *body)
{
	struct heard_buf text;
	int code = 0;
	heard_buf_init(&text, ANSWER_BYTES);
	join(value, &text);
	if (text.failed)
		code = -E2BIG;
	else if (text.len > 0)
		code = set_text(r, "question", name, heard_buf_view(&text));
	if (code == 0 && text.len > 0)
		heard_buf_printf(body, "%s%.*s: %.*s", body->len ? "\n" : "", HEARD_ARG(name),
				 HEARD_ARG(heard_buf_view(&text)));
	heard_buf_release(&text);
	return code;
}

/* Where there is no other text, the answers are what the customer said. */
static int set_answers(const struct extra *x, const struct heard_json *item,
		       struct heard_record *r)
{
	const struct heard_json *j = first_of(item, x->options->questions), *value;
	struct heard_str name;
	struct heard_buf body;
	int code = 0;
	heard_buf_init(&body, BODY_BYTES);
	for (int n = 0; j && n < MEMBERS && code == 0; j = j->next, n++)
		if (member(j, "question|title|name|label|key",
			   "answer|value|text|content|score", &name, &value))
			code = set_answer(r, name, value, &body);
	if (code == 0 && body.len > 0 && !body.failed && !heard_has(r, HEARD_BODY))
		code = heard_set_str(r, HEARD_BODY, heard_buf_view(&body));
	heard_buf_release(&body);
	return code;
}

/* ---- which one it is */

static bool is_deletion(const struct heard_record *r)
{
	return heard_str_is(heard_get_str(r, HEARD_OP), "delete");
}

static int set_place(struct heard_record *r)
{
	struct heard_value revision = heard_get(r, HEARD_REVISION);
	int code = 0;
	if (!heard_has(r, HEARD_THREAD))
		code = heard_set_str(r, HEARD_THREAD, heard_get_str(r, HEARD_SOURCE_ID));
	if (code != 0 || !is_deletion(r))
		return code;
	if (revision.type != HEARD_INT_)
		return heard_set_int(r, HEARD_REVISION, last_time);
	return revision.integer >= first_time && revision.integer < last_time
		       ? heard_set_int(r, HEARD_REVISION, revision.integer + 1)
		       : 0;
}

static bool says_something(const struct heard_record *r)
{
	static const enum heard_field words[] = {HEARD_SUBJECT, HEARD_BODY,	  HEARD_RATING,
						 HEARD_NPS,	HEARD_CSAT,	  HEARD_CES,
						 HEARD_TAGS,	HEARD_ATTACHMENTS};
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (heard_has(r, words[i]))
			return true;
	return heard_family_size(r, HEARD_RATINGS) > 0 || is_deletion(r);
}

/* ---- follow-ups */

static int name_follow_up(struct heard_str id, size_t i, struct heard_record *r)
{
	char text[ID * 2 + 32];
	struct heard_str own = heard_get_str(r, HEARD_SOURCE_ID);
	if (!heard_str_is(own, "-"))
		snprintf(text, sizeof(text), "%.*s+%.*s", HEARD_ARG(id), HEARD_ARG(own));
	else if (i == 0)
		snprintf(text, sizeof(text), "%.*s+followup", HEARD_ARG(id));
	else
		snprintf(text, sizeof(text), "%.*s+followup%zu", HEARD_ARG(id), i + 1);
	return heard_set_str(r, HEARD_SOURCE_ID, heard_str(text));
}

/* It is of the same customer, about the same thing. */
static int copy_from(const struct heard_record *review, struct heard_record *r)
{
	static const enum heard_field shared[] = {
		HEARD_LANG,	    HEARD_PRODUCT,     HEARD_ORDER,	  HEARD_STORE,
		HEARD_REGION,	    HEARD_THREAD,      HEARD_AUTHOR_NAME, HEARD_AUTHOR_ID,
		HEARD_AUTHOR_EMAIL, HEARD_AUTHOR_PHONE};
	int code = heard_set_str(r, HEARD_IN_REPLY_TO, heard_get_str(review, HEARD_SOURCE_ID));
	for (size_t i = 0; i < sizeof(shared) / sizeof(shared[0]) && code == 0; i++)
		if (heard_has(review, shared[i]))
			code = heard_set_str(r, shared[i], heard_get_str(review, shared[i]));
	if (code == 0 && is_deletion(review)) {
		code = heard_set_int(r, HEARD_REVISION,
				     heard_get(review, HEARD_REVISION).integer);
		if (code == 0)
			code = heard_set_str(r, HEARD_OP, heard_str("delete"));
	}
	return code ? code : heard_list_add(r, HEARD_TAGS, heard_str("follow_up"));
}

static int add_follow_up(const struct extra *x, const struct heard_json *json, size_t i,
			 struct heard_record *review, struct heard_error *err)
{
	char scratch[40];
	struct heard_str body = feed_field_text(x->feed, json, "body", scratch, 40);
	if (body.len == 0 || value_is_default(body))
		return 0;
	struct heard_record *r = heard_batch_add(heard_record_batch(review));
	if (r == NULL)
		return -ENOMEM;
	int code = feed_fill(x->feed, json, r, err);
	if (code == -EBADMSG) {
		heard_record_quarantine(r, "follow-up %zu: %s", i + 1, err->text);
		return heard_error_wrap(err, "follow-up %zu", i + 1);
	}
	if (code == 0)
		code = name_follow_up(heard_get_str(review, HEARD_SOURCE_ID), i, r);
	return code ? code : copy_from(review, r);
}

static int add_follow_ups(const struct extra *x, const struct heard_json *item,
			  struct heard_record *review, struct heard_error *err)
{
	const char *path = x->options->follow_up.items;
	const struct heard_json *j = path[0] ? feed_get(item, path) : NULL;
	int code = 0;
	if (j && j->type != HEARD_JSON_ARRAY)
		return add_follow_up(x, j, 0, review, err);
	j = j ? j->first : NULL;
	for (size_t i = 0; j && i < MEMBERS && code == 0; j = j->next, i++)
		code = add_follow_up(x, j, i, review, err);
	return code;
}

/* ---- all of it */

int extra_finish(const struct extra *x, const struct heard_json *item, struct heard_str found,
		 struct heard_record *r, struct heard_error *err)
{
	int code = set_ratings(x, item, r);
	if (code == 0)
		code = set_answers(x, item, r);
	if (code == 0)
		code = media_set(&x->options->media, item, x->host, found, r);
	if (code == 0)
		code = set_place(r);
	if (code == -E2BIG)
		return heard_fail(err, EBADMSG,
				  "an answer to a question is longer than %d bytes",
				  ANSWER_BYTES);
	if (code == 0 && !says_something(r) &&
	    heard_family_get(r, HEARD_ATTRIBUTES, heard_str("media.0")).type == HEARD_NONE)
		return heard_fail(err, EBADMSG,
				  "neither a text nor a score was found; say by `fields` where "
				  "they are");
	if (code == 0)
		code = add_follow_ups(x, item, r, err);
	return code == -ENOMEM ? heard_fail(err, ENOMEM, "no memory for the record") : code;
}

int extra_open(struct extra *x, struct heard_host *host, const struct extra_options *o,
	       const char *channel, struct heard_error *err)
{
	struct feed_options feed = {.format = FEED_JSON, .channel = channel};
	const char *const paths[] = {o->ratings, o->questions, o->follow_up.items};
	static const char *const names[] = {"ratings", "questions", "follow_up.items"};
	*x = (struct extra){.host = host, .options = o};
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (paths[i][0] && feed_check_path(paths[i], err) != 0)
			return heard_error_wrap(err, "%s", names[i]);
	if (usual_merge(&x->fields, USUAL_FOLLOW_UP, &o->follow_up.fields, err) != 0)
		return heard_error_wrap(err, "follow_up");
	feed.fields = x->fields.map;
	x->feed = feed_create(&feed, err);
	if (x->feed == NULL)
		return heard_error_wrap(err, "follow_up");
	return media_check(&o->media, host, err);
}

void extra_close(struct extra *x)
{
	feed_destroy(x->feed);
	x->feed = NULL;
}
