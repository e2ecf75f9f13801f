/*
 * reader.h - a rules file, as written: libconfig, with every fault told.
 */
#ifndef CLASSIFY_READER_H
#define CLASSIFY_READER_H

#include "rules.h"

#include <libconfig.h>

/* Memory that lives as long as the rules. */
struct pool {
	struct pool_block *blocks;
};
void *pool_alloc(struct pool *, size_t size); /* zeroed, or NULL */
void pool_release(struct pool *);

/* One word or pattern, in the order of the file. */
struct entry {
	struct heard_str text; /* words: lower case, star removed               */
	uint16_t rule;
	uint8_t role;
	bool open_right;
	int line;
};

struct reading {
	struct pool *pool;
	struct rules *rules;
	struct entry *words, *patterns;
	size_t n_words, n_patterns;
	/* faults so far */
	struct heard_error *err;
	unsigned faults;
	const char *path;
};

/* Add a fault at a line of the file. */
void reader_fault(struct reading *, int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Fill rules->rule, rules->otherwise, words and patterns. */
void reading_rules(struct reading *, const config_setting_t *root);

#endif
