/*
 * segment.c - the three rules.
 */
#include "segment.h"

#include <heard/error.h>
#include <heard/time.h>
#include <table/value.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY_MS	 INT64_C(86400000)
#define MONTH_MS (DAY_MS * 61 / 2)

/* ---- options */

const struct heard_option segment_loyalty[] = {
	{"orders", HEARD_STRING(struct segment_options, loyalty.orders), .value = "",
	 .help = "Column or path with how many orders the customer has"},
	{"since", HEARD_STRING(struct segment_options, loyalty.since), .value = "",
	 .help = "Column or path with the time of the first order"},
	{"last", HEARD_STRING(struct segment_options, loyalty.last), .value = "",
	 .help = "Column or path with the time of the last order"},
	{"loyal_orders", HEARD_INT(struct segment_options, loyalty.loyal_orders), .value = "3",
	 .min = 1, .max = 100000, .help = "Fewest orders of a loyal customer"},
	{"loyal_months", HEARD_INT(struct segment_options, loyalty.loyal_months), .value = "6",
	 .min = 0, .max = 600, .help = "Fewest months since the first order of a loyal one"},
	{"active", HEARD_DURATION(struct segment_options, loyalty.active), .value = "180d",
	 .min = 86400000, .max = 315360000000.,
	 .help = "Longest time since the last order of a loyal one"},
	{"lost", HEARD_DURATION(struct segment_options, loyalty.lost), .value = "730d",
	 .min = 86400000, .max = 315360000000.,
	 .help = "After so long without an order a customer is none any more"},
	{.name = NULL},
};

const struct heard_option segment_satisfaction[] = {
	{"scores", HEARD_STRING(struct segment_options, satisfaction.scores), .value = "",
	 .help = "Column or path with the customer's last scores: a number, \"4,5,2\" or a "
		 "list, the newest first"},
	{"lowest", HEARD_REAL(struct segment_options, satisfaction.lowest), .value = "1",
	 .min = -1000, .max = 1000, .help = "The worst score there"},
	{"highest", HEARD_REAL(struct segment_options, satisfaction.highest), .value = "5",
	 .min = -1000, .max = 1000, .help = "The best score there"},
	{"most", HEARD_INT(struct segment_options, satisfaction.most), .value = "5", .min = 1,
	 .max = 50, .help = "How many of them count"},
	{"low", HEARD_REAL(struct segment_options, satisfaction.low), .value = "0.5", .min = 0,
	 .max = 1, .help = "Below this mean, of 0 to 1, satisfaction is low"},
	{"high", HEARD_REAL(struct segment_options, satisfaction.high), .value = "0.75",
	 .min = 0, .max = 1, .help = "From this mean on it is high"},
	{.name = NULL},
};

const struct heard_option segment_need[] = {
	{"basic", HEARD_LIST(struct segment_options, need.basic),
	 .value = "[ \"subcategory=safety\", \"subcategory=legal\", \"subcategory=payment\", "
		  "\"subcategory=privacy\", \"subcategory=outage\", "
		  "\"subcategory=authenticity\", \"priority=high\" ]",
	 .help = "What makes it a basic need, as field=value"},
	{"delight", HEARD_LIST(struct segment_options, need.delight),
	 .value = "[ \"intent=praise\", \"intent=suggestion\" ]",
	 .help = "Else, what makes it a need that delights"},
	{"expected", HEARD_LIST(struct segment_options, need.expected),
	 .value = "[ \"intent=complaint\", \"intent=question\" ]",
	 .help = "Else, what makes it an expected one"},
	{.name = NULL},
};

static int add_rules(struct segment *s, const char *need, const struct heard_list *list,
		     struct heard_error *err)
{
	for (size_t i = 0; i < list->n; i++) {
		const char *text = list->at[i], *equals = strchr(text, '=');
		int field = equals == NULL ? -1
					   : heard_field_find(heard_str_n(
						     text, (size_t)(equals - text)));
		if (field < 0 || equals[1] == '\0' ||
		    heard_field_table[field].type != HEARD_STR_ ||
		    heard_field_table[field].care != HEARD_SAFE)
			return heard_fail(err, EINVAL,
					  "need: %s: \"%.80s\" is not a label of a record and "
					  "its value, such as \"subcategory=safety\"",
					  need, text);
		if (s->n == SEGMENT_RULES)
			return heard_fail(err, EINVAL, "need: more than %d rules",
					  SEGMENT_RULES);
		s->rules[s->n++] = (struct segment_rule){(enum heard_field)field,
							 heard_str(equals + 1), need};
	}
	return 0;
}

int segment_init(struct segment *s, const struct segment_options *o, struct wanted *w,
		 struct heard_error *err)
{
	*s = (struct segment){.options = o,
			      .orders = wanted_add(w, o->loyalty.orders),
			      .since = wanted_add(w, o->loyalty.since),
			      .last = wanted_add(w, o->loyalty.last),
			      .scores = wanted_add(w, o->satisfaction.scores)};
	if (o->satisfaction.lowest >= o->satisfaction.highest)
		return heard_fail(err, EINVAL, "satisfaction: lowest must be below highest");
	if (o->satisfaction.low > o->satisfaction.high)
		return heard_fail(err, EINVAL, "satisfaction: low must not be above high");
	int rc = add_rules(s, "basic", &o->need.basic, err);
	if (rc == 0)
		rc = add_rules(s, "delight", &o->need.delight, err);
	return rc == 0 ? add_rules(s, "expected", &o->need.expected, err) : rc;
}

/* ---- need */

static const char *need_of(const struct segment *s, const struct heard_record *r)
{
	for (size_t i = 0; i < s->n; i++)
		if (heard_str_eq(heard_get_str(r, s->rules[i].field), s->rules[i].value))
			return s->rules[i].need;
	return NULL;
}

/* ---- satisfaction */

static double share(double x, double lowest, double highest)
{
	double s = (x - lowest) / (highest - lowest);
	return s < 0 ? 0 : s > 1 ? 1 : s;
}

/* What this record says of it: the first score it has. */
static bool own_score(const struct heard_record *r, double *out)
{
	double x = heard_get_number(r, HEARD_RATING_MAX, 5);
	if (heard_has(r, HEARD_CSAT))
		*out = share(heard_get_number(r, HEARD_CSAT, 0), 1, 5);
	else if (heard_has(r, HEARD_NPS)) /* promoters, passives, detractors */
		*out = heard_get_number(r, HEARD_NPS, 0) >= 9	? 1
		       : heard_get_number(r, HEARD_NPS, 0) >= 7 ? 0.5
								: 0;
	else if (heard_has(r, HEARD_RATING) && x > 1)
		*out = share(heard_get_number(r, HEARD_RATING, 0), 1, x);
	else if (heard_has(r, HEARD_CES))
		*out = share(heard_get_number(r, HEARD_CES, 0), 1, 7);
	else
		return false;
	return true;
}

/* Words are weaker than figures: they count where there are no others. */
static bool own_words(const struct heard_record *r, double *out)
{
	struct heard_str label = heard_get_str(r, HEARD_SENTIMENT_LABEL);
	*out = heard_str_is(label, "positive") ? 1 : heard_str_is(label, "neutral") ? 0.5 : 0;
	return label.len > 0;
}

/* Adds up to `most` of "4, 5,2".  How many there were. */
static int64_t last_scores(const struct segment *s, struct heard_str list, double *sum)
{
	const struct segment_options *o = s->options;
	int64_t n = 0;
	while (list.len > 0 && n < o->satisfaction.most) {
		const char *comma = memchr(list.ptr, ',', list.len);
		size_t len = comma != NULL ? (size_t)(comma - list.ptr) : list.len;
		char text[24];
		char *end;
		snprintf(text, sizeof(text), "%.*s", (int)(len < 23 ? len : 23), list.ptr);
		double x = strtod(text, &end);
		while (*end == ' ')
			end++;
		if (end != text && *end == '\0') {
			*sum += share(x, o->satisfaction.lowest, o->satisfaction.highest);
			n++;
		}
		list = heard_str_skip(list, len + (comma != NULL));
	}
	return n;
}

static const char *satisfaction_of(const struct segment *s, const struct heard_record *r,
				   const struct heard_str *values)
{
	double sum = 0, own;
	int64_t n = values != NULL && s->scores >= 0 ? last_scores(s, values[s->scores], &sum)
						     : 0;
	if (own_score(r, &own) || (n == 0 && own_words(r, &own))) {
		sum += own;
		n++;
	}
	if (n == 0)
		return NULL;
	double mean = sum / (double)n;
	return mean < s->options->satisfaction.low     ? "low"
	       : mean >= s->options->satisfaction.high ? "high"
						       : "medium";
}

/* ---- loyalty */

static bool figure_of(const struct heard_str *values, int at, double *out)
{
	if (at < 0 || values[at].len == 0 || values[at].len > 20)
		return false;
	char text[24], *end;
	snprintf(text, sizeof(text), "%.*s", HEARD_ARG(values[at]));
	*out = strtod(text, &end);
	return *end == '\0' && *out >= 0;
}

/* How long ago, in ms; what is to come is now. */
static bool age_of(const struct heard_str *values, int at, int64_t now, int64_t *out)
{
	int64_t t = at >= 0 && values[at].len > 0 ? value_time(values[at], NULL)
						  : HEARD_TIME_NONE;
	if (t == HEARD_TIME_NONE)
		return false;
	*out = now > t ? now - t : 0;
	return true;
}

static const char *loyalty_of(const struct segment *s, const struct heard_str *values,
			      int64_t now)
{
	const struct segment_options *o = s->options;
	double orders = 0;
	int64_t first = 0, last = 0;
	bool knows_orders = figure_of(values, s->orders, &orders);
	bool knows_first = age_of(values, s->since, now, &first);
	bool knows_last = age_of(values, s->last, now, &last);
	if (!knows_orders && !knows_first && !knows_last)
		return NULL;
	if ((knows_orders && orders < 1) || (knows_last && last > o->loyalty.lost))
		return "none";
	bool is_loyal = knows_orders && orders >= (double)o->loyalty.loyal_orders &&
			(!knows_first || first >= o->loyalty.loyal_months * MONTH_MS) &&
			(!knows_last || last <= o->loyalty.active);
	return is_loyal ? "loyal" : "potential";
}

/* ---- all of it */

/* What another instance said stays unless this one knows the customer. */
static int put(struct heard_record *r, enum heard_field field, const char *label, bool knows)
{
	return label != NULL && (knows || !heard_has(r, field))
		       ? heard_set_str_borrowed(r, field, heard_str(label))
		       : 0;
}

int segment_record(const struct segment *s, struct heard_record *r,
		   const struct heard_str *values, bool is_stranger, int64_t now)
{
	bool asks_loyalty = s->orders >= 0 || s->since >= 0 || s->last >= 0;
	const char *loyalty = values != NULL		    ? loyalty_of(s, values, now)
			      : is_stranger && asks_loyalty ? "none"
							    : NULL;
	int rc = put(r, HEARD_SEGMENT_NEED, need_of(s, r), false);
	if (rc == 0)
		rc = put(r, HEARD_SEGMENT_SATISFACTION, satisfaction_of(s, r, values),
			 values != NULL && s->scores >= 0 && values[s->scores].len > 0);
	return rc == 0 ? put(r, HEARD_SEGMENT_LOYALTY, loyalty, values != NULL) : rc;
}
