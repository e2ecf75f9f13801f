/*
 * cmd_instance.c - `heard <instance> SUBCOMMAND ...`: a plugin's own commands.
 *
 * The instance is looked for in the config by its name; if two pipelines have
 * one, --pipeline says which.  Its options are parsed as in the daemon, but it
 * is neither opened nor started: see heard/command.h.
 *
 * A command with the name of its plugin is what `heard <instance>` alone means, and
 * needs no instance if another one has its data (stand_in.h).
 *
 * `heard train KIND ...` is `heard KIND train ...`, where KIND may also be a plugin of
 * which there is one instance, whatever its name (cmd_train.c).
 */
#include "cli.h"

#include "host.h"
#include "module.h"
#include "seal.h"
#include "stand_in.h"

#include <heard/command.h>
#include <heard/error.h>

#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

struct found {
	const struct conf_instance *instance;
	const struct conf_pipeline *pipeline;
	enum heard_stage stage;
	int n;
};

/* What was asked for. */
struct call {
	struct cli cli;
	const char *name;
	const char *pipeline;	 /* --pipeline, or NULL                          */
	const struct conf *conf; /* NULL: there is none                          */
	struct found found;
	struct stand_in stand_in; /* what was found, if the config has none       */
	bool is_train;		  /* `heard train`: the plugin's name does, too   */
};

/* By which name an instance is looked for: its own, or its plugin's. */
enum by { BY_INSTANCE, BY_PLUGIN };

static void look(struct found *f, const struct conf_pipeline *p, const struct conf_instance *at,
		 size_t n, enum heard_stage stage, const char *name, enum by by)
{
	for (size_t i = 0; i < n; i++) {
		const char *has = by == BY_INSTANCE ? at[i].name : at[i].module->plugin.name;
		if (strcmp(has, name) == 0 && at[i].module->plugin.commands != NULL)
			*f = (struct found){&at[i], p, stage, f->n + 1};
	}
}

static struct found find(const struct conf *conf, const char *name, const char *pipeline,
			 enum by by)
{
	struct found f = {.n = 0};
	for (size_t i = 0; i < conf->n_pipelines; i++) {
		const struct conf_pipeline *p = &conf->pipelines[i];
		if (pipeline != NULL && strcmp(p->name, pipeline) != 0)
			continue;
		look(&f, p, p->inputs, p->n_inputs, HEARD_INPUT, name, by);
		look(&f, p, p->filters, p->n_filters, HEARD_FILTER, name, by);
		look(&f, p, p->outputs, p->n_outputs, HEARD_OUTPUT, name, by);
	}
	return f;
}

static const struct heard_command *find_command(const struct heard_command *c, const char *name)
{
	while (c->name != NULL && strcmp(c->name, name) != 0)
		c++;
	return c->name != NULL ? c : NULL;
}

static void usage(const char *instance, const struct heard_command *commands, FILE *out)
{
	fprintf(out, "usage: heard %s COMMAND ...\n\n", instance);
	for (const struct heard_command *c = commands; c->name != NULL; c++)
		fprintf(out, "  %-9s %s\n", c->name, c->summary);
}

/* As it was written: `heard train NAME`, `heard NAME COMMAND`, or `heard NAME` alone where
 * the command has the name of its plugin. */
static void usage_of(const struct call *call, const char *instance,
		     const struct heard_plugin *plugin, const struct heard_command *c,
		     FILE *out)
{
	const char *more = c->usage ? c->usage : "";
	if (call->is_train)
		fprintf(out, "usage: heard %s %s %s\n", c->name, instance, more);
	else if (c == stand_in_default(plugin))
		fprintf(out, "usage: heard %s %s\n", instance, more);
	else
		fprintf(out, "usage: heard %s %s %s\n", instance, c->name, more);
}

static int run(const struct call *call, const struct heard_command *c, int argc, char **argv)
{
	unsigned char secret[32] = {0};
	const struct found *f = &call->found;
	struct heard_error err = {0};
	struct heard_host host = {.conf = call->conf,
				  .instance = f->instance,
				  .stage = f->stage,
				  .pipeline_name = f->pipeline->name,
				  .secret = secret};
	if (host_init(&host, &err) != 0 ||
	    seal_secret_load(call->conf->state_dir, secret, &err) != 0) {
		fprintf(stderr, "heard: %s; has the daemon run on this state folder yet?\n",
			err.text);
		host_close(&host);
		return 1;
	}
	struct heard_call its = {.argc = argc,
				 .argv = argv,
				 .json = call->cli.json,
				 .in = stdin,
				 .out = stdout,
				 .err = stderr,
				 .host = &host};
	int code = c->run(f->instance->self, &its);
	if (code == 2)
		usage_of(call, f->instance->name, &f->instance->module->plugin, c, stderr);
	sodium_memzero(secret, sizeof(secret));
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

/* ---- help: what a plugin's commands are stands in its descriptor, so neither a
 * daemon nor a good config is needed for it */

struct named {
	const char *name;
	const struct heard_plugin *plugin;
};

static void look_module(void *arg, enum heard_stage stage, const char *name,
			const struct module *m, const struct heard_error *err)
{
	struct named *n = arg;
	(void)stage;
	(void)err;
	if (m != NULL && n->plugin == NULL && m->plugin.commands != NULL &&
	    strcmp(name, n->name) == 0)
		n->plugin = &m->plugin;
}

/* Of the instance, else of the plugin of that name: most instances have its. */
static const struct heard_plugin *plugin_of(const struct call *c)
{
	static const char *const standard[] = {NULL};
	struct named n = {.name = c->name};
	if (c->found.n > 0)
		return &c->found.instance->module->plugin;
	module_each(c->conf != NULL && c->conf->plugin_path != NULL ? c->conf->plugin_path
								    : standard,
		    look_module, &n);
	return n.plugin;
}

static bool wants_help(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--help") == 0 || (i == 1 && strcmp(argv[i], "-h") == 0))
			return true;
	return false;
}

/* ---- what to make of a word */

enum { NAMES_MAX = 1024 };

static size_t add_names(const char **names, size_t n, const struct conf_instance *at,
			size_t count)
{
	for (size_t i = 0; i < count && n < NAMES_MAX; i++)
		if (at[i].module->plugin.commands != NULL)
			names[n++] = at[i].name;
	return n;
}

/* The nearest command or instance. */
static const char *nearest(const struct call *c, const char *const *commands)
{
	const char *names[NAMES_MAX + 1];
	size_t n = 0;
	while (commands != NULL && *commands != NULL && n < NAMES_MAX)
		names[n++] = *commands++;
	for (size_t i = 0; c->conf != NULL && i < c->conf->n_pipelines; i++) {
		const struct conf_pipeline *p = &c->conf->pipelines[i];
		n = add_names(names, n, p->inputs, p->n_inputs);
		n = add_names(names, n, p->filters, p->n_filters);
		n = add_names(names, n, p->outputs, p->n_outputs);
	}
	names[n] = NULL;
	return suggest(c->name, names);
}

static void say_unknown(const struct call *c)
{
	if (c->conf == NULL)
		fprintf(stderr,
			"heard: \"%s\" is no %s, and there is no %s to name an instance so",
			c->name, c->is_train ? "filter that learns" : "command", c->cli.config);
	else if (c->is_train)
		fprintf(stderr,
			"heard: there is no instance \"%s\", nor one of a plugin of that "
			"name, that could learn",
			c->name);
	else
		fprintf(stderr,
			"heard: \"%s\" is neither a command nor an instance with commands",
			c->name);
}

static int unknown(const struct call *c, const char *near)
{
	say_unknown(c);
	if (near != NULL)
		fprintf(stderr, "; did you mean \"%s\"?\n", near);
	else
		fprintf(stderr, "; `heard %s` lists %s\n", c->is_train ? "train" : "help",
			c->is_train ? "what learns" : "the commands");
	return 2;
}

static int call_found(const struct call *c, int argc, char **argv)
{
	const struct heard_command *all = c->found.instance->module->plugin.commands;
	const struct heard_command *one = argc > 1 ? find_command(all, argv[1]) : NULL,
				   *own = stand_in_default(&c->found.instance->module->plugin);
	if (c->found.n > 1) {
		fprintf(stderr, "heard: there are %d instances %s\"%s\"; say which with %s\n",
			c->found.n, c->is_train ? "of " : "", c->name,
			c->is_train ? "its own name, or --pipeline" : "--pipeline");
		return 2;
	}
	if (one != NULL)
		return run(c, one, argc - 1, argv + 1);
	if (own != NULL)
		return run(c, own, argc, argv);
	usage(c->name, all, stderr);
	return 2;
}

static int help(const struct call *c, const struct heard_plugin *plugin, int argc, char **argv)
{
	const struct heard_command *all = plugin->commands, *one = find_command(all, argv[1]);
	if (one == NULL)
		one = argc > 2 ? find_command(all, argv[2]) : NULL;
	if (one == NULL)
		one = stand_in_default(plugin);
	if (one != NULL)
		usage_of(c, argv[0], plugin, one, stdout);
	else
		usage(argv[0], all, stdout);
	return 0;
}

static int call(const struct call *c, struct faults *faults, const char *const *commands,
		int argc, char **argv)
{
	const struct heard_plugin *plugin = wants_help(argc, argv) ? plugin_of(c) : NULL;
	if (plugin != NULL)
		return help(c, plugin, argc, argv);
	const char *near = c->found.n == 0 ? nearest(c, commands) : NULL;
	if (faults->n > 0 && near == NULL) { /* it may be an instance that has one */
		faults_print(faults, stderr);
		return 1;
	}
	return c->found.n > 0 ? call_found(c, argc, argv) : unknown(c, near);
}

/* No instance has that name: one that stands in for it.  -1: go on without; else the
 * exit code. */
static int find_stand_in(struct call *c, struct conf *conf)
{
	struct heard_error err = {0};
	int result = stand_in_make(&c->stand_in, conf, c->name, c->pipeline, &err);
	if (result == 0)
		c->found = (struct found){&c->stand_in.instance, c->stand_in.pipeline,
					  c->stand_in.stage, 1};
	if (result == 0 || result == -ENOENT)
		return -1;
	fprintf(stderr, "heard: %s\n", err.text);
	return 1;
}

int cmd_instance(int argc, char **argv, const char *const *commands)
{
	struct call c = {.name = argv[0], .is_train = commands == NULL};
	struct faults faults;
	argc = take_ours(&c.cli, &c.pipeline, argc, argv);
	faults_init(&faults);
	bool is_standard = strcmp(c.cli.config, CLI_CONFIG) == 0;
	struct conf_flags flags = {.state_dir = c.cli.state_dir, .keep_faulty = true};
	struct conf *conf = is_standard && access(CLI_CONFIG, F_OK) != 0
				    ? NULL
				    : conf_load(c.cli.config, &flags, &faults);
	c.conf = conf;
	if (conf != NULL)
		c.found = find(conf, c.name, c.pipeline, BY_INSTANCE);
	if (conf != NULL && c.found.n == 0 && c.is_train)
		c.found = find(conf, c.name, c.pipeline, BY_PLUGIN);
	int code = -1;
	if (conf != NULL && c.found.n == 0 && faults.n == 0 && !wants_help(argc, argv))
		code = find_stand_in(&c, conf);
	if (code < 0)
		code = call(&c, &faults, commands, argc, argv);
	stand_in_release(&c.stand_in);
	faults_release(&faults);
	conf_destroy(conf);
	return code;
}
