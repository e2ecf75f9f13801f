/*
 * reply.h - what a customer answered: the fields of our own page, read and checked.
 */
#ifndef SURVEY_REPLY_H
#define SURVEY_REPLY_H

#include "form.h"

#include <heard/buf.h>
#include <heard/str.h>

/* Bytes of all of it, as sent: whatever form.c lets a page ask fits in, so no browser sends
 * more, and nobody's words are refused before they could be shown to him again. */
enum { REPLY_MAX = 256 * 1024 };

enum reply_fault {
	REPLY_GOOD,
	REPLY_EMPTY,	 /* nothing was answered                                  */
	REPLY_MISSING,	 /* one that is required was not                          */
	REPLY_LONG,	 /* a text beyond its `max`                               */
	REPLY_MALFORMED, /* no UTF-8, or a value that our page does not have      */
};

struct given {
	bool is_given;		   /* the question itself, not only parts of it              */
	int64_t value;		   /* a score; of a choice its number                       */
	uint64_t picked;	   /* of many: a bit each                                   */
	int64_t parts[FORM_PARTS]; /* 0: none                                     */
	size_t text, len;	   /* in reply.text                               */
};

/* What stands in the page besides answers. */
enum reply_hidden {
	HIDDEN_ONCE,
	HIDDEN_TOKEN,
	HIDDEN_LANG,
	HIDDEN_EMBED,
	HIDDEN_SEGMENT,
	HIDDEN_PRODUCT,
	HIDDEN_FIELDS
};
extern const char *const hidden_names[HIDDEN_FIELDS];

struct reply {
	struct heard_buf text; /* of all values; wiped when it is released */
	struct {
		size_t at, len;
	} hidden[HIDDEN_FIELDS];
	struct given given[FORM_QUESTIONS];
	size_t question; /* the first that something is wrong with          */
};

void reply_init(struct reply *);
void reply_release(struct reply *);
/* Reads "name=value&..." of our page and leaves out what was not asked, since its
 * condition does not hold.  What was read stays in case of a fault too, to be shown. */
enum reply_fault reply_read(struct reply *, const struct form *, struct heard_str body);
struct heard_str reply_hidden(const struct reply *, enum reply_hidden);
struct heard_str reply_text(const struct reply *, size_t question);
/* Anything of it, parts too. */
bool reply_has(const struct reply *, const struct question *, size_t question);

#endif
