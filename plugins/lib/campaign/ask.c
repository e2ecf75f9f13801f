/*
 * ask.c - inviting and reminding.
 *
 * A customer's token follows from his id, the survey and the number of times he was asked
 * by it.  So a list that is given again makes the same links, and one that was stopped in
 * the middle leaves nothing behind.
 */
#include "store.h"

#include <heard/error.h>
#include <heard/host.h>

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define VARIANT sodium_base64_VARIANT_URLSAFE_NO_PADDING
_Static_assert(sodium_base64_ENCODED_LEN(CAMPAIGN_KEY, VARIANT) == CAMPAIGN_TOKEN,
	       "length of a token");

static void keyed(const struct heard_host *host, const char *purpose, struct heard_str text,
		  unsigned char out[CAMPAIGN_KEY])
{
	unsigned char hash[32];
	heard_keyed_hash(host, purpose, text, hash);
	memcpy(out, hash, CAMPAIGN_KEY);
}

void campaign_person(const struct heard_host *host, struct heard_str customer,
		     unsigned char person[CAMPAIGN_KEY])
{
	keyed(host, "survey person", customer, person);
}

void campaign_key(const struct heard_host *host, struct heard_str token,
		  unsigned char key[CAMPAIGN_KEY])
{
	keyed(host, "survey key", token, key);
}

static void make_token(const struct heard_host *host, const char *survey,
		       const unsigned char person[CAMPAIGN_KEY], int64_t round,
		       char token[CAMPAIGN_TOKEN])
{
	unsigned char hash[CAMPAIGN_KEY];
	char text[256], hex[2 * CAMPAIGN_KEY + 1];
	sodium_bin2hex(hex, sizeof(hex), person, CAMPAIGN_KEY);
	int n = snprintf(text, sizeof(text), "%s %lld %.150s", hex, (long long)round, survey);
	keyed(host, "survey token", heard_str_n(text, (size_t)n), hash);
	sodium_bin2base64(token, CAMPAIGN_TOKEN, hash, CAMPAIGN_KEY, VARIANT);
}

/* The time of the last invitation by any survey; 0: there was none. */
static int last_asked(struct campaign *c, const unsigned char person[CAMPAIGN_KEY],
		      int64_t *at_r, struct heard_error *err)
{
	sqlite3_stmt *st = campaign_statement(
		c, "SELECT max(invited_at) FROM invitation WHERE person=?1", NULL, err);
	if (st == NULL)
		return -err->code;
	bind_blob(st, 1, heard_str_n((const char *)person, CAMPAIGN_KEY));
	int found = campaign_step(c, st, err);
	*at_r = found > 0 ? sqlite3_column_int64(st, 0) : 0;
	sqlite3_finalize(st);
	return found < 0 ? found : 0;
}

/* SQLite would as soon go through all of a survey, for each customer of a list. */
#define BY_PERSON "invitation INDEXED BY invitation_person"

struct asked { /* the last time by this survey */
	int64_t round, at;
	bool is_reminded, has_answered;
};

static int find_asked(struct campaign *c, const char *survey,
		      const unsigned char person[CAMPAIGN_KEY], struct asked *out,
		      struct heard_error *err)
{
	*out = (struct asked){.round = 0};
	sqlite3_stmt *st = campaign_statement(
		c,
		"SELECT round,invited_at,reminded_at IS NOT NULL,EXISTS(SELECT 1 FROM answer"
		" WHERE answer.survey=?1 AND answer.key=invitation.key) FROM " BY_PERSON
		" WHERE survey=?1 AND person=?2 ORDER BY round DESC LIMIT 1",
		survey, err);
	if (st == NULL)
		return -err->code;
	bind_blob(st, 2, heard_str_n((const char *)person, CAMPAIGN_KEY));
	int found = campaign_step(c, st, err);
	if (found > 0)
		*out = (struct asked){sqlite3_column_int64(st, 0), sqlite3_column_int64(st, 1),
				      sqlite3_column_int(st, 2), sqlite3_column_int(st, 3)};
	sqlite3_finalize(st);
	return found < 0 ? found : 0;
}

static int insert(struct campaign *c, const struct heard_host *host,
		  const struct campaign_ask *ask, const unsigned char person[CAMPAIGN_KEY],
		  int64_t round, const char *token, struct heard_error *err)
{
	unsigned char key[CAMPAIGN_KEY];
	campaign_key(host, heard_str(token), key);
	sqlite3_stmt *st = campaign_statement(
		c,
		"INSERT INTO invitation(survey,key,person,round,invited_at,segment,product)"
		" VALUES(?1,?2,?3,?4,?5,?6,?7)",
		ask->survey, err);
	if (st == NULL)
		return -err->code;
	bind_blob(st, 2, heard_str_n((const char *)key, sizeof(key)));
	bind_blob(st, 3, heard_str_n((const char *)person, CAMPAIGN_KEY));
	sqlite3_bind_int64(st, 4, round);
	sqlite3_bind_int64(st, 5, ask->now);
	bind_text(st, 6, ask->segment);
	bind_text(st, 7, ask->product);
	return campaign_run(c, st, err);
}

int campaign_invite(struct campaign *c, const struct heard_host *host,
		    const struct campaign_ask *ask, enum campaign_fate *fate,
		    char token[CAMPAIGN_TOKEN], struct heard_error *err)
{
	unsigned char person[CAMPAIGN_KEY];
	struct asked asked;
	int64_t last = 0;
	campaign_person(host, ask->customer, person);
	if (last_asked(c, person, &last, err) ||
	    find_asked(c, ask->survey, person, &asked, err))
		return -err->code;
	bool is_soon = ask->now - last < ask->rest || ask->now == last; /* twice in a list */
	*fate = last > 0 && is_soon ? CAMPAIGN_RESTS : CAMPAIGN_ASK;
	if (*fate != CAMPAIGN_ASK)
		return 0;
	make_token(host, ask->survey, person, asked.round + 1, token);
	return insert(c, host, ask, person, asked.round + 1, token, err);
}

static int note_reminder(struct campaign *c, const struct campaign_ask *ask,
			 const unsigned char person[CAMPAIGN_KEY], int64_t round,
			 struct heard_error *err)
{
	sqlite3_stmt *st = campaign_statement(c,
					      "UPDATE " BY_PERSON " SET reminded_at=?4 WHERE "
					      "survey=?1 AND person=?2 AND round=?3",
					      ask->survey, err);
	if (st == NULL)
		return -err->code;
	bind_blob(st, 2, heard_str_n((const char *)person, CAMPAIGN_KEY));
	sqlite3_bind_int64(st, 3, round);
	sqlite3_bind_int64(st, 4, ask->now);
	return campaign_run(c, st, err);
}

int campaign_remind(struct campaign *c, const struct heard_host *host,
		    const struct campaign_ask *ask, enum campaign_fate *fate,
		    char token[CAMPAIGN_TOKEN], struct heard_error *err)
{
	unsigned char person[CAMPAIGN_KEY];
	struct asked asked;
	campaign_person(host, ask->customer, person);
	if (find_asked(c, ask->survey, person, &asked, err))
		return -err->code;
	*fate = asked.round == 0		  ? CAMPAIGN_STRANGER
		: asked.has_answered		  ? CAMPAIGN_ANSWERED
		: asked.is_reminded		  ? CAMPAIGN_REMINDED
		: ask->now - asked.at < ask->rest ? CAMPAIGN_EARLY
						  : CAMPAIGN_ASK;
	if (*fate != CAMPAIGN_ASK)
		return 0;
	make_token(host, ask->survey, person, asked.round, token);
	return note_reminder(c, ask, person, asked.round, err);
}
