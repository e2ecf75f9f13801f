/*
 * answered.c - who has answered, and how many have.
 */
#include "store.h"

#include <heard/error.h>

#include <string.h>

static sqlite3_stmt *with_key(struct campaign *c, const char *sql, const char *survey,
			      const unsigned char key[CAMPAIGN_KEY], struct heard_error *err)
{
	sqlite3_stmt *st = campaign_statement(c, sql, survey, err);
	if (st)
		bind_blob(st, 2, heard_str_n((const char *)key, CAMPAIGN_KEY));
	return st;
}

static void copy_name(char out[CAMPAIGN_NAME_MAX], struct heard_str name)
{
	size_t n = name.len < CAMPAIGN_NAME_MAX ? name.len : 0; /* longer ones are not put */
	if (n)
		memcpy(out, name.ptr, n);
	out[n] = '\0';
}

int campaign_guest(struct campaign *c, const char *survey,
		   const unsigned char key[CAMPAIGN_KEY], struct campaign_guest *out,
		   struct heard_error *err)
{
	*out = (struct campaign_guest){.is_invited = false};
	sqlite3_stmt *st = with_key(c,
				    "SELECT person,segment,product,EXISTS(SELECT 1 FROM answer"
				    " WHERE survey=?1 AND key=?2 AND state=1) FROM invitation"
				    " WHERE survey=?1 AND key=?2",
				    survey, key, err);
	if (st == NULL)
		return -err->code;
	int found = campaign_step(c, st, err);
	struct heard_str person = found > 0 ? column_str(st, 0) : heard_str(NULL);
	if (found > 0 && person.len == CAMPAIGN_KEY) {
		out->is_invited = true;
		memcpy(out->person, person.ptr, CAMPAIGN_KEY);
		copy_name(out->segment, column_str(st, 1));
		copy_name(out->product, column_str(st, 2));
		out->has_answered = sqlite3_column_int(st, 3);
	}
	sqlite3_finalize(st);
	return found < 0 ? found : 0;
}

static int has_answer(struct campaign *c, const char *survey,
		      const unsigned char key[CAMPAIGN_KEY], bool *has, struct heard_error *err)
{
	sqlite3_stmt *st = with_key(c, "SELECT 1 FROM answer WHERE survey=?1 AND key=?2",
				    survey, key, err);
	int found = st ? campaign_step(c, st, err) : -err->code;
	sqlite3_finalize(st);
	*has = found > 0;
	return found < 0 ? found : 0;
}

int campaign_put(struct campaign *c, const char *survey, const unsigned char key[CAMPAIGN_KEY],
		 int64_t now, int64_t quota, enum campaign_place *place,
		 struct heard_error *err)
{
	sqlite3_stmt *st = with_key(
		c,
		"INSERT OR IGNORE INTO answer(survey,key,at,state) SELECT ?1,?2,?3,0"
		" WHERE ?4=0 OR (SELECT count(*) FROM answer WHERE survey=?1)<?4",
		survey, key, err);
	if (st == NULL)
		return -err->code;
	sqlite3_bind_int64(st, 3, now);
	sqlite3_bind_int64(st, 4, quota);
	int result = campaign_run(c, st, err);
	*place = CAMPAIGN_NEW;
	if (result != 0 || sqlite3_changes(c->db) > 0)
		return result;
	bool is_held;
	result = has_answer(c, survey, key, &is_held, err);
	*place = is_held ? CAMPAIGN_HELD : CAMPAIGN_FULL;
	return result;
}

int campaign_confirm(struct campaign *c, const char *survey,
		     const unsigned char key[CAMPAIGN_KEY], int64_t now,
		     struct heard_error *err)
{
	sqlite3_stmt *st = with_key(c,
				    "INSERT INTO answer(survey,key,at,state) VALUES(?1,?2,?3,1)"
				    " ON CONFLICT DO UPDATE SET state=1",
				    survey, key, err);
	if (st)
		sqlite3_bind_int64(st, 3, now);
	return campaign_run(c, st, err);
}

int campaign_forget(struct campaign *c, const char *survey,
		    const unsigned char key[CAMPAIGN_KEY], struct heard_error *err)
{
	return campaign_run(
		c,
		with_key(c, "DELETE FROM answer WHERE survey=?1 AND key=?2 AND state=0", survey,
			 key, err),
		err);
}

static int ask_int(struct campaign *c, sqlite3_stmt *take, int64_t *out,
		   struct heard_error *err)
{
	int found = campaign_step(c, take, err);
	*out = found > 0 ? sqlite3_column_int64(take, 0) : 0;
	sqlite3_finalize(take);
	return found < 0 ? found : 0;
}

int campaign_count(struct campaign *c, const char *survey, int64_t *n, struct heard_error *err)
{
	sqlite3_stmt *st = campaign_statement(c, "SELECT count(*) FROM answer WHERE survey=?1",
					      survey, err);
	return st ? ask_int(c, st, n, err) : -err->code;
}

static int within(struct campaign *c, const char *sql, const char *survey, int64_t from,
		  int64_t to, int64_t *out, struct heard_error *err)
{
	sqlite3_stmt *st = campaign_statement(c, sql, survey, err);
	if (st == NULL)
		return -err->code;
	sqlite3_bind_int64(st, 2, from);
	sqlite3_bind_int64(st, 3, to);
	return ask_int(c, st, out, err);
}

#define OF_PERIOD "FROM invitation WHERE survey=?1 AND invited_at>=?2 AND invited_at<?3"

int campaign_figures(struct campaign *c, const char *survey, int64_t from, int64_t to,
		     struct campaign_figures *out, struct heard_error *err)
{
	if (within(c, "SELECT count(*) " OF_PERIOD, survey, from, to, &out->invited, err) ||
	    within(c, "SELECT count(reminded_at) " OF_PERIOD, survey, from, to, &out->reminded,
		   err) ||
	    within(c,
		   "SELECT count(*) " OF_PERIOD " AND EXISTS(SELECT 1 FROM answer WHERE"
		   " answer.survey=?1 AND answer.key=invitation.key)",
		   survey, from, to, &out->answered, err))
		return -err->code;
	return within(c, "SELECT count(*) FROM answer WHERE survey=?1 AND at>=?2 AND at<?3",
		      survey, from, to, &out->answers, err);
}

int campaign_each(struct campaign *c, int64_t from, int64_t to,
		  void (*fn)(void *arg, const char *survey), void *arg, struct heard_error *err)
{
	int more;
	sqlite3_stmt *st = campaign_statement(
		c,
		"SELECT DISTINCT survey FROM invitation WHERE"
		" invited_at>=?1 AND invited_at<?2 ORDER BY survey",
		NULL, err);
	if (st == NULL)
		return -err->code;
	sqlite3_bind_int64(st, 1, from);
	sqlite3_bind_int64(st, 2, to);
	while ((more = campaign_step(c, st, err)) > 0)
		fn(arg, (const char *)sqlite3_column_text(st, 0));
	sqlite3_finalize(st);
	return more;
}
