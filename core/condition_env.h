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
/* NULL-terminated names of the functions. */
extern const char *const condition_env_functions[];

#endif
