/*
 * take.c - an answer that was sent.
 *
 * It is read here, at home, since what is wrong is shown at once; what goes to a worker is
 * the record as a line.  Its source_id is the key of the customer's link, or of the page
 * he was shown: a second click is the same record for the journal, and another answer by
 * the same link is refused by it.  surveys.db counts, for quotas and response rates, and
 * remembers links for longer than the journal does (`dedupe`).
 */
#include "take.h"

#include "line.h"
#include "screen.h"

#include <heard/error.h>
#include <heard/host.h>
#include <heard/http.h>
#include <intake/intake.h>
#include <once/way.h>

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_BYTES = 1 << 20 };

/* An answer that waits for its receipt. */
struct taking {
	struct taking *next; /* of the survey's */
	struct survey *self;
	struct visit visit;
	struct reply reply;
	struct score score;
	enum campaign_place place;
};

static void taking_destroy(struct taking *t)
{
	for (struct taking **at = &t->self->takings; *at; at = &(*at)->next)
		if (*at == t) {
			*at = t->next;
			break;
		}
	reply_release(&t->reply);
	free(t);
}

/* What cannot be counted is still answered: the record is what matters. */
static void say_uncounted(const struct survey *self, const struct heard_error *err)
{
	heard_log(self->host, HEARD_WARN, "an answer is not counted: %s", err->text);
}

/* ---- the receipt */

static void confirm(const struct taking *t)
{
	struct heard_error err;
	if (campaign_confirm(t->self->campaign, t->self->name, t->visit.key,
			     heard_now(t->self->host), &err))
		say_uncounted(t->self, &err);
}

/* Another request that waits with the same key: somebody clicked twice. */
static struct taking *twin_of(const struct taking *t)
{
	for (struct taking *other = t->self->takings; other; other = other->next)
		if (other != t &&
		    memcmp(other->visit.key, t->visit.key, sizeof(t->visit.key)) == 0)
			return other;
	return NULL;
}

/* The place goes to a twin, which may be taken, or else to anybody. */
static void take_back(struct taking *t)
{
	struct heard_error err;
	struct taking *twin = t->place == CAMPAIGN_NEW ? twin_of(t) : NULL;
	if (twin)
		twin->place = CAMPAIGN_NEW;
	else if (t->place == CAMPAIGN_NEW &&
		 campaign_forget(t->self->campaign, t->self->name, t->visit.key, &err))
		say_uncounted(t->self, &err);
}

static void on_receipt(void *arg, struct heard_http *request,
		       const struct heard_receipt *receipt)
{
	struct taking *t = arg;
	char link[WAY_LINK];
	switch (-receipt->code) {
	case 0:
		confirm(t);
		if (receipt->n)
			way_link(t->self->host, heard_str_n(receipt->ids[0], 36), link);
		screen_thanks(t->self, request, &t->visit, &t->score, receipt->n ? link : NULL);
		break;
	case EEXIST: /* another answer by this link is safe */
		confirm(t);
		screen_notice(t->self, request, &t->visit, NOTICE_USED);
		break;
	default:
		take_back(t);
		intake_set_retry(request, receipt->after_ms);
		screen_busy(t->self, request, &t->visit, &t->reply, false);
	}
	taking_destroy(t);
}

static void emit(struct taking *t, struct heard_http *take)
{
	static const struct heard_str ours = HEARD_STR("answer");
	const struct survey *self = t->self;
	char person[2 * CAMPAIGN_KEY + 1] = "", key[2 * CAMPAIGN_KEY + 1];
	struct heard_buf line;
	if (t->visit.guest.is_invited)
		sodium_bin2hex(person, sizeof(person), t->visit.guest.person, CAMPAIGN_KEY);
	sodium_bin2hex(key, sizeof(key), t->visit.key, CAMPAIGN_KEY);
	struct line_about about = {
		.survey = self->name,
		.title = self->title,
		.lang = t->visit.lang,
		.segment = heard_str(t->visit.segment),
		.product = heard_str(t->visit.product),
		.person = heard_str(person),
	};
	heard_buf_init(&line, LINE_MAX_BYTES);
	line_write(&line, self->form, &t->reply, &t->score, &about);
	struct heard_emission e = {
		.raw = heard_buf_view(&line),
		.context = ours,
		.source_id = heard_str(key),
	};
	if (line.failed) {
		struct heard_receipt no_memory = {.code = -EAGAIN};
		on_receipt(t, take, &no_memory);
	} else {
		intake_take(self->host, take, &e, on_receipt, t);
	}
	if (line.ptr)
		sodium_memzero(line.ptr, line.size);
	heard_buf_release(&line);
}

/* ---- may it be taken? */

/* surveys.db could not be asked. */
static void ask_again(const struct taking *t, struct heard_http *take,
		      const struct heard_error *err)
{
	heard_log(t->self->host, HEARD_WARN, "no answer can be taken: %s", err->text);
	intake_set_retry(take, 0);
	screen_busy(t->self, take, &t->visit, &t->reply, false);
}

/* Takes it, or shows why not; true: `t` is in hands of the receipt. */
static bool settle(struct taking *t, struct heard_http *take, enum reply_fault fault)
{
	const struct survey *self = t->self;
	struct heard_error err;
	if (!survey_admits(self, take, &t->visit))
		return false;
	if (!t->visit.has_token &&
	    once_check(self->host, heard_str(t->visit.once)) != ONCE_GOOD) {
		screen_busy(self, take, &t->visit, &t->reply, true);
		return false;
	}
	if (fault != REPLY_GOOD) {
		screen_form(self, take, &t->visit, &t->reply, fault);
		return false;
	}
	if (campaign_put(self->campaign, self->name, t->visit.key, heard_now(self->host),
			 self->quota, &t->place, &err)) {
		ask_again(t, take, &err);
		return false;
	}
	if (t->place == CAMPAIGN_FULL) {
		screen_notice(self, take, &t->visit, NOTICE_FULL);
		return false;
	}
	return true;
}

void take_handle(struct survey *self, struct heard_http *take)
{
	struct heard_error err;
	if (!intake_type_is(take, "application/x-www-form-urlencoded")) {
		heard_http_problem(take, 415,
				   "Content-Type may be application/x-www-form-urlencoded");
		return;
	}
	struct taking *t = malloc(sizeof(*t));
	if (t == NULL) {
		intake_set_retry(take, 0);
		heard_http_problem(take, 503, "out of memory");
		return;
	}
	*t = (struct taking){.self = self};
	reply_init(&t->reply);
	enum reply_fault fault = reply_read(&t->reply, self->form, heard_http_body(take));
	t->score = score_of(self->form, &self->bad, &t->reply);
	if (visit_read(&t->visit, self, take, &t->reply, &err)) {
		ask_again(t, take, &err);
	} else if (settle(t, take, fault)) {
		t->next = self->takings;
		self->takings = t;
		emit(t, take);
		return;
	}
	taking_destroy(t);
}
