/*
 * engine_emit.h - emitting to an engine's first input, and receipts.
 *
 * A receipt is kept by the test, which has to wait for it before it returns.
 */
#ifndef TEST_ENGINE_EMIT_H
#define TEST_ENGINE_EMIT_H

#include "engine.h"

#include <heard/buf.h>
#include <heard/host.h>

/* What a test keeps of a receipt. */
struct receipt {
	int times, code, line;
	size_t n, dead;
	char ids[8][37];
	char error[160];
	unsigned order;		 /* rises over all receipts of the program    */
	uint64_t last_seq;	 /* of the journal when it was given          */
	struct daemon *daemon;	 /* set before the emission, for last_seq     */
	void (*then)(void *arg); /* called in the receipt                     */
	void *arg;
};

static unsigned engine_receipts;

static inline void engine_receipt(void *arg, const struct heard_receipt *given)
{
	struct receipt *r = arg;
	r->times++;
	r->code = given->code;
	r->line = given->line;
	r->n = given->n;
	r->dead = given->dead;
	r->order = ++engine_receipts;
	for (size_t i = 0; i < given->n && i < 8; i++)
		memcpy(r->ids[i], given->ids[i], 37);
	snprintf(r->error, sizeof(r->error), "%s", given->error ? given->error : "");
	if (r->daemon != NULL)
		r->last_seq = journal_last_seq(r->daemon->journal);
	if (r->then != NULL)
		r->then(r->arg);
}

static inline void engine_emit(struct engine *e, const char *raw, struct receipt *r)
{
	heard_emit(e->in[0].host, &(struct heard_emission){.raw = heard_str(raw),
							   .receipt = r ? engine_receipt : NULL,
							   .arg = r});
}

static inline void engine_emit_as(struct engine *e, const char *raw, const char *source_id,
				  struct receipt *r)
{
	heard_emit(e->in[0].host, &(struct heard_emission){.raw = heard_str(raw),
							   .source_id = heard_str(source_id),
							   .receipt = r ? engine_receipt : NULL,
							   .arg = r});
}

static inline void engine_stream(struct engine *e, const char *raw, const char *token,
				 struct receipt *r)
{
	heard_emit(e->in[0].host, &(struct heard_emission){.raw = heard_str(raw),
							   .stream = HEARD_STR("a stream"),
							   .token = heard_str(token),
							   .receipt = r ? engine_receipt : NULL,
							   .arg = r});
}

/* One record with this body, and its receipt waited for. */
static inline struct receipt engine_send(struct engine *e, const char *body)
{
	struct receipt r = {0};
	char raw[2048];
	snprintf(raw, sizeof(raw), "{\"body\":\"%s\"}", body);
	engine_emit(e, raw, &r);
	engine_until(e, r.times > 0);
	return r;
}

/* An emission as it stands, which has to be taken. */
static inline void engine_send_raw(struct engine *e, const char *raw)
{
	struct receipt r = {0};
	engine_emit(e, raw, &r);
	engine_until(e, r.times > 0);
	engine_must(r.code == 0);
}

/* n records with one body each, in one emission. */
static inline void engine_send_many(struct engine *e, unsigned n, const char *body)
{
	struct receipt r = {0};
	struct heard_buf b;
	heard_buf_init(&b, 8 << 20);
	for (unsigned i = 0; i < n; i++)
		heard_buf_printf(&b, "{\"body\":\"%s %u\"}\n", body, i);
	heard_emit(e->in[0].host, &(struct heard_emission){.raw = heard_buf_view(&b),
							   .receipt = engine_receipt,
							   .arg = &r});
	heard_buf_release(&b);
	engine_until(e, r.times > 0);
	engine_must(r.code == 0);
}

#endif
