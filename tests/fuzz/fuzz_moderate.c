/*
 * Texts for moderate, and lists of words: whatever the bytes, what is found rises and stays
 * in bounds.
 */
#include "../../plugins/filter/moderate/list.c"
#include "../../plugins/filter/moderate/match.c"
#include "../../plugins/filter/moderate/plain.c"
#include "../../plugins/filter/moderate/words.c"

#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void search(const struct words *words, struct heard_str text)
{
	struct words_lane lane;
	uint32_t before = 0;

	if (words_lane_open(&lane, words, NULL))
		abort();
	int n = words_find(&lane, text);
	const struct words_found *found = (const void *)lane.found.ptr;
	for (int i = 0; i < n; i++) {
		if (found[i].from < before || found[i].to <= found[i].from ||
		    found[i].to > text.len || found[i].kind >= words_kinds(words))
			abort();
		before = found[i].to;
	}
	words_lane_close(&lane);
}

/* The bytes are a text for a fixed list, and a list that is read over that text. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct words *fixed;
	static char folder[] = "/tmp/heard-fuzz-moderate-XXXXXX", path[64];
	struct heard_str text = heard_str_n((const char *)data, size);
	struct heard_error err = {0};

	if (fixed == NULL) {
		static const char list[] =
			"[a]\nfuck*\nass\nblow job\n[b]\n口交 ! 路口交, 口交叉\n傻逼\n";
		if (mkdtemp(folder) == NULL)
			abort();
		snprintf(path, sizeof(path), "%s/a.txt", folder);
		FILE *f = fopen(path, "we");
		if (f == NULL || fputs(list, f) < 0 || fclose(f))
			abort();
		fixed = words_load(folder, NULL, 0, NULL, 0, &err);
		if (fixed == NULL)
			abort();
	}
	search(fixed, text);
	struct list_reading r = {.words = calloc(1, sizeof(struct words)), .err = &err};
	const char *s = text.ptr, *end = text.ptr + size;
	int result = r.words ? 0 : -1;
	while (s < end && result == 0) {
		const char *stop = memchr(s, '\n', (size_t)(end - s));
		stop = stop ? stop : end;
		result = read_line(&r, heard_str_n(s, (size_t)(stop - s)));
		s = stop + 1;
	}
	if (result == 0 && r.words->n < 100 && compile(&r) == 0)
		search(r.words, text);
	plain_release(&r.plain);
	words_destroy(r.words);
	return 0;
}
