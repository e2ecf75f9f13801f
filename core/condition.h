/*
 * condition.h - `when`: Lua 5.4 expressions over the fields of a record.
 *
 * Compiled once per lane, one Lua state each.  Fields are fetched when named;
 * absent objects read as empty, absent values as nil.  A state has a capped
 * allocator, an instruction limit, and no library function that can run long on
 * hostile text.  An expression that fails is false, and says so by *failed.
 */
#ifndef CORE_CONDITION_H
#define CORE_CONDITION_H

#include <heard/record.h>

struct heard_error;
struct condition; /* one expression in one lane */

/* Does it compile?  [any] */
int condition_check(const char *expression, struct heard_error *);
struct condition *condition_create(const char *expression, struct heard_error *);
void condition_destroy(struct condition *);
/* Not for two threads at once. */
bool condition_test(struct condition *, const struct heard_record *, bool *failed_r);

#endif
