/*
 * field.h - one question on a page.
 */
#ifndef SURVEY_FIELD_H
#define SURVEY_FIELD_H

#include "form.h"
#include "reply.h"

#include <page/page.h>

/* With a reply, filled in as it was sent; `is_wrong`: mend this one. */
void field_put(struct page *, const struct form *, size_t question, const struct reply *,
	       bool is_wrong);

#endif
