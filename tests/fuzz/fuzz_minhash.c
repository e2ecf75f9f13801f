/*
 * Texts for MinHash and for the wording that authentic reads: whatever the bytes, sketches
 * rise, a text is like itself, and nothing covers more than there is.
 */
#include "../../plugins/filter/authentic/wording.c"

#include <minhash/minhash.h>

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_sketch(const struct minhash *m)
{
	for (size_t i = 1; i < m->n; i++)
		if (m->sketch[i] <= m->sketch[i - 1])
			abort();
	if (m->n == 0 || m->n > MINHASH_SKETCH || (!m->is_whole && m->n != MINHASH_SKETCH) ||
	    minhash_alike(m, m) < 1)
		abort();
}

/* The quick ways say what the slow one does. */
static void check_quick(const struct minhash *a, const struct minhash *b, double cut)
{
	struct minhash_shade x = minhash_shade(a), y = minhash_shade(b);
	double j = minhash_alike(a, b), quick = minhash_alike_from(a, b, cut);
	double least = cut - 2 * minhash_error(a, b, cut);
	if (quick != (j >= least ? j : 0) || (quick > 0 && !minhash_may_be_alike(&x, &y, cut)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct minhash_family family;
	static struct minhash_lane lane;
	static struct wording_lane words;
	static struct phrases *phrases;
	struct minhash a, b;
	struct wording w;
	if (phrases == NULL) {
		phrases = phrases_create(&(struct heard_list){.n = 0}, NULL);
		minhash_family_init(&family, 1);
	}
	struct heard_str text = heard_str_n((const char *)data, size);
	struct heard_str head = heard_str_n(text.ptr, size / 2);
	bool has_a = minhash_make(&a, &lane, &family, text);
	if (has_a)
		check_sketch(&a);
	if (has_a && minhash_make(&b, &lane, &family, head)) {
		double j = minhash_alike(&a, &b);
		if (!(j >= 0 && j <= 1) || j != minhash_alike(&b, &a) ||
		    !(minhash_error(&a, &b, 0.8) <= 0.5))
			abort();
		check_quick(&a, &b, 0.5);
		check_quick(&a, &b, 0.75);
		check_quick(&a, &b, 1);
	}
	wording_read(&w, &words, phrases, text);
	if (w.covered > w.letters || w.variety < 0 || w.variety > 1)
		abort();
	return 0;
}
