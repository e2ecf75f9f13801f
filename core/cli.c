/*
 * cli.c - options, config and requests, for every subcommand alike.
 */
#include "cli.h"

#include "control.h"
#include "log.h"

#include <heard/buf.h>
#include <heard/error.h>

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define ANSWER_MAX (256u << 20)

/* ---- options */

static bool cli_take(const struct cli_option *o, char *text, char **next, bool *used_next)
{
	size_t n = strlen(o->name);
	*used_next = false;
	if (o->flag != NULL) {
		*o->flag = true;
		return true;
	}
	if (text[n] == '=') {
		*o->value = text + n + 1;
		return true;
	}
	*o->value = *next;
	*used_next = true;
	return *next != NULL;
}

/* "--name" or "--name=value", of the option? */
static bool cli_matches(const struct cli_option *o, const char *text)
{
	size_t n = strlen(o->name);
	return strncmp(text, o->name, n) == 0 &&
	       (text[n] == '\0' || (text[n] == '=' && o->flag == NULL));
}

static const struct cli_option *cli_find(const struct cli_option *own,
					 const struct cli_option *common, const char *text)
{
	for (const struct cli_option *o = common; o->name != NULL; o++)
		if (cli_matches(o, text + (strncmp(text, "--", 2) == 0 ? 2 : 1)))
			return o;
	for (const struct cli_option *o = own; o != NULL && o->name != NULL; o++)
		if ((strncmp(text, "--", 2) == 0 && cli_matches(o, text + 2)) ||
		    (o->name[1] == '\0' && cli_matches(o, text + 1)))
			return o;
	return NULL;
}

bool cli_parse(struct cli *cli, int argc, char **argv, const struct cli_option *own,
	       const char *usage)
{
	*cli = (struct cli){.config = CLI_CONFIG, .usage = usage, .argv = argv};
	const struct cli_option common[] = {{"c", &cli->config, NULL},
					    {"state-dir", &cli->state_dir, NULL},
					    {"json", NULL, &cli->json},
					    {NULL, NULL, NULL}};
	bool ended = false;
	for (int i = 1; i < argc; i++) {
		char *text = argv[i];
		if (ended || text[0] != '-' || text[1] == '\0') {
			argv[cli->argc++] = text;
			continue;
		}
		if (strcmp(text, "--") == 0) {
			ended = true;
			continue;
		}
		if (strcmp(text, "--help") == 0 || strcmp(text, "-h") == 0) {
			printf("usage: heard %s\n", usage);
			exit(0);
		}
		const struct cli_option *o = cli_find(own, common, text);
		char *next = i + 1 < argc ? argv[i + 1] : NULL;
		bool used_next = false;
		char *body = text + (strncmp(text, "--", 2) == 0 ? 2 : 1);
		if (o == NULL || !cli_take(o, body, &next, &used_next)) {
			fprintf(stderr,
				o == NULL ? "heard: unknown option %s\n"
					  : "heard: %s wants a value\n",
				text);
			cli_usage(cli);
			return false;
		}
		i += used_next;
	}
	return true;
}

int cli_usage(const struct cli *cli)
{
	fprintf(stderr, "usage: heard %s\n", cli->usage);
	return 2;
}

struct conf *cli_conf(const struct cli *cli)
{
	struct faults faults;
	faults_init(&faults);
	struct conf_flags flags = {.state_dir = cli->state_dir};
	struct conf *conf = conf_load(cli->config, &flags, &faults);
	if (conf == NULL)
		faults_print(&faults, stderr);
	faults_release(&faults);
	return conf;
}

char *cli_state_dir(const struct cli *cli)
{
	if (cli->state_dir != NULL) {
		char *path = realpath(cli->state_dir, NULL);
		if (path == NULL)
			fprintf(stderr, "heard: there is no state folder %s\n", cli->state_dir);
		return path;
	}
	struct conf *conf = cli_conf(cli);
	char *path = conf != NULL ? strdup(conf->state_dir) : NULL;
	conf_destroy(conf);
	return path;
}

/* ---- requests */

/* One line of the answer.  The exit code once it came, else -1. */
static int cli_answer(struct heard_str line,
		      void (*each)(void *, const struct heard_json *, struct heard_str),
		      void *arg, FILE *err_file)
{
	static const char prefix[] = "{\"out\":";
	struct heard_error err = {0};
	struct heard_json_doc *doc = heard_json_parse(line, ANSWER_MAX, &err);
	if (doc == NULL) {
		fprintf(err_file, "heard: the daemon's answer cannot be read: %s\n", err.text);
		return 1;
	}
	const struct heard_json *root = heard_json_root(doc);
	const struct heard_json *out = heard_json_member(root, "out"),
				*code = heard_json_member(root, "exit");
	int result = -1;
	if (out != NULL && each != NULL) {
		each(arg, out,
		     heard_str_n(line.ptr + sizeof(prefix) - 1, line.len - sizeof(prefix)));
	} else if (code != NULL) {
		struct heard_str why = heard_json_string(root, "error");
		result = (int)code->integer;
		if (why.len > 0)
			fprintf(err_file, "%s%.*s%s", result ? "heard: " : "", HEARD_ARG(why),
				why.ptr[why.len - 1] == '\n' ? "" : "\n");
	}
	heard_json_destroy(doc);
	return result;
}

/* Not by write(): a daemon that ends at this moment, as it does in each reload, would be
 * a SIGPIPE, and we would die without a word.  It is one that does not answer. */
static void cli_put(int fd, struct heard_str text)
{
	ssize_t n;
	while (text.len > 0 && (n = send(fd, text.ptr, text.len, MSG_NOSIGNAL)) > 0)
		text = heard_str_skip(text, (size_t)n);
}

int cli_ask(const char *state_dir, struct heard_str request,
	    void (*each)(void *arg, const struct heard_json *out, struct heard_str text),
	    void *arg)
{
	return cli_ask_saying(stderr, state_dir, request, each, arg);
}

int cli_ask_saying(FILE *err_file, const char *state_dir, struct heard_str request,
		   void (*each)(void *arg, const struct heard_json *out, struct heard_str text),
		   void *arg)
{
	struct heard_error err = {0};
	int fd = control_connect(state_dir, &err);
	FILE *f = fd >= 0 ? fdopen(fd, "r") : NULL;
	if (f == NULL) {
		fprintf(err_file, "heard: %s\n", err.text);
		return 1;
	}
	cli_put(fd, request);
	cli_put(fd, HEARD_STR_OF("\n"));
	char *line = NULL;
	size_t size = 0;
	ssize_t n;
	int code = -1;
	while (code < 0 && (n = getline(&line, &size, f)) > 0)
		code = cli_answer(heard_str_trim(heard_str_n(line, (size_t)n)), each, arg,
				  err_file);
	if (code < 0)
		fprintf(err_file, "heard: the daemon went away before it answered\n");
	free(line);
	fclose(f);
	return code < 0 ? 1 : code;
}

void cli_print_json(void *arg, const struct heard_json *out, struct heard_str text)
{
	(void)arg;
	(void)out;
	printf("%.*s\n", HEARD_ARG(text));
}
