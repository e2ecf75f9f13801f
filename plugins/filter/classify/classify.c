/*
 * classify.c - filter: what a record is about, what its author wants, who is to
 * act, and how urgently, by rules.
 *
 * Subject and body are searched once for all words of all rules (match.c).  What
 * the source or an earlier filter has set stays; only the priority is raised if
 * a rule says so.  Without a rule for it the priority follows from the intent: a
 * complaint or question is medium, a suggestion or praise low.
 *
 * A subcategory is set only with, or under, its own category.
 */
#include "match.h"
#include "rules.h"

#include <heard/batch.h>
#include <heard/error.h>
#include <heard/plugin.h>

#include <errno.h>

struct classify {
	const char *path; /* of the rules                                    */
	struct rules *rules;
};

struct work {
	struct heard_record *record;
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
	if (intent.len == 0)
		return PRIORITY_NONE;
	return heard_str_is(intent, "complaint") || heard_str_is(intent, "question")
		       ? PRIORITY_MEDIUM
		       : PRIORITY_LOW;
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

static void conclude(struct work *work, const struct verdict *verdict,
		     const struct outcome *otherwise)
{
	if (verdict->category)
		fill_category(work, &verdict->category->gives);
	if (verdict->intent)
		fill(work, HEARD_INTENT, verdict->intent->gives.intent);
	if (verdict->department)
		fill(work, HEARD_DEPARTMENT, verdict->department->gives.department);
	fill_category(work, otherwise);
	fill(work, HEARD_INTENT, otherwise->intent);
	fill(work, HEARD_DEPARTMENT, otherwise->department);
	raise_priority(work, verdict->priority);
	fill(work, HEARD_PRIORITY, priority_name(otherwise->priority));
}

static int classify_record(const struct rules *rules, struct match *match,
			   struct heard_record *record)
{
	struct work work = {.record = record};
	struct verdict verdict;

	match_begin(match);
	work.result = match_texts(match, heard_get_str(record, HEARD_SUBJECT),
				  heard_get_str(record, HEARD_BODY));
	if (work.result)
		return work.result;
	match_verdict(match, record, &verdict, add_tags, &work);
	conclude(&work, &verdict, &rules->otherwise);
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
		int r = classify_record(classify->rules, lane, record);
		if (r == -E2BIG || r == -EIO)
			heard_record_quarantine(record,
						"classify: the text cannot be searched");
		else if (r)
			return heard_fail(err, -r, "no room for what the rules say");
	}
	return 0;
}

/* ---- life */

static int classify_open(void *self, struct heard_host *host, struct heard_error *err)
{
	struct classify *classify = self;
	(void)host;

	classify->rules = rules_load(classify->path, err);
	return classify->rules ? 0 : -err->code;
}

static void classify_close(void *self)
{
	struct classify *classify = self;

	rules_destroy(classify->rules);
	classify->rules = NULL;
}

static int classify_lane_open(void *self, void *lane, struct heard_error *err)
{
	const struct classify *classify = self;

	return match_init(lane, classify->rules, err);
}

static void classify_lane_close(void *self, void *lane)
{
	(void)self;
	match_release(lane);
}

static const struct heard_option classify_options[] = {
	{.name = "rules",
	 HEARD_PATH(struct classify, path),
	 .help = "File of rules: words, patterns and conditions, and what they mean"},
	{.name = NULL},
};

const struct heard_plugin heard_plugin = {
	HEARD_ABI,
	.stage = HEARD_FILTER,
	.flags = HEARD_PARALLEL,
	.name = "classify",
	.version = "1.0",
	.summary = "category, intent, priority and department by rules",
	.options = classify_options,
	.reads = "subject, body, and what the rules' conditions name",
	.writes = "category, subcategory, intent, priority, department, tags",
	.example = "{ plugin = \"classify\"; rules = \"rules/ecommerce.cfg\"; }",
	.self_size = sizeof(struct classify),
	.lane_size = sizeof(struct match),
	.open = classify_open,
	.close = classify_close,
	.lane_open = classify_lane_open,
	.lane_close = classify_lane_close,
	.process = classify_process,
};
