/*
 * test_store_sample.c - records of a period by their numbers, and what came by time.
 */
#include "store_fixture.h"

#include <store/sample.h>

struct taken {
	int64_t at[4096], ticket[4096];
	size_t n, most;
};

static bool take(void *arg, const struct store_sampled *sampled)
{
	struct taken *t = arg;
	assert_int_equal(sampled->id[8], 0x80);
	assert_true(sampled->line.len > 0);
	t->at[t->n] = sampled->at;
	t->ticket[t->n++] = sampled->ticket;
	return t->n < t->most;
}

static struct taken *sample(struct fixture *f, int64_t from, int64_t to, int64_t every,
			    size_t most)
{
	static struct taken t;
	struct store_span span;
	t = (struct taken){.most = most};
	assert_int_equal(store_span(f->store, from, to, &span, &f->err), 0);
	assert_int_equal(store_sample(f->store, &span, every, take, &t, &f->err), 0);
	return &t;
}

/* One a minute, the first at NOW. */
static void fill(struct fixture *f, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		char body[32];
		snprintf(body, sizeof(body), "word %u", i);
		struct store_record rec = a_record(f, i + 1, body);
		rec.received_at = NOW + MINUTES(i);
		put(f, rec);
	}
}

static void an_empty_store_has_none(void **state)
{
	struct fixture *f = *state;
	int64_t since;
	assert_int_equal(sample(f, 0, NOW, 1, 100)->n, 0);
	assert_int_equal(store_since(f->store, &since, &f->err), 0);
	assert_int_equal(since, HEARD_TIME_NONE);
}

static void a_period_has_its_records(void **state)
{
	struct fixture *f = *state;
	fill(f, 1200);
	struct taken *t = sample(f, NOW + MINUTES(500), NOW + MINUTES(700), 1, 4096);
	assert_int_equal(t->n, 200);
	assert_int_equal(t->at[0], NOW + MINUTES(500));
	assert_int_equal(t->at[199], NOW + MINUTES(699));
	assert_int_equal(sample(f, 0, NOW + MINUTES(3), 1, 4096)->n, 3);
	assert_int_equal(sample(f, NOW + MINUTES(1199), NOW + DAYS(9), 1, 4096)->n, 1);
	assert_int_equal(sample(f, NOW + MINUTES(1200), NOW + DAYS(9), 1, 4096)->n, 0);
	assert_int_equal(sample(f, NOW, NOW + DAYS(9), 1, 7)->n, 7); /* who has enough */
}

static void of_many_every_kth_is_read(void **state)
{
	struct fixture *f = *state;
	fill(f, 1200);
	struct taken *t = sample(f, NOW + MINUTES(300), NOW + MINUTES(900), 10, 4096);
	assert_int_equal(t->n, 60);
	for (size_t i = 1; i < t->n; i++)
		assert_int_equal(t->at[i] - t->at[i - 1], MINUTES(10));
}

/* A record that was long on its way lies among later ones. */
static void who_came_late_is_found(void **state)
{
	struct fixture *f = *state;
	fill(f, 600);
	struct store_record late = a_record(f, 9999, "late");
	late.received_at = NOW + MINUTES(400);
	put(f, late);
	assert_int_equal(sample(f, NOW + MINUTES(400), NOW + MINUTES(401), 1, 4096)->n, 2);
}

/* Nor do some that came late, and lie where the search asks first, lead it astray. */
static void who_came_late_leads_nobody_astray(void **state)
{
	struct fixture *f = *state;
	fill(f, 1000);
	for (unsigned i = 0; i < 40; i++) {
		struct store_record late = a_record(f, 9000 + i, "late");
		late.received_at = NOW - DAYS(10);
		put(f, late);
	}
	for (unsigned i = 1000; i < 2000; i++) {
		struct store_record rec = a_record(f, i + 1, "word");
		rec.received_at = NOW + MINUTES(i);
		put(f, rec);
	}
	assert_int_equal(sample(f, NOW + MINUTES(200), NOW + MINUTES(300), 1, 4096)->n, 100);
	assert_int_equal(sample(f, NOW, NOW + MINUTES(2000), 1, 4096)->n, 2000);
}

static void what_does_not_stand_is_not_read(void **state)
{
	struct fixture *f = *state;
	struct store_record rec = a_complaint(f, 1, "first word");
	rec.source_id = HEARD_STR_OF("r1");
	put(f, rec);
	rec = a_complaint(f, 2, "second word");
	rec.source_id = HEARD_STR_OF("r1");
	rec.revision = 2;
	rec.op = STORE_OP_UPDATE;
	put(f, rec);
	put(f, a_record(f, 3, "no ticket"));
	struct taken *t = sample(f, 0, NOW + 1, 1, 10);
	assert_int_equal(t->n, 2);
	assert_int_equal(t->ticket[0], 1);
	assert_int_equal(t->ticket[1], 0);
}

static int64_t sums[2], quarters;

static void add(void *arg, int64_t at, int64_t n, int64_t complaints)
{
	(void)arg;
	assert_int_equal(at % MINUTES(15), 0);
	quarters++;
	sums[0] += n;
	sums[1] += complaints;
}

static void the_course_counts_complaints(void **state)
{
	struct fixture *f = *state;
	int64_t since, begin = NOW / MINUTES(15) * MINUTES(15);
	fill(f, 10);
	put(f, a_complaint(f, 50, "broken"));
	struct store_record later = a_complaint(f, 51, "broken too");
	later.received_at = NOW + HOURS(1);
	put(f, later);
	sums[0] = sums[1] = quarters = 0;
	assert_int_equal(store_course(f->store, begin, begin + HOURS(2), add, NULL, &f->err),
			 0);
	assert_int_equal(sums[0], 12);
	assert_int_equal(sums[1], 2);
	assert_true(quarters >= 2 && quarters <= 3);
	assert_int_equal(store_since(f->store, &since, &f->err), 0);
	assert_int_equal(since, begin);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_empty_store_has_none),		 TEST(a_period_has_its_records),
		TEST(of_many_every_kth_is_read),	 TEST(who_came_late_is_found),
		TEST(who_came_late_leads_nobody_astray), TEST(what_does_not_stand_is_not_read),
		TEST(the_course_counts_complaints),
	};
	return cmocka_run_group_tests_name("store_sample", tests, NULL, NULL);
}
