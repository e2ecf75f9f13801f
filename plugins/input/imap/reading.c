/*
 * reading.c - what is asked of an open folder, and in which order.
 *
 *	SELECT -> [what a crash left] -> search -> read -> rest -> search -> ...
 *
 * New mails are found by UID and not by their flags, so it does not matter who else
 * reads the mailbox.  A search asks for all UIDs behind the position; four bytes each
 * are kept, and fetch.c gets the mails.
 */
#include "folder.h"

#include <inttypes.h>
#include <stdlib.h>

#include <heard/host.h>

enum {
	FOUND_MAX = 1 << 20, /* UIDs of one search that are kept */
	RECREATED_DAYS_MS = 2 * 24 * 3600 * 1000,
};

/* ---- what the server says meanwhile */

static void note_code(struct folder *f, const struct response *r)
{
	if (r->code.len == 0)
		return;
	const struct wire_token *code = &r->tokens[3];
	uint32_t n = r->code_number <= UINT32_MAX ? (uint32_t)r->code_number : 0;
	if (wire_is(code, "UIDVALIDITY"))
		f->validity = n;
	else if (wire_is(code, "UIDNEXT"))
		f->uid_next = n;
	else if (wire_is(code, "HIGHESTMODSEQ"))
		f->modseq = r->code_number;
}

void reading_untagged(struct folder *f, const struct response *r)
{
	if (r->kind == RESPONSE_STATUS) {
		note_code(f, r);
	} else if (r->kind == RESPONSE_EXISTS) {
		f->must_look |= r->number > f->exists && f->phase > PHASE_SELECTING;
		f->exists = r->number;
		folder_wake(f);
	} else if (r->kind == RESPONSE_EXPUNGE) {
		f->exists -= f->exists > 0;
	} else if (r->kind == RESPONSE_FETCH) {
		fetch_mail(f, &r->mail);
	}
}

void reading_number(struct folder *f, uint32_t uid)
{
	if (uid < f->search_from) /* "n:*" finds the last mail, even before n */
		return;
	if (f->n_found == FOUND_MAX) {
		f->is_full = true;
		return;
	}
	if (f->n_found == f->found_size) {
		size_t size = f->found_size ? f->found_size * 2 : 1024;
		uint32_t *found = realloc(f->found, size * sizeof(*found));
		if (found == NULL) {
			f->is_full = true;
			return;
		}
		f->found = found;
		f->found_size = size;
	}
	f->found[f->n_found++] = uid;
}

/* ---- search */

static int compare(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

static void search_begin(struct folder *f)
{
	f->phase = PHASE_SEARCHING;
	f->n_found = f->next_found = 0;
	f->is_full = f->must_look = false;
	f->seen_exists = f->exists;
}

static void search_end(struct folder *f)
{
	if (f->n_found > 0)
		qsort(f->found, f->n_found, sizeof(*f->found), compare);
	size_t n = 0;
	for (size_t i = 0; i < f->n_found; i++)
		if (n == 0 || f->found[i] != f->found[n - 1])
			f->found[n++] = f->found[i];
	f->n_found = n;
	f->must_look |= f->is_full;
	f->phase = PHASE_READING;
	folder_wake(f);
}

static void on_searched_new(void *arg, const struct response *r)
{
	struct folder *f = arg;
	if (r->status == STATUS_OK)
		search_end(f);
	else
		folder_failed(f, FAULT_REFUSED, "the server refuses a search");
}

static void search_new(struct folder *f)
{
	uint32_t from = f->at.uid + 1 > f->at.until ? f->at.uid + 1 : f->at.until;
	f->search_from = from;
	if (from == 0) /* behind the last UID that there can be */
		search_end(f);
	else
		folder_command(f, on_searched_new, "UID SEARCH UID %" PRIu32 ":*", from);
}

static void on_searched_old(void *arg, const struct response *r)
{
	struct folder *f = arg;
	if (r->status == STATUS_OK)
		search_new(f);
	else
		folder_failed(f, FAULT_REFUSED, "the server refuses a search");
}

static void search(struct folder *f)
{
	char key[POSITION_KEY_SIZE];
	bool has_old = f->at.old != OLD_NONE && f->at.uid + 1 < f->at.until;
	search_begin(f);
	if (!has_old) {
		search_new(f);
		return;
	}
	position_key(&f->at, key);
	f->search_from = f->at.uid + 1;
	folder_command(f, on_searched_old, "UID SEARCH UID %" PRIu32 ":%" PRIu32 " %s",
		       f->at.uid + 1, f->at.until - 1, key);
}

/* ---- what a crash left between commit and \Seen */

static void on_leftovers(void *arg, const struct response *r)
{
	struct folder *f = arg;
	if (r->status == STATUS_OK)
		settle_leftovers(f);
	f->leftover_end = 0;
	f->n_found = f->next_found = 0;
	f->must_look = true;
	f->phase = PHASE_READING;
	folder_wake(f);
}

static void look_for_leftovers(struct folder *f)
{
	char key[POSITION_KEY_SIZE] = "ALL";
	f->phase = PHASE_LEFTOVERS;
	f->n_found = f->next_found = 0;
	f->search_from = f->at.settled + 1;
	f->leftover_end = f->at.uid;
	if (f->at.settled + 1 < f->at.until) /* only those that we have read */
		position_key(&f->at, key);
	folder_command(f, on_leftovers, "UID SEARCH UID %" PRIu32 ":%" PRIu32 " %s",
		       f->at.settled + 1, f->at.uid, key);
}

/* ---- select */

/* The folder has other UIDs than those that we know, or we come for the first time. */
static void begin_anew(struct folder *f)
{
	static const enum position_old first[] = {
		[FIRST_UNSEEN] = OLD_UNSEEN, [FIRST_ALL] = OLD_ALL, [FIRST_NEW] = OLD_NONE};
	static const enum position_old again[] = {[FIRST_UNSEEN] = OLD_UNSEEN_OR_SINCE,
						  [FIRST_ALL] = OLD_ALL,
						  [FIRST_NEW] = OLD_SINCE};
	int which = f->share->options->first;
	int64_t since = f->at.at_ms - RECREATED_DAYS_MS;
	bool was_here = f->has_position;
	if (was_here)
		heard_log(f->share->host, HEARD_NOTICE,
			  "%s: the folder was made anew (UIDVALIDITY): looking at its mails "
			  "again, without those that are known",
			  f->label);
	f->at = (struct position){
		.validity = f->validity,
		.until = f->uid_next,
		.old = was_here ? again[which] : first[which],
		.since_ms = was_here && since > 0 ? since : 0,
		.at_ms = heard_now(f->share->host),
	};
	if (f->at.old == OLD_NONE && f->uid_next > 0)
		f->at.uid = f->at.settled = f->uid_next - 1;
	f->has_position = true;
	f->seen_modseq = 0; /* of the folder that was */
	emit_position(f);
}

static void know_old(struct folder *f)
{
	bool is_old = f->at.uid + 1 < f->at.until && f->at.old != OLD_NONE;
	if (is_old && !f->is_anew)
		known_begin(&f->share->known);
	if (!is_old && f->is_anew)
		known_end(&f->share->known);
	f->is_anew = is_old;
}

/* NULL, or why it cannot be read. */
static const char *fault_of(const struct folder *f, bool is_new)
{
	if (f->validity == 0)
		return "the server gives the folder no UIDVALIDITY";
	/* Else all that ever came would be taken for new, and acknowledged. */
	if (is_new && f->uid_next == 0 && f->share->options->first != FIRST_ALL)
		return "the server does not say where new mail begins (UIDNEXT); set first = "
		       "\"all\" if it is all to be read";
	return NULL;
}

static void on_selected(void *arg, const struct response *r)
{
	struct folder *f = arg;
	bool is_new = !f->has_position || f->at.validity != f->validity;
	if (r->status != STATUS_OK) {
		folder_failed(f, FAULT_REFUSED, "the server does not open the folder");
		return;
	}
	const char *fault = fault_of(f, is_new);
	if (fault != NULL) {
		folder_failed(f, FAULT_PROTOCOL, "%s", fault);
		return;
	}
	bool wants_write = f->share->options->done != DONE_NOTHING;
	f->is_read_only = r->code.len && wire_is(&r->tokens[3], "READ-ONLY");
	if (f->is_read_only && wants_write && !f->has_said_read_only) {
		heard_log(
			f->share->host, HEARD_WARN,
			"%s: the folder is read-only: its mails are read and stay as they are",
			f->label);
		f->has_said_read_only = true;
	}
	f->phase = PHASE_READING;
	heard_timer_set(f->timer, f->share->options->poll);
	if (is_new) {
		window_disown(&f->window);
		begin_anew(f);
	}
	know_old(f);
	bool is_unchanged = f->modseq != 0 && f->modseq == f->seen_modseq &&
			    f->exists == f->seen_exists;
	f->must_look = !is_unchanged || window_n(&f->window) > 0;
	if (f->at.settled < f->at.uid && window_n(&f->window) == 0)
		look_for_leftovers(f);
	folder_wake(f);
}

void reading_begin(struct folder *f)
{
	bool is_read = f->share->options->done == DONE_NOTHING;
	f->phase = PHASE_SELECTING;
	f->validity = f->uid_next = f->exists = 0;
	f->modseq = 0;
	folder_command(f, on_selected, "%s %s%s", is_read ? "EXAMINE" : "SELECT", f->mailbox,
		       session_can(&f->session, CAN_CONDSTORE) ? " (CONDSTORE)" : "");
}

void reading_lost(struct folder *f)
{
	fetch_lost(f);
	f->is_settling = false;
	f->n_found = f->next_found = 0;
}

/* ---- rest */

static void rest(struct folder *f)
{
	const struct imap_options *o = f->share->options;
	bool is_idle = o->idle && session_can(&f->session, CAN_IDLE);
	f->failures = 0;
	f->seen_modseq = f->modseq;
	know_old(f);
	emit_position(f);
	known_flush(&f->share->known);
	free(f->found);
	f->found = NULL;
	f->n_found = f->next_found = f->found_size = 0;
	f->phase = PHASE_RESTING;
	if (is_idle)
		session_idle(&f->session, folder_idle_end, f);
	heard_timer_set(f->timer, is_idle ? o->renew : o->poll);
	folder_expect(f);
}

static void on_noop(void *arg, const struct response *r)
{
	(void)r;
	folder_wake(arg);
}

/* Nothing to ask for, and no answer to wait for: the core has us wait.  The server must
 * not forget us. */
void reading_tick(struct folder *f)
{
	if (f->phase == PHASE_RESTING)
		f->must_look = true;
	else if (f->phase == PHASE_READING && f->session.n_commands == 0)
		folder_command(f, on_noop, "NOOP");
	heard_timer_set(f->timer, f->share->options->poll);
	folder_wake(f);
}

/* Go back to the first that the core did not take; false: wait for receipts. */
static bool go_back(struct folder *f)
{
	struct window *w = &f->window;
	if (window_out(w) > 0 || f->asking > 0 || f->is_measuring || f->is_settling)
		return false;
	uint32_t uid = 0;
	for (uint32_t i = w->head; uid == 0 && i != w->emitted; i++)
		if (window_at(w, i)->state == MAIL_REFUSED)
			uid = window_at(w, i)->uid;
	if (!window_take_back(w))
		return true;
	f->at.uid = uid - 1;
	f->n_found = f->next_found = 0;
	f->must_look = true;
	return true;
}

static void read_on(struct folder *f)
{
	struct window *w = &f->window;
	/* Not only while it is held: the pause may be over before the last answer is here,
	 * or the connection was lost meanwhile. */
	bool is_whole = !window_is_refused(w) || go_back(f);
	if (is_whole)
		emit_ready(f);
	settle_step(f);
	window_advance(w);
	if (f->is_held || !is_whole)
		return;
	while (f->next_found < f->n_found && window_room(w) > 0)
		window_add(w, f, f->found[f->next_found++]);
	fetch_sizes(f);
	fetch_more(f);
	bool is_busy = f->session.n_commands > 0 || f->next_found < f->n_found ||
		       window_n(w) > 0;
	if (is_busy)
		return;
	if (f->must_look)
		search(f);
	else
		rest(f);
}

void reading_step(struct folder *f)
{
	if (f->phase == PHASE_READING)
		read_on(f);
	else if (f->phase == PHASE_RESTING && f->session.is_idle && f->must_look)
		session_wake(&f->session);
	else if (f->phase == PHASE_RESTING && f->must_look && f->session.n_commands == 0) {
		f->phase = PHASE_READING;
		folder_command(f, on_noop, "NOOP");
		search(f);
	}
	folder_expect(f);
}
