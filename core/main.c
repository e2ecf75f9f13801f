/*
 * main.c - which subcommand.
 */
#include "cli.h"

#include "daemon.h"
#include "version.h"

#include <errno.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *args, *summary;
} commands[] = {
	{"run", cmd_run, "[-c FILE] [--state-dir DIR]", "the daemon, in the foreground"},
	{"check", cmd_check, "[-c FILE] [--print | --graph]",
	 "is the configuration good? every fault, or exit 0"},
	{"filter", cmd_filter, "[-c FILE] --pipeline P [FILE|-]",
	 "records through the filters to stdout, no daemon needed"},
	{"plugins", cmd_plugins, "[-c FILE]", "what was found, with version and summary"},
	{"describe", cmd_describe, "[STAGE/]PLUGIN",
	 "options, fields read and written, an example"},
	{"send", cmd_send, "[--pipeline P] [--input I] [--format ndjson|csv|text] [FILE|-]",
	 "hand feedback to the running daemon"},
	{"ledger", cmd_ledger, "[--json]", "where every record went"},
	{"dead", cmd_dead, "list | show ID | replay ID|--all | drop ID|--all",
	 "what could not be processed or delivered"},
	{"replay", cmd_replay, "--pipeline P --from T [--to T] [--output O]",
	 "records of the journal once more"},
	{"forget", cmd_forget, "PIPELINE/OUTPUT",
	 "let go what waits for an output that was taken out"},
	{"status", cmd_status, "[--json]", "what the daemon is doing"},
	{"reload", cmd_reload, "",
	 "check the new configuration and take it over, without loss"},
	{"stop", cmd_stop, "", "finish what is begun, and end"},
	{"train", cmd_train, "KIND ...", "teach a filter by examples: spam, classify, ..."},
	{"keygen", cmd_keygen, "[DIR] | --api NAME",
	 "keys for sealing, or a key for an HTTP client"},
	{"reveal", cmd_reveal, "TOKEN|sha256:HEX --reason TEXT [-o FILE]",
	 "open a sealed contact; noted in the audit log"},
};

static int help(FILE *f)
{
	fputs("heard " HEARD_VERSION
	      " - hears customers\n\nusage: heard COMMAND [-c FILE] ...\n\n",
	      f);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		fprintf(f, "  %-9s %s\n", commands[i].name, commands[i].summary);
	fputs("  INSTANCE  a plugin's own commands, e.g. `heard tickets list`, `heard "
	      "report`\n\n"
	      "`heard COMMAND --help` shows how to write it; -c names the configuration\n"
	      "(default " CLI_CONFIG ").\n",
	      f);
	return f == stdout ? 0 : 2;
}

static int instance(int argc, char **argv)
{
	const char *names[sizeof(commands) / sizeof(commands[0]) + 1] = {NULL};
	for (size_t i = 0; i + 1 < sizeof(names) / sizeof(names[0]); i++)
		names[i] = commands[i].name;
	return cmd_instance(argc, argv, names);
}

/* Half a list on a full disk is no list: a command that printed what nobody got has
 * failed.  One that failed has said why. */
static int told(int code)
{
	if (code != 0)
		return code;
	int why = fflush(stdout) != 0 ? errno : ferror(stdout) ? EIO : 0;
	if (why == 0)
		return 0;
	fprintf(stderr, "heard: the output could not be written: %s\n", strerror(why));
	return 1;
}

static int command(int argc, char **argv)
{
	if (argc < 2)
		return help(stderr);
	if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0 ||
	    strcmp(argv[1], "-h") == 0)
		return help(stdout);
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "version") == 0) {
		puts("heard " HEARD_VERSION);
		return 0;
	}
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	return instance(argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
	daemon_no_dumps();
	if (setlocale(LC_CTYPE, "") == NULL || strcmp(setlocale(LC_CTYPE, NULL), "C") == 0)
		setlocale(LC_CTYPE, "C.UTF-8");
	bool is_daemon = argc > 1 && strcmp(argv[1], "run") == 0;
	int code = command(argc, argv);
	return is_daemon ? code : told(code);
}
