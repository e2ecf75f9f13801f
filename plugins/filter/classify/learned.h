/*
 * learned.h - what was learned from an operator's own labelled records.
 *
 * A field has a model of its own, FOLDER/intent.model and its like, made by `heard train
 * classify`.  One that is not there is not asked; the rules alone then decide that field.
 */
#ifndef CLASSIFY_LEARNED_H
#define CLASSIFY_LEARNED_H

#include <heard/field.h>
#include <heard/str.h>
#include <model/linear.h>

struct heard_error;

enum learned_field { LEARNED_CATEGORY, LEARNED_INTENT, LEARNED_DEPARTMENT, LEARNED_FIELDS };

/* "intent"; the field of a record; "classify.int", which stands in the model's file. */
extern const char *const learned_names[LEARNED_FIELDS];
extern const enum heard_field learned_fields[LEARNED_FIELDS];
extern const char *const learned_kinds[LEARNED_FIELDS];

struct learned {
	struct linear *models[LEARNED_FIELDS]; /* NULL: none learned */
};

struct guess {
	const char *label; /* the model's own; NULL: there is nothing to go by */
	float confidence;
};

/* "FOLDER/intent.model"; false: too long. */
bool learned_path(const char *folder, enum learned_field, char *out, size_t size);
/* "FOLDER/intent.held.model": made with it, but of four fifths of the texts only, so that a
 * later one can be compared with it (train.c). */
bool learned_held_path(const char *folder, enum learned_field, char *out, size_t size);
/* There need be nothing, nor the folder; what is there must be whole. */
int learned_load(struct learned *, const char *folder, struct heard_error *);
void learned_release(struct learned *);
bool learned_has_any(const struct learned *);

/* The grams of a text.  Subject and body are one text: labelled records often have
 * only one of them, and a word says the same in either. */
void learned_read(struct gram_lane *, const struct gram_shape *, struct heard_str subject,
		  struct heard_str body);
/* The likeliest label of what was read. */
struct guess learned_guess(const struct linear *, const struct gram_lane *);

#endif
