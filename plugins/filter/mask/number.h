/*
 * number.h - digits as people write long numbers: in groups, with gaps.
 */
#ifndef MASK_NUMBER_H
#define MASK_NUMBER_H

#include "text.h"

enum { NUMBER_DIGITS = 40, NUMBER_GROUPS = 16 };

enum number_gap { /* what stands between two groups: a set */
		  GAP_BLANK = 1,
		  GAP_DASH = 2,
		  GAP_DOT = 4,
		  GAP_PAREN = 8,
};

struct number_group {
	uint32_t from, to; /* in the text                                 */
	uint8_t first, n;  /* its digits                                  */
	uint8_t gap;	   /* set of what stands before it                */
	uint8_t width;	   /* characters of that                          */
};

struct number {
	uint8_t digit[NUMBER_DIGITS];
	unsigned n;
	struct number_group group[NUMBER_GROUPS];
	unsigned groups;
	bool goes_on; /* more digits follow than we hold              */
};

/* Value of the digit at this place, with its length in bytes, or -1.
 * Full-width digits count. */
int number_digit(const struct mask_text *, uint32_t at, uint32_t *len_r);
/* Bytes of the blank, dash, dot or parenthesis at this place, wide or not; 0 for none.  Adds
 * to a set of enum number_gap. */
uint32_t number_gap(const struct mask_text *, uint32_t at, uint8_t *gap);
/* Read the groups that begin at a digit.  Returns where reading stopped. */
uint32_t number_read(const struct mask_text *, uint32_t at, struct number *);
/* Index of the group that ends with the given count of digits, or -1. */
int number_ends_at(const struct number *, unsigned digits);
/* Sizes of the groups from digit `from` to the end of group `last`, as a word:
 * 'a' for a group of one, 'k' for one of eleven.  shape has room. */
void number_shape(const struct number *, unsigned from, int last,
		  char shape[NUMBER_GROUPS + 1]);
/* Every gap from group `first` + 1 to `last` is one of these sets. */
bool number_gaps_are(const struct number *, unsigned first, unsigned last, unsigned allowed);
/* The digits as a value, at most 18 of them. */
uint64_t number_value(const struct number *, unsigned from, unsigned n);
/* Is it a day of the calendar, between 1900 and 2099? */
bool number_is_date(unsigned year, unsigned month, unsigned day);

#endif
