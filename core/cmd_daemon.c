/*
 * cmd_daemon.c - run, check, stop, reload: the daemon's life from outside.
 */
#include "cli.h"

#include "daemon.h"
#include "probe.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int cmd_run(int argc, char **argv)
{
	struct cli cli;
	if (!cli_parse(&cli, argc, argv, NULL, "run [-c FILE] [--state-dir DIR]"))
		return 2;
	if (cli.argc > 0)
		return cli_usage(&cli);
	return daemon_run(
		&(struct daemon_flags){.file = cli.config, .state_dir = cli.state_dir});
}

/* ---- check */

static void check_graph(const struct conf *conf)
{
	puts("digraph heard {\n  rankdir=LR; node [shape=box];");
	for (size_t i = 0; i < conf->n_pipelines; i++) {
		const struct conf_pipeline *p = &conf->pipelines[i];
		printf("  subgraph \"cluster_%s\" {\n    label=\"%s\";\n", p->name, p->name);
		for (size_t k = 0; k < p->n_inputs; k++)
			printf("    \"%s/input/%s\" [label=\"%s\"];\n    \"%s/input/%s\" -> "
			       "\"%s/%s\";\n",
			       p->name, p->inputs[k].name, p->inputs[k].name, p->name,
			       p->inputs[k].name, p->name,
			       p->n_filters ? p->filters[0].name : "journal");
		for (size_t k = 0; k < p->n_filters; k++)
			printf("    \"%s/%s\" [label=\"%s\"];\n    \"%s/%s\" -> \"%s/%s\";\n",
			       p->name, p->filters[k].name, p->filters[k].name, p->name,
			       p->filters[k].name, p->name,
			       k + 1 < p->n_filters ? p->filters[k + 1].name : "journal");
		printf("    \"%s/journal\" [label=\"journal\", shape=cylinder];\n", p->name);
		for (size_t k = 0; k < p->n_outputs; k++)
			printf("    \"%s/output/%s\" [label=\"%s\"];\n    \"%s/journal\" -> "
			       "\"%s/output/%s\"%s;\n",
			       p->name, p->outputs[k].name, p->outputs[k].name, p->name,
			       p->name, p->outputs[k].name,
			       p->outputs[k].when ? " [style=dashed]" : "");
		puts("  }");
	}
	puts("}");
}

int cmd_check(int argc, char **argv)
{
	struct cli cli;
	bool print = false, graph = false, for_reload = false;
	const struct cli_option own[] = {{"for-reload", NULL, &for_reload},

					 {"print", NULL, &print},
					 {"graph", NULL, &graph},
					 {NULL, NULL, NULL}};
	if (!cli_parse(&cli, argc, argv, own,
		       "check [-c FILE] [--state-dir DIR] [--print | --graph]"))
		return 2;
	if (cli.argc > 0)
		return cli_usage(&cli);
	struct faults faults;
	faults_init(&faults);
	struct conf_flags flags = {
		.state_dir = cli.state_dir, .no_secrets = print, .keep_faulty = !print};
	struct conf *conf = conf_load(cli.config, &flags, &faults);
	struct daemon *d = conf != NULL && !print ? daemon_open(conf, &faults) : NULL;
	if (conf != NULL && faults.n == 0 && for_reload)
		probe_listeners(conf, &faults);
	int code = conf == NULL || faults.n > 0;
	faults_print(&faults, stderr);
	faults_release(&faults);
	if (code == 0 && print)
		conf_print(conf, stdout);
	if (code == 0 && graph)
		check_graph(conf);
	if (code == 0 && !print && !graph)
		printf("%s: good, %zu pipeline%s\n", cli.config, conf->n_pipelines,
		       conf->n_pipelines == 1 ? "" : "s");
	daemon_close(d);
	conf_destroy(conf);
	return code;
}

/* ---- stop and reload: done when they are done */

struct seen {
	int64_t started_ms;
	pid_t pid;
	bool is_running;
};

static void see_status(void *arg, const struct heard_json *out, struct heard_str text)
{
	struct seen *seen = arg;
	(void)text;
	const struct heard_json *started = heard_json_member(out, "started_ms");
	const struct heard_json *pid = heard_json_member(out, "pid");
	seen->started_ms = started != NULL ? started->integer : 0;
	seen->pid = pid != NULL ? (pid_t)pid->integer : 0;
	seen->is_running = heard_str_is(heard_json_string(out, "state"), "running");
}

/* It may be gone: that is what we want to know, so nothing is said of it. */
static struct seen ask_quietly(const char *state_dir)
{
	struct seen seen = {0};
	FILE *null = fopen("/dev/null", "we");
	if (null == NULL)
		return seen;
	cli_ask_saying(null, state_dir, HEARD_STR_OF("{\"command\":\"status\"}"), see_status,
		       &seen);
	fclose(null);
	return seen;
}

static int wait_until(const char *state_dir, int64_t seconds,
		      bool (*is_done)(struct seen, struct seen), struct seen before,
		      const char *what)
{
	struct timespec pause = {.tv_nsec = 20 * 1000000};
	for (int64_t until = daemon_clock() + seconds * 1000; daemon_clock() < until;
	     nanosleep(&pause, NULL)) {
		if (is_done(before, ask_quietly(state_dir)))
			return 0;
		/* an exec keeps the process, so one that is gone has failed */
		if (before.pid > 0 && kill(before.pid, 0) != 0 && errno == ESRCH) {
			fprintf(stderr, "heard: %s, and the process has ended; see the log\n",
				what);
			return 1;
		}
	}
	fprintf(stderr, "heard: %s after %lld seconds; see the log\n", what,
		(long long)seconds);
	return 1;
}

static bool is_new(struct seen before, struct seen now)
{
	return now.is_running && now.started_ms != before.started_ms;
}

static bool is_gone(struct seen before, struct seen now)
{
	return now.started_ms != before.started_ms;
}

static int command(int argc, char **argv, const char *usage, const char *request,
		   bool (*is_done)(struct seen, struct seen), const char *what)
{
	struct cli cli;
	if (!cli_parse(&cli, argc, argv, NULL, usage))
		return 2;
	if (cli.argc > 0)
		return cli_usage(&cli);
	char *state_dir = cli_state_dir(&cli);
	if (state_dir == NULL)
		return 1;
	struct seen before = ask_quietly(state_dir);
	int code = cli_ask(state_dir, heard_str(request), NULL, NULL);
	if (code == 0)
		code = wait_until(state_dir, 120, is_done, before, what);
	free(state_dir);
	return code;
}

int cmd_stop(int argc, char **argv)
{
	return command(argc, argv, "stop [-c FILE] [--state-dir DIR]", "{\"command\":\"stop\"}",
		       is_gone, "it has not ended");
}

int cmd_reload(int argc, char **argv)
{
	return command(argc, argv, "reload [-c FILE] [--state-dir DIR]",
		       "{\"command\":\"reload\"}", is_new,
		       "the new process has not begun to run");
}
