/*
 * Words of sentiment, and a text read with them: up to the first NUL a lexicon, behind it
 * the text.  What is counted must agree with what is kept.
 */
#include "../../plugins/filter/sentiment/lexicon.c"
#include "../../plugins/filter/sentiment/reading.c"

#include <text/utf8.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char some[] = "好\t1\n不\tnot\n很好\t3\tpraising\n差\t-2\tangry\n但\tbut\n"
			   "good\t3\tpraising\nbad\t-3\nnot\tnot\nbut\tbut\n";

static void check(const struct reading *r)
{
	unsigned good = 0, bad = 0;
	for (unsigned i = 0; i < r->n_words; i++) {
		int value = r->words[i].denied ? -r->words[i].word->value
					       : r->words[i].word->value;
		good += value > 0;
		bad += value < 0;
	}
	if (good > r->n_good || bad > r->n_bad || r->n_denied > r->n_good + r->n_bad ||
	    (r->n_words < READING_WORDS && good + bad != r->n_good + r->n_bad) ||
	    (r->script == SCRIPT_NONE && r->n_words > 0))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct gram_shape shape = {.words_max = 1, .bits = 16};
	static struct gram_lane *lane;
	static struct reading_lane room;
	struct heard_error err = {0};
	struct reading r;
	const uint8_t *end = memchr(data, 0, size);
	size_t n = end ? (size_t)(end - data) : size;
	struct heard_str text = {(const char *)data + n, size - n};
	struct lexicon *l = lexicon_create();
	if (lane == NULL)
		lane = gram_lane_create();
	if (l == NULL || lane == NULL)
		abort();
	if (lexicon_read(l, heard_str(some), &err) != 0)
		abort();
	if (lexicon_read(l, heard_str_n((const char *)data, n), &err) != 0 &&
	    err.text[0] == '\0')
		abort();
	reading_begin(&r);
	reading_add(&r, l, &room, text);
	reading_end(&r);
	check(&r);
	gram_begin(lane, &shape);
	reading_tell(&r, lane);
	lexicon_destroy(l);
	return 0;
}
