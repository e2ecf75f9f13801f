/*
 * linear.h - a linear model: a weight for each place, and what their sum means.
 *
 * With two labels there is one sum, and its sign decides between them; with more, each
 * label has one, and the largest wins.  The sum is divided by the root of the number of
 * places, so that long and short texts can be compared, and turned into a probability
 * by a calibration (Platt 1999; for more labels a temperature, Guo and others 2017) that
 * was fitted on examples that the weights had not seen.
 *
 * A file: numbers little-endian; weights are int8, of which a label has a scale.
 *
 *	 0  "HEARDMOD", u32 version, u32 length of the head
 *	16  u64 length of the file, u64 XXH3 of all behind this field
 *	32  char kind[16], u8 shape[4], u32 labels, u32 examples, u32 reserved
 *	64  for each label: f32 scale, bias, slope, offset; u8 length, name
 *	    then zeros up to a multiple of 64, then labels (or 1, if there are two) int8 for
 *	    each place, those of a place together
 *
 * A file that is not whole, of another kind or version is refused with a sentence.
 */
#ifndef MODEL_LINEAR_H
#define MODEL_LINEAR_H

#include "gram.h"

#include <heard/str.h>

#include <stdint.h>

struct heard_error;

enum {
	LINEAR_VERSION = 1,
	LINEAR_KIND = 16,
	LINEAR_LABELS = 256,
	LINEAR_NAME = 64,
	LINEAR_FILE_MAX = 64 << 20,
};

struct linear_label {
	char name[LINEAR_NAME];
	float scale, bias, slope, offset;
};

struct linear {
	char kind[LINEAR_KIND]; /* "spam", "sentiment.zh"... */
	struct gram_shape shape;
	unsigned n_labels, n_sums; /* 2 and 1, or n and n */
	uint32_t examples;	   /* that it was trained on */
	struct linear_label *labels;
	int8_t *weights; /* [2^bits][n_sums] */
};

struct linear *linear_create(const char *kind, const struct gram_shape *, unsigned n_labels);
void linear_destroy(struct linear *); /* NULL is fine */

/* NULL with a sentence.  `kind` NULL: any. */
struct linear *linear_load(const char *path, const char *kind, struct heard_error *);
struct linear *linear_read(struct heard_str bytes, const char *kind, struct heard_error *);
/* Written beside it, synced, renamed: there is always a whole one. */
int linear_save(const struct linear *, const char *path, struct heard_error *);

/* Sums of the lane's grams, n_sums of them; 0 of a text without grams. */
void linear_sum(const struct linear *, const uint32_t *places, size_t n, float *sums_r);
/* The probability of each label, n_labels of them; they add up to 1. */
void linear_judge(const struct linear *, const uint32_t *places, size_t n, float *p_r);
/* The index of that label, or -1. */
int linear_find(const struct linear *, struct heard_str name);

#endif
