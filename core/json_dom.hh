/*
 * json_dom.hh - simdjson's reader, as our two walkers over it use it.
 */
#ifndef CORE_JSON_DOM_HH
#define CORE_JSON_DOM_HH

#include "heard.hh"

#include <simdjson.h>

namespace json
{

/* Parse one value with this thread's parser; what *out looks into is valid
 * until the thread's next call.  0; -EBADMSG with a sentence; -ENOMEM. */
int parse(struct heard_str text, simdjson::dom::element *out, struct heard_error *err);

inline struct heard_str view(std::string_view s)
{
	struct heard_str out = {s.data(), s.size()};
	return out;
}

} // namespace json

#endif
