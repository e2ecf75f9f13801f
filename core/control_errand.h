/*
 * control_errand.h - what a client asks for that takes longer than a turn of the main
 * loop may.
 */
#ifndef CORE_CONTROL_ERRAND_H
#define CORE_CONTROL_ERRAND_H

#include "backstage.h"
#include "loop.h"

#include <stdatomic.h>
#include <stdbool.h>

struct control_client;
struct daemon;

/* The first member of whatever the command needs to know. */
struct control_errand {
	struct backstage_job job; /* first */
	struct loop_job hop;
	_Atomic bool is_settled; /* the client went away, or the hop is on its way */
	struct control_client *client;
	struct daemon *daemon;
	void (*work)(struct control_errand *);	     /* [control's backstage]          */
	void (*tell)(struct control_errand *take);   /* [main] the client is still there */
	void (*cancel)(struct control_errand *take); /* [any] it is not                 */
};

/* Calls work, then tell; or cancel, once the client went away.  0, or -ENOMEM: the
 * errand stays the caller's.  [main] */
int control_go(struct control_client *, struct control_errand *);

#endif
