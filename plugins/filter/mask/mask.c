/*
 * mask.c - filter: private data in the texts of a record.
 *
 * Every text that people wrote is searched (clean.c: finder.c, context.c for names and
 * addresses, and custom.c for the user's patterns), and what is found is replaced
 * (form.c) and counted under masked.<kind>.  Numbers among the attributes are searched too, as
 * their digits: {"mobile": 13812345678} is as private as the text.
 *
 * The first phone number and the first e-mail address in subject and body
 * become author.phone and author.email when the source gave none; the core seals
 * those at the gate.  Contact fields themselves are the gate's business.
 *
 * Working numbers (orders, parcels, batches, tax) are private to nobody and an agent
 * needs them: the first of each in subject and body becomes `order`,
 * attributes.courier, .batch or .tax when the source gave none, and stays in the text
 * unless `kinds` names it.
 *
 * A record that cannot be searched is quarantined, never passed on unmasked.
 */
#include "clean.h"
#include "context.h"
#include "custom.h"
#include "lexicon.h"

#include <heard/batch.h>
#include <heard/buf.h>
#include <heard/error.h>
#include <heard/host.h>
#include <heard/plugin.h>

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* The cleaned text, living as long as the batch; {NULL, 0} at the cap. */
static struct heard_str cleaned(struct work *work)
{
	return heard_batch_copy(heard_record_batch(work->record),
				heard_buf_view(&work->lane->out));
}

/* ---- one record */

static bool names_attribute(const struct mask *mask, struct heard_str name)
{
	if (mask->every_attribute)
		return true;
	for (size_t i = 0; i < mask->fields.n; i++) {
		struct heard_str field = heard_str(mask->fields.at[i]);

		if (heard_str_starts(field, HEARD_STR_OF("attributes.")) &&
		    heard_str_eq(heard_str_skip(field, 11), name))
			return true;
	}
	return false;
}

static int mask_texts(struct work *work)
{
	struct heard_text t = {0};

	while (heard_text_next(work->record, &t)) {
		bool is_field = t.field >= 0;

		if (is_field ? !work->mask->field[t.field]
			     : !names_attribute(work->mask, t.name))
			continue;
		work->may_be_contact = t.field == HEARD_SUBJECT || t.field == HEARD_BODY;
		int r = clean(work, t.text, is_field ? heard_str_n(NULL, 0) : t.name);
		if (r < 0)
			return r;
		if (r == 0)
			continue;
		struct heard_str copy = cleaned(work);
		if (copy.ptr == NULL)
			return -ENOMEM;
		r = heard_text_set(work->record, &t, copy);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Copy the working numbers to fields that the source left empty. */
static int set_working(struct work *work)
{
	static const struct heard_str names[] = {HEARD_STR("order"), HEARD_STR("courier"),
						 HEARD_STR("batch"), HEARD_STR("tax")};
	int r = 0;

	if (work->working[0].len && !heard_has(work->record, HEARD_ORDER))
		r = heard_set_str(work->record, HEARD_ORDER, work->working[0]);
	for (size_t i = 1; r == 0 && i < sizeof(names) / sizeof(names[0]); i++) {
		struct heard_value v = {.type = HEARD_STR_, .str = work->working[i]};

		if (v.str.len &&
		    heard_family_get(work->record, HEARD_ATTRIBUTES, names[i]).type ==
			    HEARD_NONE)
			r = heard_family_set(work->record, HEARD_ATTRIBUTES, names[i], v);
	}
	return r;
}

/* The digits of a whole number that could be private; 0 if it cannot. */
static size_t digits_of(const struct heard_value *value, char out[32])
{
	double size = value->type == HEARD_INT_	  ? (double)value->integer
		      : value->type == HEARD_NUM_ ? value->number
						  : 0;

	if (!(size >= 1e6 && size < 1e19))
		return 0;
	if (value->type == HEARD_INT_)
		return (size_t)snprintf(out, 32, "%lld", (long long)value->integer);
	return floor(size) == size ? (size_t)snprintf(out, 32, "%.0f", size) : 0;
}

static int mask_numbers(struct work *work)
{
	size_t n = heard_family_size(work->record, HEARD_ATTRIBUTES);

	work->may_be_contact = false;
	for (size_t i = 0; i < n; i++) {
		struct heard_str name;
		struct heard_value v = heard_family_at(work->record, HEARD_ATTRIBUTES, i,
						       &name);
		char digits[32];
		size_t len = digits_of(&v, digits);

		if (len == 0 || !names_attribute(work->mask, name))
			continue;
		int r = clean(work, heard_str_n(digits, len), name);
		if (r > 0) {
			v.type = HEARD_STR_;
			v.str = heard_buf_view(&work->lane->out);
			r = heard_family_set(work->record, HEARD_ATTRIBUTES, name, v);
		}
		if (r < 0)
			return r;
	}
	return 0;
}

static int mask_record(struct mask *mask, struct mask_lane *lane, struct heard_record *record,
		       struct heard_error *err)
{
	struct work work = {.mask = mask, .lane = lane, .record = record};
	int r = mask_texts(&work);

	if (r == 0)
		r = mask_numbers(&work);
	if (r == 0)
		r = set_working(&work);
	if (r == -EILSEQ)
		heard_record_quarantine(record, "mask: a text is not valid UTF-8");
	else if (r == -E2BIG)
		heard_record_quarantine(record, "mask: too much matches the custom patterns");
	else if (r)
		return heard_fail(err, -r, "mask: no room for the cleaned text");
	return 0;
}

static int mask_process(void *self, void *lane, struct heard_batch *batch,
			struct heard_error *err)
{
	for (size_t i = 0; i < heard_batch_size(batch); i++) {
		struct heard_record *record = heard_batch_at(batch, i);
		int r = heard_record_is_live(record) ? mask_record(self, lane, record, err) : 0;

		if (r)
			return r;
	}
	return 0;
}

/* ---- life */

static unsigned kinds_of(const struct heard_list *names)
{
	unsigned set = 0;

	if (names->n == 0)
		return ((1u << MASK_KINDS) - 1) & ~(unsigned)MASK_WORKING;
	for (size_t i = 0; i < names->n; i++)
		for (unsigned k = 0; k < MASK_KINDS; k++)
			if (heard_str_is(mask_kind_names[k], names->at[i]))
				set |= 1u << k;
	return set;
}

static int choose_fields(struct mask *mask, struct heard_error *err)
{
	for (int f = 0; f < HEARD_FIELD_COUNT; f++)
		mask->field[f] = mask->fields.n == 0;
	mask->every_attribute = mask->fields.n == 0;
	for (size_t i = 0; i < mask->fields.n; i++) {
		struct heard_str name = heard_str(mask->fields.at[i]);
		int f = heard_field_find(name);

		if (heard_str_is(name, "attributes.*") || heard_str_is(name, "attributes"))
			mask->every_attribute = true;
		else if (f >= 0 && heard_field_table[f].care == HEARD_TEXT)
			mask->field[f] = true;
		else if (f >= 0)
			return heard_fail(err, EINVAL,
					  "fields: \"%s\" holds no text that people write",
					  mask->fields.at[i]);
		else if (!heard_str_starts(name, HEARD_STR_OF("attributes.")))
			return heard_fail(err, EINVAL,
					  "fields: there is no field \"%s\" (try \"body\", "
					  "\"attributes.*\")",
					  mask->fields.at[i]);
	}
	return 0;
}

static int mask_open(void *self, struct heard_host *host, struct heard_error *err)
{
	struct mask *mask = self;
	int r = choose_fields(mask, err);

	if (r)
		return r;
	cues_init(&mask->cues);
	mask->wanted = kinds_of(&mask->kinds);
	mask->form = (struct form){(enum form_mode)mask->mode, host, heard_str(mask->key)};
	sure_read(&mask->sure, mask->least);
	if (mask->wanted & MASK_CONTEXT) {
		mask->lexicon = lexicon_create();
		if (mask->lexicon == NULL)
			return heard_fail(err, ENOMEM, "out of memory");
	}
	if (mask->patterns.n == 0)
		return 0;
	mask->custom = custom_create(mask->patterns.at, mask->patterns.n, err);
	return mask->custom ? 0 : -err->code;
}

static void mask_close(void *self)
{
	struct mask *mask = self;

	custom_destroy(mask->custom);
	lexicon_destroy(mask->lexicon);
	mask->custom = NULL;
	mask->lexicon = NULL;
}

static int mask_lane_open(void *self, void *lane, struct heard_error *err)
{
	const struct mask *mask = self;
	struct mask_lane *l = lane;

	heard_buf_init(&l->out, MASK_MOST_BYTES);
	heard_buf_init(&l->spans, MASK_MOST_BYTES);
	return mask->custom ? custom_scratch(mask->custom, &l->scratch, err) : 0;
}

static void mask_lane_close(void *self, void *lane)
{
	struct mask_lane *l = lane;
	(void)self;

	custom_scratch_free(l->scratch);
	l->scratch = NULL;
	heard_buf_release(&l->out);
	heard_buf_release(&l->spans);
}

static const char *const mask_modes[] = {"partial", "redact", "hash", NULL};
static const char *const mask_kinds[] = {
	"phone",  "landline", "email",	     "resident_id",	"bank_card",
	"ip",	  "plate",    "iban",	     "social_security", "passport",
	"permit", "licence",  "credit_code", "wechat",		"qq",
	"name",	  "address",  "order",	     "courier",		"batch",
	"tax",	  NULL};
static const char *const mask_checks[] = {"none", "luhn", "mod11", "mod97", NULL};

static const struct heard_option mask_pattern_options[] = {
	{.name = "name",
	 HEARD_STRING(struct custom_pattern, name),
	 .value = "custom",
	 .help = "What its matches are counted as, under masked"},
	{.name = "pattern",
	 HEARD_STRING(struct custom_pattern, pattern),
	 .help = "A regular expression as Vectorscan takes it"},
	{.name = "check",
	 HEARD_CHOICE(struct custom_pattern, check),
	 .value = "none",
	 .choices = mask_checks,
	 .help = "The checksum that a match must have (mod11 as in resident numbers, mod97 as "
		 "in IBAN)"},
	{.name = NULL},
};

static const struct heard_option mask_options[] = {
	{.name = "mode",
	 HEARD_CHOICE(struct mask, mode),
	 .value = "partial",
	 .choices = mask_modes,
	 .help = "Keep a harmless part, write the kind alone, or a keyed hash"},
	{.name = "kinds",
	 HEARD_LIST(struct mask, kinds),
	 .value = "",
	 .choices = mask_kinds,
	 .help = "The kinds to mask (empty: all but order, courier, batch and tax numbers)"},
	{.name = "min_confidence",
	 HEARD_GROUP(struct mask, sure, sure_options),
	 .help = "How sure a match of each kind must be, from 0 to 1"},
	{.name = "fields",
	 HEARD_LIST(struct mask, fields),
	 .value = "",
	 .help = "The fields to clean, as body or attributes.note (empty: every text)"},
	{.name = "patterns",
	 HEARD_TABLE(struct mask, patterns, mask_pattern_options, struct custom_pattern),
	 .value = "",
	 .help = "Patterns of your own"},
	{.name = "key",
	 HEARD_SECRET(struct mask, key),
	 .value = "",
	 .help = "Key of the hashes (empty: the installation's own)"},
	{.name = NULL},
};

const struct heard_plugin heard_plugin = {
	HEARD_ABI,
	.stage = HEARD_FILTER,
	.flags = HEARD_PARALLEL | HEARD_MASKS,
	.name = "mask",
	.version = "1.1",
	.summary = "mask names, addresses, phone, identity and card numbers and other private "
		   "data",
	.options = mask_options,
	.reads = "subject, body and every other text",
	.writes = "the same, masked.*, author.phone, author.email, order, attributes.courier, "
		  "attributes.batch, attributes.tax",
	.example = "{ plugin = \"mask\"; mode = \"partial\";\n"
		   "  patterns = ( { name = \"badge\"; pattern = \"\\\\bEMP[0-9]{5}\\\\b\"; } "
		   "); }",
	.self_size = sizeof(struct mask),
	.lane_size = sizeof(struct mask_lane),
	.open = mask_open,
	.close = mask_close,
	.lane_open = mask_lane_open,
	.lane_close = mask_lane_close,
	.process = mask_process,
};
