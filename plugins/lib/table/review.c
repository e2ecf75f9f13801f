/*
 * review.c - the values of a row, read by what they are for, and written as the
 * members of a record.
 *
 * A follow-up (追评) in the row is a second record, in the thread of the first.
 * What a platform wrote for a customer who wrote nothing is no body: the score
 * stays, the tag default_text says why there is no text, and so no rule can take
 * the platform's words for the customer's.
 */
#include "review.h"

#include "value.h"

#include <heard/json.h>
#include <heard/time.h>

#include <stdio.h>

/* ---- reading a row */

static bool fail(struct review *r, const char *why)
{
	r->why = why;
	return false;
}

static bool read_rating(struct review *r, struct heard_str text)
{
	double most = 0;

	if (!value_score(text, &r->number[HEARD_RATING], &most))
		return fail(r, "rating: no score that can be read");
	r->value[HEARD_RATING] = text;
	if (most > 0) {
		r->number[HEARD_RATING_MAX] = most;
		r->value[HEARD_RATING_MAX] = text;
	}
	return true;
}

/* nps, csat and ces have scales of their own. */
static bool is_on_scale(int field, double score)
{
	switch (field) {
	case HEARD_NPS: return score <= 10;
	case HEARD_CSAT: return score >= 1 && score <= 5;
	case HEARD_CES: return score >= 1 && score <= 7;
	default: return true;
	}
}

static bool read_number(struct review *r, int field, struct heard_str text)
{
	double most = 0;

	if (field == HEARD_RATING_MAX && r->value[field].len > 0)
		return true; /* the rating said it */
	if (!value_score(text, &r->number[field], &most))
		return fail(r, "a score that cannot be read");
	if (!is_on_scale(field, r->number[field]))
		return fail(r,
			    "a score beyond its scale: nps is 0 to 10, csat 1 to 5, ces 1 to "
			    "7; map a column with another scale to rating or ratings.NAME");
	r->value[field] = text;
	return true;
}

static bool read_field(struct review *r, int field, struct heard_str text,
		       struct heard_zone *zone)
{
	switch (heard_field_table[field].type) {
	case HEARD_TIME_:
		r->time[field] = value_time(text, zone);
		if (r->time[field] == HEARD_TIME_NONE)
			return fail(r,
				    "created_at: no time that can be read; year, month, day, "
				    "hour is an order that can");
		break;
	case HEARD_NUM_:
	case HEARD_INT_:
		return field == HEARD_RATING ? read_rating(r, text)
					     : read_number(r, field, text);
	default: break;
	}
	r->value[field] = text;
	return true;
}

static bool read_target(struct review *r, const struct target *t, struct heard_str text)
{
	double ignored;

	switch (t->kind) {
	case TARGET_FIELD: return read_field(r, t->field, text, t->is_utc ? NULL : r->zone);
	case TARGET_FOLLOWUP_BODY:
		if (!value_is_default(text))
			r->followup = text;
		return true;
	case TARGET_FOLLOWUP_TIME:
		r->followup_at = value_time(text, r->zone);
		return r->followup_at != HEARD_TIME_NONE ||
		       fail(r, "followup.created_at: no time that can be read");
	case TARGET_RATING:
		return value_score(text, &ignored, &ignored) ||
		       fail(r, "a sub-score that cannot be read");
	default: return true;
	}
}

/* Constants only fill what no column did. */
static bool read_constants(struct review *r)
{
	for (size_t i = 0; i < r->mapping->n_constants; i++) {
		const struct target *t = &r->mapping->constants[i].target;

		if (t->kind == TARGET_FIELD && r->value[t->field].len == 0 &&
		    !read_field(r, t->field, r->mapping->constants[i].value, r->zone))
			return false;
	}
	return true;
}

static bool check(struct review *r)
{
	bool says = r->value[HEARD_SUBJECT].len || r->value[HEARD_BODY].len ||
		    r->value[HEARD_RATING].len || r->value[HEARD_NPS].len ||
		    r->value[HEARD_CSAT].len || r->value[HEARD_CES].len || r->followup.len;

	if (!says)
		return fail(r, "neither a text nor a score");
	if (r->value[HEARD_RATING].len == 0)
		r->value[HEARD_RATING_MAX].len = 0;
	else if (r->value[HEARD_RATING_MAX].len > 0 &&
		 r->number[HEARD_RATING] > r->number[HEARD_RATING_MAX])
		return fail(r, "rating: above rating_max; say the best score by rating_max = "
			       "\"=10\" in `columns`");
	r->is_default = value_is_default(r->value[HEARD_BODY]);
	if (r->is_default)
		r->value[HEARD_BODY].len = 0;
	return true;
}

bool review_read(struct review *r, const struct mapping *mapping, struct heard_str *fields,
		 size_t n, struct heard_zone *zone)
{
	*r = (struct review){.mapping = mapping,
			     .fields = fields,
			     .n = n,
			     .zone = zone,
			     .followup_at = HEARD_TIME_NONE};
	for (size_t i = 0; i < r->n; i++) {
		struct heard_str text = value_trim(r->fields[i]);

		r->fields[i] = text;
		if (text.len > 0 && !read_target(r, &r->mapping->columns[i], text))
			return false;
	}
	return read_constants(r) && check(r);
}

/* ---- writing a record */

static void put_field(struct heard_json_out *out, const struct review *r, int field)
{
	const struct heard_field_info *info = &heard_field_table[field];
	char name[32], time[HEARD_TIME_SIZE];
	const char *dot = memchr(info->name.ptr, '.', info->name.len);
	struct heard_str last = dot ? heard_str_skip(info->name,
						     (size_t)(dot + 1 - info->name.ptr))
				    : info->name;

	if (r->value[field].len == 0)
		return;
	snprintf(name, sizeof(name), "%.*s", HEARD_ARG(last));
	if (info->type == HEARD_TIME_) {
		heard_time_format(r->time[field], time);
		heard_json_str(out, name, heard_str(time));
	} else if (info->type == HEARD_INT_) {
		heard_json_int(out, name, (int64_t)r->number[field]);
	} else if (info->type == HEARD_NUM_) {
		heard_json_num(out, name, r->number[field]);
	} else {
		heard_json_str(out, name, r->value[field]);
	}
}

static bool is_author(int field)
{
	return field == HEARD_AUTHOR_NAME || field == HEARD_AUTHOR_EMAIL ||
	       field == HEARD_AUTHOR_PHONE || field == HEARD_AUTHOR_ID;
}

static void put_author(struct heard_json_out *out, const struct review *r)
{
	heard_json_begin(out, "author", '{');
	for (int i = 0; i < HEARD_FIELD_COUNT; i++)
		if (is_author(i))
			put_field(out, r, i);
	heard_json_end(out, '}');
}

/* A name from outside as the key of a member. */
static void put_key(struct heard_json_out *out, struct heard_str name)
{
	if (out->comma)
		heard_buf_puts(out->buf, ",");
	heard_json_put_str(out->buf, name);
	heard_buf_puts(out->buf, ":");
	out->comma = true;
}

static void put_member(struct heard_json_out *out, const struct target *t,
		       struct heard_str text)
{
	double score, most;

	put_key(out, t->name);
	if (t->kind == TARGET_RATING && value_score(text, &score, &most))
		heard_json_put_number(out->buf, score);
	else
		heard_json_put_str(out->buf, text);
}

static void put_family(const struct review *r, struct heard_json_out *out, const char *name,
		       enum target_kind kind)
{
	const struct mapping *m = r->mapping;

	heard_json_begin(out, name, '{');
	for (size_t i = 0; i < r->n; i++)
		if (m->columns[i].kind == kind && r->fields[i].len > 0)
			put_member(out, &m->columns[i], r->fields[i]);
	for (size_t i = 0; i < m->n_constants; i++)
		if (m->constants[i].target.kind == kind)
			put_member(out, &m->constants[i].target, m->constants[i].value);
	heard_json_end(out, '}');
}

static void put_tag(struct heard_json_out *out, const char *tag)
{
	heard_json_begin(out, "tags", '[');
	heard_json_str(out, NULL, heard_str(tag));
	heard_json_end(out, ']');
}

void review_put(const struct review *r, struct heard_json_out *out, const char *id)
{
	put_author(out, r);
	for (int i = 0; i < HEARD_FIELD_COUNT; i++)
		if (!is_author(i) && i != HEARD_SOURCE_ID && i != HEARD_CHANNEL)
			put_field(out, r, i);
	if (r->followup.len > 0 && r->value[HEARD_THREAD].len == 0)
		heard_json_str(out, "thread", heard_str(id));
	put_family(r, out, "ratings", TARGET_RATING);
	put_family(r, out, "attributes", TARGET_ATTRIBUTE);
	if (r->is_default)
		put_tag(out, "default_text");
}

void review_put_followup(const struct review *r, struct heard_json_out *out, const char *id)
{
	static const enum heard_field shared[] = {HEARD_LANG,  HEARD_PRODUCT, HEARD_ORDER,
						  HEARD_STORE, HEARD_REGION,  HEARD_THREAD};
	char time[HEARD_TIME_SIZE];

	put_author(out, r);
	for (size_t i = 0; i < sizeof(shared) / sizeof(shared[0]); i++)
		put_field(out, r, (int)shared[i]);
	if (r->followup_at != HEARD_TIME_NONE) {
		heard_time_format(r->followup_at, time);
		heard_json_str(out, "created_at", heard_str(time));
	}
	heard_json_str(out, "body", r->followup);
	if (r->value[HEARD_THREAD].len == 0)
		heard_json_str(out, "thread", heard_str(id));
	heard_json_str(out, "in_reply_to", heard_str(id));
	put_tag(out, "follow_up");
}
