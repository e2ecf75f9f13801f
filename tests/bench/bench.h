/*
 * bench.h - what the benchmarks in C share: a clock, numbers that are the same in each
 * run, and an end with a sentence.
 */
#ifndef BENCH_H
#define BENCH_H

#include <heard/error.h>

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static inline double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static inline unsigned random_below(unsigned n)
{
	static uint64_t state = 88172645463325252u;
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)(state >> 33) % n;
}

static inline _Noreturn void die(const struct heard_error *err)
{
	fprintf(stderr, "%s: %s\n", program_invocation_short_name, err->text);
	exit(1);
}

#endif
