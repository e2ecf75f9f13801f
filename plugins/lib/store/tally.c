/*
 * tally.c - the tables `tally` and `score`, written with the records themselves.
 *
 * This is on the way of every insert, so a record costs four look-ups in a small table
 * in memory; what it holds is added to the file at the commit, or before when it is
 * full: a batch that was long on its way may lie in many quarters of an hour, and names
 * come from outside and may be as many as there are records.  A score is counted like
 * a name, its name being the bytes of struct given.
 *
 * The scores of a revision are taken away by what its line says: they stand there even
 * when the person was erased.
 *
 * Invariant: between transactions the table is empty.
 */
#include "tally.h"

#include <heard/error.h>
#include <heard/json.h>

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum { ENTRIES = 1024, SLOTS = 2 * ENTRIES, LINE_MAX_BYTES = 64 << 20 };

struct entry {
	int64_t quarter, n;
	const char *what; /* a literal */
	size_t len;
	char name[STORE_NAME_MAX];
};

struct given { /* no padding: it is compared by its bytes */
	double value, max;
	int64_t kind, is_kiosk;
};
struct survey_given {
	double value;
	int64_t kind;
	char survey[STORE_SURVEY_MAX]; /* and NULs */
};
_Static_assert(sizeof(struct survey_given) == 16 + STORE_SURVEY_MAX &&
		       sizeof(struct survey_given) <= STORE_NAME_MAX,
	       "it is compared by its bytes, and kept in an entry");
static const char score[] = "score", survey[] = "survey";

struct tally {
	size_t n;
	uint16_t slots[SLOTS]; /* an entry's number and 1; 0: free */
	struct entry at[ENTRIES];
};

struct tally *tally_create(void)
{
	return calloc(1, sizeof(struct tally));
}

void tally_destroy(struct tally *tally)
{
	free(tally);
}

void tally_forget(struct store *store)
{
	if (store->tally->n) {
		store->tally->n = 0;
		memset(store->tally->slots, 0, sizeof(store->tally->slots));
	}
}

/* ---- counting */

static bool is_same(const struct entry *e, int64_t quarter, const char *what,
		    struct heard_str name)
{
	return e->quarter == quarter && strcmp(e->what, what) == 0 && e->len == name.len &&
	       memcmp(e->name, name.ptr ? name.ptr : "", name.len) == 0;
}

static sqlite3_stmt *put_score(struct store *store, const struct entry *e,
			       struct heard_error *err)
{
	struct given given;
	sqlite3_stmt *st = store_st(store, ST_PUT_SCORE, err);
	if (!st)
		return NULL;
	memcpy(&given, e->name, sizeof(given));
	sqlite3_bind_int64(st, 1, e->quarter);
	sqlite3_bind_int64(st, 2, given.kind);
	sqlite3_bind_double(st, 3, given.value);
	sqlite3_bind_double(st, 4, given.max);
	sqlite3_bind_int64(st, 5, given.is_kiosk);
	sqlite3_bind_int64(st, 6, e->n);
	return st;
}

static sqlite3_stmt *put_survey(struct store *store, const struct entry *e,
				struct heard_error *err)
{
	struct survey_given given;
	sqlite3_stmt *st = store_st(store, ST_PUT_SURVEY, err);
	if (!st)
		return NULL;
	memcpy(&given, e->name, sizeof(given));
	sqlite3_bind_int64(st, 1, e->quarter);
	sqlite3_bind_text(st, 2, given.survey, -1, SQLITE_TRANSIENT);
	sqlite3_bind_int64(st, 3, given.kind);
	sqlite3_bind_double(st, 4, given.value);
	sqlite3_bind_int64(st, 5, e->n);
	return st;
}

static sqlite3_stmt *put_tally(struct store *store, const struct entry *e,
			       struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_PUT_TALLY, err);
	if (!st)
		return NULL;
	sqlite3_bind_int64(st, 1, e->quarter);
	bind_text(st, 2, heard_str(e->what));
	bind_text(st, 3, heard_str_n(e->name, e->len));
	sqlite3_bind_int64(st, 4, e->n);
	return st;
}

int tally_flush(struct store *store, struct heard_error *err)
{
	struct tally *t = store->tally;
	for (size_t i = 0; i < t->n; i++) {
		const struct entry *e = &t->at[i];
		sqlite3_stmt *st = e->what == score    ? put_score(store, e, err)
				   : e->what == survey ? put_survey(store, e, err)
						       : put_tally(store, e, err);
		if (store_run(store, st, err))
			return -err->code;
	}
	tally_forget(store);
	return 0;
}

/* n more of that name, which is of at most STORE_NAME_MAX bytes. */
static int add(struct store *store, int64_t quarter, const char *what, struct heard_str name,
	       int64_t n, struct heard_error *err)
{
	struct tally *t = store->tally;
	uint64_t seed = (uint64_t)quarter * 31 + (uint64_t)what[0];
	size_t slot = XXH3_64bits_withSeed(name.ptr ? name.ptr : "", name.len, seed) % SLOTS;
	while (t->slots[slot] && !is_same(&t->at[t->slots[slot] - 1], quarter, what, name))
		slot = (slot + 1) % SLOTS;
	if (t->slots[slot]) {
		t->at[t->slots[slot] - 1].n += n;
		return 0;
	}
	struct entry *e = &t->at[t->n++];
	*e = (struct entry){.quarter = quarter, .n = n, .what = what, .len = name.len};
	if (name.len)
		memcpy(e->name, name.ptr, name.len);
	t->slots[slot] = (uint16_t)t->n;
	return t->n == ENTRIES ? tally_flush(store, err) : 0;
}

static int count(struct store *store, int64_t quarter, const char *what, struct heard_str name,
		 struct heard_error *err)
{
	return add(store, quarter, what, heard_str_cut(name, STORE_NAME_MAX - 1), 1, err);
}

/* ---- scores */

enum { STARS = 5 }; /* the scale of a rating that names none */

struct scores {
	int64_t quarter;
	bool is_kiosk;
	double value[SCORE_RATING + 1]; /* by enum score; not finite: none */
	double max;
	char survey[STORE_SURVEY_MAX]; /* empty: of none */
};

static void set_survey(struct scores *scores, struct heard_str name)
{
	name = heard_str_cut(name, sizeof(scores->survey) - 1);
	if (name.len)
		memcpy(scores->survey, name.ptr, name.len);
}

/* The same by survey: n more answers, and their scores. */
static int add_survey(struct store *store, const struct scores *of, int64_t n,
		      struct heard_error *err)
{
	for (int kind = SCORE_ANSWER; kind <= SCORE_CES; kind++) {
		struct survey_given given = {.kind = kind};
		if (kind != SCORE_ANSWER)
			given.value = of->value[kind] + 0.0; /* -0 is 0 */
		memcpy(given.survey, of->survey, sizeof(given.survey));
		if (isfinite(given.value) &&
		    add(store, of->quarter, survey,
			heard_str_n((const char *)&given, sizeof(given)), n, err))
			return -err->code;
	}
	return 0;
}

/* n more of each, or less. */
static int add_scores(struct store *store, const struct scores *of, int64_t n,
		      struct heard_error *err)
{
	for (int kind = SCORE_NPS; kind <= SCORE_RATING; kind++) {
		struct given given = {.value = of->value[kind] + 0.0, /* -0 is 0 */
				      .max = STARS,
				      .kind = kind,
				      .is_kiosk = of->is_kiosk};
		if (kind == SCORE_RATING && isfinite(of->max))
			given.max = of->max + 0.0;
		if (isfinite(given.value) &&
		    add(store, of->quarter, score,
			heard_str_n((const char *)&given, sizeof(given)), n, err))
			return -err->code;
	}
	return of->survey[0] ? add_survey(store, of, n, err) : 0;
}

static int count_scores(struct store *store, const struct store_record *rec,
			struct heard_error *err)
{
	struct scores scores = {
		.quarter = rec->received_at / TALLY_QUARTER,
		.is_kiosk = heard_str_is(rec->channel, "kiosk"),
		.value = {NAN, rec->nps, rec->csat, rec->ces, rec->rating},
		.max = rec->rating_max,
	};
	set_survey(&scores, rec->survey);
	return add_scores(store, &scores, 1, err);
}

static double number_of(const struct heard_json *record, const char *name)
{
	const struct heard_json *value = heard_json_member(record, name);
	bool is_number = value &&
			 (value->type == HEARD_JSON_INT || value->type == HEARD_JSON_NUMBER);
	return is_number ? value->number : NAN;
}

/* Of a line that was counted, which those of spam and of removals were not. */
static bool read_scores(struct heard_str line, struct scores *scores)
{
	struct heard_error ignored; /* a line that is no JSON has none */
	struct heard_json_doc *doc = heard_json_parse(line, LINE_MAX_BYTES, &ignored);
	const struct heard_json *record = doc ? heard_json_root(doc) : NULL;
	const struct heard_json *spam = heard_json_member(record, "spam");
	bool is_counted = record && !heard_str_is(heard_json_string(record, "op"), "delete") &&
			  !heard_str_is(heard_json_string(spam, "verdict"), "spam");
	scores->is_kiosk = heard_str_is(heard_json_string(record, "channel"), "kiosk");
	scores->value[SCORE_NPS] = number_of(record, "nps");
	scores->value[SCORE_CSAT] = number_of(record, "csat");
	scores->value[SCORE_CES] = number_of(record, "ces");
	scores->value[SCORE_RATING] = number_of(record, "rating");
	scores->max = number_of(record, "rating_max");
	if (heard_str_is(heard_json_string(record, "channel"), "survey"))
		set_survey(scores, heard_json_string(heard_json_member(record, "attributes"),
						     "survey.name"));
	heard_json_destroy(doc);
	return is_counted;
}

static int uncount_scores(struct store *store, int64_t record, struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_RECORD_LINE, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, record);
	int found = store_step(store, st, err);
	struct scores scores = {.quarter = 0};
	bool is_counted = found > 0 && read_scores(column_str(st, 0), &scores);
	scores.quarter = sqlite3_column_int64(st, 1) / TALLY_QUARTER;
	sqlite3_reset(st);
	if (found < 0)
		return found;
	return is_counted ? add_scores(store, &scores, -1, err) : 0;
}

/* ---- records */

int tally_record(struct store *store, const struct store_record *rec, struct heard_error *err)
{
	int64_t quarter = rec->received_at / TALLY_QUARTER;
	if (rec->op == STORE_OP_DELETE)
		return 0;
	if (rec->is_spam)
		return count(store, quarter, "spam", heard_str(NULL), err);
	if (count(store, quarter, "channel", rec->channel, err) ||
	    count(store, quarter, "category", rec->category, err) ||
	    count(store, quarter, "intent", rec->intent, err) ||
	    count(store, quarter, "product", rec->product, err))
		return -err->code;
	return count_scores(store, rec, err);
}

int tally_revision(struct store *store, const struct store_record *rec, int64_t older,
		   struct heard_error *err)
{
	if (uncount_scores(store, older, err))
		return -err->code;
	return rec->op == STORE_OP_DELETE || rec->is_spam ? 0 : count_scores(store, rec, err);
}
