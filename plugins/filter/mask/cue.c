/*
 * cue.c - the words around a number that say what it is.
 *
 * Digits alone do not tell a phone number from an order number; the word before
 * them does.  From the number we walk back over what joins it to its word
 * (": ", "号码是", " no. ") and compare what then ends there with a table.  This
 * costs more than arithmetic, so it is asked last, of candidates that have passed
 * every other test.
 *
 * The nearest word decides: in "order 20, call 13812345678" it is "call".  A
 * thing that has a number is only a topic ("about my order 138...") until
 * something announces its number ("order no 138...", "订单：138...").
 */
#include "cue.h"

#include "cue_words.h"

enum { REACH = 64 }; /* bytes looked at before a number */

/* What may stand between a word and its number. */
static const struct joint {
	struct heard_str is;
	bool announces; /* a number of that thing: "order no 1" */
} joints[] = {
	{HEARD_STR(" "), false},      {HEARD_STR(":"), true},
	{HEARD_STR("="), true},	      {HEARD_STR("#"), true},
	{HEARD_STR("("), false},      {HEARD_STR("["), false},
	{HEARD_STR("\""), false},     {HEARD_STR("'"), false},
	{HEARD_STR("-"), false},      {HEARD_STR("_"), true},
	{HEARD_STR("."), false},      {HEARD_STR("+"), false},
	{HEARD_STR("\t"), false},     {HEARD_STR("\n"), false},
	{HEARD_STR("："), true},      {HEARD_STR("（"), false},
	{HEARD_STR("【"), false},     {HEARD_STR("“"), false},
	{HEARD_STR("「"), false},     {HEARD_STR("是"), false},
	{HEARD_STR("为"), false},     {HEARD_STR("為"), false},
	{HEARD_STR("号码"), true},    {HEARD_STR("号"), true},
	{HEARD_STR("號碼"), true},    {HEARD_STR("號"), true},
	{HEARD_STR("我的"), false},   {HEARD_STR("我"), false},
	{HEARD_STR("码"), true},      {HEARD_STR("number"), true},
	{HEARD_STR("num"), true},     {HEARD_STR("no"), true},
	{HEARD_STR("is"), false},     {HEARD_STR("nr"), true},
	{HEARD_STR("id"), true},      {HEARD_STR("was"), false},
	{HEARD_STR("at"), false},     {HEARD_STR("on"), false},
	{HEARD_STR("ending"), false}, {HEARD_STR("\xE3\x80\x80"), false},
};

/* The end of `s`, in lower case and with a word boundary before it? */
static bool ends_with(struct heard_str s, struct heard_str word)
{
	if (s.len < word.len || s.ptr[s.len - 1] != word.ptr[word.len - 1] ||
	    memcmp(s.ptr + s.len - word.len, word.ptr, word.len) != 0)
		return false;
	if (!ascii_is_letter((unsigned char)word.ptr[0]) || s.len == word.len)
		return true;
	return !ascii_is_letter((unsigned char)s.ptr[s.len - word.len - 1]);
}

_Static_assert(sizeof(cue_words) / sizeof(cue_words[0]) <= CUE_WORDS, "CUE_WORDS is too small");

static unsigned char last_byte(struct heard_str s)
{
	return (unsigned char)s.ptr[s.len - 1];
}

void cues_init(struct cues *cues)
{
	memset(cues, 0, sizeof(*cues));
	for (size_t i = sizeof(cue_words) / sizeof(cue_words[0]); i-- > 0;) {
		uint16_t *first = &cues->word[last_byte(cue_words[i].is)];

		cues->word_next[i] = *first;
		*first = (uint16_t)(i + 1);
	}
	for (size_t i = sizeof(joints) / sizeof(joints[0]); i-- > 0;) {
		uint16_t *first = &cues->joint[last_byte(joints[i].is)];

		cues->joint_next[i] = *first;
		*first = (uint16_t)(i + 1);
	}
}

static enum mask_cue nearest_word(const struct cues *cues, struct heard_str s, unsigned *of_r)
{
	size_t longest = 0;
	enum mask_cue cue = CUE_NONE;

	for (unsigned i = s.len ? cues->word[last_byte(s)] : 0; i; i = cues->word_next[i - 1])
		if (cue_words[i - 1].is.len > longest && ends_with(s, cue_words[i - 1].is)) {
			longest = cue_words[i - 1].is.len;
			cue = cue_words[i - 1].cue;
			*of_r = cue_words[i - 1].of;
		}
	return cue;
}

/* Without one joint at its end; false if there is none. */
static bool strip_joint(const struct cues *cues, struct heard_str *s, bool *announced)
{
	for (unsigned i = s->len ? cues->joint[last_byte(*s)] : 0; i;
	     i = cues->joint_next[i - 1]) {
		const struct joint *joint = &joints[i - 1];

		if (!ends_with(*s, joint->is))
			continue;
		s->len -= joint->is.len;
		if (joint->is.ptr[0] == '-' && s->len && s->ptr[s->len - 1] == ' ')
			return false; /* a dash of the sentence */
		*announced |= joint->announces;
		return true;
	}
	return false;
}

static void lower(char *to, const char *from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = from[i] >= 'A' && from[i] <= 'Z' ? (char)(from[i] | 0x20) : from[i];
}

/* The cue, and 1 + the kind of working number that its word names. */
static enum mask_cue look_back(const struct mask_text *t, uint32_t at, unsigned *of_r)
{
	char buffer[REACH];
	size_t n = at < REACH ? at : REACH, m = 0;

	/* At the start of an attribute its name is the word before. */
	if (n < REACH && t->label.len) {
		m = t->label.len < REACH - n - 1 ? t->label.len : REACH - n - 1;
		lower(buffer, t->label.ptr + t->label.len - m, m);
		buffer[m++] = ':';
	}
	lower(buffer + m, t->s + at - n, n);

	struct heard_str s = {buffer, n + m};
	enum mask_cue cue;
	bool announced = false;
	*of_r = 0;
	while ((cue = nearest_word(t->cues, s, of_r)) == CUE_NONE &&
	       strip_joint(t->cues, &s, &announced))
		;
	return cue == CUE_TOPIC && announced ? CUE_ID : cue;
}

enum mask_cue cue_before(const struct mask_text *t, uint32_t at)
{
	unsigned of;

	return look_back(t, at, &of);
}

int cue_work_before(const struct mask_text *t, uint32_t at)
{
	unsigned of;

	return look_back(t, at, &of) == CUE_ID ? (int)of - 1 : -1;
}

enum mask_cue cue_after(const struct mask_text *t, uint32_t at)
{
	static const struct cue_word after[] = {
		MONEY("元"),	 MONEY("块钱"), MONEY("万"),	   MONEY("亿"),
		MONEY("円"),	 MONEY("ms"),	MONEY("毫秒"),	   MONEY(" yuan"),
		MONEY(" rmb"),	 MONEY(" usd"), MONEY(" ms"),	   ID("号订单"),
		ID("号包裹"),	 ID("号快递"),	TOPIC("这个订单"), TOPIC("的订单"),
		TOPIC("订单"),	 TOPIC("这单"), TOPIC("这一单"),   TOPIC("的快递"),
		TOPIC("的包裹"),
	};

	for (size_t i = 0; i < sizeof(after) / sizeof(after[0]); i++)
		if (text_has(t, at, after[i].is))
			return after[i].cue;
	return CUE_NONE;
}

bool cue_in_link(const struct mask_text *t, uint32_t at)
{
	uint32_t first = at > 256 ? at - 256 : 0;

	for (; at > first; at--) {
		unsigned char c = text_byte(t, at - 1);

		if (c <= ' ' || c >= 0x80 || c == '"' || c == '<')
			return false;
		if (c == '/' && at >= 3 && memcmp(t->s + at - 3, "://", 3) == 0)
			return true;
	}
	return false;
}
