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

/* A promise that the instance has ended; told to the main loop. */
struct heard_done {
	struct loop_job hop;
	struct heard_host *host;
	void (*told)(void *arg);
	void *arg;
};

struct heard_host {
	struct daemon *daemon; /* NULL in a command's process        */
	struct pipeline *pipeline;
	const struct conf *conf;	      /* the whole config                   */
	const struct conf_instance *instance; /* its part                           */
	const struct heard_plugin *plugin;
	void *self;
	enum heard_stage stage;
	char *full_name; /* "shop/webhook"                     */
	const char *pipeline_name;
	struct loop *loop; /* home                               */
	bool own_loop, has_thread;
	bool is_open;		      /* [main] open() succeeded            */
	bool is_starting, is_started; /* [home] */
	bool is_stopping;	      /* [home] stop() was called           */
	bool is_paused;		      /* [home] inputs                      */
	struct heard_zone *zone;      /* [home] made when first asked for   */
	char *folder;		      /* state folder                       */
	const unsigned char *secret;  /* 32 bytes for keyed hashes          */
	struct heard_done done;	      /* of its one stop                   */
	struct heard_reply *asked;    /* [home] answers it handed on: answer.c */
	struct heard_reply *carrying; /* [home] and those it has to send    */
	struct input *input;	      /* the engine's part, by stage; of an */
				      /* output that tells, its companion   */
	struct filter *filter;
	struct output *output;
};

/* Names, and a loop if it is to have its own.  [main] */
int host_init(struct heard_host *, struct heard_error *);
int host_open(struct heard_host *, struct heard_error *);  /* [main] */
int host_start(struct heard_host *, struct heard_error *); /* [main] waits for home */
/* Calls stop() at home, and told(arg) on the main loop when the promise is kept. */
void host_stop(struct heard_host *, void (*told)(void *arg), void *arg); /* [main] */
void host_end_thread(struct heard_host *);				 /* [main] */
void host_close(struct heard_host *);					 /* [main] */

#endif
