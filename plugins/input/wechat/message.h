/*
 * message.h - what a callback says: one flat message, in XML or in JSON.
 *
 * Mini-programs may choose JSON; the names are the same.  XML is UTF-8 whatever it says
 * of itself, without a document type and so without entities of its own, and at most
 * MESSAGE_DEPTH deep.
 */
#ifndef WECHAT_MESSAGE_H
#define WECHAT_MESSAGE_H

#include <heard/buf.h>
#include <heard/str.h>

struct heard_error;

enum { MESSAGE_DEPTH = 8, MESSAGE_MAX = 64 << 10 };

struct message { /* views are into `text`, or what the caller put there */
	struct heard_str type, id, created; /* MsgType, MsgId, seconds since 1970  */
	struct heard_str from, to;	    /* the customer; the account           */
	struct heard_str kf;		    /* OpenKfId, of WeCom                  */
	struct heard_str content, recognition;
	struct heard_str title, description, url, label, order;
	struct heard_str pic_url, media_id;
	struct heard_str event, key, page;
	struct heard_str encrypt, token;
	struct heard_buf text;
};

/* -EBADMSG with a sentence that quotes nothing of it. */
int message_read(struct message *, struct heard_str raw, struct heard_error *);
void message_release(struct message *);

#endif
