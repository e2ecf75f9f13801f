/*
 * reply.c - reading our own page.
 *
 * Only what the page has is taken: who fills it in has shown no key.  Questions are
 * settled in their order, so one whose condition asks for another that was not asked
 * itself is not asked either.
 *
 * The text is in the words of the customer, so it is kept in one buffer that is wiped
 * when it is released.
 */
#include "reply.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <text/field.h>

enum { PAIRS = 2048 }; /* all boxes of the largest form ticked are fewer */

const char *const hidden_names[HIDDEN_FIELDS] = {
	[HIDDEN_ONCE] = "once",	  [HIDDEN_TOKEN] = "t",		[HIDDEN_LANG] = "lang",
	[HIDDEN_EMBED] = "embed", [HIDDEN_SEGMENT] = "segment", [HIDDEN_PRODUCT] = "product",
};

void reply_init(struct reply *reply)
{
	memset(reply, 0, sizeof(*reply));
	heard_buf_init(&reply->text, REPLY_MAX);
}

void reply_release(struct reply *reply)
{
	if (reply->text.ptr)
		sodium_memzero(reply->text.ptr, reply->text.size);
	heard_buf_release(&reply->text);
	sodium_memzero(reply, sizeof(*reply));
}

struct heard_str reply_hidden(const struct reply *reply, enum reply_hidden which)
{
	size_t len = reply->hidden[which].len;
	return len ? heard_str_n(reply->text.ptr + reply->hidden[which].at, len)
		   : heard_str_n("", 0);
}

struct heard_str reply_text(const struct reply *reply, size_t question)
{
	const struct given *given = &reply->given[question];
	return given->len ? heard_str_n(reply->text.ptr + given->text, given->len)
			  : heard_str_n("", 0);
}

bool reply_has(const struct reply *reply, const struct question *q, size_t question)
{
	const struct given *given = &reply->given[question];
	bool has = given->is_given || given->picked || given->len;
	for (size_t i = 0; i < q->n_parts; i++)
		has |= given->parts[i] > 0;
	return has;
}

/* ---- values */

static bool read_number(struct heard_str s, int64_t least, int64_t most, int64_t *out)
{
	int64_t n = 0;
	if (s.len == 0 || s.len > 4)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
		n = n * 10 + (s.ptr[i] - '0');
	}
	*out = n;
	return n >= least && n <= most;
}

static enum reply_fault set_text(struct reply *reply, const struct question *q,
				 struct given *given, struct heard_str value)
{
	given->text = (size_t)(value.ptr - reply->text.ptr);
	given->len = value.len;
	return (int64_t)heard_str_chars(value) > q->max ? REPLY_LONG : REPLY_GOOD;
}

static enum reply_fault set_given(struct reply *reply, const struct question *q,
				  struct given *given, struct heard_str value)
{
	int64_t number;
	if (q->kind == KIND_TEXT)
		return set_text(reply, q, given, value);
	if (!read_number(value, q->least, q->most, &number))
		return REPLY_MALFORMED;
	if (q->is_many) {
		given->picked |= UINT64_C(1) << number;
	} else {
		given->value = number;
		given->is_given = true;
	}
	return REPLY_GOOD;
}

static enum reply_fault set_part(const struct question *q, struct given *given,
				 struct heard_str part, struct heard_str value)
{
	for (size_t i = 0; i < q->n_parts; i++)
		if (heard_str_is(part, q->parts[i].key))
			return read_number(value, q->least, q->most, &given->parts[i])
				       ? REPLY_GOOD
				       : REPLY_MALFORMED;
	return REPLY_GOOD; /* none of ours */
}

/* "q.<id>" or "q.<id>.<part>". */
static enum reply_fault set_question(struct reply *reply, const struct form *form,
				     struct heard_str name, struct heard_str value)
{
	const char *dot = memchr(name.ptr, '.', name.len);
	size_t len = dot ? (size_t)(dot - name.ptr) : name.len;
	for (size_t i = 0; i < form->n; i++) {
		if (!heard_str_is(heard_str_n(name.ptr, len), form->at[i].id))
			continue;
		struct given *given = &reply->given[i];
		enum reply_fault fault = dot ? set_part(&form->at[i], given,
							heard_str_skip(name, len + 1), value)
					     : set_given(reply, &form->at[i], given, value);
		if (fault != REPLY_GOOD)
			reply->question = i;
		return fault;
	}
	return REPLY_GOOD;
}

static enum reply_fault set_value(struct reply *reply, const struct form *form,
				  struct heard_str name, struct heard_str value)
{
	if (value.len == 0 || name.len == 0)
		return REPLY_GOOD; /* a browser sends every text */
	for (int f = 0; f < HIDDEN_FIELDS; f++)
		if (heard_str_is(name, hidden_names[f])) {
			reply->hidden[f].at = (size_t)(value.ptr - reply->text.ptr);
			reply->hidden[f].len = value.len;
			return REPLY_GOOD;
		}
	return name.len > 2 && memcmp(name.ptr, "q.", 2) == 0
		       ? set_question(reply, form, heard_str_skip(name, 2), value)
		       : REPLY_GOOD;
}

/* ---- all of it */

static enum reply_fault read_pair(struct reply *reply, const struct form *form,
				  struct heard_str name, struct heard_str encoded)
{
	struct heard_str value;
	int result = text_value(&reply->text, encoded, &value);
	if (result < 0)
		return result == -ENOMEM ? REPLY_LONG : REPLY_MALFORMED;
	return set_value(reply, form, name, value);
}

/* The first fault; what comes behind it is read all the same, to be shown again. */
static enum reply_fault read_pairs(struct reply *reply, const struct form *form,
				   struct heard_str raw)
{
	enum reply_fault first = REPLY_GOOD;
	struct heard_str name, value;
	for (int n = 0; text_pair(&raw, &name, &value); n++) {
		if (n == PAIRS)
			return REPLY_MALFORMED;
		enum reply_fault fault = read_pair(reply, form, name, value);
		first = first == REPLY_GOOD ? fault : first;
	}
	return first;
}

/* In their order, since a condition may ask for one that is left out itself. */
static enum reply_fault settle(struct reply *reply, const struct form *form)
{
	bool is_empty = true;
	enum reply_fault fault = REPLY_GOOD;
	for (size_t i = 0; i < form->n; i++) {
		const struct question *q = &form->at[i];
		if (!when_holds(&q->when, reply)) {
			reply->given[i] = (struct given){.is_given = false};
			continue;
		}
		bool has = reply_has(reply, q, i);
		is_empty = is_empty && !has;
		if (q->is_required && !has && fault == REPLY_GOOD) {
			fault = REPLY_MISSING;
			reply->question = i;
		}
	}
	return is_empty ? REPLY_EMPTY : fault;
}

enum reply_fault reply_read(struct reply *reply, const struct form *form, struct heard_str body)
{
	reply->question = FORM_QUESTIONS;
	enum reply_fault fault = body.len > REPLY_MAX
					 ? REPLY_LONG
					 : read_pairs(reply, form, heard_str_trim(body));
	return fault == REPLY_GOOD ? settle(reply, form) : fault;
}
