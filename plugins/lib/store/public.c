/*
 * public.c - what anybody may see who holds a token, and what everybody may.
 *
 * Only what is named here leaves: states, times, the answers to this customer, and
 * titles that somebody wrote for the public board.  No text of a customer, no name, no
 * agent, no reason.
 */
#include "sqlite.h"

#include <heard/buf.h>
#include <heard/error.h>
#include <heard/time.h>

#include <errno.h>
#include <stdlib.h>

enum { STEPS = 64, ANSWERS = 256, ANSWER_BYTES = 8 << 20 };

struct page {
	struct store_status status;
	struct store_step steps[STEPS];
	size_t n_steps;
	struct store_said answers[ANSWERS];
	size_t n_answers, lengths[ANSWERS];
	struct heard_buf text; /* of the answers, and the language             */
	int64_t origin;	       /* the ticket that was this customer's at first  */
	size_t lang;
};

static void add_step(struct page *page, int64_t at, const char *what)
{
	if (page->n_steps < STEPS &&
	    (page->n_steps == 0 || strcmp(page->steps[page->n_steps - 1].what, what) != 0))
		page->steps[page->n_steps++] = (struct store_step){at, what};
}

/* ---- the ticket, the customer's own record */

static int64_t earlier(int64_t a, int64_t b)
{
	return a == HEARD_TIME_NONE || (b != HEARD_TIME_NONE && b < a) ? b : a;
}

/* Nothing is owed to spam, which its sender must not learn: he sees what was. */
static int64_t expected_at(const struct store_ticket *ticket)
{
	if (ticket->state != STORE_SPAM)
		return ticket->due;
	int64_t due = ticket->resolution_due;
	if (ticket->first_response_at == HEARD_TIME_NONE)
		return earlier(due, ticket->first_response_due);
	return earlier(due, ticket->next_response_due);
}

static void read_state(void *arg, const struct store_ticket *ticket)
{
	struct page *page = arg;
	page->status.state = ticket->state;
	page->status.received_at = ticket->received_at;
	page->status.resolved_at = ticket->resolved_at;
	page->status.expected_at = expected_at(ticket);
	page->lang = ticket->lang.len;
	heard_buf_str(&page->text, ticket->lang);
}

static int read_own(struct store *store, int64_t ticket, const unsigned char token[STORE_TOKEN],
		    struct page *page, struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_STATUS_RECORD, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, ticket);
	bind_blob(st, 2, heard_str_n((const char *)token, STORE_TOKEN));
	int found = store_step(store, st, err);
	page->origin = ticket;
	if (found > 0) {
		page->status.received_at = sqlite3_column_int64(st, 0);
		page->origin = sqlite3_column_int64(st, 1);
	}
	sqlite3_reset(st);
	return found < 0 ? found : 0;
}

/* ---- answers: those that were given to this customer, which in a merged ticket are
 * those before the merge and all since */

static int merged_at(struct store *store, const struct page *page, int64_t ticket, int64_t *at,
		     struct heard_error *err)
{
	*at = INT64_MIN;
	if (page->origin == ticket)
		return 0;
	sqlite3_stmt *st = store_st(store, ST_MERGED_AT, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, page->origin);
	if (store_step(store, st, err) < 0)
		return -err->code;
	*at = column_time(st, 0);
	sqlite3_reset(st);
	return 0;
}

static int read_answers(struct store *store, int64_t ticket, struct page *page,
			struct heard_error *err)
{
	static const char *const fates[] = {"waiting", "sent", "refused"};
	int64_t since;
	sqlite3_stmt *st = store_st(store, ST_STATUS_ANSWERS, err);
	if (!st || merged_at(store, page, ticket, &since, err))
		return -err->code;
	sqlite3_bind_int64(st, 1, ticket);
	sqlite3_bind_int64(st, 2, page->origin);
	sqlite3_bind_int64(st, 3, since);
	int more;
	while ((more = store_step(store, st, err)) > 0 && page->n_answers < ANSWERS) {
		struct heard_str text = column_str(st, 1);
		int fate = sqlite3_column_int(st, 2);
		page->lengths[page->n_answers] = text.len;
		page->answers[page->n_answers++] = (struct store_said){
			.kind = STORE_SAID_ANSWER,
			.at = sqlite3_column_int64(st, 0),
			.fate = fates[fate >= 0 && fate <= 2 ? fate : 0],
		};
		heard_buf_str(&page->text, text);
	}
	sqlite3_reset(st);
	return more < 0 ? more : 0;
}

/* ---- steps */

static const char *step_of(const struct store_event *event)
{
	static const char *const shown[] = {"open", "waiting", "resolved", "reopened",
					    "closed"};
	if (heard_str_is(event->what, "answered"))
		return "answered";
	for (size_t i = 0; i < sizeof(shown) / sizeof(*shown); i++)
		if (heard_str_is(event->what, "status") && heard_str_is(event->to, shown[i]))
			return shown[i];
	return NULL;
}

static void read_step(void *arg, const struct store_event *event)
{
	struct page *page = arg;
	const char *what = step_of(event);
	if (what && event->at >= page->status.received_at)
		add_step(page, event->at, what);
}

/* ---- both together */

static int fill(struct store *store, int64_t ticket, const unsigned char token[STORE_TOKEN],
		struct page *page, struct heard_error *err)
{
	if (store_ticket(store, ticket, read_state, page, err) ||
	    read_own(store, ticket, token, page, err))
		return -err->code;
	add_step(page, page->status.received_at, "received");
	if (store_history(store, ticket, read_step, page, err) ||
	    read_answers(store, ticket, page, err))
		return -err->code;
	if (page->text.failed)
		return heard_fail(err, ENOMEM, "no memory for the answers of a ticket");
	size_t at = page->lang;
	page->status.lang = heard_str_n(page->text.ptr, page->lang);
	for (size_t i = 0; i < page->n_answers; at += page->lengths[i++])
		page->answers[i].text = heard_str_n(page->text.ptr + at, page->lengths[i]);
	page->status.steps = page->steps;
	page->status.n_steps = page->n_steps;
	page->status.answers = page->answers;
	page->status.n_answers = page->n_answers;
	return 0;
}

int store_status(struct store *store, const unsigned char token[STORE_TOKEN],
		 void (*fn)(void *arg, const struct store_status *), void *arg,
		 struct heard_error *err)
{
	int64_t ticket;
	char text[STORE_TOKEN_TEXT];
	store_token_format(token, text);
	if (store_ticket_find(store, heard_str(text), &ticket, err))
		return -err->code;
	struct page *page = calloc(1, sizeof(*page));
	if (!page)
		return heard_fail(err, ENOMEM, "out of memory");
	heard_buf_init(&page->text, ANSWER_BYTES);
	int result = fill(store, ticket, token, page, err);
	if (result == 0)
		fn(arg, &page->status);
	heard_buf_release(&page->text);
	free(page);
	return result;
}

int store_board(struct store *store, int64_t limit,
		void (*fn)(void *arg, const struct store_issue *), void *arg,
		struct heard_error *err)
{
	sqlite3_stmt *st = store_st(store, ST_BOARD, err);
	if (!st)
		return -err->code;
	sqlite3_bind_int64(st, 1, limit > 0 ? limit : -1);
	int more;
	while ((more = store_step(store, st, err)) > 0) {
		int state = store_state_find(column_str(st, 4));
		struct store_issue issue = {
			.ticket = sqlite3_column_int64(st, 0),
			.since = sqlite3_column_int64(st, 1),
			.resolved_at = column_time(st, 2),
			.reach = sqlite3_column_int64(st, 3),
			.state = state < 0 ? STORE_NEW : (enum store_state)state,
			.title = column_str(st, 5),
			.category = column_str(st, 6),
			.product = column_str(st, 7),
		};
		fn(arg, &issue);
	}
	return more;
}
