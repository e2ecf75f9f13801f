/*
 * option_many.c - readers of what holds more than one: lists, groups, tables, maps.
 *
 * Each entry is read even when another was wrong, and has its own place in the
 * faults.  A list, a table and a map become complete or not at all.
 */
#include "option_reading.h"
#include "option_value.h"

#include <string.h>

enum { ENTRIES_MAX = 65536 };

static bool is_count_fine(const struct reading *r, int n)
{
	if (n > ENTRIES_MAX)
		return reading_fail(r, "has too many entries");
	struct heard_option count = {
		.name = r->opt->name, .min = r->opt->min, .max = r->opt->max};
	struct reading entries = *r;
	entries.opt = &count;
	return reading_is_in_range(&entries, n, n == 1 ? " entry" : " entries");
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
	const char *string = reading_string(r);
	if (string == NULL) {
		reading_fail(r, "must hold texts in quotes");
		return NULL;
	}
	const char *text = reading_text(r, string);
	int index;
	bool is_checked = text && r->opt->choices && !option_is_open(r->ctx, text);
	if (is_checked && !reading_choice(r, text, &index))
		return NULL;
	return text;
}

bool reading_set_list(const struct reading *r, void *field)
{
	bool is_single = reading_string(r) != NULL;
	int type = config_setting_type(r->setting);
	if (!is_single && type != CONFIG_TYPE_ARRAY && type != CONFIG_TYPE_LIST)
		return reading_fail(r, "must be a list of texts: [ \"...\", \"...\" ]");
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

bool reading_set_group(const struct reading *r, void *field)
{
	if (!config_setting_is_group(r->setting))
		return reading_fail(r, "must be a group: { ... }");
	struct option_context inside = option_inside(r->ctx, r->opt->name, -1);
	option_parse(&inside, r->opt->row, r->setting, NULL, field);
	return true;
}

bool reading_set_table(const struct reading *r, void *field)
{
	bool is_single = config_setting_is_group(r->setting);
	if (!is_single && config_setting_type(r->setting) != CONFIG_TYPE_LIST)
		return reading_fail(r, "must be a list of groups: ( { ... }, { ... } )");
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
			reading_fail(&one, "must hold groups only: { ... }");
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
		return reading_fail(r, "must hold { name = \"...\"; value = \"...\"; } only");
	struct reading one = *r;
	one.setting = value_setting;
	const char *string = reading_string(&one);
	if (string == NULL) {
		reading_fault(r, "the value of \"%.*s\" must be a text in quotes",
			      READING_QUOTED, *name);
		return false;
	}
	*name = reading_keep(r, heard_str(*name));
	*value = reading_text(r, string);
	return *name && *value;
}

/* One of the words that may stand for a whole map: its only value, without a name. */
static bool set_word(const struct reading *r, void *field)
{
	const char **names = option_alloc(r->ctx, 2 * sizeof *names);
	const char *text = reading_text(r, reading_string(r));
	int index;
	if (names == NULL || text == NULL || !reading_choice(r, text, &index))
		return false;
	names[0] = "";
	names[1] = r->opt->choices[index];
	*(struct heard_map *)field = (struct heard_map){names, names + 1, 1};
	return true;
}

bool reading_set_map(const struct reading *r, void *field)
{
	if (r->opt->choices != NULL && reading_string(r) != NULL)
		return set_word(r, field);
	int type = config_setting_type(r->setting);
	if (type != CONFIG_TYPE_GROUP && type != CONFIG_TYPE_LIST)
		return reading_fail(r, "must be a group of texts: { name = \"...\"; }");
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
