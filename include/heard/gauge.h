/*
 * heard/gauge.h - figures of an instance on /metrics.
 *
 * A gauge is shown as heard_<name>{pipeline,instance,<labels>}.  The whole family is
 * replaced at once, so that what is gone disappears.  At most 256 of a family.
 */
#ifndef HEARD_GAUGE_H
#define HEARD_GAUGE_H

#include <heard/api.h>

#include <stddef.h>

struct heard_host;

struct heard_gauge {
	const char *labels; /* `department="logistics",priority="high"`, escaped by */
			    /* heard_gauge_label(), or ""                           */
	double value;
};
/* name and help are literals that live as long as the plugin.  Copied.  [any] */
HEARD_API void heard_gauge_set(struct heard_host *, const char *name, const char *help,
			       const struct heard_gauge *, size_t n);

#endif
