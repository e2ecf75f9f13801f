/*
 * alert_sim.h - ninety days of a shop, from a seed: what its customers say, and what
 * goes wrong.
 *
 * Rhythm of the day and of the week, growth, noise of days and of hours, products of
 * very different size, promotions; and planted incidents of eight sorts, none before
 * the fifteenth day and never two at once.
 */
#ifndef ALERT_SIM_H
#define ALERT_SIM_H

#include <stdbool.h>
#include <stdint.h>

enum {
	SIM_DAYS = 90,
	SIM_FIRST_DAY = 14,
	SIM_PRODUCTS = 30,
	SIM_CHANNELS = 6,
	SIM_CATEGORIES = 4,
	SIM_PLANTED = 40,
	SIM_PROMOTIONS = 10,
};

enum sim_sort {
	SIM_PRODUCT,	  /* complaints about one product, at once            */
	SIM_CHANNEL,	  /* complaints in one channel                        */
	SIM_CATEGORY,	  /* of one category                                  */
	SIM_EVERYWHERE,	  /* of all kinds                                     */
	SIM_SLOW_PRODUCT, /* grows for six hours                              */
	SIM_SLOW_CATEGORY,
	SIM_TURNED, /* as many records about a product, but bad ones    */
	SIM_SILENT, /* nothing comes from one channel                   */
	SIM_SORTS
};

struct sim_planted {
	enum sim_sort sort;
	int what;		/* product, channel or category             */
	int64_t from, half, to; /* ms; half: when half of its height is there */
	double height;		/* bad records an hour, at a usual hour     */
};

struct sim_promotion {
	int64_t from, to;
	double factor;
	int product; /* -1: the whole shop */
};

struct sim_record {
	int64_t at;
	int product, channel, category;
	bool is_bad;
};

struct sim {
	uint64_t random;
	int64_t begin;
	double a_day, least;
	struct sim_planted planted[SIM_PLANTED];
	struct sim_promotion promotions[SIM_PROMOTIONS];
	int n_planted, n_promotions;
	double product_weight[SIM_PRODUCTS], product_share[SIM_PRODUCTS];
	double day_noise, share_noise, hour_noise, product_noise[SIM_PRODUCTS];
	int64_t day, hour;
};

extern const char *const sim_sorts[SIM_SORTS], *const sim_channels[SIM_CHANNELS],
						       *const sim_categories[SIM_CATEGORIES];

/* a_day: records on an ordinary day at the beginning.  least: an incident adds this to
 * twice this many times the usual bad records. */
void sim_init(struct sim *, uint64_t seed, double a_day, double least);
/* All records of the five minutes from `at` on. */
void sim_step(struct sim *, int64_t at, void (*fn)(void *arg, const struct sim_record *),
	      void *arg);
double sim_uniform(struct sim *);

#endif
