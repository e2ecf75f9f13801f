/*
 * batch.h - what a device sends, on its way to the journal.
 *
 * The bytes are one press, a list of presses, or an envelope with the device's clock
 * and health around a list:
 *
 *	{"seq": 17, "ts": 1767225600000, "r": 3, "reason": "queue", "text": "...", "lang": "zh"}
 *	[{...}, {...}]
 *	{"now": 1767225601000, "queue": 2, "battery": 0.8, "presses": [{...}, {...}]}
 *
 * `r` is the face, 0 the worst; `ts` and `now` are the device's clock, in ms since 1970.
 * A press is known by (device, seq), for as long as the pipeline's `dedupe`, so whatever
 * is sent again does no harm.
 * A press that cannot be one is a dead letter, and the others are taken.
 *
 * They are read twice: at home for what the device's own history is needed for (clock,
 * bursts, health), and on a worker into records.
 */
#ifndef KIOSK_BATCH_H
#define KIOSK_BATCH_H

#include "press.h"

#include <heard/host.h>
#include <heard/str.h>

struct device;
struct heard_error;
struct kiosk;

/* The numbers of the presses of a batch that can be taken, in their order. */
struct batch_seqs {
	int64_t at[PAYLOAD_PRESSES];
	size_t n, bad;
};

/* The look at home: `context` is what the emission is to carry.  The device is heard by
 * it.  -EBADMSG or -EFBIG with a sentence.  [home] */
int batch_look(struct kiosk *, struct device *, struct heard_str raw,
	       struct press_context *context, struct batch_seqs *, struct heard_error *);

/* A payload whose sender cannot be told what is wrong with it (MQTT): the broker has
 * let `device` say it, by its topic.  What is bad, of a device that is in no list, or
 * under a number that had other content before, becomes a dead letter.  So the code of
 * the receipt, which comes once and maybe before this returns, is 0 (settled:
 * acknowledge it) or -EAGAIN (not now: give it again after `after_ms`).  Copies what
 * it is given.  [home] */
void batch_emit(struct kiosk *, struct heard_str device, struct heard_str raw,
		void (*receipt)(void *arg, const struct heard_receipt *), void *arg);

#endif
