/*
 * gauge.h - the figures that instances have set, for /metrics.
 */
#ifndef CORE_GAUGE_H
#define CORE_GAUGE_H

#include <heard/gauge.h>

struct daemon;
struct gauges;
struct heard_buf;

struct gauges *gauges_create(void); /* NULL without memory */
void gauges_destroy(struct gauges *);
/* All families as OpenMetrics text, behind what is in the buffer already; a family
 * that is there is left out.  [any] */
void gauges_write(struct gauges *, struct heard_buf *);

#endif
