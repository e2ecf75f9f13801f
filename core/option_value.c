/*
 * option_value.c - one value of the config, from libconfig's tree into the field.
 *
 * Each type has a function that takes the setting and says what is wrong with
 * it.  A default, being a string in the syntax of the config, is turned into a
 * setting first and goes through the same function, so what we promise and
 * what users write cannot be read differently.
 *
 * What the readers share is in option_reading.c; those of lists, groups, tables
 * and maps are in option_many.c.
 */
#include "option_value.h"

#include "option_literal.h"
#include "option_reading.h"
#include "option_unit.h"

#include <heard/buf.h>

#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

void option_value_format(const struct heard_option *opt, double number, char *out, size_t size)
{
	char text[UNIT_SIZE];
	if (opt->type == HEARD_TYPE_DURATION || opt->type == HEARD_TYPE_SIZE) {
		(opt->type == HEARD_TYPE_SIZE ? unit_format_size
					      : unit_format_duration)((int64_t)number, text);
		snprintf(out, size, "%s", text);
	} else {
		snprintf(out, size, "%.15g", number);
	}
}

/* ---- texts */

/* Count only what was demanded: an option that has a default may be emptied. */
static bool is_text_fine(const struct reading *r, const char *text)
{
	if (*text == '\0' && r->opt->value == NULL)
		return reading_fail(r, "must not be empty");
	if (option_is_open(r->ctx, text))
		return true; /* what it stands for may have any length */
	struct heard_option in_bytes = {
		.name = r->opt->name, .min = r->opt->min, .max = r->opt->max};
	struct reading length = *r;
	length.opt = &in_bytes;
	return reading_is_in_range(&length, (double)strlen(text), " bytes of text");
}

static bool set_text(const struct reading *r, void *field)
{
	const char *string = reading_string(r);
	if (string == NULL)
		return reading_fail(r, "must be a text in quotes");
	const char *text = reading_text(r, string);
	if (text == NULL || !is_text_fine(r, text))
		return false;
	*(const char **)field = text;
	return true;
}

static bool set_path(const struct reading *r, void *field)
{
	const char *text = "";
	if (!set_text(r, &text))
		return false;
	bool is_reference = r->ctx->as_written && strncmp(text, "${", 2) == 0;
	const char *folder = r->opt->type == HEARD_TYPE_PATH ? r->ctx->config_folder
							     : r->ctx->state_dir;
	char full[PATH_MAX];
	int n;
	if (*text == '\0' || *text == '/' || is_reference || folder == NULL)
		n = snprintf(full, sizeof full, "%s", text);
	else
		n = snprintf(full, sizeof full, "%s/%s", folder, text);
	if (n < 0 || (size_t)n >= sizeof full)
		return reading_fail(r, "the path is too long");
	const char *kept = reading_keep(r, heard_str_n(full, (size_t)n));
	if (kept)
		*(const char **)field = kept;
	return kept != NULL;
}

/* ---- numbers and words */

/* "5000000000" without its L, which libconfig cut without a word. */
static bool was_cut(const struct reading *r)
{
	char literal[LITERAL_SIZE];
	if (!literal_was_cut(r->setting, literal))
		return false;
	if (literal_fits_64(literal))
		reading_fault(r, "%s needs the suffix L: %sL", literal, literal);
	else
		reading_fault(r, "%s is too large for any number here", literal);
	return true;
}

static bool set_bool(const struct reading *r, void *field)
{
	if (config_setting_type(r->setting) != CONFIG_TYPE_BOOL)
		return reading_fail(r, "must be true or false, without quotes");
	*(bool *)field = config_setting_get_bool(r->setting) != 0;
	return true;
}

static bool is_integer(const struct reading *r)
{
	int type = config_setting_type(r->setting);
	return type == CONFIG_TYPE_INT || type == CONFIG_TYPE_INT64;
}

static bool set_int(const struct reading *r, void *field)
{
	if (!is_integer(r))
		return reading_fail(r, "must be a whole number, without quotes");
	int64_t value = config_setting_get_int64(r->setting);
	if (was_cut(r) || !reading_is_in_range(r, (double)value, ""))
		return false;
	*(int64_t *)field = value;
	return true;
}

static bool set_real(const struct reading *r, void *field)
{
	bool is_float = config_setting_type(r->setting) == CONFIG_TYPE_FLOAT;
	if (!is_integer(r) && !is_float)
		return reading_fail(r, "must be a number, without quotes");
	double value = is_float ? config_setting_get_float(r->setting)
				: (double)config_setting_get_int64(r->setting);
	if (!isfinite(value))
		return reading_fail(r, "is too large for any number here");
	if (was_cut(r) || !reading_is_in_range(r, value, ""))
		return false;
	*(double *)field = value;
	return true;
}

/* A bare number for a duration or a size: only 0 says what it means. */
static bool set_bare_number(const struct reading *r, void *field)
{
	const char *what = r->opt->type == HEARD_TYPE_SIZE ? "size" : "duration";
	int64_t value = config_setting_get_int64(r->setting);
	char likely[UNIT_SIZE], literal[LITERAL_SIZE];
	if (literal_was_cut(r->setting, literal)) {
		reading_fault(
			r,
			"%s does not fit a number without L, but a %s is written in quotes and "
			"with its unit",
			literal, what);
		return false;
	}
	if (value < 0) {
		reading_fault(r, "a %s cannot be negative", what);
		return false;
	}
	if (value == 0) {
		*(int64_t *)field = 0;
		return reading_is_in_range(r, 0, "");
	}
	if (r->opt->type == HEARD_TYPE_SIZE)
		unit_format_size(value, likely);
	else
		snprintf(likely, sizeof likely, "%" PRId64 "s", value);
	reading_fault(r, "a %s is written in quotes and with its unit: \"%s\"", what, likely);
	return false;
}

static bool set_unit(const struct reading *r, void *field)
{
	bool is_size = r->opt->type == HEARD_TYPE_SIZE;
	if (is_integer(r))
		return set_bare_number(r, field);
	const char *string = reading_string(r);
	if (string == NULL)
		return reading_fail(r,
				    is_size ? "must be a size such as \"64K\" or \"1M\""
					    : "must be a duration such as \"30s\" or \"5m\"");
	const char *text = reading_expand(r, string);
	int64_t value;
	if (text == NULL)
		return false;
	if (!(is_size ? unit_parse_size : unit_parse_duration)(text, &value)) {
		reading_fault(
			r, "\"%.*s\" is not a %s", READING_QUOTED, text,
			is_size ? "size such as \"64K\", \"1M\" or \"2G\""
				: "duration such as \"500ms\", \"30s\", \"5m\" or \"7d\"");
		return false;
	}
	if (!reading_is_in_range(r, (double)value, ""))
		return false;
	*(int64_t *)field = value;
	return true;
}

static bool set_choice(const struct reading *r, void *field)
{
	const char *string = reading_string(r);
	if (string == NULL)
		return reading_fail(r, "must be a word in quotes");
	const char *word = reading_expand(r, string);
	return word && reading_choice(r, word, field);
}

/* ---- by type */

static bool (*const setters[])(const struct reading *, void *field) = {
	[HEARD_TYPE_BOOL] = set_bool,		[HEARD_TYPE_INT] = set_int,
	[HEARD_TYPE_REAL] = set_real,		[HEARD_TYPE_SIZE] = set_unit,
	[HEARD_TYPE_DURATION] = set_unit,	[HEARD_TYPE_STRING] = set_text,
	[HEARD_TYPE_SECRET] = set_text,		[HEARD_TYPE_PATH] = set_path,
	[HEARD_TYPE_STATE_PATH] = set_path,	[HEARD_TYPE_CHOICE] = set_choice,
	[HEARD_TYPE_LIST] = reading_set_list,	[HEARD_TYPE_GROUP] = reading_set_group,
	[HEARD_TYPE_TABLE] = reading_set_table, [HEARD_TYPE_MAP] = reading_set_map,
};

bool option_value_set(const struct option_context *ctx, const struct heard_option *opt,
		      const config_setting_t *setting, void *field)
{
	const char *file = config_setting_source_file(setting);
	struct reading r = {ctx, opt, setting, file ? file : ctx->file,
			    file ? (int)config_setting_source_line(setting) : ctx->line};
	return setters[opt->type](&r, field);
}

/* ---- defaults */

/* How the default stands in a config: bare, quoted, or in brackets. */
static bool is_quoted(const struct heard_option *opt)
{
	switch (opt->type) {
	case HEARD_TYPE_BOOL:
	case HEARD_TYPE_INT:
	case HEARD_TYPE_REAL:
	case HEARD_TYPE_GROUP:
	case HEARD_TYPE_TABLE:
	case HEARD_TYPE_MAP: return false;
	case HEARD_TYPE_LIST: return strchr("[(", opt->value[0]) == NULL;
	default: return true;
	}
}

static config_setting_t *default_setting(config_t *config, const struct heard_option *opt)
{
	config_setting_t *root = config_root_setting(config);
	if (is_quoted(opt)) {
		config_setting_t *s = config_setting_add(root, "value", CONFIG_TYPE_STRING);
		return s && config_setting_set_string(s, opt->value) ? s : NULL;
	}
	struct heard_buf text;
	heard_buf_init(&text, READING_TEXT_MAX);
	heard_buf_printf(&text, "value = %s;", opt->value);
	bool is_good = !text.failed && config_read_string(config, text.ptr);
	heard_buf_release(&text);
	return is_good ? config_setting_get_member(config_root_setting(config), "value") : NULL;
}

bool option_value_default(const struct option_context *ctx, const struct heard_option *opt,
			  void *field)
{
	bool holds_many = opt->type == HEARD_TYPE_LIST || opt->type == HEARD_TYPE_TABLE ||
			  opt->type == HEARD_TYPE_MAP;
	if (holds_many && opt->value[0] == '\0')
		return true; /* the instance is zeroed: none */
	config_t config;
	config_init(&config);
	config_setting_t *setting = default_setting(&config, opt);
	struct reading r = {ctx, opt, setting, ctx->file, ctx->line};
	bool is_good = setting ? setters[opt->type](&r, field)
			       : reading_fail(&r, "its default cannot be read");
	config_destroy(&config);
	return is_good;
}
