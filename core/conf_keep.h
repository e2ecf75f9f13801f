/*
 * conf_keep.h - what can still be opened of a config that has faults.
 */
#ifndef CORE_CONF_KEEP_H
#define CORE_CONF_KEEP_H

#include "conf.h"

/* Note of each listener whether an instance names it.  An instance whose plugin
 * is not known may name any. */
void conf_note_listeners(struct conf *);
/* Leave out the instances that have faults, and put something harmless where a
 * name or a folder is missing. */
void conf_keep_good(struct conf *);

#endif
