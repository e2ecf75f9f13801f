/*
 * terms.c - what a text is looked up by: words cut to their stem, and pairs of
 * neighbours in Chinese.
 *
 * The folding is that of ticket search (store/fold.h): case, width and traditional
 * characters make no difference.  A single Chinese character says too little, so it is
 * no term.  English words lose the commonest endings, so that "payments failed" is
 * "payment fail": both sides are cut in the same way, so what is left need not be a
 * word.  Words that stand in every question ("how", 怎么) are no terms.
 */
#include "terms.h"

#include <store/fold.h>
#include <xxhash.h>

#include <errno.h>
#include <stdlib.h>

enum { FOLDED_MAX = 2 << 20, LIST_MAX = 8 << 20, COMMON_MAX = 8 };

static const char common[][COMMON_MAX] = {
	"a",	  "about",  "all",    "am",   "an",   "and",   "any",  "are",	"as",	"at",
	"be",	  "been",   "but",    "by",   "can",  "could", "did",  "do",	"does", "for",
	"from",	  "get",    "had",    "has",  "have", "hello", "help", "hi",	"how",	"i",
	"if",	  "in",	    "is",     "it",   "its",  "just",  "me",   "my",	"of",	"on",
	"or",	  "our",    "please", "so",   "some", "that",  "the",  "their", "them", "then",
	"there",  "they",   "this",   "to",   "up",   "us",    "was",  "we",	"were", "what",
	"when",	  "where",  "which",  "who",  "why",  "will",  "with", "would", "you",	"your",
	"thanks", "should", "want",   "t",    "s",    "m",     "怎么", "么办",	"什么", "为什",
	"么样",	  "怎样",   "我的",   "我们", "你们", "您好",  "你好", "请问",	"如何", "可以",
	"是否",	  "能否",   "这个",   "那个", "一下", "一个",  "你的", "他们",	"还是", "就是",
};

static bool is_common(struct heard_str s)
{
	if (s.len >= COMMON_MAX)
		return false;
	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		if (strncmp(common[i], s.ptr, s.len) == 0 && common[i][s.len] == '\0')
			return true;
	return false;
}

static bool ends(struct heard_str s, const char *ending)
{
	size_t n = strlen(ending);

	return s.len >= n + 3 && memcmp(s.ptr + s.len - n, ending, n) == 0;
}

/* Cut in the buffer: "ies" becomes "y" by cutting and the y of others going too. */
static struct heard_str stem(struct heard_str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] < 'a' || s.ptr[i] > 'z')
			return s;
	if (ends(s, "ies"))
		s.len -= 3;
	else if (ends(s, "s") && !ends(s, "ss"))
		s.len--;
	if (ends(s, "ing") || ends(s, "ed")) {
		s.len -= ends(s, "ing") ? 3 : 2;
		if (s.len > 3 && s.ptr[s.len - 1] == s.ptr[s.len - 2])
			s.len--; /* shipp(ing) */
	} else if (ends(s, "e") || ends(s, "y")) {
		s.len--;
	}
	if (s.len > 3 && s.ptr[s.len - 1] == 'l' && s.ptr[s.len - 2] == 'l')
		s.len--; /* as it was taken from "refilling" */
	return s;
}

void terms_init(struct terms *t)
{
	heard_buf_init(&t->folded, FOLDED_MAX);
	heard_buf_init(&t->list, LIST_MAX);
}

void terms_release(struct terms *t)
{
	heard_buf_release(&t->folded);
	heard_buf_release(&t->list);
}

int terms_read(struct terms *t, struct heard_str text)
{
	struct fold_token token;

	heard_buf_clear(&t->folded);
	heard_buf_clear(&t->list);
	fold_text(text, &t->folded);
	if (t->folded.failed)
		return -ENOMEM;
	struct fold_walk walk = {.left = heard_buf_view(&t->folded)};
	while (fold_next(&walk, &token)) {
		struct term term;

		if (token.is_last || is_common(token.text))
			continue;
		term.text = stem(token.text);
		term.hash = XXH3_64bits(term.text.ptr, term.text.len);
		heard_buf_add(&t->list, &term, sizeof(term));
	}
	return t->list.failed ? -ENOMEM : 0;
}

static int by_hash(const void *a, const void *b)
{
	uint64_t x = ((const struct term *)a)->hash, y = ((const struct term *)b)->hash;

	return (x > y) - (x < y);
}

void terms_sort(struct terms *t)
{
	struct term *at = (struct term *)(void *)t->list.ptr;
	size_t n = t->list.len / sizeof(*at), kept = 0;

	if (n == 0)
		return;
	qsort(at, n, sizeof(*at), by_hash);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || at[kept - 1].hash != at[i].hash)
			at[kept++] = at[i];
	t->list.len = kept * sizeof(*at);
}

const struct term *terms_at(const struct terms *t, size_t *n)
{
	*n = t->list.len / sizeof(struct term);
	return (const struct term *)(const void *)t->list.ptr;
}
