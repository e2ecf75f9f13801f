/*
 * conf_print.c - the whole config as a config, for `heard check --print`.
 *
 * What is printed can be loaded again and then prints the same.  It is made
 * from the tables, so nothing that can be set is left out.
 */
#include "conf.h"

#include "conf_tables.h"
#include "option_unit.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

struct printer {
	FILE *out;
	bool as_written; /* texts still have their ${...}: do not escape */
};

static void print_indent(const struct printer *p, int indent)
{
	for (; indent; indent--)
		fputc('\t', p->out);
}

/* ---- values */

static void print_text(const struct printer *p, const char *text)
{
	fputc('"', p->out);
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		if (c == '"' || c == '\\')
			fprintf(p->out, "\\%c", c);
		else if (c == '\n')
			fputs("\\n", p->out);
		else if (c < ' ' || c == 0x7f)
			fprintf(p->out, "\\x%02x", c);
		else if (c == '$' && text[1] == '{' && !p->as_written)
			fputs("$$", p->out);
		else
			fputc(c, p->out);
	}
	fputc('"', p->out);
}

static void print_integer(const struct printer *p, int64_t value)
{
	bool fits = value >= INT32_MIN && value <= INT32_MAX;
	fprintf(p->out, "%" PRId64 "%s", value, fits ? "" : "L");
}

static void print_real(const struct printer *p, double value)
{
	char text[40];
	snprintf(text, sizeof text, "%.17g", value);
	fprintf(p->out, "%s%s", text, strpbrk(text, ".e") ? "" : ".0");
}

static void print_unit(const struct printer *p, enum heard_option_type type, int64_t value)
{
	char text[UNIT_SIZE];
	(type == HEARD_TYPE_SIZE ? unit_format_size : unit_format_duration)(value, text);
	fprintf(p->out, "\"%s\"", text);
}

static void print_list(const struct printer *p, const struct heard_list *list)
{
	fputs("[", p->out);
	for (size_t i = 0; i < list->n; i++) {
		fputs(i ? ", " : " ", p->out);
		print_text(p, list->at[i]);
	}
	fputs(" ]", p->out);
}

/* In the long form, which takes every name. */
static void print_map(const struct printer *p, const struct heard_map *map)
{
	fputs("(", p->out);
	for (size_t i = 0; i < map->n; i++) {
		fputs(i ? ", { name = " : " { name = ", p->out);
		print_text(p, map->names[i]);
		fputs("; value = ", p->out);
		print_text(p, map->values[i]);
		fputs("; }", p->out);
	}
	fputs(" )", p->out);
}

static void print_options(const struct printer *p, const struct heard_option *table,
			  const void *self, int indent);

static void print_group(const struct printer *p, const struct heard_option *table,
			const void *self, int indent)
{
	fputs("{\n", p->out);
	print_options(p, table, self, indent + 1);
	print_indent(p, indent);
	fputs("}", p->out);
}

static void print_table(const struct printer *p, const struct heard_option *opt,
			const struct heard_rows *rows, int indent)
{
	fputs("( ", p->out);
	for (size_t i = 0; i < rows->n; i++) {
		fputs(i ? ", " : "", p->out);
		print_group(p, opt->row, (const char *)rows->at + i * opt->row_size, indent);
	}
	fputs(" )", p->out);
}

static void print_value(const struct printer *p, const struct heard_option *opt,
			const void *field, int indent)
{
	switch (opt->type) {
	case HEARD_TYPE_BOOL: fputs(*(const bool *)field ? "true" : "false", p->out); break;
	case HEARD_TYPE_INT: print_integer(p, *(const int64_t *)field); break;
	case HEARD_TYPE_REAL: print_real(p, *(const double *)field); break;
	case HEARD_TYPE_SIZE:
	case HEARD_TYPE_DURATION: print_unit(p, opt->type, *(const int64_t *)field); break;
	case HEARD_TYPE_SECRET:
		fputs(**(const char *const *)field ? "\"***\"" : "\"\"", p->out);
		break;
	case HEARD_TYPE_STRING:
	case HEARD_TYPE_PATH:
	case HEARD_TYPE_STATE_PATH: print_text(p, *(const char *const *)field); break;
	case HEARD_TYPE_CHOICE: print_text(p, opt->choices[*(const int *)field]); break;
	case HEARD_TYPE_LIST: print_list(p, field); break;
	case HEARD_TYPE_GROUP: print_group(p, opt->row, field, indent); break;
	case HEARD_TYPE_TABLE: print_table(p, opt, field, indent); break;
	case HEARD_TYPE_MAP: print_map(p, field); break;
	}
}

/* ---- options */

static bool is_text(enum heard_option_type type)
{
	return type == HEARD_TYPE_STRING || type == HEARD_TYPE_SECRET ||
	       type == HEARD_TYPE_PATH || type == HEARD_TYPE_STATE_PATH;
}

/* A text that was never set, or a group that was left out and lacks what it
 * would demand: to print it would be to change it. */
static bool is_absent(const struct heard_option *opt, const void *field)
{
	if (is_text(opt->type))
		return *(const char *const *)field == NULL;
	if (opt->type != HEARD_TYPE_GROUP)
		return false;
	for (const struct heard_option *in = opt->row; in->name; in++)
		if (in->value == NULL && is_absent(in, (const char *)field + in->offset))
			return true;
	return false;
}

static void print_options(const struct printer *p, const struct heard_option *table,
			  const void *self, int indent)
{
	for (const struct heard_option *opt = table; opt->name; opt++) {
		const void *field = (const char *)self + opt->offset;
		if (is_absent(opt, field))
			continue;
		print_indent(p, indent);
		fprintf(p->out, "%s = ", opt->name);
		print_value(p, opt, field, indent);
		fputs(";\n", p->out);
	}
}

/* ---- the sections */

static void print_instances(const struct printer *p, const char *name, enum heard_stage stage,
			    const struct conf_instance *at, size_t n)
{
	fprintf(p->out, "\t\t%s = (", name);
	for (size_t i = 0; i < n; i++) {
		fputs(i ? ",\n\t\t\t{\n" : "\n\t\t\t{\n", p->out);
		print_options(p, conf_instance_table(stage), &at[i], 4);
		if (at[i].module->plugin.options)
			print_options(p, at[i].module->plugin.options, at[i].self, 4);
		fputs("\t\t\t}", p->out);
	}
	fputs("\n\t\t);\n", p->out);
}

static void print_pipeline(const struct printer *p, const struct conf_pipeline *pipeline)
{
	fputs("\t{\n", p->out);
	print_options(p, conf_pipeline_table, pipeline, 2);
	print_instances(p, "inputs", HEARD_INPUT, pipeline->inputs, pipeline->n_inputs);
	print_instances(p, "filters", HEARD_FILTER, pipeline->filters, pipeline->n_filters);
	print_instances(p, "outputs", HEARD_OUTPUT, pipeline->outputs, pipeline->n_outputs);
	fputs("\t}", p->out);
}

static void print_listener(const struct printer *p, const struct conf_listener *listener)
{
	fputs("\t{\n", p->out);
	print_options(p, conf_listener_table, listener, 2);
	fputs("\t}", p->out);
}

void conf_print(const struct conf *conf, FILE *out)
{
	struct printer p = {out, conf->as_written};
	print_options(&p, conf_place_table, conf->top, 0);
	print_options(&p, conf_top_table, conf->top, 0);
	fputs("listeners = (\n", out);
	for (size_t i = 0; i < conf->n_listeners; i++) {
		fputs(i ? ",\n" : "", out);
		print_listener(&p, &conf->listeners[i]);
	}
	fputs("\n);\npipelines = (\n", out);
	for (size_t i = 0; i < conf->n_pipelines; i++) {
		fputs(i ? ",\n" : "", out);
		print_pipeline(&p, &conf->pipelines[i]);
	}
	fputs("\n);\n", out);
}
