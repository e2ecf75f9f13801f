/*
 * again.h - a name that was announced once, wherever else the text has it.
 */
#ifndef MASK_AGAIN_H
#define MASK_AGAIN_H

#include "text.h"

#include <stddef.h>

struct heard_buf;

/* Append a span for each other place of the names among the spans from the n-th on. */
void again_find(const struct mask_text *, struct heard_buf *spans, size_t n);

#endif
