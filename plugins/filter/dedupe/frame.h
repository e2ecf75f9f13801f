/*
 * frame.h - one remembered record as bytes (kept.h has the layout).
 */
#ifndef DEDUPE_FRAME_H
#define DEDUPE_FRAME_H

#include "window.h"

#include <heard/str.h>

enum {
	FRAME_HEAD = 144,
	FRAME_MAX = FRAME_HEAD + 4 * MINHASH_SKETCH,
};

size_t frame_write(const struct said *, char out[FRAME_MAX]);
/* Its length, or 0: not whole, or not one. */
size_t frame_read(struct heard_str bytes, struct said *);

#endif
