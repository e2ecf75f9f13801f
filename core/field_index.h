/*
 * field_index.h - find fields and families by name, in constant time.
 */
#ifndef CORE_FIELD_INDEX_H
#define CORE_FIELD_INDEX_H

#include <heard/field.h>

/* A field's number; HEARD_FIELD_COUNT plus a family's; or -1. */
int field_index_find(struct heard_str name);

#endif
