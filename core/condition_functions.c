/*
 * condition_functions.c - the functions that an expression may call.
 *
 * Only those whose time is linear in their input are offered: no patterns, no
 * repetition, no formatting, and no way to the string library by a text's
 * metatable.  An absent text is an empty one, so that nobody has to ask first.
 * From Lua's own libraries a few functions are taken, and the rest is dropped
 * before an expression runs.
 */
#include "condition_functions.h"

#include "condition_env.h"

#include <lauxlib.h>
#include <lualib.h>
#include <stdint.h>
#include <string.h>
#include <unicode/ucasemap.h>

/* A text or a number; nil is the empty text. */
static struct heard_str text_at(lua_State *L, int arg)
{
	struct heard_str s = {"", 0};
	if (!lua_isnoneornil(L, arg))
		s.ptr = luaL_checklstring(L, arg, &s.len);
	return s;
}

static int contains(lua_State *L)
{
	struct heard_str text = text_at(L, 1);
	size_t n;
	const char *plain = luaL_checklstring(L, 2, &n);
	lua_pushboolean(L, memmem(text.ptr, text.len, plain, n) != NULL);
	return 1;
}

static int starts(lua_State *L)
{
	struct heard_str text = text_at(L, 1);
	size_t n;
	const char *plain = luaL_checklstring(L, 2, &n);
	lua_pushboolean(L, n <= text.len && memcmp(text.ptr, plain, n) == 0);
	return 1;
}

static int ends(lua_State *L)
{
	struct heard_str text = text_at(L, 1);
	size_t n;
	const char *plain = luaL_checklstring(L, 2, &n);
	lua_pushboolean(L, n <= text.len && memcmp(text.ptr + text.len - n, plain, n) == 0);
	return 1;
}

static bool table_has(lua_State *L, int table, int word)
{
	lua_Unsigned n = lua_rawlen(L, table);
	for (lua_Unsigned i = 1; i <= n; i++) {
		lua_rawgeti(L, table, (lua_Integer)i);
		bool is_equal = lua_rawequal(L, -1, word);
		lua_pop(L, 1);
		if (is_equal)
			return true;
	}
	return false;
}

/* has(tags, "vip"), or has({"web", "app"}, channel) */
static int has(lua_State *L)
{
	luaL_checkany(L, 2);
	bool found = false;
	struct heard_value v = {.type = HEARD_NONE};
	if (!lua_isnil(L, 1)) {
		luaL_checktype(L, 1, LUA_TTABLE);
		if (!condition_env_list(L, 1, &v))
			found = table_has(L, 1, 2);
	}
	struct heard_str word = {NULL, 0};
	if (v.type == HEARD_LIST_ && lua_type(L, 2) == LUA_TSTRING)
		word.ptr = lua_tolstring(L, 2, &word.len);
	for (size_t i = 0; word.ptr && !found && i < v.list.n; i++)
		found = heard_str_eq(v.list.at[i], word);
	lua_pushboolean(L, found);
	return 1;
}

/* Characters of a text, entries of a list. */
static int len(lua_State *L)
{
	lua_Integer n = 0;
	struct heard_value v;
	if (lua_istable(L, 1)) {
		n = condition_env_list(L, 1, &v) ? (lua_Integer)condition_env_list_size(&v)
						 : (lua_Integer)lua_rawlen(L, 1);
	} else {
		n = (lua_Integer)heard_str_chars(text_at(L, 1));
	}
	lua_pushinteger(L, n);
	return 1;
}

static bool is_ascii(struct heard_str s)
{
	unsigned char all = 0;
	for (size_t i = 0; i < s.len; i++)
		all |= (unsigned char)s.ptr[i];
	return all < 0x80;
}

static int lower_ascii(lua_State *L, struct heard_str s)
{
	luaL_Buffer buffer;
	char *out = luaL_buffinitsize(L, &buffer, s.len);
	for (size_t i = 0; i < s.len; i++)
		out[i] = (char)(s.ptr[i] >= 'A' && s.ptr[i] <= 'Z' ? s.ptr[i] + 32 : s.ptr[i]);
	luaL_pushresultsize(&buffer, s.len);
	return 1;
}

/* By Unicode; what is not UTF-8 becomes U+FFFD, three bytes for one. */
static int lower_unicode(lua_State *L, struct heard_str s)
{
	struct condition *c = *(struct condition **)lua_getextraspace(L);
	UErrorCode status = U_ZERO_ERROR;
	if (c->casemap == NULL)
		c->casemap = ucasemap_open("", 0, &status);
	luaL_Buffer buffer;
	size_t size = 3 * s.len;
	if (size > INT32_MAX)
		return luaL_error(L, "the text is too long for lower()");
	char *out = luaL_buffinitsize(L, &buffer, size);
	int32_t n = ucasemap_utf8ToLower(c->casemap, out, (int32_t)size, s.ptr, (int32_t)s.len,
					 &status);
	if (U_FAILURE(status))
		return luaL_error(L, "lower() failed");
	luaL_pushresultsize(&buffer, (size_t)n);
	return 1;
}

static int lower(lua_State *L)
{
	struct heard_str text = text_at(L, 1);
	return is_ascii(text) ? lower_ascii(L, text) : lower_unicode(L, text);
}

static const luaL_Reg functions[] = {
	{"contains", contains}, {"starts", starts}, {"ends", ends}, {"has", has},
	{"len", len},		{"lower", lower},   {NULL, NULL},
};

/* Also as methods of a text: body:lower() */
static const luaL_Reg methods[] = {
	{"contains", contains}, {"starts", starts}, {"ends", ends},
	{"len", len},		{"lower", lower},   {NULL, NULL},
};

static const char *const of_base[] = {"tostring", "tonumber", "type", NULL};
static const char *const of_math[] = {"floor", "ceil", "min", "max", "abs", NULL};

const char *const condition_function_names[] = {
	"contains", "starts",	"ends", "has",	"len", "lower",
	"tostring", "tonumber", "type", "math", NULL,
};

/* Take the named functions of a library over into the table at `into`; the
 * library is then left to the collector. */
static void add_from(lua_State *L, lua_CFunction library, const char *const *names, int into)
{
	lua_pushcfunction(L, library);
	lua_call(L, 0, 1);
	for (; *names; names++) {
		lua_pushstring(L, *names);
		lua_getfield(L, -2, *names);
		lua_rawset(L, into);
	}
	lua_pop(L, 1);
}

static void set_methods_of_text(lua_State *L)
{
	lua_pushliteral(L, "");
	lua_createtable(L, 0, 2);
	luaL_newlib(L, methods);
	lua_setfield(L, -2, "__index");
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable");
	lua_setmetatable(L, -2);
	lua_pop(L, 1);
}

void condition_functions_add(lua_State *L, int env)
{
	for (const luaL_Reg *f = functions; f->name; f++) {
		lua_pushstring(L, f->name);
		lua_pushcfunction(L, f->func);
		lua_rawset(L, env);
	}
	add_from(L, luaopen_base, of_base, env);
	lua_pushliteral(L, "math");
	lua_createtable(L, 0, 5);
	add_from(L, luaopen_math, of_math, lua_gettop(L));
	condition_env_freeze(L);
	lua_rawset(L, env);
	lua_createtable(L, 0, 0); /* luaopen_base filled the table of globals */
	lua_rawseti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
	set_methods_of_text(L);
}
