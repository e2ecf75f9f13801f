/*
 * press.c - see press.h.
 *
 * Who sends a press again may have another clock by then, and a burst may look other
 * than before.  That must not make other content of it, which the core would refuse.  So
 * a record is made of JSON that holds only what the device said, by which the core tells
 * content apart, and what we found out is set on it after.
 *
 * A press that is one too many keeps its face as an attribute and has no rating, which
 * is what the kiosk index is made of.
 */
#include "press.h"

#include "kiosk.h"

#include <heard/batch.h>
#include <heard/buf.h>
#include <heard/error.h>
#include <heard/json.h>
#include <heard/time.h>

#include <errno.h>
#include <stdio.h>

enum { LINE = 64 << 10 };

/* ---- dead letters */

/* A value as text again, for a dead letter. */
static void put_json(struct heard_json_out *out, const struct heard_json *v, bool in_object)
{
	struct heard_buf key;
	heard_buf_init(&key, PAYLOAD_BYTES);
	heard_buf_str(&key, v->key);
	const char *name = in_object && key.ptr ? key.ptr : in_object ? "" : NULL;
	switch (v->type) {
	case HEARD_JSON_NULL: heard_json_null(out, name); break;
	case HEARD_JSON_BOOL: heard_json_bool(out, name, v->boolean); break;
	case HEARD_JSON_INT: heard_json_int(out, name, v->integer); break;
	case HEARD_JSON_NUMBER: heard_json_num(out, name, v->number); break;
	case HEARD_JSON_STRING: heard_json_str(out, name, v->string); break;
	default: {
		bool is_object = v->type == HEARD_JSON_OBJECT;
		heard_json_begin(out, name, is_object ? '{' : '[');
		for (const struct heard_json *m = v->first; m != NULL; m = m->next)
			put_json(out, m, is_object);
		heard_json_end(out, is_object ? '}' : ']');
	}
	}
	heard_buf_release(&key);
}

static int bury(struct heard_batch *batch, const struct heard_json *press, size_t i,
		const char *why)
{
	struct heard_buf piece;
	struct heard_json_out out = {.buf = &piece};
	heard_buf_init(&piece, 2 * PAYLOAD_BYTES);
	put_json(&out, press, false);
	int result = piece.failed ? -ENOMEM
				  : heard_batch_dead(batch, heard_buf_view(&piece),
						     (int64_t)i + 1, "%s", why);
	heard_buf_release(&piece);
	return result;
}

static int bury_all(struct heard_batch *batch, struct heard_str raw, int why,
		    struct heard_error *err)
{
	static const char *const reasons[] = {
		[PRESS_UNREADABLE] = "it is not what a kiosk sends",
		[PRESS_STRANGER] = "its device is not in the option devices",
		[PRESS_CLASH] = "its device has sent other presses under these numbers; "
				"does it count from the beginning again?",
	};
	return heard_batch_dead(batch, raw, 0, "%s", reasons[why]) == 0
		       ? 0
		       : heard_fail(err, ENOMEM, "no memory");
}

/* ---- a record */

int64_t press_time(const struct kiosk *k, const struct press_context *c, int64_t at,
		   const char **why_r)
{
	*why_r = at == HEARD_TIME_NONE ? "absent" : c->offset ? "corrected" : NULL;
	if (at == HEARD_TIME_NONE)
		return c->arrived;
	at += c->offset;
	if (at > c->arrived)
		*why_r = c->offset ? "corrected" : "capped";
	if (at > c->arrived)
		return c->arrived;
	if (at >= c->arrived - k->max_age)
		return at;
	*why_r = "unusable";
	return c->arrived;
}

/* All that the device said, and nothing else. */
static void put_said(struct heard_buf *line, const struct device_row *row,
		     const struct press *p)
{
	struct heard_json_out out = {.buf = line};
	char id[DEVICE_ID_MAX + 32];
	snprintf(id, sizeof(id), "%s/%lld", row->id, (long long)p->seq);
	heard_json_begin(&out, NULL, '{');
	heard_json_str(&out, "source_id", heard_str(id));
	heard_json_str(&out, "channel", HEARD_STR_OF("kiosk"));
	if (p->lang.len)
		heard_json_str(&out, "lang", p->lang);
	if (p->text.len)
		heard_json_str(&out, "body", p->text);
	heard_json_begin(&out, "attributes", '{');
	heard_json_begin(&out, "kiosk", '{');
	heard_json_str(&out, "device", heard_str(row->id));
	heard_json_int(&out, "face", p->face + 1);
	if (p->reason.len)
		heard_json_str(&out, "reason", p->reason);
	if (p->at != HEARD_TIME_NONE)
		heard_json_int(&out, "ts", p->at);
	heard_json_end(&out, '}');
	heard_json_end(&out, '}');
	heard_json_end(&out, '}');
}

static int set_attribute(struct heard_record *r, const char *name, struct heard_value value)
{
	return heard_family_set(r, HEARD_ATTRIBUTES, heard_str(name), value);
}

static struct heard_value of_text(const char *text)
{
	return (struct heard_value){.type = HEARD_STR_, .str = heard_str(text)};
}

/* Our own findings. */
static int set_found(struct heard_record *r, const struct kiosk *k,
		     const struct press_context *c, const struct device_row *row,
		     const struct press *p, bool is_burst)
{
	const char *why;
	int result = heard_set_time(r, HEARD_CREATED_AT, press_time(k, c, p->at, &why));
	if (result == 0 && row->store[0])
		result = heard_set_str(r, HEARD_STORE, heard_str(row->store));
	if (result == 0 && row->region[0])
		result = heard_set_str(r, HEARD_REGION, heard_str(row->region));
	if (result == 0 && why != NULL)
		result = set_attribute(r, "kiosk.clock", of_text(why));
	if (result == 0 && is_burst)
		return set_attribute(
			r, "kiosk.burst",
			(struct heard_value){.type = HEARD_BOOL_, .boolean = true});
	if (result == 0)
		result = heard_set_number(r, HEARD_RATING, (double)p->face + 1);
	return result ? result : heard_set_number(r, HEARD_RATING_MAX, (double)k->faces);
}

static int take(const struct kiosk *k, const struct press_context *c, const struct press *p,
		bool is_burst, struct heard_batch *batch, struct heard_error *err)
{
	const struct device_row *row = (const struct device_row *)k->devices.at + c->row;
	struct heard_buf line;
	heard_buf_init(&line, LINE);
	put_said(&line, row, p);
	int result = line.failed ? heard_fail(err, ENOMEM, "no memory")
				 : heard_batch_add_json(batch, heard_buf_view(&line), err);
	heard_buf_release(&line);
	if (result != 0)
		return result;
	result = set_found(heard_batch_at(batch, heard_batch_size(batch) - 1), k, c, row, p,
			   is_burst);
	return result ? heard_fail(err, -result, "no memory for the record") : 0;
}

int press_decode(const struct kiosk *k, struct heard_str raw, const struct press_context *c,
		 struct heard_batch *batch, struct heard_error *err)
{
	struct payload payload;
	size_t i = 0;
	if (c->bury != PRESS_TAKE)
		return bury_all(batch, raw, c->bury, err);
	const struct device_row *row = (const struct device_row *)k->devices.at + c->row;
	int result = payload_read(&payload, raw, err);
	const struct heard_json *at = result == 0 ? payload.first : NULL;
	for (; at != NULL && result == 0; at = payload_next(&payload, at), i++) {
		struct press press;
		const char *why = press_read(&press, at, k->faces, heard_str(row->id));
		bool is_burst = (c->bursts[i / 8] >> i % 8) & 1;
		if (why == NULL)
			result = take(k, c, &press, is_burst, batch, err);
		if (result == -EBADMSG)
			why = err->text;
		if (why != NULL)
			result = bury(batch, at, i, why) == 0
					 ? 0
					 : heard_fail(err, ENOMEM, "no memory");
	}
	payload_release(&payload);
	return result;
}
