/*
 * told.c - what an input is told between two rounds of asking, as a queue of items.
 *
 * It is one buffer of items, each behind a comma, so that it is a list as soon as its first
 * byte is made a bracket.  What is on its way stays at its front until the receipt; what was
 * refused for now is emitted again a second later.  It is in memory only: who needs more
 * asks.
 */
#include "social.h"

#include <heard/error.h>
#include <heard/host.h>
#include <heard/json.h>

#include <errno.h>
#include <string.h>

enum { AGAIN_MS = 1000 };

static void on_receipt(void *arg, const struct heard_receipt *r)
{
	struct social *s = arg;
	size_t n = s->n_saying;
	s->n_saying = 0;
	if (s->stopping) {
		social_one_stopped(s);
		return;
	}
	if (r->code == -EAGAIN) {
		heard_timer_set(s->again, r->after_ms > 0 ? r->after_ms : AGAIN_MS);
		return;
	}
	memmove(s->told.ptr, s->told.ptr + n, s->told.len - n);
	s->told.len -= n;
	social_say(s);
}

void social_say(struct social *s)
{
	struct heard_buf list;
	if (s->told.ptr == NULL || s->told.len == 0 || s->n_saying > 0 || s->stopping ||
	    heard_is_paused(s->host))
		return;
	heard_buf_init(&list, SOCIAL_TOLD + 8);
	heard_buf_str(&list, heard_buf_view(&s->told));
	heard_buf_puts(&list, "]");
	if (list.failed) {
		heard_timer_set(s->again, AGAIN_MS);
	} else {
		list.ptr[0] = '[';
		s->n_saying = s->told.len;
		heard_emit(s->host, &(struct heard_emission){.raw = heard_buf_view(&list),
							     .receipt = on_receipt,
							     .arg = s});
	}
	heard_buf_release(&list);
}

void social_tell(struct social *s, struct heard_str json)
{
	size_t before = s->told.len;
	if (json.len > 0 && json.len < SOCIAL_TOLD - before) {
		heard_buf_puts(&s->told, ",");
		heard_buf_str(&s->told, json);
	}
	if (s->told.failed) { /* no memory: what was there stays */
		s->told.failed = false;
		s->told.len = before;
	}
	if (s->told.len == before)
		heard_log(s->host, HEARD_WARN,
			  "too many edits and deletions wait to be taken: one was let go");
	social_say(s);
}

void social_tell_deleted(struct social *s, struct heard_str id)
{
	struct heard_buf item;
	if (id.len == 0 || id.len > SOCIAL_ID)
		return;
	heard_buf_init(&item, SOCIAL_TOLD);
	heard_buf_puts(&item,
		       "{\"deleted\":true,\"edited_at\":\"9999-12-31T23:59:59Z\",\"id\":");
	heard_json_put_str(&item, id);
	heard_buf_puts(&item, "}");
	/* half of one would spoil the list */
	social_tell(s, heard_str(item.failed ? NULL : item.ptr));
	heard_buf_release(&item);
}

/* ---- life */

static void on_again(void *arg)
{
	social_say(arg);
}

int social_told_start(struct social *s, struct heard_error *err)
{
	heard_buf_init(&s->told, SOCIAL_TOLD);
	s->again = heard_timer_create(s->host, on_again, s);
	return s->again ? 0 : heard_fail(err, ENOMEM, "out of memory");
}

void social_told_close(struct social *s)
{
	if (s->again != NULL)
		heard_timer_destroy(s->again);
	heard_buf_release(&s->told);
}
