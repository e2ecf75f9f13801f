/*
 * cut.c - a text from one end to the other, by runs of one kind of character.
 */
#include "cut.h"

#include <text/utf8.h>

#include <math.h>
#include <stdlib.h>

enum { LEARN_LEAST = 5, LOOSE_CHARS = 4, PHRASE = 4 };
enum { COMMON_FROM = 200, LOOSE_UNTIL = 1000 }; /* records of the background */
enum kind { LOOSE, STOP, WHOLE, LEARNED };

static const float kind_weight[] = {0.5f, 0, 1.3f, 1};
static const double together_han = 0.45, together_pair = 0.6, common = 0.3;

void cut_begin(struct cut_lane *lane)
{
	for (size_t i = 0; i < lane->n_grams; i++) { /* linear probing: all of a chain go */
		size_t at = lane->grams[i] & (CUT_TABLE - 1);
		while (lane->table[at] != 0) {
			lane->table[at] = 0;
			at = (at + 1) & (CUT_TABLE - 1);
		}
	}
	lane->n_text = lane->n_words = lane->n_grams = 0;
}

static void note(struct cut_lane *lane, uint64_t gram)
{
	gram = gram ? gram : 1;
	size_t at = gram & (CUT_TABLE - 1);
	while (lane->table[at] != 0 && lane->table[at] != gram)
		at = (at + 1) & (CUT_TABLE - 1);
	if (lane->table[at] == gram || lane->n_grams == CUT_GRAMS)
		return;
	lane->table[at] = gram;
	lane->grams[lane->n_grams++] = gram;
}

static void add(struct cut_lane *lane, uint64_t hash, size_t at, size_t n, enum kind kind)
{
	if (lane->n_words == CUT_WORDS || n > WORD_CHARS)
		return;
	note(lane, hash);
	lane->words[lane->n_words++] = (struct candidate){.hash = hash,
							  .at = (uint32_t)at,
							  .n = (uint32_t)n,
							  .times = 1,
							  .weight = kind_weight[kind]};
}

/* Do two parts, which stand in `chance` = a * b / records records by chance, stand together in
 * `both` often enough?  Normalised pointwise mutual information: 1 always, 0 as by chance. */
static bool holds(double both, double chance, double records, double least)
{
	return both * 2 >= records || log(both / chance) >= least * log(records / both);
}

/* ---- Chinese */

/* The weakest seam is that of the most frequent parts. */
static bool is_learned(const struct cut *cut, const struct cut_lane *lane, size_t at, size_t n)
{
	double both = lane->count[at][n], most = 0;
	if (both < LEARN_LEAST)
		return false;
	for (size_t k = 1; k < n; k++) {
		double a = lane->count[at][k], b = lane->count[at + k][n - k];
		double product = (a > both ? a : both) * (b > both ? b : both);
		most = product > most ? product : most;
	}
	double records = (double)ground_records(cut->ground);
	return holds(both, most / records, records, together_han);
}

/* What a word of that length adds to a way. */
static float worth(enum kind kind, size_t n)
{
	float length = (float)n;
	return kind == WHOLE  ? 1.5f * length - 0.3f
	       : kind == STOP ? length - 0.1f
			      : 1.2f * length - 0.6f;
}

static void offer(struct cut_lane *lane, size_t at, size_t n, enum kind kind)
{
	float sum = lane->best[at + n] + (kind == LOOSE ? 0 : worth(kind, n));
	if (sum <= lane->best[at])
		return;
	lane->best[at] = sum;
	lane->step[at] = (uint8_t)n;
	lane->kind[at] = (uint8_t)kind;
}

static void weigh_listed(const struct cut *cut, struct cut_lane *lane, size_t at, size_t left)
{
	uint8_t flags[WORD_CHARS + 1];
	size_t longest = words_at(cut->words, lane->text + at, left, flags);
	for (size_t n = 1; n <= longest; n++)
		if (flags[n] != 0)
			offer(lane, at, n, flags[n] == WORD_WHOLE ? WHOLE : STOP);
	lane->is_stop[at] = longest > 0 && flags[1] == WORD_STOP;
}

/* From the end to the beginning, so all that follows is known. */
static void weigh_place(const struct cut *cut, struct cut_lane *lane, size_t at, size_t left)
{
	lane->best[at] = -1;
	offer(lane, at, 1, LOOSE);
	weigh_listed(cut, lane, at, left);
	for (size_t n = 1; n <= CUT_LEARNED && n <= left && !lane->is_stop[at + n - 1]; n++) {
		uint64_t hash = word_hash(lane->text + at, n, cut->seed);
		lane->count[at][n] = ground_count(cut->ground, hash);
		note(lane, hash);
		if (n > 1 && is_learned(cut, lane, at, n))
			offer(lane, at, n, LEARNED);
	}
}

/* What is left between words.  A background that has read much would know a word. */
static void add_loose(const struct cut *cut, struct cut_lane *lane, size_t at, size_t n)
{
	if (n < 2 || n > LOOSE_CHARS)
		return;
	uint64_t hash = word_hash(lane->text + at, n, cut->seed);
	if (ground_records(cut->ground) < LOOSE_UNTIL || ground_count(cut->ground, hash) > 2)
		add(lane, hash, at, n, LOOSE);
}

static void cut_han(const struct cut *cut, struct cut_lane *lane, size_t begin, size_t end)
{
	size_t loose = begin; /* where what belongs to no word began */
	lane->best[end] = 0;
	for (size_t at = end; at-- > begin;)
		weigh_place(cut, lane, at, end - at);
	for (size_t at = begin; at <= end;) {
		if (at < end && lane->kind[at] == LOOSE) {
			at++;
			continue;
		}
		add_loose(cut, lane, loose, at - loose);
		if (at == end)
			return;
		if (lane->kind[at] != STOP)
			add(lane, word_hash(lane->text + at, lane->step[at], cut->seed), at,
			    lane->step[at], (enum kind)lane->kind[at]);
		at += lane->step[at];
		loose = at;
	}
}

/* ---- words of letters */

static size_t token_end(const struct cut_lane *lane, size_t at)
{
	while (at < lane->n_text && is_letter(lane->text[at]))
		at++;
	return at;
}

/* The length of the longest phrase of the list that begins here, of whole words. */
static size_t phrase(const struct cut *cut, const struct cut_lane *lane, size_t at)
{
	size_t best = 0, end = at;
	for (int i = 0; i < PHRASE; i++) {
		end = token_end(lane, end);
		if (words_find(cut->words, lane->text + at, end - at) == WORD_WHOLE)
			best = end - at;
		if (end + 1 >= lane->n_text || lane->text[end] != ' ' ||
		    !is_letter(lane->text[end + 1]))
			break;
		end++;
	}
	return best;
}

/* Without a plural's s: what it is counted as. */
static uint64_t singular(const struct cut *cut, const uint32_t *text, size_t n)
{
	uint32_t plain[WORD_CHARS];
	memcpy(plain, text, n * sizeof(*text));
	if (n > 4 && plain[n - 1] == 's' && plain[n - 2] == 'e' && plain[n - 3] == 'i') {
		n -= 2;
		plain[n - 1] = 'y';
	} else if (n > 3 && plain[n - 1] == 's' && plain[n - 2] != 's' && plain[n - 2] != 'u' &&
		   plain[n - 2] != 'i') {
		n--;
	}
	return word_hash(plain, n, cut->seed);
}

/* Is it a word of a language, or a piece of an address, a name of a file, a number? */
static bool is_word(const struct cut_lane *lane, size_t at, size_t end)
{
	uint32_t before = at > 0 ? lane->text[at - 1] : ' ';
	uint32_t after = end < lane->n_text ? lane->text[end] : ' ';
	for (const char *c = "@*/_&=#\\"; *c; c++)
		if (before == (uint32_t)*c || after == (uint32_t)*c)
			return false;
	if (end - at < 3 || end - at > WORD_CHARS || lane->text[at] <= '9')
		return false;
	return before != '.' || at < 2 || !is_letter(lane->text[at - 2]);
}

static bool is_pair(const struct cut *cut, uint64_t pair, uint64_t left, uint64_t right)
{
	double both = ground_count(cut->ground, pair);
	if (both < LEARN_LEAST)
		return false;
	double records = (double)ground_records(cut->ground);
	double a = ground_count(cut->ground, left), b = ground_count(cut->ground, right);
	return holds(both, (a > both ? a : both) * (b > both ? b : both) / records, records,
		     together_pair);
}

/* `*before`: the word that ended one blank before, 0 for none; now this one. */
static void cut_word(const struct cut *cut, struct cut_lane *lane, size_t at, size_t end,
		     uint64_t *before)
{
	size_t n = end - at;
	if (n > 2 && lane->text[end - 1] == 's' && lane->text[end - 2] == '\'')
		n -= 2;
	if (!is_word(lane, at, end) || n < 3 ||
	    words_find(cut->words, lane->text + at, n) == WORD_STOP ||
	    words_find(cut->words, lane->text + at, end - at) == WORD_STOP) {
		*before = 0;
		return;
	}
	uint64_t hash = singular(cut, lane->text + at, n), left = *before;
	struct candidate *last = lane->n_words > 0 ? &lane->words[lane->n_words - 1] : NULL;
	*before = hash;
	if (left != 0 && last != NULL && last->at + last->n + 1 == at) {
		uint64_t pair = left * 0x9e3779b97f4a7c15u ^ hash;
		note(lane, pair);
		if (is_pair(cut, pair, left, hash) && last->n + 1 + n <= WORD_CHARS) {
			note(lane, hash);
			last->n += (uint32_t)(1 + n);
			last->hash = pair;
			*before = 0;
			return;
		}
	}
	add(lane, hash, at, n, LEARNED);
}

static size_t cut_letters(const struct cut *cut, struct cut_lane *lane, size_t at,
			  uint64_t *before)
{
	size_t whole = phrase(cut, lane, at), end = token_end(lane, at);
	if (whole > 0) {
		add(lane, singular(cut, lane->text + at, whole), at, whole, WHOLE);
		*before = 0;
		return at + whole;
	}
	size_t first = at, last = end;
	while (first < last && lane->text[first] == '\'')
		first++;
	while (last > first && lane->text[last - 1] == '\'')
		last--;
	cut_word(cut, lane, first, last, before);
	return end;
}

/* ---- a record */

void cut_add(const struct cut *cut, struct cut_lane *lane, struct heard_str text)
{
	uint64_t before = 0;
	size_t at = lane->n_text;
	if (at > 0 && at < CUT_TEXT)
		lane->text[at++] = '\n';
	lane->n_text = at + fold_text(text, lane->text + at, CUT_TEXT - at);
	while (at < lane->n_text) {
		size_t end = at;
		while (end < lane->n_text && is_han(lane->text[end]))
			end++;
		if (end > at) {
			cut_han(cut, lane, at, end);
			before = 0;
			at = end;
		} else if (is_letter(lane->text[at])) {
			at = cut_letters(cut, lane, at, &before);
		} else {
			before = lane->text[at] == ' ' ? before : 0;
			at++;
		}
	}
}

void cut_teach(const struct cut_lane *lane, struct ground *ground)
{
	if (lane->n_grams == 0)
		return;
	for (size_t i = 0; i < lane->n_grams; i++)
		ground_note(ground, lane->grams[i]);
	ground_end_record(ground);
}

/* Each once, with how often it stood there. */
static void join(struct cut_lane *lane)
{
	size_t n = 0;
	for (size_t i = 0; i < lane->n_words; i++) {
		size_t k = 0;
		while (k < n && lane->words[k].hash != lane->words[i].hash)
			k++;
		if (k == n)
			lane->words[n++] = lane->words[i];
		else
			lane->words[k].times++;
	}
	lane->n_words = n;
}

static int by_weight(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	if (x->weight != y->weight)
		return x->weight < y->weight ? 1 : -1;
	return x->at > y->at ? 1 : -1;
}

static bool is_part(const struct cut_lane *lane, const struct candidate *small,
		    const struct candidate *large)
{
	for (size_t i = 0; i + small->n <= large->n; i++)
		if (memcmp(lane->text + small->at, lane->text + large->at + i,
			   small->n * sizeof(*lane->text)) == 0)
			return true;
	return false;
}

void cut_end(const struct cut *cut, struct cut_lane *lane, size_t most)
{
	double records = (double)ground_records(cut->ground);
	size_t n = 0;
	join(lane);
	for (size_t i = 0; i < lane->n_words; i++) {
		struct candidate *w = &lane->words[i];
		double with = ground_count(cut->ground, w->hash);
		bool says_nothing = records >= COMMON_FROM && with > common * records;
		double rare = log((records + 50) / (with + 1));
		w->weight = says_nothing || rare < 0
				    ? 0
				    : (float)(w->weight *
					      (w->times > 1 ? 1 + log(w->times) : 1) * rare);
	}
	qsort(lane->words, lane->n_words, sizeof(*lane->words), by_weight);
	for (size_t i = 0; i < lane->n_words && n < most && lane->words[i].weight > 0; i++) {
		size_t k = 0;
		while (k < n && !is_part(lane, &lane->words[i], &lane->words[k]))
			k++;
		if (k == n)
			lane->words[n++] = lane->words[i];
	}
	lane->n_words = n;
}

size_t cut_write(const struct cut_lane *lane, const struct candidate *word, char *out)
{
	size_t n = 0;
	for (size_t i = 0; i < word->n; i++)
		n += text_encode(lane->text[word->at + i], out + n);
	return n;
}
