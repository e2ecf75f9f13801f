/*
 * custom.h - the user's own patterns, all searched for at once.
 */
#ifndef MASK_CUSTOM_H
#define MASK_CUSTOM_H

#include "text.h"

struct custom;
struct heard_buf;
struct heard_error;
struct hs_scratch;

enum custom_check { CUSTOM_NONE, CUSTOM_LUHN, CUSTOM_MOD11, CUSTOM_MOD97 };

struct custom_pattern {
	const char *name;    /* counted as masked.<name>                    */
	const char *pattern; /* as Vectorscan takes it                      */
	int check;	     /* enum custom_check                           */
};

/* NULL with a sentence that names the pattern; n is not 0. */
struct custom *custom_create(const struct custom_pattern *, size_t n, struct heard_error *);
void custom_destroy(struct custom *);
/* What one thread needs to search. */
int custom_scratch(const struct custom *, struct hs_scratch **, struct heard_error *);
void custom_scratch_free(struct hs_scratch *);
/* Append a struct mask_span for each match, leftmost first, none overlapping.
 * 0, or -errno when there are too many to hold. */
int custom_find(const struct custom *, struct hs_scratch *, struct heard_str text,
		struct heard_buf *spans);
/* Put spans in order and join those that overlap, under the name of the first.
 * Returns how many are left. */
size_t spans_merge(struct mask_span *, size_t n);

#endif
