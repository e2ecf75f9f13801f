/*
 * uuid.c - UUIDv7 with a counter (RFC 9562, section 6.2, method 1).
 *
 *	48 bits   milliseconds
 *	 4        version 7
 *	12 + 30   counter: starts at random below half in each millisecond and
 *	          rises by one, so ids of one generator rise
 *	 2        variant
 *	32        random
 *
 * The counter straddles the variant bits.  When the clock goes back the last
 * millisecond is kept; when the counter is used up the next one is borrowed.
 * The random bits tell generators apart; they are no secret.
 */
#include "uuid.h"

#include <heard/error.h>

#include <errno.h>
#include <sys/random.h>

#define COUNTER_BITS 42
#define COUNTER_END  ((uint64_t)1 << COUNTER_BITS)

static void random_bytes(void *out, size_t n)
{
	char *p = out;
	while (n) {
		ssize_t got = getrandom(p, n, 0);
		if (got < 0 && errno != EINTR)
			HEARD_BUG("getrandom: errno %d", errno);
		if (got > 0) {
			p += got;
			n -= (size_t)got;
		}
	}
}

void uuid_maker_init(struct uuid_maker *m)
{
	*m = (struct uuid_maker){.last_ms = 0};
	do
		random_bytes(m->random, sizeof m->random);
	while (m->random[0] == 0 && m->random[1] == 0);
}

static uint64_t rotate(uint64_t x, unsigned by)
{
	return x << by | x >> (64 - by);
}

static uint64_t next_random(struct uuid_maker *m) /* xoroshiro128+ */
{
	uint64_t a = m->random[0], b = m->random[1], sum = a + b;
	b ^= a;
	m->random[0] = rotate(a, 24) ^ b ^ b << 16;
	m->random[1] = rotate(b, 37);
	return sum;
}

static void step(struct uuid_maker *m, uint64_t now_ms, uint64_t random)
{
	if (now_ms > m->last_ms) {
		m->last_ms = now_ms;
		m->counter = random >> (64 - COUNTER_BITS + 1);
	} else if (++m->counter == COUNTER_END) {
		m->last_ms++;
		m->counter = 0;
	}
}

static void put_big_endian(unsigned char *out, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		out[i] = (unsigned char)(value >> 8 * (bytes - 1 - i));
}

void uuid_make(struct uuid_maker *m, int64_t now_ms, unsigned char out[16])
{
	uint64_t random = next_random(m);
	step(m, now_ms > 0 ? (uint64_t)now_ms : 0, random);
	put_big_endian(out, m->last_ms, 6);
	put_big_endian(out + 6, 0x7000 | m->counter >> 30, 2);
	put_big_endian(out + 8, 0x80000000u | (m->counter & 0x3FFFFFFF), 4);
	put_big_endian(out + 12, random & 0xFFFFFFFF, 4);
}

static bool is_dash_before(unsigned byte)
{
	return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

void uuid_format(const unsigned char id[16], char out[37])
{
	static const char hex[] = "0123456789abcdef";
	for (unsigned i = 0; i < 16; i++) {
		if (is_dash_before(i))
			*out++ = '-';
		*out++ = hex[id[i] >> 4];
		*out++ = hex[id[i] & 15];
	}
	*out = '\0';
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool uuid_parse(struct heard_str s, unsigned char out[16])
{
	if (s.len != 36)
		return false;
	const char *p = s.ptr;
	for (unsigned i = 0; i < 16; i++) {
		if (is_dash_before(i) && *p++ != '-')
			return false;
		int high = hex_digit(p[0]), low = hex_digit(p[1]);
		if (high < 0 || low < 0)
			return false;
		out[i] = (unsigned char)(high << 4 | low);
		p += 2;
	}
	return true;
}
