/*
 * learned.c - models of the fields, loaded once and asked by every lane.
 *
 * Besides its grams a text has its pairs of words that stand two to four apart.
 */
#include "learned.h"

#include <heard/error.h>

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

enum { PAIR_WORDS = 64, PAIR_WORD = 32, PAIR_REACH = 4 };

const char *const learned_names[LEARNED_FIELDS] = {"category", "intent", "department"};
const enum heard_field learned_fields[LEARNED_FIELDS] = {HEARD_CATEGORY, HEARD_INTENT,
							 HEARD_DEPARTMENT};
const char *const learned_kinds[LEARNED_FIELDS] = {"classify.cat", "classify.int",
						   "classify.dep"};

static bool path_of(const char *folder, enum learned_field field, const char *end, char *out,
		    size_t size)
{
	int n = snprintf(out, size, "%s/%s.%s", folder, learned_names[field], end);
	return n > 0 && (size_t)n < size;
}

bool learned_path(const char *folder, enum learned_field field, char *out, size_t size)
{
	return path_of(folder, field, "model", out, size);
}

bool learned_held_path(const char *folder, enum learned_field field, char *out, size_t size)
{
	return path_of(folder, field, "held.model", out, size);
}

int learned_load(struct learned *l, const char *folder, struct heard_error *err)
{
	char path[4096];
	for (int k = 0; k < LEARNED_FIELDS; k++) {
		if (!learned_path(folder, (enum learned_field)k, path, sizeof(path)))
			return heard_fail(err, ENAMETOOLONG, "%s: too long a name", folder);
		if (access(path, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR))
			continue;
		l->models[k] = linear_load(path, learned_kinds[k], err);
		if (l->models[k] == NULL)
			return -err->code;
	}
	return 0;
}

void learned_release(struct learned *l)
{
	for (int k = 0; k < LEARNED_FIELDS; k++)
		linear_destroy(l->models[k]);
	*l = (struct learned){{NULL}};
}

bool learned_has_any(const struct learned *l)
{
	for (int k = 0; k < LEARNED_FIELDS; k++)
		if (l->models[k] != NULL)
			return true;
	return false;
}

/* Of the word that begins there: letters and digits of any script; 0: none does. */
static size_t word_length(struct heard_str s)
{
	size_t n = 0;
	while (n < s.len &&
	       ((unsigned char)s.ptr[n] >= 0x80 || isalnum((unsigned char)s.ptr[n])))
		n++;
	return n;
}

static size_t fold_word(char *to, struct heard_str word)
{
	for (size_t i = 0; i < word.len; i++)
		to[i] = (char)tolower((unsigned char)word.ptr[i]);
	return word.len;
}

/* Pairs of words that stand near each other, but not side by side: what asks and what
 * is asked about are often apart. */
static void read_pairs(struct gram_lane *lane, struct heard_str text)
{
	struct heard_str words[PAIR_WORDS];
	char token[2 * PAIR_WORD + 1];
	size_t n = 0;
	while (text.len > 0 && n < PAIR_WORDS) {
		size_t len = word_length(text);
		if (len > 0 && len < PAIR_WORD)
			words[n++] = heard_str_n(text.ptr, len);
		text = heard_str_skip(text, len + 1);
	}
	for (size_t i = 0; i < n; i++)
		for (size_t j = i + 2; j < n && j <= i + PAIR_REACH; j++) {
			size_t at = fold_word(token, words[i]);
			token[at++] = '\n';
			at += fold_word(token + at, words[j]);
			gram_token(lane, heard_str_n(token, at));
		}
}

void learned_read(struct gram_lane *lane, const struct gram_shape *shape,
		  struct heard_str subject, struct heard_str body)
{
	gram_begin(lane, shape);
	gram_text(lane, subject, 0);
	gram_text(lane, body, 0);
	read_pairs(lane, subject);
	read_pairs(lane, body);
}

struct guess learned_guess(const struct linear *m, const struct gram_lane *lane)
{
	float p[LINEAR_LABELS];
	unsigned best = 0;
	size_t n;
	const uint32_t *places = gram_places(lane, &n);
	if (n == 0)
		return (struct guess){NULL, 0};
	linear_judge(m, places, n, p);
	for (unsigned k = 1; k < m->n_labels; k++)
		best = p[k] > p[best] ? k : best;
	return (struct guess){m->labels[best].name, p[best]};
}
