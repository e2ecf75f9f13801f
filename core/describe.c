/*
 * describe.c - what a plugin is and takes, in words.
 *
 * Everything comes from the descriptor, so it is true of the plugin that is
 * loaded, and none of its code is run.  An option is told in one order:
 * its name, what it takes, the default, the range or the choices, and what it
 * is for; what is inside a group follows, further in.
 */
#include "describe.h"

#include "option.h"
#include "option_value.h"

#include <heard/buf.h>
#include <heard/command.h>

#include <stdbool.h>
#include <string.h>

enum { WIDTH = 78, HELP_INDENT = 6 };

/* ---- shared by both forms */

static bool has_range(const struct heard_option *opt)
{
	return opt->min < opt->max;
}

/* "1K to 1M", or entries and bytes of what is no number. */
static void format_range(const struct heard_option *opt, char *out, size_t size)
{
	char least[40], most[40];
	const char *what = "";
	if (opt->type == HEARD_TYPE_LIST || opt->type == HEARD_TYPE_TABLE ||
	    opt->type == HEARD_TYPE_MAP)
		what = " entries";
	else if (opt->type == HEARD_TYPE_STRING || opt->type == HEARD_TYPE_SECRET)
		what = " bytes";
	option_value_format(opt, opt->min, least, sizeof least);
	option_value_format(opt, opt->max, most, sizeof most);
	snprintf(out, size, "%s to %s%s", least, most, what);
}

/* As one would write it in the config. */
static void format_default(const struct heard_option *opt, char *out, size_t size)
{
	bool is_bare = opt->type == HEARD_TYPE_BOOL || opt->type == HEARD_TYPE_INT ||
		       opt->type == HEARD_TYPE_REAL || strchr("[({", opt->value[0]) != NULL;
	snprintf(out, size,
		 opt->value[0] == '\0' ? "none"
		 : is_bare	       ? "%s"
				       : "\"%s\"",
		 opt->value);
}

static const struct {
	uint32_t bit;
	const char *words;
} flag_words[] = {
	{HEARD_OWN_LOOP, "runs on a thread of its own"},
	{HEARD_PARALLEL, "works on several batches at a time"},
	{HEARD_KEEPS_POSITION,
	 "keeps its position with its data: each record once and only once"},
	{HEARD_MASKS, "makes text safe to store"},
	{HEARD_PERSONAL_IDS, "has source ids that name persons and are stored hashed"},
	{HEARD_TELLS, "tells what happened, to outputs whose `when` names `event`"},
};
enum { FLAG_COUNT = sizeof flag_words / sizeof *flag_words };
static const char carries[] = "carries answers to customers";

/* ---- for a terminal */

static void print_blanks(FILE *out, int n)
{
	fprintf(out, "%*s", n, "");
}

/* Wrap words at WIDTH, each line behind `indent` blanks. */
static void print_wrapped(FILE *out, const char *text, int indent)
{
	int column = 0;
	while (*text) {
		int word = (int)strcspn(text, " ");
		if (column && column + 1 + word > WIDTH) {
			fputc('\n', out);
			column = 0;
		}
		if (column == 0)
			print_blanks(out, column = indent);
		else
			column += fprintf(out, " ");
		column += fprintf(out, "%.*s", word, text);
		text += word;
		text += strspn(text, " ");
	}
	fputc('\n', out);
}

static void describe_choices(const struct heard_option *opt, FILE *out, int indent)
{
	struct heard_buf all;
	heard_buf_init(&all, 4096);
	heard_buf_puts(&all, opt->type == HEARD_TYPE_LIST ? "Of:" : "One of:");
	for (size_t i = 0; opt->choices[i]; i++)
		heard_buf_printf(&all, " \"%s\"%s", opt->choices[i],
				 opt->choices[i + 1] ? "," : "");
	if (!all.failed)
		print_wrapped(out, all.ptr, indent);
	heard_buf_release(&all);
}

static void describe_option(const struct heard_option *opt, FILE *out, int indent)
{
	char text[400];
	print_blanks(out, indent);
	fprintf(out, "%s: %s", opt->name, option_type_name(opt->type));
	if (opt->value == NULL) {
		fputs(", required", out);
	} else if (opt->type != HEARD_TYPE_GROUP) {
		format_default(opt, text, sizeof text);
		fprintf(out, ", default %s", text);
	}
	if (has_range(opt)) {
		format_range(opt, text, sizeof text);
		fprintf(out, ", %s", text);
	}
	fputc('\n', out);
	print_wrapped(out, opt->help, indent + HELP_INDENT);
	if (opt->choices)
		describe_choices(opt, out, indent + HELP_INDENT);
	if (opt->row)
		describe_options(opt->row, out, indent + HELP_INDENT);
}

void describe_options(const struct heard_option *table, FILE *out, int indent)
{
	for (; table->name; table++)
		describe_option(table, out, indent);
}

static void describe_commands(const struct heard_plugin *p, FILE *out)
{
	fputs("\nCommands: heard INSTANCE ...\n", out);
	for (const struct heard_command *c = p->commands; c->name; c++) {
		fprintf(out, "  %s%s%s\n", c->name, c->usage && *c->usage ? " " : "",
			c->usage ? c->usage : "");
		if (c->summary)
			print_wrapped(out, c->summary, 2 + HELP_INDENT);
	}
}

static void describe_example(const char *example, FILE *out)
{
	fputs("\nExample\n", out);
	while (*example) {
		int n = (int)strcspn(example, "\n");
		fprintf(out, "  %.*s\n", n, example);
		example += n + (example[n] == '\n');
	}
}

static void describe_fields(const char *what, const char *fields, FILE *out)
{
	if (fields == NULL || *fields == '\0')
		return;
	fprintf(out, "\n%s\n", what);
	print_wrapped(out, fields, 2);
}

void describe_plugin(const struct module *module, FILE *out)
{
	const struct heard_plugin *p = &module->plugin;
	fprintf(out, "%s %s, %s: %s\n", p->name, p->version, stage_name(p->stage), p->summary);
	for (size_t i = 0; i < FLAG_COUNT; i++)
		if (p->flags & flag_words[i].bit)
			print_wrapped(out, flag_words[i].words, 2);
	if (p->reply != NULL)
		print_wrapped(out, carries, 2);
	if (p->stage == HEARD_OUTPUT && p->write == NULL)
		print_wrapped(out, "is a service: takes no records", 2);
	fprintf(out, "  from %s\n", module->path);
	if (p->options && p->options->name) {
		fputs("\nOptions\n", out);
		describe_options(p->options, out, 2);
	}
	describe_fields("Fields read", p->reads, out);
	describe_fields("Fields written", p->writes, out);
	if (p->commands && p->commands->name)
		describe_commands(p, out);
	if (p->example && *p->example)
		describe_example(p->example, out);
}

/* ---- as mdoc */

/* Text may not look like a request, and a backslash begins an escape. */
static void print_roff(FILE *out, const char *text)
{
	if (*text == '.' || *text == '\'')
		fputs("\\&", out);
	for (; *text; text++) {
		if (*text == '\\')
			fputs("\\e", out);
		else if (*text == '-')
			fputs("\\-", out);
		else
			fputc(*text, out);
		if (*text == '\n' && (text[1] == '.' || text[1] == '\''))
			fputs("\\&", out);
	}
}

static void print_roff_line(FILE *out, const char *text)
{
	print_roff(out, text);
	fputc('\n', out);
}

static void describe_option_mdoc(const struct heard_option *opt, FILE *out)
{
	char text[400];
	fprintf(out, ".It Ic %s : No %s\n", opt->name, option_type_name(opt->type));
	print_roff(out, opt->help);
	fputs(".\n", out);
	for (size_t i = 0; opt->choices && opt->choices[i]; i++)
		fprintf(out, "%s.Ql %s%s\n", i ? "" : "One of\n", opt->choices[i],
			opt->choices[i + 1] ? " ," : " .");
	if (has_range(opt)) {
		format_range(opt, text, sizeof text);
		fputs("From ", out);
		print_roff(out, text);
		fputs(".\n", out);
	}
	if (opt->value == NULL) {
		fputs("Required.\n", out);
	} else if (opt->type != HEARD_TYPE_GROUP) {
		format_default(opt, text, sizeof text);
		fputs("Default: ", out);
		print_roff(out, text);
		fputs(".\n", out);
	}
	if (opt->row)
		describe_options_mdoc(opt->row, out);
}

void describe_options_mdoc(const struct heard_option *table, FILE *out)
{
	fputs(".Bl -tag -width 4n\n", out);
	for (; table->name; table++)
		describe_option_mdoc(table, out);
	fputs(".El\n", out);
}

static void describe_fields_mdoc(const char *what, const char *fields, FILE *out)
{
	if (fields == NULL || *fields == '\0')
		return;
	fprintf(out, ".Pp\n%s: ", what);
	print_roff(out, fields);
	fputs(".\n", out);
}

void describe_plugin_mdoc(const struct module *module, FILE *out)
{
	const struct heard_plugin *p = &module->plugin;
	fprintf(out, ".Ss %s %s\n", stage_name(p->stage), p->name);
	print_roff(out, p->summary);
	fputs(".\n", out);
	for (size_t i = 0; i < FLAG_COUNT; i++)
		if (p->flags & flag_words[i].bit)
			fprintf(out, "It %s.\n", flag_words[i].words);
	if (p->reply != NULL)
		fprintf(out, "It %s.\n", carries);
	if (p->options && p->options->name)
		describe_options_mdoc(p->options, out);
	describe_fields_mdoc("Reads", p->reads, out);
	describe_fields_mdoc("Writes", p->writes, out);
	if (p->example && *p->example) {
		fputs(".Bd -literal -offset indent\n", out);
		print_roff_line(out, p->example);
		fputs(".Ed\n", out);
	}
}
