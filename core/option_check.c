/*
 * option_check.c - is an option table itself well-formed?
 *
 * Plugins are loaded from wherever the operator says, so their tables are
 * checked before they are used: a wrong default or a field outside the
 * instance is refused with a sentence instead of met as a crash.
 */
#include "option.h"

#include "option_value.h"

#include <heard/error.h>

#include <errno.h>
#include <string.h>

enum {
	OPTIONS_MAX = 128,
	DEPTH_MAX = 8,
	HELP_MAX = 300,
	SCRATCH = 64 * 1024,
};

static const struct {
	const char *name;
	size_t size; /* of the field */
} types[] = {
	[HEARD_TYPE_BOOL] = {"bool", sizeof(bool)},
	[HEARD_TYPE_INT] = {"integer", sizeof(int64_t)},
	[HEARD_TYPE_REAL] = {"number", sizeof(double)},
	[HEARD_TYPE_SIZE] = {"size", sizeof(int64_t)},
	[HEARD_TYPE_DURATION] = {"duration", sizeof(int64_t)},
	[HEARD_TYPE_STRING] = {"text", sizeof(char *)},
	[HEARD_TYPE_SECRET] = {"secret", sizeof(char *)},
	[HEARD_TYPE_PATH] = {"path", sizeof(char *)},
	[HEARD_TYPE_STATE_PATH] = {"state path", sizeof(char *)},
	[HEARD_TYPE_CHOICE] = {"choice", sizeof(int)},
	[HEARD_TYPE_LIST] = {"list", sizeof(struct heard_list)},
	[HEARD_TYPE_GROUP] = {"group", 0},
	[HEARD_TYPE_TABLE] = {"list of groups", sizeof(struct heard_rows)},
	[HEARD_TYPE_MAP] = {"map", sizeof(struct heard_map)},
};

static bool is_known(enum heard_option_type type)
{
	return type >= HEARD_TYPE_BOOL && (size_t)type < sizeof types / sizeof *types;
}

const char *option_type_name(enum heard_option_type type)
{
	return is_known(type) ? types[type].name : "unknown";
}

static bool fits(const struct heard_option *table, size_t size, int depth)
{
	for (; table->name; table++) {
		bool has_row = table->type == HEARD_TYPE_GROUP ||
			       table->type == HEARD_TYPE_TABLE;
		if (!is_known(table->type) || depth == DEPTH_MAX || table->offset > size ||
		    types[table->type].size > size - table->offset)
			return false;
		size_t inner = table->type == HEARD_TYPE_GROUP ? size - table->offset
							       : table->row_size;
		if (has_row && (table->row == NULL || !fits(table->row, inner, depth + 1)))
			return false;
	}
	return true;
}

bool option_table_fits(const struct heard_option *table, size_t size)
{
	return fits(table, size, 0);
}

static bool is_lower_snake(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
	return *name >= 'a' && *name <= 'z' && name[strspn(name, letters)] == '\0' &&
	       name[strlen(name) - 1] != '_' && strstr(name, "__") == NULL;
}

static bool is_one_sentence(const char *help)
{
	size_t n = help ? strlen(help) : 0;
	return n && n <= HELP_MAX && help[n - 1] != '.' && strchr(help, '\n') == NULL;
}

static int check_shape(const struct heard_option *opt, struct heard_error *err)
{
	if (!is_lower_snake(opt->name))
		return heard_fail(err, EINVAL, "the name is not in lower_snake");
	if (!is_known(opt->type))
		return heard_fail(err, EINVAL, "has no type known here");
	if (!is_one_sentence(opt->help))
		return heard_fail(err, EINVAL,
				  "the help is not one sentence without a full stop");
	if (opt->type == HEARD_TYPE_CHOICE && (opt->choices == NULL || opt->choices[0] == NULL))
		return heard_fail(err, EINVAL, "is a choice without choices");
	if (opt->type == HEARD_TYPE_SECRET && opt->value && opt->value[0])
		return heard_fail(err, EINVAL, "is a secret with a default");
	bool has_row = opt->type == HEARD_TYPE_GROUP || opt->type == HEARD_TYPE_TABLE;
	if (has_row &&
	    (opt->row == NULL || (opt->type == HEARD_TYPE_TABLE && opt->row_size == 0)))
		return heard_fail(err, EINVAL, "has no table for what it holds");
	if (opt->type == HEARD_TYPE_GROUP && opt->value && opt->value[0])
		return heard_fail(err, EINVAL, "is a group, whose default can only be \"\"");
	return 0;
}

static int check_default(const struct heard_option *opt, struct heard_error *err)
{
	union {
		char bytes[sizeof(struct heard_map)];
		max_align_t align;
	} field = {{0}};
	struct arena arena;
	struct faults faults;
	arena_init(&arena, SCRATCH);
	faults_init(&faults);
	const struct option_context ctx = {.config_folder = "/",
					   .state_dir = "/",
					   .arena = &arena,
					   .faults = &faults,
					   .as_written = true};
	int rc = 0;
	if (!option_value_default(&ctx, opt, &field))
		rc = heard_fail(err, EINVAL, "the default is wrong: %s",
				faults.n ? faults.at[0].text : "unreadable");
	faults_release(&faults);
	arena_release(&arena);
	return rc;
}

static int check_table(const struct heard_option *table, int depth, struct heard_error *err);

static int check_option(const struct heard_option *opt, int depth, struct heard_error *err)
{
	int rc = check_shape(opt, err);
	if (rc == 0 && opt->row)
		rc = check_table(opt->row, depth + 1, err);
	if (rc == 0 && opt->value && opt->type != HEARD_TYPE_GROUP)
		rc = check_default(opt, err);
	return rc;
}

static bool is_repeated(const struct heard_option *table, const struct heard_option *opt)
{
	for (; table < opt; table++)
		if (strcmp(table->name, opt->name) == 0)
			return true;
	return false;
}

static int check_table(const struct heard_option *table, int depth, struct heard_error *err)
{
	if (depth == DEPTH_MAX)
		return heard_fail(err, EINVAL, "holds tables that are nested too deep");
	for (const struct heard_option *opt = table; opt->name; opt++) {
		int rc = 0;
		if (opt - table >= OPTIONS_MAX)
			return heard_fail(err, EINVAL, "more than %d options", OPTIONS_MAX);
		if (is_repeated(table, opt))
			rc = heard_fail(err, EINVAL, "is there twice");
		if (rc == 0)
			rc = check_option(opt, depth, err);
		if (rc < 0)
			return heard_error_wrap(err, "option \"%.40s\"", opt->name);
	}
	return 0;
}

int option_check_table(const struct heard_option *table, struct heard_error *err)
{
	return check_table(table, 0, err);
}
