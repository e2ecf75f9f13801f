/*
 * clean.c - one text: everything found in it, and what is written instead.
 *
 * Three searches run side by side: the kinds with a shape (finder.c), which are asked
 * one by one from the left, and the spans of context and of the user's patterns, which
 * are found first and kept in order.  Where two overlap both go, under one name, and
 * nothing of either is kept: what may stay of one kind would tell of the other
 * (z@example.com朝阳区幸福路12号 is one row of letters to both).
 */
#include "clean.h"

#include "context.h"
#include "custom.h"
#include "finder.h"
#include "lexicon.h"
#include "phone.h"

#include <errno.h>

const struct heard_str mask_kind_names[MASK_KINDS] = {
	[MASK_PHONE] = HEARD_STR("phone"),
	[MASK_LANDLINE] = HEARD_STR("landline"),
	[MASK_EMAIL] = HEARD_STR("email"),
	[MASK_RESIDENT_ID] = HEARD_STR("resident_id"),
	[MASK_BANK_CARD] = HEARD_STR("bank_card"),
	[MASK_IP] = HEARD_STR("ip"),
	[MASK_PLATE] = HEARD_STR("plate"),
	[MASK_IBAN] = HEARD_STR("iban"),
	[MASK_SOCIAL_SECURITY] = HEARD_STR("social_security"),
	[MASK_PASSPORT] = HEARD_STR("passport"),
	[MASK_PERMIT] = HEARD_STR("permit"),
	[MASK_LICENCE] = HEARD_STR("licence"),
	[MASK_CREDIT_CODE] = HEARD_STR("credit_code"),
	[MASK_WECHAT] = HEARD_STR("wechat"),
	[MASK_QQ] = HEARD_STR("qq"),
	[MASK_NAME] = HEARD_STR("name"),
	[MASK_ADDRESS] = HEARD_STR("address"),
	[MASK_ORDER_NO] = HEARD_STR("order"),
	[MASK_COURIER_NO] = HEARD_STR("courier"),
	[MASK_BATCH_NO] = HEARD_STR("batch"),
	[MASK_TAX_NO] = HEARD_STR("tax"),
};

static struct heard_str kind_name(const struct mask *mask, unsigned kind)
{
	if (kind < MASK_KINDS)
		return mask_kind_names[kind];
	const struct custom_pattern *pattern = mask->patterns.at;
	return heard_str(pattern[kind - MASK_KINDS].name);
}

/* A number typed in the text is how to reach the author, if nothing else is. */
static int keep_contact(struct work *work, unsigned kind, struct heard_str found)
{
	char canonical[24];

	if (!work->may_be_contact)
		return 0;
	if (kind == MASK_EMAIL && !heard_has(work->record, HEARD_AUTHOR_EMAIL))
		return heard_set_str(work->record, HEARD_AUTHOR_EMAIL, found);
	if ((kind == MASK_PHONE || kind == MASK_LANDLINE) &&
	    !heard_has(work->record, HEARD_AUTHOR_PHONE))
		return heard_set_str(work->record, HEARD_AUTHOR_PHONE,
				     heard_str_n(canonical, phone_canonical(found, canonical)));
	return 0;
}

/* The spans of context and the user's patterns, taken from the left. */
struct pending {
	const struct mask_span *at, *end;
};

/* What is to be replaced. */
struct piece {
	struct mask_span span;
	struct heard_str contact; /* of it, what may be how to reach the author  */
	bool is_joined;		  /* longer than what its name stands for        */
};

static bool overlaps(const struct mask_span *a, const struct mask_span *b)
{
	return a->from < b->to && b->from < a->to;
}

static bool is_as_long(const struct mask_span *a, const struct mask_span *b)
{
	return a->from == b->from && a->to == b->to;
}

/* Both, under the name of the first; a working number gives way. */
static void join(struct piece *piece, const struct mask_span *known,
		 const struct mask_span *mine)
{
	struct mask_span *span = &piece->span;
	const struct mask_span *named = known->from <= mine->from ? known : mine;

	if (MASK_WORKING >> known->kind & 1)
		named = mine;
	*span = *named;
	span->from = known->from < mine->from ? known->from : mine->from;
	span->to = known->to > mine->to ? known->to : mine->to;
	piece->is_joined = !is_as_long(span, named);
}

/* The next span of both sources behind `from`: the leftmost; where two overlap,
 * both as one. */
static bool next_piece(struct mask_text *t, uint32_t from, unsigned wanted, struct pending *own,
		       struct mask_span *known, struct piece *piece)
{
	if (known->to <= from || known->from < from)
		if (!finder_next(t, from, wanted, known))
			*known = (struct mask_span){t->n + 1, t->n + 1, 0, 0};
	while (own->at < own->end && own->at->to <= from)
		own->at++;
	bool has_known = known->from < t->n, has_own = own->at < own->end;
	if (!has_known && !has_own)
		return false;
	piece->is_joined = false;
	struct mask_span mine = has_own ? *own->at : *known;
	mine.from = mine.from < from ? from : mine.from;
	if (has_known && has_own && overlaps(known, &mine))
		join(piece, known, &mine);
	else
		piece->span = has_known && known->from <= mine.from ? *known : mine;
	const struct mask_span *reach = has_known && piece->span.kind == known->kind
						? known
						: &piece->span;
	piece->contact = heard_str_n(t->s + reach->from, reach->to - reach->from);
	return true;
}

/* What the words around and the user's patterns tell of this text. */
static int find_spans(struct work *work, struct mask_text *t, struct pending *own)
{
	const struct mask *mask = work->mask;
	struct heard_buf *spans = &work->lane->spans;
	struct heard_str text = {t->s, t->n};
	int r = 0;

	heard_buf_clear(spans);
	if (mask->custom)
		r = custom_find(mask->custom, work->lane->scratch, text, spans);
	if (r == 0 && mask->lexicon) {
		context_find(t, mask->lexicon, mask->wanted, spans);
		if (spans->failed)
			return -E2BIG;
		spans->len = spans_merge((struct mask_span *)(void *)spans->ptr,
					 spans->len / sizeof(struct mask_span)) *
			     sizeof(struct mask_span);
	}
	own->at = (const struct mask_span *)(const void *)spans->ptr;
	own->end = spans->len ? own->at + spans->len / sizeof(*own->at) : own->at;
	return r;
}

/* Write what stands for a piece; a working number stays, and is kept in mind. */
static int replace(struct work *work, const struct piece *piece, struct heard_str found,
		   bool *changed)
{
	const struct mask *mask = work->mask;
	const struct mask_span *span = &piece->span;
	struct heard_buf *out = &work->lane->out;
	struct heard_str name = kind_name(mask, span->kind);

	if (span->kind < MASK_KINDS && MASK_WORKING >> span->kind & 1) {
		struct heard_str *first = &work->working[span->kind - MASK_ORDER_NO];

		if (work->may_be_contact && first->len == 0)
			*first = found;
		if (!(mask->wanted >> span->kind & 1)) {
			heard_buf_str(out, found);
			return 0;
		}
	}
	/* of an address nothing is kept */
	form_write(&mask->form, piece->is_joined ? MASK_ADDRESS : span->kind, name, found, out);
	*changed = true;
	int r = keep_contact(work, span->kind, piece->contact);
	return r ? r : heard_masked_add(work->record, name, 1);
}

int clean(struct work *work, struct heard_str text, struct heard_str label)
{
	const struct mask *mask = work->mask;
	struct heard_buf *out = &work->lane->out;
	struct mask_text t = {.s = text.ptr,
			      .n = (uint32_t)text.len,
			      .label = label,
			      .cues = &mask->cues,
			      .least = mask->least};
	struct mask_span known = {0};
	struct piece piece;
	struct pending own;
	uint32_t from = 0;
	bool changed = false;

	if (text.len > MASK_MOST_BYTES)
		return -E2BIG;
	int r = find_spans(work, &t, &own);
	unsigned wanted = mask->wanted | (work->may_be_contact ? MASK_WORKING : 0u);
	heard_buf_clear(out);
	while (r == 0 && next_piece(&t, from, wanted, &own, &known, &piece)) {
		const struct mask_span *span = &piece.span;

		heard_buf_add(out, text.ptr + from, span->from - from);
		r = replace(work, &piece,
			    heard_str_n(text.ptr + span->from, span->to - span->from),
			    &changed);
		from = span->to;
	}
	if (r || !changed)
		return r;
	heard_buf_add(out, text.ptr + from, text.len - from);
	return out->failed ? -ENOMEM : 1;
}
