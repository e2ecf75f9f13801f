/*
 * eval_keywords.c - the filter keywords: are words given whole, and are they words?
 *
 *	eval_keywords DATA
 *
 * Listed words whole: of the times that a word of keywords.words of three or more characters
 * stands in a review and is no part of a longer one that is listed, how often it is among
 * the candidates as it is, not in pieces.
 *
 * Learned words: half of the reviews teach the background; of the keywords of the other half
 * that no list has, how many are words of jieba's dictionary (Debian's python3-jieba has it;
 * HEARD_JIEBA names the file).  A piece such as 情何 is none; nor are words that a shop has and
 * a dictionary has not, so all cannot be.
 *
 * Told apart: how many records get a keyword, and how many different ones there are.
 */
#include "../../plugins/filter/keywords/cut.c"
#include "../../plugins/filter/keywords/ground.c"
#include "../../plugins/filter/keywords/words.c"

#include <stdio.h>

enum { MOST = 5, LISTED = 4096 };

static struct words *words;
static struct ground *ground;
static struct cut_lane lane;
static struct cut cut;

struct listed {
	uint32_t text[WORD_CHARS];
	size_t n;
};
static struct listed listed[LISTED];
static size_t n_listed;

static void say(const char *figure, int digits, double heard, const char *target, bool is_ok)
{
	printf("keywords\t%s\t%.*f\t-\t%s\t%s\n", figure, digits, heard, target,
	       strcmp(target, "-") == 0 ? "-"
	       : is_ok			? "ok"
					: "short");
	fflush(stdout);
}

/* ---- texts */

static void each_line(char *bytes, void (*fn)(struct heard_str line, size_t number))
{
	size_t number = 0;
	for (char *at = bytes; *at; number++) {
		size_t len = strcspn(at, "\r\n");
		fn(heard_str_n(at, len), number);
		at += len + strspn(at + len, "\r\n");
	}
}

static char *read_file(const char *folder, const char *name)
{
	enum { READ_MOST = 16 << 20 };
	char path[4096];
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *f = fopen(path, "re");
	char *bytes = f ? malloc(READ_MOST + 1) : NULL;
	if (bytes)
		bytes[fread(bytes, 1, READ_MOST, f)] = '\0';
	if (f)
		fclose(f);
	return bytes;
}

static void cut_line(struct heard_str line)
{
	cut_begin(&lane);
	cut_add(&cut, &lane, line);
	cut_end(&cut, &lane, MOST);
}

/* ---- listed words */

static void list_word(struct heard_str word)
{
	struct listed *w = &listed[n_listed];
	word = heard_str_trim(word);
	if (word.len == 0 || n_listed == LISTED)
		return;
	w->n = fold_text(word, w->text, WORD_CHARS);
	n_listed += w->n >= 3 && is_han(w->text[0]);
}

static void load_list(void)
{
	char *bytes = read_file("etc/models", "keywords.words");
	for (char *at = bytes; at && *at;) {
		size_t len = strcspn(at, ",\n");
		if (*at == '#')
			len = strcspn(at, "\n");
		else
			list_word(heard_str_n(at, len));
		at += len + (at[len] != '\0');
	}
	free(bytes);
}

/* The longest listed word that begins at a place, of three characters or more. */
static size_t listed_at(const uint32_t *text, size_t left)
{
	size_t longest = 0;
	for (size_t i = 0; i < n_listed; i++) {
		const struct listed *w = &listed[i];
		if (w->n <= left && w->n > longest &&
		    memcmp(w->text, text, w->n * sizeof(*text)) == 0)
			longest = w->n;
	}
	return longest;
}

static bool is_given(const uint32_t *text, size_t n)
{
	for (size_t i = 0; i < lane.n_words; i++)
		if (lane.words[i].n == n &&
		    memcmp(lane.text + lane.words[i].at, text, n * sizeof(*text)) == 0)
			return true;
	return false;
}

static double n_whole, n_stood;

/* Before they are weighed: all that the text was cut into. */
static void ask_whole(struct heard_str line, size_t number)
{
	if (number % 20 != 0)
		return;
	cut_begin(&lane);
	cut_add(&cut, &lane, line);
	for (size_t at = 0; at < lane.n_text;) {
		size_t n = listed_at(lane.text + at, lane.n_text - at);
		n_stood += n > 0;
		n_whole += n > 0 && is_given(lane.text + at, n);
		at += n ? n : 1;
	}
}

/* ---- learned words */

static double n_texts, n_with, n_words_given, n_own, n_good;

static void teach(struct heard_str line, size_t number)
{
	if (number % 2 == 0) {
		cut_line(line);
		cut_teach(&lane, ground);
	}
}

/* jieba's dictionary, as hashes in their order. */
static uint64_t *dictionary;
static size_t n_dictionary;

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return (x > y) - (x < y);
}

static void take_entry(struct heard_str line, size_t number)
{
	uint32_t text[WORD_CHARS];
	size_t n = 0;
	while (n < line.len && line.ptr[n] != ' ')
		n++;
	n = fold_text(heard_str_n(line.ptr, n), text, WORD_CHARS);
	if (number < 1 << 20)
		dictionary[n_dictionary++] = word_hash(text, n, 0);
}

static void load_dictionary(void)
{
	const char *path = getenv("HEARD_JIEBA");
	char *bytes = read_file("",
				path ? path : "usr/lib/python3/dist-packages/jieba/dict.txt");
	dictionary = calloc(1 << 20, sizeof(*dictionary));
	if (bytes)
		each_line(bytes, take_entry);
	qsort(dictionary, n_dictionary, sizeof(*dictionary), by_value);
	free(bytes);
}

static bool is_in_dictionary(const struct candidate *w)
{
	uint64_t hash = word_hash(lane.text + w->at, w->n, 0);
	return n_dictionary &&
	       bsearch(&hash, dictionary, n_dictionary, sizeof(hash), by_value) != NULL;
}

static void ask(struct heard_str line, size_t number)
{
	if (number % 2 == 0)
		return;
	cut_line(line);
	n_texts++;
	n_with += lane.n_words > 0;
	n_words_given += (double)lane.n_words;
	for (size_t i = 0; i < lane.n_words; i++) {
		const struct candidate *w = &lane.words[i];
		if (!is_han(lane.text[w->at]) ||
		    words_find(words, lane.text + w->at, w->n) != 0)
			continue;
		n_own++;
		n_good += is_in_dictionary(w);
	}
}

int main(int argc, char **argv)
{
	struct heard_error err = {0};
	if (argc < 2) {
		fprintf(stderr, "usage: eval_keywords DATA\n");
		return 2;
	}
	char *bytes = read_file(argv[1], "sentiment/snow_neg.txt");
	if (bytes == NULL) {
		printf("keywords\tsnow_neg\t-\t-\t-\tskipped: no sentiment/snow_neg.txt\n");
		return 0;
	}
	words = words_create();
	ground = ground_create(50000);
	cut = (struct cut){.words = words, .ground = ground, .seed = 1};
	if (words_load(words, "etc/models/keywords.words", WORD_WHOLE, &err) != 0 ||
	    words_load(words, "etc/models/keywords.stop", WORD_STOP, &err) != 0) {
		fprintf(stderr, "eval_keywords: %s\n", err.text);
		return 1;
	}
	load_list();
	each_line(bytes, teach);
	each_line(bytes, ask_whole);
	load_dictionary();
	each_line(bytes, ask);
	double whole = n_whole / n_stood, good = n_good / n_own;
	say("listed compounds of 3+ characters whole", 3, whole, ">= .98", whole >= 0.98);
	if (n_dictionary)
		say("learned words that jieba's dictionary has", 3, good, ">= .7", good >= 0.7);
	else
		printf("keywords\tlearned words\t-\t-\t-\tskipped: no jieba/dict.txt\n");
	say("keywords that no list has, a review", 2, n_own / n_texts, "-", true);
	say("reviews with a keyword", 3, n_with / n_texts, ">= .95", n_with / n_texts >= 0.95);
	say("keywords a review", 2, n_words_given / n_texts, "-", true);
	free(dictionary);
	free(bytes);
	ground_destroy(ground);
	words_destroy(words);
	return 0;
}
