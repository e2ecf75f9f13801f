/*
 * ground.h - in how many records each word stood: what keywords are measured against.
 *
 * A table of fixed size: 2^15 buckets of eight, each 32 bits of a word's hash and its
 * count.  A new word takes a free place, or that of the rarest in its bucket after
 * wearing its count down, so the frequent stay and the passing go.  When `span` records
 * were counted twice over, all counts are halved: old talk fades, and no count overflows.
 *
 * Workers count without a lock.  An entry is one atomic word, so none is ever torn; of
 * two that count the same word at once, one may be lost, which a statistic bears.
 *
 * On disk: "HEARDBAC", u32 version, u32 zero, u64 key (words hashed under another cannot
 * be compared), u64 records, the entries, u64 XXH3 of all before; little-endian.  Written
 * beside it, synced, renamed.
 */
#ifndef KEYWORDS_GROUND_H
#define KEYWORDS_GROUND_H

#include <stdint.h>

struct heard_error;
struct ground;

struct ground *ground_create(uint64_t span);
void ground_destroy(struct ground *); /* NULL is fine */
uint64_t ground_records(const struct ground *);
uint32_t ground_count(const struct ground *, uint64_t word);
void ground_note(struct ground *, uint64_t word);
void ground_end_record(struct ground *);

/* 0, also if there is no file yet; -errno with a sentence, and nothing taken. */
int ground_load(struct ground *, const char *path, uint64_t key, struct heard_error *);
int ground_save(const struct ground *, const char *path, uint64_t key, struct heard_error *);

#endif
