/*
 * json_number.h - numbers as the shortest text that reads back the same.
 */
#ifndef CORE_JSON_NUMBER_H
#define CORE_JSON_NUMBER_H

#include <stddef.h>
#include <stdint.h>

#define JSON_NUMBER_SIZE 32

/* Bytes written, without NUL.  The number must be finite; -0 is 0. */
size_t json_number(double, char out[JSON_NUMBER_SIZE]);
size_t json_integer(int64_t, char out[JSON_NUMBER_SIZE]);
size_t json_unsigned(uint64_t, char out[JSON_NUMBER_SIZE]);

#endif
