/*
 * lexicon.h - words of the Latin script that tell of people and places.
 */
#ifndef MASK_LEXICON_H
#define MASK_LEXICON_H

#include <stdint.h>

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
		  WORD_TOWN = 8192, /* San, New: a town follows */
};

enum han_class {		  /* a set */
		 HAN_SURNAME = 1, /* of the hundred families                          */
		 HAN_STOP = 2,	  /* ends a name or the part of an address            */
		 HAN_PLACE = 4,	  /* ends such a part: province, district, road       */
		 HAN_UNIT = 8,	  /* likewise, behind a number: building, room        */
		 HAN_TITLE = 16,  /* begins a title                                   */
		 HAN_CUE = 32,	  /* ends a word that announces a name or an id       */
		 HAN_NUMERAL = 64,
};

struct lexicon;
/* NULL without memory.  Constant from then on. */
struct lexicon *lexicon_create(void);
void lexicon_destroy(struct lexicon *);
/* Set of enum word_class of the word with this hash. */
unsigned lexicon_find(const struct lexicon *, uint32_t hash);

/* Set of enum han_class of a character. */
unsigned lexicon_han(const struct lexicon *, uint32_t code);

/* FNV-1a over the letters of a word, in lower case and without accents. */
enum { WORD_SEED = 0x811C9DC5 };
static inline uint32_t word_hash_add(uint32_t hash, unsigned char c)
{
	return (hash ^ c) * 0x01000193u;
}

#endif
