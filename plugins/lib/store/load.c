/*
 * load.c - the tables `load` and `turn`, held in memory during a transaction.
 *
 * What is in memory is true under the write lock only: another process may have
 * written since our last transaction, which SQLite's data_version tells.  An entry
 * is read when it is first asked for.  The names are those of agents and departments
 * in a config, so there are few and a walk over them is short.
 */
#include "load.h"
#include "sqlite.h"

#include <heard/error.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum kind { LOAD, TURN };

struct entry {
	enum kind kind;
	char *name;  /* of an agent, or of a department */
	int64_t n;   /* live tickets */
	char *agent; /* whose turn it was; NULL: nobody's */
	bool is_dirty;
};

struct loads {
	struct entry *at;
	size_t n, room;
	int64_t version; /* of the data that was read; 0: none is to be trusted */
};

struct loads *loads_create(void)
{
	return calloc(1, sizeof(struct loads));
}

static void forget(struct loads *loads)
{
	for (size_t i = 0; i < loads->n; i++) {
		free(loads->at[i].name);
		free(loads->at[i].agent);
	}
	loads->n = 0;
	loads->version = 0;
}

void loads_destroy(struct loads *loads)
{
	if (!loads)
		return;
	forget(loads);
	free(loads->at);
	free(loads);
}

void loads_forget(struct store *store)
{
	forget(store->loads);
}

int loads_begin(struct store *store, struct heard_error *err)
{
	struct loads *loads = store->loads;
	if (loads->n == 0)
		return 0; /* nothing to be wrong */
	sqlite3_stmt *st = store_st(store, ST_DATA_VERSION, err);
	if (!st || store_step(store, st, err) < 0)
		return -err->code;
	int64_t version = sqlite3_column_int64(st, 0);
	sqlite3_reset(st);
	if (version != loads->version)
		forget(loads);
	loads->version = version;
	return 0;
}

static int read_entry(struct store *store, struct entry *entry, struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, entry->kind == LOAD ? ST_GET_LOAD : ST_GET_TURN,
				    err);
	if (!st)
		return -err->code;
	bind_text(st, 1, heard_str(entry->name));
	int found = store_step(store, st, err);
	if (found < 0)
		return found;
	struct heard_str agent = found ? column_str(st, 0) : heard_str_n(NULL, 0);
	if (found && entry->kind == LOAD)
		entry->n = sqlite3_column_int64(st, 0);
	else if (found && !(entry->agent = strndup(agent.ptr ? agent.ptr : "", agent.len)))
		found = heard_fail(err, ENOMEM, "out of memory");
	sqlite3_reset(st);
	return found < 0 ? found : 0;
}

static int make_room(struct loads *loads, struct heard_error *err)
{
	if (loads->n < loads->room)
		return 0;
	size_t room = loads->room ? 2 * loads->room : 16;
	struct entry *at = reallocarray(loads->at, room, sizeof(*at));
	if (!at)
		return heard_fail(err, ENOMEM, "out of memory");
	loads->at = at;
	loads->room = room;
	return 0;
}

/* NULL with a sentence. */
static struct entry *find(struct store *store, enum kind kind, struct heard_str name,
			  struct heard_error *err)
{
	struct loads *loads = store->loads;
	for (size_t i = 0; i < loads->n; i++)
		if (loads->at[i].kind == kind &&
		    heard_str_eq(heard_str(loads->at[i].name), name))
			return &loads->at[i];
	if (make_room(loads, err))
		return NULL;
	struct entry *entry = &loads->at[loads->n];
	*entry = (struct entry){.kind = kind,
				.name = strndup(name.ptr ? name.ptr : "", name.len)};
	if (!entry->name) {
		heard_fail(err, ENOMEM, "out of memory");
		return NULL;
	}
	loads->n++;
	if (read_entry(store, entry, err) == 0)
		return entry;
	forget(loads);
	return NULL;
}

int load_add(struct store *store, struct heard_str agent, int64_t n, struct heard_error *err)
{
	if (agent.len == 0)
		return 0;
	struct entry *entry = find(store, LOAD, agent, err);
	if (!entry)
		return -err->code;
	entry->n += n;
	entry->is_dirty = true;
	return 0;
}

int load_of(struct store *store, struct heard_str agent, int64_t *n_r, struct heard_error *err)
{
	struct entry *entry = find(store, LOAD, agent, err);
	*n_r = entry ? entry->n : 0;
	return entry ? 0 : -err->code;
}

int load_turn(struct store *store, struct heard_str department, struct heard_str *agent_r,
	      struct heard_error *err)
{
	struct entry *entry = find(store, TURN, department, err);
	*agent_r = heard_str(entry ? entry->agent : NULL);
	return entry ? 0 : -err->code;
}

int load_turn_set(struct store *store, struct heard_str department, struct heard_str agent,
		  struct heard_error *err)
{
	struct entry *entry = find(store, TURN, department, err);
	char *copy = entry ? strndup(agent.ptr, agent.len) : NULL;
	if (!copy)
		return entry ? heard_fail(err, ENOMEM, "out of memory") : -err->code;
	free(entry->agent);
	entry->agent = copy;
	entry->is_dirty = true;
	return 0;
}

int loads_flush(struct store *store, struct heard_error *err)
{
	struct loads *loads = store->loads;
	for (size_t i = 0; i < loads->n; i++) {
		struct entry *entry = &loads->at[i];
		if (!entry->is_dirty)
			continue;
		sqlite3_stmt *st = store_st(
			store, entry->kind == LOAD ? ST_PUT_LOAD : ST_PUT_TURN, err);
		if (!st)
			return -err->code;
		bind_text(st, 1, heard_str(entry->name));
		if (entry->kind == LOAD)
			sqlite3_bind_int64(st, 2, entry->n);
		else
			bind_text(st, 2, heard_str(entry->agent));
		if (store_run(store, st, err))
			return -err->code;
		entry->is_dirty = false;
	}
	return 0;
}
