/*
 * state.c - counters and values by name, in one hash table.
 *
 * Entries are few (a counter for each pipeline, a token for each stream) and
 * live long, so each is one allocation in a chain.  Counters and values are
 * kept apart by their kind; the same name may be both.
 *
 * The lock guards the table and what is committed; `next`, the touched list and
 * walks by the journal thread, the only one that writes, need none.
 *
 * On disk always absolute: a lost commit frame costs nothing that a later one
 * says again.
 */
#include "state.h"

#include "hash.h"
#include "wire.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

enum kind { COUNTER, VALUE };

struct entry {
	struct entry *chain;
	struct entry *touched; /* next of the touched ones, or of the prepared */
	uint64_t hash;
	enum kind kind;
	bool is_touched;
	int64_t now[JOURNAL_COUNTS],
		next[JOURNAL_COUNTS]; /* counters: committed; with the group */
	char *value;
	size_t value_len, name_len;
	char name[]; /* NUL-terminated */
};

struct state {
	pthread_mutex_t lock;
	struct entry **buckets;
	size_t n_buckets; /* a power of two */
	size_t n, n_counters;
	size_t bytes; /* of all, encoded */
	struct entry *touched;
	struct entry *prepared, **last_prepared; /* values of the group, in order */
};

enum { FIRST_BUCKETS = 64, MAX_TEXT = 1 << 28 };

struct state *state_create(void)
{
	struct state *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->n_buckets = FIRST_BUCKETS;
	s->last_prepared = &s->prepared;
	s->buckets = calloc(s->n_buckets, sizeof(struct entry *));
	if (s->buckets == NULL) {
		free(s);
		return NULL;
	}
	pthread_mutex_init(&s->lock, NULL);
	return s;
}

static void entry_free(struct entry *e)
{
	free(e->value);
	free(e);
}

static void forget_prepared(struct state *s)
{
	for (struct entry *e = s->prepared, *next; e; e = next) {
		next = e->touched;
		entry_free(e);
	}
	s->prepared = NULL;
	s->last_prepared = &s->prepared;
}

void state_destroy(struct state *s)
{
	if (s == NULL)
		return;
	forget_prepared(s);
	for (size_t i = 0; i < s->n_buckets; i++)
		for (struct entry *e = s->buckets[i], *chain; e; e = chain) {
			chain = e->chain;
			entry_free(e);
		}
	free(s->buckets);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

static struct entry **place(const struct state *s, enum kind kind, struct heard_str name,
			    uint64_t hash)
{
	struct entry **at = &s->buckets[hash & (s->n_buckets - 1)];

	while (*at && !((*at)->hash == hash && (*at)->kind == kind &&
			heard_str_eq(heard_str_n((*at)->name, (*at)->name_len), name)))
		at = &(*at)->chain;
	return at;
}

static void grow(struct state *s)
{
	size_t n = s->n_buckets * 2;
	struct entry **buckets = calloc(n, sizeof(struct entry *));

	if (buckets == NULL)
		return; /* longer chains, still right */
	for (size_t i = 0; i < s->n_buckets; i++)
		for (struct entry *e = s->buckets[i], *chain; e; e = chain) {
			chain = e->chain;
			e->chain = buckets[e->hash & (n - 1)];
			buckets[e->hash & (n - 1)] = e;
		}
	free(s->buckets);
	s->buckets = buckets;
	s->n_buckets = n;
}

static size_t encoded_size(const struct entry *e)
{
	return e->name_len + (e->kind == COUNTER ? 4 + 8 * JOURNAL_COUNTS : 8 + e->value_len);
}

static struct entry *entry_new(enum kind kind, struct heard_str name, uint64_t hash)
{
	struct entry *e = calloc(1, sizeof(*e) + name.len + 1);

	if (e == NULL)
		return NULL;
	e->hash = hash;
	e->kind = kind;
	e->name_len = name.len;
	if (name.len)
		memcpy(e->name, name.ptr, name.len);
	return e;
}

/* Its name is not there yet. */
static void link_entry(struct state *s, struct entry *take)
{
	struct entry **bucket = &s->buckets[take->hash & (s->n_buckets - 1)];

	take->chain = *bucket;
	*bucket = take;
	s->n_counters += take->kind == COUNTER;
	s->bytes += encoded_size(take);
	if (++s->n > s->n_buckets)
		grow(s);
}

static struct entry *counter_of(struct state *s, struct heard_str name)
{
	uint64_t hash = hash_table(name);
	struct entry *e = *place(s, COUNTER, name, hash);

	if (e == NULL && (e = entry_new(COUNTER, name, hash)) != NULL)
		link_entry(s, e);
	return e;
}

int64_t *state_next(struct state *s, const char *name)
{
	pthread_mutex_lock(&s->lock);
	struct entry *e = counter_of(s, heard_str(name));
	pthread_mutex_unlock(&s->lock);

	if (e == NULL)
		return NULL;
	if (!e->is_touched) {
		e->is_touched = true;
		e->touched = s->touched;
		s->touched = e;
	}
	return e->next;
}

static void untouch(struct state *s, bool keep)
{
	pthread_mutex_lock(&s->lock);
	for (struct entry *e = s->touched; e; e = e->touched) {
		e->is_touched = false;
		if (keep)
			memcpy(e->now, e->next, sizeof(e->now));
		else
			memcpy(e->next, e->now, sizeof(e->next));
	}
	s->touched = NULL;
	pthread_mutex_unlock(&s->lock);
}

/* ---- values */

static void unlink_value(struct state *s, const struct entry *like)
{
	struct heard_str name = heard_str_n(like->name, like->name_len);
	struct entry **at = place(s, VALUE, name, like->hash), *e = *at;

	if (e == NULL)
		return;
	*at = e->chain;
	s->n--;
	s->bytes -= encoded_size(e);
	entry_free(e);
}

/* In place of the one that has its name. */
static void put_entry(struct state *s, struct entry *take)
{
	unlink_value(s, take);
	if (take->value)
		link_entry(s, take);
	else
		entry_free(take);
}

static struct entry *value_new(struct heard_str name, struct heard_str value)
{
	struct entry *e = entry_new(VALUE, name, hash_table(name));

	if (e == NULL || value.len == 0)
		return e;
	e->value = malloc(value.len);
	if (e->value == NULL) {
		entry_free(e);
		return NULL;
	}
	memcpy(e->value, value.ptr, value.len);
	e->value_len = value.len;
	return e;
}

int state_prepare(struct state *s, struct heard_str name, struct heard_str value)
{
	struct entry *e = value_new(name, value);

	if (e == NULL)
		return -ENOMEM;
	*s->last_prepared = e;
	s->last_prepared = &e->touched;
	return 0;
}

int state_set(struct state *s, struct heard_str name, struct heard_str value)
{
	struct entry *e = value_new(name, value);

	if (e == NULL)
		return -ENOMEM;
	pthread_mutex_lock(&s->lock);
	put_entry(s, e);
	pthread_mutex_unlock(&s->lock);
	return 0;
}

/* ---- after the sync */

void state_commit(struct state *s)
{
	struct entry *e = s->prepared;

	untouch(s, true);
	s->prepared = NULL;
	s->last_prepared = &s->prepared;
	pthread_mutex_lock(&s->lock);
	for (struct entry *next; e; e = next) {
		next = e->touched;
		e->touched = NULL;
		put_entry(s, e);
	}
	pthread_mutex_unlock(&s->lock);
}

void state_rollback(struct state *s)
{
	untouch(s, false);
	forget_prepared(s);
}

/* ---- bytes */

static void put32(struct heard_buf *b, size_t v)
{
	unsigned char at[4];

	wire_put32(at, (uint32_t)v);
	heard_buf_add(b, at, sizeof(at));
}

static void put_counter(struct heard_buf *b, const struct entry *e, const int64_t *by)
{
	unsigned char numbers[8 * JOURNAL_COUNTS];

	for (size_t i = 0; i < JOURNAL_COUNTS; i++)
		wire_put64(numbers + 8 * i, (uint64_t)by[i]);
	put32(b, e->name_len);
	heard_buf_add(b, e->name, e->name_len);
	heard_buf_add(b, numbers, sizeof(numbers));
}

static void put_value(struct heard_buf *b, struct heard_str name, struct heard_str value)
{
	put32(b, name.len);
	put32(b, value.len);
	heard_buf_str(b, name);
	heard_buf_str(b, value);
}

void state_encode_changes(const struct state *s, const struct journal_state *const *values,
			  size_t n, struct heard_buf *b)
{
	size_t n_touched = 0;

	for (const struct entry *e = s->touched; e; e = e->touched)
		n_touched++;
	put32(b, n_touched);
	put32(b, n);
	for (const struct entry *e = s->touched; e; e = e->touched)
		put_counter(b, e, e->next);
	for (size_t i = 0; i < n; i++)
		put_value(b, values[i]->name, values[i]->value);
}

static void encode_kind(const struct state *s, enum kind kind, struct heard_buf *b)
{
	for (size_t i = 0; i < s->n_buckets; i++)
		for (const struct entry *e = s->buckets[i]; e; e = e->chain) {
			if (e->kind != kind)
				continue;
			if (kind == COUNTER)
				put_counter(b, e, e->now);
			else
				put_value(b, heard_str_n(e->name, e->name_len),
					  heard_str_n(e->value, e->value_len));
		}
}

void state_encode_all(const struct state *s, struct heard_buf *b)
{
	put32(b, s->n_counters);
	put32(b, s->n - s->n_counters);
	encode_kind(s, COUNTER, b);
	encode_kind(s, VALUE, b);
}

size_t state_size(const struct state *s)
{
	return 8 + s->bytes;
}

static int apply_counter(struct state *s, struct wire_cursor *c)
{
	size_t len = wire_take32(c);
	struct heard_str name = wire_take_str(c, len < MAX_TEXT ? len : SIZE_MAX);
	const char *numbers = wire_take(c, 8 * JOURNAL_COUNTS);

	if (numbers == NULL)
		return -EBADMSG;
	struct entry *e = counter_of(s, name);
	if (e == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < JOURNAL_COUNTS; i++)
		e->now[i] = e->next[i] = (int64_t)wire_get64(numbers + 8 * i);
	return 0;
}

static int apply_value(struct state *s, struct wire_cursor *c)
{
	size_t name_len = wire_take32(c), value_len = wire_take32(c);
	struct heard_str name = wire_take_str(c, name_len);
	struct heard_str value = wire_take_str(c, value_len);

	return c->failed ? -EBADMSG : state_set(s, name, value);
}

int state_apply(struct state *s, struct heard_str bytes)
{
	struct wire_cursor c = wire_cursor(bytes);
	uint32_t n_counters = wire_take32(&c), n_values = wire_take32(&c);
	int r = c.failed ? -EBADMSG : 0;

	for (uint32_t i = 0; i < n_counters && r == 0; i++)
		r = apply_counter(s, &c);
	for (uint32_t i = 0; i < n_values && r == 0; i++)
		r = apply_value(s, &c);
	return r == 0 && c.left != 0 ? -EBADMSG : r;
}

bool state_count_pipeline(struct state *s, uint64_t pipeline, const int64_t by[JOURNAL_COUNTS])
{
	static const char prefix[] = "pipeline/";
	size_t skip = sizeof(prefix) - 1;

	for (size_t i = 0; i < s->n_buckets; i++)
		for (struct entry *e = s->buckets[i]; e; e = e->chain) {
			if (e->kind != COUNTER || strncmp(e->name, prefix, skip) != 0 ||
			    hash_name(e->name + skip) != pipeline)
				continue;
			for (size_t k = 0; k < JOURNAL_COUNTS; k++) {
				e->now[k] += by[k];
				e->next[k] = e->now[k];
			}
			return true;
		}
	return false;
}

/* ---- reading */

bool state_count(struct state *s, const char *name, int64_t out[JOURNAL_COUNTS])
{
	struct heard_str n = heard_str(name);

	pthread_mutex_lock(&s->lock);
	const struct entry *e = *place(s, COUNTER, n, hash_table(n));
	if (e)
		memcpy(out, e->now, sizeof(e->now));
	else
		memset(out, 0, JOURNAL_COUNTS * sizeof(*out));
	pthread_mutex_unlock(&s->lock);
	return e != NULL;
}

char *state_get(struct state *s, struct heard_str name, size_t *len_r)
{
	char *copy = NULL;

	pthread_mutex_lock(&s->lock);
	const struct entry *e = *place(s, VALUE, name, hash_table(name));
	if (e && (copy = malloc(e->value_len + 1)) != NULL) {
		memcpy(copy, e->value, e->value_len);
		copy[e->value_len] = '\0';
		*len_r = e->value_len;
	}
	pthread_mutex_unlock(&s->lock);
	return copy;
}

void state_each(struct state *s, struct heard_str prefix,
		void (*fn)(void *arg, struct heard_str name, struct heard_str value), void *arg)
{
	pthread_mutex_lock(&s->lock);
	for (size_t i = 0; i < s->n_buckets; i++)
		for (const struct entry *e = s->buckets[i]; e; e = e->chain) {
			struct heard_str name = heard_str_n(e->name, e->name_len);
			if (e->kind == VALUE && heard_str_starts(name, prefix))
				fn(arg, name, heard_str_n(e->value, e->value_len));
		}
	pthread_mutex_unlock(&s->lock);
}
