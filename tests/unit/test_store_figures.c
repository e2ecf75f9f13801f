/*
 * test_store_figures.c - figures on sets that are counted by hand in the comments.
 */
#include "store_fixture.h"

#include <store/erase.h>
#include <store/figures.h>
#include <store/sqlite.h>

#define DAY_2 INT64_C(1767283200000) /* 2026-01-02 in Asia/Shanghai: 2026-01-01T16:00Z */
#define DAY_3 (DAY_2 + DAYS(1))

/* Of 2 January in Shanghai, hour by hour. */
static struct store_figures figures_at(struct fixture *f, int64_t now)
{
	struct store_figures figures;
	static int64_t edges[25];
	for (int i = 0; i < 25; i++)
		edges[i] = DAY_2 + HOURS(i);
	struct store_period day = {DAY_2, DAY_3, now, edges, 24};
	if (store_figures(f->store, &day, &figures, &f->err))
		fail_msg("%s", f->err.text);
	return figures;
}

static struct store_figures figures(struct fixture *f)
{
	return figures_at(f, NOW + DAYS(30));
}

static bool near(double a, double b)
{
	return fabs(a - b) < 0.005;
}

static int64_t share(const struct store_shares *shares, const char *name)
{
	for (size_t i = 0; i < shares->n; i++)
		if (strcmp(shares->at[i].name, name) == 0)
			return shares->at[i].n;
	return 0;
}

/* ---- feedback */

static void a_day_breaks_at_the_midnight_of_its_zone(void **state)
{
	struct fixture *f = *state;
	/* The last millisecond of the day before, the first and the last of this one, the
	 * first of the next: two are of the day, one in its first hour, one in its last. */
	const int64_t at[] = {DAY_2 - 1, DAY_2, DAY_3 - 1, DAY_3};
	for (unsigned i = 0; i < 4; i++) {
		struct store_record rec = a_complaint(f, i + 1, "x");
		rec.received_at = at[i];
		put(f, rec);
	}
	struct store_figures got = figures(f);
	assert_int_equal(got.received, 2);
	assert_int_equal(got.tickets, 2);
	assert_int_equal(got.parts[0].received, 1);
	assert_int_equal(got.parts[0].tickets, 1);
	assert_int_equal(got.parts[23].received, 1);
	assert_int_equal(got.parts[23].tickets, 1);
	store_figures_release(&got);
}

static void spam_removals_and_revisions_are_no_further_feedback(void **state)
{
	struct fixture *f = *state;
	/* Web 2 (one of them revised later), app 1; spam is counted apart; what was
	 * stored twice counts once; a removal counts nothing. */
	struct store_record rec = a_record(f, 1, "a");
	rec.source_id = HEARD_STR_OF("review-1");
	put(f, rec);
	put(f, rec);
	rec = a_record(f, 2, "a, revised");
	rec.source_id = HEARD_STR_OF("review-1");
	rec.op = STORE_OP_UPDATE;
	rec.revision = 1;
	put(f, rec);
	put(f, a_record(f, 3, "b"));
	rec = a_record(f, 4, "c");
	rec.channel = HEARD_STR_OF("app");
	rec.category = HEARD_STR_OF("product");
	put(f, rec);
	rec = a_record(f, 5, "spam");
	rec.is_spam = true;
	put(f, rec);
	rec = a_record(f, 6, "gone");
	rec.op = STORE_OP_DELETE;
	put(f, rec);
	struct store_figures got = figures(f);
	assert_int_equal(got.received, 3);
	assert_int_equal(got.spam, 1);
	assert_int_equal(share(&got.channels, "web"), 2);
	assert_int_equal(share(&got.channels, "app"), 1);
	assert_int_equal(share(&got.categories, "product"), 1);
	assert_int_equal(share(&got.categories, ""), 2);
	store_figures_release(&got);
}

static void what_is_rolled_back_is_not_counted(void **state)
{
	struct fixture *f = *state;
	enum store_fate fate;
	struct store_record rec = a_record(f, 1, "x");
	rec.nps = 9;
	assert_int_equal(store_begin(f->store, &f->err), 0);
	assert_int_equal(store_put(f->store, &rec, NOW, &fate, &f->err), 0);
	store_rollback(f->store);
	struct store_figures got = figures(f);
	assert_int_equal(got.received, 0);
	assert_int_equal(got.nps.answers, 0);
	store_figures_release(&got);
	put(f, rec);
	got = figures(f);
	assert_int_equal(got.received, 1);
	assert_int_equal(got.nps.answers, 1);
	store_figures_release(&got);
}

static void a_batch_with_more_names_than_memory_is_counted_exactly(void **state)
{
	struct fixture *f = *state;
	enum store_fate fate;
	char product[32];
	assert_int_equal(store_begin(f->store, &f->err), 0);
	for (unsigned i = 0; i < 3000; i++) {
		struct store_record rec = a_record(f, i + 1, "x");
		snprintf(product, sizeof(product), "product %u", i);
		rec.product = heard_str(product);
		assert_int_equal(store_put(f->store, &rec, NOW, &fate, &f->err), 0);
	}
	assert_int_equal(store_commit(f->store, "shop/tickets", 1, &f->err), 0);
	struct store_figures got = figures(f);
	assert_int_equal(got.received, 3000);
	assert_int_equal(got.products.n, STORE_SHARES);
	assert_int_equal(number_of(f, "SELECT sum(n) FROM tally WHERE what='product'"), 3000);
	store_figures_release(&got);
}

/* ---- scores */

static unsigned put_scores(struct fixture *f, unsigned n, char kind, double value, int times)
{
	for (; times; times--) {
		struct store_record rec = a_record(f, n++, "x");
		*(kind == 'n'	? &rec.nps
		  : kind == 'c' ? &rec.csat
		  : kind == 'e' ? &rec.ces
				: &rec.rating) = value;
		put(f, rec);
	}
	return n;
}

static void nps_is_promoters_without_detractors(void **state)
{
	struct fixture *f = *state;
	/* 10 x3, 9 x2: five promoters.  8 x2, 7 x1: three passives.  6 x1, 0 x1: two
	 * detractors.  100 * (5 - 2) / 10 = 30.  An 11 is no answer. */
	unsigned n = 1;
	n = put_scores(f, n, 'n', 10, 3);
	n = put_scores(f, n, 'n', 9, 2);
	n = put_scores(f, n, 'n', 8, 2);
	n = put_scores(f, n, 'n', 7, 1);
	n = put_scores(f, n, 'n', 6, 1);
	n = put_scores(f, n, 'n', 0, 1);
	put_scores(f, n, 'n', 11, 1);
	struct store_figures got = figures(f);
	assert_int_equal(got.nps.answers, 10);
	assert_int_equal(got.nps.promoters, 5);
	assert_int_equal(got.nps.detractors, 2);
	assert_true(near(store_nps(&got.nps), 30));
	store_figures_release(&got);
}

/* One answer of a survey; NaN: that question was left out. */
static void put_answer(struct fixture *f, unsigned n, const char *survey, double nps,
		       double csat, double ces)
{
	struct store_record rec = a_record(f, n, "x");
	rec.channel = HEARD_STR_OF("survey");
	rec.survey = heard_str(survey);
	rec.nps = nps;
	rec.csat = csat;
	rec.ces = ces;
	put(f, rec);
}

static void surveys_are_told_apart_and_a_dismissal_is_no_answer(void **state)
{
	struct fixture *f = *state;
	/* "a": NPS 10, 9, 3, 7 is 100 * (2 - 1) / 4 = 25; CSAT 5, 4, 1 is 2 / 3; CES 7, 2 is
	 * 4.5; six answers, one of them without any score.  "b": one detractor. */
	put_answer(f, 1, "a", 10, 5, 7);
	put_answer(f, 2, "a", 9, 4, NAN);
	put_answer(f, 3, "b", 0, NAN, NAN);
	put_answer(f, 4, "a", 3, 1, 2);
	put_answer(f, 5, "a", 7, NAN, NAN);
	put_answer(f, 6, "a", NAN, NAN, NAN);
	put_answer(f, 7, "a", 11, 6, NAN); /* no such scores */
	put(f, a_record(f, 8, "no survey"));
	struct store_figures got = figures(f);
	assert_int_equal(got.surveys.n, 2);
	const struct store_survey *a = &got.surveys.at[0], *b = &got.surveys.at[1];
	assert_string_equal(a->name, "a");
	assert_int_equal(a->answers, 6);
	assert_int_equal(a->nps.answers, 4);
	assert_true(near(store_nps(&a->nps), 25));
	assert_int_equal(a->csat.answers, 3);
	assert_int_equal(a->csat.good, 2);
	assert_int_equal(a->ces.answers, 2);
	assert_true(near(a->ces.sum / 2, 4.5));
	assert_string_equal(b->name, "b");
	assert_int_equal(b->answers, 1);
	assert_true(near(store_nps(&b->nps), -100));
	assert_int_equal(got.nps.answers, 5); /* of all of them */
	store_figures_release(&got);
}

static void a_revised_answer_counts_once(void **state)
{
	struct fixture *f = *state;
	static const char line[] = "{\"channel\":\"survey\",\"nps\":2,"
				   "\"attributes\":{\"survey.name\":\"a\"}}";
	struct store_record rec = a_record(f, 1, "x");
	rec.channel = HEARD_STR_OF("survey");
	rec.survey = HEARD_STR_OF("a");
	rec.source_id = HEARD_STR_OF("answer-1");
	rec.nps = 2;
	rec.line = heard_str(line);
	put(f, rec);
	rec = a_record(f, 2, "x");
	rec.channel = HEARD_STR_OF("survey");
	rec.survey = HEARD_STR_OF("a");
	rec.source_id = HEARD_STR_OF("answer-1");
	rec.revision = 1;
	rec.op = STORE_OP_UPDATE;
	rec.nps = 10;
	put(f, rec);
	struct store_figures got = figures(f);
	assert_int_equal(got.surveys.n, 1);
	assert_int_equal(got.surveys.at[0].answers, 1);
	assert_true(near(store_nps(&got.surveys.at[0].nps), 100));
	store_figures_release(&got);
}

static void csat_and_ces_are_of_the_answers_alone(void **state)
{
	struct fixture *f = *state;
	/* CSAT: 5, 5, 4, 3, 1 give 3 / 5.  CES: 7, 6, 2 give 5.  Records without a score
	 * are no answers. */
	unsigned n = put_scores(f, 1, 'c', 5, 2);
	n = put_scores(f, n, 'c', 4, 1);
	n = put_scores(f, n, 'c', 3, 1);
	n = put_scores(f, n, 'c', 1, 1);
	n = put_scores(f, n, 'e', 7, 1);
	n = put_scores(f, n, 'e', 6, 1);
	n = put_scores(f, n, 'e', 2, 1);
	put(f, a_record(f, n, "no score"));
	struct store_figures got = figures(f);
	assert_int_equal(got.csat.answers, 5);
	assert_int_equal(got.csat.good, 3);
	assert_int_equal(got.ces.answers, 3);
	assert_true(near(got.ces.sum / 3, 5));
	assert_int_equal(got.nps.answers, 0);
	assert_true(isnan(store_nps(&got.nps)));
	store_figures_release(&got);
}

static unsigned press(struct fixture *f, unsigned n, double value, double best, int times)
{
	for (; times; times--) {
		struct store_record rec = a_record(f, n++, "x");
		rec.channel = HEARD_STR_OF("kiosk");
		rec.rating = value;
		rec.rating_max = best;
		put(f, rec);
	}
	return n;
}

static double index_of(struct fixture *f, const int *counts, int faces)
{
	unsigned n = 1;
	for (int i = 0; i < faces; i++)
		n = press(f, n, faces - i, faces, counts[i]);
	struct store_figures got = figures(f);
	double index = got.kiosk.sum / (double)got.kiosk.answers;
	store_figures_release(&got);
	return index;
}

static void the_kiosk_index_of_four_faces(void **state)
{
	/* (126 * 100 + 60 * 66.7 + 16 * 33.3 + 17 * 0) / 219 = 78.2 */
	static const int counts[] = {126, 60, 16, 17};
	assert_int_equal(lround(index_of(*state, counts, 4)), 78);
}

static void the_kiosk_index_of_five_faces(void **state)
{
	/* (51 * 100 + 23 * 75 + 12 * 50 + 2 * 25 + 4 * 0) / 92 = 81.25 */
	static const int counts[] = {51, 23, 12, 2, 4};
	assert_int_equal(lround(index_of(*state, counts, 5)), 81);
}

static void a_revised_score_takes_the_place_of_the_first(void **state)
{
	struct fixture *f = *state;
	struct store_record rec = a_record(f, 1, "bad");
	rec.source_id = HEARD_STR_OF("review-1");
	rec.line = HEARD_STR_OF("{\"channel\":\"web\",\"rating\":1,\"nps\":0.1}");
	rec.rating = 1;
	rec.nps = 0.1;
	put(f, rec);
	rec = a_record(f, 2, "good after all");
	rec.source_id = HEARD_STR_OF("review-1");
	rec.line = HEARD_STR_OF("{\"channel\":\"web\",\"rating\":5,\"rating_max\":5}");
	rec.op = STORE_OP_UPDATE;
	rec.revision = 1;
	rec.rating = 5;
	put(f, rec);
	struct store_figures got = figures(f);
	assert_int_equal(got.nps.answers, 0);
	assert_int_equal(got.rating.answers, 1);
	assert_true(near(got.rating.sum, 1));
	store_figures_release(&got);
	rec = a_record(f, 3, "");
	rec.source_id = HEARD_STR_OF("review-1");
	rec.line = HEARD_STR_OF("{\"op\":\"delete\",\"rating\":5}");
	rec.op = STORE_OP_DELETE;
	rec.rating = 5;
	rec.revision = 2;
	put(f, rec);
	got = figures(f);
	assert_int_equal(got.rating.answers, 0);
	store_figures_release(&got);
	rec = a_record(f, 4, "put back");
	rec.source_id = HEARD_STR_OF("review-1");
	rec.op = STORE_OP_UPDATE;
	rec.rating = 4;
	rec.revision = 3;
	put(f, rec);
	got = figures(f);
	assert_int_equal(got.rating.answers, 1); /* a removal's score was not counted */
	store_figures_release(&got);
}

/* What is left of an erased record still says what was counted. */
static void a_score_of_an_erased_record_is_taken_back(void **state)
{
	struct fixture *f = *state;
	struct store_record rec = a_record(f, 1, "bad");
	rec.source_id = HEARD_STR_OF("review-1");
	rec.line = HEARD_STR_OF("{\"channel\":\"kiosk\",\"rating\":1,\"rating_max\":4}");
	rec.channel = HEARD_STR_OF("kiosk");
	rec.rating = 1;
	rec.rating_max = 4;
	put(f, rec);
	assert_int_equal(act_begin(f->store, &f->err), 0);
	assert_int_equal(act_end(f->store, erase_record(f->store, 1, &f->err), &f->err), 0);
	rec = a_record(f, 2, "once more");
	rec.source_id = HEARD_STR_OF("review-1");
	rec.revision = 1;
	put(f, rec);
	struct store_figures got = figures(f);
	assert_int_equal(got.rating.answers, 0);
	assert_int_equal(got.kiosk.answers, 0);
	store_figures_release(&got);
}

/* ---- tickets */

/* Four complaints of medium priority at NOW: first response due after 4 h, resolution
 * after 48 h.
 *
 *	1  answered after 1 h (met), resolved after 2 h (met)
 *	2  answered after 5 h (missed), open
 *	3  never answered
 *	4  resolved after 3 h without an answer (resolution met), reopened at 4 h
 *	5  merged into 1: none of the figures
 *	6  spam: none of the figures */
static void put_six(struct fixture *f)
{
	static const char *const words[] = {"one", "two", "three", "four", "five", "six"};
	for (unsigned i = 0; i < 6; i++) {
		struct store_record rec = a_complaint(f, i + 1, words[i]);
		rec.department = i % 2 ? HEARD_STR_OF("logistics") : HEARD_STR_OF("quality");
		rec.category = HEARD_STR_OF("product");
		rec.subcategory = i < 2 ? HEARD_STR_OF("safety") : HEARD_STR_OF("quality");
		put(f, rec);
	}
	answer_it(f, 1, "sorry", NOW + HOURS(1));
	must_move(f, 1, STORE_RESOLVED, NOW + HOURS(2));
	must_move(f, 4, STORE_RESOLVED, NOW + HOURS(3));
	must_move(f, 4, STORE_REOPENED, NOW + HOURS(4));
	ring(f, NOW + HOURS(4) + 1);
	answer_it(f, 2, "sorry", NOW + HOURS(5));
	struct store_act act = by_anna(5, NOW + HOURS(5));
	assert_int_equal(store_ticket_merge(f->store, &act, 1, &f->err), 0);
	must_move(f, 6, STORE_SPAM, NOW + HOURS(5));
}

static void rates_are_over_the_tickets_received_as_they_stand(void **state)
{
	struct fixture *f = *state;
	put_six(f);
	/* At NOW + 6 h.  Answered 2 of 4; resolved 1 of 4 (the other was reopened).
	 * Levels that were due: 1 first response and resolution, 2 first response, 3 first
	 * response, 4 resolution of its first round; met are 1's two and 4's one: 3 / 5. */
	struct store_figures got = figures_at(f, NOW + HOURS(6));
	assert_int_equal(got.received, 6);
	assert_int_equal(got.tickets, 4);
	assert_int_equal(got.answered, 2);
	assert_int_equal(got.resolved, 1);
	assert_int_equal(got.reopened, 1);
	assert_int_equal(got.levels_due, 5);
	assert_int_equal(got.levels_met, 3);
	assert_true(near(store_rate(got.answered, got.tickets), 0.5));
	assert_true(near(store_rate(got.levels_met, got.levels_due), 0.6));
	/* The median of 1 h and 5 h. */
	assert_int_equal(got.first_response, HOURS(3));
	assert_int_equal(got.resolution, HOURS(2));
	assert_int_equal(got.backlog, 3);
	store_figures_release(&got);
}

static void a_level_whose_time_is_over_is_due_although_nobody_noticed(void **state)
{
	struct fixture *f = *state;
	put(f, a_complaint(f, 1, "x"));
	struct store_figures got = figures_at(f, NOW + HOURS(3));
	assert_int_equal(got.levels_due, 0);
	store_figures_release(&got);
	got = figures_at(f, NOW + HOURS(5)); /* the response; of the resolution 43 h are left */
	assert_int_equal(got.levels_due, 1);
	assert_int_equal(got.levels_met, 0);
	assert_int_equal(got.overdue, 1);
	store_figures_release(&got);
	ring(f, NOW + HOURS(5)); /* now it is written down, and still one */
	got = figures_at(f, NOW + HOURS(5));
	assert_int_equal(got.levels_due, 1);
	store_figures_release(&got);
}

static void departments_and_topics_have_figures_of_their_own(void **state)
{
	struct fixture *f = *state;
	put_six(f);
	struct store_figures got = figures_at(f, NOW + HOURS(6));
	assert_int_equal(share(&got.departments, "quality"), 2);
	assert_int_equal(share(&got.departments, "logistics"), 2);
	assert_int_equal(share(&got.priorities, "medium"), 4);
	assert_int_equal(got.topics.n, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_string_equal(got.topics.at[i].category, "product");
		assert_int_equal(got.topics.at[i].tickets, 2);
		assert_int_equal(got.topics.at[i].complaints, 2);
		assert_true(got.topics.at[i].samples[0] && got.topics.at[i].samples[1]);
		assert_int_equal(got.topics.at[i].samples[2], 0);
	}
	struct store_topic like = {.category = "product", .subcategory = "safety"};
	assert_int_equal(store_topic_find(&got.topics, &like)->resolved, 1);
	store_figures_release(&got);
}

static void nothing_to_divide_by_is_no_number(void **state)
{
	struct store_figures got = figures(*state);
	assert_int_equal(got.received, 0);
	assert_true(isnan(store_rate(got.answered, got.tickets)));
	assert_int_equal(got.first_response, -1);
	assert_int_equal(got.topics.n, 0);
	assert_int_equal(got.n_parts, 24);
	store_figures_release(&got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_day_breaks_at_the_midnight_of_its_zone),
		TEST(spam_removals_and_revisions_are_no_further_feedback),
		TEST(what_is_rolled_back_is_not_counted),
		TEST(a_batch_with_more_names_than_memory_is_counted_exactly),
		TEST(nps_is_promoters_without_detractors),
		TEST(csat_and_ces_are_of_the_answers_alone),
		TEST(surveys_are_told_apart_and_a_dismissal_is_no_answer),
		TEST(a_revised_answer_counts_once),
		TEST(the_kiosk_index_of_four_faces),
		TEST(the_kiosk_index_of_five_faces),
		TEST(a_revised_score_takes_the_place_of_the_first),
		TEST(a_score_of_an_erased_record_is_taken_back),
		TEST(rates_are_over_the_tickets_received_as_they_stand),
		TEST(a_level_whose_time_is_over_is_due_although_nobody_noticed),
		TEST(departments_and_topics_have_figures_of_their_own),
		TEST(nothing_to_divide_by_is_no_number),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
