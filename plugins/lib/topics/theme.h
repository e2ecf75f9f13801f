/*
 * theme.h - what people talk about over a period: complaints in groups that are named by
 * their most telling words, against the period before.
 *
 * Records are added with the words that tell them apart (filter `keywords`), those of the
 * period and of the one before; complaints of both are put into the same groups (cluster.h),
 * so that a theme's two counts are of the same thing.  All is in memory and bounded; who
 * adds more than THEME_SAID records is to add a sample.
 */
#ifndef TOPICS_THEME_H
#define TOPICS_THEME_H

#include "cluster.h"

#include <heard/str.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	THEME_SAID = 200000,
	THEME_WORDS = 3,
	THEME_NAME = 97, /* bytes of a word, with its NUL       */
	THEME_SAMPLES = 3,
	THEME_PARTS = 160, /* of a period                         */
	THEME_ID = 16,	   /* bytes of a record's id              */
	THEME_KEYWORDS = 32,
};

enum theme_mark { THEME_UNMARKED, THEME_LOW, THEME_MIDDLE, THEME_HIGH };

struct theme_said { /* a record; texts are copied */
	const struct heard_str *words;
	size_t n_words; /* the first THEME_KEYWORDS count              */
	int64_t ticket; /* 0: none                                     */
	unsigned char id[THEME_ID];
	bool is_before, is_complaint;
	enum theme_mark mark; /* the rating that came with it               */
	uint16_t part;	      /* of its period; below THEME_PARTS          */
};

struct themes;

struct themes *themes_create(void);
void themes_destroy(struct themes *); /* NULL is fine */
/* False without memory; what is beyond THEME_SAID is passed over. */
bool themes_add(struct themes *, const struct theme_said *);

struct theme_sample {
	int64_t ticket; /* 0: look for the id */
	unsigned char id[THEME_ID];
};
struct theme {
	char words[THEME_WORDS][THEME_NAME];
	size_t n_words;
	int64_t now, before;
	bool is_hot;
	int32_t cluster;			    /* of cluster.h */
	int64_t course[THEME_PARTS];		    /* of this period                */
	struct theme_sample samples[THEME_SAMPLES]; /* the most telling; other tickets */
	size_t n_samples;
};
struct theme_list { /* the largest of this period first */
	struct theme *at;
	size_t n;
	int64_t now, before;	       /* complaints                   */
	int64_t rest_now, rest_before; /* of no theme                  */
	int64_t wordless;	       /* records without a word       */
};

/* `is_compared`: the period before was as long and somebody listened.  False without
 * memory.  Release it in either case. */
bool themes_find(struct themes *, bool is_compared, struct theme_list *);
void themes_release(struct theme_list *);

/* So many more than expected, which is `growth` times those before, that it is no chance:
 * five at least, half as many again, and 3.5 times what such counts scatter by.  There are
 * hundreds of themes, and of hundreds some are at three by chance. */
bool theme_is_hot(int64_t now, int64_t before, double growth);

/* ---- words and ratings: odds.c */

struct theme_word {
	char word[THEME_NAME];
	int64_t low, rated; /* records with it: of a low rating, of any      */
	double score;	    /* how sure: in standard deviations              */
};
struct theme_words { /* the surest first */
	struct theme_word *at;
	size_t n;
	int64_t low, rated; /* records in all */
};
/* Words of this period that come with low ratings.  False without memory. */
bool themes_words(struct themes *, size_t most, struct theme_words *);
void themes_words_release(struct theme_words *);

#endif
