/*
 * command.c - `heard report`: a report at once, on the terminal or into a file.
 */
#include "report.h"

#include <heard/command.h>
#include <heard/error.h>
#include <heard/host.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { DONE, FAILED, USAGE, FORM_MAX = 32 << 20 };

struct wish {
	const char *period, *format, *file, *lang, *edition;
};

static int misused(const struct heard_call *call, const char *what, const char *value)
{
	fprintf(call->err, "report: %s%s%s\n", what, value ? " " : "", value ? value : "");
	return USAGE;
}

static const char **wish_of(struct wish *wish, const char *option)
{
	return strcmp(option, "--period") == 0	  ? &wish->period
	       : strcmp(option, "--format") == 0  ? &wish->format
	       : strcmp(option, "-o") == 0	  ? &wish->file
	       : strcmp(option, "--lang") == 0	  ? &wish->lang
	       : strcmp(option, "--edition") == 0 ? &wish->edition
						  : NULL;
}

static int read_words(const struct heard_call *call, struct wish *wish)
{
	for (int i = 1; i < call->argc; i++) {
		char *word = call->argv[i], *equals = strchr(word, '=');
		if (equals && strncmp(word, "--", 2) == 0)
			*equals = '\0';
		else
			equals = NULL;
		const char **value = wish_of(wish, word);
		if (!value)
			return misused(call, "there is no option", word);
		if (!equals && i + 1 >= call->argc)
			return misused(call, word, "needs a value");
		*value = equals ? equals + 1 : call->argv[++i];
	}
	return DONE;
}

/* As asked for; else by the name of the file; else as a person reads it. */
static int choose_format(const struct heard_call *call, const struct wish *wish)
{
	const char *dot = wish->file ? strrchr(wish->file, '.') : NULL;
	if (wish->format)
		return choice_of(format_words, wish->format);
	if (call->json)
		return FORMAT_JSON;
	int format = dot ? choice_of(format_words, dot + 1) : -1;
	return format >= 0 ? format : FORMAT_MD;
}

/* What the options say to the book; the instance says the rest. */
static int prepare(const struct report *self, const struct heard_call *call,
		   const struct wish *wish, struct book *book)
{
	struct heard_error err;
	int lang = wish->lang ? choice_of(lang_words, wish->lang) : self->lang;
	int edition = wish->edition ? choice_of(edition_words, wish->edition) : self->edition;
	if (lang < 0)
		return misused(call, "a language is zh or en, not", wish->lang);
	if (edition < 0)
		return misused(call, "an edition is management or public, not", wish->edition);
	book->lang = (enum page_lang)lang;
	book->edition = (enum edition)edition;
	book->zone = heard_zone(call->host);
	book->host = call->host;
	book->asked = wish->period ? wish->period : "today";
	if (period_parse(&book->period, book->asked, heard_now(call->host), book->zone, &err))
		return misused(call, err.text, NULL);
	return DONE;
}

/* A file is replaced, all of it or nothing; a pipe or a device is written to. */
static bool is_file(const char *path)
{
	struct stat st;
	return stat(path, &st) != 0 || S_ISREG(st.st_mode);
}

static int put_out(const struct heard_call *call, const struct wish *wish,
		   struct heard_str text)
{
	struct heard_error err;
	bool has_name = wish->file && strcmp(wish->file, "-") != 0;
	if (has_name && is_file(wish->file)) {
		if (file_replace(wish->file, text, &err) == 0)
			return DONE;
		fprintf(call->err, "report: %s\n", err.text);
		return FAILED;
	}
	FILE *out = has_name ? fopen(wish->file, "we") : call->out;
	bool is_written = out && fwrite(text.ptr, 1, text.len, out) == text.len &&
			  fflush(out) == 0;
	if (!is_written)
		fprintf(call->err, "report: it could not be written to %s: %m\n",
			has_name ? wish->file : "the output");
	if (out && out != call->out)
		fclose(out);
	return is_written ? DONE : FAILED;
}

static int make(const struct report *self, const struct heard_call *call,
		const struct wish *wish, struct book *book, enum format format)
{
	struct heard_error err;
	struct heard_buf text;
	if (book_gather(book, self, heard_now(call->host), &err)) {
		fprintf(call->err, "report: %s\n", err.text);
		return FAILED;
	}
	heard_buf_init(&text, FORM_MAX);
	write_form(book, format, &text);
	int result = FAILED;
	if (text.failed)
		fprintf(call->err, "report: out of memory\n");
	else
		result = put_out(call, wish, heard_buf_view(&text));
	heard_buf_release(&text);
	return result;
}

int report_command(void *arg, const struct heard_call *call)
{
	const struct report *self = arg;
	struct wish wish = {.period = NULL};
	int result = read_words(call, &wish), format = choose_format(call, &wish);
	if (result == DONE && format < 0)
		result = misused(call, "a format is html, md, csv or json, not", wish.format);
	if (result != DONE)
		return result;
	struct book *book = calloc(1, sizeof(*book));
	if (!book) {
		fprintf(call->err, "report: out of memory\n");
		return FAILED;
	}
	result = prepare(self, call, &wish, book);
	if (result == DONE)
		result = make(self, call, &wish, book, (enum format)format);
	book_release(book);
	free(book);
	return result;
}
