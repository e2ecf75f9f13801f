/*
 * feedback.h - a message as a record.
 *
 * Each message of a person is one, whatever its type, so that none is lost: what has no
 * text says in brackets what it is, as WeChat's own list of chats does.  Events are none,
 * but for those that the option `events` names; the others are dropped, which counts
 * them.
 *
 * Nobody's id stands in clear: author.id is the address and gets sealed, the thread is a
 * keyed hash of it.
 */
#ifndef WECHAT_FEEDBACK_H
#define WECHAT_FEEDBACK_H

#include <heard/plugin.h>
#include <heard/str.h>

#include <stdbool.h>

struct heard_batch;
struct heard_error;
struct heard_host;
struct message;

struct feedback_options {
	const char *channel;
	struct heard_list events;
	bool no_media; /* neither media id nor link */
};

/* Where the customer can be answered: "openid", or "kf/external_userid". */
enum { FEEDBACK_ADDRESS = 256 };
struct heard_str feedback_address(const struct message *, char out[FEEDBACK_ADDRESS]);
/* CreateTime in ms; HEARD_TIME_NONE. */
int64_t feedback_time(const struct message *);
/* One record more in the batch, or none.  `file` is a context of media.h, and may be empty.
 * -ENOMEM.  [worker] */
int feedback_add(const struct feedback_options *, struct heard_host *, const struct message *,
		 struct heard_str file, struct heard_batch *, struct heard_error *);

#endif
