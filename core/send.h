/*
 * send.h - the built-in input behind `heard send`: one in each pipeline.
 *
 * It is an input like any other, with decode and without a source of its own:
 * the control socket emits for it.  Its context says how the bytes are to be
 * read.
 */
#ifndef CORE_SEND_H
#define CORE_SEND_H

#include "conf.h"

#define SEND_NAME    "send"
#define SEND_ROW_MAX (1 << 20)

enum send_format { SEND_NDJSON = 'j', SEND_TEXT = 't', SEND_CSV = 'c' };

struct send_context { /* of an emission */
	enum send_format format;
	int64_t first_line;
	/* SEND_CSV: each piece begins with the header row */
	int32_t header;	 /* its bytes                                 */
	int32_t charset; /* enum charset, never CHARSET_AUTO          */
	char separator;
	char columns[23]; /* name of a map that comes with heard       */
};

const struct conf_instance *send_instance(void);
/* One line of NDJSON or text after the other into the batch; a bad line becomes
 * a dead letter.  Also the reader of `heard filter`. */
int send_decode(enum send_format, struct heard_str raw, int64_t first_line,
		struct heard_batch *, struct heard_error *);

/* The same, told how by the context of an emission. */
int send_decode_sent(struct heard_str raw, struct heard_str context, struct heard_batch *,
		     struct heard_error *);

#endif
