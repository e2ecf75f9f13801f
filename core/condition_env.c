/*
 * condition_env.c - what an expression can see: the fields of one record and a
 * handful of functions.
 *
 * Nothing of a record is copied before it is named.  _ENV holds the functions
 * and one proxy for each object ("author"), family ("ratings") and list
 * ("tags"); all other names go to __index, which knows the plain fields.  The
 * proxies are made once and hold no data, only which field they stand for, so
 * nothing has to be reset between records and a test leaves no garbage but long
 * texts.
 *
 * Absent objects and lists read as empty, absent values as nil.  A name that is
 * no field at all is an error, not nil: a condition that can never be true
 * should not pass for one that happens to be false.
 *
 * Nothing can be assigned to.
 */
#include "condition_env.h"

#include "condition_functions.h"

#include <lauxlib.h>
#include <stdint.h>
#include <string.h>

enum { NAME_LONGEST = 256 };

/* Their addresses are keys that no expression can name. */
static const char list_key, prefix_key;

static const struct heard_record *record_of(lua_State *L)
{
	return (*(struct condition **)lua_getextraspace(L))->record;
}

static void push_str(lua_State *L, struct heard_str s)
{
	lua_pushlstring(L, s.len ? s.ptr : "", s.len);
}

/* A value that is not a list; nil if there is none. */
static void push_value(lua_State *L, const struct heard_value *v)
{
	switch (v->type) {
	case HEARD_STR_: push_str(L, v->str); break;
	case HEARD_INT_:
	case HEARD_TIME_: lua_pushinteger(L, v->integer); break;
	case HEARD_NUM_: lua_pushnumber(L, v->number); break;
	case HEARD_BOOL_: lua_pushboolean(L, v->boolean); break;
	default: lua_pushnil(L); break;
	}
}

/* ---- plain fields: upvalue 1 maps a name to the number of its field */

static int field_index(lua_State *L)
{
	lua_settop(L, 2);
	lua_pushvalue(L, 2);
	if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNUMBER)
		return luaL_error(L, "there is no such field");
	struct heard_value v = heard_get(record_of(L), (enum heard_field)lua_tointeger(L, -1));
	push_value(L, &v);
	return 1;
}

/* ---- lists: upvalue 1 is the number of the field */

static void push_file(lua_State *L, const struct heard_file *file)
{
	lua_createtable(L, 0, 4);
	push_str(L, file->name);
	lua_setfield(L, -2, "name");
	push_str(L, file->type);
	lua_setfield(L, -2, "type");
	push_str(L, file->sha256);
	lua_setfield(L, -2, "sha256");
	lua_pushinteger(L, file->size);
	lua_setfield(L, -2, "size");
}

static int list_index(lua_State *L)
{
	struct heard_value v = heard_get(
		record_of(L), (enum heard_field)lua_tointeger(L, lua_upvalueindex(1)));
	lua_Integer i = lua_isinteger(L, 2) ? lua_tointeger(L, 2) : 0;
	if (v.type == HEARD_LIST_ && i >= 1 && (size_t)i <= v.list.n)
		push_str(L, v.list.at[i - 1]);
	else if (v.type == HEARD_FILES_ && i >= 1 && (size_t)i <= v.files.n)
		push_file(L, &v.files.at[i - 1]);
	else
		lua_pushnil(L);
	return 1;
}

size_t condition_env_list_size(const struct heard_value *v)
{
	return v->type == HEARD_LIST_ ? v->list.n : v->type == HEARD_FILES_ ? v->files.n : 0;
}

static int list_len(lua_State *L)
{
	struct heard_value v = heard_get(
		record_of(L), (enum heard_field)lua_tointeger(L, lua_upvalueindex(1)));
	lua_pushinteger(L, (lua_Integer)condition_env_list_size(&v));
	return 1;
}

bool condition_env_list(lua_State *L, int arg, struct heard_value *v)
{
	bool is_proxy = lua_rawgetp(L, arg, &list_key) == LUA_TNUMBER;
	if (is_proxy)
		*v = heard_get(record_of(L), (enum heard_field)lua_tointeger(L, -1));
	lua_pop(L, 1);
	return is_proxy;
}

/* ---- families: upvalue 1 is the number of the family
 *
 * Attributes that came nested are kept flat, as "a.b".  attributes.a.b reads
 * them all the same: where only longer names exist, the answer is a proxy that
 * remembers the prefix. */

static bool has_below(const struct heard_record *record, enum heard_family family,
		      struct heard_str name)
{
	size_t n = heard_family_size(record, family);
	for (size_t i = 0; i < n; i++) {
		struct heard_str other;
		heard_family_at(record, family, i, &other);
		if (other.len > name.len && other.ptr[name.len] == '.' &&
		    heard_str_starts(other, name))
			return true;
	}
	return false;
}

static void push_below(lua_State *L, struct heard_str name)
{
	lua_createtable(L, 0, 1);
	push_str(L, name);
	lua_rawsetp(L, -2, &prefix_key);
	lua_getmetatable(L, 1);
	lua_setmetatable(L, -2);
}

static struct heard_str member_name(lua_State *L, char out[NAME_LONGEST])
{
	size_t key_len = 0, prefix_len = 0;
	const char *prefix = NULL;
	if (lua_rawgetp(L, 1, &prefix_key) == LUA_TSTRING)
		prefix = lua_tolstring(L, -1, &prefix_len);
	const char *key = luaL_tolstring(L, 2, &key_len);
	if (prefix_len + 1 + key_len > NAME_LONGEST)
		return heard_str_n(out, 0);
	if (prefix == NULL) {
		memcpy(out, key, key_len);
		return heard_str_n(out, key_len);
	}
	memcpy(out, prefix, prefix_len);
	out[prefix_len] = '.';
	memcpy(out + prefix_len + 1, key, key_len);
	return heard_str_n(out, prefix_len + 1 + key_len);
}

static int family_index(lua_State *L)
{
	char bytes[NAME_LONGEST];
	lua_settop(L, 2);
	const struct heard_record *record = record_of(L);
	enum heard_family family = (enum heard_family)lua_tointeger(L, lua_upvalueindex(1));
	struct heard_str name = member_name(L, bytes);
	struct heard_value v = heard_family_get(record, family, name);
	if (v.type == HEARD_NONE && family == HEARD_ATTRIBUTES &&
	    has_below(record, family, name))
		push_below(L, name);
	else
		push_value(L, &v);
	return 1;
}

/* ---- building _ENV */

static int refuse_assignment(lua_State *L)
{
	return luaL_error(L, "a condition cannot assign");
}

/* Give the table on the stack's top a metatable whose __index, and __len if it
 * is not NULL, are closures over the value that lies on top of the table. */
static void set_access(lua_State *L, lua_CFunction index, lua_CFunction length)
{
	int value = lua_gettop(L);
	lua_createtable(L, 0, 4);
	lua_pushvalue(L, value);
	lua_pushcclosure(L, index, 1);
	lua_setfield(L, -2, "__index");
	if (length) {
		lua_pushvalue(L, value);
		lua_pushcclosure(L, length, 1);
		lua_setfield(L, -2, "__len");
	}
	lua_pushcfunction(L, refuse_assignment);
	lua_setfield(L, -2, "__newindex");
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable");
	lua_setmetatable(L, value - 1);
	lua_settop(L, value - 1);
}

void condition_env_freeze(lua_State *L)
{
	lua_createtable(L, 0, 0);
	lua_createtable(L, 0, 3);
	lua_pushvalue(L, -3);
	lua_setfield(L, -2, "__index");
	lua_pushcfunction(L, refuse_assignment);
	lua_setfield(L, -2, "__newindex");
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable");
	lua_setmetatable(L, -2);
	lua_remove(L, -2);
}

static void push_list(lua_State *L, int field)
{
	lua_createtable(L, 0, 1);
	lua_pushinteger(L, field);
	lua_rawsetp(L, -2, &list_key);
	lua_pushinteger(L, field);
	set_access(L, list_index, list_len);
}

static void push_family(lua_State *L, int family)
{
	lua_createtable(L, 0, 0);
	lua_pushinteger(L, family);
	set_access(L, family_index, NULL);
}

/* The object's table and the map of its fields, for `scope` ("author", or ""
 * for _ENV itself): lists lie in the table, plain fields in the map. */
static void push_scope(lua_State *L, struct heard_str scope)
{
	lua_createtable(L, 0, 0);
	lua_createtable(L, 0, 0);
	for (int i = 0; i < HEARD_FIELD_COUNT; i++) {
		const struct heard_field_info *info = &heard_field_table[i];
		struct heard_str name = info->name;
		const char *dot = memchr(name.ptr, '.', name.len);
		size_t outer = dot ? (size_t)(dot - name.ptr) : 0;
		if (!heard_str_eq(heard_str_n(name.ptr, outer), scope))
			continue;
		push_str(L, heard_str_skip(name, outer + (dot != NULL)));
		if (info->type == HEARD_LIST_ || info->type == HEARD_FILES_) {
			push_list(L, i);
			lua_rawset(L, -4);
		} else {
			lua_pushinteger(L, i);
			lua_rawset(L, -3);
		}
	}
}

static void add_objects(lua_State *L, int env)
{
	for (int i = 0; i < HEARD_FIELD_COUNT; i++) {
		struct heard_str name = heard_field_table[i].name;
		const char *dot = memchr(name.ptr, '.', name.len);
		if (dot == NULL)
			continue;
		struct heard_str object = heard_str_n(name.ptr, (size_t)(dot - name.ptr));
		push_str(L, object);
		lua_pushvalue(L, -1);
		if (lua_rawget(L, env) == LUA_TNIL) {
			lua_pop(L, 1);
			push_scope(L, object);
			set_access(L, field_index, NULL);
			condition_env_freeze(L);
			lua_rawset(L, env);
		} else {
			lua_pop(L, 2);
		}
	}
}

static void add_families(lua_State *L, int env)
{
	static const char *const names[] = {
#define X(symbol, name, meaning) name,
		HEARD_FAMILIES(X)
#undef X
	};
	for (int i = 0; i < HEARD_FAMILY_COUNT; i++) {
		lua_pushstring(L, names[i]);
		push_family(L, i);
		lua_rawset(L, env);
	}
}

void condition_env_push(lua_State *L)
{
	luaL_checkstack(L, 32, NULL);
	push_scope(L, heard_str_n("", 0));
	int env = lua_gettop(L) - 1;
	add_objects(L, env);
	add_families(L, env);
	condition_functions_add(L, env);
	set_access(L, field_index, NULL);
	condition_env_freeze(L);
}
