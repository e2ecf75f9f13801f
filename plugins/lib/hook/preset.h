/*
 * preset.h - how each kind of receiver wants to be spoken to.
 *
 * A preset is a row: what it allows a minute, how a message becomes a request, and
 * what an answer means.  standard.c, robot.c and sms.c hold the rows' functions;
 * preset.c the table.
 */
#ifndef HOOK_PRESET_H
#define HOOK_PRESET_H

#include "hook.h"
#include "verdict.h"

#include <heard/buf.h>
#include <verify/verify.h>

struct heard_host;
struct template_values;

/* A request in the making; headers are lines, each ended by a NUL. */
struct request {
	struct heard_buf url, headers, body;
};
void request_header(struct request *, const char *format, ...) HEARD_PRINTF(2, 3);
/* Releases a buffer that may have an opened number in it. */
void request_wipe(struct heard_buf *);

struct preset_call {
	const struct hook_options *options;
	const struct verify *signer;
	struct heard_host *host;
	const struct hook_message *message;   /* NULL for a digest                  */
	struct heard_str text;		      /* what a robot says                  */
	const struct template_values *values; /* of the message                     */
	int64_t now;			      /* ms */
};

struct preset {
	int per_minute;	 /* 0: no limit                                     */
	size_t max_text; /* bytes of a robot's text; 0: it says none        */
	const char *url; /* the service's own; NULL: the option is required */
	/* What a customer's '<' becomes in a text, and in a body of the operator's, where
	 * the receiver would read it as a mark; NULL: nothing does, or build() sees to it. */
	const char *text_lt, *body_lt;
	int (*check)(const struct hook_options *, struct heard_error *);
	/* 0, or -errno with a sentence: this message can never be sent.  */
	int (*build)(const struct preset_call *, struct request *, struct heard_error *);
	void (*judge)(const struct heard_fetch_answer *, struct verdict *);
};
const struct preset *preset_of(const struct hook_options *);

/* HMAC-SHA256 of one text. */
void preset_hmac(struct heard_str key, struct heard_str text, unsigned char out[32]);

int standard_signer(struct verify *, const char *secrets, struct heard_error *);
int standard_check(const struct hook_options *, struct heard_error *);
int standard_build(const struct preset_call *, struct request *, struct heard_error *);

int robot_check(const struct hook_options *, struct heard_error *);
int dingtalk_build(const struct preset_call *, struct request *, struct heard_error *);
int feishu_build(const struct preset_call *, struct request *, struct heard_error *);
int wecom_build(const struct preset_call *, struct request *, struct heard_error *);
int slack_build(const struct preset_call *, struct request *, struct heard_error *);
void dingtalk_judge(const struct heard_fetch_answer *, struct verdict *);
void feishu_judge(const struct heard_fetch_answer *, struct verdict *);
void wecom_judge(const struct heard_fetch_answer *, struct verdict *);

int aliyun_check(const struct hook_options *, struct heard_error *);
int tencent_check(const struct hook_options *, struct heard_error *);
int aliyun_build(const struct preset_call *, struct request *, struct heard_error *);
int tencent_build(const struct preset_call *, struct request *, struct heard_error *);
void aliyun_judge(const struct heard_fetch_answer *, struct verdict *);
void tencent_judge(const struct heard_fetch_answer *, struct verdict *);

#endif
