/*
 * cli.h - the `heard` command: what its subcommands share.
 *
 * Exit codes: 0 done, 1 the answer is no or it failed, 2 wrong usage.
 */
#ifndef CORE_CLI_H
#define CORE_CLI_H

#include "conf.h"

#include <heard/json.h>

#include <stdbool.h>
#include <stdio.h>

#define CLI_CONFIG "/etc/heard/heard.conf"

/* An option of a subcommand: --name VALUE (-n VALUE if the name is one letter), or a
 * flag if value is NULL. */
struct cli_option {
	const char *name;
	const char **value;
	bool *flag;
};

struct cli {
	const char *config;    /* -c */
	const char *state_dir; /* --state-dir, or NULL */
	bool json;	       /* --json */
	int argc;	       /* what is left: arguments without options */
	char **argv;
	const char *usage;
};

/* Takes -c, --state-dir, --json and the options listed (ends with a NULL name)
 * out of argv, wherever they stand; "--" ends options.  False: wrong usage, said.
 * --help prints the usage on stdout and ends the process with 0. */
bool cli_parse(struct cli *, int argc, char **argv, const struct cli_option *,
	       const char *usage);
int cli_usage(const struct cli *); /* prints it, returns 2 */
/* Says the faults and returns NULL if there are any. */
struct conf *cli_conf(const struct cli *);
/* The state folder that the config names.  malloc'ed; NULL: said why. */
char *cli_state_dir(const struct cli *);

/* A request to the daemon: writes the line, calls each for every {"out": ...}, and
 * returns the exit code, having printed the error on stderr. */
int cli_ask(const char *state_dir, struct heard_str request,
	    void (*each)(void *arg, const struct heard_json *out, struct heard_str text),
	    void *arg);
/* The same, with another file for what is wrong. */
int cli_ask_saying(FILE *err, const char *state_dir, struct heard_str request,
		   void (*each)(void *arg, const struct heard_json *out, struct heard_str text),
		   void *arg);
/* Prints the text of each {"out": ...} as a line. */
void cli_print_json(void *arg, const struct heard_json *out, struct heard_str text);

/* A table on a terminal: cells are padded to the widest, by display width (East
 * Asian wide characters take two columns). */
struct cli_table {
	size_t columns, n, size;
	char **cells;	/* row by row */
	bool right[16]; /* columns set flush right */
};
void cli_table_init(struct cli_table *, size_t columns);
void cli_table_add(struct cli_table *, const char *cell);
void cli_table_addf(struct cli_table *, const char *format, ...) HEARD_PRINTF(2, 3);
void cli_table_print(struct cli_table *, FILE *); /* and releases it */
void cli_table_release(struct cli_table *);	  /* one that is not printed */

/* Subcommands. */
int cmd_run(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_filter(int argc, char **argv);
int cmd_plugins(int argc, char **argv);
int cmd_describe(int argc, char **argv);
int cmd_send(int argc, char **argv);
int cmd_ledger(int argc, char **argv);
int cmd_status(int argc, char **argv);
int cmd_dead(int argc, char **argv);
int cmd_replay(int argc, char **argv);
int cmd_forget(int argc, char **argv);
int cmd_stop(int argc, char **argv);
int cmd_reload(int argc, char **argv);
int cmd_keygen(int argc, char **argv);
int cmd_reveal(int argc, char **argv);
int cmd_train(int argc, char **argv);
/* `heard <instance> SUBCOMMAND ...`: a plugin's own.  A word that is no instance is
 * told to be unknown, with the nearest of these commands (NULL-terminated) and of
 * the instances.  NULL for `heard train`: the word may be a plugin's name as well. */
int cmd_instance(int argc, char **argv, const char *const *commands);

#endif
