/*
 * hash.c - CRC-32C by instruction where there is one, the rest by libsodium
 * and xxHash.
 */
#include "hash.h"

#include <heard/error.h>

#include <pthread.h>
#include <sodium.h>
#include <xxhash.h>

/* The remainders of the 16 nibbles by the reflected polynomial 0x82F63B78. */
static const uint32_t crc_of_nibble[16] = {
	0x00000000, 0x105EC76F, 0x20BD8EDE, 0x30E349B1, 0x417B1DBC, 0x5125DAD3,
	0x61C69362, 0x7198540D, 0x82F63B78, 0x92A8FC17, 0xA24BB5A6, 0xB21572C9,
	0xC38D26C4, 0xD3D3E1AB, 0xE330A81A, 0xF36E6F75,
};

static uint32_t crc_by_table(uint32_t crc, const unsigned char *p, size_t n)
{
	for (; n; n--, p++) {
		crc ^= *p;
		crc = (crc >> 4) ^ crc_of_nibble[crc & 15];
		crc = (crc >> 4) ^ crc_of_nibble[crc & 15];
	}
	return crc;
}

#ifdef __x86_64__
__attribute__((target("sse4.2"))) static uint32_t crc_by_instruction(uint32_t crc,
								     const unsigned char *p,
								     size_t n)
{
	uint64_t wide = crc;
	for (; n >= 8; n -= 8, p += 8) {
		uint64_t word;
		memcpy(&word, p, 8);
		wide = __builtin_ia32_crc32di(wide, word);
	}
	crc = (uint32_t)wide;
	for (; n; n--, p++)
		crc = __builtin_ia32_crc32qi(crc, *p);
	return crc;
}

static bool has_instruction(void)
{
	return __builtin_cpu_supports("sse4.2");
}
#else
static uint32_t crc_by_instruction(uint32_t crc, const unsigned char *p, size_t n)
{
	return crc_by_table(crc, p, n);
}

static bool has_instruction(void)
{
	return false;
}
#endif

uint32_t hash_crc32c(uint32_t crc, const void *bytes, size_t n)
{
	if (has_instruction())
		return ~crc_by_instruction(~crc, bytes, n);
	return ~crc_by_table(~crc, bytes, n);
}

uint64_t hash_name(const char *name)
{
	uint64_t h = 0xCBF29CE484222325u;
	for (const unsigned char *p = (const unsigned char *)name; *p; p++)
		h = (h ^ *p) * 0x100000001B3u;
	return h;
}

/* The key is made once and never changes: a process-wide constant. */
static unsigned char table_key[crypto_shorthash_KEYBYTES];

static void make_table_key(void)
{
	if (sodium_init() < 0)
		HEARD_BUG("libsodium does not start");
	randombytes_buf(table_key, sizeof table_key);
}

uint64_t hash_table(struct heard_str s)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, make_table_key);
	unsigned char out[crypto_shorthash_BYTES];
	crypto_shorthash(out, (const unsigned char *)s.ptr, s.len, table_key);
	uint64_t h;
	memcpy(&h, out, sizeof h);
	return h;
}

/* Each part goes in behind its length, so that "ab" + "c" is not "a" + "bc". */
void hash_id(unsigned char out[16], const struct heard_str *parts, size_t n)
{
	crypto_generichash_state state;
	crypto_generichash_init(&state, NULL, 0, 16);
	for (size_t i = 0; i < n; i++) {
		unsigned char length[8];
		for (unsigned b = 0; b < 8; b++)
			length[b] = (unsigned char)(parts[i].len >> 8 * b);
		crypto_generichash_update(&state, length, sizeof length);
		crypto_generichash_update(&state, (const unsigned char *)parts[i].ptr,
					  parts[i].len);
	}
	crypto_generichash_final(&state, out, 16);
}

uint64_t hash_digest(struct heard_str s)
{
	return XXH3_64bits(s.ptr, s.len);
}
