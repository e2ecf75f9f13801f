/*
 * lane.h - what one worker needs to itself to decode and encode: a generator of
 * ids, a sealer, scratch space, a zone and its slot for crashes.
 */
#ifndef CORE_LANE_H
#define CORE_LANE_H

#include "crash.h"
#include "seal.h"
#include "uuid.h"

#include <heard/buf.h>
#include <heard/time.h>

struct lane {
	struct uuid_maker ids;
	struct sealer sealer;
	struct heard_buf scratch;
	struct heard_zone *zone; /* of the config, or NULL: UTC                */
	struct crash_slot *slot; /* NULL in a process without a state folder  */
};

#endif
