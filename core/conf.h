/*
 * conf.h - the daemon's configuration, read once and never changed.
 *
 * conf_load reads on after a fault, so that all are told together.  What it
 * returns holds validated values only: instances have their options in place.
 */
#ifndef CORE_CONF_H
#define CORE_CONF_H

#include "arena.h"
#include "faults.h"
#include "module.h"
#include "option.h"

#include <heard/log.h>

#include <stdbool.h>
#include <stdint.h>

struct conf_listener {
	const char *name,
		*address; /* "127.0.0.1:8080", "[::1]:8080", "unix:/path" is not supported */
	struct conf_tls {
		const char *certificate, *key; /* paths; NULL: plain       */
	} tls;
	struct heard_list trusted_proxies; /* CIDR                             */
	int64_t rate_limit;		   /* requests a second and address, 0: none */
	int64_t rate_burst;
	int64_t max_connections, max_connections_per_address;
	int64_t header_timeout, body_timeout, idle_timeout; /* ms               */
	int64_t max_header; /* bytes                            */
	const char *file;
	int line;
	bool is_named; /* by an instance                      */
};

enum acknowledge { ACKNOWLEDGE_JOURNALED, ACKNOWLEDGE_DELIVERED };
enum on_full { ON_FULL_PAUSE, ON_FULL_DEAD_LETTER };

struct conf_instance {
	const struct module *module;
	void *self;	    /* plugin.self_size bytes, options parsed in          */
	const char *plugin; /* its name                                         */
	const char *name;   /* unique within pipeline and stage                   */
	const char *when;   /* filters and outputs; NULL: always                  */
	const char *reply;  /* inputs: the output that carries its answers, or NULL */
	struct conf_retry { /* outputs */
		int64_t first, max, give_up; /* ms                              */
	} retry;
	int on_full; /* enum on_full                                       */
	int64_t deferred_max;
	const char *file;
	int line;
	bool is_faulty; /* something in it could not be read                */
};

struct conf_pipeline {
	const char *name;
	struct conf_instance *inputs, *filters, *outputs;
	size_t n_inputs, n_filters, n_outputs;
	int acknowledge;       /* enum acknowledge                              */
	int64_t dedupe;	       /* ms, 0: off                                    */
	int64_t max_in_flight; /* bytes                                         */
	bool clear;
	const char *file;
	int line;
};

struct conf {
	const char *file;		/* as given                                    */
	const char *folder;		/* of the file, absolute                       */
	const char *state_dir;		/* absolute                                    */
	const char *const *plugin_path; /* NULL-terminated                      */
	struct {
		enum heard_level level;
		bool json;
		const char *file;
	} log; /* file NULL: stderr */
	int64_t workers;
	const char *timezone;
	struct conf_privacy {
		const char *public_key, *private_key; /* paths or NULL             */
	} privacy;
	struct conf_journal {
		int64_t max_size, segment_size, keep; /* keep in ms                */
		const char *encrypt;		      /* key file, NULL: off       */
	} journal;
	int64_t drain_timeout; /* ms                                          */
	struct conf_listener *listeners;
	size_t n_listeners;
	struct conf_pipeline *pipelines;
	size_t n_pipelines;
	struct arena arena;	       /* holds all of the above                      */
	struct conf_top *top;	       /* the top level as its table reads it         */
	struct option_secret *secrets; /* what conf_destroy wipes               */
	bool as_written;	       /* loaded with no_secrets                      */
};

struct conf_flags {
	const char *state_dir; /* overrides the file's, or NULL                 */
	bool no_secrets;       /* leave ${...} as written: for `check --print`  */
	bool keep_faulty;      /* return what is left of a config with faults   */
};
/* NULL if there are faults.  Loads plugins; runs none of their code.  With
 * keep_faulty a config with faults is returned too, without the instances that
 * have some, so that the others can be opened for theirs; it is not to be
 * started or printed.  NULL is then only what could not be read at all.  [main] */
struct conf *conf_load(const char *file, const struct conf_flags *, struct faults *);
void conf_destroy(struct conf *); /* wipes secrets */
/* The whole config as a config, defaults filled in, secrets as "***".  To be
 * loaded with no_secrets, or what a ${...} stood for is printed. */
void conf_print(const struct conf *, FILE *);
/* The option tables of the core's own sections, for the reference page. */
struct conf_section {
	const char *name;
	const struct heard_option *table;
};
extern const struct conf_section conf_sections[];

#endif
