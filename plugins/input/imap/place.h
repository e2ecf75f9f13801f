/*
 * place.h - where emitted bytes came from: the emission's context.
 */
#ifndef INPUT_IMAP_PLACE_H
#define INPUT_IMAP_PLACE_H

#include <stdint.h>

enum place_kind {
	PLACE_MAIL,
	PLACE_LARGE, /* its headers; the mail is larger than max_size      */
	PLACE_BAD,   /* nothing; the server cannot give it, again and again */
};

struct place {
	enum place_kind kind;
	uint32_t uid;
	uint64_t size;
	char name[96]; /* "account/folder uid 17", fit to print */
};

#endif
