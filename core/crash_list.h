/*
 * crash_list.h - who is suspected: what was known, and what the last process noted.
 *
 * Made at each start from both, one entry a digest, and written for the next.
 */
#ifndef CORE_CRASH_LIST_H
#define CORE_CRASH_LIST_H

#include <stddef.h>
#include <stdint.h>

struct heard_error;

struct suspect {
	uint64_t digest;
	uint32_t times; /* 0: acquitted */
	uint32_t day;	/* of the last charge, since 1970 */
};

/* The file of notes begins with it; the slots follow. */
struct crash_head {
	volatile uint32_t fatal; /* a signal hit a thread without a note, or 0 */
	uint32_t name;		 /* random; 0: of an older version              */
};

struct crash_list {
	struct suspect *at;
	size_t n, size;
	uint32_t today;
	uint32_t notes; /* the name of those that are in it, or 0 */
};

/* What the last start knew, without the acquitted and the long forgotten. */
int crash_list_suspects(struct crash_list *, const char *path);
/* What the slots of the last process hold, whatever their number was; after the suspects,
 * which may have it already. */
int crash_list_notes(struct crash_list *, int fd);
/* Sorted by digest, and each but once. */
void crash_list_merge(struct crash_list *);
int crash_list_write(const struct crash_list *, const char *path, struct heard_error *);
/* In a list that was merged, or NULL. */
struct suspect *crash_list_find(struct suspect *, size_t n, uint64_t digest);

#endif
