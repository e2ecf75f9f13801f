/*
 * url.h - making the URL of a page.
 */
#ifndef COLLECT_URL_H
#define COLLECT_URL_H

#include <heard/buf.h>
#include <heard/str.h>

#include <stdbool.h>

/* Append ?name=value or &name=value, percent-encoded. */
void url_add(struct heard_buf *url, const char *name, struct heard_str value);
/* The URL without a parameter of that name. */
void url_without(struct heard_str url, const char *name, struct heard_buf *out);
/* "https://host:port" of a URL; empty if it has none. */
struct heard_str url_origin(struct heard_str url);
/* Resolve what a page says is next against the URL it came from, into `out`.  False: it
 * leads to another host, which gets neither our key nor our questions. */
bool url_join(struct heard_str base, struct heard_str next, struct heard_buf *out);
/* The target of rel="next" in a header Link; empty: there is none. */
struct heard_str url_next_link(struct heard_str header);

#endif
