/*
 * contact.c - the one place where a customer's address is in clear.
 *
 * It is opened into a buffer of the caller, for one mail, and wiped with it.
 */
#include "email.h"

#include <heard/answer.h>
#include <heard/buf.h>
#include <heard/error.h>

#include <errno.h>
#include <mime/address.h>
#include <string.h>

enum { CONTACT_MAX = 64 << 10 };

void contact_wipe(struct heard_buf *plain)
{
	if (plain->ptr)
		explicit_bzero(plain->ptr, plain->size);
	heard_buf_release(plain);
}

static int unseal(const struct email *e, struct heard_str sealed, struct heard_buf *plain,
		  struct heard_error *err)
{
	heard_buf_clear(plain);
	if (heard_unseal(e->host, sealed, plain, err) != 0)
		return -err->code;
	return plain->failed ? heard_fail(err, ENOMEM, "out of memory") : 0;
}

int contact_open(const struct email *e, struct heard_str id, struct heard_str address,
		 bool form, struct heard_buf *plain, struct whom *whom, struct heard_error *err)
{
	heard_buf_init(plain, CONTACT_MAX);
	*whom = (struct whom){.has_cite = false};
	if (id.len && unseal(e, id, plain, err) != 0)
		return -err->code;
	if (id.len && letter_cite_read(e->host, heard_buf_view(plain), &whom->cite)) {
		whom->has_cite = true;
		whom->to = whom->cite.reply_to;
	} else if (form && address.len) {
		if (unseal(e, address, plain, err) != 0)
			return -err->code;
		whom->cite = (struct letter_cite){.reply_to = {NULL, 0}};
		whom->to = heard_str_trim(heard_buf_view(plain));
	}
	if (!mime_email_is_good(whom->to))
		whom->to = heard_str_n(NULL, 0);
	return 0;
}
