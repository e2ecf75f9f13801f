/*
 * store_fixture.h - a store in a folder of its own, and records to put into it.
 */
#ifndef STORE_FIXTURE_H
#define STORE_FIXTURE_H

#include <heard/error.h>
#include <heard/time.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <store/store.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NOW INT64_C(1767323045678) /* 2026-01-02T03:04:05.678Z */

struct fixture {
	char folder[64], path[96], search[96];
	struct store *store;
	struct heard_error err;
	char lines[64][1024]; /* of records made by a_record, in a ring */
	unsigned made;
};

static inline int fixture_open(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	snprintf(f->folder, sizeof(f->folder), "/tmp/heard-store-XXXXXX");
	if (!f || !mkdtemp(f->folder))
		return -1;
	snprintf(f->path, sizeof(f->path), "%s/tickets.db", f->folder);
	snprintf(f->search, sizeof(f->search), "%s/tickets-search.db", f->folder);
	if (store_open(&f->store, f->path, STORE_CREATE, &f->err))
		fail_msg("%s", f->err.text);
	*state = f;
	return 0;
}

static inline int fixture_close(void **state)
{
	struct fixture *f = *state;
	static const char *const names[] = {"tickets.db", "tickets-search.db"};
	static const char *const ends[] = {"", "-wal", "-shm", ".lock"};
	char path[128];
	store_close(f->store);
	for (size_t i = 0; i < 8; i++) {
		snprintf(path, sizeof(path), "%s/%s%s", f->folder, names[i / 4], ends[i % 4]);
		unlink(path);
	}
	rmdir(f->folder);
	free(f);
	return 0;
}

/* Number n of a row of different records; of no intent, so without a ticket. */
static inline struct store_record a_record(struct fixture *f, unsigned n, const char *body)
{
	char *line = f->lines[f->made++ % 64];
	snprintf(line, sizeof(f->lines[0]),
		 "{\"id\":\"%08x-0000-7000-8000-000000000000\",\"body\":\"%s\"}", n, body);
	struct store_record rec = {.received_at = NOW,
				   .line = heard_str(line),
				   .source = HEARD_STR("shop/http"),
				   .channel = HEARD_STR("web"),
				   .body = heard_str(body)};
	for (int i = 0; i < 4; i++)
		rec.id[i] = rec.token[i] = (unsigned char)(n >> (24 - 8 * i));
	rec.id[6] = 0x70;
	rec.id[8] = 0x80;
	rec.token[15] = 7;
	return rec;
}

static inline struct store_record a_complaint(struct fixture *f, unsigned n, const char *body)
{
	struct store_record rec = a_record(f, n, body);
	rec.intent = HEARD_STR_OF("complaint");
	return rec;
}

/* One transaction for each. */
static inline enum store_fate put(struct fixture *f, struct store_record rec)
{
	enum store_fate fate;
	if (store_begin(f->store, &f->err) || store_put(f->store, &rec, NOW, &fate, &f->err) ||
	    store_commit(f->store, "shop/tickets", 0, &f->err))
		fail_msg("%s", f->err.text);
	return fate;
}

#endif
