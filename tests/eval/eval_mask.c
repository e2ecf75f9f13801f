/*
 * eval_mask.c - how well mask finds private data: Presidio's synthetic texts, and ours.
 *
 *	eval_mask DATA
 *
 * The 1,500 texts of pii/presidio-research-synth-v2.json have spans of 17 kinds.  A
 * span of theirs is found when a match covers it; a match is right when it touches one of a
 * kind that it may stand for (an address holds towns and postcodes).  Kinds that the filter
 *does not have (organisations, dates, nationalities) count neither way.  Structured kinds are
 * counted together, as the published figures are.  The texts are in two halves by the
 * md5-free hash of their template, so that no template is in both: the filter was written
 * with an eye on half A and is judged on half B.  HEARD_EVAL_VERBOSE=1 prints mistakes of A.
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
#include "mask_people.c"
#undef PICK
#include "mask_texts.c"

#include <heard/buf.h>
#include <heard/error.h>
#include <heard/json.h>

enum { FILE_MOST = 64 << 20, SPANS_MOST = 256, MADE_TEXTS = 8000 };
enum group { NONE, STRUCTURED, NAMES, PLACES, GROUPS };

static const char *const group_names[] = {"", "structured", "names", "addresses"};

struct score {
	unsigned truths, hits, found, right;
};

struct place_of { /* a span of the truth */
	uint32_t from, to;
	enum group group;
	bool soft; /* may be found, need not */
};

struct tools {
	struct cues cues;
	struct lexicon *lexicon;
	struct heard_buf spans;
};

static enum group group_of(unsigned kind)
{
	return kind == MASK_NAME      ? NAMES
	       : kind == MASK_ADDRESS ? PLACES
	       : kind < MASK_NAME     ? STRUCTURED
				      : NONE;
}

/* Every match in the text, in order, none overlapping: as mask.c does it. */
static unsigned find_all(struct tools *tools, const char *s, uint32_t n, unsigned kinds,
			 struct mask_span *out)
{
	static uint8_t least[MASK_KINDS];
	struct mask_text t = {.s = s, .n = n, .cues = &tools->cues, .least = least};
	struct mask_span span;

	memset(least, 50, sizeof(least));
	heard_buf_clear(&tools->spans);
	context_find(&t, tools->lexicon, kinds, &tools->spans);
	for (uint32_t from = 0; finder_next(&t, from, kinds, &span); from = span.to)
		heard_buf_add(&tools->spans, &span, sizeof(span));
	unsigned count = (unsigned)spans_merge((struct mask_span *)(void *)tools->spans.ptr,
					       tools->spans.len / sizeof(span));
	if (count > SPANS_MOST)
		count = SPANS_MOST;
	if (count)
		memcpy(out, tools->spans.ptr, count * sizeof(span));
	return count;
}

static void complain(const char *what, enum group group, const char *s, uint32_t from,
		     uint32_t to)
{
	uint32_t before = from > 50 ? from - 50 : 0;

	printf("# %s %s: %.*s[[%.*s]]%.30s\n", what, group_names[group], (int)(from - before),
	       s + before, (int)(to - from), s + from, s + to);
}

static void score(struct tools *tools, const char *s, uint32_t n, const struct place_of *truth,
		  unsigned truths, unsigned kinds, struct score scores[GROUPS], bool verbose)
{
	struct mask_span found[SPANS_MOST];
	unsigned count = find_all(tools, s, n, kinds, found);

	for (unsigned k = 0; k < truths; k++) {
		bool hit = false;

		for (unsigned i = 0; i < count; i++)
			hit |= found[i].from <= truth[k].from && found[i].to >= truth[k].to;
		if (truth[k].soft)
			continue;
		scores[truth[k].group].truths++;
		scores[truth[k].group].hits += hit;
		if (!hit && verbose)
			complain("missed", truth[k].group, s, truth[k].from, truth[k].to);
	}
	for (unsigned i = 0; i < count; i++) {
		enum group group = group_of(found[i].kind);
		bool right = false;

		for (unsigned k = 0; k < truths; k++)
			right |= truth[k].group == group && found[i].from < truth[k].to &&
				 found[i].to > truth[k].from;
		scores[group].found++;
		scores[group].right += right;
		if (!right && verbose)
			complain("wrong", group, s, found[i].from, found[i].to);
	}
}

/* ---- Presidio's texts */

static enum group presidio_group(struct heard_str type, bool *soft)
{
	static const char *const structured[] = {
		"CREDIT_CARD", "PHONE_NUMBER", "EMAIL_ADDRESS",	   "IBAN_CODE",
		"US_SSN",      "IP_ADDRESS",   "US_DRIVER_LICENSE"};

	*soft = false;
	for (size_t i = 0; i < sizeof(structured) / sizeof(structured[0]); i++)
		if (heard_str_is(type, structured[i]))
			return STRUCTURED;
	if (heard_str_is(type, "PERSON"))
		return NAMES;
	if (heard_str_is(type, "STREET_ADDRESS") || heard_str_is(type, "ZIP_CODE"))
		return PLACES;
	*soft = true;
	return heard_str_is(type, "GPE") ? PLACES : NONE;
}

/* Offsets there are in characters. */
static uint32_t bytes_of(const char *s, uint32_t n, int64_t characters)
{
	uint32_t at = 0;

	for (; at < n && characters > 0; characters--)
		for (at++; at < n && ((unsigned char)s[at] & 0xC0) == 0x80;)
			at++;
	return at;
}

static void one_text(struct tools *tools, const struct heard_json *text,
		     struct score halves[2][GROUPS])
{
	struct heard_str s = heard_json_string(text, "full_text");
	const struct heard_json *spans = heard_json_member(text, "spans");
	const struct heard_json *template = heard_json_member(text, "template_id");
	struct place_of truth[SPANS_MOST];
	unsigned n = 0;
	uint64_t mixed = (uint64_t)(template ? template->integer + 1 : 0) * 0x9E3779B97F4A7C15u;
	unsigned half = (unsigned)(mixed >> 63);

	for (const struct heard_json *span = spans ? spans->first : NULL;
	     span && n < SPANS_MOST; span = span->next) {
		const struct heard_json *from = heard_json_member(span, "start_position");
		const struct heard_json *to = heard_json_member(span, "end_position");

		if (!from || !to)
			continue;
		truth[n].from = bytes_of(s.ptr, (uint32_t)s.len, from->integer);
		truth[n].to = bytes_of(s.ptr, (uint32_t)s.len, to->integer);
		truth[n].group = presidio_group(heard_json_string(span, "entity_type"),
						&truth[n].soft);
		n++;
	}
	/* no Chinese numbers there */
	unsigned kinds = ((1u << MASK_KINDS) - 1) & ~(unsigned)MASK_WORKING;
	score(tools, s.ptr, (uint32_t)s.len, truth, n, kinds, halves[half],
	      half == 0 && getenv("HEARD_EVAL_VERBOSE"));
}

static void report(const char *set, const struct score *scores, const char *peer,
		   const double target[GROUPS][2])
{
	for (unsigned g = STRUCTURED; g < GROUPS; g++) {
		double p = scores[g].found ? (double)scores[g].right / scores[g].found : 0;
		double r = scores[g].truths ? (double)scores[g].hits / scores[g].truths : 0;
		const char *other = g == STRUCTURED ? peer : "-";

		printf("mask\t%s, %s: precision\t%.3f\t%s\t%.3f\t%s\n", set, group_names[g], p,
		       g == STRUCTURED && *peer != '-' ? ".870" : other, target[g][0],
		       p >= target[g][0] ? "ok" : "short");
		printf("mask\t%s, %s: recall (%u)\t%.3f\t%s\t%.3f\t%s\n", set, group_names[g],
		       scores[g].truths, r, g == STRUCTURED && *peer != '-' ? ".839" : other,
		       target[g][1], r >= target[g][1] ? "ok" : "short");
	}
}

static int presidio(struct tools *tools, const char *folder)
{
	char path[4096];
	struct heard_error err = {0};
	struct score halves[2][GROUPS] = {0};

	snprintf(path, sizeof(path), "%s/pii/presidio-research-synth-v2.json", folder);
	FILE *file = fopen(path, "rb");
	char *text = file ? malloc(FILE_MOST) : NULL;
	size_t n = text ? fread(text, 1, FILE_MOST, file) : 0;
	if (file)
		fclose(file);
	struct heard_json_doc *doc = n ? heard_json_parse(heard_str_n(text, n), FILE_MOST, &err)
				       : NULL;
	if (doc == NULL) {
		printf("# mask: no %s, skipped\n", path);
		free(text);
		return 0;
	}
	for (const struct heard_json *t = heard_json_root(doc)->first; t; t = t->next)
		one_text(tools, t, halves);
	heard_json_destroy(doc);
	free(text);
	static const double target[GROUPS][2] = {{0, 0}, {.870, .839}, {.85, .60}, {.85, .60}};
	report("Presidio, seen half", halves[0], "x", target);
	report("Presidio, held-out half", halves[1], "x", target);
	return 0;
}

/* ---- texts of our own */

static void made(struct tools *tools)
{
	struct score scores[GROUPS] = {0};
	struct made_text text;

	texts_seed(20260102);
	for (unsigned i = 0; i < MADE_TEXTS; i++) {
		struct place_of truth[8];

		texts_make(i, &text);
		for (unsigned k = 0; k < text.truths; k++)
			truth[k] = (struct place_of){text.truth[k].from, text.truth[k].to,
						     group_of(text.truth[k].kind), false};
		score(tools, text.s, text.n, truth, text.truths,
		      ((1u << MASK_KINDS) - 1) & ~(unsigned)MASK_WORKING, scores,
		      getenv("HEARD_EVAL_MADE") != NULL);
	}
	static const double target[GROUPS][2] = {{0, 0}, {.98, .99}, {.85, .60}, {.85, .60}};
	report("made texts", scores, "-", target);
}

int main(int argc, char **argv)
{
	const char *folder = argc > 1 ? argv[1] : getenv("HEARD_DATA");
	struct tools tools = {.lexicon = lexicon_create()};

	if (tools.lexicon == NULL)
		return 1;
	cues_init(&tools.cues);
	heard_buf_init(&tools.spans, FILE_MOST);
	int r = presidio(&tools, folder ? folder : "../shared/data");
	made(&tools);
	heard_buf_release(&tools.spans);
	lexicon_destroy(tools.lexicon);
	return r;
}
