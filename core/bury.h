/*
 * bury.h - dead letters of a job; part of the gate.
 */
#ifndef CORE_BURY_H
#define CORE_BURY_H

#include "gate.h"

/* A piece that decode could not read.  0 or -ENOMEM.  [worker] */
int bury_piece(const struct gate *, struct lane *, struct job *, const struct batch_dead *,
	       int64_t now_ms, struct journal_dead *out);
/* A record that a filter gave up on.  0 or -ENOMEM.  [worker] */
int bury_record(const struct gate *, struct lane *, struct job *, struct heard_record *,
		int64_t now_ms, struct journal_dead *out);

#endif
