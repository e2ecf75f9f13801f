/*
 * door.h - batches over HTTP: POST <path>/batch.
 */
#ifndef KIOSK_DOOR_H
#define KIOSK_DOOR_H

struct heard_http;

/* A route's handler; `kiosk` is the instance. */
void door_handle(void *kiosk, struct heard_http *take);

#endif
