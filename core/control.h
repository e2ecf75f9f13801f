/*
 * control.h - the control socket: state_dir/control, a unix socket, 0600.
 *
 * Who can connect may do everything; the file's mode is the guard.  A client
 * sends one line, a JSON object {"command": name, ...}, and gets lines: any
 * number of {"out": value}, then one {"exit": code, "error": text}.  `send`
 * also carries data: see control_send.c.
 */
#ifndef CORE_CONTROL_H
#define CORE_CONTROL_H

#include <heard/buf.h>
#include <heard/json.h>

#include <stdint.h>

struct control;
struct control_client;
struct daemon;
struct heard_error;

int control_create(struct control **, struct daemon *, struct heard_error *); /* [main] */
void control_destroy(struct control *);
/* A descriptor, connected to the daemon of that folder, or -errno. */
int control_connect(const char *state_dir, struct heard_error *);

/* ---- for the commands: control_*.c [main] */

struct daemon *control_daemon(struct control_client *);
/* {"out": ...}: open the writer's value under no key, then end. */
struct heard_json_out *control_out(struct control_client *);
void control_out_end(struct control_client *);
/* The last line; the client is gone afterwards. */
void control_exit(struct control_client *, int code, const char *format, ...)
	HEARD_PRINTF(3, 4);
/* What was written is on its way to the client: fn is called once, then it may write
 * more.  Without that a slow client would have all of it kept here. */
void control_when_written(struct control_client *,
			  void (*fn)(struct control_client *, void *arg));
/* Onto the thread for what takes longer: control_errand.h. */
struct backstage_job;
int control_backstage(struct control_client *, struct backstage_job *take_job);
/* From now on fn (or NULL) is called when there is more to read, and gone (or NULL) when
 * the client is. */
void control_read(struct control_client *, void (*fn)(struct control_client *, void *arg),
		  void (*gone)(void *arg), void *arg);
/* The next line without newline, or exactly n bytes; false: not yet there. */
bool control_line(struct control_client *, struct heard_str *);
bool control_bytes(struct control_client *, size_t n, struct heard_str *);
/* Nothing comes behind what is there: the client has closed its side. */
bool control_has_said_all(const struct control_client *);

/* Commands: */
void control_send(struct control_client *, const struct heard_json *);
void control_ledger(struct control_client *, const struct heard_json *);
void control_status(struct control_client *, const struct heard_json *);
void control_dead(struct control_client *, const struct heard_json *);
void control_dead_list(struct control_client *, const struct heard_json *, bool with_body);
void control_replay(struct control_client *, const struct heard_json *);
void control_forget(struct control_client *, const struct heard_json *);
/* At the start: outputs that the config does not name are forgotten if nothing waits
 * for them, and told of if something does.  [main] */
void forget_unused(struct daemon *);

#endif
