/*
 * cmd_train.c - `heard train KIND ...`: teach a filter by examples.
 *
 * A filter that learns has a command "train" among its own (heard/command.h), and
 * `heard train KIND ...` calls it: KIND is the name of an instance, or of a plugin of
 * which there is one.  No plugin is named here; those that learn are found by asking
 * each descriptor.
 */
#include "cli.h"

#include "module.h"

#include <heard/command.h>

#include <string.h>

static const struct heard_command *train_of(const struct heard_plugin *plugin)
{
	for (const struct heard_command *c = plugin->commands; c && c->name != NULL; c++)
		if (strcmp(c->name, "train") == 0)
			return c;
	return NULL;
}

static void print_kind(void *arg, enum heard_stage stage, const char *name,
		       const struct module *m, const struct heard_error *err)
{
	const struct heard_command *c = m != NULL ? train_of(&m->plugin) : NULL;
	(void)stage;
	(void)err;
	if (c != NULL)
		fprintf(arg, "  %-9s %s\n", name, c->summary);
}

static int usage(FILE *f)
{
	static const char *const standard[] = {NULL};
	fputs("usage: heard train KIND ...\n\n"
	      "KIND is the name of an instance, or of its plugin; `heard train KIND --help`\n"
	      "shows how to go on.  These learn:\n\n",
	      f);
	module_each(standard, print_kind, f);
	return f == stdout ? 0 : 2;
}

/* Where KIND stands: the first word that is no option of ours, nor its value. */
static int find_kind(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "-c") == 0 || strcmp(argv[i], "--state-dir") == 0 ||
		    strcmp(argv[i], "--pipeline") == 0)
			i++;
		else if (strcmp(argv[i], "--json") != 0)
			return i;
	}
	return argc;
}

int cmd_train(int argc, char **argv)
{
	int kind = find_kind(argc, argv);
	if (kind >= argc)
		return usage(stderr);
	if (strcmp(argv[kind], "--help") == 0 || strcmp(argv[kind], "-h") == 0)
		return usage(stdout);
	char *name = argv[kind];
	memmove(argv + 2, argv + 1, (size_t)(kind - 1) * sizeof(*argv));
	argv[1] = argv[0]; /* "train" */
	argv[0] = name;
	return cmd_instance(argc, argv, NULL);
}
