/*
 * settle.c - what becomes of a mail in its folder, once it is safe with us.
 *
 *	seen      UID STORE +FLAGS (\Seen)
 *	delete    UID STORE +FLAGS (\Deleted), UID EXPUNGE
 *	move      UID MOVE, or UID COPY and delete
 *
 * Servers without UIDPLUS can expunge only everything that is marked \Deleted, which
 * may be somebody else's mail: then ours are marked and stay until somebody expunges.
 *
 * Mails that became dead letters stay as they are, unread, for somebody to look at.
 *
 * A crash may come between commit and command.  What it left is found by a search over
 * the UIDs between settled and position.  Which of those became dead letters nobody
 * knows then, and of a dead letter there may be the headers alone (max_size): so these
 * are never deleted, only marked as seen, be it over a connection or two.
 */
#include "folder.h"

#include <heard/host.h>

enum { SETTLE_AT_ONCE = 400, SET_MAX = 16 * 1024 };

/* ---- the end of it */

static void settled(struct folder *f)
{
	struct window *w = &f->window;
	for (uint32_t i = w->head; i != w->emitted; i++)
		if (window_at(w, i)->state == MAIL_SETTLING)
			window_at(w, i)->state = MAIL_SETTLED;
	f->is_settling = false;
	window_advance(w);
	folder_wake(f);
}

static void refused(struct folder *f, const struct response *r, const char *what)
{
	const char *why = r->code.len && wire_is(&r->tokens[3], "OVERQUOTA") ? ": quota" : "";
	if (!f->cannot_settle)
		heard_log(f->share->host, HEARD_WARN,
			  "%s: the server refuses to %s%s: mails are read and stay as they are",
			  f->label, what, why);
	f->cannot_settle = true;
	settled(f);
}

/* ---- step by step; each command knows the next */

/* The set of what is being settled, once more. */
static void set_of(struct folder *f, struct heard_buf *set)
{
	struct window *w = &f->window;
	struct uid_set s = {.to = set};
	heard_buf_init(set, SET_MAX);
	for (uint32_t i = w->head; i != w->emitted; i++)
		if (window_at(w, i)->state == MAIL_SETTLING)
			uid_set_add(&s, window_at(w, i)->uid);
	uid_set_end(&s);
}

static void on_last(void *arg, const struct response *r)
{
	struct folder *f = arg;
	if (r->status == STATUS_OK) {
		f->cannot_settle = false;
		settled(f);
	} else {
		refused(f, r, "mark mails");
	}
}

static void on_deleted(void *arg, const struct response *r)
{
	struct folder *f = arg;
	struct heard_buf set;
	if (r->status != STATUS_OK || !session_can(&f->session, CAN_UIDPLUS)) {
		on_last(f, r);
		return;
	}
	set_of(f, &set);
	if (!folder_command(f, on_last, "UID EXPUNGE %s", set.ptr))
		settled(f);
	heard_buf_release(&set);
}

static void mark(struct folder *f, const char *flags, session_done *then)
{
	struct heard_buf set;
	set_of(f, &set);
	if (!folder_command(f, then, "UID STORE %s +FLAGS.SILENT (%s)", set.ptr, flags))
		settled(f);
	heard_buf_release(&set);
}

static void on_copied(void *arg, const struct response *r)
{
	struct folder *f = arg;
	if (r->status == STATUS_OK)
		mark(f, "\\Deleted \\Seen", on_deleted);
	else
		refused(f, r, "move mails");
}

static void move(struct folder *f);

static void on_made_box(void *arg, const struct response *r)
{
	(void)r; /* the next try tells whether it is there now */
	move(arg);
}

static void on_moved(void *arg, const struct response *r)
{
	struct folder *f = arg;
	bool can_move = session_can(&f->session, CAN_MOVE);
	if (r->status == STATUS_OK && !can_move)
		on_copied(f, r);
	else if (r->status == STATUS_OK)
		on_last(f, r);
	else if (!f->has_made_box) {
		f->has_made_box = true;
		if (!folder_command(f, on_made_box, "CREATE %s", f->move_to))
			settled(f);
	} else
		refused(f, r, "move mails");
}

static void move(struct folder *f)
{
	struct heard_buf set;
	set_of(f, &set);
	if (!folder_command(f, on_moved, "UID %s %s %s",
			    session_can(&f->session, CAN_MOVE) ? "MOVE" : "COPY", set.ptr,
			    f->move_to))
		settled(f);
	heard_buf_release(&set);
}

static void begin(struct folder *f, bool is_left)
{
	enum done done = (enum done)f->share->options->done;
	f->is_settling = true;
	switch (is_left && done == DONE_DELETE ? DONE_SEEN : done) {
	case DONE_MOVE: move(f); break;
	case DONE_DELETE: mark(f, "\\Deleted \\Seen", on_deleted); break;
	default: mark(f, "\\Seen", on_last); break;
	}
}

/* ---- when */

static bool is_worth_it(struct folder *f)
{
	struct window *w = &f->window;
	unsigned n = 0;
	for (uint32_t i = w->head; i != w->emitted; i++)
		n += w->ring[i % WINDOW_MAILS].state == MAIL_TAKEN;
	/* Few only if there is nothing else to do: a command each would cost much. */
	return n >= SETTLE_AT_ONCE / 4 || (n > 0 && window_out(w) == 0) ||
	       (n > 0 && window_room(w) == 0);
}

void settle_step(struct folder *f)
{
	struct heard_buf set;
	bool is_off = f->share->options->done == DONE_NOTHING || f->is_read_only;
	bool is_left = false;
	if (f->is_settling || !session_has_room(&f->session) || !is_worth_it(f))
		return;
	heard_buf_init(&set, SET_MAX);
	unsigned n = window_settle(&f->window, &set, SETTLE_AT_ONCE, &is_left);
	heard_buf_release(&set);
	if (n == 0)
		return;
	if (is_off)
		settled(f);
	else
		begin(f, is_left);
}

void settle_leftovers(struct folder *f)
{
	if (f->share->options->done == DONE_NOTHING || f->is_read_only)
		return;
	for (size_t i = 0; i < f->n_found && window_room(&f->window) > 0; i++) {
		if (f->found[i] > f->leftover_end)
			continue;
		window_add(&f->window, f, f->found[i]);
		struct mail *m = window_at(&f->window, f->window.tail - 1);
		m->state = MAIL_SETTLING;
		m->is_left = true;
	}
	f->window.emitted = f->window.asked = f->window.sized = f->window.measured =
		f->window.tail;
	if (window_n(&f->window) > 0)
		begin(f, true);
}
