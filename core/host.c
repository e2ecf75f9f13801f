/*
 * host.c - what the daemon does for an instance, apart from records: names,
 * time, folders, keyed hashes, logs, work at home.
 */
#include "host.h"

#include "answer.h"
#include "daemon.h"
#include "folder.h"
#include "log.h"
#include "output.h"
#include "seal.h"

#include <heard/error.h>
#include <heard/time.h>

#include <errno.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

const char *heard_name(const struct heard_host *host)
{
	return host->full_name;
}

const char *heard_pipeline(const struct heard_host *host)
{
	return host->pipeline_name;
}

struct event_base *heard_loop(struct heard_host *host)
{
	return loop_base(host->loop);
}

int64_t heard_now(const struct heard_host *host)
{
	(void)host;
	return daemon_now();
}

struct heard_zone *heard_zone(struct heard_host *host)
{
	if (host->zone == NULL)
		host->zone = heard_zone_create(host->conf->timezone);
	return host->zone;
}

void heard_keyed_hash(const struct heard_host *host, const char *purpose, struct heard_str text,
		      unsigned char out[32])
{
	if (sodium_is_zero(host->secret, 32))
		HEARD_BUG("%s asks for a keyed hash before there is a key: in start(), not "
			  "open()",
			  host->full_name);
	seal_keyed_hash(host->secret, purpose, text, out);
}

void heard_log(struct heard_host *host, enum heard_level level, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	log_vline(level, host->full_name, format, args);
	va_end(args);
}

/* ---- the private folder: state_dir/instances/PIPELINE/STAGE/NAME */

const char *heard_state_folder(struct heard_host *host)
{
	if (host->folder == NULL &&
	    asprintf(&host->folder, "%s/instances/%s/%s/%s", host->conf->state_dir,
		     host->pipeline_name, stage_name(host->stage), host->instance->name) < 0)
		HEARD_BUG("no memory for a path");
	struct stat st;
	bool may_make = host->daemon == NULL || host->daemon->state != DAEMON_STARTING ||
			host->is_starting;
	struct heard_error err = {0};
	if (may_make && stat(host->folder, &st) != 0 &&
	    folder_make_below(host->conf->state_dir, host->folder, &err) != 0)
		log_line(HEARD_ERROR, host->full_name, "%s", err.text);
	return host->folder;
}

/* ---- work at home */

struct post {
	struct loop_job hop;
	void (*fn)(void *arg);
	void *arg;
};

static void host_posted(struct loop_job *hop)
{
	struct post *p = (struct post *)hop;
	p->fn(p->arg);
	free(p);
}

void heard_post(struct heard_host *host, void (*fn)(void *arg), void *arg)
{
	struct post *p = malloc(sizeof(*p));
	if (p == NULL)
		HEARD_BUG("no memory for a message to %s", host->full_name);
	*p = (struct post){.hop.fn = host_posted, .fn = fn, .arg = arg};
	loop_post(host->loop, &p->hop);
}

/* ---- life */

int host_init(struct heard_host *host, struct heard_error *err)
{
	if (asprintf(&host->full_name, "%s/%s", host->pipeline_name, host->instance->name) < 0)
		return heard_fail(err, ENOMEM, "no memory");
	host->plugin = &host->instance->module->plugin;
	host->self = host->instance->self;
	if (!(host->plugin->flags & HEARD_OWN_LOOP))
		return 0;
	host->loop = loop_create(host->instance->name, err);
	host->own_loop = host->loop != NULL;
	return host->own_loop ? 0 : -ENOMEM;
}

int host_open(struct heard_host *host, struct heard_error *err)
{
	int rc = host->plugin->open != NULL ? host->plugin->open(host->self, host, err) : 0;
	host->is_open = rc == 0;
	return rc;
}

void host_close(struct heard_host *host)
{
	if (host->is_open && host->plugin->close != NULL)
		host->plugin->close(host->self);
	host->is_open = false;
	if (host->own_loop)
		loop_destroy(host->loop);
	heard_zone_destroy(host->zone);
	free(host->folder);
	free(host->full_name);
}

/* ---- start and stop, at home, waited for by the main thread */

struct host_call {
	struct loop_job hop;
	struct heard_host *host;
	struct heard_error *err;
	int rc;
	pthread_mutex_t lock;
	pthread_cond_t done;
	bool is_done;
};

static void host_start_here(struct heard_host *host, struct host_call *call)
{
	host->is_starting = true;
	call->rc = host->plugin->start != NULL ? host->plugin->start(host->self, call->err) : 0;
	host->is_started = call->rc == 0;
	if (call->rc == 0 && host->output != NULL)
		call->rc = output_start(host->output, call->err);
}

static void host_start_hop(struct loop_job *hop)
{
	struct host_call *call = (struct host_call *)hop;
	host_start_here(call->host, call);
	pthread_mutex_lock(&call->lock);
	call->is_done = true;
	pthread_cond_signal(&call->done);
	pthread_mutex_unlock(&call->lock);
}

int host_start(struct heard_host *host, struct heard_error *err)
{
	struct host_call call = {.hop.fn = host_start_hop, .host = host, .err = err};
	if (!host->own_loop) {
		host_start_here(host, &call);
		return call.rc;
	}
	if (!host->has_thread) {
		int rc = loop_start(host->loop, err);
		if (rc != 0)
			return rc;
		host->has_thread = true;
	}
	pthread_mutex_init(&call.lock, NULL);
	pthread_cond_init(&call.done, NULL);
	loop_post(host->loop, &call.hop);
	pthread_mutex_lock(&call.lock);
	while (!call.is_done)
		pthread_cond_wait(&call.done, &call.lock);
	pthread_mutex_unlock(&call.lock);
	pthread_cond_destroy(&call.done);
	pthread_mutex_destroy(&call.lock);
	return call.rc;
}

static void host_stop_told(struct loop_job *hop)
{
	struct heard_done *done = (struct heard_done *)hop;
	done->told(done->arg);
}

void heard_done(struct heard_done *done)
{
	answer_give_back(done->host);
	done->host->is_started = false;
	done->hop.fn = host_stop_told;
	loop_post(done->host->daemon->main, &done->hop);
}

static void host_stop_hop(struct loop_job *hop)
{
	struct heard_done *done = (struct heard_done *)hop;
	struct heard_host *host = done->host;
	if (host->input != NULL)
		host->input->is_stopped = true;
	host->is_stopping = true;
	answer_abandon(host);
	if (!host->is_started || host->plugin->stop == NULL)
		heard_done(done);
	else
		host->plugin->stop(host->self, done);
}

void host_stop(struct heard_host *host, void (*told)(void *arg), void *arg)
{
	host->done = (struct heard_done){
		.hop.fn = host_stop_hop, .host = host, .told = told, .arg = arg};
	loop_post(host->loop, &host->done.hop);
}

void host_end_thread(struct heard_host *host)
{
	if (!host->has_thread)
		return;
	loop_stop(host->loop);
	loop_join(host->loop);
	host->has_thread = false;
}
