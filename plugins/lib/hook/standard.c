/*
 * standard.c - Standard Webhooks (standardwebhooks.com), or a body of the operator's
 * own under the same signature.
 *
 * webhook-id is the record's id and the body is the same at every attempt, so a
 * receiver that remembers ids takes each record once.
 */
#include "preset.h"
#include "template.h"

#include <heard/error.h>
#include <heard/record.h>
#include <heard/time.h>

#include <errno.h>

/* Without a secret nothing is signed. */
int standard_signer(struct verify *v, const char *secrets, struct heard_error *err)
{
	return verify_init(v, *secrets ? VERIFY_STANDARD : VERIFY_NONE, secrets, err);
}

int standard_check(const struct hook_options *o, struct heard_error *err)
{
	struct verify signer;
	int result = standard_signer(&signer, o->secret, err);
	verify_release(&signer);
	return result;
}

/* {"type":"feedback.received","timestamp":"...","data":<the line>} */
static void put_body(const struct preset_call *call, struct heard_buf *body)
{
	const struct hook_message *m = call->message;
	struct heard_str event = {0};
	char time[HEARD_TIME_SIZE];
	if (*call->options->body) {
		template_fill_json(call->options->body, call->values, body);
		return;
	}
	if (m->record)
		event = heard_get_str(m->record, HEARD_EVENT);
	heard_time_format(m->at, time);
	heard_buf_puts(body, "{\"type\":\"");
	if (event.len)
		heard_buf_printf(body, "ticket.%.*s", HEARD_ARG(event));
	else if (!m->record && m->event.len)
		heard_buf_str(body, m->event);
	else
		heard_buf_puts(body, "feedback.received");
	heard_buf_printf(body, "\",\"timestamp\":\"%s\",\"data\":", time);
	heard_buf_str(body, m->line);
	heard_buf_puts(body, "}");
}

int standard_build(const struct preset_call *call, struct request *r, struct heard_error *err)
{
	char signature[VERIFY_SIGNATURES];
	long long seconds = (long long)(call->now / 1000);
	(void)err;
	put_body(call, &r->body);
	request_header(r, "Content-Type: application/json");
	request_header(r, "webhook-id: %.*s", HEARD_ARG(call->message->id));
	request_header(r, "webhook-timestamp: %lld", seconds);
	if (call->signer->n) {
		verify_sign(call->signer, call->message->id, seconds, heard_buf_view(&r->body),
			    signature);
		request_header(r, "webhook-signature: %s", signature);
	}
	return 0;
}
