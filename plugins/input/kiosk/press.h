/*
 * press.h - presses as records, on a worker.
 */
#ifndef KIOSK_PRESS_H
#define KIOSK_PRESS_H

#include "device.h"
#include "payload.h"

#include <heard/str.h>

#include <stdint.h>

struct heard_batch;
struct heard_error;
struct kiosk;

enum press_bury { PRESS_TAKE, PRESS_UNREADABLE, PRESS_STRANGER, PRESS_CLASH };

/* What was found out at home; the context of the emission. */
struct press_context {
	int64_t arrived; /* ms                                              */
	int64_t offset;	 /* to be added to the device's times, ms           */
	uint32_t row;	 /* of kiosk->devices                               */
	int bury;	 /* enum press_bury: if it is not 0, all is dead   */
	unsigned char bursts[PAYLOAD_PRESSES / 8];
};

/* When it was pressed by our clock, and why it is not what the device said: NULL, or
 * "absent", "corrected", "capped" (it would be in the future), "unusable" (longer ago
 * than max_age). */
int64_t press_time(const struct kiosk *, const struct press_context *, int64_t at,
		   const char **why_r);
int press_decode(const struct kiosk *, struct heard_str raw, const struct press_context *,
		 struct heard_batch *, struct heard_error *);

#endif
