/*
 * cmd_instance.c - `heard <instance> SUBCOMMAND ...`: a plugin's own commands.
 *
 * The instance is looked for in the config by its name; if two pipelines have
 * one, --pipeline says which.  Its options are parsed as in the daemon, but it
 * is neither opened nor started: see heard/command.h.
 */
#include "cli.h"

#include "host.h"
#include "seal.h"

#include <heard/command.h>
#include <heard/error.h>

#include <stdlib.h>
#include <string.h>

struct found {
	const struct conf_instance *instance;
	const struct conf_pipeline *pipeline;
	enum heard_stage stage;
	int n;
};

static void look(struct found *f, const struct conf_pipeline *p, const struct conf_instance *at,
		 size_t n, enum heard_stage stage, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(at[i].name, name) == 0 && at[i].module->plugin.commands != NULL) {
			*f = (struct found){&at[i], p, stage, f->n + 1};
		}
}

static struct found find(const struct conf *conf, const char *name, const char *pipeline)
{
	struct found f = {.n = 0};
	for (size_t i = 0; i < conf->n_pipelines; i++) {
		const struct conf_pipeline *p = &conf->pipelines[i];
		if (pipeline != NULL && strcmp(p->name, pipeline) != 0)
			continue;
		look(&f, p, p->inputs, p->n_inputs, HEARD_INPUT, name);
		look(&f, p, p->filters, p->n_filters, HEARD_FILTER, name);
		look(&f, p, p->outputs, p->n_outputs, HEARD_OUTPUT, name);
	}
	return f;
}

static int usage(const char *instance, const struct heard_command *commands, FILE *out)
{
	fprintf(out, "usage: heard %s COMMAND ...\n\n", instance);
	for (const struct heard_command *c = commands; c->name != NULL; c++)
		fprintf(out, "  %-9s %s\n", c->name, c->summary);
	return 2;
}

static int run(const struct conf *conf, const struct found *f, const struct heard_command *c,
	       bool json, int argc, char **argv)
{
	unsigned char secret[32] = {0};
	struct heard_error err = {0};
	struct heard_host host = {.conf = conf,
				  .instance = f->instance,
				  .stage = f->stage,
				  .pipeline_name = f->pipeline->name,
				  .secret = secret};
	if (host_init(&host, &err) != 0 ||
	    seal_secret_load(conf->state_dir, secret, &err) != 0) {
		fprintf(stderr, "heard: %s; has the daemon run on this state folder yet?\n",
			err.text);
		return 1;
	}
	struct heard_call call = {.argc = argc,
				  .argv = argv,
				  .json = json,
				  .in = stdin,
				  .out = stdout,
				  .err = stderr,
				  .host = &host};
	int code = c->run(f->instance->self, &call);
	if (code == 2)
		fprintf(stderr, "usage: heard %s %s %s\n", f->instance->name, c->name,
			c->usage ? c->usage : "");
	memset(secret, 0, sizeof(secret));
	host_close(&host);
	return code;
}

/* Our own options out of the way; the plugin's stay. */
static int take_ours(struct cli *cli, const char **pipeline, int argc, char **argv)
{
	int n = 0;
	*cli = (struct cli){.config = CLI_CONFIG};
	for (int i = 0; i < argc; i++) {
		const char **value = strcmp(argv[i], "-c") == 0		   ? &cli->config
				     : strcmp(argv[i], "--state-dir") == 0 ? &cli->state_dir
				     : strcmp(argv[i], "--pipeline") == 0  ? pipeline
									   : NULL;
		if (value != NULL && i + 1 < argc)
			*value = argv[++i];
		else if (strcmp(argv[i], "--json") == 0)
			cli->json = true;
		else
			argv[n++] = argv[i];
	}
	return n;
}

int cmd_instance(int argc, char **argv)
{
	struct cli cli;
	const char *pipeline = NULL;
	const char *name = argv[0];
	argc = take_ours(&cli, &pipeline, argc, argv);
	struct conf *conf = cli_conf(&cli);
	if (conf == NULL)
		return 1;
	struct found f = find(conf, name, pipeline);
	int code = 127;
	if (f.n > 1) {
		fprintf(stderr,
			"heard: there are %d instances \"%s\"; say which with --pipeline\n",
			f.n, name);
		code = 2;
	} else if (f.n == 1) {
		const struct heard_command *c = f.instance->module->plugin.commands;
		while (c->name != NULL && (argc < 2 || strcmp(c->name, argv[1]) != 0))
			c++;
		if (argc < 2 || c->name == NULL)
			code = usage(name, f.instance->module->plugin.commands,
				     argc > 1 && strcmp(argv[1], "--help") == 0 ? stdout
										: stderr);
		else
			code = run(conf, &f, c, cli.json, argc - 1, argv + 1);
	}
	conf_destroy(conf);
	return code;
}
