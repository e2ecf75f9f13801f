/*
 * host.h - what the core knows of a running instance: the other side of the
 * opaque handle that plugins hold.
 */
#ifndef CORE_HOST_H
#define CORE_HOST_H

#include "conf.h"
#include "loop.h"

#include <heard/host.h>

struct daemon;
struct pipeline;

struct heard_host {
	struct daemon *daemon;            /* NULL in a command's process        */
	struct pipeline *pipeline;
	const struct conf *conf;          /* the whole config                   */
	struct conf_instance *instance;   /* its part                           */
	const struct heard_plugin *plugin;
	void *self;
	enum heard_stage stage;
	char *full_name;                  /* "shop/webhook"                     */
	const char *pipeline_name;
	struct loop *loop;                /* home                               */
	bool own_loop;
	bool is_paused;                   /* [home] inputs                      */
	struct heard_zone *zone;          /* [home] made when first asked for   */
	char *folder;                     /* state folder                       */
	const unsigned char *secret;      /* 32 bytes for keyed hashes          */
	struct input *input;              /* the engine's part, by stage        */
	struct filter *filter;
	struct output *output;
};

#endif
