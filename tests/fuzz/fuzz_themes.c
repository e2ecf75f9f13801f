/*
 * Themes: each line is a record, a first byte of flags and then words between blanks.
 * Counts add up, names are words that were said, and the same is found twice.
 */
#include <heard/str.h>

#include <stdlib.h>
#include <string.h>
#include <topics/theme.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool add(struct themes *t, const uint8_t *line, size_t n, int64_t number)
{
	struct heard_str words[THEME_KEYWORDS];
	struct theme_said said = {.words = words,
				  .ticket = number % 5,
				  .is_before = line[0] & 1,
				  .is_complaint = line[0] & 2,
				  .mark = (enum theme_mark)(line[0] >> 2 & 3),
				  .part = (uint16_t)(line[0] * 3)};
	for (size_t at = 1; at < n && said.n_words < THEME_KEYWORDS;) {
		const uint8_t *end = memchr(line + at, ' ', n - at);
		size_t len = end ? (size_t)(end - line) - at : n - at;
		words[said.n_words++] = heard_str_n((const char *)line + at, len);
		at += len + 1;
	}
	return themes_add(t, &said);
}

static void check(const struct theme_list *list)
{
	int64_t now = list->rest_now, before = list->rest_before;
	for (size_t i = 0; i < list->n; i++) {
		const struct theme *theme = &list->at[i];
		if (theme->n_words == 0 || theme->n_words > THEME_WORDS ||
		    theme->n_samples > THEME_SAMPLES || theme->now + theme->before < 3)
			abort();
		now += theme->now;
		before += theme->before;
	}
	if (now != list->now || before != list->before)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct theme_list list, again;
	struct theme_words words;
	struct themes *t = themes_create();
	const uint8_t *end = data + size;
	int64_t number = 0;
	if (t == NULL)
		abort();
	for (const uint8_t *at = data; at < end;) {
		const uint8_t *stop = memchr(at, '\n', (size_t)(end - at));
		size_t n = (size_t)((stop ? stop : end) - at);
		if (n > 0 && !add(t, at, n, number++))
			abort();
		at += n + 1;
	}
	if (!themes_find(t, size & 1, &list) || !themes_find(t, size & 1, &again) ||
	    !themes_words(t, 8, &words))
		abort();
	check(&list);
	if (list.n != again.n ||
	    (list.n && memcmp(list.at, again.at, list.n * sizeof(*list.at)) != 0))
		abort();
	themes_words_release(&words);
	themes_release(&list);
	themes_release(&again);
	themes_destroy(t);
	return 0;
}
