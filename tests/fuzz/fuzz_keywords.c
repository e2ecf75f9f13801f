/*
 * Keywords: up to the first NUL a list of words, behind it texts, one a line, each of them
 * cut and counted.  What is given stands in the text, and fits where it is written.
 */
#include "../../plugins/filter/keywords/cut.c"
#include "../../plugins/filter/keywords/ground.c"
#include "../../plugins/filter/keywords/words.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct cut_lane *lane)
{
	char out[CUT_BYTES];
	for (size_t i = 0; i < lane->n_words; i++) {
		const struct candidate *w = &lane->words[i];
		if (w->n == 0 || w->n > WORD_CHARS || w->at + w->n > lane->n_text ||
		    !(w->weight > 0) || cut_write(lane, w, out) > sizeof(out))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct cut_lane lane;
	struct heard_error err = {0};
	struct words *words = words_create();
	struct ground *ground = ground_create(8);
	if (words == NULL || ground == NULL)
		abort();
	const struct cut cut = {.words = words, .ground = ground, .seed = 1};
	const uint8_t *end = data + size, *zero = size ? memchr(data, 0, size) : NULL;
	struct heard_str list = {(const char *)data, zero ? (size_t)(zero - data) : 0};
	if (words_add(words, heard_str("的"), WORD_STOP, &err) != 0)
		abort();
	if (words_read(words, list, WORD_WHOLE, &err) != 0 && err.text[0] == '\0')
		abort();
	for (const uint8_t *at = data + list.len; at < end;) {
		const uint8_t *line = memchr(at, '\n', (size_t)(end - at));
		size_t n = (size_t)((line ? line : end) - at);
		cut_begin(&lane);
		cut_add(&cut, &lane, heard_str_n((const char *)at, n));
		cut_add(&cut, &lane, heard_str_n((const char *)at, n / 2));
		cut_end(&cut, &lane, 5);
		check(&lane);
		cut_teach(&lane, ground);
		at += n + 1;
	}
	words_destroy(words);
	ground_destroy(ground);
	return 0;
}
