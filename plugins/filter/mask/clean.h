/*
 * clean.h - the instance, and one text of a record cleaned.
 */
#ifndef MASK_CLEAN_H
#define MASK_CLEAN_H

#include "cue.h"
#include "form.h"
#include "sure.h"

#include <heard/buf.h>
#include <heard/plugin.h>
#include <heard/record.h>

enum { MASK_MOST_BYTES = 64 << 20 }; /* of one cleaned text, and of its spans */

extern const struct heard_str mask_kind_names[MASK_KINDS];

struct custom;
struct hs_scratch;
struct lexicon;

struct mask {
	int mode;		  /* enum form_mode                               */
	struct heard_list kinds;  /* empty: all                                   */
	struct heard_list fields; /* empty: every text                            */
	struct heard_rows patterns;
	const char *key;
	struct sure sure; /* confidence asked for                          */

	/* made by open(), read by every lane */
	unsigned wanted; /* set of enum mask_kind                        */
	bool field[HEARD_FIELD_COUNT];
	bool every_attribute;
	struct cues cues;
	uint8_t least[MASK_KINDS]; /* the same in percent                     */
	struct lexicon *lexicon;   /* NULL without names and addresses        */
	struct custom *custom;	   /* NULL without patterns                   */
	struct form form;
};

struct mask_lane {
	struct hs_scratch *scratch;
	struct heard_buf out;	/* the cleaned text                             */
	struct heard_buf spans; /* of the context and the user's patterns       */
};

/* What is known of the record at hand. */
struct work {
	const struct mask *mask;
	struct mask_lane *lane;
	struct heard_record *record;
	bool may_be_contact; /* this text may name its author, or an order     */
	struct heard_str working[MASK_KINDS - MASK_ORDER_NO]; /* found first */
};

/* Returns 1 with the cleaned text in lane->out, 0 if there is nothing to clean,
 * or -errno.  `label` is the attribute's name. */
int clean(struct work *, struct heard_str text, struct heard_str label);

#endif
