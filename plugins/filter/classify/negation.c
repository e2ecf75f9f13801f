/*
 * negation.c - is what a word says denied right before it?
 *
 * "没有任何漏电", "not a single problem": a negator, then only words that carry
 * the denial on, then the word.  Anything else between ends it, so that
 * "不到一天就起火" and "not only good" deny nothing: a report of a fire that is
 * overlooked costs more than one that was none.
 *
 * The text has simplified characters (match.c).
 *
 * It is asked for every word found, so a table of the last two bytes of all these
 * words rules out most places by one look.
 */
#include "negation.h"

enum { MOST_FILLERS = 4 };

/* What may stand between the negator and the word. */
static const struct heard_str fillers[] = {
	HEARD_STR("任何"), HEARD_STR("什么"),  HEARD_STR("出现"),	  HEARD_STR("发生"),
	HEARD_STR("明显"), HEARD_STR("那么"),  HEARD_STR("这么"),	  HEARD_STR("特别"),
	HEARD_STR("一点"), HEARD_STR("觉得"),  HEARD_STR("感觉"),	  HEARD_STR("遇到"),
	HEARD_STR("发现"), HEARD_STR("出过"),  HEARD_STR("会"),		  HEARD_STR("有"),
	HEARD_STR("再"),   HEARD_STR("过"),    HEARD_STR("是"),		  HEARD_STR("太"),
	HEARD_STR("很"),   HEARD_STR("够"),    HEARD_STR("怎么"),	  HEARD_STR("十分"),
	HEARD_STR("非常"), HEARD_STR("算"),    HEARD_STR("能"),		  HEARD_STR("被"),
	HEARD_STR("的"),   HEARD_STR("半点"),  HEARD_STR("啥"),		  HEARD_STR(" "),
	HEARD_STR("a"),	   HEARD_STR("an"),    HEARD_STR("the"),	  HEARD_STR("any"),
	HEARD_STR("been"), HEARD_STR("be"),    HEARD_STR("have"),	  HEARD_STR("had"),
	HEARD_STR("has"),  HEARD_STR("very"),  HEARD_STR("so"),		  HEARD_STR("really"),
	HEARD_STR("that"), HEARD_STR("ever"),  HEARD_STR("get"),	  HEARD_STR("got"),
	HEARD_STR("too"),  HEARD_STR("quite"), HEARD_STR("single"),	  HEARD_STR("all"),
	HEARD_STR("at"),   HEARD_STR("more"),  HEARD_STR("to"),		  HEARD_STR("seen"),
	HEARD_STR("had"),  HEARD_STR("much"),  HEARD_STR("particularly"), HEARD_STR("entirely"),
	HEARD_STR("of"),
};

static const struct heard_str negators[] = {
	HEARD_STR("没"),      HEARD_STR("不"),	   HEARD_STR("未"),	 HEARD_STR("无"),
	HEARD_STR("并非"),    HEARD_STR("not"),	   HEARD_STR("no"),	 HEARD_STR("never"),
	HEARD_STR("n't"),     HEARD_STR("n’t"),	   HEARD_STR("without"), HEARD_STR("cannot"),
	HEARD_STR("nothing"), HEARD_STR("hardly"), HEARD_STR("nor"),	 HEARD_STR("none"),
};

/* Questions that have a negator's form: "isn't it", "did it not", 是不是. */
static const struct heard_str questions[] = {HEARD_STR("是不是"), HEARD_STR("是不"),
					     HEARD_STR("不得不")};

static char low(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static bool is_letter(char c)
{
	return low(c) >= 'a' && low(c) <= 'z';
}

enum kind { QUESTION = 1, NEGATOR = 2, FILLER = 4 };

static const struct word_list {
	const struct heard_str *at;
	size_t n;
	enum kind kind;
} lists[] = {
	{questions, sizeof(questions) / sizeof(questions[0]), QUESTION},
	{negators, sizeof(negators) / sizeof(negators[0]), NEGATOR},
	{fillers, sizeof(fillers) / sizeof(fillers[0]), FILLER},
};

static unsigned two_bytes(char before, char last)
{
	return ((unsigned char)before * 61u + (unsigned char)last) % NEGATION_ENDS;
}

void negation_init(struct negation *n)
{
	*n = (struct negation){{0}, {0}};
	for (size_t l = 0; l < sizeof(lists) / sizeof(lists[0]); l++)
		for (size_t i = 0; i < lists[l].n; i++) {
			struct heard_str word = lists[l].at[i];
			char last = word.ptr[word.len - 1];
			uint8_t kind = (uint8_t)lists[l].kind;

			if (word.len == 1)
				n->one[(unsigned char)last] |= kind;
			else
				n->two[two_bytes(word.ptr[word.len - 2], last)] |= kind;
		}
}

/* The kinds of which some word may end here. */
static unsigned kinds_at(const struct negation *n, struct heard_str text, size_t at)
{
	char last = low(text.ptr[at - 1]);

	return n->one[(unsigned char)last] |
	       (at > 1 ? n->two[two_bytes(low(text.ptr[at - 2]), last)] : 0u);
}

/* Does the text up to `at` end with this, as a whole word if it is English? */
static bool ends_here(struct heard_str text, size_t at, struct heard_str with)
{
	if (at < with.len)
		return false;
	size_t from = at - with.len;
	for (size_t i = 0; i < with.len; i++)
		if (low(text.ptr[from + i]) != with.ptr[i])
			return false;
	/* "n't" goes on to the left, whole words do not */
	bool whole = is_letter(with.ptr[0]) &&
		     !(with.len > 2 && (with.ptr[1] == '\'' || with.ptr[1] == '\xE2'));
	return !whole || from == 0 || !is_letter(text.ptr[from - 1]);
}

static const struct heard_str *find_end(struct heard_str text, size_t at, size_t list)
{
	for (size_t i = 0; i < lists[list].n; i++)
		if (ends_here(text, at, lists[list].at[i]))
			return &lists[list].at[i];
	return NULL;
}

bool is_negated(const struct negation *n, struct heard_str text, size_t at)
{
	unsigned blanks = 0;

	for (unsigned i = 0; i <= MOST_FILLERS + blanks && at > 0; i++) {
		unsigned kinds = kinds_at(n, text, at);

		if ((kinds & QUESTION) && find_end(text, at, 0))
			return false;
		if ((kinds & NEGATOR) && find_end(text, at, 1))
			return true;
		const struct heard_str *filler = kinds & FILLER ? find_end(text, at, 2) : NULL;
		if (filler == NULL)
			return false;
		at -= filler->len;
		blanks += filler->ptr[0] == ' ' && blanks < 8;
	}
	return false;
}
