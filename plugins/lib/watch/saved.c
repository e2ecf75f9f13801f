/*
 * saved.c - members by tables: name, place and type, so that writing and reading cannot
 * disagree.  What there are hundreds of (slots, cells) is a list in the table's order.
 *
 * Whatever is read is bounded: indexes, names, numbers that are none.
 */
#include "saved.h"

#include "watch.h"

#include <heard/buf.h>
#include <heard/json.h>

#include <math.h>
#include <sodium.h>
#include <stddef.h>
#include <string.h>

const char *const watch_kinds[KINDS] = {"all", "category", "channel", "product"};
const char *const watch_causes[] = {[0] = "",
				    [BY_COUNT] = "count",
				    [BY_SHARE] = "share",
				    [BY_LIKE] = "alike",
				    [BY_SILENCE] = "silence"};

enum type { INT64, UINT64, UINT32, UINT16, DOUBLE, FLOAT, BOOL };
struct member {
	const char *name;
	enum type type;
	size_t at;
};
#define MEMBER(s, m)                                  \
	{                                             \
#m,                                   \
			_Generic(((s *)0)->m, int64_t \
				 : INT64, uint64_t    \
				 : UINT64, uint32_t   \
				 : UINT32, uint16_t   \
				 : UINT16, double     \
				 : DOUBLE, float      \
				 : FLOAT, bool        \
				 : BOOL),             \
			offsetof(s, m)                \
	}

static const struct member of_watch[] = {
	MEMBER(struct watch_state, slot), MEMBER(struct watch_state, last_id), {.name = NULL}};
static const struct member of_incident[] = {
	MEMBER(struct incident, series),     MEMBER(struct incident, like),
	MEMBER(struct incident, id),	     MEMBER(struct incident, onset),
	MEMBER(struct incident, opened),     MEMBER(struct incident, told),
	MEMBER(struct incident, calm_since), MEMBER(struct incident, calm),
	MEMBER(struct incident, told_rate),  MEMBER(struct incident, ratio),
	MEMBER(struct incident, bad),	     MEMBER(struct incident, missed),
	MEMBER(struct incident, is_high),    {.name = NULL}};
static const struct member of_series[] = {
	MEMBER(struct series, since),	   MEMBER(struct series, last),
	MEMBER(struct series, heard),	   MEMBER(struct series, day_n),
	MEMBER(struct series, day_usual),  MEMBER(struct series, hour_n),
	MEMBER(struct series, hour_bad),   MEMBER(struct series, hour_factor),
	MEMBER(struct series, is_tainted), MEMBER(struct series, waited),
	MEMBER(struct series, longest),	   {.name = NULL}};
static const struct member of_base[] = {
	MEMBER(struct baseline, n),	    MEMBER(struct baseline, bad),
	MEMBER(struct baseline, level),	    MEMBER(struct baseline, scatter),
	MEMBER(struct baseline, scattered), MEMBER(struct baseline, likeness),
	MEMBER(struct baseline, likened),   MEMBER(struct baseline, lately),
	MEMBER(struct baseline, expected),  MEMBER(struct baseline, samples),
	MEMBER(struct baseline, hours),	    {.name = NULL}};
/* Lists: add at the end. */
static const struct member of_slot[] = {
	MEMBER(struct slot, n),		MEMBER(struct slot, bad),
	MEMBER(struct slot, told_n),	MEMBER(struct slot, told_bad),
	MEMBER(struct slot, usual_n),	MEMBER(struct slot, usual_other),
	MEMBER(struct slot, usual_bad), {.name = NULL}};
static const struct member of_cell[] = {MEMBER(struct cell, n),
					MEMBER(struct cell, bad),
					MEMBER(struct cell, weeks),
					{.name = NULL}};
static const struct member of_chart[] = {
	MEMBER(struct chart, sum), MEMBER(struct chart, onset), {.name = NULL}};

/* ---- one number */

static void put_value(struct heard_json_out *out, const struct member *m, const char *name,
		      const void *from)
{
	const char *at = (const char *)from + m->at;
	const void *p = at;
	switch (m->type) {
	case INT64: heard_json_int(out, name, *(const int64_t *)p); break;
	case UINT64: heard_json_int(out, name, (int64_t) * (const uint64_t *)p); break;
	case UINT32: heard_json_int(out, name, *(const uint32_t *)p); break;
	case UINT16: heard_json_int(out, name, *(const uint16_t *)p); break;
	case DOUBLE: heard_json_num(out, name, *(const double *)p); break;
	case FLOAT: heard_json_num(out, name, (double)*(const float *)p); break;
	case BOOL: heard_json_bool(out, name, *(const bool *)p); break;
	}
}

static bool take_integer(const struct heard_json *v, enum type type, void *to)
{
	int64_t n = v->integer;
	if (v->type != HEARD_JSON_INT)
		return false;
	switch (type) {
	case UINT32: *(uint32_t *)to = (uint32_t)n; return n >= 0 && n <= UINT32_MAX;
	case UINT16: *(uint16_t *)to = (uint16_t)n; return n >= 0 && n <= UINT16_MAX;
	case UINT64: *(uint64_t *)to = (uint64_t)n; return true;
	default: *(int64_t *)to = n; return true;
	}
}

static bool take_value(const struct heard_json *v, const struct member *m, void *into)
{
	bool is_number = v->type == HEARD_JSON_INT || v->type == HEARD_JSON_NUMBER;
	void *to = (char *)into + m->at;
	switch (m->type) {
	case DOUBLE: *(double *)to = v->number; return is_number;
	case FLOAT: *(float *)to = (float)v->number; return is_number && isfinite(*(float *)to);
	case BOOL: *(bool *)to = v->boolean; return v->type == HEARD_JSON_BOOL;
	default: return take_integer(v, m->type, to);
	}
}

/* ---- members of a struct: by name, and as a list */

static void put_members(struct heard_json_out *out, const struct member *m, const void *from)
{
	for (; m->name; m++)
		put_value(out, m, m->name, from);
}

static bool take_members(const struct heard_json *object, const struct member *m, void *into)
{
	for (; m->name; m++) {
		const struct heard_json *v = heard_json_member(object, m->name);
		if (v && !take_value(v, m, into))
			return false;
	}
	return true;
}

/* The many that are zero, as one 0. */
static void put_list(struct heard_json_out *out, const struct member *m, const void *from,
		     size_t size)
{
	if (sodium_is_zero(from, size)) {
		heard_json_int(out, NULL, 0);
		return;
	}
	heard_json_begin(out, NULL, '[');
	for (; m->name; m++)
		put_value(out, m, NULL, from);
	heard_json_end(out, ']');
}

static bool take_list(const struct heard_json *list, const struct member *m, void *into)
{
	if (list->type != HEARD_JSON_ARRAY)
		return list->type == HEARD_JSON_INT && list->integer == 0;
	for (const struct heard_json *v = list->first; v && m->name; v = v->next, m++)
		if (!take_value(v, m, into))
			return false;
	return true;
}

static const struct heard_json *list_of(const struct heard_json *object, const char *name)
{
	const struct heard_json *list = heard_json_member(object, name);
	return list && list->type == HEARD_JSON_ARRAY ? list->first : NULL;
}

/* ---- a series */

static void put_lists(struct heard_json_out *out, const struct series *s, int64_t slot)
{
	heard_json_begin(out, "slots", '[');
	for (int64_t i = slot + 1; i <= slot + SLOTS; i++)
		put_list(out, of_slot, &s->slots[i % SLOTS], sizeof(struct slot));
	heard_json_end(out, ']');
	heard_json_begin(out, "charts", '[');
	for (int i = 0; i < CHARTS; i++)
		put_list(out, of_chart, &s->charts[i], sizeof(struct chart));
	heard_json_end(out, ']');
	heard_json_begin(out, "base", '{');
	put_members(out, of_base, &s->base);
	heard_json_begin(out, "cells", '[');
	for (int i = 0; i < WEEK_HOURS; i++)
		put_list(out, of_cell, &s->base.cells[i], sizeof(struct cell));
	heard_json_end(out, ']');
	heard_json_end(out, '}');
}

static void put_series(struct heard_json_out *out, const struct series *s, size_t number,
		       int64_t slot)
{
	heard_json_begin(out, NULL, '{');
	heard_json_str(out, "what", HEARD_STR_OF("series"));
	heard_json_int(out, "number", (int64_t)number);
	heard_json_str(out, "kind", heard_str(watch_kinds[s->kind]));
	heard_json_str(out, "name", heard_str(s->name));
	put_members(out, of_series, s);
	put_lists(out, s, slot);
	heard_json_end(out, '}');
}

static bool take_slots(struct series *s, const struct heard_json *line, int64_t slot)
{
	const struct heard_json *first = list_of(line, "slots");
	int64_t n = 0;
	for (const struct heard_json *v = first; v; v = v->next)
		n++;
	for (const struct heard_json *v = first; v; v = v->next, n--)
		if (n <= SLOTS && n <= slot &&
		    !take_list(v, of_slot, &s->slots[(slot + 1 - n) % SLOTS]))
			return false;
	return true;
}

static bool take_base(struct baseline *b, const struct heard_json *base)
{
	int i = 0;
	for (const struct heard_json *v = list_of(base, "cells"); v && i < WEEK_HOURS;
	     v = v->next, i++)
		if (!take_list(v, of_cell, &b->cells[i]))
			return false;
	return take_members(base, of_base, b);
}

static bool take_series(struct watch_state *state, const struct heard_json *line)
{
	const struct heard_json *number = heard_json_member(line, "number");
	struct heard_str name = heard_json_string(line, "name");
	if (!number || number->type != HEARD_JSON_INT || number->integer < 0 ||
	    number->integer >= SERIES || name.len >= NAME_SIZE)
		return false;
	struct series *s = &state->series[number->integer];
	s->kind = watch_kind((size_t)number->integer);
	if (name.len)
		memcpy(s->name, name.ptr, name.len);
	int i = 0;
	for (const struct heard_json *v = list_of(line, "charts"); v && i < CHARTS;
	     v = v->next, i++)
		if (!take_list(v, of_chart, &s->charts[i]))
			return false;
	return heard_str_is(heard_json_string(line, "kind"), watch_kinds[s->kind]) &&
	       take_members(line, of_series, s) && take_slots(s, line, state->slot) &&
	       take_base(&s->base, heard_json_member(line, "base"));
}

/* ---- the others */

static bool take_incident(struct watch_state *state, const struct heard_json *line)
{
	struct heard_str cause = heard_json_string(line, "cause");
	struct incident *inc = state->incidents;
	while (inc < state->incidents + INCIDENTS && inc->cause)
		inc++;
	if (inc == state->incidents + INCIDENTS || !take_members(line, of_incident, inc))
		return false;
	for (int i = BY_COUNT; i <= BY_SILENCE; i++)
		if (heard_str_is(cause, watch_causes[i]))
			inc->cause = (enum cause)i;
	return inc->cause && inc->series < SERIES;
}

static bool take_watch(struct watch_state *state, const struct heard_json *line)
{
	struct heard_str key = heard_json_string(line, "like_key");
	size_t n = 0;
	return take_members(line, of_watch, state) && state->slot >= 0 &&
	       sodium_hex2bin(state->like_key, LIKE_KEY, key.ptr, key.len, NULL, &n, NULL) ==
		       0 &&
	       n == LIKE_KEY;
}

bool saved_take(struct watch_state *state, const struct heard_json *line)
{
	struct heard_str what = heard_json_string(line, "what");
	if (heard_str_is(what, "watch"))
		return take_watch(state, line);
	if (heard_str_is(what, "incident"))
		return take_incident(state, line);
	return heard_str_is(what, "series") && take_series(state, line);
}

static void put_watch(struct heard_json_out *out, const struct watch_state *state)
{
	char key[2 * LIKE_KEY + 1];
	sodium_bin2hex(key, sizeof(key), state->like_key, LIKE_KEY);
	heard_json_begin(out, NULL, '{');
	heard_json_str(out, "what", HEARD_STR_OF("watch"));
	put_members(out, of_watch, state);
	heard_json_str(out, "like_key", heard_str(key));
	heard_json_end(out, '}');
}

static void put_incident(struct heard_json_out *out, const struct incident *inc)
{
	heard_json_begin(out, NULL, '{');
	heard_json_str(out, "what", HEARD_STR_OF("incident"));
	heard_json_str(out, "cause", heard_str(watch_causes[inc->cause]));
	put_members(out, of_incident, inc);
	heard_json_end(out, '}');
}

void saved_each(const struct watch_state *state, struct heard_buf *line,
		void (*put)(void *arg, struct heard_buf *line), void *arg)
{
	struct heard_json_out out = {.buf = line};
	put_watch(&out, state);
	put(arg, line);
	for (size_t i = 0; i < INCIDENTS; i++)
		if (state->incidents[i].cause) {
			out.comma = false;
			put_incident(&out, &state->incidents[i]);
			put(arg, line);
		}
	for (size_t i = 0; i < SERIES; i++)
		if (state->series[i].since) {
			out.comma = false;
			put_series(&out, &state->series[i], i, state->slot);
			put(arg, line);
		}
}
