/*
 * form.h - what is written in the place of private data.
 */
#ifndef MASK_FORM_H
#define MASK_FORM_H

#include "text.h"

struct heard_buf;
struct heard_host;

enum form_mode { FORM_PARTIAL, FORM_REDACT, FORM_HASH };

struct form {
	enum form_mode mode;
	const struct heard_host *host; /* for hashes without a key of their own */
	struct heard_str key;	       /* for hashes, or empty                  */
};

/* Append what stands for the found text of this kind; `name` is the kind's. */
void form_write(const struct form *, unsigned kind, struct heard_str name,
		struct heard_str found, struct heard_buf *out);

#endif
