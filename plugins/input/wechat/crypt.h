/*
 * crypt.h - the safe mode of callbacks, the same for WeChat and WeCom.
 *
 *	key    = base64(EncodingAESKey + "="), 32 bytes
 *	plain  = 16 random bytes | length of the message, 4 bytes | message | id
 *	cipher = base64(AES-256-CBC(plain, PKCS#7 with blocks of 32)), IV = key[0..15]
 *
 * `id` is the app or corp id, so that what was meant for another one is not taken.
 */
#ifndef WECHAT_CRYPT_H
#define WECHAT_CRYPT_H

#include <heard/buf.h>
#include <heard/str.h>

#include <stdbool.h>

struct heard_error;

enum { CRYPT_KEY = 32, CRYPT_KEY_TEXT = 43 };

struct crypt {
	unsigned char key[CRYPT_KEY];
	bool is_on;
};

/* An empty key: plain mode.  -EINVAL with a sentence that does not tell the key. */
int crypt_init(struct crypt *, const char *encoding_aes_key, struct heard_error *);
void crypt_release(struct crypt *); /* wipes */
/* The message goes behind what is in `plain`.  -EBADMSG with a sentence.  The caller has
 * checked msg_signature: what does not decrypt tells nobody anything. */
int crypt_open(const struct crypt *, struct heard_str cipher, const char *id,
	       struct heard_buf *plain, struct heard_error *);

#endif
