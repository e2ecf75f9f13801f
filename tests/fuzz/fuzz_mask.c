/*
 * Texts for mask: whatever the bytes, it ends, and its spans rise and stay in
 * bounds.
 */
#include "../../plugins/filter/mask/again.c"
#include "../../plugins/filter/mask/context.c"
#include "../../plugins/filter/mask/cue.c"
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

#include <heard/buf.h>

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Names and addresses come in any order, but stay in bounds. */
static void check_context(struct mask_text *t)
{
	static struct lexicon *lexicon;
	struct heard_buf spans;

	if (lexicon == NULL)
		lexicon = lexicon_create();
	heard_buf_init(&spans, 64 << 20);
	context_find(t, lexicon, ~0u, &spans);
	const struct mask_span *span = (const struct mask_span *)(const void *)spans.ptr;
	for (size_t n = spans.len / sizeof(*span); n-- > 0; span++)
		if (span->to <= span->from || span->to > t->n || span->kind >= MASK_KINDS ||
		    span->surety > 100)
			abort();
	heard_buf_release(&spans);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t label = size && data[0] < 16 ? data[0] : 0;
	char canonical[24];
	struct cues cues;

	if (label >= size)
		return 0;
	struct mask_text t = {.s = (const char *)data + label,
			      .n = (uint32_t)(size - label),
			      .cues = &cues,
			      .label = {(const char *)data, label}};
	struct mask_span span;
	cues_init(&cues);
	for (uint32_t from = 0; finder_next(&t, from, ~0u, &span); from = span.to) {
		if (span.from < from || span.to <= span.from || span.to > t.n ||
		    span.kind >= MASK_KINDS)
			abort();
		phone_canonical(heard_str_n(t.s + span.from, span.to - span.from), canonical);
	}
	check_context(&t);
	return 0;
}
