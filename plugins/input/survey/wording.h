/*
 * wording.h - what questions say if the config does not: for each kind, and for the
 * sub-scores that heard knows.
 */
#ifndef SURVEY_WORDING_H
#define SURVEY_WORDING_H

#include "form.h"

/* Of that kind; empty for KIND_CHOICE, which only the config can word. */
struct page_phrase wording_question(enum kind);
/* The ends of a scale, or of a row of faces. */
struct page_phrase wording_worst(enum kind), wording_best(enum kind);
/* "packaging": 包装, Packaging.  False: unknown. */
bool wording_part(const char *key, struct page_phrase *said_r);
/* Of 1 to 5: 很不满意 ... 很满意. */
struct page_phrase wording_csat(int64_t value);

/* `given`, and for a language it lacks the other one; for both `otherwise`. */
struct page_phrase wording_or(struct page_phrase given, struct page_phrase otherwise);

#endif
