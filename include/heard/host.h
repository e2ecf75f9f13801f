/*
 * heard/host.h - what the daemon does for an instance.
 *
 * The handle is given to open() and stays valid until close() returns.
 */
#ifndef HEARD_HOST_H
#define HEARD_HOST_H

#include <heard/api.h>
#include <heard/log.h>
#include <heard/str.h>

#include <stdbool.h>
#include <stdint.h>

struct event_base;
struct heard_done;
struct heard_error;
struct heard_host;
struct heard_zone;

/* ---- who and where */

/* "shop/webhook": pipeline and instance, as in logs and metrics.  [any] */
HEARD_API const char *heard_name(const struct heard_host *);
/* The pipeline's name.  [any] */
HEARD_API const char *heard_pipeline(const struct heard_host *);
/* The instance's loop.  From open() on it may be used to create events;
 * callbacks run at [home].  [any] */
HEARD_API struct event_base *heard_loop(struct heard_host *);
/* Wall clock in ms; tests can shift it.  [any] */
HEARD_API int64_t heard_now(const struct heard_host *);
/* The zone of the config's `timezone`, for this instance alone.  [home] */
HEARD_API struct heard_zone *heard_zone(struct heard_host *);
/* The instance's private folder below state_dir, made (0700) when first asked
 * for in start() or later; before, only its name.  [any] */
HEARD_API const char *heard_state_folder(struct heard_host *);
/* A keyed hash (32 bytes) that stays the same for this installation and is
 * different for each purpose word; for tokens and pseudonyms.  From start() on: the
 * daemon has no key before.  [any] */
HEARD_API void heard_keyed_hash(const struct heard_host *, const char *purpose,
				struct heard_str text, unsigned char out[32]);

/* One line, `instance: what: why`; repeats are limited.  [any] */
HEARD_API void heard_log(struct heard_host *, enum heard_level, const char *format, ...)
	HEARD_PRINTF(3, 4);

/* In open(): this instance alone writes to that file.  A second claim is a fault of
 * the config.  [main] */
HEARD_API int heard_claim(struct heard_host *, const char *path, struct heard_error *);

/* ---- work at home */

/* Run fn(arg) at home, soon, in order.  [any] */
HEARD_API void heard_post(struct heard_host *, void (*fn)(void *arg), void *arg);
/* Fulfil the promise given to stop().  [home] */
HEARD_API void heard_done(struct heard_done *take);

/* A timer at home.  A filter's callback waits while its process() runs, so the
 * two never overlap. */
struct heard_timer;
HEARD_API struct heard_timer *heard_timer_create(struct heard_host *, void (*fn)(void *arg),
						 void *arg);
HEARD_API void heard_timer_set(struct heard_timer *,
			       int64_t after_ms);	  /* [home] again: moves it */
HEARD_API void heard_timer_clear(struct heard_timer *);	  /* [home] */
HEARD_API void heard_timer_destroy(struct heard_timer *); /* [home], [main] */

/* ---- inputs */

struct heard_receipt {
	int code;	       /* 0 safe; -EAGAIN not now, send again; -EBADMSG */
			       /* decode refused it, -EFBIG because of its size; */
			       /* -EEXIST the same source id came with other     */
			       /* content before                                 */
	size_t n;	       /* records taken                                  */
	size_t dead;	       /* of the emission, became dead letters           */
	const char (*ids)[37]; /* their ids, n of them, as text                  */
	const char *error;     /* a sentence when code is not 0                  */
	int line;	       /* where in the raw bytes, 0 if unknown; with     */
			       /* -EEXIST which record by its own source_id, or  */
			       /* 0: all of it by the emission's                 */
	int64_t after_ms;      /* with -EAGAIN: a good moment to try again       */
};

struct heard_emission {
	struct heard_str raw;	    /* for decode(); copied unless free_raw is set    */
	void (*free_raw)(void *);   /* set: raw.ptr is owned by the core and freed    */
	void *free_arg;		    /* with free_raw(free_arg) on any thread          */
	struct heard_str context;   /* small, copied, handed to decode()              */
	struct heard_str principal; /* who was authenticated; part of every key      */
	struct heard_str source_id; /* idempotency key of the whole emission: record */
				    /* i without a source_id of its own gets it + i  */
	struct heard_str stream;    /* batches of one stream commit in order          */
	struct heard_str token;	    /* with a stream: where to resume once this is    */
				    /* committed; raw may be empty                    */
	/* Called once at home; NULL if nobody waits. */
	void (*receipt)(void *arg, const struct heard_receipt *);
	void *arg;
};

/* Never blocks, never refuses: refusals come by the receipt.  Emissions made
 * in one turn of the loop share a batch.  [home] */
HEARD_API void heard_emit(struct heard_host *, const struct heard_emission *);
/* An output with HEARD_TELLS may emit too: `raw` is NDJSON, one record a line, each
 * with the field `event`.  They pass by the filters (they are made of masked text; a
 * sealed contact stays as it is), are journaled like all others, recognised by their
 * source_id when emitted again, and go to those outputs whose `when` names `event`,
 * and to no other.  There is no stream or token: keep them until the receipt, and emit
 * them again if it does not come.  While the output stops, before stop(), the receipt
 * is a refusal and comes before heard_emit() returns; after stop() none comes.
 *
 * Is there such an output, so that it is worth while?  [any] */
HEARD_API bool heard_events_wanted(const struct heard_host *);
/* True between pause() and resume().  [home] */
HEARD_API bool heard_is_paused(const struct heard_host *);
/* The last committed token of a stream, false if there is none.  Valid until
 * the next call.  [home] */
HEARD_API bool heard_resume_token(struct heard_host *, struct heard_str stream,
				  struct heard_str *token);
/* Calls fn for each stream with a token.  [home] */
HEARD_API void heard_resume_each(struct heard_host *,
				 void (*fn)(void *arg, struct heard_str stream,
					    struct heard_str token),
				 void *arg);

/* ---- outputs */

/* In open(): how much may be unfinished at once.  Default: 1 batch of up to
 * 4096 records and 1 MiB. */
HEARD_API void heard_output_window(struct heard_host *, unsigned batches, unsigned records,
				   size_t bytes);

#endif
