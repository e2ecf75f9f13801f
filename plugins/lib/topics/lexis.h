/*
 * lexis.h - words as numbers, from 0 on, in the order in which they were first seen.
 *
 * Words come from outside, so their number and their length are bounded: what is too long
 * or comes too late has no number, and is counted nowhere.
 */
#ifndef TOPICS_LEXIS_H
#define TOPICS_LEXIS_H

#include <heard/str.h>

#include <stddef.h>
#include <stdint.h>

enum { LEXIS_WORDS = 1 << 17, LEXIS_BYTES = 96 /* of a word */ };
#define LEXIS_NONE UINT32_MAX

struct lexis;

struct lexis *lexis_create(void);
void lexis_destroy(struct lexis *); /* NULL is fine */
/* Its number, a new one if need be; LEXIS_NONE: none, or no memory. */
uint32_t lexis_add(struct lexis *, struct heard_str word);
/* The same without a new one. */
uint32_t lexis_find(const struct lexis *, struct heard_str word);
size_t lexis_size(const struct lexis *);
/* Valid until the next word is added. */
struct heard_str lexis_word(const struct lexis *, uint32_t number);

#endif
