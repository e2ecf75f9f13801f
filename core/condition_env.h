/*
 * condition_env.h - what an expression can see: the fields of one record and a
 * handful of functions.
 */
#ifndef CORE_CONDITION_ENV_H
#define CORE_CONDITION_ENV_H

#include <heard/record.h>

#include <lua.h>

struct UCaseMap;

struct condition {
	lua_State *lua;			   /* slot 1: the compiled expression  */
	const struct heard_record *record; /* during a test                    */
	size_t used;			   /* bytes of the state               */
	struct UCaseMap *casemap;	   /* of lower(), made when first used */
	bool may_loop;			   /* count its instructions           */
};

/* Push the table that is to be _ENV.  Raises Lua errors: call it protected. */
void condition_env_push(lua_State *);

/* ---- for condition_functions.c */

/* The list that the proxy at `arg` stands for, or false: a table of its own. */
bool condition_env_list(lua_State *, int arg, struct heard_value *);
size_t condition_env_list_size(const struct heard_value *);
/* Put an empty table before the one on the stack's top: reading goes through to
 * it, and since nothing is ever in the empty one, each assignment is met. */
void condition_env_freeze(lua_State *);

#endif
