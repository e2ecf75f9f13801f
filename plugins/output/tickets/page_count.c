/*
 * page_count.c - last month's figures are counted, for page_month.c.
 *
 * That takes seconds in a large store, and home is where records are written.  So it is
 * done by a short-lived thread that reads through a connection of its own; home shows what
 * is known until the thread has posted what it found.  Everybody may ask, and a month that
 * is over changes slowly: it is done at most every six hours, and once at a time.
 *
 * A count belongs to its post.  Whoever comes first to home, the post or the stop, joins
 * the thread; after a stop the post only frees.
 */
#include "pages.h"

#include <heard/error.h>
#include <heard/host.h>
#include <heard/log.h>
#include <heard/time.h>
#include <store/figures.h>

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define FIGURES_FOR (INT64_C(6) * 3600 * 1000)

enum { NICE = 10 };

struct page_count {
	struct pages *pages; /* NULL after a stop */
	struct heard_host *host;
	const char *database;
	pthread_t thread;
	int64_t edges[2], now;
	int result; /* the thread's, as is what follows */
	struct store_figures figures;
	struct heard_error err;
};

/* The first moment of the month `back` months before that of `now`. */
static int64_t month_start(int64_t now, int back, struct heard_zone *zone)
{
	char local[HEARD_TIME_SIZE], day[32];
	int year, month;
	heard_time_format(now + (zone ? heard_zone_offset(zone, now) : 0), local);
	if (sscanf(local, "%d-%d", &year, &month) != 2)
		return HEARD_TIME_NONE;
	month -= back;
	if (month < 1) {
		month += 12;
		year--;
	}
	snprintf(day, sizeof(day), "%04d-%02d-01", year, month);
	return heard_time_parse(heard_str(day), zone);
}

/* ---- the thread */

static int count_month(struct page_count *c)
{
	struct store *store;
	struct store_period period = {.from = c->edges[0],
				      .to = c->edges[1],
				      .now = c->now,
				      .edges = c->edges,
				      .n_parts = 1};
	if (store_open(&store, c->database, STORE_OPEN, &c->err))
		return -c->err.code;
	int result = store_figures(store, &period, &c->figures, &c->err);
	store_close(store);
	return result;
}

/* ---- at home */

static void take_over(const struct page_count *c)
{
	struct page_figures *f = &c->pages->figures;
	*f = (struct page_figures){.asked_at = c->now, .from = c->edges[0]};
	if (c->result) {
		heard_log(c->host, HEARD_WARN, "last month's figures are left out: %s",
			  c->err.text);
		return;
	}
	f->tickets = c->figures.tickets;
	f->answered = store_rate(c->figures.answered, c->figures.tickets);
	f->on_time = store_rate(c->figures.levels_met, c->figures.levels_due);
	f->resolved = store_rate(c->figures.resolved, c->figures.tickets);
}

static void come_home(void *arg)
{
	struct page_count *c = arg;
	if (c->pages) {
		pthread_join(c->thread, NULL);
		c->pages->count = NULL;
		take_over(c);
	}
	store_figures_release(&c->figures);
	free(c);
}

static void *work(void *arg)
{
	struct page_count *c = arg;
	pthread_setname_np(pthread_self(), "figures");
	setpriority(PRIO_PROCESS, (id_t)gettid(), NICE);
	c->result = count_month(c);
	heard_post(c->host, come_home, c);
	return NULL;
}

static void begin(struct pages *pages, const struct page_count *what)
{
	struct page_count *c = malloc(sizeof(*c));
	if (!c)
		return; /* who asks next may have more luck */
	*c = *what;
	int code = pthread_create(&c->thread, NULL, work, c);
	if (code == 0) {
		pages->count = c;
		return;
	}
	c->result = heard_fail(&c->err, code, "a thread cannot start: %s", strerror(code));
	take_over(c);
	free(c);
}

void page_month_count(struct pages *pages)
{
	const struct page_figures *f = &pages->figures;
	struct heard_zone *zone = heard_zone(pages->host);
	int64_t now = heard_now(pages->host);
	struct page_count what = {
		.pages = pages,
		.host = pages->host,
		.database = pages->database,
		.edges = {month_start(now, 1, zone), month_start(now, 0, zone)},
		.now = now,
	};
	bool is_known = f->asked_at != HEARD_TIME_NONE && f->from == what.edges[0] &&
			now >= f->asked_at && now - f->asked_at < FIGURES_FOR;
	bool is_running = *pages->store != NULL;
	if (is_running && !is_known && !pages->count && what.edges[0] != HEARD_TIME_NONE)
		begin(pages, &what);
}

void page_month_stop(struct pages *pages)
{
	if (!pages->count)
		return;
	pthread_join(pages->count->thread, NULL);
	pages->count->pages = NULL;
	pages->count = NULL;
}
