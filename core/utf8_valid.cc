/*
 * utf8_valid.cc - whole texts are looked at by simdjson, 32 bytes and more at a
 * time.
 */
#include "heard.hh"

#include <simdjson.h>

bool utf8_is_valid(struct heard_str s)
{
	return s.len == 0 || simdjson::validate_utf8(s.ptr, s.len);
}
