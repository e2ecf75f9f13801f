/*
 * channels_file.c - state_dir/channels: who was heard, over a restart.
 *
 *	heard channels 1 0123456789abcdef
 *	{"pipeline":"shop","channel":"weibo","by":"in",...}
 *
 * The number is the format; behind it stands the XXH3 of all lines but the first.  A line
 * is a channel, and read by itself.  Days are written without those that brought nothing,
 * as day, received, dead.
 *
 * It is replaced at once (heard/file.h), so it is whole or not there.  What is damaged all
 * the same is not used at all: half a rhythm would warn at the wrong time.
 */
#include "channels_file.h"

#include "channels.h"
#include "hash.h"

#include <heard/buf.h>
#include <heard/error.h>
#include <heard/file.h>
#include <heard/json.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH = 4096, FORMAT = 1, FILE_MOST = 64 << 20, LINE_MOST = 1 << 20 };
#define KEPT_FOR ((int64_t)CHANNEL_DAYS * 24 * 60 * 60 * 1000)

/* ---- writing */

static void put_ints(struct heard_json_out *w, const char *key, const int64_t *at, size_t n)
{
	heard_json_begin(w, key, '[');
	for (size_t i = 0; i < n; i++)
		heard_json_int(w, NULL, at[i]);
	heard_json_end(w, ']');
}

static void put_rhythm(struct heard_json_out *w, const struct rhythm *r)
{
	heard_json_int(w, "first", r->first);
	heard_json_int(w, "last", r->last);
	heard_json_int(w, "minutes", r->minutes);
	heard_json_int(w, "minute", r->minute);
	heard_json_int(w, "hour", r->hour);
	heard_json_int(w, "active", r->active);
	heard_json_int(w, "week", r->week);
	heard_json_int(w, "state", (int64_t)r->state);
	heard_json_int(w, "since", r->since);
	heard_json_int(w, "noted", r->noted);
	put_ints(w, "gaps", r->gaps, RHYTHM_WEEKS);
	put_ints(w, "seen", r->seen, RHYTHM_HOURS);
	heard_json_begin(w, "usual", '[');
	for (size_t i = 0; i < RHYTHM_HOURS; i++)
		heard_json_num(w, NULL, r->usual[i]);
	heard_json_end(w, ']');
}

static void put_channel(struct heard_buf *out, const char *pipeline, const struct channel *c)
{
	struct heard_json_out w = {.buf = out};
	heard_json_begin(&w, NULL, '{');
	heard_json_str(&w, "pipeline", heard_str(pipeline));
	heard_json_str(&w, "channel", heard_str(c->name));
	heard_json_str(&w, "by", heard_str(c->by));
	put_rhythm(&w, &c->rhythm);
	heard_json_int(&w, "day", c->day);
	heard_json_begin(&w, "days", '[');
	for (int64_t day = c->day - CHANNEL_DAYS + 1; day <= c->day; day++) {
		struct channel_day one = channel_sum(c, day, day);
		if (one.received == 0)
			continue;
		heard_json_int(&w, NULL, day);
		heard_json_int(&w, NULL, (int64_t)one.received);
		heard_json_int(&w, NULL, (int64_t)one.dead);
	}
	heard_json_end(&w, ']');
	heard_json_end(&w, '}');
	heard_buf_puts(out, "\n");
}

static void put_all(struct channels *s, struct channel *copy, struct heard_buf *out)
{
	const char *pipeline = "";
	for (size_t n = 0; pipeline != NULL; n++)
		for (size_t i = 0; channels_get(s, n, i, copy, &pipeline); i++)
			put_channel(out, pipeline, copy);
}

/* Behind its head, which has the digest of all that follows. */
static int replace(const char *state_dir, struct heard_str body, struct heard_error *err)
{
	char path[PATH];
	struct heard_buf text;
	heard_buf_init(&text, body.len + 64);
	snprintf(path, sizeof(path), "%s/channels", state_dir);
	heard_buf_printf(&text, "heard channels %d %016" PRIx64 "\n", FORMAT,
			 hash_digest(body));
	if (body.ptr != NULL) /* there are channels */
		heard_buf_str(&text, body);
	int rc = text.failed ? heard_fail(err, ENOMEM, "no memory to write %s", path)
			     : heard_file_replace(path, 0600, heard_buf_view(&text), err);
	heard_buf_release(&text);
	return rc;
}

int channels_save(struct channels *s, const char *state_dir, struct heard_error *err)
{
	struct channel *copy = malloc(sizeof(*copy));
	struct heard_buf body;
	heard_buf_init(&body, FILE_MOST);
	if (copy != NULL)
		put_all(s, copy, &body);
	int rc = copy == NULL || body.failed
			 ? heard_fail(err, ENOMEM, "no memory to write %s/channels", state_dir)
			 : replace(state_dir, heard_buf_view(&body), err);
	heard_buf_release(&body);
	free(copy);
	return rc;
}

/* ---- reading */

static int64_t get_int(const struct heard_json *object, const char *key)
{
	const struct heard_json *m = heard_json_member(object, key);
	return m != NULL ? m->integer : 0;
}

static const struct heard_json *get_first(const struct heard_json *object, const char *key)
{
	const struct heard_json *m = heard_json_member(object, key);
	return m != NULL ? m->first : NULL;
}

static void get_ints(const struct heard_json *object, const char *key, int64_t *at, size_t n)
{
	const struct heard_json *m = get_first(object, key);
	for (size_t i = 0; i < n && m != NULL; i++, m = m->next)
		at[i] = m->integer;
}

static void get_rhythm(const struct heard_json *object, struct rhythm *r)
{
	r->first = get_int(object, "first");
	r->last = get_int(object, "last");
	r->minutes = get_int(object, "minutes");
	r->minute = get_int(object, "minute");
	r->hour = get_int(object, "hour");
	r->active = get_int(object, "active");
	r->week = get_int(object, "week");
	r->state = (enum rhythm_state)get_int(object, "state");
	r->since = get_int(object, "since");
	r->noted = get_int(object, "noted");
	get_ints(object, "gaps", r->gaps, RHYTHM_WEEKS);
	get_ints(object, "seen", r->seen, RHYTHM_HOURS);
	const struct heard_json *m = get_first(object, "usual");
	for (size_t i = 0; i < RHYTHM_HOURS && m != NULL; i++, m = m->next)
		r->usual[i] = m->number;
}

static void get_days(const struct heard_json *object, struct channel *c)
{
	int64_t three[3] = {0};
	size_t n = 0;
	c->day = get_int(object, "day");
	for (const struct heard_json *m = get_first(object, "days"); m != NULL; m = m->next) {
		three[n++ % 3] = m->integer;
		struct channel_day *day = n % 3 == 0 ? channel_day(c, three[0]) : NULL;
		if (day != NULL)
			*day = (struct channel_day){(uint64_t)three[1], (uint64_t)three[2]};
	}
}

/* Nothing that a later sum or index would stumble over. */
static bool is_sane(const struct channel *c)
{
	const struct rhythm *r = &c->rhythm;
	bool is_good = c->name[0] != '\0' && c->day >= 0 && r->first >= 0 && r->last >= 0 &&
		       r->hour >= 0 && r->week >= 0 && r->active >= 0 && r->active <= 60 &&
		       r->state >= RHYTHM_SPEAKS && r->state <= RHYTHM_GIVEN_UP;
	for (size_t i = 0; i < RHYTHM_HOURS; i++)
		is_good = is_good && r->seen[i] >= 0 && r->seen[i] <= RHYTHM_WEEKS &&
			  r->usual[i] >= 0 && r->usual[i] <= 60;
	return is_good;
}

/* A pipeline that is gone takes its channels with it, and a channel that was not heard
 * for longer than we count goes, too. */
static int get_channel(struct channels *s, struct heard_str line, int64_t now,
		       struct channel *c, struct heard_error *err)
{
	struct heard_json_doc *doc = heard_json_parse(line, LINE_MOST, err);
	if (doc == NULL)
		return -err->code;
	const struct heard_json *object = heard_json_root(doc);
	int pipeline = channels_pipeline(s, heard_json_string(object, "pipeline"));
	int rc = 0;
	*c = (struct channel){0};
	channel_name(c->name, heard_json_string(object, "channel"));
	channel_name(c->by, heard_json_string(object, "by"));
	get_rhythm(object, &c->rhythm);
	get_days(object, c);
	if (pipeline >= 0 && is_sane(c) && now - c->rhythm.last < KEPT_FOR)
		rc = channels_put(s, (size_t)pipeline, c);
	heard_json_destroy(doc);
	return rc == 0 ? 0 : heard_fail(err, ENOMEM, "no memory");
}

static int get_all(struct channels *s, struct heard_str body, int64_t now,
		   struct heard_error *err)
{
	struct channel *room = malloc(sizeof(*room));
	int rc = 0;
	if (room == NULL)
		return heard_fail(err, ENOMEM, "no memory");
	while (rc == 0 && body.ptr != NULL && body.len > 0) {
		const char *end = memchr(body.ptr, '\n', body.len);
		size_t n = end != NULL ? (size_t)(end - body.ptr) : body.len;
		rc = get_channel(s, heard_str_n(body.ptr, n), now, room, err);
		body = heard_str_skip(body, n + 1);
	}
	free(room);
	return rc;
}

/* The lines behind the first, if that one vouches for them. */
static int check(const char *path, struct heard_str text, struct heard_str *body_r,
		 struct heard_error *err)
{
	char head[64] = "";
	int format = 0, used = 0;
	uint64_t digest = 0;
	const char *end = text.ptr != NULL ? memchr(text.ptr, '\n', text.len) : NULL;
	size_t n = end != NULL ? (size_t)(end - text.ptr) : 0;
	if (n > 0 && n < sizeof(head))
		memcpy(head, text.ptr, n);
	int got = sscanf(head, "heard channels %d %16" SCNx64 "%n", &format, &digest, &used);
	*body_r = heard_str_skip(text, n + 1);
	if (got == 2 && format != FORMAT)
		return heard_fail(err, EBADMSG, "%s is of format %d, and this heard knows %d",
				  path, format, FORMAT);
	if (got != 2 || (size_t)used != n || digest != hash_digest(*body_r))
		return heard_fail(err, EBADMSG, "%s is damaged", path);
	return 0;
}

int channels_load(struct channels *s, const char *state_dir, int64_t now,
		  struct heard_error *err)
{
	char path[PATH];
	struct heard_str body;
	struct heard_buf text;
	snprintf(path, sizeof(path), "%s/channels", state_dir);
	heard_buf_init(&text, FILE_MOST);
	int rc = heard_file_read(path, &text, err);
	if (rc == 0)
		rc = check(path, heard_buf_view(&text), &body, err);
	if (rc == 0)
		rc = get_all(s, body, now, err);
	heard_buf_release(&text);
	return rc;
}
