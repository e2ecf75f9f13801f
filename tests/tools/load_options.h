/*
 * load_options.h - what the command line of load says.
 */
#ifndef TOOLS_LOAD_OPTIONS_H
#define TOOLS_LOAD_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct {
	const char *address, *listeners, *listener, *path, *format, *prefix, *log_path, *header;
	unsigned connections, batch, every;
	uint64_t requests, rate;
	int seconds, deadline, max_wait_ms;
	bool once;
} o = {.path = "/feedback",
       .format = "object",
       .prefix = "k",
       .connections = 64,
       .batch = 1,
       .requests = UINT64_MAX,
       .deadline = 60,
       .max_wait_ms = 200};

/* 2: not as it should be. */
static inline int options_read(int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "a:A:u:c:n:s:r:b:f:k:H:l:g:d:w:o")) != -1)
		switch (option) {
		case 'a': o.address = optarg; break;
		case 'A':
			o.listeners = optarg;
			o.listener = strrchr(optarg, ':');
			if (!o.listener)
				return 2;
			*strrchr(optarg, ':') = '\0';
			o.listener++;
			break;
		case 'u': o.path = optarg; break;
		case 'c': o.connections = (unsigned)atoi(optarg); break;
		case 'n': o.requests = strtoull(optarg, NULL, 10); break;
		case 's': o.seconds = atoi(optarg); break;
		case 'r': o.rate = strtoull(optarg, NULL, 10); break;
		case 'b': o.batch = (unsigned)atoi(optarg); break;
		case 'f': o.format = optarg; break;
		case 'k': o.prefix = optarg; break;
		case 'H': o.header = optarg; break;
		case 'l': o.log_path = optarg; break;
		case 'g': o.every = (unsigned)atoi(optarg); break;
		case 'd': o.deadline = atoi(optarg); break;
		case 'w': o.max_wait_ms = atoi(optarg); break;
		case 'o': o.once = true; break;
		default: return 2;
		}
	bool is_one = strcmp(o.format, "object") == 0;
	return optind == argc && (o.address || o.listeners) && o.connections && o.batch &&
			       (is_one ? o.batch == 1 : true)
		       ? 0
		       : 2;
}

#endif
