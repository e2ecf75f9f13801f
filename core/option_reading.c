/*
 * option_reading.c - what the readers of all types need: faults and texts.
 *
 * Texts are always copied into the config's arena: none points into a plugin
 * or into libconfig's tree.  Those that are secret, as a SECRET or by what a
 * ${...} stood for, go into a list on the way, so that they can be wiped.
 */
#include "option_reading.h"

#include "option_unit.h"
#include "option_value.h"
#include "secret.h"

#include <heard/error.h>

#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>

/* ---- faults */

void reading_fault(const struct reading *r, const char *format, ...)
{
	char text[1024];
	va_list ap;
	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	option_fault(r->ctx, r->file, r->line, "%s: %s", r->opt->name, text);
}

bool reading_fail(const struct reading *r, const char *what)
{
	reading_fault(r, "%s", what);
	return false;
}

bool reading_is_in_range(const struct reading *r, double number, const char *of_what)
{
	const struct heard_option *opt = r->opt;
	if (!(opt->min < opt->max) || (number >= opt->min && number <= opt->max))
		return true;
	char is[UNIT_SIZE], least[UNIT_SIZE], most[UNIT_SIZE];
	option_value_format(opt, number, is, sizeof is);
	option_value_format(opt, opt->min, least, sizeof least);
	option_value_format(opt, opt->max, most, sizeof most);
	reading_fault(r, "%s%s is not between %s and %s", is, of_what, least, most);
	return false;
}

bool reading_choice(const struct reading *r, const char *word, int *index_r)
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
	reading_fault(r, "\"%.*s\" is none of %s%s%s%s", READING_QUOTED, word,
		      all.ptr ? all.ptr : "", near ? "; did you mean \"" : "", near ? near : "",
		      near ? "\"?" : "");
	heard_buf_release(&all);
	return false;
}

/* ---- texts */

const char *reading_string(const struct reading *r)
{
	return config_setting_type(r->setting) == CONFIG_TYPE_STRING
		       ? config_setting_get_string(r->setting)
		       : NULL;
}

char *reading_keep(const struct reading *r, struct heard_str text)
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

char *reading_expand(const struct reading *r, const char *text)
{
	struct heard_buf buf;
	struct heard_error err = {0};
	heard_buf_init(&buf, READING_TEXT_MAX);
	bool is_secret = r->opt->type == HEARD_TYPE_SECRET || strstr(text, "${");
	char *kept = NULL;
	if (secret_expand(text, r->ctx->config_folder, &buf, &err) < 0)
		reading_fail(r, err.text);
	else
		kept = (is_secret ? keep_secret : reading_keep)(r, heard_buf_view(&buf));
	if (buf.ptr)
		sodium_memzero(buf.ptr, buf.size);
	heard_buf_release(&buf);
	return kept;
}

char *reading_text(const struct reading *r, const char *text)
{
	return r->ctx->as_written ? reading_keep(r, heard_str(text)) : reading_expand(r, text);
}
