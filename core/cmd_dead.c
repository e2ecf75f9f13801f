/*
 * cmd_dead.c - dead letters and replays, asked of the daemon.
 */
#include "cli.h"

#include <heard/buf.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static int request(const struct cli *cli, const struct heard_buf *line,
		   void (*each)(void *arg, const struct heard_json *out, struct heard_str text),
		   void *arg)
{
	char *state_dir = cli_state_dir(cli);
	if (state_dir == NULL)
		return 1;
	int code = cli_ask(state_dir, heard_buf_view(line), each, arg);
	free(state_dir);
	return code;
}

/* ---- list, show */

static void list_row(void *arg, const struct heard_json *out, struct heard_str text)
{
	struct cli_table *t = arg;
	(void)text;
	const struct heard_json *line = heard_json_member(out, "line");
	cli_table_addf(t, "%.*s", HEARD_ARG(heard_json_string(out, "id")));
	cli_table_addf(t, "%.19s",
		       heard_json_string(out, "at").ptr ? heard_json_string(out, "at").ptr
							: "");
	cli_table_addf(t, "%.*s/%.*s", HEARD_ARG(heard_json_string(out, "pipeline")),
		       HEARD_ARG(heard_json_string(out, "instance")));
	if (line != NULL && line->type == HEARD_JSON_INT)
		cli_table_addf(t, "%" PRId64, line->integer);
	else
		cli_table_add(t, "-");
	cli_table_addf(t, "%.*s", HEARD_ARG(heard_json_string(out, "reason")));
}

struct json_list {
	bool has_one;
};

static void list_json(void *arg, const struct heard_json *out, struct heard_str text)
{
	struct json_list *list = arg;
	(void)out;
	printf("%s%.*s", list->has_one ? ",\n " : "[", HEARD_ARG(text));
	list->has_one = true;
}

static int list(const struct cli *cli, const struct heard_buf *line)
{
	struct json_list json = {false};
	if (cli->json) {
		int code = request(cli, line, list_json, &json);
		if (code == 0)
			puts(json.has_one ? "]" : "[]");
		return code;
	}
	struct cli_table t;
	cli_table_init(&t, 5);
	t.right[3] = true;
	cli_table_add(&t, "id");
	cli_table_add(&t, "at (UTC)");
	cli_table_add(&t, "where");
	cli_table_add(&t, "line");
	cli_table_add(&t, "reason");
	int code = request(cli, line, list_row, &t);
	if (t.n > 5)
		cli_table_print(&t, stdout);
	else if (code == 0)
		puts("There are no dead letters.");
	cli_table_release(&t);
	return code;
}

static void show_one(void *arg, const struct heard_json *out, struct heard_str text)
{
	(void)arg;
	(void)text;
	static const char *const keys[] = {"id",     "at",     "pipeline", "instance",
					   "source", "reason", "body"};
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		printf("%-9s %.*s\n", keys[i], HEARD_ARG(heard_json_string(out, keys[i])));
}

static void say_done(void *arg, const struct heard_json *out, struct heard_str text)
{
	const struct heard_json *done = heard_json_member(out, "done"),
				*failed = heard_json_member(out, "failed");
	(void)text;
	printf("%" PRId64 " %s", done ? done->integer : 0, (const char *)arg);
	if (failed != NULL && failed->integer > 0)
		printf(", %" PRId64 " failed", failed->integer);
	puts("");
}

int cmd_dead(int argc, char **argv)
{
	struct cli cli;
	bool all = false;
	const struct cli_option own[] = {{"all", NULL, &all}, {NULL, NULL, NULL}};
	if (!cli_parse(&cli, argc, argv, own,
		       "dead list [--json] | show ID | replay ID|--all | drop ID|--all  [-c "
		       "FILE]"))
		return 2;
	const char *verb = cli.argc > 0 ? cli.argv[0] : "";
	const char *id = cli.argc > 1 ? cli.argv[1] : "";
	bool is_list = strcmp(verb, "list") == 0, is_show = strcmp(verb, "show") == 0;
	bool is_replay = strcmp(verb, "replay") == 0, is_drop = strcmp(verb, "drop") == 0;
	if (!(is_list || is_show || is_replay || is_drop) || cli.argc > 2)
		return cli_usage(&cli);
	if (is_list ? *id != '\0' : all ? *id != '\0' || is_show : *id == '\0')
		return cli_usage(&cli);
	struct heard_buf line;
	heard_buf_init(&line, 4096);
	struct heard_json_out w = {.buf = &line};
	heard_json_begin(&w, NULL, '{');
	heard_json_str(&w, "command", heard_str("dead"));
	heard_json_str(&w, "verb", heard_str(verb));
	heard_json_str(&w, "id", heard_str(id));
	heard_json_end(&w, '}');
	int code;
	if (is_list)
		code = list(&cli, &line);
	else if (is_show)
		code = request(&cli, &line, cli.json ? cli_print_json : show_one, NULL);
	else
		code = request(&cli, &line, cli.json ? cli_print_json : say_done,
			       (void *)(is_replay ? "replayed" : "dropped"));
	heard_buf_release(&line);
	return code;
}

/* ---- replay */

static void say_replayed(void *arg, const struct heard_json *out, struct heard_str text)
{
	const struct heard_json *n = heard_json_member(out, "replayed");
	(void)arg;
	(void)text;
	printf("%" PRId64 " records replayed\n", n ? n->integer : 0);
}

int cmd_replay(int argc, char **argv)
{
	struct cli cli;
	const char *pipeline = NULL, *from = NULL, *to = "", *output = "";
	const struct cli_option own[] = {{"pipeline", &pipeline, NULL},
					 {"from", &from, NULL},
					 {"to", &to, NULL},
					 {"output", &output, NULL},
					 {NULL, NULL, NULL}};
	if (!cli_parse(&cli, argc, argv, own,
		       "replay --pipeline P --from T [--to T] [--output O] [-c FILE]"))
		return 2;
	if (pipeline == NULL || from == NULL || cli.argc > 0)
		return cli_usage(&cli);
	struct heard_buf line;
	heard_buf_init(&line, 8192);
	struct heard_json_out w = {.buf = &line};
	heard_json_begin(&w, NULL, '{');
	heard_json_str(&w, "command", heard_str("replay"));
	heard_json_str(&w, "pipeline", heard_str(pipeline));
	heard_json_str(&w, "from", heard_str(from));
	heard_json_str(&w, "to", heard_str(to));
	heard_json_str(&w, "output", heard_str(output));
	heard_json_end(&w, '}');
	int code = request(&cli, &line, cli.json ? cli_print_json : say_replayed, NULL);
	heard_buf_release(&line);
	return code;
}

/* ---- forget */

static void say_forgotten(void *arg, const struct heard_json *out, struct heard_str text)
{
	const struct heard_json *n = heard_json_member(out, "dropped");
	(void)arg;
	(void)text;
	printf("forgotten; %" PRId64 " records that waited for it will not be delivered\n",
	       n ? n->integer : 0);
}

int cmd_forget(int argc, char **argv)
{
	struct cli cli;
	if (!cli_parse(&cli, argc, argv, NULL, "forget PIPELINE/OUTPUT [-c FILE]"))
		return 2;
	if (cli.argc != 1 || strchr(cli.argv[0], '/') == NULL)
		return cli_usage(&cli);
	struct heard_buf line;
	heard_buf_init(&line, 8192);
	struct heard_json_out w = {.buf = &line};
	heard_json_begin(&w, NULL, '{');
	heard_json_str(&w, "command", heard_str("forget"));
	heard_json_str(&w, "name", heard_str(cli.argv[0]));
	heard_json_end(&w, '}');
	int code = request(&cli, &line, cli.json ? cli_print_json : say_forgotten, NULL);
	heard_buf_release(&line);
	return code;
}
