/*
 * when.h - whether a question is asked: `when = "nps <= 6 and way != phone"`.
 *
 *	when  = terms { "or" terms }         terms = term { "and" term }
 *	term  = question [ "." part ] op value      op = < <= > >= == !=  (= is ==)
 *
 * Small on purpose: what can be asked for has few values, so each term is a set of
 * boxes that may be ticked.  The server looks which are, and so does the page's style
 * (style.c), from the same terms.  A question that was not answered fulfils nothing.
 */
#ifndef SURVEY_WHEN_H
#define SURVEY_WHEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct form;
struct heard_buf;
struct reply;

enum when_op { WHEN_LESS, WHEN_AT_MOST, WHEN_MORE, WHEN_AT_LEAST, WHEN_IS, WHEN_IS_NOT };

enum { WHEN_TERMS = 8 };

struct when_term {
	size_t question;
	int part; /* -1: the question itself */
	enum when_op op;
	int64_t value;
	bool is_or; /* "or" stands before it */
};

struct when { /* no terms: always */
	struct when_term terms[WHEN_TERMS];
	size_t n;
};

/* Of question `own`, which may look at those before it.  False: what is wrong with it, as
 * a clause, is in `fault`. */
bool when_parse(struct when *, const char *text, const struct form *, size_t own,
		struct heard_buf *fault);
/* Would this answer do? */
bool when_allows(const struct when_term *, int64_t value);
bool when_holds(const struct when *, const struct reply *);

#endif
