/*
 * papers.h - numbers with a checksum: resident identity, bank cards, IBAN.
 */
#ifndef MASK_PAPERS_H
#define MASK_PAPERS_H

#include "number.h"

bool resident_match(const struct mask_text *, const struct number *, struct mask_span *);
bool card_match(const struct mask_text *, const struct number *, struct mask_span *);
/* `at`: where the two check digits stand, behind the letters of the country. */
bool iban_match(const struct mask_text *, uint32_t at, struct mask_span *);

/* The checksums themselves, over digits as values. */
bool check_luhn(const uint8_t *digits, unsigned n);
/* ISO 7064 MOD 11-2 of 17 digits and a last one, 10 for X. */
bool check_mod11(const uint8_t digits[17], unsigned last);
/* ISO 7064 MOD 97-10 of an IBAN without blanks. */
bool check_mod97(const char *iban, size_t n);

#endif
