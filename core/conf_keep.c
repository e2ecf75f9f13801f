/*
 * conf_keep.c - what can still be opened of a config that has faults.
 *
 * Some faults show only when an instance is opened: a rules file that is not
 * there, two routes on one path.  To tell them together with those of the config
 * itself, what was read without a fault is opened none the less.  The rest must
 * not lead to faults that are only its consequence: a listener that is named by
 * an instance left out is not unused.
 */
#include "conf_keep.h"

#include <string.h>

static const char *listener_of(const struct conf_instance *instance)
{
	const struct heard_option *opt = instance->module->plugin.options;
	for (; opt && opt->name; opt++)
		if (strcmp(opt->name, "listener") == 0 && opt->type == HEARD_TYPE_STRING)
			return *(const char *const *)((const char *)instance->self +
						      opt->offset);
	return NULL;
}

static void note_instance(struct conf *conf, const struct conf_instance *instance)
{
	bool is_known = instance->module && instance->self;
	const char *named = is_known ? listener_of(instance) : NULL;
	for (size_t i = 0; i < conf->n_listeners; i++) {
		struct conf_listener *l = &conf->listeners[i];
		if (!is_known || (named && l->name && strcmp(l->name, named) == 0))
			l->is_named = true;
	}
}

void conf_note_listeners(struct conf *conf)
{
	for (size_t i = 0; i < conf->n_pipelines; i++) {
		const struct conf_pipeline *p = &conf->pipelines[i];
		for (size_t k = 0; k < p->n_inputs; k++)
			note_instance(conf, &p->inputs[k]);
		for (size_t k = 0; k < p->n_filters; k++)
			note_instance(conf, &p->filters[k]);
		for (size_t k = 0; k < p->n_outputs; k++)
			note_instance(conf, &p->outputs[k]);
	}
}

static size_t keep_instances(struct conf_instance *at, size_t n)
{
	size_t kept = 0;
	for (size_t i = 0; i < n; i++)
		if (!at[i].is_faulty)
			at[kept++] = at[i];
	return kept;
}

void conf_keep_good(struct conf *conf)
{
	for (size_t i = 0; i < conf->n_listeners; i++)
		if (conf->listeners[i].name == NULL)
			conf->listeners[i].name = "";
	for (size_t i = 0; i < conf->n_pipelines; i++) {
		struct conf_pipeline *p = &conf->pipelines[i];
		p->name = p->name ? p->name : "";
		p->n_inputs = keep_instances(p->inputs, p->n_inputs);
		p->n_filters = keep_instances(p->filters, p->n_filters);
		p->n_outputs = keep_instances(p->outputs, p->n_outputs);
	}
	conf->state_dir = conf->state_dir ? conf->state_dir : "/";
}
