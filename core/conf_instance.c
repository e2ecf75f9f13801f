/*
 * conf_instance.c - one instance of the config: its plugin, and its options.
 *
 * Two tables read the same group: the core's, for what every instance of the
 * stage has, and the plugin's.  Only the second looks for unknown options, and
 * knows the names of the first; when there is no plugin nobody can say what is
 * unknown.
 */
#include "conf_instance.h"

#include "condition.h"
#include "conf_check.h"
#include "conf_tables.h"

#include <heard/error.h>

#include <stdio.h>
#include <string.h>

enum { SELF_ALIGN = 64, SELF_MAX = 16 * 1024 * 1024 };

void conf_fault(const struct option_context *ctx, const config_setting_t *group,
		const char *member, const char *text)
{
	const config_setting_t *s = config_setting_get_member(group, member);
	const config_setting_t *at = s ? s : group;
	option_fault(ctx, config_setting_source_file(at), (int)config_setting_source_line(at),
		     "%s%s%s", s ? member : "", s ? ": " : "", text);
}

static const char *string_member(const config_setting_t *group, const char *name)
{
	const config_setting_t *s = config_setting_get_member(group, name);
	return s && config_setting_type(s) == CONFIG_TYPE_STRING ? config_setting_get_string(s)
								 : NULL;
}

/* "filter \"mask\"", or "filter 2" as long as it has no name. */
static const char *where(const struct option_context *ctx, enum heard_stage stage,
			 const config_setting_t *group, int nth)
{
	char text[160];
	const char *name = string_member(group, "name");
	if (name == NULL || *name == '\0')
		name = string_member(group, "plugin");
	if (name)
		snprintf(text, sizeof text, "%s \"%.80s\"", stage_name(stage), name);
	else
		snprintf(text, sizeof text, "%s %d", stage_name(stage), nth);
	const char *kept = arena_zstr(ctx->arena, heard_str(text));
	return kept ? kept : stage_name(stage);
}

static const char *const *member_names(const struct option_context *ctx,
				       const config_setting_t *group)
{
	int n = config_setting_length(group);
	const char **names = option_alloc(ctx, ((size_t)n + 1) * sizeof *names);
	for (int i = 0; names && i < n; i++)
		names[i] = config_setting_name(config_setting_get_elem(group, (unsigned)i));
	return names;
}

static bool has_option(const struct heard_option *table, const char *name)
{
	for (; table && table->name; table++)
		if (strcmp(table->name, name) == 0)
			return true;
	return false;
}

/* The names of what instances have in common, of whatever stage: NULL-terminated. */
enum { COMMON_MOST = 16 };
static void common_names(const char *names[COMMON_MOST + 1])
{
	size_t n = 0;
	for (enum heard_stage stage = HEARD_INPUT; stage <= HEARD_OUTPUT; stage++)
		for (const struct heard_option *o = conf_instance_table(stage); o->name; o++) {
			bool is_new = true;
			for (size_t i = 0; i < n; i++)
				is_new &= strcmp(names[i], o->name) != 0;
			if (is_new && n < COMMON_MOST)
				names[n++] = o->name;
		}
	names[n] = NULL;
}

/* `when` on an input, `retry` on a filter: known words in the wrong place. */
static void check_misplaced(const struct option_context *ctx, enum heard_stage stage,
			    const config_setting_t *group, const char *const *common,
			    const struct heard_option *own)
{
	for (; *common; common++) {
		if (config_setting_get_member(group, *common) == NULL ||
		    has_option(conf_instance_table(stage), *common) || has_option(own, *common))
			continue;
		const char *why = "only outputs have this option";
		if (has_option(conf_instance_table(HEARD_FILTER), *common))
			why = "only filters and outputs have this option";
		else if (has_option(conf_instance_table(HEARD_INPUT), *common))
			why = "only inputs have this option";
		conf_fault(ctx, group, *common, why);
	}
}

static void *create_self(const struct option_context *ctx, size_t size)
{
	if (size > SELF_MAX) {
		option_fault(ctx, ctx->file, ctx->line, "the plugin asks for %zu bytes", size);
		return NULL;
	}
	char *p = option_alloc(ctx, size + SELF_ALIGN);
	return p ? p + (SELF_ALIGN - (uintptr_t)p % SELF_ALIGN) : NULL;
}

static void parse_own_options(const struct option_context *ctx, enum heard_stage stage,
			      const config_setting_t *group, struct conf_instance *instance)
{
	static const struct heard_option none[] = {{.name = NULL}};
	const struct heard_plugin *plugin = &instance->module->plugin;
	const char *common[COMMON_MOST + 1];
	common_names(common);
	instance->self = create_self(ctx, plugin->self_size);
	if (instance->self)
		option_parse(ctx, plugin->options ? plugin->options : none, group, common,
			     instance->self);
	check_misplaced(ctx, stage, group, common, plugin->options);
}

static void settle_name(const struct option_context *ctx, const config_setting_t *group,
			struct conf_instance *instance)
{
	struct heard_error err;
	if (instance->name == NULL || instance->name[0] == '\0')
		instance->name = instance->plugin;
	else if (!option_is_open(ctx, instance->name) &&
		 conf_check_name(instance->name, &err) < 0)
		conf_fault(ctx, group, "name", err.text);
}

static void settle_when(const struct option_context *ctx, const config_setting_t *group,
			struct conf_instance *instance)
{
	struct heard_error err;
	if (instance->when && instance->when[0] == '\0')
		instance->when = NULL;
	if (instance->when && !option_is_open(ctx, instance->when) &&
	    condition_check(instance->when, &err) < 0)
		conf_fault(ctx, group, "when", err.text);
}

/* What a ${...} stands for even if it is printed as written: without the plugin
 * nobody knows the options. */
static const char *plugin_name(const struct option_context *ctx, const config_setting_t *group,
			       const struct conf_instance *instance)
{
	static const struct heard_option table[] = {
		{"plugin", HEARD_STRING(struct conf_instance, plugin), .help = ""},
		{.name = NULL},
	};
	struct option_context resolved = *ctx;
	struct conf_instance found = {.plugin = NULL};
	if (instance->plugin == NULL || !option_is_open(ctx, instance->plugin))
		return instance->plugin;
	resolved.as_written = false;
	const char *const *everything = member_names(ctx, group);
	if (everything)
		option_parse(&resolved, table, group, everything, &found);
	return found.plugin;
}

void conf_instance_parse(const struct option_context *outer, const char *const *plugin_path,
			 enum heard_stage stage, const config_setting_t *group, int nth,
			 struct conf_instance *instance)
{
	struct option_context ctx = *outer;
	ctx.where = where(outer, stage, group, nth);
	ctx.file = instance->file = outer->file;
	ctx.line = instance->line = (int)config_setting_source_line(group);
	size_t n_before = ctx.faults->n;
	const char *const *everything = member_names(&ctx, group);
	if (everything == NULL) {
		instance->is_faulty = true;
		return;
	}
	option_parse(&ctx, conf_instance_table(stage), group, everything, instance);
	struct heard_error err;
	const char *plugin = plugin_name(&ctx, group, instance);
	if (plugin)
		instance->module = module_load(plugin_path, stage, plugin, &err);
	if (instance->module)
		parse_own_options(&ctx, stage, group, instance);
	else if (plugin)
		conf_fault(&ctx, group, "plugin", err.text);
	settle_name(&ctx, group, instance);
	settle_when(&ctx, group, instance);
	if (instance->reply && instance->reply[0] == '\0')
		instance->reply = NULL;
	if (instance->retry.first > instance->retry.max)
		conf_fault(&ctx, group, "retry", "first must not be longer than max");
	instance->is_faulty = ctx.faults->n > n_before;
}
