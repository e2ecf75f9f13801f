/* Random calendars, in zones with odd clocks, against minutes counted one by one. */
#include "calendar_fixture.h"

struct plan { /* a random calendar, in the words of the reference */
	int n, slots[8][2];
	bool week[7]; /* from Monday on  */
	int off[40];  /* days since 1970 */
	bool is_off[40];
	int n_off;
	char hours[128], days[64];
};

static unsigned draw(unsigned short seed[3], unsigned n)
{
	return (unsigned)nrand48(seed) % n;
}

static void plan_hours(struct plan *p, unsigned short seed[3])
{
	size_t len = 0;
	p->n = 0;
	for (int at = (int)draw(seed, 600); p->n < 8 && at < 1440;) {
		int until = at + 1 + (int)draw(seed, 500);
		until = until > 1440 ? 1440 : until;
		p->slots[p->n][0] = at;
		p->slots[p->n++][1] = until;
		len += (size_t)snprintf(p->hours + len, sizeof p->hours - len,
					"%s%02d:%02d-%02d:%02d", len ? "," : "", at / 60,
					at % 60, until / 60, until % 60);
		at = until + (int)draw(seed, 300);
	}
}

static void plan_days(struct plan *p, unsigned short seed[3])
{
	static const char *const names[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
	size_t len = 0;
	unsigned one = draw(seed, 7);
	for (unsigned i = 0; i < 7; i++) {
		p->week[i] = i == one || draw(seed, 3) != 0;
		if (p->week[i])
			len += (size_t)snprintf(p->days + len, sizeof p->days - len, "%s%s",
						len ? "," : "", names[i]);
	}
}

/* Some of the days from `first` on, written as a file too. */
static void plan_holidays(struct plan *p, int first, int year, const char *path,
			  unsigned short seed[3])
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fprintf(file, "{\"year\": %d, \"days\": [", year);
	p->n_off = 0;
	for (int day = first; day < first + 40; day++) {
		char date[HEARD_TIME_SIZE];
		if (draw(seed, 4) != 0)
			continue;
		heard_time_format(day * DAY, date);
		p->off[p->n_off] = day;
		p->is_off[p->n_off] = draw(seed, 2) != 0;
		fprintf(file, "%s{\"date\": \"%.10s\", \"isOffDay\": %s}", p->n_off ? "," : "",
			date, p->is_off[p->n_off] ? "true" : "false");
		p->n_off++;
	}
	fputs("]}", file);
	assert_int_equal(fclose(file), 0);
}

static bool is_worked(const struct plan *p, int64_t wall)
{
	int day = (int)(wall / DAY), minute = (int)(wall % DAY / MINUTE);
	bool works = p->week[(day + 3) % 7]; /* 1970 began on a Thursday */
	for (int i = 0; i < p->n_off; i++)
		if (p->off[i] == day)
			works = !p->is_off[i];
	for (int i = 0; works && i < p->n; i++)
		if (minute >= p->slots[i][0] && minute < p->slots[i][1])
			return true;
	return false;
}

/* Walks some days minute by minute and compares at random stops and at each change of
 * what the reference says. */
static int compare(const struct plan *p, const struct calendar *c, struct heard_zone *zone,
		   int64_t from, unsigned short seed[3])
{
	int64_t worked = 0;
	int compared = 0;
	for (int64_t at = from; at < from + 12 * DAY; at += MINUTE) {
		bool works = is_worked(p, at + heard_zone_offset(zone, at));
		bool asks = draw(seed, 600) == 0;
		if (asks && (calendar_between(c, from, at) != worked ||
			     calendar_is_working(c, at) != works))
			fail_msg("%s %s: %lld + %lld", p->hours, p->days, (long long)from,
				 (long long)(at - from));
		worked += works ? MINUTE : 0;
		if (asks && works && calendar_add(c, from, worked) != at + MINUTE)
			fail_msg("%s %s: %lld is due at %lld", p->hours, p->days,
				 (long long)worked, (long long)at);
		if (asks && works && calendar_add(c, at + MINUTE, -MINUTE) > at)
			fail_msg("%s %s: back from %lld", p->hours, p->days, (long long)at);
		compared += asks ? 1 + works : 0;
	}
	return compared;
}

static void minutes_counted_one_by_one_agree(void **state)
{
	struct folder *f = *state;
	static const char *const zones[] = {
		"Asia/Shanghai",       "Asia/Kathmandu", "America/New_York", "Europe/Berlin",
		"Australia/Lord_Howe", "Pacific/Apia",	 "America/Havana",   "UTC"};
	const char *files[] = {f->file};
	unsigned short seed[3] = {20, 26, 3};
	int compared = 0;
	for (int i = 0; i < 160; i++) {
		struct plan p = {0};
		const char *name = zones[i % 8];
		struct heard_zone *zone = heard_zone_create(name);
		int year = 1990 + (int)draw(seed, 60);
		int day = (int)((year - 1970) * 365.2425) + 5 + (int)draw(seed, 350);
		int64_t change = heard_zone_next_change(zone, day * DAY);
		if (i % 16 < 12 && change < parse("2060-01-01", NULL))
			day = (int)(change / DAY) - 5; /* where it is hard */
		char date[HEARD_TIME_SIZE];
		heard_time_format(day * DAY, date);
		plan_hours(&p, seed);
		plan_days(&p, seed);
		plan_holidays(&p, day - 10, atoi(date), f->file, seed);
		struct calendar *c = make_calendar(p.hours, p.days, files, (size_t)(i % 3 != 0),
						   name);
		if (i % 3 == 0)
			p.n_off = 0;
		compared += compare(&p, c, zone, day * DAY + (int64_t)draw(seed, 1440) * MINUTE,
				    seed);
		calendar_destroy(c);
		heard_zone_destroy(zone);
	}
	if (compared < 2000)
		fail_msg("only %d comparisons", compared);
}

static void the_defaults_of_the_table_run_round_the_clock(void **state)
{
	(void)state;
	struct calendar *c = make_calendar("24h", "mon-sun", NULL, 0, "Europe/Berlin");
	unsigned short seed[3] = {1, 2, 3};
	for (int i = 0; i < 1000; i++) {
		int64_t at = (int64_t)draw(seed, 2000000000) * 1000 + draw(seed, 1000);
		int64_t span = 1 + (int64_t)draw(seed, 600000000) * 1000;
		assert_int_equal(calendar_add(c, at, span), at + span);
		assert_int_equal(calendar_between(c, at, at + span), span);
	}
	calendar_destroy(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(minutes_counted_one_by_one_agree, make_folder,
						remove_folder),
		cmocka_unit_test(the_defaults_of_the_table_run_round_the_clock),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
