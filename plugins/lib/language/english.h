/*
 * english.h - is that one of the commonest words of English, and hardly of another?
 */
#ifndef LANGUAGE_ENGLISH_H
#define LANGUAGE_ENGLISH_H

#include <heard/str.h>

/* In small letters. */
bool english_has(struct heard_str word);

#endif
