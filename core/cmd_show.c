/*
 * cmd_show.c - ledger and status, for people and as JSON.
 */
#include "cli.h"
#include "span.h"

#include <heard/buf.h>

#include <inttypes.h>
#include <stdlib.h>

static int64_t number(const struct heard_json *object, const char *key)
{
	const struct heard_json *m = heard_json_member(object, key);
	return m != NULL ? m->integer : 0;
}

static bool truth(const struct heard_json *object, const char *key)
{
	const struct heard_json *m = heard_json_member(object, key);
	return m != NULL && m->boolean;
}

static const struct heard_json *first(const struct heard_json *object, const char *key)
{
	const struct heard_json *m = heard_json_member(object, key);
	return m != NULL ? m->first : NULL;
}

static void add_string(struct cli_table *t, const struct heard_json *object, const char *key)
{
	cli_table_addf(t, "%.*s", HEARD_ARG(heard_json_string(object, key)));
}

static int ask(const char *command, const struct cli *cli,
	       void (*each)(void *arg, const struct heard_json *out, struct heard_str text),
	       void *arg)
{
	char request[64];
	char *state_dir = cli_state_dir(cli);
	if (state_dir == NULL)
		return 1;
	snprintf(request, sizeof(request), "{\"command\":\"%s\"}", command);
	int code = cli_ask(state_dir, heard_str(request), cli->json ? cli_print_json : each,
			   arg);
	free(state_dir);
	return code;
}

/* ---- ledger */

static void ledger_row(struct cli_table *t, const struct heard_json *row,
		       const char *const *keys, size_t n)
{
	add_string(t, row, "name");
	for (size_t i = 0; i < n; i++)
		cli_table_addf(t, "%" PRId64, number(row, keys[i]));
	cli_table_add(t, truth(row, "balanced") ? "yes" : "NO");
}

static void ledger_table(const struct heard_json *rows, const char *title,
			 const char *const *keys, size_t n)
{
	struct cli_table t;
	cli_table_init(&t, n + 2);
	cli_table_add(&t, title);
	for (size_t i = 0; i < n; i++) {
		cli_table_add(&t, keys[i]);
		t.right[i + 1] = true;
	}
	cli_table_add(&t, "balanced");
	for (; rows != NULL; rows = rows->next)
		ledger_row(&t, rows, keys, n);
	cli_table_print(&t, stdout);
}

static void ledger_print(void *arg, const struct heard_json *out, struct heard_str text)
{
	static const char *const gate[] = {"received",	"added",   "journaled",
					   "duplicate", "dropped", "dead"};
	static const char *const output[] = {"delivered", "replayed", "duplicate", "skipped",
					     "dead",	  "pending",  "deferred"};
	(void)arg;
	(void)text;
	ledger_table(first(out, "pipelines"), "pipeline", gate, 6);
	for (const struct heard_json *p = first(out, "pipelines"); p != NULL; p = p->next) {
		printf("\n%.*s\n", HEARD_ARG(heard_json_string(p, "name")));
		ledger_table(first(p, "outputs"), "output", output, 7);
	}
}

int cmd_ledger(int argc, char **argv)
{
	struct cli cli;
	if (!cli_parse(&cli, argc, argv, NULL, "ledger [-c FILE] [--json]"))
		return 2;
	return ask("ledger", &cli, ledger_print, NULL);
}

/* ---- status */

static void status_outputs(const struct heard_json *pipelines)
{
	struct cli_table t;
	cli_table_init(&t, 4);
	t.right[1] = t.right[2] = true;
	cli_table_add(&t, "output");
	cli_table_add(&t, "behind by");
	cli_table_add(&t, "deferred");
	cli_table_add(&t, "");
	for (const struct heard_json *p = pipelines; p != NULL; p = p->next)
		for (const struct heard_json *o = first(p, "outputs"); o != NULL; o = o->next) {
			cli_table_addf(&t, "%.*s/%.*s", HEARD_ARG(heard_json_string(p, "name")),
				       HEARD_ARG(heard_json_string(o, "name")));
			cli_table_addf(&t, "%" PRId64, number(o, "lag"));
			cli_table_addf(&t, "%" PRId64, number(o, "deferred"));
			cli_table_add(&t, truth(o, "failing") ? "failing, trying again" : "");
		}
	cli_table_print(&t, stdout);
}

static void status_channel(struct cli_table *t, const struct heard_json *c, int64_t now)
{
	char ago[SPAN_SIZE];
	int64_t week = number(c, "week"), dead = number(c, "week_dead");
	span_say(ago, now - number(c, "last_heard_ms"));
	cli_table_addf(t, "%.*s/%.*s", HEARD_ARG(heard_json_string(c, "pipeline")),
		       HEARD_ARG(heard_json_string(c, "channel")));
	cli_table_addf(t, "%" PRId64, number(c, "today"));
	cli_table_addf(t, "%" PRId64, week);
	if (week > 0)
		cli_table_addf(t, "%.1f %%", 100.0 * (double)dead / (double)week);
	else
		cli_table_add(t, "");
	cli_table_addf(t, "%s ago", ago);
	cli_table_add(t, truth(c, "silent") ? "SILENT for longer than usual" : "");
}

static void status_channels(const struct heard_json *c, int64_t now)
{
	static const char *const heads[] = {"channel", "today",	     "7 days",
					    "errors",  "last heard", ""};
	struct cli_table t;
	if (c == NULL)
		return;
	cli_table_init(&t, 6);
	for (size_t i = 0; i < 6; i++)
		cli_table_add(&t, heads[i]);
	t.right[1] = t.right[2] = t.right[3] = t.right[4] = true;
	for (; c != NULL; c = c->next)
		status_channel(&t, c, now);
	printf("\n");
	cli_table_print(&t, stdout);
}

static void status_print(void *arg, const struct heard_json *out, struct heard_str text)
{
	const struct heard_json *journal = heard_json_member(out, "journal");
	struct heard_str why = heard_json_string(out, "why");
	int64_t up = number(out, "uptime_s");
	(void)arg;
	(void)text;
	printf("heard is %.*s%s%.*s, process %" PRId64 ", up %" PRId64 "d %02" PRId64
	       ":%02" PRId64 ":%02" PRId64 "\n",
	       HEARD_ARG(heard_json_string(out, "state")), why.len ? ", not ready: " : "",
	       HEARD_ARG(why), number(out, "pid"), up / 86400, up / 3600 % 24, up / 60 % 60,
	       up % 60);
	printf("state in %.*s\n", HEARD_ARG(heard_json_string(out, "state_dir")));
	printf("journal: %" PRId64 " records so far, %" PRId64 " MiB (%" PRId64
	       " segments in use, %" PRId64 " spare), %" PRId64 " dead letters%s\n\n",
	       number(journal, "records"), number(journal, "bytes") >> 20,
	       number(journal, "segments"), number(journal, "spare"),
	       number(journal, "dead_letters"), truth(journal, "full") ? ", FULL" : "");
	status_outputs(first(out, "pipelines"));
	status_channels(first(out, "channels"), number(out, "now_ms"));
}

int cmd_status(int argc, char **argv)
{
	struct cli cli;
	if (!cli_parse(&cli, argc, argv, NULL, "status [-c FILE] [--json]"))
		return 2;
	return ask("status", &cli, status_print, NULL);
}
