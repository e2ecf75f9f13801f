/*
 * option.c - a group of the config into a struct, by the struct's table.
 *
 * The walk is over the table, so every option is either read, defaulted or
 * missed; then over the group, so that nothing in it is left unread.  A fault
 * never ends the walk: all are told together.
 */
#include "option.h"

#include "option_value.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- shared with the readers of single values */

void option_fault(const struct option_context *ctx, const char *file, int line,
		  const char *format, ...)
{
	char text[2048];
	va_list ap;
	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	bool has_where = ctx->where && *ctx->where;
	faults_add(ctx->faults, file, line, "%s%s%s", has_where ? ctx->where : "",
		   has_where ? ": " : "", text);
}

bool option_is_open(const struct option_context *ctx, const char *text)
{
	return ctx->as_written && strstr(text, "${") != NULL;
}

void *option_alloc(const struct option_context *ctx, size_t size)
{
	void *p = arena_zalloc(ctx->arena, size ? size : 1);
	if (p == NULL)
		option_fault(ctx, ctx->file, ctx->line,
			     "out of memory, or the config is too large");
	return p;
}

struct option_context option_inside(const struct option_context *ctx, const char *name, int row)
{
	struct option_context inside = *ctx;
	char where[256];
	const char *outer = ctx->where ? ctx->where : "", *colon = *outer ? ": " : "";
	if (row < 0)
		snprintf(where, sizeof where, "%s%s%s", outer, colon, name);
	else
		snprintf(where, sizeof where, "%s%s%s %d", outer, colon, name, row + 1);
	char *kept = arena_zstr(ctx->arena, heard_str(where));
	inside.where = kept ? kept : ctx->where;
	return inside;
}

static void *field_of(void *self, const struct heard_option *opt)
{
	return (char *)self + opt->offset;
}

/* ---- parse */

static const struct heard_option *find(const struct heard_option *table, const char *name)
{
	for (; table->name; table++)
		if (strcmp(table->name, name) == 0)
			return table;
	return NULL;
}

/* Defaults of a GROUP that is not there: what it would demand stays zero. */
static void set_group_defaults(const struct option_context *ctx,
			       const struct heard_option *table, void *self)
{
	for (; table->name; table++) {
		if (table->type == HEARD_TYPE_GROUP)
			set_group_defaults(ctx, table->row, field_of(self, table));
		else if (table->value)
			option_value_default(ctx, table, field_of(self, table));
	}
}

static void set_absent(const struct option_context *ctx, const struct heard_option *opt,
		       const char *file, int line, void *self)
{
	if (opt->value == NULL)
		option_fault(ctx, file, line, "needs the option \"%s\": %s", opt->name,
			     opt->help);
	else if (opt->type == HEARD_TYPE_GROUP)
		set_group_defaults(ctx, opt->row, field_of(self, opt));
	else
		option_value_default(ctx, opt, field_of(self, opt));
}

static bool is_among(const char *name, const char *const *names)
{
	for (; names && *names; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

/* The nearest of the table's names and the others that may stand here. */
static const char *suggest_option(const char *word, const struct heard_option *table,
				  const char *const *also)
{
	enum { MOST = 128 };
	const char *names[MOST + 1];
	size_t n = 0;
	for (; table->name && n < MOST; table++)
		names[n++] = table->name;
	for (; also && *also && n < MOST; also++)
		names[n++] = *also;
	names[n] = NULL;
	return suggest(word, names);
}

static void check_members(const struct option_context *ctx, const struct heard_option *table,
			  const config_setting_t *group, const char *const *also)
{
	int n = config_setting_length(group);
	for (int i = 0; i < n; i++) {
		const config_setting_t *member = config_setting_get_elem(group, (unsigned)i);
		const char *name = config_setting_name(member);
		if (find(table, name) || is_among(name, also))
			continue;
		const char *near = suggest_option(name, table, also);
		option_fault(ctx, config_setting_source_file(member),
			     (int)config_setting_source_line(member),
			     "unknown option \"%s\"%s%s%s", name,
			     near ? "; did you mean \"" : "", near ? near : "",
			     near ? "\"?" : "");
	}
}

void option_parse(const struct option_context *ctx, const struct heard_option *table,
		  const config_setting_t *group, const char *const *also, void *self)
{
	const char *file = group ? config_setting_source_file(group) : NULL;
	int line = file ? (int)config_setting_source_line(group) : ctx->line;
	struct option_context here = *ctx;
	here.file = file ? file : ctx->file;
	here.line = line;
	for (const struct heard_option *opt = table; opt->name; opt++) {
		const config_setting_t *setting = group ? config_setting_get_member(group,
										    opt->name)
							: NULL;
		if (setting)
			option_value_set(&here, opt, setting, field_of(self, opt));
		else
			set_absent(&here, opt, here.file, here.line, self);
	}
	if (group)
		check_members(&here, table, group, also);
}

/* ---- wipe */

void option_wipe(struct option_secret *secret)
{
	for (; secret; secret = secret->next)
		sodium_memzero(secret->text, secret->size);
}
