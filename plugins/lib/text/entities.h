/*
 * entities.h - the character references that HTML names.
 */
#ifndef TEXT_ENTITIES_H
#define TEXT_ENTITIES_H

#include <heard/str.h>

#include <stdint.h>

/* The character of "eacute", or 0. */
uint32_t entity_find(struct heard_str name);

#endif
