/*
 * condition.c - compile and test one expression in a Lua state of its own.
 *
 * The state has a capped allocator, no library but what condition_env.c gives
 * it, and takes text only, never bytecode.  An expression without the word
 * `function` cannot loop: its time is bounded by its length and its texts.  One
 * with it runs under a limit of instructions, which costs time on each of them
 * and is therefore not set for the others.
 *
 * The expression becomes "return (EXPR)".  It cannot break out of that: after
 * `return` Lua takes one expression and then the end of the chunk.
 */
#include "condition.h"

#include "condition_env.h"
#include "condition_names.h"

#include <heard/error.h>

#include <errno.h>
#include <lauxlib.h>
#include <lualib.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/ucasemap.h>

enum {
	MEMORY_MAX = 8 * 1024 * 1024, /* of one state: a few copies of the longest text */
	INSTRUCTIONS_MAX = 10000,
	EXPRESSION_MAX = 16 * 1024,
	COLLECT_AT = 1000, /* percent of what lives: garbage is small and dies at once */
};

static void *allocate(void *arg, void *ptr, size_t old_size, size_t new_size)
{
	struct condition *c = arg;
	if (ptr == NULL)
		old_size = 0; /* then it tells the kind of object */
	if (new_size == 0) {
		free(ptr);
		c->used -= old_size;
		return NULL;
	}
	if (new_size > old_size && new_size - old_size > MEMORY_MAX - c->used)
		return NULL;
	void *p = realloc(ptr, new_size);
	if (p)
		c->used = c->used - old_size + new_size;
	return p;
}

/* ---- compile */

struct pieces {
	struct heard_str at[3];
	size_t next;
};

static const char *read_piece(lua_State *L, void *arg, size_t *size)
{
	(void)L;
	struct pieces *pieces = arg;
	while (pieces->next < 3) {
		struct heard_str piece = pieces->at[pieces->next++];
		*size = piece.len;
		if (piece.len)
			return piece.ptr;
	}
	return NULL;
}

/* The newline ends a comment that the expression may end with. */
static int load(lua_State *L, const char *expression, bool in_parentheses)
{
	struct pieces pieces = {
		.at = {heard_str(in_parentheses ? "return (" : "return "),
		       heard_str(expression), heard_str(in_parentheses ? "\n)" : "\n")},
	};
	return lua_load(L, read_piece, &pieces, "=when", "t");
}

static const char *hint(const char *message)
{
	static const struct {
		const char *near, *hint;
	} hints[] = {
		{"near '='", "; equal is written =="},
		{"near '!'", "; not equal is written ~=, and \"not\" is a word"},
		{"near '&'", "; and is the word \"and\""},
		{"near '|'", "; or is the word \"or\""},
		{"near '?'", "; use: condition and value or other"},
	};
	for (size_t i = 0; i < sizeof hints / sizeof *hints; i++)
		if (strstr(message, hints[i].near))
			return hints[i].hint;
	return "";
}

/* Lua's message without the "when:1: " before it. */
static int fail_with_message(lua_State *L, struct heard_error *err)
{
	const char *message = lua_tostring(L, -1);
	if (message == NULL)
		message = "it does not compile";
	if (strncmp(message, "when:", 5) == 0 && strchr(message, ' '))
		message = strchr(message, ' ') + 1;
	return heard_fail(err, EINVAL, "%s%s", message, hint(message));
}

static int push_environment(lua_State *L)
{
	condition_env_push(L);
	return 1;
}

/* Leaves the expression in slot 1.  Without parentheses first, since then what
 * Lua says is about the expression and not about our parenthesis. */
static int compile(struct condition *c, const char *expression, struct heard_error *err)
{
	lua_State *L = c->lua;
	if (load(L, expression, false) != LUA_OK)
		return fail_with_message(L, err);
	lua_settop(L, 0);
	if (load(L, expression, true) != LUA_OK)
		return heard_fail(err, EINVAL, "it must be one expression");
	lua_pushcfunction(L, push_environment);
	if (lua_pcall(L, 0, 1, 0) != LUA_OK)
		return heard_fail(err, ENOMEM, "out of memory for a condition");
	if (lua_setupvalue(L, 1, 1) == NULL)
		lua_pop(L, 1); /* a constant: it names nothing */
	lua_settop(L, 1);
	return 0;
}

static int check_length(const char *expression, struct heard_error *err)
{
	size_t n = strlen(expression);
	if (n == 0)
		return heard_fail(err, EINVAL, "it is empty");
	if (n > EXPRESSION_MAX)
		return heard_fail(err, EINVAL, "it is longer than %d bytes", EXPRESSION_MAX);
	return 0;
}

static int open_state(struct condition *c, const char *expression, struct heard_error *err)
{
	c->lua = lua_newstate(allocate, c);
	if (c->lua == NULL)
		return heard_fail(err, ENOMEM, "out of memory for a condition");
	*(struct condition **)lua_getextraspace(c->lua) = c;
	lua_gc(c->lua, LUA_GCINC, COLLECT_AT, 0, 0);
	c->may_loop = strstr(expression, "function") != NULL;
	int rc = compile(c, expression, err);
	if (rc == 0)
		rc = condition_names_check(expression, err);
	return rc;
}

struct condition *condition_create(const char *expression, struct heard_error *err)
{
	if (check_length(expression, err) < 0)
		return NULL;
	struct condition *c = calloc(1, sizeof *c);
	if (c == NULL) {
		heard_fail(err, ENOMEM, "out of memory for a condition");
		return NULL;
	}
	if (open_state(c, expression, err) < 0) {
		condition_destroy(c);
		return NULL;
	}
	return c;
}

void condition_destroy(struct condition *c)
{
	if (c == NULL)
		return;
	if (c->lua)
		lua_close(c->lua);
	ucasemap_close(c->casemap);
	free(c);
}

int condition_check(const char *expression, struct heard_error *err)
{
	struct heard_error ours = {.code = EINVAL};
	struct condition *c = condition_create(expression, &ours);
	if (c == NULL && err)
		*err = ours;
	condition_destroy(c);
	return c ? 0 : -ours.code;
}

/* ---- test */

static void stop_it(lua_State *L, lua_Debug *where)
{
	(void)where;
	luaL_error(L, "runs too long");
}

bool condition_test(struct condition *c, const struct heard_record *record, bool *failed_r)
{
	lua_State *L = c->lua;
	c->record = record;
	if (c->may_loop)
		lua_sethook(L, stop_it, LUA_MASKCOUNT, INSTRUCTIONS_MAX);
	lua_pushvalue(L, 1);
	bool failed = lua_pcall(L, 0, 1, 0) != LUA_OK;
	bool is_met = !failed && lua_toboolean(L, -1);
	lua_settop(L, 1);
	c->record = NULL;
	if (failed_r)
		*failed_r = failed;
	return is_met;
}
