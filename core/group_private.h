/*
 * group_private.h - what group.c (adding) and group_layout.c (laying out) share.
 */
#ifndef CORE_GROUP_PRIVATE_H
#define CORE_GROUP_PRIVATE_H

#include "group.h"

/* The array with room for one more, or NULL. */
void *group_room(void **at, size_t n, size_t *size, size_t each);
/* The RECORDS frame under way takes no more. */
void group_close(struct group *);

#endif
