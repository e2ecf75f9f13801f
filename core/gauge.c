/*
 * gauge.c - the figures that instances have set, for /metrics.
 *
 * A family of one instance is one block of memory, replaced as a whole under a lock
 * that is held for a pointer's exchange, or while the text is written.  The list is
 * sorted by name, because OpenMetrics wants all samples of a name together, whoever
 * set them, under one TYPE line.
 */
#include "gauge.h"

#include "daemon.h"

#include <heard/buf.h>
#include <heard/error.h>

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { GAUGES_MOST = 256, NAME_MOST = 80 };

struct family {
	struct family *next;
	const struct heard_host *host;
	const char *name, *help;
	size_t n;
	struct heard_gauge at[]; /* and behind them the bytes of their labels */
};

struct gauges {
	pthread_mutex_t lock;
	struct family *first; /* by name, then in the order they were first set */
};

struct gauges *gauges_create(void)
{
	struct gauges *g = calloc(1, sizeof(*g));
	if (g != NULL)
		pthread_mutex_init(&g->lock, NULL);
	return g;
}

void gauges_destroy(struct gauges *g)
{
	if (g == NULL)
		return;
	while (g->first != NULL) {
		struct family *f = g->first;
		g->first = f->next;
		free(f);
	}
	pthread_mutex_destroy(&g->lock);
	free(g);
}

/* ---- setting */

static bool is_good_name(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");
	return n > 0 && n <= NAME_MOST && name[n] == '\0' && name[0] > '9';
}

static struct family *family_create(const struct heard_host *host, const char *name,
				    const char *help, const struct heard_gauge *from, size_t n)
{
	size_t bytes = 0;
	for (size_t i = 0; i < n; i++)
		bytes += strlen(from[i].labels) + 1;
	struct family *f = malloc(sizeof(*f) + n * sizeof(f->at[0]) + bytes);
	if (f == NULL)
		return NULL;
	*f = (struct family){.host = host, .name = name, .help = help, .n = n};
	char *labels = (char *)&f->at[n];
	for (size_t i = 0; i < n; i++) {
		size_t size = strlen(from[i].labels) + 1;
		memcpy(labels, from[i].labels, size);
		f->at[i] = (struct heard_gauge){labels, from[i].value};
		labels += size;
	}
	return f;
}

/* Put it where the host's family of that name is, or belongs.  Returns what was there. */
static struct family *gauges_put(struct gauges *g, const struct heard_host *host,
				 const char *name, struct family *take)
{
	struct family **at = &g->first;
	while (*at != NULL && (strcmp((*at)->name, name) < 0 ||
			       (strcmp((*at)->name, name) == 0 && (*at)->host != host)))
		at = &(*at)->next;
	struct family *old = *at;
	if (old != NULL && (old->host != host || strcmp(old->name, name) != 0))
		old = NULL;
	struct family *behind = old != NULL ? old->next : *at;
	if (take != NULL)
		take->next = behind;
	*at = take != NULL ? take : behind;
	return old;
}

void heard_gauge_set(struct heard_host *host, const char *name, const char *help,
		     const struct heard_gauge *from, size_t n)
{
	if (!is_good_name(name))
		HEARD_BUG("%s: \"%.80s\" cannot be the name of a gauge", host->full_name, name);
	if (host->daemon == NULL)
		return; /* a command's process has no /metrics */
	struct gauges *g = host->daemon->gauges;
	struct family *f = NULL;
	if (n > GAUGES_MOST)
		n = GAUGES_MOST;
	if (n > 0 && (f = family_create(host, name, help, from, n)) == NULL)
		return; /* no memory: the old figures stay */
	pthread_mutex_lock(&g->lock);
	struct family *old = gauges_put(g, host, name, f);
	pthread_mutex_unlock(&g->lock);
	free(old);
}

void heard_gauge_label(struct heard_buf *b, const char *name, struct heard_str value)
{
	heard_buf_printf(b, "%s%s=\"", b->len > 0 ? "," : "", name);
	for (size_t i = 0; i < value.len; i++) {
		char c = value.ptr[i];
		if (c == '\n')
			heard_buf_puts(b, "\\n");
		else if (c == '"' || c == '\\')
			heard_buf_printf(b, "\\%c", c);
		else
			heard_buf_add(b, &c, 1);
	}
	heard_buf_puts(b, "\"");
}

/* ---- writing */

static void write_number(struct heard_buf *b, double value)
{
	if (isnan(value))
		heard_buf_puts(b, "NaN");
	else if (isinf(value))
		heard_buf_puts(b, value > 0 ? "+Inf" : "-Inf");
	else
		heard_buf_printf(b, "%.15g", value);
}

static void write_family(struct heard_buf *b, const struct family *f)
{
	for (size_t i = 0; i < f->n; i++) {
		const char *labels = f->at[i].labels;
		heard_buf_printf(b, "heard_%s{pipeline=\"%s\",instance=\"%s\"%s%s} ", f->name,
				 f->host->pipeline_name, f->host->instance->name,
				 labels[0] ? "," : "", labels);
		write_number(b, f->at[i].value);
		heard_buf_puts(b, "\n");
	}
}

/* Two families of one name would make the whole page unreadable. */
static bool is_taken(const struct heard_buf *b, const char *name)
{
	char line[NAME_MOST + 32];
	int n = snprintf(line, sizeof(line), "# TYPE heard_%s ", name);
	return b->len > 0 && memmem(b->ptr, b->len, line, (size_t)n) != NULL;
}

void gauges_write(struct gauges *g, struct heard_buf *b)
{
	const char *name = NULL; /* whose TYPE line was written last */
	bool taken = false;
	pthread_mutex_lock(&g->lock);
	for (const struct family *f = g->first; f != NULL; f = f->next) {
		if (name == NULL || strcmp(name, f->name) != 0) {
			name = f->name;
			taken = is_taken(b, name);
			if (!taken)
				heard_buf_printf(b,
						 "# TYPE heard_%s gauge\n# HELP heard_%s %s\n",
						 name, name, f->help);
		}
		if (!taken)
			write_family(b, f);
	}
	pthread_mutex_unlock(&g->lock);
}
