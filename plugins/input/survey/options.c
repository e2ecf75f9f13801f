/*
 * options.c - how a survey is written in the config.
 */
#include "options.h"

#include "survey.h"

static const struct heard_option phrase_options[] = {
	{"zh", HEARD_STRING(struct page_phrase, in[PAGE_ZH]), .value = "",
	 .help = "In Chinese; empty for what is built in, or the English one"},
	{"en", HEARD_STRING(struct page_phrase, in[PAGE_EN]), .value = "",
	 .help = "In English; empty for what is built in, or the Chinese one"},
	{.name = NULL},
};

static const char *const lang_words[] = {"zh", "en", NULL};

static const struct heard_option question_options[] = {
	{"id", HEARD_STRING(struct question_row, id),
	 .help = "What the answer is kept as, in attributes.survey.<id>: letters, digits and "
		 "_"},
	{"kind", HEARD_CHOICE(struct question_row, kind), .choices = kind_words,
	 .help = "nps 0 to 10, csat 1 to 5, ces 1 to 7, stars 1 to 5, choice, or text"},
	{"text", HEARD_GROUP(struct question_row, text, phrase_options),
	 .help = "The question; those with a score have one built in"},
	{"parts", HEARD_LIST(struct question_row, parts), .value = "",
	 .help = "Of stars: sub-scores, kept in ratings.<part>; heard words appearance, "
		 "function, quality, value, packaging, logistics, service, installation, staff "
		 "and environment, others are written as \"taste|味道|Taste\""},
	{"choices", HEARD_LIST(struct question_row, choices), .value = "",
	 .help = "Of a choice: \"phone|电话|By phone\", or one text for all three"},
	{"many", HEARD_BOOL(struct question_row, many), .value = "false",
	 .help = "Of a choice: more than one may be chosen"},
	{"required", HEARD_BOOL(struct question_row, required), .value = "false",
	 .help = "It must be answered, if it is asked"},
	{"max", HEARD_INT(struct question_row, max), .value = "1000", .min = 1, .max = 5000,
	 .help = "Most characters of a text"},
	{"when", HEARD_STRING(struct question_row, when), .value = "",
	 .help = "Asked only if earlier answers say so: \"nps <= 6\", \"stars.packaging < 3 or "
		 "way == phone\""},
	{.name = NULL},
};

static const struct heard_option bad_table[] = {
	{"nps", HEARD_INT(struct bad_options, nps), .value = "-1", .min = -1, .max = 10,
	 .help = "NPS up to this is bad, such as 6; -1 never"},
	{"csat", HEARD_INT(struct bad_options, csat), .value = "-1", .min = -1, .max = 5,
	 .help = "CSAT up to this is bad, such as 2"},
	{"ces", HEARD_INT(struct bad_options, ces), .value = "-1", .min = -1, .max = 7,
	 .help = "CES up to this is bad, such as 3"},
	{"stars", HEARD_INT(struct bad_options, stars), .value = "-1", .min = -1, .max = 5,
	 .help = "So many stars or fewer, of any part, are bad, such as 2"},
	{"department", HEARD_STRING(struct bad_options, department), .value = "",
	 .help = "Who is to act; empty leaves it to the rules of `classify`"},
	{"departments", HEARD_MAP(struct bad_options, departments), .value = "",
	 .help = "Who is to act when this part has the worst sub-score"},
	{.name = NULL},
};

const struct heard_option survey_options[] = {
	{"listener", HEARD_STRING(struct survey, listener), .value = "public",
	 .help = "Name of the listener to serve on"},
	{"path", HEARD_STRING(struct survey, path), .value = "",
	 .help = "Path of the page; empty is /survey/ and the instance's name"},
	{"public_url", HEARD_STRING(struct survey, public_url), .value = "",
	 .help = "What customers reach the listener by, such as https://shop.example; for "
		 "links "
		 "and QR codes"},
	{"title", HEARD_GROUP(struct survey, title, phrase_options),
	 .help = "Title of the page"},
	{"intro", HEARD_GROUP(struct survey, intro, phrase_options),
	 .help = "A line above the questions"},
	{"thanks", HEARD_GROUP(struct survey, thanks, phrase_options),
	 .help = "What is said afterwards"},
	{"thanks_good", HEARD_GROUP(struct survey, thanks_good, phrase_options),
	 .help = "The same when all scores are good: NPS 9, CSAT 4, CES 6, 4 stars or more"},
	{"thanks_bad", HEARD_GROUP(struct survey, thanks_bad, phrase_options),
	 .help = "The same when a score is bad"},
	{"questions",
	 HEARD_TABLE(struct survey, questions, question_options, struct question_row),
	 .value = "", .help = "What is asked, in this order; at most 40"},
	{"bad", HEARD_GROUP(struct survey, bad, bad_table),
	 .help = "Which scores open a ticket, and in which department"},
	{"lang", HEARD_CHOICE(struct survey, lang), .value = "zh", .choices = lang_words,
	 .help = "Language for browsers that ask for neither"},
	{"frames", HEARD_LIST(struct survey, frames), .value = "",
	 .help = "Origins whose pages may hold the survey in a frame, such as "
		 "https://shop.example; add ?embed=1 there"},
	{"once", HEARD_BOOL(struct survey, once), .value = "false",
	 .help = "Only for those who were invited, and once each; links of invitations can be "
		 "used once in any case"},
	{"quota", HEARD_INT(struct survey, quota), .value = "0", .min = 0, .max = 1e9,
	 .help = "It is over after so many answers; 0 never"},
	{"until", HEARD_STRING(struct survey, until), .value = "",
	 .help = "It is over after this day, \"2026-12-31\", or at this time, in the config's "
		 "`timezone`"},
	{"segments", HEARD_LIST(struct survey, segments), .value = "",
	 .help = "Values that ?segment= of a link may have; others are passed over"},
	{"products", HEARD_LIST(struct survey, products), .value = "",
	 .help = "Values that ?product= of a link may have; others are passed over"},
	{"rest", HEARD_DURATION(struct survey, rest), .value = "90d", .min = 0,
	 .max = 3650.0 * 86400e3,
	 .help = "Nobody is invited again within this time, by whatever survey of this "
		 "database"},
	{"surveys", HEARD_STATE_PATH(struct survey, database), .value = "surveys.db",
	 .help = "File that keeps who was invited and how many have answered; surveys may "
		 "share it"},
	{"hooks", HEARD_TABLE(struct survey, hooks, hook_options, struct hook_row), .value = "",
	 .help = "Webhooks of Formbricks, Typeform, Tally and LimeSurvey"},
	{.name = NULL},
};
