/*
 * phone.h - mobile and landline numbers, of the mainland and of the world.
 */
#ifndef MASK_PHONE_H
#define MASK_PHONE_H

#include "number.h"

/* Is the number that begins with this group sequence a phone number?  Service
 * numbers (400, 800, 10086, 12315) are not. */
bool phone_match(const struct mask_text *, const struct number *, struct mask_span *);
bool landline_match(const struct mask_text *, const struct number *, struct mask_span *);
/* The digits of a number as it was written, "+" kept for a foreign one and the
 * prefix 86 dropped from ours.  Returns the length; out holds 24 bytes. */
size_t phone_canonical(struct heard_str written, char out[24]);
/* Length of the area code (without the leading 0) at the start of the digits, or 0. */
unsigned phone_area(const uint8_t *digits, unsigned n);
/* Length of the country code at the start of the digits, or 0. */
unsigned phone_country(const uint8_t digits[3]);

#endif
