/*
 * lexicon.h - words of the Latin script that tell of people and places.
 */
#ifndef MASK_LEXICON_H
#define MASK_LEXICON_H

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum word_class {		       /* a set */
		  WORD_GIVEN = 1,      /* a given name that is no ordinary word             */
		  WORD_SURNAME = 2,    /* likewise                                          */
		  WORD_TITLE = 4,      /* Mr, Dr, ...: a name follows                       */
		  WORD_STREET = 8,     /* street, road, ...: ends the name of a street      */
		  WORD_LEAD = 16,      /* rue, via, ...: begins it                          */
		  WORD_UNIT = 32,      /* apartment, suite: a number follows                */
		  WORD_STOP = 64,      /* begins a sentence or a label: part of no name     */
		  WORD_PARTICLE = 128, /* van, de: inside a name                         */
		  WORD_THING = 256,    /* product, brand: what else has a name              */
		  WORD_STATE = 512,    /* two letters before an American postcode           */
		  WORD_SIGN = 1024,    /* regards, sincerely                                */
		  WORD_WECHAT = 2048,  /* wechat, wx: an id follows                       */
		  WORD_QQ = 4096,
		  WORD_TOWN = 8192,	/* San, New: a town follows */
		  WORD_NAME = 0x4000,	/* name: one follows */
		  WORD_ANCHOR = 0x8000, /* zip, corner: an address follows */
};

enum han_class {		  /* a set */
		 HAN_SURNAME = 1, /* of the hundred families                          */
		 HAN_STOP = 2,	  /* ends a name or the part of an address            */
		 HAN_PLACE = 4,	  /* ends such a part: province, district, road       */
		 HAN_UNIT = 8,	  /* likewise, behind a number: building, room        */
		 HAN_TITLE = 16,  /* begins a title                                   */
		 HAN_CUE = 32,	  /* ends a word that announces a name or an id       */
		 HAN_NUMERAL = 64,
		 HAN_TERRITORY = 128, /* begins a province or large city */
};

enum {
	LEXICON_LONGEST = 16, /* letters of a word                             */
	LEXICON_SLOTS = 1 << 16,
	LEXICON_FILTER = 1 << 11,
	HAN_FIRST = 0x3007,
	HAN_LAST = 0x9FFF
};

/* Constant once made. */
struct lexicon {
	struct lexicon_word { /* open addressing; a hash of 0 is a free slot       */
		uint32_t hash, class;
	} word[LEXICON_SLOTS];
	uint64_t filter[LEXICON_FILTER]; /* see lexicon_beginner()                 */
	uint8_t han[HAN_LAST - HAN_FIRST + 1];
};

/* NULL without memory. */
struct lexicon *lexicon_create(void);
void lexicon_destroy(struct lexicon *);
/* Set of enum word_class of the word with this hash. */
unsigned lexicon_find(const struct lexicon *, uint32_t hash);
/* Bytes of the province or large city at the start of the text, or 0. */
uint32_t lexicon_territory(const char *s, uint32_t n);

/* Set of enum han_class of a character. */
static inline unsigned lexicon_han(const struct lexicon *lexicon, uint32_t code)
{
	return code < HAN_FIRST || code > HAN_LAST ? 0 : lexicon->han[code - HAN_FIRST];
}

/* FNV-1a over the letters of a word, in lower case and without accents. */
enum { WORD_SEED = 0x811C9DC5 };
static inline uint32_t word_hash_add(uint32_t hash, unsigned char c)
{
	return (hash ^ c) * 0x01000193u;
}

/* A number for a word of ASCII letters in any case: its length and first eight letters.
 * `room` bytes, at least n, may be read. */
static inline uint64_t word_key(const char *word, uint32_t n, uint32_t room)
{
	uint64_t letters = 0;

	if (room >= sizeof(letters))
		memcpy(&letters, word, sizeof(letters));
	else
		memcpy(&letters, word, n);
	letters = htole64(letters) | 0x2020202020202020u;
	if (n < sizeof(letters))
		letters &= ((uint64_t)1 << 8 * n) - 1;
	return (letters + n) * 0x9E3779B97F4A7C15u;
}

/* Two bits of one element of the filter tell whether a name or address may begin at
 * a word with this key; one word in twenty of the others passes, too. */
static inline uint64_t word_key_bits(uint64_t key)
{
	return (uint64_t)1 << (key >> 47 & 63) | (uint64_t)1 << (key >> 41 & 63);
}
static inline bool lexicon_may_begin(const struct lexicon *lexicon, uint64_t key)
{
	uint64_t bits = word_key_bits(key);

	return (lexicon->filter[key >> 53] & bits) == bits;
}

#endif
