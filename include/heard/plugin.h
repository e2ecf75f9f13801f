/*
 * heard/plugin.h - the whole contract between the daemon and a plugin.
 *
 * A plugin is one shared object that exports one constant, `heard_plugin`.
 * Nothing runs at load time: the core reads the descriptor, checks it, parses
 * the options into a zeroed instance, and only then calls open().
 *
 *   open -> start -> (pause/resume | decode | process | write)* -> stop -> close
 *
 * Threads.  Every function carries one tag.
 *   [main]    the main thread, before any other thread exists or after all ended
 *   [home]    the instance's own loop: the main one, or a private one if the
 *             plugin sets HEARD_OWN_LOOP (then it may block)
 *   [worker]  a pool thread; calls for one instance never overlap, unless the
 *             plugin sets HEARD_PARALLEL.  A filter with HEARD_OWN_LOOP is
 *             called at home instead, and may block there.
 *   [any]     any thread, at any time
 *
 * decode(), and process() under HEARD_PARALLEL, must not change the instance:
 * what they need to scribble on is their lane, one for each worker.
 *
 * Ownership.  A `take_` argument belongs to the callee from the call on, even
 * if it fails.  Every other pointer is borrowed until the call returns, or,
 * in write(), until take_done is finished.  Text read from a batch lives as
 * long as that batch.  Options belong to the instance; they are freed, and
 * secrets wiped, after close().
 *
 * ABI log.  1.0: the first.  1.1: reply, HEARD_TELLS.
 * 1.2: headers of a fetched answer, heard_fetch_stream(), heard_channels().
 * 1.3: heard_wait(), heard_is_masked(), heard_is_label(),
 * heard_person_again(), heard_record_origin(), heard_file_read(), heard_file_replace(),
 * heard_fetch_is_header(), heard_family_drop().
 */
#ifndef HEARD_PLUGIN_H
#define HEARD_PLUGIN_H

#include <heard/api.h>
#include <heard/str.h>

#include <stddef.h>
#include <stdint.h>

#define HEARD_ABI_MAJOR 1u /* bumped when an old plugin would misbehave */
#define HEARD_ABI_MINOR 3u /* bumped when fields are added at the end   */

struct heard_answer;   /* heard/answer.h                                  */
struct heard_batch;    /* records and their arena: heard/batch.h          */
struct heard_command;  /* a subcommand of `heard`: heard/command.h        */
struct heard_delivery; /* a promise to say what became of a batch: heard/delivery.h */
struct heard_done;     /* a promise to say that something has ended: heard/host.h */
struct heard_error;    /* code, text, file:line: heard/error.h            */
struct heard_host;     /* opaque handle on the daemon: heard/host.h       */
struct heard_reply;    /* a promise to say what became of an answer: heard/answer.h */

enum heard_stage { HEARD_INPUT = 1, HEARD_FILTER, HEARD_OUTPUT };

enum heard_flag {
	HEARD_OWN_LOOP = 1 << 0,       /* gets a thread and a loop of its own        */
	HEARD_PARALLEL = 1 << 1,       /* process() may overlap itself               */
	HEARD_KEEPS_POSITION = 1 << 2, /* output stores seq in its data's transaction */
	HEARD_MASKS = 1 << 3,	       /* filter: after it, text is safe to store    */
	HEARD_PERSONAL_IDS = 1 << 4,   /* input: source_id names a person; hash it   */
	HEARD_TELLS = 1 << 5,	       /* output: emits records of what happened     */
};

enum heard_option_type {
	HEARD_TYPE_BOOL = 1,   /* bool                                       */
	HEARD_TYPE_INT,	       /* int64_t                                    */
	HEARD_TYPE_REAL,       /* double                                     */
	HEARD_TYPE_SIZE,       /* int64_t, "64K" is 65536 bytes              */
	HEARD_TYPE_DURATION,   /* int64_t, "2s" is 2000 ms                   */
	HEARD_TYPE_STRING,     /* const char *                               */
	HEARD_TYPE_SECRET,     /* const char *, never printed                */
	HEARD_TYPE_PATH,       /* const char *, absolute; relative ones are  */
			       /* found beside the config file (to read)     */
	HEARD_TYPE_STATE_PATH, /* const char *, absolute; relative ones are  */
			       /* in state_dir (to write)                    */
	HEARD_TYPE_CHOICE,     /* int, an index into .choices                */
	HEARD_TYPE_LIST,       /* struct heard_list of strings               */
	HEARD_TYPE_GROUP,      /* a struct in the struct, by its own table   */
	HEARD_TYPE_TABLE,      /* struct heard_rows, each by its own table   */
	HEARD_TYPE_MAP,	       /* struct heard_map, free names to strings    */
};
struct heard_list {
	const char *const *at;
	size_t n;
};
struct heard_rows { /* n structs of .row_size bytes */
	const void *at;
	size_t n;
};
struct heard_map {
	const char *const *names, *const *values;
	size_t n;
};

/* Frozen within a major version: plugins hold arrays of these. */
struct heard_option {
	const char *name;
	enum heard_option_type type;
	size_t offset;			/* of the field in the instance          */
	const char *value;		/* default, as one would write it in the */
					/* config file; NULL = required; for     */
					/* LIST, GROUP, TABLE and MAP "" = empty */
	double min, max;		/* enforced when min < max               */
	const char *const *choices;	/* NULL-terminated; for LIST: the words  */
					/* allowed in it, if any; for MAP: words */
					/* that may stand in its place, then its */
					/* one value, under the name ""          */
	const struct heard_option *row; /* GROUP, TABLE: the inner options       */
	size_t row_size;		/* TABLE: bytes of one row               */
	const char *help;		/* one sentence, no final full stop      */
};

/* Does not compile unless the field has the C type the option promises. */
#define HEARD_FIELD(self, field, ctype)                                                      \
	(offsetof(self, field) +                                                             \
	 0 * sizeof(char[__builtin_types_compatible_p(__typeof__(((self *)0)->field), ctype) \
				 ? 1                                                         \
				 : -1]))

#define HEARD_BOOL(self, field) \
	.type = HEARD_TYPE_BOOL, .offset = HEARD_FIELD(self, field, _Bool)
#define HEARD_INT(self, field) \
	.type = HEARD_TYPE_INT, .offset = HEARD_FIELD(self, field, int64_t)
#define HEARD_REAL(self, field) \
	.type = HEARD_TYPE_REAL, .offset = HEARD_FIELD(self, field, double)
#define HEARD_SIZE(self, field) \
	.type = HEARD_TYPE_SIZE, .offset = HEARD_FIELD(self, field, int64_t)
#define HEARD_DURATION(self, field) \
	.type = HEARD_TYPE_DURATION, .offset = HEARD_FIELD(self, field, int64_t)
#define HEARD_STRING(self, field) \
	.type = HEARD_TYPE_STRING, .offset = HEARD_FIELD(self, field, const char *)
#define HEARD_SECRET(self, field) \
	.type = HEARD_TYPE_SECRET, .offset = HEARD_FIELD(self, field, const char *)
#define HEARD_PATH(self, field) \
	.type = HEARD_TYPE_PATH, .offset = HEARD_FIELD(self, field, const char *)
#define HEARD_STATE_PATH(self, field) \
	.type = HEARD_TYPE_STATE_PATH, .offset = HEARD_FIELD(self, field, const char *)
#define HEARD_CHOICE(self, field) \
	.type = HEARD_TYPE_CHOICE, .offset = HEARD_FIELD(self, field, int)
#define HEARD_LIST(self, field) \
	.type = HEARD_TYPE_LIST, .offset = HEARD_FIELD(self, field, struct heard_list)
#define HEARD_GROUP(self, field, table) \
	.type = HEARD_TYPE_GROUP, .offset = offsetof(self, field), .row = (table), .value = ""
#define HEARD_TABLE(self, field, table, ctype)                                           \
	.type = HEARD_TYPE_TABLE, .offset = HEARD_FIELD(self, field, struct heard_rows), \
	.row = (table), .row_size = sizeof(ctype)
#define HEARD_MAP(self, field) \
	.type = HEARD_TYPE_MAP, .offset = HEARD_FIELD(self, field, struct heard_map)

struct heard_plugin {
	uint16_t abi_major, abi_minor; /* what the plugin was built for    */
	uint32_t size;		       /* sizeof(struct heard_plugin) then */
	enum heard_stage stage;
	uint32_t flags;
	const char *name; /* as in the directory name and the config    */
	const char *version;
	const char *summary;		      /* one line for `heard plugins`       */
	const struct heard_option *options;   /* ends with { .name = NULL }         */
	const char *reads, *writes;	      /* record fields, for describe        */
	const char *example;		      /* an instance as one writes it, for describe */
	const struct heard_command *commands; /* ends with { .name = NULL }, or NULL */
	size_t self_size;		      /* instance bytes: zeroed, then options set */
	size_t lane_size;		      /* bytes for each worker that runs process() */

	/* Every int result is 0, or -errno with *err filled in.  A callback
	 * left NULL does nothing.  All stages: */
	/* No outside effect: locks, ports, logins, migrations belong to start. */
	int (*open)(void *self, struct heard_host *host, struct heard_error *err); /* [main] */
	int (*start)(void *self, struct heard_error *err);			   /* [home] */
	/* Inputs emit no more; outputs finish what they hold, then the promise. */
	void (*stop)(void *self, struct heard_done *take_done); /* [home] */
	void (*close)(void *self);				/* [main] */

	/* Inputs: hold back; go on; turn emitted bytes into records.  `context`
	 * is what the emission carried.  An error refuses the whole emission: -ENOMEM,
	 * -ENOSPC, -EIO and -EAGAIN for now, any other for good. */
	void (*pause)(void *self);  /* [home] */
	void (*resume)(void *self); /* [home] */
	int (*decode)(void *self, struct heard_str raw, struct heard_str context,
		      struct heard_batch *batch, struct heard_error *err); /* [worker] */

	/* Filters: edit, drop, add or quarantine records in place.  An error
	 * means the environment failed: the batch is refused to its source. */
	int (*lane_open)(void *self, void *lane, struct heard_error *err); /* [main] */
	void (*lane_close)(void *self, void *lane);			   /* [main] */
	int (*process)(void *self, void *lane, struct heard_batch *batch,
		       struct heard_error *err); /* [worker] */

	/* Outputs: finish take_done exactly once, now or later: delivered,
	 * duplicate, try again after, or refused; as a whole or by record.
	 * NULL makes it a service that takes no records (report, alert). */
	void (*write)(void *self, const struct heard_batch *batch,
		      struct heard_delivery *take_done); /* [home] */
	/* With HEARD_KEEPS_POSITION: the last seq stored with the data, 0 for
	 * none.  Called after start().  What is at or before it counts as
	 * delivered and does not come again.  So an output that refuses single
	 * records (HEARD_REFUSED) and stores a position behind them can lose
	 * their dead letters: the core notes those in a commit of its own, after
	 * yours, and a crash may come between.  Where that must not be, store
	 * what you refuse as well, or nothing of a batch that has such records. */
	int (*position)(void *self, uint64_t *seq, struct heard_error *err); /* [home] */

	/* Inputs and outputs: carry an answer to the customer (heard/answer.h);
	 * finish take_reply exactly once, now or later.  Since 1.1. */
	void (*reply)(void *self, const struct heard_answer *,
		      struct heard_reply *take_reply); /* [home] */

	/* New fields go here, with a new HEARD_ABI_MINOR. */
};

#define HEARD_ABI                                                   \
	.abi_major = HEARD_ABI_MAJOR, .abi_minor = HEARD_ABI_MINOR, \
	.size = sizeof(struct heard_plugin)

/* The one symbol the core looks up; a plugin defines it, nothing else. */
extern HEARD_API const struct heard_plugin heard_plugin;

#endif /* HEARD_PLUGIN_H */
