/*
 * faults.c - collect faults while the reader reads on, then tell them in the
 * order in which they stand in the file.
 *
 * Without memory for a fault there is nothing sensible to do: a config whose
 * fault was lost would be taken for a good one.
 */
#include "faults.h"

#include <heard/error.h>

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void faults_init(struct faults *f)
{
	*f = (struct faults){.n = 0};
}

void faults_release(struct faults *f)
{
	for (size_t i = 0; i < f->n; i++) {
		free(f->at[i].file);
		free(f->at[i].text);
	}
	free(f->at);
	*f = (struct faults){.n = 0};
}

static void *or_die(void *p)
{
	if (p == NULL)
		HEARD_BUG("out of memory for a fault of the config");
	return p;
}

void faults_add(struct faults *f, const char *file, int line, const char *format, ...)
{
	if (f->n == f->size) {
		f->size = f->size ? 2 * f->size : 8;
		f->at = or_die(realloc(f->at, f->size * sizeof *f->at));
	}
	struct fault *fault = &f->at[f->n];
	va_list ap;
	va_start(ap, format);
	if (vasprintf(&fault->text, format, ap) < 0)
		fault->text = or_die(NULL);
	va_end(ap);
	fault->file = file ? or_die(strdup(file)) : NULL;
	fault->line = line;
	f->n++;
}

static int compare_places(const struct fault *a, const struct fault *b)
{
	int order = strcmp(a->file ? a->file : "", b->file ? b->file : "");
	return order ? order : (a->line > b->line) - (a->line < b->line);
}

static int compare(const void *left, const void *right)
{
	const struct fault *a = left, *b = right;
	int order = compare_places(a, b);
	return order ? order : strcmp(a->text, b->text);
}

static void print(const struct fault *fault, FILE *out)
{
	if (fault->file && fault->line > 0)
		fprintf(out, "%s:%d: %s\n", fault->file, fault->line, fault->text);
	else if (fault->file)
		fprintf(out, "%s: %s\n", fault->file, fault->text);
	else
		fprintf(out, "%s\n", fault->text);
}

void faults_print(struct faults *f, FILE *out)
{
	if (f->n)
		qsort(f->at, f->n, sizeof *f->at, compare);
	for (size_t i = 0; i < f->n; i++)
		if (i == 0 || compare(&f->at[i - 1], &f->at[i]) != 0)
			print(&f->at[i], out);
}
