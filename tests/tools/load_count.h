/*
 * load_count.h - what load counts and measures, and the one line that it prints at the
 * end.
 */
#ifndef TOOLS_LOAD_COUNT_H
#define TOOLS_LOAD_COUNT_H

#include <stdint.h>
#include <stdio.h>

#define BUCKETS (1 << 20) /* of a microsecond */

static struct {
	uint64_t begun, acknowledged, records, again, mismatched, retries, lost,
		refused_connects, rejected, dropped;
	long long max_us;
} count;

static uint32_t *histogram; /* of BUCKETS; the last is for all that took longer */

static inline void count_took(long long us)
{
	if (us > count.max_us)
		count.max_us = us;
	histogram[us < BUCKETS ? us : BUCKETS - 1]++;
}

static inline long long percentile(double p)
{
	uint64_t total = 0, sum = 0;
	for (int i = 0; i < BUCKETS; i++)
		total += histogram[i];
	for (int i = 0; i < BUCKETS; i++)
		if ((sum += histogram[i]) > (uint64_t)((double)total * p))
			return i;
	return 0;
}

static inline void count_print(double seconds)
{
	printf("requests=%llu acknowledged=%llu records=%llu seconds=%.3f rate=%.0f "
	       "p50_us=%lld p99_us=%lld "
	       "max_us=%lld retries=%llu lost=%llu refused_connects=%llu rejected=%llu "
	       "dropped=%llu "
	       "again=%llu mismatched=%llu\n",
	       (unsigned long long)count.begun, (unsigned long long)count.acknowledged,
	       (unsigned long long)count.records, seconds, (double)count.records / seconds,
	       percentile(.5), percentile(.99), count.max_us, (unsigned long long)count.retries,
	       (unsigned long long)count.lost, (unsigned long long)count.refused_connects,
	       (unsigned long long)count.rejected, (unsigned long long)count.dropped,
	       (unsigned long long)count.again, (unsigned long long)count.mismatched);
}

#endif
