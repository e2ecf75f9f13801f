/*
 * classify.c - filter: what a record is about, what its author wants, who is to
 * act, and how urgently, by rules and by what was learned.
 *
 * Subject and body are searched once for all words of all rules (match.c).  What
 * the source or an earlier filter has set stays; only the priority is raised if
 * a rule says so.  What no rule decides a model does, if one was learned for that
 * field (learned.c) and it is sure; then comes `otherwise`, and where a model was
 * unsure, "other".  Without a rule for it the priority follows from the intent: a
 * complaint or question is medium, a suggestion or praise low.
 *
 * A subcategory is set only with, or under, its own category.
 */
#include "classify.h"

#include <heard/batch.h>
#include <heard/command.h>
#include <heard/error.h>
#include <heard/plugin.h>

#include <errno.h>
#include <math.h>
#include <stdio.h>

struct classify_lane {
	struct match match;
	struct gram_lane *grams; /* NULL: nothing was learned */
};

struct work {
	struct heard_record *record;
	const struct classify *classify;
	struct gram_lane *grams;
	bool unsure[LEARNED_FIELDS];
	int result;
};

static void add_tags(void *arg, const struct rule *rule)
{
	struct work *work = arg;
	struct heard_value has = heard_get(work->record, HEARD_TAGS);

	for (size_t i = 0; i < rule->n_tags && work->result == 0; i++) {
		bool known = false;

		for (size_t k = 0; has.type == HEARD_LIST_ && k < has.list.n; k++)
			known |= heard_str_eq(has.list.at[k], rule->tags[i]);
		if (known)
			continue;
		work->result = heard_list_add(work->record, HEARD_TAGS, rule->tags[i]);
		has = heard_get(work->record, HEARD_TAGS);
	}
}

/* Set a field that has no value yet. */
static void fill(struct work *work, enum heard_field field, const char *value)
{
	if (value && work->result == 0 && !heard_has(work->record, field))
		work->result = heard_set_str(work->record, field, heard_str(value));
}

static void fill_category(struct work *work, const struct outcome *gives)
{
	fill(work, HEARD_CATEGORY, gives->category);
	if (gives->category &&
	    heard_str_is(heard_get_str(work->record, HEARD_CATEGORY), gives->category))
		fill(work, HEARD_SUBCATEGORY, gives->subcategory);
}

static enum priority usual_priority(struct heard_str intent)
{
	if (heard_str_is(intent, "complaint") || heard_str_is(intent, "question"))
		return PRIORITY_MEDIUM;
	if (heard_str_is(intent, "suggestion") || heard_str_is(intent, "praise"))
		return PRIORITY_LOW;
	return PRIORITY_NONE; /* one of the operator's own: no telling */
}

static void raise_priority(struct work *work, enum priority ruled)
{
	struct heard_str given = heard_get_str(work->record, HEARD_PRIORITY);
	enum priority now = priority_find(given);

	if (ruled == PRIORITY_NONE && given.len == 0)
		ruled = usual_priority(heard_get_str(work->record, HEARD_INTENT));
	if (ruled > now && (now != PRIORITY_NONE || given.len == 0) && work->result == 0)
		work->result = heard_set_str(work->record, HEARD_PRIORITY,
					     heard_str(priority_name(ruled)));
}

/* ---- what was learned */

static void set_attribute(struct work *work, const char *name, struct heard_value value)
{
	if (work->result == 0)
		work->result = heard_family_set(work->record, HEARD_ATTRIBUTES, heard_str(name),
						value);
}

/* The field's value and how sure it is, if it has none yet. */
static void ask_one(struct work *work, enum learned_field field, float *least)
{
	char label[LINEAR_NAME + 1];
	const struct linear *m = work->classify->learned.models[field];
	if (m == NULL || heard_has(work->record, learned_fields[field]))
		return;
	learned_read(work->grams, &m->shape, heard_get_str(work->record, HEARD_SUBJECT),
		     heard_get_str(work->record, HEARD_BODY));
	struct guess guess = learned_guess(m, work->grams);
	*least = guess.confidence < *least ? guess.confidence : *least;
	if (guess.label == NULL || guess.confidence < (float)work->classify->sure) {
		work->unsure[field] = true;
		return;
	}
	snprintf(label, sizeof(label), "%s", guess.label);
	fill(work, learned_fields[field], label);
}

/* Of several fields the least sure one is told: a person who looks at what is doubtful
 * finds it by one number. */
static void ask_learned(struct work *work)
{
	float least = 2;
	for (int k = 0; k < LEARNED_FIELDS; k++)
		ask_one(work, (enum learned_field)k, &least);
	if (least > 1)
		return;
	set_attribute(work, "classify.confidence",
		      (struct heard_value){.type = HEARD_NUM_,
					   .number = round((double)least * 1000) / 1000});
}

/* Category and intent have a word for what is none of them; a department has none. */
static void fill_unsure(struct work *work)
{
	if (work->unsure[LEARNED_CATEGORY])
		fill(work, HEARD_CATEGORY, "other");
	if (work->unsure[LEARNED_INTENT])
		fill(work, HEARD_INTENT, "other");
}

static void conclude(struct work *work, const struct verdict *verdict,
		     const struct outcome *otherwise)
{
	if (verdict->category)
		fill_category(work, &verdict->category->gives);
	if (verdict->intent)
		fill(work, HEARD_INTENT, verdict->intent->gives.intent);
	if (verdict->department)
		fill(work, HEARD_DEPARTMENT, verdict->department->gives.department);
	if (work->grams != NULL)
		ask_learned(work);
	fill_category(work, otherwise);
	fill(work, HEARD_INTENT, otherwise->intent);
	fill(work, HEARD_DEPARTMENT, otherwise->department);
	fill_unsure(work);
	raise_priority(work, verdict->priority);
	fill(work, HEARD_PRIORITY, priority_name(otherwise->priority));
}

static int classify_record(const struct classify *classify, struct classify_lane *lane,
			   struct heard_record *record)
{
	struct work work = {.record = record, .classify = classify, .grams = lane->grams};
	struct match *match = &lane->match;
	struct verdict verdict;

	match_begin(match);
	work.result = match_texts(match, heard_get_str(record, HEARD_SUBJECT),
				  heard_get_str(record, HEARD_BODY));
	if (work.result)
		return work.result;
	match_verdict(match, record, &verdict, add_tags, &work);
	conclude(&work, &verdict, &classify->rules->otherwise);
	return work.result;
}

static int classify_process(void *self, void *lane, struct heard_batch *batch,
			    struct heard_error *err)
{
	const struct classify *classify = self;

	for (size_t i = 0; i < heard_batch_size(batch); i++) {
		struct heard_record *record = heard_batch_at(batch, i);

		if (!heard_record_is_live(record))
			continue;
		int r = classify_record(classify, lane, record);
		if (r == -E2BIG || r == -EIO)
			heard_record_quarantine(record,
						"classify: the text cannot be searched");
		else if (r)
			return heard_fail(err, -r, "no room for what the rules say");
	}
	return 0;
}

/* ---- life */

static void classify_close(void *self)
{
	struct classify *classify = self;

	rules_destroy(classify->rules);
	classify->rules = NULL;
	learned_release(&classify->learned);
}

static int classify_open(void *self, struct heard_host *host, struct heard_error *err)
{
	struct classify *classify = self;
	int result;
	(void)host;

	classify->rules = rules_load(classify->path, err);
	if (classify->rules == NULL)
		return -err->code;
	result = learned_load(&classify->learned, classify->folder, err);
	if (result != 0)
		classify_close(classify);
	return result;
}

static void classify_lane_close(void *self, void *lane)
{
	struct classify_lane *l = lane;
	(void)self;
	match_release(&l->match);
	gram_lane_destroy(l->grams);
	l->grams = NULL;
}

static int classify_lane_open(void *self, void *lane, struct heard_error *err)
{
	const struct classify *classify = self;
	struct classify_lane *l = lane;

	l->grams = learned_has_any(&classify->learned) ? gram_lane_create() : NULL;
	if (l->grams == NULL && learned_has_any(&classify->learned))
		return heard_fail(err, ENOMEM, "no memory to read texts");
	int result = match_init(&l->match, classify->rules, err);
	if (result != 0)
		classify_lane_close(self, lane);
	return result;
}

static const struct heard_option classify_options[] = {
	{.name = "rules",
	 HEARD_PATH(struct classify, path),
	 .help = "File of rules: words, patterns and conditions, and what they mean"},
	{"model", HEARD_STATE_PATH(struct classify, folder), .value = "classify",
	 .help = "Folder of what `heard train classify` learned; it decides what no rule does"},
	{"sure", HEARD_REAL(struct classify, sure), .value = "0.5", .min = 0, .max = 1,
	 .help = "From this confidence on a learned label is given, below it is other"},
	{.name = NULL},
};

static const struct heard_command classify_commands[] = {
	{"train",
	 "FILE|-... [--field intent|category|department] [--text COLUMN] [--label COLUMN] "
	 "[--folds] [--dry-run] [--force]",
	 "learn intent, category or department from labelled records", classify_train},
	{.name = NULL},
};

const struct heard_plugin heard_plugin = {
	HEARD_ABI,
	.stage = HEARD_FILTER,
	.flags = HEARD_PARALLEL,
	.name = "classify",
	.version = "1.0",
	.summary = "category, intent, priority and department, by rules and by learning",
	.options = classify_options,
	.reads = "subject, body, and what the rules' conditions name",
	.writes = "category, subcategory, intent, priority, department, tags, "
		  "attributes.classify.confidence",
	.example = "{ plugin = \"classify\"; rules = \"rules/ecommerce.cfg\"; }",
	.commands = classify_commands,
	.self_size = sizeof(struct classify),
	.lane_size = sizeof(struct classify_lane),
	.open = classify_open,
	.close = classify_close,
	.lane_open = classify_lane_open,
	.lane_close = classify_lane_close,
	.process = classify_process,
};
