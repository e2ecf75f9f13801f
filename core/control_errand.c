/*
 * control_errand.c - to the control socket's backstage and back to the main loop.
 *
 * Nothing is done for a client that went away: a stop would wait for it.  It may go at
 * any time, and work does not wait for the main loop; so whoever comes second, the
 * client's end or the end of the work, ends the errand.
 */
#include "control_errand.h"

#include "control.h"
#include "daemon.h"

#include <stddef.h>

static void errand_gone(void *arg)
{
	struct control_errand *e = arg;
	e->client = NULL;
	atomic_store(&e->is_settled, true);
}

static void errand_tell(struct loop_job *hop)
{
	struct control_errand *e =
		(struct control_errand *)((char *)hop - offsetof(struct control_errand, hop));
	if (e->client == NULL) {
		e->cancel(e);
		return;
	}
	control_read(e->client, NULL, NULL, NULL);
	e->tell(e);
}

/* [control's backstage] */
static void errand_work(struct backstage_job *job)
{
	struct control_errand *e = (struct control_errand *)job;
	if (!atomic_load(&e->is_settled))
		e->work(e);
	if (atomic_exchange(&e->is_settled, true))
		e->cancel(e);
	else
		loop_post(e->daemon->main, &e->hop);
}

int control_go(struct control_client *c, struct control_errand *e)
{
	e->job.fn = errand_work;
	e->hop.fn = errand_tell;
	e->client = c;
	e->daemon = control_daemon(c);
	control_read(c, NULL, errand_gone, e);
	int rc = control_backstage(c, &e->job);
	if (rc != 0)
		control_read(c, NULL, NULL, NULL);
	return rc;
}
