/*
 * channels.h - who has been heard lately, in each pipeline.
 */
#ifndef CORE_CHANNELS_H
#define CORE_CHANNELS_H

#include "channel.h"

#include <heard/channel.h>

struct channels;
struct conf;
struct loop;

/* Of one pipeline; those beyond are "other", which is one of them. */
enum { CHANNELS_MOST = 64 };

/* Empty, for the pipelines of the config.  It borrows their names. */
struct channels *channels_create(const struct conf *);
void channels_destroy(struct channels *);
/* Reads state_dir/channels, then looks now and then who is silent and keeps what has
 * changed.  Listening begins.  [main] */
void channels_start(struct channels *, const char *state_dir, struct loop *main);
/* Keeps what there is.  Nothing is added any more.  [main] */
void channels_stop(struct channels *);

/* ---- counting [journal] */

/* So many came by the channel `name`. */
struct channel_count {
	struct heard_str name;
	uint64_t received, dead;
};
/* The input that brought them. */
struct channel_source {
	size_t pipeline;       /* its number                                  */
	const char *by;	       /* the instance                                */
	const char *otherwise; /* the channel of what names none              */
	struct channel **last; /* the input's own: what it brought last       */
};
void channels_add(struct channels *, const struct channel_source *,
		  const struct channel_count *, int64_t now);
/* Pieces that nobody could read, so that none of them names a channel: they count to what
 * the input brought last. */
void channels_add_dead(struct channels *, const struct channel_source *, uint64_t n,
		       int64_t now);

/* ---- looking [any] */

struct channel_view {
	struct heard_channel seen;	/* its name is the one below            */
	uint64_t all, all_dead;		/* since the process began              */
	struct channel_day today, week; /* and the last seven days, with today  */
	char name[CHANNEL_NAME];
};
/* In the order in which they were first heard. */
void channels_each(struct channels *, size_t pipeline, int64_t from, int64_t to, int64_t now,
		   void (*fn)(void *arg, const struct channel_view *), void *arg);

/* ---- for channels_file.c */

/* Number of the pipeline of that name, or -1. */
int channels_pipeline(const struct channels *, struct heard_str name);
/* A channel as it was kept; one that is there already stays as it is. */
int channels_put(struct channels *, size_t pipeline, const struct channel *);
/* A copy of the i-th channel of the n-th pipeline; false behind the last.  *pipeline_r is
 * NULL behind the last pipeline. */
bool channels_get(struct channels *, size_t n, size_t i, struct channel *copy_r,
		  const char **pipeline_r);

#endif
