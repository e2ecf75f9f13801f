/*
 * probe.h - can the listeners of a new configuration be bound?
 */
#ifndef CORE_PROBE_H
#define CORE_PROBE_H

struct conf;
struct faults;

/* For the check before a reload: binds for a moment each address that the running
 * daemon (state_dir/listeners) does not hold already.  What fails is a fault. */
void probe_listeners(const struct conf *, struct faults *);

#endif
