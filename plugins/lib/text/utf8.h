/*
 * utf8.h - reading UTF-8 that may be malformed.
 *
 * Well-formed as in Unicode 15 table 3-7: no overlong form, no surrogate,
 * nothing past U+10FFFF.
 */
#ifndef TEXT_UTF8_H
#define TEXT_UTF8_H

#include <heard/str.h>

#include <stdbool.h>
#include <stdint.h>

struct heard_buf;

/* Bytes of the well-formed character at s, 0 if there is none; s < end. */
size_t text_decode(const char *s, const char *end, uint32_t *c_r);
/* Writes 1 to 4 bytes; c must be a scalar value. */
size_t text_encode(uint32_t c, char out[4]);
bool text_is_valid(struct heard_str);
/* Appends the text with U+FFFD for each malformed byte. */
void text_repair(struct heard_str, struct heard_buf *);
/* Does an ideograph of the basic plane stand in it?  Who writes them reads Chinese. */
bool text_has_chinese(struct heard_str);
/* Start of the character that ends just before s, which is > begin. */
const char *text_back(const char *begin, const char *s);

#endif
