/*
 * http_limits.c - clients that are slow, or many.
 *
 * Slow: one timer looks at every connection four times a second, so a request
 * pays nothing for its deadlines.  A head must be complete `header_timeout`
 * after its first byte (or after the connect); a body may lag `body_timeout`
 * behind HTTP_MIN_RATE bytes a second, so that a drip buys next to nothing and
 * a slow line can still deliver; an answer must move on every `body_timeout`.
 * A handler has no deadline here.
 *
 * Many: connections are counted by address (IPv6: by /64) in a hash table with
 * one node for each address that has any, so its size is bounded by the
 * listener's max_connections.
 */
#include "http_parts.h"

#include "hash.h"

#include <stdlib.h>

enum {
	BUCKETS = 1024,
	/* After quiesce: a client between two requests may send one more, and one in
	 * the midst of sending may finish. */
	QUIESCE_IDLE_MS = 300,
	QUIESCE_BUSY_MS = 5000,
};

struct peer {
	struct peer *next;
	unsigned char key[16];
	int64_t n;
};
struct http_peers {
	struct peer *buckets[BUCKETS];
};

struct http_peers *http_peers_create(void)
{
	return calloc(1, sizeof(struct http_peers));
}

void http_peers_destroy(struct http_peers *peers)
{
	for (size_t i = 0; peers && i < BUCKETS; i++)
		while (peers->buckets[i]) {
			struct peer *p = peers->buckets[i];
			peers->buckets[i] = p->next;
			free(p);
		}
	free(peers);
}

static struct peer **find(struct http_peers *peers, const struct address *a,
			  unsigned char key[16])
{
	address_key(a, key);
	uint64_t hash = hash_table(heard_str_n((const char *)key, 16));
	struct peer **at = &peers->buckets[hash % BUCKETS];
	while (*at && memcmp((*at)->key, key, 16) != 0)
		at = &(*at)->next;
	return at;
}

bool http_peers_add(struct http_peers *peers, const struct address *a, int64_t max)
{
	unsigned char key[16];
	struct peer **at = find(peers, a, key);
	if (*at == NULL) {
		struct peer *p = calloc(1, sizeof(*p));
		if (p == NULL)
			return false;
		memcpy(p->key, key, 16);
		*at = p;
	}
	if (max > 0 && (*at)->n >= max)
		return false;
	(*at)->n++;
	return true;
}

void http_peers_remove(struct http_peers *peers, const struct address *a)
{
	unsigned char key[16];
	struct peer **at = find(peers, a, key), *p = *at;
	if (p && --p->n <= 0) {
		*at = p->next;
		free(p);
	}
}

/* When must this connection have moved on?  INT64_MAX: no deadline. */
static int64_t deadline(const struct http_conn *c)
{
	const struct conf_listener *conf = c->listener->conf;
	switch (c->state) {
	case CONN_HEAD:
		if (c->pending.len || !c->was_used)
			return c->since_ms + conf->header_timeout;
		return c->since_ms + conf->idle_timeout;
	case CONN_BODY:
		return c->since_ms + conf->body_timeout +
		       (int64_t)c->request->body_len * 1000 / HTTP_MIN_RATE;
	case CONN_SEND: return c->since_ms + conf->body_timeout;
	case CONN_LINGER: return c->since_ms + HTTP_LINGER_MS;
	case CONN_WAIT: break;
	}
	return INT64_MAX;
}

/* The same while the daemon is about to end. */
static int64_t last_call(const struct http_conn *c)
{
	if (c->state == CONN_WAIT)
		return INT64_MAX;
	if (c->state == CONN_HEAD && c->pending.len == 0)
		return c->since_ms + QUIESCE_IDLE_MS;
	return c->listener->http->quiesced_ms + QUIESCE_BUSY_MS;
}

static void check(struct http_conn *c, int64_t now_ms)
{
	bool is_late = now_ms >= deadline(c);
	if (!is_late && !(c->listener->http->is_quiescing && now_ms >= last_call(c)))
		return;
	bool is_idle = c->state == CONN_HEAD && c->pending.len == 0;
	if (is_late && !is_idle && c->state != CONN_LINGER)
		c->listener->rejected[HTTP_REJECT_SLOW]++;
	if (c->state == CONN_BODY || (c->state == CONN_HEAD && !is_idle))
		http_conn_refuse(c, 408, "the request came too slowly");
	else
		http_conn_destroy(c);
}

void http_sweep(struct http *h)
{
	int64_t now_ms = http_clock();
	for (size_t i = 0; i < h->n_listeners; i++) {
		struct http_conn *c = h->listeners[i].conns, *next;
		for (; c; c = next) {
			next = c->next;
			check(c, now_ms);
		}
	}
}
