/*
 * wording.c - the questions as they are usually asked, so that one needs a line.
 */
#include "wording.h"

#include <string.h>

static const struct {
	struct page_phrase question, worst, best;
} kinds[KINDS] = {
	[KIND_NPS] = {{{"您有多大可能向朋友或同事推荐我们？",
			"How likely are you to recommend us to a friend or colleague?"}},
		      {{"完全不可能", "Not at all likely"}},
		      {{"非常可能", "Extremely likely"}}},
	[KIND_CSAT] = {{{"您对我们的服务满意吗？", "How satisfied are you with our service?"}},
		       {{"很不满意", "Very dissatisfied"}},
		       {{"很满意", "Very satisfied"}}},
	[KIND_CES] = {{{"您是否同意：办成这件事很轻松？",
			"Do you agree: it was easy to get this done?"}},
		      {{"完全不同意", "Strongly disagree"}},
		      {{"完全同意", "Strongly agree"}}},
	[KIND_STARS] = {{{"您给我们打几分？", "How would you rate us?"}},
			{{"很差", "Poor"}},
			{{"很好", "Excellent"}}},
	[KIND_TEXT] = {{{"主要原因是什么？", "What is the main reason?"}},
		       {{NULL, NULL}},
		       {{NULL, NULL}}},
};

static const struct label known_parts[] = {
	{"appearance", {{"外观", "Appearance"}}}, {"function", {{"功能", "Function"}}},
	{"quality", {{"质量", "Quality"}}},	  {"value", {{"性价比", "Value for money"}}},
	{"packaging", {{"包装", "Packaging"}}},	  {"logistics", {{"物流", "Delivery"}}},
	{"service", {{"服务", "Service"}}},	  {"installation", {{"安装", "Installation"}}},
	{"staff", {{"员工", "Staff"}}},		  {"environment", {{"环境", "Premises"}}},
};

struct page_phrase wording_question(enum kind kind)
{
	return kinds[kind].question;
}

struct page_phrase wording_worst(enum kind kind)
{
	return kinds[kind].worst;
}

struct page_phrase wording_best(enum kind kind)
{
	return kinds[kind].best;
}

bool wording_part(const char *key, struct page_phrase *said)
{
	for (size_t i = 0; i < sizeof(known_parts) / sizeof(*known_parts); i++)
		if (strcmp(known_parts[i].key, key) == 0) {
			*said = known_parts[i].said;
			return true;
		}
	return false;
}

struct page_phrase wording_csat(int64_t value)
{
	static const struct page_phrase said[] = {
		{{"很不满意", "Very dissatisfied"}},
		{{"不满意", "Dissatisfied"}},
		{{"一般", "Neutral"}},
		{{"满意", "Satisfied"}},
		{{"很满意", "Very satisfied"}},
	};
	return said[value - 1];
}

struct page_phrase wording_or(struct page_phrase given, struct page_phrase otherwise)
{
	const char *any = NULL;
	for (int i = 0; i < PAGE_LANGS && any == NULL; i++)
		any = given.in[i] && given.in[i][0] ? given.in[i] : NULL;
	if (any == NULL)
		return otherwise;
	for (int i = 0; i < PAGE_LANGS; i++)
		if (given.in[i] == NULL || given.in[i][0] == '\0')
			given.in[i] = any;
	return given;
}
