/*
 * negation.h - is what a word says denied right before it?
 */
#ifndef CLASSIFY_NEGATION_H
#define CLASSIFY_NEGATION_H

#include <heard/str.h>

#include <stdbool.h>

/* `at`: where the word begins in the text. */
bool is_negated(struct heard_str text, size_t at);

#endif
