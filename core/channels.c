/*
 * channels.c - who has been heard lately, in each pipeline.
 *
 * The journal's thread counts, after the commit; the main loop looks every quarter of a
 * minute who has fallen silent; a thread behind the scenes keeps what has changed, every
 * five minutes and when somebody falls silent or speaks again, so that a restart does not
 * say it twice; anybody may look.  One lock guards all channels, and nobody holds it for
 * longer than one channel takes: neither for a log line nor for a file.
 *
 * Invariants: a channel is never removed while the process runs, so that an input may
 * hold on to one; only the main loop changes a rhythm's state.
 *
 * The counts that /metrics shows begin with the process.  Those by day are kept, but a
 * kill loses up to five minutes of them, and a counter that goes back would look like a
 * burst.
 */
#include "channels.h"

#include "backstage.h"
#include "channels_file.h"
#include "conf.h"
#include "daemon.h"
#include "log.h"
#include "span.h"

#include <heard/error.h>
#include <heard/time.h>

#include <errno.h>
#include <event2/event.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { LOOK_SECONDS = 15, KEEP_MS = 5 * 60 * 1000 };
#define DAY ((int64_t)24 * 60 * 60 * 1000)

struct channels_of { /* one pipeline */
	const char *pipeline;
	struct channel *at[CHANNELS_MOST];
	size_t n;
};

struct channels {
	pthread_mutex_t lock; /* guards the next four */
	struct heard_zone *zone;
	struct channels_of *of;
	size_t n;
	uint64_t changes;
	int64_t listening; /* since when; ms */

	/* [main] */
	const char *state_dir;
	struct event *look;
	struct backstage *backstage;
	uint64_t kept;	 /* of `changes` */
	int64_t kept_at; /* ms */
	bool is_urgent;	 /* to keep what has changed */

	struct backstage_job job;
	_Atomic bool is_keeping; /* the job is on its way                  */
	_Atomic bool has_failed; /* the last time                          */
};

struct channels *channels_create(const struct conf *conf)
{
	struct channels *s = calloc(1, sizeof(*s));
	if (s == NULL)
		return NULL;
	pthread_mutex_init(&s->lock, NULL);
	s->zone = conf->timezone != NULL ? heard_zone_create(conf->timezone) : NULL;
	s->of = calloc(conf->n_pipelines + 1, sizeof(*s->of));
	if (s->of == NULL) {
		channels_destroy(s);
		return NULL;
	}
	for (; s->n < conf->n_pipelines; s->n++)
		s->of[s->n].pipeline = conf->pipelines[s->n].name;
	return s;
}

void channels_destroy(struct channels *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->n && s->of != NULL; i++)
		while (s->of[i].n > 0)
			free(s->of[i].at[--s->of[i].n]);
	free(s->of);
	heard_zone_destroy(s->zone);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

/* Under the lock. */
static struct moment moment_of(const struct channels *s, int64_t ms)
{
	return (struct moment){ms, ms + (s->zone != NULL ? heard_zone_offset(s->zone, ms) : 0)};
}

/* ---- counting */

static struct channel *find(const struct channels_of *of, const char *name)
{
	for (size_t i = 0; i < of->n; i++)
		if (strcmp(of->at[i]->name, name) == 0)
			return of->at[i];
	return NULL;
}

/* The last place is for all others. */
static struct channel *find_or_add(struct channels_of *of, struct heard_str named)
{
	char name[CHANNEL_NAME];
	channel_name(name, named);
	struct channel *c = find(of, name);
	if (c == NULL && of->n + 1 >= CHANNELS_MOST) {
		channel_name(name, HEARD_STR_OF("other"));
		c = find(of, name);
	}
	if (c != NULL || of->n >= CHANNELS_MOST || (c = calloc(1, sizeof(*c))) == NULL)
		return c;
	memcpy(c->name, name, CHANNEL_NAME);
	of->at[of->n++] = c;
	return c;
}

/* What the input brought last, as far as one knows: another one may have brought the same
 * since the restart. */
static struct channel *last_of(struct channels_of *of, const struct channel_source *from)
{
	struct channel *last = *from->last;
	char by[CHANNEL_NAME];
	if (last != NULL)
		return last;
	channel_name(by, heard_str(from->by));
	for (size_t i = 0; i < of->n; i++)
		if (strcmp(of->at[i]->by, by) == 0 &&
		    (last == NULL || of->at[i]->rhythm.last >= last->rhythm.last))
			last = of->at[i];
	return last != NULL ? last : find_or_add(of, heard_str(from->otherwise));
}

/* Without memory for it a channel is not counted: its records are safe all the same. */
static void count(struct channels *s, const struct channel_source *from, struct channel *c,
		  uint64_t received, uint64_t dead, int64_t now)
{
	if (c == NULL)
		return;
	channel_heard(c, moment_of(s, now), s->listening, received, dead);
	channel_name(c->by, heard_str(from->by));
	*from->last = c;
	s->changes++;
}

void channels_add(struct channels *s, const struct channel_source *from,
		  const struct channel_count *n, int64_t now)
{
	pthread_mutex_lock(&s->lock);
	struct heard_str name = n->name.len > 0 ? n->name : heard_str(from->otherwise);
	count(s, from, find_or_add(&s->of[from->pipeline], name), n->received, n->dead, now);
	pthread_mutex_unlock(&s->lock);
}

void channels_add_dead(struct channels *s, const struct channel_source *from, uint64_t n,
		       int64_t now)
{
	pthread_mutex_lock(&s->lock);
	count(s, from, last_of(&s->of[from->pipeline], from), n, n, now);
	pthread_mutex_unlock(&s->lock);
}

/* ---- looking */

static struct channel_view view_of(const struct channels *s, const struct channel *c,
				   int64_t from, int64_t to, int64_t now)
{
	int64_t today = moment_of(s, now).local / DAY, oldest = c->day - CHANNEL_DAYS + 1;
	struct channel_day in = channel_sum(c, moment_of(s, from).local / DAY,
					    moment_of(s, to - 1).local / DAY);
	struct channel_view view = {.all = c->received,
				    .all_dead = c->dead,
				    .today = channel_sum(c, today, today),
				    .week = channel_sum(c, today - 6, today)};
	memcpy(view.name, c->name, CHANNEL_NAME);
	int64_t oldest_ms = oldest * DAY - (moment_of(s, now).local - now);
	view.seen = (struct heard_channel){.received = (int64_t)in.received,
					   .dead = (int64_t)in.dead,
					   .since = c->rhythm.first,
					   .last_heard = c->rhythm.last,
					   .is_silent = c->rhythm.state == RHYTHM_SILENT};
	if (view.seen.since < oldest_ms)
		view.seen.since = oldest_ms;
	return view;
}

void channels_each(struct channels *s, size_t pipeline, int64_t from, int64_t to, int64_t now,
		   void (*fn)(void *arg, const struct channel_view *), void *arg)
{
	for (size_t i = 0;; i++) {
		pthread_mutex_lock(&s->lock);
		const struct channels_of *of = &s->of[pipeline];
		bool is_there = i < of->n;
		struct channel_view view;
		if (is_there)
			view = view_of(s, of->at[i], from, to, now);
		pthread_mutex_unlock(&s->lock);
		if (!is_there)
			return;
		view.seen.name = heard_str(view.name);
		fn(arg, &view);
	}
}

/* ---- silence [main] */

struct change { /* of a state */
	const char *pipeline;
	char name[CHANNEL_NAME], by[CHANNEL_NAME];
	enum rhythm_state state;
	struct rhythm_silence why;
	int64_t broken; /* SPEAKS: a silence of so long, ms */
};

static void say(const struct change *c)
{
	char who[2 * CHANNEL_NAME], quiet[SPAN_SIZE], longest[SPAN_SIZE], broken[SPAN_SIZE];
	const char *name = log_quote(heard_str(c->name));
	snprintf(who, sizeof(who), "%.60s/%s", c->pipeline, c->by);
	span_say(quiet, c->why.quiet);
	span_say(longest, c->why.longest);
	span_say(broken, c->broken);
	if (c->state == RHYTHM_SPEAKS)
		log_line(HEARD_NOTICE, who, "channel %s is heard again, after %s", name,
			 broken);
	else if (c->state == RHYTHM_GIVEN_UP)
		log_line(HEARD_NOTICE, who,
			 "channel %s: nothing for %s; it is not waited for any more", name,
			 quiet);
	else if (c->why.is_by_gap)
		log_line(HEARD_WARN, who,
			 "channel %s: nothing for %s, where no gap of the last 4 weeks was "
			 "longer than %s; see whether its source still sends, and what this "
			 "input has logged",
			 name, quiet, longest);
	else
		log_line(
			HEARD_WARN, who,
			"channel %s: nothing for %s, a time in which it usually speaks in %.0f "
			"minutes; see whether its source still sends, and what this input has "
			"logged",
			name, quiet, c->why.expected);
}

/* True: *change_r is to be said. */
static bool judge(struct channels *s, size_t pipeline, size_t i, int64_t ms,
		  struct change *change_r)
{
	struct channel *c = s->of[pipeline].at[i];
	struct rhythm *r = &c->rhythm;
	struct moment now = moment_of(s, ms);
	*change_r = (struct change){.pipeline = s->of[pipeline].pipeline,
				    .broken = r->last - r->since};
	change_r->state = rhythm_judge(r, now, s->listening, &change_r->why);
	if (change_r->state == r->state)
		return false;
	memcpy(change_r->name, c->name, CHANNEL_NAME);
	memcpy(change_r->by, c->by, CHANNEL_NAME);
	rhythm_set(r, change_r->state, now);
	s->changes++;
	return true;
}

/* How many have changed. */
static size_t look_at_all(struct channels *s, int64_t now)
{
	size_t n = 0;
	for (size_t p = 0; p < s->n; p++) {
		bool is_there = true;
		for (size_t i = 0; is_there; i++) {
			struct change change;
			pthread_mutex_lock(&s->lock);
			is_there = i < s->of[p].n;
			bool is_news = is_there && judge(s, p, i, now, &change);
			pthread_mutex_unlock(&s->lock);
			if (is_news)
				say(&change);
			n += is_news;
		}
	}
	return n;
}

/* ---- keeping */

static void keep(struct backstage_job *job)
{
	struct channels *s = (struct channels *)((char *)job - offsetof(struct channels, job));
	struct heard_error err = {0};
	int rc = channels_save(s, s->state_dir, &err);
	if (rc != 0 && !atomic_load(&s->has_failed))
		log_line(
			HEARD_WARN, "channels",
			"what channels are used to cannot be kept: %s; it is tried again every "
			"5 minutes",
			err.text);
	atomic_store(&s->has_failed, rc != 0);
	atomic_store(&s->is_keeping, false);
}

static void keep_if_due(struct channels *s, int64_t now, bool is_urgent)
{
	pthread_mutex_lock(&s->lock);
	uint64_t changes = s->changes;
	pthread_mutex_unlock(&s->lock);
	s->is_urgent |= is_urgent; /* until a job takes it: the last one may still run */
	bool is_due = s->is_urgent || now < s->kept_at || now - s->kept_at >= KEEP_MS;
	if ((changes == s->kept && !atomic_load(&s->has_failed)) || !is_due ||
	    s->backstage == NULL || atomic_exchange(&s->is_keeping, true))
		return;
	s->kept = changes;
	s->kept_at = now;
	s->is_urgent = false;
	s->job.fn = keep;
	backstage_post(s->backstage, &s->job);
}

static void look(evutil_socket_t fd, short what, void *arg)
{
	struct channels *s = arg;
	(void)fd;
	(void)what;
	int64_t now = daemon_now();
	keep_if_due(s, now, look_at_all(s, now) > 0);
}

/* ---- life [main] */

void channels_start(struct channels *s, const char *state_dir, struct loop *main)
{
	struct timeval every = {.tv_sec = LOOK_SECONDS};
	struct heard_error err = {0};
	s->state_dir = state_dir;
	s->listening = s->kept_at = daemon_now();
	int rc = channels_load(s, state_dir, s->listening, &err);
	if (rc != 0 && rc != -ENOENT)
		log_line(HEARD_WARN, "channels",
			 "%s; what channels are used to is learned anew, and their counts by "
			 "day "
			 "begin today",
			 err.text);
	s->backstage = backstage_create();
	s->look = event_new(loop_base(main), -1, EV_PERSIST, look, s);
	if (s->look != NULL)
		event_add(s->look, &every);
}

void channels_stop(struct channels *s)
{
	if (s == NULL || s->state_dir == NULL)
		return;
	if (s->look != NULL)
		event_free(s->look);
	backstage_destroy(s->backstage);
	s->look = NULL;
	s->backstage = NULL;
	if (s->changes != s->kept || s->has_failed)
		keep(&s->job);
	s->state_dir = NULL;
}

/* ---- for channels_file.c */

int channels_pipeline(const struct channels *s, struct heard_str name)
{
	for (size_t i = 0; i < s->n; i++)
		if (heard_str_is(name, s->of[i].pipeline))
			return (int)i;
	return -1;
}

int channels_put(struct channels *s, size_t pipeline, const struct channel *kept)
{
	pthread_mutex_lock(&s->lock);
	struct channels_of *of = &s->of[pipeline];
	size_t before = of->n;
	struct channel *c = find_or_add(of, heard_str(kept->name));
	if (of->n > before)
		*c = *kept;
	pthread_mutex_unlock(&s->lock);
	return c != NULL ? 0 : -ENOMEM;
}

bool channels_get(struct channels *s, size_t n, size_t i, struct channel *copy_r,
		  const char **pipeline_r)
{
	*pipeline_r = n < s->n ? s->of[n].pipeline : NULL;
	if (n >= s->n)
		return false;
	pthread_mutex_lock(&s->lock);
	bool is_there = i < s->of[n].n;
	if (is_there)
		*copy_r = *s->of[n].at[i];
	pthread_mutex_unlock(&s->lock);
	return is_there;
}
