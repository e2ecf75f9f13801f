/*
 * device.h - the devices of the config, and what is known of each.
 *
 * A device is let in by its key, which is a keyed hash of its id and of a number in the
 * config: nothing is kept, any key can be printed again, and raising the number takes
 * back the key that a lost tablet has.  What is in no list is let in by nobody.
 *
 * All functions [home] but device_key() and device_ids_are_good().
 */
#ifndef KIOSK_DEVICE_H
#define KIOSK_DEVICE_H

#include "burst.h"

#include <heard/str.h>

#include <stdbool.h>
#include <stdint.h>

struct heard_error;
struct heard_host;
struct kiosk;

enum {
	DEVICE_ID_MAX = 40,
	DEVICE_KEY = 33, /* 32 hex digits and a NUL */
};

struct device_row { /* of the config */
	const char *id, *store, *region;
	int64_t key;
};

struct device {
	const struct device_row *row;
	int64_t since;	     /* we know of it, ms                             */
	int64_t heard;	     /* of it last, ms; 0: never                      */
	int64_t skew;	     /* its clock is so many ms ahead of ours         */
	int64_t queue;	     /* presses it has still to send; -1: unknown     */
	double battery;	     /* 0 to 1; negative: unknown                     */
	int64_t presses;     /* that were brought, those sent again included  */
	int64_t bursts;	     /* of them one too many                          */
	bool is_silent;	     /* and that was said                             */
	bool is_clock_wrong; /* the same                                      */
	bool is_key_wrong;   /* the same; of the last who came in its name    */
	struct burst burst;
};

/* What a device says of itself. */
struct device_news {
	int64_t now; /* HEARD_TIME_NONE: unknown */
	int64_t queue;
	double battery;
	size_t presses, bursts;
};

/* Are all ids different, of letters, digits, "-", "_" and ".", and at most 40? */
int device_ids_are_good(const struct kiosk *, struct heard_error *);
/* Makes kiosk->known of the rows, sorted. */
int device_create_all(struct kiosk *, struct heard_error *);
struct device *device_find(struct kiosk *, struct heard_str id); /* NULL: not in the list */
void device_key(const struct heard_host *, const struct device_row *, char key_r[DEVICE_KEY]);
/* Is that its key?  In the same time wherever it differs. */
bool device_has_key(const struct kiosk *, const struct device *, struct heard_str key);
/* It was heard: says so if it was silent, and whether its clock is wrong. */
void device_hear(struct kiosk *, struct device *, const struct device_news *);
/* What is to be added to its times to have ours, ms. */
int64_t device_offset(const struct device *);

#endif
