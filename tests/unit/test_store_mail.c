/*
 * test_store_mail.c - mails and tickets: which they belong to, and what comes back.
 */
#include "store_fixture.h"

/* Mail n of a person: with its own id, its own words and a subject. */
static struct store_record a_mail(struct fixture *f, unsigned n, const char *person,
				  const char *topic)
{
	static const char *const ids[] = {"m0", "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8"};
	static const char *const bodies[] = {"az", "bz", "cz", "dz", "ez",
					     "fz", "gz", "hz", "iz"};
	struct store_record rec = a_word(f, n, person, bodies[n], NOW + (int64_t)n * 1000);
	rec.channel = HEARD_STR_OF("email");
	rec.source_id = heard_str(ids[n]);
	rec.mail.topic = heard_str(topic);
	return rec;
}

/* One that answers ours of that ticket. */
static struct store_record an_answer(struct fixture *f, unsigned n, const char *person,
				     const char *topic, int64_t ticket)
{
	struct store_record rec = a_mail(f, n, person, topic);
	rec.mail.answers = ticket;
	rec.mail.event = HEARD_STR_OF("answer-1");
	return rec;
}

static struct store_record a_bounce(struct fixture *f, unsigned n, int64_t ticket,
				    const char *event)
{
	struct store_record rec = an_answer(f, n, "mailer", "undelivered", ticket);
	char *line = f->lines[f->made++ % 64];
	snprintf(line, sizeof(f->lines[0]),
		 "{\"id\":\"%08x-0000-7000-8000-000000000000\",\"author\":{\"key\":\"mailer\"},"
		 "\"attributes\":{\"mail.answers\":\"heard.%" PRId64 ".%s.h\","
		 "\"mail.automatic\":\"bounce\",\"mail.bounced\":\"abc\",\"mail.status\":"
		 "\"5.1.1\",\"mail.notes\":\"none\"}}",
		 n, ticket, event);
	rec.line = heard_str(line);
	rec.mail.automatic = STORE_MAIL_BOUNCE;
	rec.mail.event = heard_str(event);
	rec.mail.is_failure = true;
	rec.mail.status = HEARD_STR_OF("5.1.1");
	return rec;
}

static int64_t tickets(struct fixture *f)
{
	return number_of(f, "SELECT count(*) FROM ticket");
}

static int64_t ticket_of(struct fixture *f, unsigned n)
{
	char sql[128];
	snprintf(sql, sizeof(sql),
		 "SELECT coalesce(max(ticket),0) FROM record WHERE hex(id) LIKE '%08X%%'", n);
	return number_of(f, sql);
}

static void add_reason(void *arg, const struct store_event *e)
{
	if (heard_str_is(e->what, "linked") || heard_str_is(e->what, "bounced"))
		add_text(arg, "%.*s;", HEARD_ARG(e->reason));
}

static const char *reasons_of(struct fixture *f, int64_t ticket)
{
	f->text[0] = '\0';
	if (store_history(f->store, ticket, add_reason, f, &f->err))
		fail_msg("%s", f->err.text);
	return f->text;
}

/* ---- which ticket */

static void an_id_of_ours_leads_its_customer_back(void **state)
{
	struct fixture *f = *state;
	put(f, a_mail(f, 1, "p", "late"));
	put(f, a_mail(f, 2, "q", "late"));
	put(f, an_answer(f, 3, "q", "late", 2));
	assert_int_equal(ticket_of(f, 3), 2);
	assert_int_equal(look(f, 2).is.contacts, 2);
	/* Better than what the mail is said to answer. */
	struct store_record rec = an_answer(f, 4, "q", "late", 2);
	rec.in_reply_to = HEARD_STR_OF("m1");
	put(f, rec);
	assert_int_equal(ticket_of(f, 4), 2);
	assert_int_equal(tickets(f), 2);
}

static void a_stranger_opens_a_ticket_of_his_own(void **state)
{
	struct fixture *f = *state;
	put(f, a_mail(f, 1, "p", "late"));
	put(f, an_answer(f, 2, "q", "late", 1));
	struct store_record rec = a_mail(f, 3, "r", "late");
	rec.mail.token = 1;
	put(f, rec);
	rec = an_answer(f, 4, NULL, "late", 1); /* without an address */
	put(f, rec);
	assert_int_equal(tickets(f), 4);
	assert_int_equal(look(f, 1).is.contacts, 1);
	for (int64_t ticket = 2; ticket <= 4; ticket++) {
		assert_non_null(strstr(history_of(f, ticket), "linked >#1;"));
		assert_string_equal(reasons_of(f, ticket),
				    "the same conversation, but another person;");
	}
	assert_null(strstr(history_of(f, 1), "linked"));
}

static struct store_record with_id_of_first(struct fixture *f, unsigned n, const char *person)
{
	struct store_record rec = a_mail(f, n, person, "late");
	char *line = f->lines[f->made++ % 64];
	snprintf(line, sizeof(f->lines[0]), "{\"author\":{\"key\":\"%s\"}}", person);
	rec.line = heard_str(line);
	rec.source_id = HEARD_STR_OF("m1");
	return rec;
}

static void who_takes_anothers_id_is_heard_on_his_own(void **state)
{
	struct fixture *f = *state;
	put(f, with_id_of_first(f, 1, "p"));
	put(f, with_id_of_first(f, 2, "q"));
	put(f, with_id_of_first(f, 3, "p")); /* the same mail, delivered again */
	assert_int_equal(ticket_of(f, 1), 1);
	assert_int_equal(ticket_of(f, 2), 2);
	assert_int_equal(tickets(f), 2);
	assert_int_equal(look(f, 1).is.contacts, 1);
	assert_int_equal(number_of(f, "SELECT count(*) FROM record WHERE ticket=1 AND fate=0"),
			 1);
}

static void anothers_id_fetched_twice_counts_once(void **state)
{
	struct fixture *f = *state;
	put(f, with_id_of_first(f, 1, "p"));
	put(f, with_id_of_first(f, 2, "q"));
	put(f, with_id_of_first(f, 4, "q")); /* the same mail, delivered again */
	put(f, with_id_of_first(f, 5, "r")); /* and one of a third */
	put(f, with_id_of_first(f, 6, "r"));
	put(f, with_id_of_first(f, 2, "q")); /* the same record */
	assert_int_equal(tickets(f), 3);
	assert_int_equal(ticket_of(f, 2), 2);
	assert_int_equal(ticket_of(f, 5), 3);
	for (int64_t ticket = 1; ticket <= 3; ticket++)
		assert_int_equal(look(f, ticket).is.contacts, 1);
	assert_int_equal(number_of(f, "SELECT count(*) FROM record WHERE fate=0"), 3);
	struct store_record rec = with_id_of_first(f, 7, "q"); /* changed, not only repeated */
	rec.revision = 2;
	put(f, rec);
	assert_int_equal(tickets(f), 3);
	assert_int_equal(ticket_of(f, 7), 2);
	put(f, with_id_of_first(f, 8, "q")); /* the first, once more */
	assert_int_equal(tickets(f), 3);
	assert_int_equal(number_of(f, "SELECT count(*) FROM record WHERE fate=0"), 3);
	assert_int_equal(number_of(f, "SELECT count(*) FROM record WHERE ticket=1"), 1);
}

/* "Any news?" from another address is no complaint, and nobody would see it. */
static void whoever_answers_us_is_read(void **state)
{
	struct fixture *f = *state;
	put(f, a_mail(f, 1, "p", "late"));
	struct store_record rec = an_answer(f, 2, "q", "late", 1);
	rec.intent = HEARD_STR_OF("");
	put(f, rec);
	assert_int_equal(ticket_of(f, 2), 2);
	assert_int_equal(look(f, 2).is.priority, STORE_LOW);
	rec = an_answer(f, 3, "p", "invoice", 1);
	rec.intent = HEARD_STR_OF("other");
	put(f, rec);
	assert_int_equal(ticket_of(f, 3), 3);
	rec = an_answer(f, 4, "r", "late", 0);
	rec.intent = HEARD_STR_OF("");
	rec.in_reply_to = HEARD_STR_OF("m1"); /* not to us */
	put(f, rec);
	assert_int_equal(ticket_of(f, 4), 0);
	rec = an_answer(f, 5, "r", "late", 1);
	rec.intent = HEARD_STR_OF("praise");
	put(f, rec);
	rec = an_answer(f, 6, "r", "late", 1);
	rec.is_spam = true;
	put(f, rec);
	assert_int_equal(tickets(f), 3);
}

static void another_subject_is_another_matter(void **state)
{
	struct fixture *f = *state;
	put(f, a_mail(f, 1, "p", "late"));
	put(f, an_answer(f, 2, "p", "invoice", 1));
	assert_int_equal(tickets(f), 2);
	assert_non_null(strstr(history_of(f, 2), "linked >#1;"));
	assert_string_equal(reasons_of(f, 2), "the same conversation, but another subject;");
	/* Their answers find their own, also by the message alone. */
	struct store_record rec = a_mail(f, 3, "p", "invoice");
	rec.in_reply_to = HEARD_STR_OF("m2");
	rec.thread = HEARD_STR_OF("m1");
	put(f, rec);
	assert_int_equal(ticket_of(f, 3), 2);
	/* A ticket of the other person's would be worse than one's own of another topic. */
	put(f, a_mail(f, 4, "q", "other"));
	rec = an_answer(f, 5, "p", "third", 4);
	rec.in_reply_to = HEARD_STR_OF("m1");
	put(f, rec);
	assert_int_equal(tickets(f), 4);
	assert_non_null(strstr(history_of(f, 4), "linked >#1;"));
}

static void a_subject_that_says_nothing_stays(void **state)
{
	struct fixture *f = *state;
	put(f, a_mail(f, 1, "p", "late"));
	put(f, an_answer(f, 2, "p", NULL, 1));
	struct store_record rec = an_answer(f, 3, "p", "[external] re: late", 1);
	rec.mail.token = 1; /* it is there still, so it is the old subject */
	put(f, rec);
	assert_int_equal(tickets(f), 1);
	put(f, a_mail(f, 4, "q", NULL));
	put(f, an_answer(f, 5, "q", "anything", 2));
	assert_int_equal(tickets(f), 2);
	/* From another channel, without subjects at all. */
	rec = a_word(f, 6, "q", "gz", NOW);
	rec.in_reply_to = HEARD_STR_OF("m4");
	put(f, rec);
	assert_int_equal(tickets(f), 2);
}

static void the_token_is_enough_for_its_customer(void **state)
{
	struct fixture *f = *state;
	put(f, a_mail(f, 1, "p", "late"));
	struct store_record rec = a_mail(f, 2, "p", "late");
	rec.mail.token = 1;
	put(f, rec);
	assert_int_equal(tickets(f), 1);
	rec = a_mail(f, 3, "p", "late");
	rec.mail.token = 99; /* of a store that was made anew */
	rec.mail.answers = 98;
	put(f, rec);
	assert_int_equal(tickets(f), 2);
	assert_null(strstr(history_of(f, 2), "linked"));
}

static void merge(struct fixture *f, int64_t from, int64_t into)
{
	struct store_act act = by_anna(from, NOW);
	act.reason = HEARD_STR_OF("the same");
	if (store_ticket_merge(f->store, &act, into, &f->err))
		fail_msg("%s", f->err.text);
}

static void both_customers_are_known_to_a_merged_ticket(void **state)
{
	struct fixture *f = *state;
	put(f, a_mail(f, 1, "p", "late"));
	put(f, a_mail(f, 2, "q", "parcel"));
	merge(f, 2, 1);
	put(f, an_answer(f, 3, "q", "parcel", 2)); /* to what we wrote before */
	put(f, an_answer(f, 4, "q", "parcel", 1)); /* and after it            */
	put(f, an_answer(f, 5, "p", "late", 1));
	struct store_record rec = a_mail(f, 6, "q", "parcel");
	rec.in_reply_to = HEARD_STR_OF("m2");
	put(f, rec);
	assert_int_equal(tickets(f), 2);
	for (unsigned n = 3; n <= 6; n++)
		assert_int_equal(ticket_of(f, n), 1);
	put(f, an_answer(f, 7, "r", "parcel", 2));
	assert_int_equal(tickets(f), 3);
	assert_non_null(strstr(history_of(f, 3), "linked >#1;"));
}

static void too_late_is_a_new_ticket(void **state)
{
	struct fixture *f = *state;
	put(f, a_mail(f, 1, "p", "late"));
	must_move(f, 1, STORE_RESOLVED, NOW);
	struct store_record rec = an_answer(f, 2, "p", "late", 1);
	rec.received_at = NOW + DAYS(14);
	put(f, rec);
	assert_int_equal(look(f, 1).is.state, STORE_REOPENED);
	must_move(f, 1, STORE_CLOSED, NOW + DAYS(15));
	rec = an_answer(f, 3, "p", "late", 1);
	rec.received_at = NOW + DAYS(40);
	put(f, rec);
	assert_int_equal(tickets(f), 2);
	assert_string_equal(reasons_of(f, 2), "that one is over for too long;");
}

static void an_erased_ticket_is_not_even_linked(void **state)
{
	struct fixture *f = *state;
	int64_t n;
	struct store_act act = {.at = NOW, .who = HEARD_STR("anna")};
	struct store_record rec = a_mail(f, 1, "p", "late");
	rec.line = HEARD_STR_OF("{\"id\":\"00000001-0000-7000-8000-000000000000\","
				"\"author\":{\"key\":\"p\"}}");
	put(f, rec);
	assert_int_equal(store_erase(f->store, HEARD_STR_OF("p"), &act, &n, &f->err), 0);
	assert_int_equal(number_of(f, "SELECT topic IS NULL FROM ticket"), 1);
	rec = an_answer(f, 2, "p", "late", 1);
	rec.in_reply_to = HEARD_STR_OF("m1");
	rec.mail.token = 1;
	put(f, rec);
	assert_int_equal(tickets(f), 2);
	assert_null(strstr(history_of(f, 2), "linked"));
	put(f, a_bounce(f, 3, 1, "answer-1"));
	assert_int_equal(ticket_of(f, 3), 0);
}

/* ---- what no person wrote */

static int64_t counted(struct fixture *f)
{
	return number_of(f, "SELECT coalesce(sum(n),0) FROM tally WHERE what='channel'");
}

static void a_vacation_notice_changes_nothing(void **state)
{
	struct fixture *f = *state;
	f->rules.events = true;
	put(f, a_mail(f, 1, "p", "late"));
	answer_it(f, 1, "sorry", NOW + 1);
	must_move(f, 1, STORE_RESOLVED, NOW + 2);
	forget_events(f);
	struct store_record rec = an_answer(f, 2, "p", "out of office", 1);
	rec.mail.automatic = STORE_MAIL_REPLY;
	put(f, rec);
	struct shot shot = look(f, 1);
	assert_int_equal(ticket_of(f, 2), 1);
	assert_int_equal(shot.is.state, STORE_RESOLVED);
	assert_int_equal(shot.is.contacts, 1);
	assert_true(shot.is.next_response_due == HEARD_TIME_NONE);
	assert_non_null(strstr(history_of(f, 1), "automatic >;"));
	assert_string_equal(events_of(f), "");
	assert_int_equal(counted(f), 1);
	assert_int_equal(number_of(f, "SELECT count(*) FROM automatic"), 1);
	/* Also where it would be let in late, or into a merged one. */
	rec = an_answer(f, 3, "p", "out of office", 1);
	rec.mail.automatic = STORE_MAIL_REPLY;
	rec.received_at = NOW + DAYS(100);
	put(f, rec);
	assert_int_equal(ticket_of(f, 3), 1);
	assert_int_equal(tickets(f), 1);
}

static void add_line(void *arg, const struct store_answer *a)
{
	add_text(arg, "%.*s", HEARD_ARG(a->record));
}

/* Its line has no address to answer to, and is not what the customer said. */
static void an_answer_goes_to_what_the_customer_wrote(void **state)
{
	struct fixture *f = *state;
	int64_t next;
	put(f, a_mail(f, 1, "p", "late"));
	struct store_record rec = an_answer(f, 2, "p", "out of office", 1);
	rec.mail.automatic = STORE_MAIL_REPLY;
	put(f, rec);
	put(f, a_bounce(f, 3, 1, "1"));
	answer_it(f, 1, "sorry", NOW + 1);
	f->text[0] = '\0';
	assert_int_equal(store_answers(f->store, NOW + 1, 0, add_line, f, &next, &f->err), 0);
	assert_non_null(strstr(f->text, "\"00000001-"));
}

static void without_a_ticket_it_is_a_record(void **state)
{
	static const enum store_automatic kinds[] = {STORE_MAIL_OWN, STORE_MAIL_BOUNCE,
						     STORE_MAIL_REPLY, STORE_MAIL_LIST,
						     STORE_MAIL_BULK};
	struct fixture *f = *state;
	for (unsigned i = 0; i < 5; i++) {
		struct store_record rec = a_mail(f, 1 + i, "p", "news");
		rec.mail.automatic = kinds[i];
		rec.priority = HEARD_STR_OF("high");
		put(f, rec);
	}
	assert_int_equal(tickets(f), 0);
	assert_int_equal(counted(f), 0);
	assert_int_equal(number_of(f, "SELECT count(*) FROM record"), 5);
	/* Unless the rules want it: but never of a bounce or a mail of ours. */
	f->rules.automatic_tickets = true;
	for (unsigned i = 0; i < 5; i++) {
		struct store_record rec = a_mail(f, 11 + i - 9, "q", "news");
		char id[8];
		snprintf(id, sizeof(id), "n%u", i);
		rec.id[8] = (unsigned char)(0x90 + i);
		rec.source_id = heard_str(id);
		rec.mail.automatic = kinds[i];
		put(f, rec);
	}
	assert_int_equal(tickets(f), 3);
	assert_int_equal(counted(f), 3);
}

static void a_machine_that_passes_words_on_is_a_person_if_wanted(void **state)
{
	struct fixture *f = *state;
	f->rules.automatic_tickets = true;
	struct store_record rec = a_mail(f, 1, "robot", "order 1");
	rec.mail.automatic = STORE_MAIL_REPLY;
	put(f, rec);
	rec = a_mail(f, 2, "robot", "order 1");
	rec.in_reply_to = HEARD_STR_OF("m1");
	rec.mail.automatic = STORE_MAIL_REPLY;
	put(f, rec);
	assert_int_equal(tickets(f), 1);
	assert_int_equal(look(f, 1).is.contacts, 2);
	/* What answers our mail is a vacation notice all the same. */
	rec = an_answer(f, 3, "robot", "order 1", 1);
	rec.mail.automatic = STORE_MAIL_REPLY;
	put(f, rec);
	assert_int_equal(look(f, 1).is.contacts, 2);
	assert_int_equal(ticket_of(f, 3), 1);
}

static void a_loop_joins_nothing(void **state)
{
	struct fixture *f = *state;
	put(f, a_mail(f, 1, "p", "late"));
	struct store_record rec = an_answer(f, 2, "p", "late", 1);
	rec.mail.automatic = STORE_MAIL_OWN;
	put(f, rec);
	assert_int_equal(ticket_of(f, 2), 0);
	assert_int_equal(look(f, 1).is.contacts, 1);
}

/* ---- what came back */

static const char *last_event(struct fixture *f)
{
	sqlite3_stmt *st;
	f->text[0] = '\0';
	assert_int_equal(
		db_prepare(f->store->db, "SELECT line FROM event ORDER BY n", &st, &f->err), 0);
	while (sqlite3_step(st) == SQLITE_ROW)
		if (strstr((const char *)sqlite3_column_text(st, 0), "\"bounced\",\""))
			snprintf(f->text, sizeof(f->text), "%s", sqlite3_column_text(st, 0));
	sqlite3_finalize(st);
	return f->text;
}

static void an_answer_that_came_back_is_owed_again(void **state)
{
	struct fixture *f = *state;
	f->rules.events = true;
	put(f, a_mail(f, 1, "p", "late"));
	answer_it(f, 1, "sorry", NOW + 1000);
	must_move(f, 1, STORE_WAITING, NOW + 2000);
	forget_events(f);
	put(f, a_bounce(f, 2, 1, "answer-1"));
	struct shot shot = look(f, 1);
	assert_int_equal(ticket_of(f, 2), 1);
	assert_int_equal(tickets(f), 1);
	assert_int_equal(shot.is.state, STORE_OPENED);
	assert_int_equal(shot.is.contacts, 1);
	assert_true(shot.is.next_response_due != HEARD_TIME_NONE);
	assert_non_null(strstr(history_of(f, 1), "bounced >answer-1;status waiting>open;"));
	assert_string_equal(reasons_of(f, 1), "our answer to the customer came back (5.1.1);");
	assert_string_equal(events_of(f), "bounced#1;");
	const char *line = last_event(f);
	assert_non_null(strstr(line, "\"mail.answers\":\"heard.1.answer-1.h\""));
	assert_non_null(strstr(line, "\"mail.bounced\":\"abc\""));
	assert_non_null(strstr(line, "\"mail.status\":\"5.1.1\""));
	assert_null(strstr(line, "mail.notes"));
	assert_null(strstr(line, "mailer")); /* the customer's, not the server's */
	assert_int_equal(counted(f), 1);
}

static void a_mail_comes_back_once(void **state)
{
	struct fixture *f = *state;
	f->rules.events = true;
	put(f, a_mail(f, 1, "p", "late"));
	answer_it(f, 1, "sorry", NOW + 1000);
	must_move(f, 1, STORE_RESOLVED, NOW + 2000);
	put(f, a_bounce(f, 2, 1, "answer-1"));
	assert_int_equal(look(f, 1).is.state, STORE_REOPENED);
	assert_int_equal(look(f, 1).is.round, 2);
	must_move(f, 1, STORE_RESOLVED, NOW + 4000);
	forget_events(f);
	for (unsigned n = 3; n < 6; n++)
		put(f, a_bounce(f, n, 1, "answer-1"));
	assert_int_equal(look(f, 1).is.state, STORE_RESOLVED);
	assert_string_equal(events_of(f), "");
	put(f, a_bounce(f, 6, 1, "answer-2"));
	assert_int_equal(look(f, 1).is.state, STORE_REOPENED);
}

static void what_is_over_for_long_stays_over(void **state)
{
	struct fixture *f = *state;
	put(f, a_mail(f, 1, "p", "late"));
	answer_it(f, 1, "sorry", NOW + 1000);
	must_move(f, 1, STORE_RESOLVED, NOW + 2000);
	struct store_record rec = a_bounce(f, 2, 1, "answer-1");
	rec.received_at = NOW + DAYS(30);
	put(f, rec);
	assert_int_equal(look(f, 1).is.state, STORE_RESOLVED);
	assert_non_null(strstr(history_of(f, 1), "bounced"));
}

static void a_notice_that_came_back_is_no_work(void **state)
{
	struct fixture *f = *state;
	f->rules.events = true;
	put(f, a_mail(f, 1, "p", "late"));
	answer_it(f, 1, "sorry", NOW + 1000);
	must_move(f, 1, STORE_RESOLVED, NOW + 2000);
	forget_events(f);
	put(f, a_bounce(f, 2, 1, "00000001-0000"));
	assert_int_equal(look(f, 1).is.state, STORE_RESOLVED);
	assert_string_equal(events_of(f), "bounced#1;");
	assert_string_equal(reasons_of(f, 1), "a notice to the customer came back (5.1.1);");
	/* Nor one that is only late, or that is known to have arrived. */
	struct store_record rec = a_bounce(f, 3, 1, "answer-1");
	rec.mail.is_failure = false;
	put(f, rec);
	assert_int_equal(look(f, 1).is.state, STORE_RESOLVED);
	assert_string_equal(events_of(f), "bounced#1;");
	assert_non_null(strstr(history_of(f, 1), "automatic"));
}

static void a_bounce_without_an_id_of_ours_is_a_record(void **state)
{
	struct fixture *f = *state;
	f->rules.events = true;
	put(f, a_mail(f, 1, "p", "late"));
	forget_events(f);
	struct store_record rec = a_bounce(f, 2, 0, "answer-1");
	rec.in_reply_to = HEARD_STR_OF("m1");
	rec.mail.token = 1;
	put(f, rec);
	put(f, a_bounce(f, 3, 77, "answer-1"));
	assert_int_equal(ticket_of(f, 2), 0);
	assert_int_equal(ticket_of(f, 3), 0);
	assert_int_equal(tickets(f), 1);
	assert_string_equal(events_of(f), "");
}

static void a_bounce_follows_a_merged_ticket_whatever_a_filter_thinks(void **state)
{
	struct fixture *f = *state;
	put(f, a_mail(f, 1, "p", "late"));
	put(f, a_mail(f, 2, "q", "parcel"));
	answer_it(f, 2, "sorry", NOW + 3000);
	merge(f, 2, 1);
	struct store_record rec = a_bounce(f, 3, 2, "answer-1");
	rec.is_spam = true;
	put(f, rec);
	assert_int_equal(ticket_of(f, 3), 1);
	assert_non_null(strstr(history_of(f, 1), "bounced >answer-1;"));
	assert_int_equal(number_of(f, "SELECT count(*) FROM tally WHERE what='spam'"), 0);
}

/* What a source says of its own records makes less of them, and breaks no count. */
static void a_record_that_was_aside_was_never_counted(void **state)
{
	struct fixture *f = *state;
	struct store_record rec = a_mail(f, 1, "p", "x");
	rec.mail.automatic = STORE_MAIL_LIST;
	rec.nps = 9;
	put(f, rec);
	assert_int_equal(number_of(f, "SELECT count(*) FROM score"), 0);
	rec = a_mail(f, 2, "p", "x");
	rec.source_id = HEARD_STR_OF("m1");
	rec.revision = 1;
	rec.nps = 3;
	put(f, rec);
	assert_int_equal(number_of(f, "SELECT sum(n) FROM score WHERE value=3"), 1);
	assert_int_equal(number_of(f, "SELECT count(*) FROM score WHERE n<1"), 0);
	assert_int_equal(number_of(f, "SELECT count(*) FROM score WHERE value=9"), 0);
	assert_int_equal(tickets(f), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_id_of_ours_leads_its_customer_back),
		TEST(a_stranger_opens_a_ticket_of_his_own),
		TEST(who_takes_anothers_id_is_heard_on_his_own),
		TEST(anothers_id_fetched_twice_counts_once),
		TEST(whoever_answers_us_is_read),
		TEST(another_subject_is_another_matter),
		TEST(a_subject_that_says_nothing_stays),
		TEST(the_token_is_enough_for_its_customer),
		TEST(both_customers_are_known_to_a_merged_ticket),
		TEST(too_late_is_a_new_ticket),
		TEST(an_erased_ticket_is_not_even_linked),
		TEST(a_vacation_notice_changes_nothing),
		TEST(an_answer_goes_to_what_the_customer_wrote),
		TEST(without_a_ticket_it_is_a_record),
		TEST(a_machine_that_passes_words_on_is_a_person_if_wanted),
		TEST(a_loop_joins_nothing),
		TEST(an_answer_that_came_back_is_owed_again),
		TEST(a_mail_comes_back_once),
		TEST(what_is_over_for_long_stays_over),
		TEST(a_notice_that_came_back_is_no_work),
		TEST(a_bounce_without_an_id_of_ours_is_a_record),
		TEST(a_bounce_follows_a_merged_ticket_whatever_a_filter_thinks),
		TEST(a_record_that_was_aside_was_never_counted),
	};
	return cmocka_run_group_tests_name("store_mail", tests, NULL, NULL);
}
