/*
 * utf8.h - is it UTF-8 (RFC 3629)?  Overlong forms, surrogates and code points
 * above U+10FFFF are not.
 */
#ifndef CORE_UTF8_H
#define CORE_UTF8_H

#include <heard/str.h>

#include <stdbool.h>

/* Length in bytes of the valid sequence at the start of s, or 0. */
size_t utf8_sequence(struct heard_str);
bool utf8_is_valid(struct heard_str);

#endif
