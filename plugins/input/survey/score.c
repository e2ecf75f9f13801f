/*
 * score.c - NPS, CSAT, CES and stars, compared with the thresholds of the config.
 *
 * A bad answer goes to the department of its worst sub-score: who says that all was
 * fine but the packaging is to be heard by who packs.  Of equal ones the first counts.
 */
#include "score.h"

#include <heard/error.h>
#include <heard/label.h>

#include <errno.h>
#include <string.h>
#include <text/nearest.h>

/* From here on it is good. */
static const int64_t good_from[KINDS] = {9, 4, 6, 4, 0, 0};

static int64_t threshold(const struct bad_options *bad, enum kind kind)
{
	switch (kind) {
	case KIND_NPS: return bad->nps;
	case KIND_CSAT: return bad->csat;
	case KIND_CES: return bad->ces;
	case KIND_STARS: return bad->stars;
	default: return -1;
	}
}

static void add(struct score *score, const struct bad_options *bad, enum kind kind,
		int64_t value, bool *has_middling)
{
	score->is_bad |= value <= threshold(bad, kind);
	score->is_good |= value >= good_from[kind];
	*has_middling |= value < good_from[kind];
}

static void add_parts(struct score *score, const struct bad_options *bad,
		      const struct question *q, const struct given *given, bool *has_middling)
{
	for (size_t i = 0; i < q->n_parts; i++) {
		int64_t value = given->parts[i];
		if (value == 0)
			continue;
		add(score, bad, q->kind, value, has_middling);
		if (value < q->most && (!score->worst || value < score->worst_value)) {
			score->worst = &q->parts[i];
			score->worst_value = value;
		}
	}
}

static const char *department_of(const struct bad_options *bad, const struct label *worst)
{
	for (size_t i = 0; worst && i < bad->departments.n; i++)
		if (strcmp(bad->departments.names[i], worst->key) == 0)
			return bad->departments.values[i];
	return bad->department;
}

struct score score_of(const struct form *form, const struct bad_options *bad,
		      const struct reply *reply)
{
	struct score score = {.department = ""};
	bool has_middling = false;
	for (size_t i = 0; i < form->n; i++) {
		const struct question *q = &form->at[i];
		const struct given *given = &reply->given[i];
		if (q->kind == KIND_CHOICE || q->kind == KIND_TEXT)
			continue;
		if (given->is_given)
			add(&score, bad, q->kind, given->value, &has_middling);
		add_parts(&score, bad, q, given, &has_middling);
	}
	score.is_good = score.is_good && !has_middling;
	if (score.is_bad)
		score.department = department_of(bad, score.worst);
	return score;
}

/* ---- the options */

/* A department that is no label would become an attribute and reach nobody. */
static int check_departments(const struct question *stars, const struct bad_options *bad,
			     struct heard_error *err)
{
	const char *names[FORM_PARTS + 1] = {NULL};
	for (size_t i = 0; stars && i < stars->n_parts; i++)
		names[i] = stars->parts[i].key;
	for (size_t i = 0; i < bad->departments.n; i++) {
		const char *part = bad->departments.names[i];
		bool is_there = false;
		for (size_t k = 0; names[k]; k++)
			is_there |= strcmp(names[k], part) == 0;
		const char *near = is_there ? NULL : text_nearest(part, names);
		if (!is_there)
			return heard_fail(err, EINVAL,
					  "bad.departments: no question has the part "
					  "\"%.40s\"%s%.40s%s",
					  part, near ? "; did you mean \"" : "",
					  near ? near : "", near ? "\"?" : "");
		if (!heard_is_label(heard_str(bad->departments.values[i])))
			return heard_fail(err, EINVAL,
					  "bad.departments: \"%.60s\" is no name of a "
					  "department: one word of at most 32 bytes",
					  bad->departments.values[i]);
	}
	return 0;
}

int score_check(const struct form *form, const struct bad_options *bad, struct heard_error *err)
{
	for (enum kind kind = KIND_NPS; kind <= KIND_STARS; kind++)
		if (threshold(bad, kind) >= 0 && !form_find(form, kind))
			return heard_fail(err, EINVAL,
					  "bad.%s: the survey has no question of that kind",
					  kind_words[kind]);
	if (!heard_is_label(heard_str(bad->department)))
		return heard_fail(err, EINVAL,
				  "bad.department: \"%.60s\" is no name of a department: one "
				  "word of at most 32 bytes",
				  bad->department);
	return check_departments(form_find(form, KIND_STARS), bad, err);
}
