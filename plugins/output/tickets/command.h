/*
 * command.h - what the subcommands share: words, errors, the store, JSON.
 */
#ifndef TICKETS_COMMAND_H
#define TICKETS_COMMAND_H

#include "tickets.h"

#include <heard/command.h>
#include <heard/json.h>

extern const struct heard_command tickets_commands[];

int tickets_list(void *self, const struct heard_call *);
int tickets_show(void *self, const struct heard_call *);
int tickets_search(void *self, const struct heard_call *);
int tickets_export(void *self, const struct heard_call *);
int tickets_status(void *self, const struct heard_call *);
int tickets_assign(void *self, const struct heard_call *);
int tickets_reopen(void *self, const struct heard_call *);
int tickets_merge(void *self, const struct heard_call *);
int tickets_note(void *self, const struct heard_call *);
int tickets_reply(void *self, const struct heard_call *);
int tickets_publish(void *self, const struct heard_call *);
int tickets_erase(void *self, const struct heard_call *);

enum { COMMAND_DONE, COMMAND_FAILED, COMMAND_USAGE };

/* ---- words */

struct args { /* a walk over a command's words */
	const struct heard_call *call;
	const char *const *flags; /* options without a value, NULL-terminated; or NULL */
	int at;
	bool only_words; /* after "--" */
};
/* 1: *name is an option or NULL for a plain word; *value its value, the word, or NULL for
 * a flag.  0: the end.  -1: an option without its value, or no UTF-8; said on err. */
int args_next(struct args *, const char **name, const char **value);
bool parse_limit(const char *text, int64_t *out);
/* A state's number, STORE_ALL for "all" if that is allowed; else COMMAND_USAGE, said. */
int parse_state(const struct heard_call *, const char *text, bool or_all, int *state);

/* ---- what goes wrong */

/* "heard tickets show: sentence"; returns COMMAND_FAILED. */
int command_failed(const struct heard_call *, const struct heard_error *);
int command_misused(const struct heard_call *, const char *format, ...) HEARD_PRINTF(2, 3);

/* ---- the store */

/* To read: the store, or NULL with the reason said. */
struct store *command_store(const struct tickets *, const struct heard_call *);
/* To act: the rules are the daemon's, so that what follows from an act does not hang on
 * who does it.  False with the reason said; close it in either case. */
struct desk {
	struct store *store;
	struct rules *rules;
	char user[64];
	struct store_act act; /* who and when are set */
};
bool desk_open(struct desk *, const struct tickets *, const struct heard_call *);
void desk_close(struct desk *);

/* ---- text from the command line, or all of standard input for NULL and "-" */

#define COMMAND_TEXT_MAX (256 << 10)
/* White space trimmed, not empty; `buf` is the caller's to release. */
int command_text(const struct heard_call *, const char *given, size_t max, const char *what,
		 struct heard_buf *buf, struct heard_str *out);

/* ---- JSON */

/* Prints and releases; COMMAND_FAILED if it could not be made or printed. */
int command_print_json(const struct heard_call *, struct heard_buf *);
/* The members of a ticket in the form of `list --json`. */
void ticket_json(struct heard_json_out *, const struct store_ticket *);
void json_time(struct heard_json_out *, const char *key, int64_t ms);
void json_text(struct heard_json_out *, const char *key, struct heard_str);
/* Of a stored record: why a mail is no person's, "bounce"; empty for all that people write. */
struct heard_str record_automatic(const struct heard_json *record);

#endif
