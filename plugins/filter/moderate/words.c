/*
 * words.c - improper words, and where they stand in a text.
 *
 * All words are one Vectorscan database of literals over the plain text, in which no
 * variant of a word is left but the checks of match.c; so a list has each word once.
 */
#include "words.h"

#include "list.h"

#include <heard/error.h>

#include <errno.h>
#include <hs.h>
#include <stdlib.h>

enum { FOUND_MOST = 16 << 20 };

const char *words_kind(const struct words *w, unsigned kind)
{
	return w->kinds[kind];
}

unsigned words_kinds(const struct words *w)
{
	return w->n_kinds;
}

static void word_release(struct word *word)
{
	for (size_t i = 0; i < word->n_exceptions; i++)
		free((char *)(size_t)word->exceptions[i].text.ptr);
	free((struct exception *)(size_t)word->exceptions);
	free((char *)(size_t)word->text.ptr);
	free((uint8_t *)(size_t)word->how);
}

void words_destroy(struct words *w)
{
	if (w == NULL)
		return;
	for (size_t i = 0; i < w->n; i++)
		word_release(&w->word[i]);
	free(w->word);
	hs_free_database(w->database);
	free(w);
}

/* ---- loading */

static int compile(struct list_reading *r)
{
	struct words *w = r->words;
	const char **texts = calloc(w->n + 1, sizeof(*texts));
	size_t *lengths = calloc(w->n + 1, sizeof(*lengths));
	unsigned *ids = calloc(w->n + 1, sizeof(*ids)),
		 *flags = calloc(w->n + 1, sizeof(*flags));
	hs_compile_error_t *why = NULL;
	int result = texts && lengths && ids && flags ? 0 : list_no_memory(r);

	for (size_t i = 0; result == 0 && i < w->n; i++) {
		texts[i] = w->word[i].text.ptr;
		lengths[i] = w->word[i].text.len;
		ids[i] = (unsigned)i;
	}
	if (result == 0 && w->n &&
	    hs_compile_lit_multi(texts, flags, ids, lengths, (unsigned)w->n, HS_MODE_BLOCK,
				 NULL, &w->database, &why) != HS_SUCCESS)
		result = heard_fail(r->err, EINVAL, "the improper words cannot be compiled: %s",
				    why ? why->message : "no memory");
	hs_free_compile_error(why);
	free(texts);
	free(lengths);
	free(ids);
	free(flags);
	return result;
}

static int read_own(struct list_reading *r, const char *const *more, size_t n)
{
	if (n && list_begin_kind(r, HEARD_STR_OF("own")))
		return -r->err->code;
	for (size_t i = 0; i < n; i++)
		if (list_add_word(r, heard_str(more[i])))
			return heard_error_wrap(r->err, "words: \"%.40s\"", more[i]);
	return 0;
}

struct words *words_load(const char *folder, const char *const *more, size_t n_more,
			 const char *const *allow, size_t n_allow, struct heard_error *err)
{
	struct list_reading r = {.words = calloc(1, sizeof(struct words)),
				 .allow = allow,
				 .n_allow = n_allow,
				 .err = err};
	int result = r.words ? list_read_folder(&r, folder) : list_no_memory(&r);

	if (result == 0)
		result = read_own(&r, more, n_more);
	if (result == 0)
		result = compile(&r);
	plain_release(&r.plain);
	if (result) {
		words_destroy(r.words);
		return NULL;
	}
	return r.words;
}

/* ---- searching */

int words_lane_open(struct words_lane *lane, const struct words *words, struct heard_error *err)
{
	*lane = (struct words_lane){.words = words};
	heard_buf_init(&lane->found, FOUND_MOST);
	if (words->database && hs_alloc_scratch(words->database, &lane->scratch) != HS_SUCCESS)
		return heard_fail(err, ENOMEM, "no memory to search for improper words");
	return 0;
}

void words_lane_close(struct words_lane *lane)
{
	hs_free_scratch(lane->scratch);
	plain_release(&lane->plain);
	heard_buf_release(&lane->found);
}

static int on_literal(unsigned id, unsigned long long from, unsigned long long to,
		      unsigned flags, void *context)
{
	struct words_lane *lane = context;
	const struct word *word = &lane->words->word[id];
	const struct plain *p = &lane->plain;
	size_t begin = (size_t)to - word->text.len;
	(void)from;
	(void)flags;

	if (!match_is_word(p, word, begin))
		return 0;
	size_t last = match_end(p, word, begin) - 1;
	while (((unsigned char)p->bytes[last] & 0xc0) == 0x80)
		last--;
	struct words_found found = {p->at[begin].from, p->at[last].to, word->kind};
	heard_buf_add(&lane->found, &found, sizeof(found));
	return 0;
}

static int found_order(const void *a, const void *b)
{
	const struct words_found *x = a, *y = b;

	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	return x->to > y->to ? -1 : x->to < y->to;
}

/* Of words that overlap one is kept: the first, made as long as all. */
static size_t join(struct words_found *found, size_t n)
{
	size_t kept = 0;

	qsort(found, n, sizeof(*found), found_order);
	for (size_t i = 0; i < n; i++) {
		if (kept && found[i].from < found[kept - 1].to) {
			if (found[i].to > found[kept - 1].to)
				found[kept - 1].to = found[i].to;
			continue;
		}
		found[kept++] = found[i];
	}
	return kept;
}

int words_find(struct words_lane *lane, struct heard_str text)
{
	heard_buf_clear(&lane->found);
	if (text.len == 0 || lane->words->database == NULL)
		return 0;
	int result = plain_read(&lane->plain, text);
	if (result)
		return result;
	if (hs_scan(lane->words->database, lane->plain.bytes, (unsigned)lane->plain.n, 0,
		    lane->scratch, on_literal, lane) != HS_SUCCESS)
		return -EIO;
	if (lane->found.failed)
		return -ENOMEM;
	size_t n = lane->found.len / sizeof(struct words_found);
	return n ? (int)join((struct words_found *)(void *)lane->found.ptr, n) : 0;
}
