/*
 * condition_functions.h - the functions that an expression may call.
 */
#ifndef CORE_CONDITION_FUNCTIONS_H
#define CORE_CONDITION_FUNCTIONS_H

#include <lua.h>

/* Add them to the table at `env`, and methods to texts.  Raises Lua errors. */
void condition_functions_add(lua_State *, int env);
/* NULL-terminated: what condition_functions_add adds. */
extern const char *const condition_function_names[];

#endif
