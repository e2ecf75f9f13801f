/*
 * examples.h - a file of examples, whatever it is: a mail, records as NDJSON, or texts.
 *
 * A file that begins with a header field ("Received: ...", or the "From " of an mbox's
 * line) is one mail; a line that begins with { is a record, with subject and body; any
 * other line that is not blank is a text.
 */
#ifndef SPAM_EXAMPLES_H
#define SPAM_EXAMPLES_H

#include "features.h"

#include <stdint.h>

struct heard_error;

enum { EXAMPLES_FILE_MAX = 256 << 20 };

struct example {
	struct spam_text text;
	struct heard_str id;	 /* of a record; absent: it has none                */
	struct heard_str author; /* author.key, or the address of a mail; absent: unknown */
};

/* Calls fn for each, whose views live during the call; fn's error ends it. */
int examples_read(struct heard_str bytes, int (*fn)(void *arg, const struct example *),
		  void *arg, struct heard_error *);
/* One record as a line of JSON.  -EBADMSG with a sentence: it is none. */
int examples_record(struct heard_str line, int (*fn)(void *arg, const struct example *),
		    void *arg, struct heard_error *);

#endif
