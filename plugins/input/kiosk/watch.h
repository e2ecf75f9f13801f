/*
 * watch.h - devices that have fallen silent, and figures of all of them.
 */
#ifndef KIOSK_WATCH_H
#define KIOSK_WATCH_H

#include <stdint.h>

struct heard_error;
struct kiosk;

int watch_start(struct kiosk *, struct heard_error *); /* [home] */
void watch_stop(struct kiosk *);		       /* [home] */

#endif
