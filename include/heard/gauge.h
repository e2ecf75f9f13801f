/*
 * heard/gauge.h - figures of an instance on /metrics.
 *
 * A gauge is shown as heard_<name>{pipeline,instance,<labels>}.  The whole family is
 * replaced at once, so that what is gone disappears; with none it is gone.  At most
 * 256 of a family; no two of them with the same labels.  A name that heard has itself is
 * not shown.
 */
#ifndef HEARD_GAUGE_H
#define HEARD_GAUGE_H

#include <heard/api.h>
#include <heard/str.h>

#include <stddef.h>

struct heard_buf;
struct heard_host;

struct heard_gauge {
	const char *labels; /* `department="logistics",priority="high"`, escaped by */
			    /* heard_gauge_label(), or ""                           */
	double value;
};
/* name (lower_snake) and help are literals that live as long as the plugin; the labels
 * are copied.  [any] */
HEARD_API void heard_gauge_set(struct heard_host *, const char *name, const char *help,
			       const struct heard_gauge *, size_t n);
/* Append `name="value"` to labels, escaped, behind a comma if there is one before. */
HEARD_API void heard_gauge_label(struct heard_buf *, const char *name, struct heard_str value);

#endif
