/*
 * topics.h - what tickets are about: grouped while they are read.
 */
#ifndef STORE_TOPICS_H
#define STORE_TOPICS_H

#include "figures.h"

enum { TOPICS = 4096 }; /* of a period; what comes after them is not in the list */

struct topics;

struct topics *topics_create(void);
void topics_destroy(struct topics *); /* NULL is fine */

struct topic_of { /* a ticket, as topics see it; texts are copied */
	int64_t id, contacts, reach;
	bool is_leader; /* nobody else stands for it */
	bool is_complaint, is_high, is_resolved;
	struct heard_str category, subcategory, product, board;
};
/* False without memory. */
bool topics_add(struct topics *, const struct topic_of *);
/* Sorted; topics is empty afterwards. */
void topics_take(struct topics *, struct store_topics *);

/* Copies a name as figures keep it: whole characters, at most `size` - 1 bytes. */
void figure_name(char *out, size_t size, struct heard_str);

#endif
