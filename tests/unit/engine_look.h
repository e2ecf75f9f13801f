/*
 * engine_look.h - what became of it: an engine's ledger, dead letters and journal.
 */
#ifndef TEST_ENGINE_LOOK_H
#define TEST_ENGINE_LOOK_H

#include "engine.h"
#include "ledger.h"

#include <heard/buf.h>

static inline struct ledger_gate engine_gate(struct engine *e)
{
	struct ledger_gate g;
	ledger_gate(engine_pipeline(e), &g);
	return g;
}

static inline struct ledger_output engine_output(struct engine *e, size_t i)
{
	struct ledger_output l;
	ledger_output(&engine_pipeline(e)->outputs[i], &l);
	return l;
}

/* As `heard ledger --json` says it, when nothing moves. */
static inline bool engine_balances(struct engine *e)
{
	struct heard_buf b;
	heard_buf_init(&b, 1 << 20);
	ledger_write(e->daemon, &b);
	bool good = !b.failed && strstr(b.ptr, "\"balanced\":true") != NULL &&
		    strstr(b.ptr, "\"balanced\":false") == NULL;
	if (!good)
		print_error("%s\n", b.ptr);
	heard_buf_release(&b);
	return good;
}

struct engine_letter {
	size_t n;
	char meta[1024], body[1024];
	unsigned char id[16];
};

static inline bool engine_see_letter(void *arg, const struct journal_dead *dead)
{
	struct engine_letter *l = arg;
	l->n++;
	memcpy(l->id, dead->id, 16);
	snprintf(l->meta, sizeof(l->meta), "%.*s", HEARD_ARG(dead->meta));
	snprintf(l->body, sizeof(l->body), "%.*s", HEARD_ARG(dead->body));
	return true;
}

/* How many dead letters there are, and the last of them. */
static inline struct engine_letter engine_letters(struct engine *e)
{
	struct engine_letter l = {0};
	journal_dead_each(e->daemon->journal, true, engine_see_letter, &l);
	return l;
}

/* Every line of the journal, in order. */
static inline void engine_lines(struct engine *e, struct heard_buf *out)
{
	struct journal_reader *r = journal_reader_create(e->daemon->journal, 0);
	struct journal_view v;
	heard_buf_init(out, 64 << 20);
	heard_buf_puts(out, "");
	while (journal_reader_next(r, &v, NULL) == 1)
		heard_buf_str(out, v.lines);
	journal_reader_destroy(r);
}

static inline bool engine_journal_has(struct engine *e, const char *word)
{
	struct heard_buf b;
	engine_lines(e, &b);
	bool has = b.ptr != NULL && strstr(b.ptr, word) != NULL;
	heard_buf_release(&b);
	return has;
}

/* A member of the last line of the journal, as its JSON says it. */
static inline void engine_field(struct engine *e, const char *field, char *out, size_t size)
{
	struct heard_buf b;
	char key[64];
	engine_lines(e, &b);
	const char *at = b.ptr, *hit = NULL;
	snprintf(key, sizeof(key), "\"%s\":\"", field);
	for (const char *p = at; p != NULL && (p = strstr(p, key)) != NULL; p++)
		hit = p;
	*out = '\0';
	if (hit != NULL)
		snprintf(out, size, "%.*s", (int)strcspn(hit + strlen(key), "\""),
			 hit + strlen(key));
	heard_buf_release(&b);
}

#endif
