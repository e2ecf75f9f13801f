/*
 * pace.c - counts that fade.
 *
 * A count fades by exp(-t / span), so in a steady stream it is its rate times the span.
 * A time before the last one (an import in no order) fades nothing.
 */
#include "pace.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>

enum { CELLS = 1 << 15, PROBES = 4 };
static const double week_ms = 7.0 * DAY_MS;

struct cell {
	uint64_t key, about;
	int64_t since, last;
	double lately, week;
};

struct pace {
	double window;
	pthread_mutex_t lock;
	struct cell cells[CELLS];
};

struct pace *pace_create(int64_t window_ms)
{
	struct pace *p = calloc(1, sizeof(*p));
	if (p == NULL)
		return NULL;
	p->window = (double)window_ms;
	pthread_mutex_init(&p->lock, NULL);
	return p;
}

void pace_destroy(struct pace *p)
{
	if (p)
		pthread_mutex_destroy(&p->lock);
	free(p);
}

static struct cell *cell_of(struct pace *p, uint64_t key, uint64_t about, int64_t at)
{
	struct cell *oldest = NULL;
	for (uint64_t i = 0; i < PROBES; i++) {
		struct cell *c = &p->cells[(key + i) & (CELLS - 1)];
		if (c->key == key)
			return c;
		if (oldest == NULL || c->key == 0 ||
		    (oldest->key != 0 && c->last < oldest->last))
			oldest = c;
	}
	*oldest = (struct cell){.key = key, .about = about, .since = at, .last = at};
	return oldest;
}

/* What is usual is what the week holds without the last window. */
static double usual_of(const struct pace *p, const struct cell *c, int64_t at)
{
	double known = (double)(at - c->since);
	double span = week_ms * (1 - exp(-known / week_ms)) - p->window;
	if (known < DAY_MS || span <= 0)
		return -1;
	double before = c->week - c->lately;
	return before > 0 ? before / span * p->window : 0;
}

static void fade(const struct pace *p, struct cell *c, int64_t at)
{
	double passed = at > c->last ? (double)(at - c->last) : 0;
	c->lately *= exp(-passed / p->window);
	c->week *= exp(-passed / week_ms);
	if (at > c->last)
		c->last = at;
	if (at < c->since)
		c->since = at;
}

static struct pace_seen see(struct pace *p, uint64_t key, uint64_t about, int64_t at,
			    bool is_counted)
{
	pthread_mutex_lock(&p->lock);
	struct cell *c = cell_of(p, key, about, at);
	fade(p, c, at);
	if (!is_counted || c->week == 0) { /* 0: another took its cell meanwhile */
		c->lately++;
		c->week++;
	}
	struct pace_seen seen = {.lately = c->lately,
				 .usual = usual_of(p, c, at),
				 .was_other = about != 0 && c->about != 0 && c->about != about};
	pthread_mutex_unlock(&p->lock);
	return seen;
}

struct pace_seen pace_count(struct pace *p, uint64_t key, uint64_t about, int64_t at)
{
	return see(p, key, about, at, false);
}

struct pace_seen pace_look(struct pace *p, uint64_t key, uint64_t about, int64_t at)
{
	return see(p, key, about, at, true);
}
