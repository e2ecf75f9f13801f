/*
 * said.h - the records that were added, as the parts of this library see them.
 */
#ifndef TOPICS_SAID_H
#define TOPICS_SAID_H

#include "lexis.h"
#include "theme.h"

struct said {
	uint32_t begin; /* of its words */
	uint16_t part;
	uint8_t n_words, mark;
	bool is_before, is_complaint;
	int64_t ticket;
	unsigned char id[THEME_ID];
};

struct themes {
	struct lexis *lexis;
	struct said *said;
	size_t n, room;
	uint32_t *words;
	size_t n_words, words_room;
	int64_t wordless;
	size_t n_split; /* records that parts_add has seen */
};

/* As themes_find; of[i], if not NULL, is the theme of the record that was added as the i-th,
 * by its place in the list, or -1. */
bool themes_assign(struct themes *, bool is_compared, int32_t *of, struct theme_list *);

/* parts.c: each record has also the words that its words are made of.  False without
 * memory. */
bool parts_add(struct themes *);

#endif
