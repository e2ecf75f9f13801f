/*
 * gather.c - a few fetches at a time, and a timer for all of them.
 *
 * The address guard of heard_fetch() holds for every link: customers choose them.  What
 * comes is believed by its content only, and redirects are not followed.
 */
#include "gather.h"

#include "found.h"

#include <heard/blob.h>
#include <heard/error.h>
#include <heard/fetch.h>
#include <heard/host.h>
#include <sniff/sniff.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { PARALLEL = 4, JOBS = 128, LINKS = 500, FOUND_BYTES = 256 << 10 };

struct link {
	struct gather_job *job;
	char *text;
	struct heard_fetch *fetch; /* under way */
};

struct gather_job {
	struct gather *gather;
	size_t place; /* in gather->jobs */
	void (*done)(void *arg, struct heard_str found);
	void *arg;
	struct link *links;
	size_t n, size, at; /* the first that was not begun */
	size_t running;
	struct heard_buf found;
	struct heard_timer *timer;
};

struct gather {
	struct heard_host *host;
	const struct media_options *options;
	struct heard_fetch_client *client;
	struct gather_job *jobs[JOBS]; /* NULL: free */
};

/* ---- one link */

static void note(struct link *l, const struct found *f)
{
	found_put(&l->job->found, l->job->gather->host, heard_str(l->text), f);
}

static void note_why(struct link *l, const char *why)
{
	note(l, &(struct found){.why = heard_str(why)});
}

static void keep(struct link *l, struct heard_str bytes)
{
	const struct gather *g = l->job->gather;
	const char *type = sniff_type(bytes);
	char name[HEARD_BLOB_NAME];
	struct heard_error why;
	if (!sniff_is_in(&g->options->types, type)) {
		note_why(l, "type");
		return;
	}
	if (heard_blob_put(g->host, bytes, name, &why) != 0) {
		heard_log(g->host, HEARD_WARN, "a picture could not be kept: %s", why.text);
		note_why(l, "no room");
		return;
	}
	note(l, &(struct found){.sha256 = heard_str(name),
				.type = heard_str(type),
				.size = (int64_t)bytes.len});
}

static void pump(struct gather_job *);

static void on_answer(void *arg, const struct heard_fetch_answer *a)
{
	struct link *l = arg;
	struct gather_job *job = l->job;
	size_t most = (size_t)job->gather->options->max_size;
	l->fetch = NULL;
	job->running--;
	if (a->error_code == -EACCES)
		note_why(l, "address");
	else if (a->error_code != 0 || a->status != 200)
		note_why(l, "no answer");
	else if (a->body.len > most)
		note_why(l, "size");
	else
		keep(l, a->body);
	pump(job);
}

static void begin(struct link *l)
{
	const struct gather *g = l->job->gather;
	char url[MEDIA_URL];
	struct heard_fetch_request q = {
		.method = "GET",
		.url = url,
		.timeout_ms = g->options->time,
		.max_answer = (size_t)g->options->max_size + 1,
		.allow_private = g->options->is_private,
		.done = on_answer,
		.arg = l,
	};
	if (media_url(heard_str(l->text), url))
		l->fetch = heard_fetch(g->client, &q, NULL);
	if (l->fetch)
		l->job->running++;
	else
		note_why(l, "address");
}

/* ---- a job */

static void release(struct gather_job *job)
{
	struct gather *g = job->gather;
	for (size_t i = 0; i < job->n; i++) {
		if (job->links[i].fetch)
			heard_fetch_cancel(job->links[i].fetch);
		free(job->links[i].text);
	}
	heard_timer_destroy(job->timer);
	heard_buf_release(&job->found);
	g->jobs[job->place] = NULL;
	free(job->links);
	free(job);
}

static void finish(struct gather_job *job)
{
	struct heard_str none = {NULL, 0};
	job->done(job->arg, job->found.failed ? none : heard_buf_view(&job->found));
	release(job);
}

static void pump(struct gather_job *job)
{
	while (job->running < PARALLEL && job->at < job->n)
		begin(&job->links[job->at++]);
	if (job->running == 0)
		finish(job);
}

static void on_timer(void *arg)
{
	finish(arg); /* of what is not there yet nothing is said: there was no time */
}

struct gather_job *gather_begin(struct gather *g, void (*done)(void *arg, struct heard_str),
				void *arg)
{
	size_t place = 0;
	while (place < JOBS && g->jobs[place])
		place++;
	struct gather_job *job = place < JOBS ? calloc(1, sizeof(*job)) : NULL;
	if (job == NULL)
		return NULL;
	*job = (struct gather_job){.gather = g, .place = place, .done = done, .arg = arg};
	job->timer = heard_timer_create(g->host, on_timer, job);
	if (job->timer == NULL) {
		free(job);
		return NULL;
	}
	heard_buf_init(&job->found, FOUND_BYTES);
	g->jobs[place] = job;
	return job;
}

static void add_link(struct gather_job *job, struct heard_str text)
{
	for (size_t i = 0; i < job->n; i++)
		if (heard_str_is(text, job->links[i].text))
			return;
	if (job->n == LINKS)
		return;
	if (job->n == job->size) {
		size_t size = job->size ? 2 * job->size : 16;
		struct link *links = realloc(job->links, size * sizeof(*links));
		if (links == NULL)
			return;
		job->links = links;
		job->size = size;
	}
	char *copy = strndup(text.ptr, text.len);
	if (copy)
		job->links[job->n++] = (struct link){.job = job, .text = copy};
}

void gather_add(struct gather_job *job, const struct heard_json *item)
{
	struct media_links links;
	media_find(job->gather->options, item, &links);
	for (size_t i = 0; i < links.n; i++)
		add_link(job, links.at[i]);
}

void gather_run(struct gather_job *job)
{
	heard_timer_set(job->timer, job->gather->options->time);
	pump(job);
}

void gather_cancel(struct gather_job *job)
{
	if (job)
		release(job);
}

/* ---- all of them */

struct gather *gather_create(struct heard_host *host, const struct media_options *o,
			     struct heard_error *err)
{
	struct gather *g = calloc(1, sizeof(*g));
	if (g == NULL) {
		heard_fail(err, ENOMEM, "no memory");
		return NULL;
	}
	*g = (struct gather){.host = host, .options = o};
	g->client = heard_fetch_client_create(host, 2 * PARALLEL, err);
	if (g->client == NULL) {
		free(g);
		return NULL;
	}
	return g;
}

void gather_destroy(struct gather *g)
{
	if (g == NULL)
		return;
	for (size_t i = 0; i < JOBS; i++)
		if (g->jobs[i])
			release(g->jobs[i]);
	heard_fetch_client_destroy(g->client);
	free(g);
}
