/*
 * answer.h - what programs are told: JSON, and problem documents.
 */
#ifndef HTTP_ANSWER_H
#define HTTP_ANSWER_H

#include "input.h"

#include <heard/host.h>
#include <heard/http.h>

#include <sodium.h>

enum {
	ANSWER_TOKEN = 16, /* bytes of a status token */
	ANSWER_LINK = 8 +
		      sodium_base64_ENCODED_LEN(ANSWER_TOKEN, sodium_base64_VARIANT_URLSAFE),
};

/* "/status/<token>": who has the link may see what became of the record. */
void answer_link(const struct http *, struct heard_str id, char link_r[ANSWER_LINK]);
/* What became of an emission.  `conflict` is what to say if its key is used. */
void answer_receipt(const struct http *, struct heard_http *take, const struct heard_receipt *,
		    const char *conflict);
/* Retry-After; 0: when nobody knows for how long. */
void answer_set_retry(struct heard_http *, int64_t ms);

#endif
