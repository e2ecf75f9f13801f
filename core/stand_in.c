/*
 * stand_in.c - an instance for a command of a plugin that the config has none of.
 *
 * A plugin that only looks at what another one keeps need not stand in the config to be
 * asked: its command runs on an instance made of defaults.  Which data it looks at is
 * the one thing that a default cannot know; so an option that names a path in the state
 * folder gets what another instance says under the same name.  No plugin is named here:
 * the tables say it all.
 */
#include "stand_in.h"

#include <heard/command.h>
#include <heard/error.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGN = 64 };

const struct heard_command *stand_in_default(const struct heard_plugin *plugin)
{
	for (const struct heard_command *c = plugin->commands; c != NULL && c->name != NULL;
	     c++)
		if (strcmp(c->name, plugin->name) == 0)
			return c;
	return NULL;
}

struct wanted {
	const char *name;
	const struct module *module;
	enum heard_stage stage;
};

static void look(void *arg, enum heard_stage stage, const char *name,
		 const struct module *module, const struct heard_error *err)
{
	struct wanted *w = arg;
	(void)err;
	if (w->module == NULL && module != NULL && strcmp(name, w->name) == 0 &&
	    stand_in_default(&module->plugin) != NULL) {
		w->module = module;
		w->stage = stage;
	}
}

/* ---- the data of others */

struct share {
	const struct heard_option *option; /* of ours */
	const char *value;
	const struct conf_pipeline *pipeline;
	bool is_ambiguous;
};

static const char *path_of(const struct conf_instance *instance, const char *name)
{
	const struct heard_option *o = instance->module->plugin.options;
	for (; o != NULL && o->name != NULL; o++)
		if (o->type == HEARD_TYPE_STATE_PATH && strcmp(o->name, name) == 0)
			return *(const char *const *)((const char *)instance->self + o->offset);
	return NULL;
}

static void look_at(struct share *share, const struct conf_pipeline *pipeline,
		    const struct conf_instance *at, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *value = path_of(&at[i], share->option->name);
		if (value == NULL)
			continue;
		share->is_ambiguous |= share->value != NULL && strcmp(value, share->value) != 0;
		if (share->value == NULL) {
			share->value = value;
			share->pipeline = pipeline;
		}
	}
}

static struct share find_share(const struct conf *conf, const char *pipeline,
			       const struct heard_option *option)
{
	struct share share = {.option = option};
	for (size_t i = 0; i < conf->n_pipelines; i++) {
		const struct conf_pipeline *p = &conf->pipelines[i];
		if (pipeline != NULL && strcmp(p->name, pipeline) != 0)
			continue;
		look_at(&share, p, p->inputs, p->n_inputs);
		look_at(&share, p, p->filters, p->n_filters);
		look_at(&share, p, p->outputs, p->n_outputs);
	}
	return share;
}

/* Sets every shared path; -ENOENT if there was none. */
static int share_paths(struct stand_in *s, const struct conf *conf, const char *pipeline,
		       struct heard_error *err)
{
	const struct heard_option *o = s->instance.module->plugin.options;
	for (; o != NULL && o->name != NULL; o++) {
		if (o->type != HEARD_TYPE_STATE_PATH)
			continue;
		struct share share = find_share(conf, pipeline, o);
		if (share.is_ambiguous)
			return heard_fail(err, EINVAL,
					  "several instances have a %s, and no instance \"%s\" "
					  "says which is meant; name its pipeline with "
					  "--pipeline",
					  o->name, s->instance.name);
		if (share.value == NULL)
			continue;
		*(const char **)((char *)s->instance.self + o->offset) = share.value;
		s->pipeline = share.pipeline;
	}
	return s->pipeline != NULL
		       ? 0
		       : heard_fail(err, EINVAL,
				    "no instance of the plugin \"%s\" is configured, nor one "
				    "whose data it could look at",
				    s->instance.name);
}

/* ---- making it */

static int parse_defaults(struct stand_in *s, const struct conf *conf, struct arena *arena,
			  struct heard_error *err)
{
	static const struct heard_option none[] = {{.name = NULL}};
	const struct heard_plugin *plugin = &s->instance.module->plugin;
	struct faults faults;
	faults_init(&faults);
	struct option_context ctx = {.config_folder = conf->folder,
				     .state_dir = conf->state_dir,
				     .arena = arena,
				     .faults = &faults,
				     .where = s->instance.name,
				     .file = conf->file};
	option_parse(&ctx, plugin->options ? plugin->options : none, NULL, NULL,
		     s->instance.self);
	bool is_good = faults.n == 0;
	faults_release(&faults);
	return is_good ? 0
		       : heard_fail(err, EINVAL,
				    "the plugin \"%s\" has options that must be set: no "
				    "instance of it is configured",
				    s->instance.name);
}

int stand_in_make(struct stand_in *s, struct conf *conf, const char *name, const char *pipeline,
		  struct heard_error *err)
{
	struct wanted wanted = {.name = name};
	*s = (struct stand_in){.pipeline = NULL};
	module_each(conf->plugin_path, look, &wanted);
	if (wanted.module == NULL)
		return -ENOENT;
	size_t size = (wanted.module->plugin.self_size + ALIGN) / ALIGN * ALIGN;
	s->memory = aligned_alloc(ALIGN, size);
	if (s->memory == NULL)
		return heard_fail(err, ENOMEM, "out of memory");
	memset(s->memory, 0, size);
	s->stage = wanted.stage;
	s->instance = (struct conf_instance){.module = wanted.module,
					     .self = s->memory,
					     .plugin = wanted.module->plugin.name,
					     .name = wanted.module->plugin.name,
					     .file = conf->file};
	int result = parse_defaults(s, conf, &conf->arena, err);
	if (result == 0)
		result = share_paths(s, conf, pipeline, err);
	if (result != 0)
		stand_in_release(s);
	return result;
}

void stand_in_release(struct stand_in *s)
{
	free(s->memory);
	*s = (struct stand_in){.memory = NULL};
}
