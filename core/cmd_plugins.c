/*
 * cmd_plugins.c - what plugins there are, and what one wants to know of each.
 *
 * The folders are those of the config if there is one, else the standard ones.
 */
#include "cli.h"

#include "conf.h"
#include "describe.h"
#include "module.h"
#include "send.h"

#include <heard/error.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The config's plugin_path; a config that is not there is not asked for here, and
 * what else is wrong with it is for `check` to say. */
static struct conf *quiet_conf(const struct cli *cli)
{
	if (access(cli->config, R_OK) != 0)
		return NULL;
	struct faults faults;
	faults_init(&faults);
	struct conf *conf = conf_load(
		cli->config,
		&(struct conf_flags){.state_dir = cli->state_dir, .keep_faulty = true},
		&faults);
	faults_release(&faults);
	return conf;
}

struct plugins_list {
	struct cli_table table;
	bool json, has_one;
};

static void plugins_json(struct plugins_list *l, enum heard_stage stage, const char *name,
			 const struct module *m, const struct heard_error *err)
{
	struct heard_buf b;
	heard_buf_init(&b, 1u << 20);
	struct heard_json_out w = {.buf = &b};
	heard_json_begin(&w, NULL, '{');
	heard_json_str(&w, "stage", heard_str(stage_name(stage)));
	heard_json_str(&w, "name", heard_str(name));
	if (m != NULL) {
		heard_json_str(&w, "version", heard_str(m->plugin.version));
		heard_json_str(&w, "summary", heard_str(m->plugin.summary));
		heard_json_str(&w, "path", heard_str(m->path));
	} else {
		heard_json_str(&w, "error", heard_str(err->text));
	}
	heard_json_end(&w, '}');
	printf("%s%.*s", l->has_one ? ",\n " : "[", HEARD_ARG(heard_buf_view(&b)));
	l->has_one = true;
	heard_buf_release(&b);
}

static void plugins_one(void *arg, enum heard_stage stage, const char *name,
			const struct module *m, const struct heard_error *err)
{
	struct plugins_list *l = arg;
	if (l->json) {
		plugins_json(l, stage, name, m, err);
		return;
	}
	cli_table_add(&l->table, stage_name(stage));
	cli_table_add(&l->table, name);
	cli_table_add(&l->table, m != NULL ? m->plugin.version : "-");
	cli_table_add(&l->table, m != NULL ? m->plugin.summary : err->text);
}

int cmd_plugins(int argc, char **argv)
{
	struct cli cli;
	if (!cli_parse(&cli, argc, argv, NULL, "plugins [-c FILE] [--json]"))
		return 2;
	struct conf *conf = quiet_conf(&cli);
	static const char *const standard[] = {NULL};
	struct plugins_list l = {.json = cli.json};
	cli_table_init(&l.table, 4);
	module_each(conf != NULL ? conf->plugin_path : standard, plugins_one, &l);
	if (cli.json)
		puts(l.has_one ? "]" : "[]");
	cli_table_print(&l.table, stdout);
	conf_destroy(conf);
	return 0;
}

/* ---- describe */

struct wanted {
	const char *stage; /* or NULL */
	const char *name;
	bool mdoc;
	int found;
	bool is_broken;
	const char *names[256];
	size_t n;
};

static void describe_one(void *arg, enum heard_stage stage, const char *name,
			 const struct module *m, const struct heard_error *err)
{
	struct wanted *w = arg;
	if (w->n + 1 < sizeof(w->names) / sizeof(w->names[0]))
		w->names[w->n++] = strdup(name);
	if (strcmp(name, w->name) != 0 ||
	    (w->stage != NULL && strcmp(w->stage, stage_name(stage)) != 0))
		return;
	if (m == NULL) {
		fprintf(stderr, "heard: %s %s: %s\n", stage_name(stage), name, err->text);
		w->is_broken = true;
		return;
	}
	if (w->found++ > 0)
		puts("");
	if (w->mdoc)
		describe_plugin_mdoc(m, stdout);
	else
		describe_plugin(m, stdout);
}

/* The sections that are the core's own.  Neighbours of one name are one section. */
static void describe_core(bool mdoc)
{
	const char *before = NULL;
	for (const struct conf_section *s = conf_sections; s->table != NULL; s++) {
		const char *name = s->name[0] != '\0' ? s->name : "top level";
		if (before == NULL || strcmp(before, name) != 0)
			printf("%s%s\n", mdoc ? ".Ss " : before != NULL ? "\n" : "", name);
		before = name;
		if (mdoc)
			describe_options_mdoc(s->table, stdout);
		else
			describe_options(s->table, stdout, 2);
	}
}

int cmd_describe(int argc, char **argv)
{
	struct cli cli;
	struct wanted w = {.stage = NULL};
	bool core = false;
	const struct cli_option own[] = {
		{"mdoc", NULL, &w.mdoc}, {"core", NULL, &core}, {NULL, NULL, NULL}};
	if (!cli_parse(&cli, argc, argv, own,
		       "describe [STAGE/]PLUGIN|--core [-c FILE] [--mdoc]"))
		return 2;
	if (cli.argc != (core ? 0 : 1))
		return cli_usage(&cli);
	if (core) {
		describe_core(w.mdoc);
		return 0;
	}
	char *slash = strchr(cli.argv[0], '/');
	if (slash != NULL) {
		*slash = '\0';
		w.stage = cli.argv[0];
	}
	w.name = slash != NULL ? slash + 1 : cli.argv[0];
	struct conf *conf = quiet_conf(&cli);
	static const char *const standard[] = {NULL};
	module_each(conf != NULL ? conf->plugin_path : standard, describe_one, &w);
	if (w.found == 0 && !w.is_broken) {
		const char *near = suggest(w.name, w.names);
		fprintf(stderr, "heard: there is no plugin \"%s\"", w.name);
		fprintf(stderr,
			near ? "; did you mean \"%s\"?\n" : "; `heard plugins` lists them\n",
			near);
	}
	for (size_t i = 0; i < w.n; i++)
		free((void *)(uintptr_t)w.names[i]);
	conf_destroy(conf);
	return w.found == 0 || w.is_broken;
}
