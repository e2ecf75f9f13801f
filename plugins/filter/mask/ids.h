/*
 * ids.h - papers whose numbers have no checksum, or letters in them.
 */
#ifndef MASK_IDS_H
#define MASK_IDS_H

#include "number.h"

/* Passport, permit, driving licence, credit code, British insurance number: `at` is
 * the first digit of the token. */
bool paper_match(const struct mask_text *, uint32_t at, struct mask_span *);
/* Social security number of the USA, 078-05-1120. */
bool social_security_match(const struct mask_text *, const struct number *, struct mask_span *);

/* GB 32100: eighteen characters, the last one a check. */
bool check_credit_code(const char *code);
/* Hong Kong identity card: one or two letters, six digits, and its check. */
bool check_hkid(const char *letters, unsigned n, const char *digits, char check);

#endif
