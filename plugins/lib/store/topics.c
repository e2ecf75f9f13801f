/*
 * topics.c - tickets grouped by category, subcategory and product.
 *
 * An array of topics and, over it, a table of slots: a ticket costs one hash.  Tickets
 * without a category are no topic: nobody could say what they are about.
 */
#include "topics.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum { SLOTS = 4 * TOPICS };

struct topics {
	struct store_topic *at;
	size_t n, size;
	uint16_t slots[SLOTS];		   /* a topic's number and 1; 0: free        */
	int64_t (*reaches)[STORE_SAMPLES]; /* of the samples of each, with the array */
};

struct topics *topics_create(void)
{
	return calloc(1, sizeof(struct topics));
}

void topics_destroy(struct topics *topics)
{
	if (!topics)
		return;
	free(topics->reaches);
	free(topics->at);
	free(topics);
}

void figure_name(char *out, size_t size, struct heard_str name)
{
	name = heard_str_cut(name, size - 1);
	if (name.len)
		memcpy(out, name.ptr, name.len);
	out[name.len] = '\0';
}

static bool is_same(const struct store_topic *a, const struct store_topic *b)
{
	return strcmp(a->category, b->category) == 0 &&
	       strcmp(a->subcategory, b->subcategory) == 0 &&
	       strcmp(a->product, b->product) == 0;
}

static size_t slot_of(const struct store_topic *t)
{
	uint64_t hash = XXH3_64bits(t->category, strlen(t->category));
	hash = XXH3_64bits_withSeed(t->subcategory, strlen(t->subcategory), hash);
	return XXH3_64bits_withSeed(t->product, strlen(t->product), hash) % SLOTS;
}

static bool make_room(struct topics *topics)
{
	if (topics->n < topics->size)
		return true;
	size_t size = topics->size ? 2 * topics->size : 64;
	struct store_topic *at = realloc(topics->at, size * sizeof(*at));
	if (at)
		topics->at = at;
	int64_t(*reaches)[STORE_SAMPLES] = at ? realloc(topics->reaches,
							size * sizeof(*reaches))
					      : NULL;
	if (!reaches)
		return false;
	topics->reaches = reaches;
	topics->size = size;
	return true;
}

/* The number of the topic, or -1: too many, or no memory (then *failed). */
static int64_t find_or_add(struct topics *topics, const struct store_topic *key, bool *failed)
{
	size_t slot = slot_of(key);
	while (topics->slots[slot] && !is_same(&topics->at[topics->slots[slot] - 1], key))
		slot = (slot + 1) % SLOTS;
	if (topics->slots[slot])
		return topics->slots[slot] - 1;
	if (topics->n == TOPICS)
		return -1;
	if (!make_room(topics)) {
		*failed = true;
		return -1;
	}
	topics->at[topics->n] = *key;
	memset(topics->reaches[topics->n], 0, sizeof(topics->reaches[0]));
	topics->slots[slot] = (uint16_t)++topics->n;
	return (int64_t)topics->n - 1;
}

/* Those of most reach, of them the newest: tickets come in the order they were made. */
static void offer_sample(struct store_topic *topic, int64_t reaches[STORE_SAMPLES], int64_t id,
			 int64_t reach)
{
	size_t i = STORE_SAMPLES;
	while (i > 0 && (topic->samples[i - 1] == 0 || reaches[i - 1] <= reach))
		i--;
	if (i == STORE_SAMPLES)
		return;
	size_t behind = STORE_SAMPLES - 1 - i;
	memmove(&topic->samples[i + 1], &topic->samples[i], behind * sizeof(*topic->samples));
	memmove(&reaches[i + 1], &reaches[i], behind * sizeof(*reaches));
	topic->samples[i] = id;
	reaches[i] = reach;
}

bool topics_add(struct topics *topics, const struct topic_of *ticket)
{
	struct store_topic key = {.category = ""};
	bool failed = false;
	if (ticket->category.len == 0)
		return true;
	figure_name(key.category, sizeof(key.category), ticket->category);
	figure_name(key.subcategory, sizeof(key.subcategory), ticket->subcategory);
	figure_name(key.product, sizeof(key.product), ticket->product);
	int64_t n = find_or_add(topics, &key, &failed);
	if (n < 0)
		return !failed;
	struct store_topic *topic = &topics->at[n];
	topic->tickets++;
	topic->contacts += ticket->contacts;
	topic->complaints += ticket->is_complaint;
	topic->high += ticket->is_high;
	topic->resolved += ticket->is_resolved;
	if (ticket->reach > topic->reach)
		topic->reach = ticket->reach;
	if (ticket->board.len)
		figure_name(topic->title, sizeof(topic->title), ticket->board);
	if (ticket->is_leader)
		offer_sample(topic, topics->reaches[n], ticket->id, ticket->reach);
	return true;
}

static int by_size(const void *a, const void *b)
{
	const struct store_topic *x = a, *y = b;
	if (x->tickets != y->tickets)
		return x->tickets > y->tickets ? -1 : 1;
	if (x->contacts != y->contacts)
		return x->contacts > y->contacts ? -1 : 1;
	int order = strcmp(x->category, y->category);
	if (order == 0)
		order = strcmp(x->subcategory, y->subcategory);
	return order ? order : strcmp(x->product, y->product);
}

void topics_take(struct topics *topics, struct store_topics *out)
{
	out->at = topics->at;
	out->n = topics->n;
	if (out->n)
		qsort(out->at, out->n, sizeof(*out->at), by_size);
	topics->at = NULL;
	topics->n = topics->size = 0;
	memset(topics->slots, 0, sizeof(topics->slots));
}

const struct store_topic *store_topic_find(const struct store_topics *topics,
					   const struct store_topic *like)
{
	for (size_t i = 0; i < topics->n; i++)
		if (is_same(&topics->at[i], like))
			return &topics->at[i];
	return NULL;
}
