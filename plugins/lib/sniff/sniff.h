/*
 * sniff.h - what a file is, by its content.
 *
 * What a file says of itself, or a server of it, is not believed: its type is what its
 * first bytes tell.  So what is kept under the name of a picture is a picture, and neither
 * a page nor a program.
 */
#ifndef SNIFF_SNIFF_H
#define SNIFF_SNIFF_H

#include <heard/str.h>

#include <stdbool.h>

struct heard_list;

/* The types that can be told, for an option's choices; NULL-terminated.  [any] */
extern const char *const sniff_types[];
/* The type of what begins so, or NULL.  [any] */
const char *sniff_type(struct heard_str bytes);
/* Is it one of those that an option lists?  NULL is none.  [any] */
bool sniff_is_in(const struct heard_list *types, const char *type);

#endif
