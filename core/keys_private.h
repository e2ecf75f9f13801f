/*
 * keys_private.h - the insides of the redelivery memory: keys.c (checks and
 * pending keys), keys_table.c (the table), keys_files.c (the files).
 */
#ifndef CORE_KEYS_PRIVATE_H
#define CORE_KEYS_PRIVATE_H

#include "keys.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	KEYS_SUB_BITS = 11,
	KEYS_SUBS = 1 << KEYS_SUB_BITS,
	KEYS_CHUNK = 4096, /* entries read or written at a time */
};

struct keys_slot {
	uint32_t print, number; /* print is never 0 in use */
};
struct keys_sub {
	struct keys_slot *slots;
	uint32_t size, used;
};
struct keys_hole { /* numbers that no frame has any more */
	uint64_t from, to;
};
struct keys_file {
	uint64_t first;
	int fd;
	int64_t created_ms;
};

struct keys {
	struct keys_options options;
	uint64_t secret[2]; /* of the table's hash */
	struct keys_sub subs[KEYS_SUBS];
	struct keys_file *files; /* by first, rising */
	size_t n_files;
	struct keys_hole *holes; /* those that this start made */
	size_t n_holes;
	uint64_t oldest;    /* numbers below are forgotten */
	uint64_t committed; /* numbers from here on are pending */
	unsigned char *pending;
	size_t n_pending, size_pending;
};

/* ---- keys_table.c */

/* Every key that may be its match is read whole.  1: known, its entry in e; 0:
 * it is in the table now, by this number; -ENOMEM. */
int keys_table_find_or_add(struct keys *, const unsigned char *key, uint32_t number,
			   unsigned char e[KEYS_ENTRY]);
/* A key that is not there yet, as far as anybody knows.  0 or -ENOMEM. */
int keys_table_add(struct keys *, const unsigned char *key, uint64_t number);
void keys_table_release(struct keys *);

/* ---- keys_files.c */

void keys_entry_put(unsigned char *e, const unsigned char *key, const unsigned char *id,
		    uint64_t digest);
/* From its file, or from the pending ones; false if it is damaged. */
bool keys_entry_read(const struct keys *, uint64_t number, unsigned char e[KEYS_ENTRY]);
/* Opens all, drops what is not trusted, fills the table.  0 or -errno. */
int keys_files_load(struct keys *, uint64_t trusted);
void keys_files_close(struct keys *);

#endif
