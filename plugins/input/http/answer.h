/*
 * answer.h - what programs are told: JSON, and problem documents.
 */
#ifndef HTTP_ANSWER_H
#define HTTP_ANSWER_H

#include "input.h"

#include <heard/host.h>
#include <heard/http.h>

/* What became of an emission.  `conflict` is what to say if its key is used. */
void answer_receipt(const struct http *, struct heard_http *take, const struct heard_receipt *,
		    const char *conflict);

#endif
