/*
 * heard.hh - our C headers, as the few C++ files of the core see them.
 *
 * C++ is here for two things that C cannot do as well: simdjson, and tables
 * made by the compiler out of string literals.  No exception leaves a file.
 */
#ifndef CORE_HEARD_HH
#define CORE_HEARD_HH

#include <cstdbool>
#include <cstddef>
#include <cstdint>
#include <cstring>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow" /* heard_str() is beside struct heard_str */
extern "C" {
#include <heard/buf.h>
#include <heard/field.h>
#include <heard/json.h>
#include <heard/record.h>
}
#pragma GCC diagnostic pop

#endif
