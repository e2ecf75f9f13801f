/*
 * payload.c - see payload.h.
 *
 * A lone press may carry `now`, `queue` and `battery` itself, which is what a button with
 * a small processor sends.  Times are ms since 1970; numbers too small for that are taken
 * for seconds.
 */
#include "payload.h"

#include <heard/error.h>
#include <heard/time.h>

#include <errno.h>
#include <string.h>

#define SEQ_MAX	    9007199254740991 /* 2^53 - 1, what JavaScript counts to */
#define TIME_MAX    253402300799999  /* the end of the year 9999            */
#define SECONDS_MAX 100000000000     /* as ms: in 1973; as seconds: in 5138 */

static int64_t read_time(const struct heard_json *v)
{
	if (v == NULL || v->type == HEARD_JSON_NULL)
		return HEARD_TIME_NONE;
	if (v->type == HEARD_JSON_STRING)
		return heard_time_parse(v->string, NULL);
	if (v->type != HEARD_JSON_INT && v->type != HEARD_JSON_NUMBER)
		return HEARD_TIME_NONE;
	double ms = v->number < SECONDS_MAX ? v->number * 1000 : v->number;
	return ms >= 0 && ms <= (double)TIME_MAX ? (int64_t)ms : HEARD_TIME_NONE;
}

/* ---- the whole */

static void read_news(struct payload *p, const struct heard_json *object)
{
	const struct heard_json *queue = heard_json_member(object, "queue");
	const struct heard_json *battery = heard_json_member(object, "battery");
	p->now = read_time(heard_json_member(object, "now"));
	if (queue != NULL && queue->type == HEARD_JSON_INT && queue->integer >= 0 &&
	    queue->integer <= INT32_MAX)
		p->queue = queue->integer;
	if (battery != NULL &&
	    (battery->type == HEARD_JSON_INT || battery->type == HEARD_JSON_NUMBER) &&
	    battery->number >= 0 && battery->number <= 1)
		p->battery = battery->number;
}

static int read_list(struct payload *p, const struct heard_json *list, struct heard_error *err)
{
	if (list->type != HEARD_JSON_ARRAY)
		return heard_fail(err, EBADMSG, "presses must be an array");
	p->first = list->first;
	for (const struct heard_json *v = p->first; v != NULL; v = v->next)
		p->n++;
	return p->n <= PAYLOAD_PRESSES
		       ? 0
		       : heard_fail(err, EFBIG, "one batch holds at most %d presses",
				    PAYLOAD_PRESSES);
}

int payload_read(struct payload *p, struct heard_str raw, struct heard_error *err)
{
	*p = (struct payload){.now = HEARD_TIME_NONE, .queue = -1, .battery = -1};
	p->doc = heard_json_parse(raw, PAYLOAD_BYTES, err);
	if (p->doc == NULL)
		return raw.len > PAYLOAD_BYTES ? -EFBIG : -EBADMSG;
	const struct heard_json *root = heard_json_root(p->doc);
	if (root->type == HEARD_JSON_ARRAY)
		return read_list(p, root, err);
	if (root->type != HEARD_JSON_OBJECT)
		return heard_fail(err, EBADMSG, "a press is an object, or an array of them");
	read_news(p, root);
	const struct heard_json *list = heard_json_member(root, "presses");
	if (list != NULL)
		return read_list(p, list, err);
	p->first = root;
	p->n = 1;
	return 0;
}

void payload_release(struct payload *p)
{
	heard_json_destroy(p->doc);
	*p = (struct payload){.doc = NULL};
}

const struct heard_json *payload_next(const struct payload *p, const struct heard_json *press)
{
	return press == heard_json_root(p->doc) ? NULL : press->next;
}

/* ---- a press */

static bool is_label(struct heard_str s, size_t max)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		      (c >= '0' && c <= '9') || c == '-' || c == '_'))
			return false;
	}
	return s.len <= max;
}

bool press_is_reason(struct heard_str s)
{
	return is_label(s, PRESS_REASON);
}

/* Absent and null are the empty text; false: it is no text. */
static bool read_text(const struct heard_json *press, const char *name, struct heard_str *text)
{
	const struct heard_json *v = heard_json_member(press, name);
	*text = heard_str_n("", 0);
	if (v == NULL || v->type == HEARD_JSON_NULL)
		return true;
	*text = heard_str_trim(v->string);
	return v->type == HEARD_JSON_STRING;
}

static const char *read_texts(struct press *p, const struct heard_json *json)
{
	if (!read_text(json, "reason", &p->reason) || !press_is_reason(p->reason))
		return "reason must be a word of at most 32 letters and digits";
	if (!read_text(json, "lang", &p->lang) || !is_label(p->lang, PRESS_LANG))
		return "lang must be a tag such as \"zh\"";
	if (!read_text(json, "text", &p->text))
		return "text must be a text";
	if (p->text.len > PRESS_TEXT)
		return "text is longer than 4096 bytes";
	return NULL;
}

const char *press_read(struct press *p, const struct heard_json *json, int64_t faces,
		       struct heard_str device)
{
	*p = (struct press){.at = HEARD_TIME_NONE};
	if (json->type != HEARD_JSON_OBJECT)
		return "a press must be an object";
	const struct heard_json *seq = heard_json_member(json, "seq");
	const struct heard_json *face = heard_json_member(json, "r");
	const struct heard_json *whose = heard_json_member(json, "device");
	if (whose != NULL &&
	    (whose->type != HEARD_JSON_STRING || !heard_str_eq(whose->string, device)))
		return "device is not the one that sends it";
	if (seq == NULL || seq->type != HEARD_JSON_INT || seq->integer < 0 ||
	    seq->integer > SEQ_MAX)
		return "seq must be a whole number from 0 to 2^53 - 1";
	if (face == NULL || face->type != HEARD_JSON_INT || face->integer < 0 ||
	    face->integer >= faces)
		return "r must be a face: 0 for the worst, and less than the option faces";
	const struct heard_json *ts = heard_json_member(json, "ts");
	p->seq = seq->integer;
	p->face = face->integer;
	p->at = read_time(ts);
	if (p->at == HEARD_TIME_NONE && ts != NULL && ts->type != HEARD_JSON_NULL)
		return "ts must be a time in ms since 1970";
	return read_texts(p, json);
}
