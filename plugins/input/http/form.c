/*
 * form.c - name=value pairs to the fields of a record.
 *
 * The field table says of which type a value must be, so a form may carry any
 * field that JSON may.  A name is repeated for lists (tags=a&tags=b).
 */
#include "form.h"

#include <heard/batch.h>
#include <heard/error.h>
#include <heard/time.h>

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <text/field.h>
#include <text/percent.h>
#include <text/utf8.h>

enum { MAX_PAIRS = 256 };

/* Into memory of the batch; it must be text. */
static int unescape(struct heard_batch *batch, struct heard_str s, struct heard_str *out)
{
	char *to = heard_batch_alloc(batch, s.len + 1);
	if (to == NULL)
		return -ENOMEM;
	if (!text_unescape(s, to, s.len, &out->len))
		return -EBADMSG;
	out->ptr = to;
	return text_is_valid(*out) && memchr(to, '\0', out->len) == NULL ? 0 : -EBADMSG;
}

static bool parse_number(struct heard_str s, double *out)
{
	char copy[64], *end;
	if (s.len == 0 || s.len >= sizeof(copy))
		return false;
	memcpy(copy, s.ptr, s.len);
	copy[s.len] = '\0';
	if (strspn(copy, "0123456789+-.eE") != s.len)
		return false;
	*out = strtod(copy, &end);
	return *end == '\0' && isfinite(*out);
}

static int set_field(struct heard_record *r, enum heard_field f, struct heard_str value)
{
	double number;
	int64_t time;
	switch (heard_field_table[f].type) {
	case HEARD_STR_: return heard_set_str_borrowed(r, f, value);
	case HEARD_LIST_: return heard_list_add(r, f, value);
	case HEARD_NUM_:
		return parse_number(value, &number) ? heard_set_number(r, f, number) : -EBADMSG;
	case HEARD_INT_:
		if (!parse_number(value, &number) || number != floor(number) ||
		    fabs(number) > 9e15)
			return -EBADMSG;
		return heard_set_int(r, f, (int64_t)number);
	case HEARD_TIME_:
		time = heard_time_parse(value, heard_batch_zone(heard_record_batch(r)));
		return time == HEARD_TIME_NONE ? -EBADMSG : heard_set_time(r, f, time);
	default: return -EBADMSG; /* attachments do not come in a form of this kind */
	}
}

static int set_member(struct heard_record *r, struct heard_str name, struct heard_str value)
{
	static const struct heard_str ratings = HEARD_STR("ratings."),
				      attributes = HEARD_STR("attributes.");
	struct heard_value v = {.type = HEARD_STR_, .str = value};
	int field = heard_field_find(name);
	if (field >= 0)
		return set_field(r, (enum heard_field)field, value);
	if (heard_str_starts(name, ratings)) {
		v.type = HEARD_NUM_;
		if (!parse_number(value, &v.number))
			return -EBADMSG;
		return heard_family_set(r, HEARD_RATINGS, heard_str_skip(name, ratings.len), v);
	}
	if (heard_str_starts(name, attributes))
		name = heard_str_skip(name, attributes.len);
	return heard_family_set(r, HEARD_ATTRIBUTES, name, v);
}

int form_set(struct heard_record *r, struct heard_str name, struct heard_str value)
{
	int result = set_member(r, name, value);
	return result == -EINVAL ? -EBADMSG : result;
}

static int take_pair(struct heard_record *r, struct heard_str name, struct heard_str value)
{
	int result = unescape(heard_record_batch(r), name, &name);
	if (result == 0)
		result = unescape(heard_record_batch(r), value, &value);
	if (result < 0 || name.len == 0 || value.len == 0)
		return result;
	return form_set(r, name, value);
}

static int take_pairs(struct heard_record *r, struct heard_str raw, size_t *n)
{
	int result = 0;
	struct heard_str name, value;
	for (*n = 0; result == 0 && text_pair(&raw, &name, &value); (*n)++)
		result = *n == MAX_PAIRS ? -EBADMSG : take_pair(r, name, value);
	return result;
}

int form_decode(struct heard_str raw, struct heard_str channel, struct heard_batch *batch,
		struct heard_error *err)
{
	size_t n;
	raw = heard_str_trim(raw);
	if (raw.len == 0)
		return heard_fail(err, EBADMSG, "the form is empty");
	if (raw.ptr[0] == '{' || raw.ptr[0] == '[')
		return heard_fail(
			err, EBADMSG,
			"this looks like JSON, but Content-Type says it is a form; send "
			"Content-Type: application/json");
	struct heard_record *r = heard_batch_add(batch);
	if (r == NULL)
		return heard_fail(err, ENOMEM, "no memory for the record");
	int result = take_pairs(r, raw, &n);
	if (result == 0 && !heard_has(r, HEARD_CHANNEL))
		result = heard_set_str_borrowed(r, HEARD_CHANNEL, channel);
	/* Names are the sender's words and are not quoted, so count. */
	if (result == -EBADMSG)
		return heard_fail(err, EBADMSG,
				  "field %zu of the form is malformed, or not of its type", n);
	return result < 0 ? heard_fail(err, -result, "no memory for the record") : 0;
}
