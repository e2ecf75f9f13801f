/*
 * heard.hh - our C headers, as the few C++ files of the core see them.
 *
 * C++ is here for two things that C cannot do as well: simdjson and shortest
 * numbers, and tables made by the compiler out of string literals.  No
 * exception leaves a file.
 */
#ifndef CORE_HEARD_HH
#define CORE_HEARD_HH

#include <cerrno>
#include <cstdbool>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow" /* heard_str() is beside struct heard_str */
#define _Noreturn __attribute__((noreturn))
extern "C" {
#include "arena.h"
#include "field_index.h"
#include "field_key.h"
#include "json_number.h"
#include "log.h"
#include "record.h"
#include "utf8.h"

#include <heard/error.h>
#include <heard/json.h>
#include <heard/time.h>
}
#undef _Noreturn
#pragma GCC diagnostic pop

#endif
