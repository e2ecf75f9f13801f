/*
 * heard/label.h - what may stand in a field that is not cleaned.
 */
#ifndef HEARD_LABEL_H
#define HEARD_LABEL_H

#include <heard/api.h>
#include <heard/str.h>

#include <stdbool.h>

/* Does it look like a label: one word of at most 32 bytes, of ASCII letters, digits and
 * "_-." or of ideographs, with fewer than six digits?  It is what a source may put into
 * a field whose care is SAFE (heard/field.h); a filter that brings words from elsewhere
 * behind `mask` has to keep to it as well.  Since 1.3.  [any] */
HEARD_API bool heard_is_label(struct heard_str);

#endif
