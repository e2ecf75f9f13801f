/*
 * hash.h - the hashes of the core, each with its one use.
 */
#ifndef CORE_HASH_H
#define CORE_HASH_H

#include <heard/str.h>

#include <stdint.h>

/* CRC-32C (Castagnoli, RFC 3720 B.4) of frames; SSE4.2 when there. */
uint32_t hash_crc32c(uint32_t crc, const void *bytes, size_t n);
/* FNV-1a 64: stable names in files (pipelines, outputs). Never of outside bytes. */
uint64_t hash_name(const char *name);
/* SipHash-2-4 keyed per process (libsodium crypto_shorthash): hash tables over outside bytes.
 */
uint64_t hash_table(struct heard_str);
/* BLAKE2b (libsodium), 16 bytes: identities in files. */
void hash_id(unsigned char out[16], const struct heard_str *parts, size_t n);
/* XXH3 64: is this the same content as before?  Of outside bytes, but nobody gains by
 * making two of his own texts alike. */
uint64_t hash_digest(struct heard_str);

#endif
