/*
 * saved.h - what is known of the devices, in a file of the state folder.
 *
 * It is there for `heard kiosk devices`, and so that a restart forgets neither who was
 * silent nor what a burst was.  It is figures only, written a few seconds late: a crash
 * may lose those, and no press is in it.
 */
#ifndef KIOSK_SAVED_H
#define KIOSK_SAVED_H

struct heard_error;
struct heard_host;
struct kiosk;

/* Fills in kiosk->known; what is in the file and no more in the config is left out.  A
 * file that is not there is fine, one that cannot be read is said. */
int saved_load(struct kiosk *, struct heard_host *, struct heard_error *);
int saved_store(const struct kiosk *, struct heard_error *);

#endif
