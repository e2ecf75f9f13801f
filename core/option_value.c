/*
 * option_value.c - one value of the config, from libconfig's tree into the field.
 *
 * Each type has a function that takes the setting and says what is wrong with
 * it.  A default, being a string in the syntax of the config, is turned into a
 * setting first and goes through the same function, so what we promise and
 * what users write cannot be read differently.
 *
 * Texts are always copied into the config's arena: none points into a plugin
 * or into libconfig's tree.  Those that are secret go into a list on the way.
 */
#include "option_value.h"

#include "option_literal.h"
#include "option_unit.h"
#include "secret.h"

#include <heard/error.h>

#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	TEXT_MAX = 1024 * 1024, /* bytes of one text, its ${...} replaced */
	ENTRIES_MAX = 65536,	/* of one LIST, TABLE or MAP              */
	QUOTED = 60,		/* bytes of a wrong value that are shown  */
};

/* One value being read, with all that a fault needs. */
struct reading {
	const struct option_context *ctx;
	const struct heard_option *opt;
	const config_setting_t *setting;
	const char *file;
	int line;
};

/* ---- faults */

#define FAULT(r, format, ...) \
	option_fault((r)->ctx, (r)->file, (r)->line, "%s: " format, (r)->opt->name, __VA_ARGS__)

static bool is_fault(const struct reading *r, const char *what)
{
	FAULT(r, "%s", what);
	return false;
}

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

static bool is_in_range(const struct reading *r, double number, const char *of_what)
{
	const struct heard_option *opt = r->opt;
	if (!(opt->min < opt->max) || (number >= opt->min && number <= opt->max))
		return true;
	char is[UNIT_SIZE], least[UNIT_SIZE], most[UNIT_SIZE];
	option_value_format(opt, number, is, sizeof is);
	option_value_format(opt, opt->min, least, sizeof least);
	option_value_format(opt, opt->max, most, sizeof most);
	FAULT(r, "%s%s is not between %s and %s", is, of_what, least, most);
	return false;
}

/* ---- texts */

static const char *string_of(const struct reading *r)
{
	return config_setting_type(r->setting) == CONFIG_TYPE_STRING
		       ? config_setting_get_string(r->setting)
		       : NULL;
}

static char *keep(const struct reading *r, struct heard_str text)
{
	char *kept = option_alloc(r->ctx, text.len + 1);
	if (kept && text.len)
		memcpy(kept, text.ptr, text.len);
	return kept;
}

static char *keep_secret(const struct reading *r, struct heard_str text)
{
	struct option_secret *kept = option_alloc(r->ctx, sizeof *kept + text.len + 1);
	if (kept == NULL)
		return NULL;
	kept->size = text.len;
	if (text.len)
		memcpy(kept->text, text.ptr, text.len);
	if (r->ctx->secrets) {
		kept->next = *r->ctx->secrets;
		*r->ctx->secrets = kept;
	}
	return kept->text;
}

/* The text in the arena with its references replaced, or NULL and a fault. */
static char *expand(const struct reading *r, const char *text)
{
	struct heard_buf buf;
	struct heard_error err = {0};
	heard_buf_init(&buf, TEXT_MAX);
	bool is_secret = r->opt->type == HEARD_TYPE_SECRET || strstr(text, "${");
	char *kept = NULL;
	if (secret_expand(text, r->ctx->config_folder, &buf, &err) < 0)
		is_fault(r, err.text);
	else
		kept = (is_secret ? keep_secret : keep)(r, heard_buf_view(&buf));
	if (buf.ptr)
		sodium_memzero(buf.ptr, buf.size);
	heard_buf_release(&buf);
	return kept;
}

static char *text_of(const struct reading *r, const char *text)
{
	return r->ctx->as_written ? keep(r, heard_str(text)) : expand(r, text);
}

/* Count only what was demanded: an option that has a default may be emptied. */
static bool is_text_fine(const struct reading *r, const char *text)
{
	if (*text == '\0' && r->opt->value == NULL)
		return is_fault(r, "must not be empty");
	struct heard_option in_bytes = {
		.name = r->opt->name, .min = r->opt->min, .max = r->opt->max};
	struct reading length = *r;
	length.opt = &in_bytes;
	return is_in_range(&length, (double)strlen(text), " bytes of text");
}

static bool set_text(const struct reading *r, void *field)
{
	const char *string = string_of(r);
	if (string == NULL)
		return is_fault(r, "must be a text in quotes");
	const char *text = text_of(r, string);
	if (text == NULL || !is_text_fine(r, text))
		return false;
	*(const char **)field = text;
	return true;
}

static bool set_path(const struct reading *r, void *field)
{
	const char *text;
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
		return is_fault(r, "the path is too long");
	const char *kept = keep(r, heard_str_n(full, (size_t)n));
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
		FAULT(r, "%s needs the suffix L: %sL", literal, literal);
	else
		FAULT(r, "%s is too large for any number here", literal);
	return true;
}

static bool set_bool(const struct reading *r, void *field)
{
	if (config_setting_type(r->setting) != CONFIG_TYPE_BOOL)
		return is_fault(r, "must be true or false, without quotes");
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
		return is_fault(r, "must be a whole number, without quotes");
	int64_t value = config_setting_get_int64(r->setting);
	if (was_cut(r) || !is_in_range(r, (double)value, ""))
		return false;
	*(int64_t *)field = value;
	return true;
}

static bool set_real(const struct reading *r, void *field)
{
	bool is_float = config_setting_type(r->setting) == CONFIG_TYPE_FLOAT;
	if (!is_integer(r) && !is_float)
		return is_fault(r, "must be a number, without quotes");
	double value = is_float ? config_setting_get_float(r->setting)
				: (double)config_setting_get_int64(r->setting);
	if (!isfinite(value))
		return is_fault(r, "is too large for any number here");
	if (was_cut(r) || !is_in_range(r, value, ""))
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
		FAULT(r,
		      "%s does not fit a number without L, but a %s is written in quotes and "
		      "with its unit",
		      literal, what);
		return false;
	}
	if (value < 0) {
		FAULT(r, "a %s cannot be negative", what);
		return false;
	}
	if (value == 0) {
		*(int64_t *)field = 0;
		return is_in_range(r, 0, "");
	}
	if (r->opt->type == HEARD_TYPE_SIZE)
		unit_format_size(value, likely);
	else
		snprintf(likely, sizeof likely, "%" PRId64 "s", value);
	FAULT(r, "a %s is written in quotes and with its unit: \"%s\"", what, likely);
	return false;
}

static bool set_unit(const struct reading *r, void *field)
{
	bool is_size = r->opt->type == HEARD_TYPE_SIZE;
	if (is_integer(r))
		return set_bare_number(r, field);
	const char *string = string_of(r);
	if (string == NULL)
		return is_fault(r, is_size ? "must be a size such as \"64K\" or \"1M\""
					   : "must be a duration such as \"30s\" or \"5m\"");
	const char *text = expand(r, string);
	int64_t value;
	if (text == NULL)
		return false;
	if (!(is_size ? unit_parse_size : unit_parse_duration)(text, &value)) {
		FAULT(r, "\"%.*s\" is not a %s", QUOTED, text,
		      is_size ? "size such as \"64K\", \"1M\" or \"2G\""
			      : "duration such as \"500ms\", \"30s\", \"5m\" or \"7d\"");
		return false;
	}
	if (!is_in_range(r, (double)value, ""))
		return false;
	*(int64_t *)field = value;
	return true;
}

static bool is_choice(const struct reading *r, const char *word, int *index_r)
{
	const char *const *choices = r->opt->choices;
	for (int i = 0; choices[i]; i++)
		if (strcmp(choices[i], word) == 0) {
			*index_r = i;
			return true;
		}
	struct heard_buf all;
	heard_buf_init(&all, 4096);
	for (int i = 0; choices[i]; i++)
		heard_buf_printf(&all, "%s\"%s\"", i ? ", " : "", choices[i]);
	const char *near = suggest(word, choices);
	FAULT(r, "\"%.*s\" is none of %s%s%s%s", QUOTED, word, all.ptr ? all.ptr : "",
	      near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
	heard_buf_release(&all);
	return false;
}

static bool set_choice(const struct reading *r, void *field)
{
	const char *string = string_of(r);
	if (string == NULL)
		return is_fault(r, "must be a word in quotes");
	const char *word = expand(r, string);
	return word && is_choice(r, word, field);
}

/* ---- what holds more than one */

static bool is_count_fine(const struct reading *r, int n)
{
	if (n > ENTRIES_MAX)
		return is_fault(r, "has too many entries");
	struct heard_option count = {
		.name = r->opt->name, .min = r->opt->min, .max = r->opt->max};
	struct reading entries = *r;
	entries.opt = &count;
	return is_in_range(&entries, n, n == 1 ? " entry" : " entries");
}

/* The same option, at one of its entries. */
static struct reading at_entry(const struct reading *r, const config_setting_t *entry)
{
	struct reading one = *r;
	one.setting = entry;
	if (config_setting_source_file(entry)) {
		one.file = config_setting_source_file(entry);
		one.line = (int)config_setting_source_line(entry);
	}
	return one;
}

static const char *list_text(const struct reading *r)
{
	const char *string = string_of(r);
	if (string == NULL) {
		is_fault(r, "must hold texts in quotes");
		return NULL;
	}
	const char *text = text_of(r, string);
	int index;
	if (text && r->opt->choices && !is_choice(r, text, &index))
		return NULL;
	return text;
}

static bool set_list(const struct reading *r, void *field)
{
	bool is_single = string_of(r) != NULL;
	int type = config_setting_type(r->setting);
	if (!is_single && type != CONFIG_TYPE_ARRAY && type != CONFIG_TYPE_LIST)
		return is_fault(r, "must be a list of texts: [ \"...\", \"...\" ]");
	int n = is_single ? 1 : config_setting_length(r->setting);
	if (!is_count_fine(r, n))
		return false;
	const char **at = option_alloc(r->ctx, ((size_t)n + 1) * sizeof *at);
	bool is_good = at != NULL;
	for (int i = 0; at && i < n; i++) {
		const config_setting_t *entry = is_single ? r->setting
							  : config_setting_get_elem(
								    r->setting, (unsigned)i);
		struct reading one = at_entry(r, entry);
		at[i] = list_text(&one);
		is_good = is_good && at[i];
	}
	if (is_good)
		*(struct heard_list *)field = (struct heard_list){at, (size_t)n};
	return is_good;
}

static bool set_group(const struct reading *r, void *field)
{
	if (!config_setting_is_group(r->setting))
		return is_fault(r, "must be a group: { ... }");
	struct option_context inside = option_inside(r->ctx, r->opt->name, -1);
	option_parse(&inside, r->opt->row, r->setting, NULL, field);
	return true;
}

static bool set_table(const struct reading *r, void *field)
{
	bool is_single = config_setting_is_group(r->setting);
	if (!is_single && config_setting_type(r->setting) != CONFIG_TYPE_LIST)
		return is_fault(r, "must be a list of groups: ( { ... }, { ... } )");
	int n = is_single ? 1 : config_setting_length(r->setting);
	if (!is_count_fine(r, n))
		return false;
	char *rows = option_alloc(r->ctx, (size_t)n * r->opt->row_size);
	for (int i = 0; rows && i < n; i++) {
		const config_setting_t *row = is_single ? r->setting
							: config_setting_get_elem(r->setting,
										  (unsigned)i);
		struct reading one = at_entry(r, row);
		struct option_context inside = option_inside(r->ctx, r->opt->name, i);
		if (config_setting_is_group(row))
			option_parse(&inside, r->opt->row, row, NULL,
				     rows + (size_t)i * r->opt->row_size);
		else
			is_fault(&one, "must hold groups only: { ... }");
	}
	if (rows)
		*(struct heard_rows *)field = (struct heard_rows){rows, (size_t)n};
	return rows != NULL;
}

/* An entry of a MAP: `name = "value"`, or in a list, where the name is not one
 * that libconfig can read, { name = "..."; value = "..."; }. */
static bool set_pair(const struct reading *r, const char **name, const char **value)
{
	const config_setting_t *entry = r->setting, *value_setting = entry;
	*name = config_setting_name(entry);
	if (*name == NULL && config_setting_is_group(entry)) {
		const config_setting_t *n = config_setting_get_member(entry, "name");
		value_setting = config_setting_get_member(entry, "value");
		if (n && value_setting && config_setting_length(entry) == 2 &&
		    config_setting_type(n) == CONFIG_TYPE_STRING)
			*name = config_setting_get_string(n);
	}
	if (*name == NULL)
		return is_fault(r, "must hold { name = \"...\"; value = \"...\"; } only");
	struct reading one = *r;
	one.setting = value_setting;
	const char *string = string_of(&one);
	if (string == NULL) {
		FAULT(r, "the value of \"%.*s\" must be a text in quotes", QUOTED, *name);
		return false;
	}
	*name = keep(r, heard_str(*name));
	*value = text_of(r, string);
	return *name && *value;
}

static bool set_map(const struct reading *r, void *field)
{
	int type = config_setting_type(r->setting);
	if (type != CONFIG_TYPE_GROUP && type != CONFIG_TYPE_LIST)
		return is_fault(r, "must be a group of texts: { name = \"...\"; }");
	int n = config_setting_length(r->setting);
	if (!is_count_fine(r, n))
		return false;
	const char **names = option_alloc(r->ctx, 2 * (size_t)n * sizeof *names);
	bool is_good = names != NULL;
	for (int i = 0; names && i < n; i++) {
		struct reading one = at_entry(r,
					      config_setting_get_elem(r->setting, (unsigned)i));
		is_good = set_pair(&one, &names[i], &names[n + i]) && is_good;
	}
	if (is_good)
		*(struct heard_map *)field = (struct heard_map){names, names + n, (size_t)n};
	return is_good;
}

/* ---- by type */

static bool (*const setters[])(const struct reading *, void *field) = {
	[HEARD_TYPE_BOOL] = set_bool,	    [HEARD_TYPE_INT] = set_int,
	[HEARD_TYPE_REAL] = set_real,	    [HEARD_TYPE_SIZE] = set_unit,
	[HEARD_TYPE_DURATION] = set_unit,   [HEARD_TYPE_STRING] = set_text,
	[HEARD_TYPE_SECRET] = set_text,	    [HEARD_TYPE_PATH] = set_path,
	[HEARD_TYPE_STATE_PATH] = set_path, [HEARD_TYPE_CHOICE] = set_choice,
	[HEARD_TYPE_LIST] = set_list,	    [HEARD_TYPE_GROUP] = set_group,
	[HEARD_TYPE_TABLE] = set_table,	    [HEARD_TYPE_MAP] = set_map,
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
	heard_buf_init(&text, TEXT_MAX);
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
			       : is_fault(&r, "its default cannot be read");
	config_destroy(&config);
	return is_good;
}
