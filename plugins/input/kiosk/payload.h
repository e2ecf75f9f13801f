/*
 * payload.h - the bytes that a device sends, as presses that may be good.
 *
 * Caps: PAYLOAD_BYTES, PAYLOAD_PRESSES, and the depth and the nodes of heard/json.h.
 * Bytes that are no JSON, or of another shape, are refused as a whole; of a press that
 * cannot be one the reason is said, and the others are read.
 */
#ifndef KIOSK_PAYLOAD_H
#define KIOSK_PAYLOAD_H

#include <heard/json.h>
#include <heard/str.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct heard_error;

enum {
	PAYLOAD_BYTES = 1 << 20,
	PAYLOAD_PRESSES = 1000,
	PRESS_TEXT = 4096, /* bytes */
	PRESS_REASON = 32,
	PRESS_LANG = 16,
};

struct payload {
	struct heard_json_doc *doc;
	int64_t now;			/* HEARD_TIME_NONE: not said         */
	int64_t queue;			/* -1: not said                      */
	double battery;			/* 0 to 1; -1: not said              */
	const struct heard_json *first; /* press, then its ->next            */
	size_t n;
};

/* -EBADMSG or -EFBIG with a sentence; views into `raw` and the payload live until
 * release, which is fine after a failure too.  [any] */
int payload_read(struct payload *, struct heard_str raw, struct heard_error *);
void payload_release(struct payload *);
/* The next press, NULL after the last. */
const struct heard_json *payload_next(const struct payload *, const struct heard_json *press);

struct press {
	int64_t seq;
	int64_t at;   /* ms of the device's clock; HEARD_TIME_NONE: not said */
	int64_t face; /* 0: the worst                                        */
	struct heard_str reason, text, lang;
};

/* May that be a press's reason, or none: letters, digits, "-" and "_"? */
bool press_is_reason(struct heard_str);
/* NULL, or what is wrong with it.  `device` is whose it must be if it says so. */
const char *press_read(struct press *, const struct heard_json *, int64_t faces,
		       struct heard_str device);

#endif
