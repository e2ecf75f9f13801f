/*
 * sms.h - the signatures of the SMS services, apart so that they can be checked
 * against the vendors' own examples.
 */
#ifndef HOOK_SMS_H
#define HOOK_SMS_H

#include <heard/str.h>

#include <stdint.h>

enum { SMS_HEX = 65 };

#define ALIYUN_SIGNED                                                                    \
	"host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-" \
	"version"
struct aliyun_request {
	struct heard_str query, host; /* query: encoded, sorted by name */
	const char *action, *version, *date, *nonce, *body_hash;
};
void aliyun_sign(struct heard_str secret, const struct aliyun_request *,
		 char signature[SMS_HEX]);

struct tencent_request {
	struct heard_str body, host;
	const char *date; /* begins with YYYY-MM-DD, UTC */
	int64_t seconds;
};
void tencent_sign(struct heard_str secret, const struct tencent_request *,
		  char signature[SMS_HEX]);

#endif
