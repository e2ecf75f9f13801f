/*
 * tickets.h - the instance and its subcommands.
 */
#ifndef TICKETS_TICKETS_H
#define TICKETS_TICKETS_H

#include <store/store.h>

#include <heard/command.h>
#include <heard/json.h>

#include <stdbool.h>

struct tickets {
	const char *database; /* option */

	/* the daemon's */
	struct heard_host *host;
	struct store *store;
	struct store_follower *follower;
	unsigned char *outcomes; /* of the batch at work, `room` of them        */
	size_t room;
};

int tickets_list(void *self, const struct heard_call *);
int tickets_show(void *self, const struct heard_call *);
int tickets_status(void *self, const struct heard_call *);
int tickets_note(void *self, const struct heard_call *);
int tickets_search(void *self, const struct heard_call *);

/* ---- what the commands share: command.c */

enum { COMMAND_DONE, COMMAND_FAILED, COMMAND_USAGE };

struct args { /* a walk over a command's words */
	const struct heard_call *call;
	int at;
	bool only_words; /* after "--" */
};
/* 1: *name is an option or NULL for a plain word; *value its value or the word.
 * 0: the end.  -1: an option without its value, said on err.  Every option takes
 * a value. */
int args_next(struct args *, const char **name, const char **value);
bool parse_limit(const char *text, int64_t *out);
/* "heard tickets show: sentence"; returns COMMAND_FAILED. */
int command_failed(const struct heard_call *, const struct heard_error *);
int command_misused(const struct heard_call *, const char *format, ...) HEARD_PRINTF(2, 3);
/* The store, or NULL with the reason said. */
struct store *command_store(const struct tickets *, const struct heard_call *);
/* The unix name of whoever runs this command. */
void command_user(char *out, size_t size);
/* Prints and releases; COMMAND_FAILED if it could not be made or printed. */
int command_print_json(const struct heard_call *, struct heard_buf *);

/* The members of a ticket in the form of `list --json`. */
void ticket_json(struct heard_json_out *, const struct store_ticket *);
void json_time(struct heard_json_out *, const char *key, int64_t ms);
void json_text(struct heard_json_out *, const char *key, struct heard_str);

#endif
