/*
 * metrics.h - /metrics, /healthz and /readyz on the listener "admin".
 */
#ifndef CORE_METRICS_H
#define CORE_METRICS_H

struct daemon;
struct faults;
struct heard_buf;

/* Mounts the routes if the config has a listener "admin". */
void metrics_mount(struct daemon *, struct faults *);
/* OpenMetrics text.  [main] */
void metrics_write(struct daemon *, struct heard_buf *);
/* NULL when ready, else why not.  [main] */
const char *metrics_not_ready(const struct daemon *);

#endif
