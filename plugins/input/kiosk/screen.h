/*
 * screen.h - what a device shows: the page at <path> and its files below.
 */
#ifndef KIOSK_SCREEN_H
#define KIOSK_SCREEN_H

struct heard_error;
struct heard_http;
struct kiosk;

/* Makes kiosk->html and kiosk->page of the options.  [main] */
int screen_create(struct kiosk *, struct heard_error *);
/* Handlers of <path> and of <path>/ with what is below; `kiosk` is the instance. */
void screen_handle(void *kiosk, struct heard_http *take);
void screen_handle_file(void *kiosk, struct heard_http *take);

#endif
