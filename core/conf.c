/*
 * conf.c - read the config: its sections, in the order they depend on each other.
 *
 * First where things are (state_dir, plugin_path), because relative paths and
 * plugins hang on it; then the rest of the top level, the listeners, the
 * pipelines.  Each step goes on after a fault and leaves zeros behind, so
 * nothing may be taken for granted until the end, when a config with faults is
 * thrown away as a whole, or its faulty parts if the rest is to be looked at.
 */
#include "conf.h"

#include "conf_check.h"
#include "conf_instance.h"
#include "conf_keep.h"
#include "conf_source.h"
#include "conf_tables.h"
#include "seal.h"

#include <heard/error.h>
#include <heard/time.h>

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	ARENA_MAX = 256 * 1024 * 1024,
	LISTENERS_MAX = 64,
	PIPELINES_MAX = 256,
	INSTANCES_MAX = 256, /* of one stage of one pipeline */
};

/* The read under way. */
struct loading {
	struct conf *conf;
	const config_setting_t *root;
	struct option_context ctx;
};

static const char *or_null(const char *text)
{
	return text && *text ? text : NULL;
}

/* In the arena already, where conf_source.c put it. */
static const char *source_file(const struct loading *l, const config_setting_t *group)
{
	const char *file = config_setting_source_file(group);
	return file ? file : l->conf->file;
}

/* ---- the top level */

/* The folder, followed by the path unless that is absolute; NULL and a fault. */
static const char *join(const struct loading *l, const char *folder, const char *path)
{
	char full[PATH_MAX];
	int n = path[0] == '/' ? snprintf(full, sizeof full, "%s", path)
			       : snprintf(full, sizeof full, "%s/%s", folder, path);
	if (n < 0 || (size_t)n >= sizeof full) {
		option_fault(&l->ctx, l->ctx.file, 1, "the path \"%.80s\" is too long", path);
		return NULL;
	}
	return arena_zstr(&l->conf->arena, heard_str(full));
}

static void settle_state_dir(struct loading *l, const char *override)
{
	char here[PATH_MAX];
	struct conf *conf = l->conf;
	if (override && getcwd(here, sizeof here))
		conf->top->state_dir = join(l, here, override);
	if (or_null(conf->top->state_dir) == NULL)
		option_fault(&l->ctx, conf->file, 1, "state_dir: must not be empty");
	conf->state_dir = conf->top->state_dir;
	l->ctx.state_dir = conf->state_dir ? conf->state_dir : "/";
}

static void settle_plugin_path(struct loading *l)
{
	struct conf *conf = l->conf;
	const struct heard_list *list = &conf->top->plugin_path;
	const char **folders = option_alloc(&l->ctx, (list->n + 1) * sizeof *folders);
	for (size_t i = 0; folders && i < list->n; i++)
		folders[i] = join(l, conf->folder, list->at[i]);
	conf->plugin_path = folders;
	if (folders)
		conf->top->plugin_path.at = folders;
}

static void parse_place(struct loading *l, const struct conf_flags *flags)
{
	int n = config_setting_length(l->root);
	const char **everything = option_alloc(&l->ctx, ((size_t)n + 1) * sizeof *everything);
	if (everything == NULL)
		return;
	for (int i = 0; i < n; i++)
		everything[i] = config_setting_name(
			config_setting_get_elem(l->root, (unsigned)i));
	struct option_context ctx = l->ctx;
	ctx.as_written = false; /* without plugins there is nothing to print */
	option_parse(&ctx, conf_place_table, l->root, everything, l->conf->top);
	settle_state_dir(l, flags->state_dir);
	settle_plugin_path(l);
}

static void check_timezone(const struct loading *l)
{
	struct conf *conf = l->conf;
	const char *name = conf->timezone;
	if (name && option_is_open(&l->ctx, name))
		return;
	struct heard_zone *zone = name ? heard_zone_create(name) : NULL;
	char text[160];
	snprintf(text, sizeof text,
		 "\"%.60s\" is not the name of a time zone, such as \"Asia/Shanghai\"",
		 name ? name : "");
	if (name && zone == NULL)
		conf_fault(&l->ctx, l->root, "timezone", text);
	if (zone == NULL)
		conf->timezone = "UTC"; /* for those who open what is left */
	heard_zone_destroy(zone);
}

/* A key that cannot be read is told now and not when the first record comes. */
static void check_keys(const struct loading *l)
{
	struct conf *conf = l->conf;
	const config_setting_t *group = config_setting_get_member(l->root, "privacy");
	if (group == NULL || conf->as_written)
		return;
	struct option_context ctx = l->ctx;
	ctx.where = "privacy";
	struct heard_error err;
	struct seal_public key;
	if (conf->privacy.public_key &&
	    seal_public_load(conf->privacy.public_key, &key, &err) < 0) {
		conf_fault(&ctx, group, "public_key", err.text);
		conf->privacy.public_key = NULL; /* it is not told twice */
	}
	if (conf->privacy.private_key && access(conf->privacy.private_key, F_OK) < 0) {
		heard_fail(&err, errno, "%s: %s", conf->privacy.private_key, strerror(errno));
		conf_fault(&ctx, group, "private_key", err.text);
	}
}

static int64_t cores(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);
	return n < 1 ? 1 : n > 256 ? 256 : n;
}

static void parse_top(struct loading *l)
{
	static const char *const others[] = {"state_dir", "plugin_path", "listeners",
					     "pipelines", NULL};
	struct conf *conf = l->conf;
	struct conf_top *top = conf->top;
	option_parse(&l->ctx, conf_top_table, l->root, others, top);
	conf->log.level = (enum heard_level)top->log.level;
	conf->log.json = top->log.format == 1;
	conf->log.file = or_null(top->log.file);
	conf->workers = top->workers ? top->workers : cores();
	conf->timezone = top->timezone;
	conf->privacy.public_key = or_null(top->privacy.public_key);
	conf->privacy.private_key = or_null(top->privacy.private_key);
	conf->journal = top->journal;
	conf->journal.encrypt = or_null(top->journal.encrypt);
	conf->drain_timeout = top->drain_timeout;
	check_timezone(l);
	check_keys(l);
}

/* ---- lists of groups */

/* The list of that name, or NULL; a fault if it is something else or too long. */
static const config_setting_t *get_groups(const struct loading *l, const config_setting_t *from,
					  const char *name, int most)
{
	const config_setting_t *list = config_setting_get_member(from, name);
	if (list == NULL)
		return NULL;
	if (config_setting_type(list) != CONFIG_TYPE_LIST) {
		conf_fault(&l->ctx, from, name,
			   "must be a list of groups: ( { ... }, { ... } )");
		return NULL;
	}
	for (int i = 0; i < config_setting_length(list); i++)
		if (!config_setting_is_group(config_setting_get_elem(list, (unsigned)i))) {
			conf_fault(&l->ctx, from, name, "must hold groups only: { ... }");
			return NULL;
		}
	if (config_setting_length(list) > most) {
		conf_fault(&l->ctx, from, name, "has too many entries");
		return NULL;
	}
	return list;
}

/* "listener \"public\"", as long as the arena has room for it. */
static const char *where(const struct loading *l, const char *what,
			 const config_setting_t *group)
{
	char text[160];
	const char *name = NULL;
	config_setting_lookup_string(group, "name", &name);
	if (name == NULL)
		return what;
	snprintf(text, sizeof text, "%s \"%.80s\"", what, name);
	const char *kept = arena_zstr(&l->conf->arena, heard_str(text));
	return kept ? kept : what;
}

/* Unless it is missing, which is told, or not known yet. */
static void check_text(const struct option_context *ctx, const config_setting_t *group,
		       const char *member, const char *text,
		       int (*check)(const char *, struct heard_error *))
{
	struct heard_error err;
	if (text && !option_is_open(ctx, text) && check(text, &err) < 0)
		conf_fault(ctx, group, member, err.text);
}

static void parse_listener(const struct loading *l, const config_setting_t *group,
			   struct conf_listener *listener)
{
	struct option_context ctx = l->ctx;
	size_t n_before = ctx.faults->n;
	ctx.where = where(l, "listener", group);
	listener->file = source_file(l, group);
	listener->line = (int)config_setting_source_line(group);
	option_parse(&ctx, conf_listener_table, group, NULL, listener);
	check_text(&ctx, group, "name", listener->name, conf_check_name);
	check_text(&ctx, group, "address", listener->address, conf_check_address);
	for (size_t i = 0; i < listener->trusted_proxies.n; i++)
		check_text(&ctx, group, "trusted_proxies", listener->trusted_proxies.at[i],
			   conf_check_network);
	if (listener->rate_burst == 0)
		listener->rate_burst = 2 * listener->rate_limit;
	if (ctx.faults->n > n_before) { /* they are not told twice */
		listener->tls = (struct conf_tls){NULL, NULL};
		listener->trusted_proxies = (struct heard_list){NULL, 0};
	}
}

static void parse_listeners(struct loading *l)
{
	struct conf *conf = l->conf;
	const config_setting_t *list = get_groups(l, l->root, "listeners", LISTENERS_MAX);
	size_t n = list ? (size_t)config_setting_length(list) : 0;
	conf->listeners = option_alloc(&l->ctx, n * sizeof *conf->listeners);
	for (; conf->listeners && conf->n_listeners < n; conf->n_listeners++)
		parse_listener(l, config_setting_get_elem(list, (unsigned)conf->n_listeners),
			       &conf->listeners[conf->n_listeners]);
}

static struct conf_instance *parse_stage(const struct loading *l, enum heard_stage stage,
					 const config_setting_t *pipeline, const char *name,
					 size_t *n_r)
{
	const config_setting_t *list = get_groups(l, pipeline, name, INSTANCES_MAX);
	int n = list ? config_setting_length(list) : 0;
	struct conf_instance *at = option_alloc(&l->ctx, (size_t)n * sizeof *at);
	for (int i = 0; at && i < n; i++) {
		const config_setting_t *group = config_setting_get_elem(list, (unsigned)i);
		struct option_context ctx = l->ctx;
		ctx.file = source_file(l, group);
		conf_instance_parse(&ctx, l->conf->plugin_path, stage, group, i + 1, &at[i]);
	}
	*n_r = at ? (size_t)n : 0;
	return at;
}

static void parse_pipeline(const struct loading *outer, const config_setting_t *group,
			   struct conf_pipeline *p)
{
	static const char *const stages[] = {"inputs", "filters", "outputs", NULL};
	struct loading l = *outer;
	l.ctx.where = where(outer, "pipeline", group);
	p->file = source_file(outer, group);
	p->line = (int)config_setting_source_line(group);
	option_parse(&l.ctx, conf_pipeline_table, group, stages, p);
	check_text(&l.ctx, group, "name", p->name, conf_check_name);
	p->inputs = parse_stage(&l, HEARD_INPUT, group, "inputs", &p->n_inputs);
	p->filters = parse_stage(&l, HEARD_FILTER, group, "filters", &p->n_filters);
	p->outputs = parse_stage(&l, HEARD_OUTPUT, group, "outputs", &p->n_outputs);
}

static void parse_pipelines(struct loading *l)
{
	struct conf *conf = l->conf;
	const config_setting_t *list = get_groups(l, l->root, "pipelines", PIPELINES_MAX);
	size_t n = list ? (size_t)config_setting_length(list) : 0;
	conf->pipelines = option_alloc(&l->ctx, n * sizeof *conf->pipelines);
	for (; conf->pipelines && conf->n_pipelines < n; conf->n_pipelines++)
		parse_pipeline(l, config_setting_get_elem(list, (unsigned)conf->n_pipelines),
			       &conf->pipelines[conf->n_pipelines]);
}

/* ---- the file */

static const char *folder_of(struct arena *arena, const char *file)
{
	const char *slash = strrchr(file, '/');
	char *name = slash ? arena_zstr(arena, heard_str_n(file, (size_t)(slash - file) + 1))
			   : arena_zstr(arena, heard_str("."));
	char full[PATH_MAX];
	return name && realpath(name, full) ? arena_zstr(arena, heard_str(full)) : NULL;
}

static struct conf *create(const char *file, const struct conf_flags *flags,
			   struct faults *faults)
{
	struct conf *conf = calloc(1, sizeof *conf);
	if (conf == NULL) {
		faults_add(faults, file, 0, "out of memory");
		return NULL;
	}
	arena_init(&conf->arena, ARENA_MAX);
	errno = ENOMEM;
	conf->as_written = flags->no_secrets;
	conf->file = arena_zstr(&conf->arena, heard_str(file));
	conf->top = arena_zalloc(&conf->arena, sizeof *conf->top);
	conf->folder = folder_of(&conf->arena, file);
	if (conf->file && conf->top && conf->folder)
		return conf;
	faults_add(faults, file, 0, "cannot be read: %s", strerror(errno));
	conf_destroy(conf);
	return NULL;
}

static void parse(struct conf *conf, const config_t *config, const struct conf_flags *flags,
		  struct faults *faults)
{
	struct loading l = {
		.conf = conf,
		.root = config_root_setting(config),
		.ctx = {.config_folder = conf->folder,
			.state_dir = "/",
			.arena = &conf->arena,
			.faults = faults,
			.file = conf->file,
			.line = 1,
			.as_written = flags->no_secrets,
			.secrets = &conf->secrets},
	};
	parse_place(&l, flags);
	parse_top(&l);
	parse_listeners(&l);
	parse_pipelines(&l);
	conf_note_listeners(conf);
	conf_check_whole(conf, faults);
}

struct conf *conf_load(const char *file, const struct conf_flags *flags, struct faults *faults)
{
	static const struct conf_flags no_flags = {.state_dir = NULL};
	flags = flags ? flags : &no_flags;
	size_t n_before = faults->n;
	struct conf *conf = create(file, flags, faults);
	if (conf == NULL)
		return NULL;
	config_t config;
	bool is_read = conf_source_read(&config, conf->file, conf->folder, &conf->arena,
					faults);
	if (is_read)
		parse(conf, &config, flags, faults);
	conf_source_release(&config);
	if (faults->n == n_before)
		return conf;
	if (is_read && flags->keep_faulty) {
		conf_keep_good(conf);
		return conf;
	}
	conf_destroy(conf);
	return NULL;
}

void conf_destroy(struct conf *conf)
{
	if (conf == NULL)
		return;
	option_wipe(conf->secrets);
	arena_release(&conf->arena);
	free(conf);
}
