/*
 * How well mask finds what it should and leaves what it should: recall and
 * precision by kind, on texts made from a seed.  HEARD_EVAL_SEED and
 * HEARD_EVAL_VERBOSE=1 (prints each mistake) are for looking closer.
 */
#include "../../plugins/filter/mask/again.c"
#include "../../plugins/filter/mask/context.c"
#include "../../plugins/filter/mask/cue.c"
#include "../../plugins/filter/mask/custom.c"
#include "../../plugins/filter/mask/finder.c"
#include "../../plugins/filter/mask/han.c"
#include "../../plugins/filter/mask/han_name.c"
#include "../../plugins/filter/mask/han_place.c"
#include "../../plugins/filter/mask/ids.c"
#include "../../plugins/filter/mask/latin.c"
#include "../../plugins/filter/mask/lexicon.c"
#include "../../plugins/filter/mask/name.c"
#include "../../plugins/filter/mask/net.c"
#include "../../plugins/filter/mask/number.c"
#include "../../plugins/filter/mask/papers.c"
#include "../../plugins/filter/mask/phone.c"
#include "../../plugins/filter/mask/place.c"
#include "../../plugins/filter/mask/plate.c"
#include "../../plugins/filter/mask/social.c"
#include "../../plugins/filter/mask/words.c"
#include "../../plugins/filter/mask/work.c"
#include "../eval/mask_people.c"
#undef PICK
#include "../eval/mask_texts.c"

#include <heard/buf.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { TEXTS = 8000 };

static const char *const names[TRUTH_KINDS] = {
	"phone",       "landline", "email",  "resident_id", "bank_card", "ip",
	"plate",       "iban",	   "social", "passport",    "permit",	 "licence",
	"credit_code", "wechat",   "qq",     "name",	    "address"};

struct tools {
	struct cues cues;
	struct lexicon *lexicon;
};

struct score {
	unsigned truths, hits, found, right;
};

static bool covers(const struct mask_span *span, const struct truth *truth)
{
	return span->kind == truth->kind && span->from <= truth->from && span->to >= truth->to;
}

static bool touches(const struct mask_span *span, const struct truth *truth)
{
	return span->kind == truth->kind && span->from < truth->to && span->to > truth->from;
}

static void complain(const char *what, unsigned kind, const struct made_text *t, unsigned from,
		     unsigned to)
{
	if (getenv("HEARD_EVAL_VERBOSE"))
		printf("%s %s: [%.*s] in: %.*s\n", what, names[kind], (int)(to - from),
		       t->s + from, (int)t->n, t->s);
}

/* What both searches find, in order. */
static unsigned find(const struct made_text *made, const struct tools *tools,
		     struct mask_span spans[64])
{
	static const uint8_t least[MASK_KINDS] = {[0 ... MASK_KINDS - 1] = 50};
	struct mask_text t = {.s = made->s, .n = made->n, .cues = &tools->cues, .least = least};
	unsigned kinds = (1u << TRUTH_KINDS) - 1;
	struct heard_buf found;

	heard_buf_init(&found, 1 << 16);
	context_find(&t, tools->lexicon, kinds, &found);
	for (uint32_t from = 0; finder_next(&t, from, kinds, spans); from = spans->to)
		heard_buf_add(&found, spans, sizeof(*spans));
	size_t n = spans_merge((struct mask_span *)(void *)found.ptr,
			       found.len / sizeof(*spans));
	assert_true(n < 64);
	if (n)
		memcpy(spans, found.ptr, n * sizeof(*spans));
	heard_buf_release(&found);
	return (unsigned)n;
}

static void score_text(const struct made_text *made, const struct tools *tools,
		       struct score *scores)
{
	struct mask_span spans[64];
	unsigned n = find(made, tools, spans);

	for (unsigned k = 0; k < made->truths; k++) {
		const struct truth *truth = &made->truth[k];
		bool hit = false;

		for (unsigned i = 0; i < n; i++)
			hit |= covers(&spans[i], truth);
		scores[truth->kind].truths++;
		scores[truth->kind].hits += hit;
		if (!hit)
			complain("missed", truth->kind, made, truth->from, truth->to);
	}
	for (unsigned i = 0; i < n; i++) {
		bool right = false;

		for (unsigned k = 0; k < made->truths; k++)
			right |= touches(&spans[i], &made->truth[k]);
		scores[spans[i].kind].found++;
		scores[spans[i].kind].right += right;
		if (!right)
			complain("wrong", spans[i].kind, made, spans[i].from, spans[i].to);
	}
}

static void recall_and_precision_of_every_kind(void **unused)
{
	struct score scores[TRUTH_KINDS] = {0}, all = {0};
	const char *seed = getenv("HEARD_EVAL_SEED");
	struct made_text text;
	struct tools tools = {.lexicon = lexicon_create()};
	(void)unused;

	assert_true(tools.lexicon);
	cues_init(&tools.cues);
	texts_seed(seed ? strtoull(seed, NULL, 10) : 20260102);
	for (unsigned i = 0; i < TEXTS; i++) {
		texts_make(i, &text);
		score_text(&text, &tools, scores);
	}
	for (unsigned k = 0; k < TRUTH_KINDS; k++) {
		const struct score *s = &scores[k];

		printf("# %-12s %5u items  recall %.4f  precision %.4f\n", names[k], s->truths,
		       (double)s->hits / s->truths, (double)s->right / s->found);
		all.truths += s->truths;
		all.hits += s->hits;
		all.found += s->found;
		all.right += s->right;
	}
	printf("# %-12s %5u items  recall %.4f  precision %.4f\n", "all", all.truths,
	       (double)all.hits / all.truths, (double)all.right / all.found);
	for (unsigned k = 0; k < TRUTH_KINDS; k++) {
		bool worded = k == TRUTH_NAME || k == TRUTH_ADDRESS;

		assert_true(scores[k].hits >= (worded ? 0.60 : 0.99) * scores[k].truths);
		assert_true(scores[k].right >= (worded ? 0.85 : 0.98) * scores[k].found);
	}
	lexicon_destroy(tools.lexicon);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recall_and_precision_of_every_kind),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
