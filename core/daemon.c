/*
 * daemon.c - from a config to a running process, and down again.
 *
 * daemon_open has no outside effect: it is also what `heard check` runs.
 * daemon_start takes the lock, opens the journal, and then starts what reads
 * from it before what writes to it: outputs, filters, inputs, listeners.
 */
#include "daemon.h"

#include "blob.h"
#include "channels.h"
#include "claim.h"
#include "conf_order.h"
#include "control.h"
#include "gauge.h"
#include "life.h"
#include "log.h"
#include "metrics.h"
#include "ports.h"
#include "refused.h"
#include "state_dir.h"

#include <heard/error.h>

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

int64_t daemon_now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t daemon_clock(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

const char *daemon_state_name(enum daemon_state state)
{
	static const char *const names[] = {"starting", "running",	    "stopping inputs",
					    "draining", "stopping outputs", "done"};
	return names[state];
}

/* ---- opening: what `check` does */

static void daemon_open_keys(struct daemon *d, struct faults *faults)
{
	struct heard_error err = {0};
	if (d->conf->privacy.public_key == NULL)
		return;
	if (seal_public_load(d->conf->privacy.public_key, &d->gate.to, &err) != 0)
		faults_add(faults, d->conf->file, 0, "privacy.public_key: %s", err.text);
	else
		d->gate.can_seal = true;
}

static int daemon_open_lanes(struct daemon *d)
{
	d->lanes = calloc(d->n_workers + 1, sizeof(*d->lanes));
	if (d->lanes == NULL)
		return -ENOMEM;
	for (unsigned i = 0; i <= d->n_workers; i++) {
		uuid_maker_init(&d->lanes[i].ids);
		heard_buf_init(&d->lanes[i].scratch, 256u << 20);
		sealer_init(&d->lanes[i].sealer, &d->gate.to);
		if (d->conf->timezone != NULL)
			d->lanes[i].zone = heard_zone_create(d->conf->timezone);
	}
	return 0;
}

struct daemon *daemon_open(const struct conf *conf, struct faults *faults)
{
	struct heard_error err = {0};
	struct daemon *d = calloc(1, sizeof(*d));
	if (d == NULL) {
		faults_add(faults, conf->file, 0, "no memory");
		return NULL;
	}
	d->conf = conf;
	d->lock_fd = -1;
	d->n_workers = (unsigned)conf->workers;
	d->started_ms = daemon_now();
	d->main = loop_create("main", &err);
	d->http = d->main != NULL ? http_create(conf, d->main) : NULL;
	d->pipelines = calloc(conf->n_pipelines + 1, sizeof(*d->pipelines));
	d->gauges = gauges_create();
	d->refused = refused_create();
	d->channels = channels_create(conf);
	if (d->http == NULL || d->pipelines == NULL || d->gauges == NULL ||
	    d->refused == NULL || d->channels == NULL || daemon_open_lanes(d) != 0) {
		faults_add(faults, conf->file, 0, "no memory");
		daemon_close(d);
		return NULL;
	}
	daemon_open_keys(d, faults);
	metrics_mount(d, faults);
	for (; d->n_pipelines < conf->n_pipelines; d->n_pipelines++)
		pipeline_init(&d->pipelines[d->n_pipelines], d,
			      &conf->pipelines[d->n_pipelines], faults);
	http_unused(d->http, faults);
	http_check(d->http, faults);
	if (faults->n > 0) {
		daemon_close(d);
		return NULL;
	}
	conf_order(conf);
	return d;
}

void daemon_close(struct daemon *d)
{
	if (d == NULL)
		return;
	control_destroy(d->control);
	life_destroy(d->life);
	for (size_t i = 0; i < d->n_pipelines; i++)
		pipeline_release(&d->pipelines[i]);
	free(d->pipelines);
	claims_free(d->claims);
	gauges_destroy(d->gauges);
	refused_destroy(d->refused);
	channels_destroy(d->channels);
	http_destroy(d->http);
	for (unsigned i = 0; d->lanes != NULL && i <= d->n_workers; i++) {
		sealer_release(&d->lanes[i].sealer);
		heard_buf_release(&d->lanes[i].scratch);
		heard_zone_destroy(d->lanes[i].zone);
	}
	free(d->lanes);
	loop_destroy(d->main);
	sodium_memzero(&d->gate, sizeof(d->gate));
	if (d->lock_fd >= 0)
		close(d->lock_fd);
	free(d);
}

/* ---- the journal's calls, on its thread */

static void daemon_committed(void *arg, uint64_t last_seq)
{
	struct daemon *d = arg;
	(void)last_seq;
	daemon_each_output(d, p, o) output_wake(o);
}

static void daemon_pressure(void *arg, bool full, const char *why)
{
	struct daemon *d = arg;
	(void)why; /* the journal has said it */
	if (atomic_exchange(&d->journal_full, full) == full)
		return;
	for (size_t i = 0; i < d->n_pipelines; i++)
		pipeline_tell_inputs(&d->pipelines[i]);
}

static void daemon_broken(void *arg, const char *why)
{
	const struct daemon *d = arg;
	log_line(HEARD_ERROR, "journal",
		 "%s; stopping, so that nothing is acknowledged that is not safe", why);
	crash_absolve(d->crash);
	_exit(1);
}

static int64_t daemon_longest_dedupe(const struct conf *c)
{
	int64_t longest = 0;
	for (size_t i = 0; i < c->n_pipelines; i++)
		longest = c->pipelines[i].dedupe > longest ? c->pipelines[i].dedupe : longest;
	return longest;
}

static int daemon_open_journal(struct daemon *d, struct heard_error *err)
{
	char folder[4096];
	snprintf(folder, sizeof(folder), "%s/journal", d->conf->state_dir);
	struct journal_options options = {
		.folder = folder,
		.segment_size = d->conf->journal.segment_size,
		.max_size = d->conf->journal.max_size,
		.keep_ms = d->conf->journal.keep,
		.encrypt = d->conf->journal.encrypt,
		.dedupe_ms = daemon_longest_dedupe(d->conf),
		/* 256 records a millisecond, for ever: so a new journal is ahead of any old one
		 */
		.first_seq = (uint64_t)daemon_now() << 8,
		.now = daemon_now,
		.committed = daemon_committed,
		.pressure = daemon_pressure,
		.broken = daemon_broken,
		.arg = d,
	};
	return journal_open(&d->journal, &options, err);
}

static int daemon_attach_outputs(struct daemon *d, struct heard_error *err)
{
	forget_unused(d);
	daemon_each_output(d, p, o)
	{
		int rc = output_attach(o, err);
		if (rc != 0)
			return heard_error_wrap(err, "output \"%s\"", o->host.instance->name);
	}
	return 0;
}

/* ---- starting */

static int daemon_start_host(struct heard_host *h, struct heard_error *err)
{
	int rc = host_start(h, err);
	return rc == 0 ? 0
		       : heard_error_wrap(err, "%s \"%s\"", stage_name(h->stage),
					  h->instance->name);
}

static int daemon_start_instances(struct daemon *d, struct heard_error *err)
{
	int rc;
	daemon_each_output(d, p, o) if ((rc = daemon_start_host(&o->host, err)) != 0) return rc;
	for (struct pipeline *p = d->pipelines; p < d->pipelines + d->n_pipelines; p++)
		for (size_t i = 0; i < p->n_filters; i++)
			if ((rc = daemon_start_host(&p->filters[i].host, err)) != 0)
				return rc;
	daemon_each_input(d, p, in)
	{
		if ((rc = daemon_start_host(&in->host, err)) != 0)
			return rc;
		http_set_ready(d->http, &in->host, true);
	}
	daemon_each_output(d, p, o) http_set_ready(d->http, &o->host, true);
	return 0;
}

static int daemon_listen(struct daemon *d, struct heard_error *err)
{
	struct http_socket inherited[64];
	size_t n = 0;
	for (size_t i = 0; i < d->conf->n_listeners && n < 64; i++) {
		int fd = life_inherited(d->conf->listeners[i].name);
		if (fd >= 0)
			inherited[n++] = (struct http_socket){d->conf->listeners[i].name, fd};
	}
	return http_listen(d->http, inherited, n, err);
}

static void daemon_run_job(struct job *job, unsigned lane)
{
	job_run(job, lane);
}

/* One slot for each thread that runs filters. */
static int daemon_open_crash(struct daemon *d, struct heard_error *err)
{
	unsigned n = d->n_workers, at = d->n_workers;
	daemon_each_filter(d, p, f) n += f->host.own_loop;
	int rc = crash_open(&d->crash, d->conf->state_dir, n, err);
	if (rc != 0)
		return rc;
	for (unsigned i = 0; i < d->n_workers; i++)
		d->lanes[i].slot = crash_slot(d->crash, i);
	daemon_each_filter(d, p, f) if (f->host.own_loop)
		f->home_slot = crash_slot(d->crash, at++);
	return 0;
}

/* Is there such a thing in the state folder? */
static bool daemon_has(const struct daemon *d, const char *name)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/%s", d->conf->state_dir, name);
	return access(path, F_OK) == 0;
}

int daemon_start(struct daemon *d, struct heard_error *err)
{
	bool is_lost = daemon_has(d, "journal") && !daemon_has(d, "secret");
	int rc = seal_secret_load(d->conf->state_dir, d->gate.secret, err);
	if (rc == 0 && is_lost)
		log_line(HEARD_WARN, "daemon",
			 "the file `secret` of the state folder was gone and is made anew: "
			 "persons get "
			 "other keys, old status links end, and repeats of old posts are not "
			 "recognised");
	gate_derive(&d->gate);
	blob_tidy(d->conf->state_dir);
	channels_start(d->channels, d->conf->state_dir, d->main);
	if (rc == 0)
		rc = daemon_open_crash(d, err);
	if (rc == 0 && (rc = daemon_open_journal(d, err)) != 0)
		heard_error_wrap(err, "journal");
	if (rc == 0)
		rc = daemon_attach_outputs(d, err);
	if (rc == 0)
		rc = daemon_listen(d, err);
	if (rc == 0)
		rc = workers_create(&d->workers, d->n_workers, daemon_run_job, err);
	if (rc == 0)
		rc = control_create(&d->control, d, err);
	if (rc == 0)
		rc = daemon_start_instances(d, err);
	if (rc != 0)
		return rc;
	d->ports = ports_create(d);
	http_serve(d->http);
	d->state = DAEMON_RUNNING;
	log_line(HEARD_NOTICE, "daemon", "running: %zu pipelines, %u workers, state in %s",
		 d->n_pipelines, d->n_workers, d->conf->state_dir);
	return 0;
}

static void daemon_end_threads(struct daemon *d)
{
	daemon_each_input(d, p, in) host_end_thread(&in->host);
	for (struct pipeline *p = d->pipelines; p < d->pipelines + d->n_pipelines; p++)
		for (size_t i = 0; i < p->n_filters; i++)
			host_end_thread(&p->filters[i].host);
	workers_destroy(d->workers);
	d->workers = NULL;
	/* The journal's thread still calls output_wake, so it ends before the loops. */
	daemon_each_output(d, p, o)
	{
		journal_reader_destroy(o->reader);
		o->reader = NULL;
	}
}

void daemon_stop(struct daemon *d)
{
	ports_destroy(d->ports);
	d->ports = NULL;
	control_destroy(d->control);
	d->control = NULL;
	daemon_each_output(d, p, o) host_end_thread(&o->host);
	daemon_end_threads(d);
	if (d->journal != NULL)
		journal_close(d->journal);
	d->journal = NULL;
	channels_stop(d->channels);
	loop_close(d->main); /* a forced end leaves jobs there, which their inputs free */
	crash_close(d->crash);
	d->crash = NULL;
}

/* ---- the process */

void daemon_no_dumps(void)
{
	struct rlimit none = {0, 0};
	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

static struct conf *daemon_load(const struct daemon_flags *flags)
{
	struct faults faults;
	faults_init(&faults);
	struct conf_flags f = {.state_dir = flags->state_dir, .keep_faulty = true};
	struct conf *conf = conf_load(flags->file, &f, &faults);
	if (faults.n > 0) {
		if (conf != NULL)
			daemon_close(daemon_open(conf, &faults)); /* for its faults */
		faults_print(&faults, stderr);
		conf_destroy(conf);
		conf = NULL;
	}
	faults_release(&faults);
	return conf;
}

static struct daemon *daemon_open_or_say(const struct conf *conf)
{
	struct faults faults;
	faults_init(&faults);
	struct daemon *d = daemon_open(conf, &faults);
	if (d == NULL)
		faults_print(&faults, stderr);
	faults_release(&faults);
	return d;
}

struct unwinding {
	struct daemon *daemon;
	size_t pending;
};

static void daemon_unwound(void *arg)
{
	struct unwinding *u = arg;
	if (--u->pending == 0)
		loop_stop(u->daemon->main);
}

static void daemon_unwind_one(struct unwinding *u, struct heard_host *h)
{
	if (!h->is_started)
		return;
	u->pending++;
	host_stop(h, daemon_unwound, u);
}

/* The start failed half way: what did start is stopped. */
static void daemon_unwind(struct daemon *d)
{
	struct unwinding u = {.daemon = d};
	daemon_each_input(d, p, in) daemon_unwind_one(&u, &in->host);
	for (struct pipeline *p = d->pipelines; p < d->pipelines + d->n_pipelines; p++)
		for (size_t i = 0; i < p->n_filters; i++)
			daemon_unwind_one(&u, &p->filters[i].host);
	daemon_each_output(d, p, o) daemon_unwind_one(&u, &o->host);
	if (u.pending > 0)
		loop_run(d->main);
}

/* Locked, opened, run, stopped.  The exit code. */
static int daemon_live(const struct conf *conf, const struct daemon_flags *flags)
{
	struct heard_error err = {0};
	int lock = state_dir_lock(conf->state_dir, life_inherited("/lock"), &err);
	if (lock < 0) {
		fprintf(stderr, "heard: %s\n", err.text);
		return 1;
	}
	struct daemon *d = daemon_open_or_say(conf);
	if (d == NULL) {
		close(lock);
		return 1;
	}
	d->lock_fd = lock;
	d->life = life_create(d, flags);
	int code = 1;
	if (d->life == NULL || daemon_start(d, &err) != 0) {
		log_line(HEARD_ERROR, "daemon", "cannot start: %s",
			 err.text[0] ? err.text : "no memory");
		daemon_unwind(d);
	} else {
		loop_run(d->main);
		code = life_exit_code(d->life);
	}
	daemon_stop(d);
	if (life_wants_exec(d->life)) {
		life_exec(d->life, d);
		code = 1;
	}
	log_line(HEARD_NOTICE, "daemon", "stopped");
	daemon_close(d);
	return code;
}

int daemon_run(const struct daemon_flags *flags)
{
	daemon_no_dumps();
	umask(0077);
	struct conf *conf = daemon_load(flags);
	if (conf == NULL)
		return 1;
	log_open(&(struct log_options){conf->log.level, conf->log.json, conf->log.file});
	int code = daemon_live(conf, flags);
	conf_destroy(conf);
	return code;
}
