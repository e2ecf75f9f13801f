/*
 * xml.h - RSS, Atom and other XML as a tree of heard/json.h.
 */
#ifndef FEED_XML_H
#define FEED_XML_H

#include "tree.h"

struct heard_error;

/* Does it begin as XML does? */
bool xml_is_likely(struct heard_str);
/* The root element as an object, with the member `items` for RSS and Atom; NULL with a
 * sentence. */
const struct heard_json *xml_parse(struct tree *, struct heard_str text, struct heard_error *);

#endif
