/*
 * option_unit.h - durations and sizes as people write them: "30m", "64K".
 *
 * A duration is a number with ms, s, m, h or d; a size one with K, M, G or T
 * (powers of 1024) or with nothing.  "0" is both.  Numbers may have a decimal
 * fraction.  Nothing is negative.
 */
#ifndef CORE_OPTION_UNIT_H
#define CORE_OPTION_UNIT_H

#include <stdbool.h>
#include <stdint.h>

#define UNIT_SIZE 32 /* bytes for a formatted value, NUL included */

bool unit_parse_duration(const char *text, int64_t *ms_r);
bool unit_parse_size(const char *text, int64_t *bytes_r);
/* With the largest unit that loses nothing: parsing gives the same number. */
void unit_format_duration(int64_t ms, char out[UNIT_SIZE]);
void unit_format_size(int64_t bytes, char out[UNIT_SIZE]);

#endif
