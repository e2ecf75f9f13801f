/*
 * alert_sim.c - the shop of alert_sim.h.
 *
 * Random numbers are splitmix64 (Steele, Lea, Flood, OOPSLA 2014), so that a seed
 * gives the same ninety days everywhere.
 */
#include "alert_sim.h"

#include <math.h>
#include <string.h>

enum { STEP_MS = 5 * 60 * 1000, HOUR_MS = 3600 * 1000, DAY_MS = 24 * HOUR_MS };
static const double pi = 3.14159265358979;

const char *const sim_sorts[SIM_SORTS] = {"product",	"channel",	 "category",
					  "everywhere", "slow product",	 "slow category",
					  "turned",	"silent channel"};
const char *const sim_channels[SIM_CHANNELS] = {"web",	 "app",	  "review",
						"email", "phone", "social"};
const char *const sim_categories[SIM_CATEGORIES] = {"product", "service", "platform", "other"};

static const double channel_weight[SIM_CHANNELS] = {0.32, 0.30, 0.15, 0.11, 0.08, 0.04};
static const double channel_share[SIM_CHANNELS] = {1, 1, 0.7, 1.3, 1.6, 1.2};
static const double category_weight[2][SIM_CATEGORIES] = {{0.45, 0.3, 0.15, 0.1},
							  {0.40, 0.35, 0.2, 0.05}};

/* ---- chance */

double sim_uniform(struct sim *s)
{
	uint64_t z = s->random += 0x9e3779b97f4a7c15;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

static double between(struct sim *s, double least, double most)
{
	return least + (most - least) * sim_uniform(s);
}

static double normal(struct sim *s)
{
	double u = sim_uniform(s) + 1e-12;
	return sqrt(-2 * log(u)) * cos(2 * pi * sim_uniform(s));
}

static double noise(struct sim *s, double sigma)
{
	return exp(sigma * normal(s) - sigma * sigma / 2);
}

static int poisson(struct sim *s, double mean)
{
	double limit = exp(-fmin(mean, 500)), p = sim_uniform(s);
	int n = 0;
	for (; p > limit; n++)
		p *= sim_uniform(s);
	return n;
}

static int pick(struct sim *s, const double *weights, int n)
{
	double sum = 0;
	for (int i = 0; i < n; i++)
		sum += weights[i];
	double at = sim_uniform(s) * sum;
	for (int i = 0; i < n - 1; i++)
		if ((at -= weights[i]) < 0)
			return i;
	return n - 1;
}

/* ---- rhythm */

/* 1 on average over a day: little at night, a peak before noon and in the evening. */
static double rhythm(int64_t at)
{
	double h = (double)(at % DAY_MS) / HOUR_MS;
	double morning = exp(-pow((h - 11) / 2.6, 2)), evening = exp(-pow((h - 20.5) / 2.4, 2));
	return 0.12 + 2.2 * morning + 2.35 * evening;
}

static double weekday(int64_t at)
{
	static const double days[7] = {1.1, 1.05, 1, 1, 0.95, 0.85, 1.05};
	return days[(at / DAY_MS + 3) % 7];
}

/* The phone is answered from nine to six, on weekdays. */
static double channel_open(int channel, int64_t at)
{
	int hour = (int)(at % DAY_MS / HOUR_MS);
	bool weekend = (at / DAY_MS + 3) % 7 >= 5;
	if (channel != 4)
		return 1;
	return hour >= 9 && hour < 18 && !weekend ? 1.6 : 0;
}

static double growth(const struct sim *s, int64_t at)
{
	return exp(0.006 * (double)(at - s->begin) / DAY_MS);
}

/* Records an hour, without noise and promotions. */
static double usual(const struct sim *s, int64_t at)
{
	return s->a_day / 24 * rhythm(at) * weekday(at) * growth(s, at);
}

/* ---- what goes wrong */

static double promoted(const struct sim *s, int64_t at, int product)
{
	double factor = 1;
	for (int i = 0; i < s->n_promotions; i++) {
		const struct sim_promotion *p = &s->promotions[i];
		if (p->product == product && at >= p->from && at < p->to)
			factor = p->factor;
	}
	return factor;
}

static double usual_bad(const struct sim *s, enum sim_sort sort, int what, int64_t at)
{
	double all = usual(s, at) * 0.18, weights = 0;
	switch (sort) {
	case SIM_PRODUCT:
	case SIM_SLOW_PRODUCT:
	case SIM_TURNED:
		for (int i = 0; i < SIM_PRODUCTS; i++)
			weights += s->product_weight[i];
		return all * s->product_weight[what] / weights;
	case SIM_CHANNEL: return all * channel_weight[what] * channel_share[what];
	case SIM_CATEGORY:
	case SIM_SLOW_CATEGORY: return all * category_weight[1][what];
	default: return all;
	}
}

static void choose(struct sim *s, struct sim_planted *p)
{
	double usual_now;
	switch (p->sort) {
	case SIM_PRODUCT:
	case SIM_SLOW_PRODUCT: p->what = (int)between(s, 0, SIM_PRODUCTS); break;
	case SIM_TURNED: p->what = (int)between(s, 0, 2); break;
	case SIM_CHANNEL: p->what = (int)between(s, 0, 4); break;
	case SIM_SILENT: p->what = (int)between(s, 0, 2); break;
	case SIM_CATEGORY:
	case SIM_SLOW_CATEGORY: p->what = (int)between(s, 0, 3); break;
	default: p->what = 0;
	}
	usual_now = usual_bad(s, p->sort, p->what, p->half) * promoted(s, p->half, -1);
	if (p->sort == SIM_PRODUCT || p->sort == SIM_SLOW_PRODUCT)
		usual_now *= promoted(s, p->half, p->what);
	/* At least a dozen an hour on top, and so many times the usual. */
	p->height = fmax(between(s, 12, 24), usual_now * between(s, s->least, 2 * s->least));
}

static double sum_of(const double weights[SIM_PRODUCTS])
{
	double sum = 0;
	for (int i = 0; i < SIM_PRODUCTS; i++)
		sum += weights[i];
	return sum;
}

static bool is_slow(enum sim_sort sort)
{
	return sort == SIM_SLOW_PRODUCT || sort == SIM_SLOW_CATEGORY;
}

/* Silence and a turn need something that can be silent or turn: at busy hours. */
static void plant(struct sim *s)
{
	double at = SIM_FIRST_DAY;
	for (int i = 0; s->n_planted < SIM_PLANTED; i++) {
		struct sim_planted *p = &s->planted[s->n_planted];
		p->sort = (enum sim_sort)(i % SIM_SORTS);
		bool is_busy = p->sort == SIM_SILENT || p->sort == SIM_TURNED;
		double hour = is_busy ? (sim_uniform(s) < 0.5 ? between(s, 9, 11)
							      : between(s, 18, 20))
				      : between(s, 7, 20.5);
		p->from = s->begin + (int64_t)(floor(at) * DAY_MS + hour * HOUR_MS);
		if (p->sort == SIM_TURNED &&
		    usual(s, p->from) * s->product_weight[1] < 12 * sum_of(s->product_weight))
			p->sort = SIM_PRODUCT; /* too small a shop to turn within two hours */
		p->half = p->from + (is_slow(p->sort) ? 3 * HOUR_MS : 0);
		double hours = is_slow(p->sort) ? between(s, 8, 20) : between(s, 3, 16);
		p->to = p->from + (int64_t)(hours * HOUR_MS);
		if (p->to > s->begin + (int64_t)SIM_DAYS * DAY_MS - DAY_MS)
			return;
		choose(s, p);
		s->n_planted++;
		at += between(s, 1.7, 2.6);
	}
}

static void promote(struct sim *s)
{
	double at = 10;
	for (int i = 0; i < SIM_PROMOTIONS; i++) {
		struct sim_promotion *p = &s->promotions[i];
		p->from = s->begin + (int64_t)(floor(at) * DAY_MS);
		p->from += (int64_t)(between(s, 0, 1) < 0.5 ? 0 : between(s, 8, 20) * HOUR_MS);
		p->to = p->from + (int64_t)(between(s, 0.5, 3) * DAY_MS);
		p->factor = between(s, 2, 5);
		p->product = i % 3 == 2 ? (int)between(s, 0, 8) : -1;
		s->n_promotions++;
		at += between(s, 5, 10);
		if (at > SIM_DAYS - 4)
			return;
	}
}

static const struct sim_planted *planted_at(const struct sim *s, int64_t at)
{
	for (int i = 0; i < s->n_planted; i++)
		if (at >= s->planted[i].from && at < s->planted[i].to)
			return &s->planted[i];
	return NULL;
}

/* ---- records */

void sim_init(struct sim *s, uint64_t seed, double a_day, double least)
{
	memset(s, 0, sizeof(*s));
	s->random = seed * 0x2545f4914f6cdd1d + 1;
	s->begin = 1767542400000 - 8 * HOUR_MS; /* a Monday's midnight */
	s->begin -= s->begin % DAY_MS;
	s->a_day = a_day;
	s->least = least;
	s->day = s->hour = -1;
	for (int i = 0; i < SIM_PRODUCTS; i++) {
		s->product_weight[i] = 1 / pow(i + 1.5, 1.1);
		s->product_share[i] = between(s, 0.5, 1.6);
	}
	promote(s);
	plant(s);
}

static void noises(struct sim *s, int64_t at)
{
	if (at / HOUR_MS != s->hour) {
		s->hour = at / HOUR_MS;
		s->hour_noise = noise(s, 0.1);
	}
	if (at / DAY_MS == s->day)
		return;
	s->day = at / DAY_MS;
	s->day_noise = noise(s, 0.12);
	s->share_noise = noise(s, 0.1);
	for (int i = 0; i < SIM_PRODUCTS; i++)
		s->product_noise[i] = noise(s, 0.25);
}

static int64_t within(struct sim *s, int64_t at)
{
	return at + (int64_t)(sim_uniform(s) * STEP_MS);
}

struct mix {
	double products[SIM_PRODUCTS], channels[SIM_CHANNELS];
};

static void mix_now(struct sim *s, int64_t at, const struct sim_planted *p, struct mix *m)
{
	for (int i = 0; i < SIM_PRODUCTS; i++)
		m->products[i] = s->product_weight[i] * s->product_noise[i] *
				 promoted(s, at, i);
	for (int i = 0; i < SIM_CHANNELS; i++)
		m->channels[i] = channel_weight[i] * channel_open(i, at);
	(void)p;
}

static void usual_records(struct sim *s, int64_t at, const struct sim_planted *p,
			  void (*fn)(void *, const struct sim_record *), void *arg)
{
	struct mix m;
	mix_now(s, at, p, &m);
	double open = 0, weights = 0, plain = 0;
	for (int i = 0; i < SIM_CHANNELS; i++)
		open += m.channels[i];
	for (int i = 0; i < SIM_PRODUCTS; i++) {
		weights += m.products[i];
		plain += s->product_weight[i];
	}
	double rate = usual(s, at) * s->day_noise * s->hour_noise * promoted(s, at, -1) * open *
		      weights / plain;
	double evening = 1 + 0.15 * sin(2 * pi * ((double)(at % DAY_MS) / DAY_MS - 0.6));
	for (int n = poisson(s, rate * STEP_MS / HOUR_MS); n > 0; n--) {
		struct sim_record r = {.at = within(s, at)};
		r.product = pick(s, m.products, SIM_PRODUCTS);
		r.channel = pick(s, m.channels, SIM_CHANNELS);
		double share = 0.18 * s->share_noise * evening * s->product_share[r.product] *
			       channel_share[r.channel];
		if (p && p->sort == SIM_TURNED && p->what == r.product)
			share = 0.8;
		r.is_bad = sim_uniform(s) < share;
		r.category = pick(s, category_weight[r.is_bad], SIM_CATEGORIES);
		if (!p || p->sort != SIM_SILENT || p->what != r.channel)
			fn(arg, &r);
	}
}

/* Customers who would not have written; fewer at night. */
static void more_records(struct sim *s, int64_t at, const struct sim_planted *p,
			 void (*fn)(void *, const struct sim_record *), void *arg)
{
	struct mix m;
	double rate = p->height * fmin(rhythm(at) / rhythm(p->half), 2);
	if (p->half > p->from)
		rate *= fmin(1, (double)(at - p->from) / (2 * (double)(p->half - p->from)));
	mix_now(s, at, p, &m);
	for (int n = poisson(s, rate * STEP_MS / HOUR_MS); n > 0; n--) {
		struct sim_record r = {.at = within(s, at), .is_bad = true};
		r.product = pick(s, m.products, SIM_PRODUCTS);
		r.channel = pick(s, m.channels, SIM_CHANNELS);
		r.category = pick(s, category_weight[1], SIM_CATEGORIES);
		if (p->sort == SIM_PRODUCT || p->sort == SIM_SLOW_PRODUCT)
			r.product = p->what;
		else if (p->sort == SIM_CHANNEL)
			r.channel = p->what;
		else if (p->sort == SIM_CATEGORY || p->sort == SIM_SLOW_CATEGORY)
			r.category = p->what;
		fn(arg, &r);
	}
}

void sim_step(struct sim *s, int64_t at, void (*fn)(void *arg, const struct sim_record *),
	      void *arg)
{
	const struct sim_planted *p = planted_at(s, at);
	noises(s, at);
	usual_records(s, at, p, fn, arg);
	if (p && p->sort != SIM_SILENT && p->sort != SIM_TURNED)
		more_records(s, at, p, fn, arg);
}
