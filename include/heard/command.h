/*
 * heard/command.h - a plugin's own subcommands: `heard <instance> NAME ...`.
 *
 * A command runs in a process of its own, not in the daemon: the command line
 * reads the config, parses the instance's options as the daemon does, and calls
 * run() on an instance that was neither opened nor started.  So it works while
 * the daemon runs and while it does not, and must share its data as two
 * processes do.
 */
#ifndef HEARD_COMMAND_H
#define HEARD_COMMAND_H

#include <heard/api.h>

#include <stdbool.h>
#include <stdio.h>

struct heard_host;

struct heard_call {
	int argc;    /* options -c, --state-dir, --json are already gone    */
	char **argv; /* argv[0] is the subcommand                           */
	bool json;   /* --json was given                                    */
	FILE *in, *out, *err;
	struct heard_host
		*host; /* for heard_now, heard_state_folder, heard_keyed_hash, heard_zone */
};

struct heard_command {
	const char *name;    /* "list"                                             */
	const char *usage;   /* "[--state S] [--priority P]"                       */
	const char *summary; /* one line                                           */
	/* The exit code: 0 done, 1 no or failed (said on err), 2 wrong usage (the
	 * caller prints the usage line).  [main] */
	int (*run)(void *self, const struct heard_call *);
};

#endif
