/*
 * shim_clock.c - LD_PRELOAD: a clock that a test can push ahead.
 *
 * $SHIM_CLOCK is a file of 8 bytes, milliseconds as a little-endian integer,
 * that are added to what the clocks say; it may be negative, and so that the clocks
 * without a date never go below zero then, they run AGE_S ahead of their own.  It is
 * mapped, so that a change counts at once; a process asleep in epoll_wait sees it when
 * something wakes it
 * (`heard status` will do).  Waits until a point in time are shifted back, so
 * that the kernel waits as long as was meant.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define API __attribute__((visibility("default")))
#define REAL(name)                     \
	static __typeof__(&name) real; \
	if (!real)                     \
	real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

/* 100 years, and a second that no clock with a date will say so soon. */
#define AGE_S	INT64_C(3153600000)
#define DATED_S INT64_C(2500000000)

static volatile int64_t *shift_ms;

__attribute__((constructor)) static void begin(void)
{
	const char *path = getenv("SHIM_CLOCK");
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;

	if (fd < 0)
		return;
	void *at = mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, fd, 0);
	if (at != MAP_FAILED)
		shift_ms = at;
	close(fd);
}

static void shift(struct timespec *t, int64_t ms)
{
	int64_t ns = t->tv_nsec + ms % 1000 * 1000000;
	t->tv_sec += ms / 1000 + (ns < 0 ? -1 : ns / 1000000000);
	t->tv_nsec = ns < 0 ? ns + 1000000000 : ns % 1000000000;
}

static int is_dated(clockid_t clock)
{
	return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
}

static int is_shifted(clockid_t clock)
{
	return shift_ms && (clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC ||
			    clock == CLOCK_REALTIME_COARSE || clock == CLOCK_MONOTONIC_COARSE ||
			    clock == CLOCK_BOOTTIME);
}

API int clock_gettime(clockid_t clock, struct timespec *t)
{
	REAL(clock_gettime);
	int result = real(clock, t);
	if (result == 0 && is_shifted(clock)) {
		shift(t, *shift_ms);
		t->tv_sec += is_dated(clock) ? 0 : AGE_S;
	}
	return result;
}

API int gettimeofday(struct timeval *restrict t, void *restrict zone)
{
	struct timespec now;
	(void)zone;
	clock_gettime(CLOCK_REALTIME, &now);
	t->tv_sec = now.tv_sec;
	t->tv_usec = now.tv_nsec / 1000;
	return 0;
}

API time_t time(time_t *out)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	if (out)
		*out = now.tv_sec;
	return now.tv_sec;
}

/* Which clock a condition has, it does not tell: the time does. */
static struct timespec unshifted(const struct timespec *until)
{
	struct timespec t = *until;
	if (!shift_ms)
		return t;
	shift(&t, -*shift_ms);
	t.tv_sec -= until->tv_sec > DATED_S ? AGE_S : 0;
	return t;
}

API int pthread_cond_timedwait(pthread_cond_t *restrict cond, pthread_mutex_t *restrict mutex,
			       const struct timespec *restrict until)
{
	REAL(pthread_cond_timedwait);
	struct timespec t = unshifted(until);
	return real(cond, mutex, &t);
}

API int pthread_cond_clockwait(pthread_cond_t *restrict cond, pthread_mutex_t *restrict mutex,
			       clockid_t clock, const struct timespec *restrict until)
{
	REAL(pthread_cond_clockwait);
	struct timespec t = is_shifted(clock) ? unshifted(until) : *until;
	return real(cond, mutex, clock, &t);
}
