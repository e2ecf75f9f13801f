/*
 * cmd_filter.c - `heard filter`: records through a pipeline's filters to stdout.
 *
 * The same filters, gate and encoder as in the daemon, in one thread, without
 * journal and outputs.  Keyed hashes use the installation's secret if it can be
 * read, else one of this run.  Dropped records and dead letters are told on
 * stderr, by line.
 */
#include "cli.h"

#include "daemon.h"
#include "identity.h"
#include "send.h"

#include <heard/buf.h>
#include <heard/error.h>

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK (256u << 10)

struct run {
	struct daemon *daemon;
	struct pipeline *pipeline;
	struct heard_batch *batch;
	struct heard_buf out;
	int64_t line;
	int dead;
};

static void run_tell(struct run *r, struct heard_str instance, const char *what,
		     const char *why)
{
	fprintf(stderr, "heard: %s: %s: %s\n", instance.ptr, what, why);
	(void)r;
}

/* As what is sent comes in. */
static struct heard_str run_source(const struct run *r)
{
	return heard_str(r->pipeline->inputs[r->pipeline->n_inputs - 1].host.full_name);
}

static void run_record(struct run *r, struct heard_record *record)
{
	unsigned at = record_died_at(record);
	struct heard_str who = heard_str(at < r->pipeline->n_filters
						 ? r->pipeline->filters[at].host.instance->name
						 : "input");
	switch (record_fate(record)) {
	case RECORD_LIVE:
		if (!heard_has(record, HEARD_SOURCE))
			gate_name(record, run_source(r), daemon_now());
		gate_encode(&r->daemon->gate, &r->daemon->lanes[0], record, daemon_now(),
			    &r->out);
		break;
	case RECORD_DROPPED: run_tell(r, who, "dropped", record_reason(record)); break;
	case RECORD_DEAD:
		run_tell(r, who, "dead letter", record_reason(record));
		r->dead++;
		break;
	}
}

static int run_chunk(struct run *r, struct heard_str raw, struct heard_error *err)
{
	struct heard_batch *b = r->batch;
	batch_clear(b);
	heard_buf_clear(&r->out);
	batch_set_zone(b, r->daemon->lanes[0].zone);
	int rc = send_decode(SEND_NDJSON, raw, r->line, b, err);
	for (size_t i = 0; rc == 0 && i < heard_batch_size(b); i++) {
		struct heard_record *record = heard_batch_at(b, i);
		gate_admit(record, run_source(r), false, daemon_now());
		identity_author(&r->daemon->gate, record, true);
		identity_origin(&r->daemon->gate, record, NULL, 0);
		rc = gate_identify(NULL, &r->daemon->lanes[0], record, daemon_now());
	}
	batch_end_decode(b);
	for (size_t i = 0; rc == 0 && i < r->pipeline->n_filters; i++) {
		rc = filter_run_alone(&r->pipeline->filters[i], b, err);
		if (rc != 0)
			heard_error_wrap(err, "filter \"%s\"",
					 r->pipeline->filters[i].host.instance->name);
	}
	if (rc != 0)
		return rc;
	for (size_t i = 0; i < heard_batch_size(b); i++)
		run_record(r, heard_batch_at(b, i));
	for (size_t i = 0; i < batch_dead_count(b); i++, r->dead++)
		run_tell(r, HEARD_STR_OF("input"), "dead letter", batch_dead_at(b, i)->reason);
	fwrite(r->out.ptr, 1, r->out.len, stdout);
	return r->out.failed ? heard_fail(err, ENOMEM, "no memory") : 0;
}

static int run_file(struct run *r, FILE *in, struct heard_error *err)
{
	struct heard_buf chunk;
	char *line = NULL;
	size_t size = 0;
	ssize_t n;
	int rc = 0;
	int64_t at = 1;
	heard_buf_init(&chunk, 256u << 20);
	r->line = 1;
	while (rc == 0 && (n = getline(&line, &size, in)) > 0) {
		heard_buf_add(&chunk, line, (size_t)n);
		at++;
		if (chunk.len < CHUNK)
			continue;
		rc = run_chunk(r, heard_buf_view(&chunk), err);
		heard_buf_clear(&chunk);
		r->line = at;
	}
	if (rc == 0 && chunk.len > 0)
		rc = run_chunk(r, heard_buf_view(&chunk), err);
	heard_buf_release(&chunk);
	free(line);
	return rc;
}

/* What start() would have done, without a state folder: filters only. */
static int run_start(struct run *r, struct heard_error *err)
{
	for (size_t i = 0; i < r->pipeline->n_filters; i++) {
		const struct heard_plugin *p = r->pipeline->filters[i].host.plugin;
		int rc = p->start != NULL ? p->start(r->pipeline->filters[i].host.self, err)
					  : 0;
		if (rc != 0)
			return rc;
	}
	return 0;
}

static struct pipeline *find_pipeline(struct daemon *d, const char *name)
{
	for (size_t i = 0; i < d->n_pipelines; i++)
		if (name == NULL ? d->n_pipelines == 1
				 : strcmp(d->pipelines[i].conf->name, name) == 0)
			return &d->pipelines[i];
	fprintf(stderr,
		name ? "heard: there is no pipeline \"%s\"\n"
		     : "heard: say which pipeline, with --pipeline\n",
		name);
	return NULL;
}

static int filter_input(struct daemon *d, const char *name, const char *file)
{
	struct heard_error err = {0};
	struct run r = {.daemon = d, .pipeline = find_pipeline(d, name)};
	if (r.pipeline == NULL)
		return 2;
	FILE *in = file != NULL && strcmp(file, "-") != 0 ? fopen(file, "re") : stdin;
	if (in == NULL) {
		fprintf(stderr, "heard: %s: %s\n", file, strerror(errno));
		return 1;
	}
	if (seal_secret_load(d->conf->state_dir, d->gate.secret, &err) != 0)
		randombytes_buf(d->gate.secret, sizeof(d->gate.secret));
	gate_derive(&d->gate);
	err = (struct heard_error){0};
	r.batch = batch_create(256u << 20);
	heard_buf_init(&r.out, 512u << 20);
	int rc = run_start(&r, &err);
	if (rc == 0)
		rc = run_file(&r, in, &err);
	if (rc != 0)
		fprintf(stderr, "heard: %s\n", err.text);
	batch_destroy(r.batch);
	heard_buf_release(&r.out);
	if (in != stdin)
		fclose(in);
	return rc != 0 || r.dead > 0;
}

int cmd_filter(int argc, char **argv)
{
	struct cli cli;
	const char *pipeline = NULL;
	const struct cli_option own[] = {{"pipeline", &pipeline, NULL}, {NULL, NULL, NULL}};
	if (!cli_parse(&cli, argc, argv, own, "filter [-c FILE] --pipeline P [FILE|-]"))
		return 2;
	if (cli.argc > 1)
		return cli_usage(&cli);
	struct conf *conf = cli_conf(&cli);
	if (conf == NULL)
		return 1;
	struct faults faults;
	faults_init(&faults);
	struct daemon *d = daemon_open(conf, &faults);
	faults_print(&faults, stderr);
	int code = d != NULL ? filter_input(d, pipeline, cli.argc > 0 ? cli.argv[0] : NULL) : 1;
	faults_release(&faults);
	daemon_close(d);
	conf_destroy(conf);
	return code;
}
