/* MinHash (plugins/lib/minhash), and the window of the filter dedupe: in memory and on disk. */
#include "../../plugins/filter/dedupe/frame.c"
#include "../../plugins/filter/dedupe/kept.c"
#include "../../plugins/filter/dedupe/window.c"

#include <minhash/minhash.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct window_rules rules = {.alike = 0.8, .span = 1000, .least = 8};

struct fixture {
	struct minhash_family family;
	struct minhash_lane lane;
	uint64_t random;
};

static uint32_t roll(struct fixture *f, uint32_t below)
{
	f->random = f->random * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((f->random >> 33) % below);
}

static int begin(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	minhash_family_init(&f->family, 42);
	f->random = 1;
	*state = f;
	return f ? 0 : -1;
}

static int end(void **state)
{
	free(*state);
	return 0;
}

static struct minhash hash(struct fixture *f, const char *text)
{
	struct minhash m;
	assert_true(minhash_make(&m, &f->lane, &f->family, heard_str(text)));
	return m;
}

/* ---- texts */

static void same(struct fixture *f, const char *a, const char *b)
{
	struct minhash x = hash(f, a), y = hash(f, b);
	assert_true(minhash_alike(&x, &y) >= 1);
	assert_memory_equal(x.bands, y.bands, sizeof(x.bands));
}

static void spelling_does_not_matter(void **state)
{
	struct fixture *f = *state;
	same(f, "物流太慢了，三天没更新", "物 流 太 慢 了 三天沒更新！！！");
	same(f, "It BROKE after 12 days.", "it broke, after 34 days");
	same(f, "ＡＢＣ　ｄｅｆ", "abc def");
	same(f, "好", "好！");
}

static void nothing_said_is_nothing(void **state)
{
	struct fixture *f = *state;
	struct minhash m;
	const char *const texts[] = {"", "  \n ", "?!...", "，。！", "\xff\xfe"};
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		assert_false(minhash_make(&m, &f->lane, &f->family, heard_str(texts[i])));
}

static void short_texts_are_compared_exactly(void **state)
{
	struct fixture *f = *state;
	/* abc bcd cde def | bcd cde def efg: 3 of 5 */
	struct minhash a = hash(f, "abcdef"), b = hash(f, "bcdefg");
	assert_float_equal(minhash_alike(&a, &b), 0.6, 1e-9);
	assert_float_equal(minhash_error(&a, &b, 0.8), 0, 1e-9);
	/* 质量 量很 很好 | 质量 量不 不好 */
	a = hash(f, "质量很好"), b = hash(f, "质量不好");
	assert_float_equal(minhash_alike(&a, &b), 0.2, 1e-9);
}

/* Characters of a text that nobody wrote: ideographs, or letters. */
static size_t make_text(struct fixture *f, uint32_t *text, size_t n, bool is_han)
{
	for (size_t i = 0; i < n; i++)
		text[i] = is_han ? 0x4e00 + roll(f, 1500) : 'a' + roll(f, 26);
	return n;
}

static struct heard_str encode(const uint32_t *text, size_t n, char *out)
{
	size_t len = 0;
	for (size_t i = 0; i < n; i++) {
		uint32_t c = text[i];
		if (c < 0x80) {
			out[len++] = (char)c;
			continue;
		}
		out[len++] = (char)(0xe0 | c >> 12);
		out[len++] = (char)(0x80 | (c >> 6 & 63));
		out[len++] = (char)(0x80 | (c & 63));
	}
	return heard_str_n(out, len);
}

/* Two texts of which one has a piece of the other: alike to any degree. */
static void the_quick_ways_say_the_same(void **state)
{
	struct fixture *f = *state;
	static uint32_t text[600];
	static char first[2400], second[2400];
	unsigned alike = 0, refused = 0;
	for (unsigned i = 0; i < 3000; i++) {
		size_t n = make_text(f, text, 2 + roll(f, 300), i % 2), from = roll(f, 30);
		from = from < n ? from : 0;
		struct heard_str a = encode(text, n, first);
		make_text(f, text + n, 40, i % 2);
		struct heard_str b = encode(text + from, n - from + roll(f, 40), second);
		struct minhash x, y;
		if (!minhash_make(&x, &f->lane, &f->family, a) ||
		    !minhash_make(&y, &f->lane, &f->family, b))
			continue;
		struct minhash_shade p = minhash_shade(&x), q = minhash_shade(&y);
		double j = minhash_alike(&x, &y),
		       least = 0.75 - 2 * minhash_error(&x, &y, 0.75);
		assert_true(minhash_alike_from(&x, &y, 0.75) == (j >= least ? j : 0));
		assert_true(j < least || minhash_may_be_alike(&p, &q, 0.75));
		alike += j >= least;
		refused += !minhash_may_be_alike(&p, &q, 0.75);
	}
	assert_true(alike > 500 && refused > 500);
}

/* All grams, for the index as it really is. */
static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return (x > y) - (x < y);
}

static size_t all_grams(const uint32_t *text, size_t n, bool is_han, uint64_t *out)
{
	size_t k = is_han ? 2 : 3, found = 0, kept = 0;
	for (size_t i = 0; i + k <= n; i++) {
		out[found] = 0;
		for (size_t j = 0; j < k; j++)
			out[found] = out[found] << 21 | text[i + j];
		found++;
	}
	qsort(out, found, sizeof(*out), by_value);
	for (size_t i = 0; i < found; i++)
		if (kept == 0 || out[kept - 1] != out[i])
			out[kept++] = out[i];
	return kept;
}

static double jaccard(const uint64_t *a, size_t n, const uint64_t *b, size_t m)
{
	size_t i = 0, k = 0, both = 0;
	while (i < n && k < m) {
		both += a[i] == b[k];
		uint64_t x = a[i], y = b[k];
		i += x <= y;
		k += y <= x;
	}
	return (double)both / (double)(n + m - both);
}

struct tried {
	unsigned near, near_found, far, far_found;
};

/* A text, and the same with some characters changed: is it found? */
static void try_pair(struct fixture *f, size_t n, bool is_han, struct tried *t)
{
	uint32_t a[512], b[512];
	uint64_t x[512], y[512];
	char bytes[2048];
	make_text(f, a, n, is_han);
	memcpy(b, a, sizeof(a));
	for (uint32_t edits = roll(f, (uint32_t)n / 8 + 2); edits > 0; edits--)
		make_text(f, &b[roll(f, (uint32_t)n)], 1, is_han);
	double j = jaccard(x, all_grams(a, n, is_han, x), y, all_grams(b, n, is_han, y));
	struct window *w = window_create(64);
	struct said one = {.at = 0}, two = {.at = 0};
	struct window_found found;
	assert_true(minhash_make(&one.text, &f->lane, &f->family, encode(a, n, bytes)));
	assert_true(minhash_make(&two.text, &f->lane, &f->family, encode(b, n, bytes)));
	window_add(w, &one);
	window_look(w, &two, &rules, &found);
	window_destroy(w);
	t->near += j >= 0.8;
	t->near_found += j >= 0.8 && found.n_related > 0;
	t->far += j < 0.6;
	t->far_found += j < 0.6 && found.n_related > 0;
}

static void near_repeats_are_found_and_others_are_not(void **state)
{
	struct fixture *f = *state;
	static const size_t lengths[] = {12, 20, 40, 80, 160, 400};
	for (size_t is_han = 0; is_han < 2; is_han++)
		for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
			struct tried t = {.near = 0};
			for (size_t n = 0; n < 600; n++)
				try_pair(f, lengths[i], is_han, &t);
			if (t.near > 0 && t.near_found < 0.97 * t.near)
				fail_msg("%zu characters: %u of %u", lengths[i], t.near_found,
					 t.near);
			if (t.far > 0 && t.far_found > 0.08 * t.far)
				fail_msg("%zu characters: %u of %u others", lengths[i],
					 t.far_found, t.far);
		}
}

/* ---- the window */

static struct said said(struct fixture *f, unsigned char id, uint64_t who, int64_t at,
			const char *text)
{
	struct said s = {.id = {id}, .who = {who}, .at = at};
	s.text = hash(f, text);
	return s;
}

static struct window_found put(struct window *w, const struct said *s)
{
	struct window_found found;
	window_look(w, s, &rules, &found);
	window_add(w, s);
	return found;
}

#define COMPLAINT "the parcel has not moved for three days"

static void the_earliest_of_the_best_is_named(void **state)
{
	struct fixture *f = *state;
	struct window *w = window_create(64);
	struct said s = said(f, 1, 7, 100, COMPLAINT " now");
	assert_false(put(w, &s).has_earlier);
	for (unsigned char id = 2; id < 5; id++) {
		s = said(f, id, 7, 100 + id, COMPLAINT);
		struct window_found found = put(w, &s);
		assert_true(found.has_earlier);
		assert_int_equal(found.earlier[0], id == 2 ? 1 : 2);
	}
	window_destroy(w);
}

static void a_crowd_hides_nobody(void **state)
{
	struct fixture *f = *state;
	struct window *w = window_create(4096);
	struct said s = said(f, 1, 7, 100, COMPLAINT);
	put(w, &s);
	for (uint64_t who = 1000; who < 4000; who++) {
		s = said(f, 2, who, 100, COMPLAINT);
		put(w, &s);
	}
	s = said(f, 3, 7, 100, COMPLAINT);
	struct window_found found = put(w, &s);
	assert_true(found.has_earlier);
	assert_int_equal(found.earlier[0], 1);
	assert_int_equal(found.n_related, WINDOW_RELATED);
	window_destroy(w);
}

static void time_and_count_end_it(void **state)
{
	struct fixture *f = *state;
	struct window *w = window_create(64);
	struct said s = said(f, 1, 7, 100, COMPLAINT);
	put(w, &s);
	s = said(f, 2, 7, 1101, COMPLAINT);
	struct window_found found;
	window_look(w, &s, &rules, &found);
	assert_false(found.has_earlier);
	s.at = 1100;
	window_look(w, &s, &rules, &found);
	assert_true(found.has_earlier);
	for (unsigned i = 0; i < 64; i++) {
		char text[64];
		snprintf(text, sizeof(text), "%c%c something else entirely", 'a' + i % 26,
			 'a' + i / 26);
		struct said other = said(f, 9, 100 + i, 100, text);
		window_add(w, &other);
	}
	assert_int_equal(window_size(w), 64);
	window_look(w, &s, &rules, &found);
	assert_false(found.has_earlier);
	window_destroy(w);
}

static void what_comes_again_is_no_repeat(void **state)
{
	struct fixture *f = *state;
	struct window *w = window_create(64);
	struct said s = said(f, 1, 7, 100, COMPLAINT);
	s.origin = 5;
	put(w, &s);
	s.id[0] = 2;
	struct window_found found = put(w, &s);
	assert_true(found.is_again);
	assert_false(found.has_earlier);
	s.origin = 6;
	s.order = 1;
	assert_true(put(w, &s).has_earlier);
	s.order = 2, s.origin = 0;
	found = put(w, &s);
	assert_int_equal(found.earlier[0], 1); /* of no order, not that of another */
	window_destroy(w);
}

static void what_came_after_is_not_what_was_said_before(void **state)
{
	struct fixture *f = *state;
	struct window *w = window_create(64);
	struct said a = said(f, 1, 7, 100, COMPLAINT), b = said(f, 2, 7, 100, COMPLAINT);
	a.origin = 5;
	b.origin = 6;
	put(w, &a);
	assert_int_equal(put(w, &b).earlier[0], 1);
	for (int i = 0; i < 2; i++) { /* both are brought again, and once more */
		struct window_found found = put(w, &a);
		assert_true(found.is_again);
		assert_false(found.has_earlier);
		assert_int_equal(put(w, &b).earlier[0], 1);
	}
	window_destroy(w);
}

/* ---- on disk */

struct recalled {
	size_t n;
	struct said last;
};
static void recall(void *arg, const struct said *s)
{
	struct recalled *r = arg;
	r->n++;
	r->last = *s;
}

static size_t read_back(const char *folder, uint64_t key, struct recalled *r,
			struct heard_error *err)
{
	struct kept *k = kept_create(NULL, folder, key, 100);
	*r = (struct recalled){.n = 0};
	kept_read(k, recall, r, err);
	kept_destroy(k);
	return r->n;
}

/* Write n more, as one run of the daemon. */
static void write_more(struct fixture *f, const char *folder, unsigned n, size_t per_file)
{
	struct heard_error err = {0};
	struct recalled r = {.n = 0};
	for (unsigned i = 0; i < n; i += 10) {
		struct kept *k = kept_create(NULL, folder, 3, per_file);
		kept_read(k, recall, &r, &err);
		assert_int_equal(kept_begin(k, &err), 0);
		for (unsigned j = 0; j < 10; j++) {
			struct said s = said(f, (unsigned char)(i + j), 7, i + j, COMPLAINT);
			kept_note(k, &s);
		}
		kept_end(k);
		kept_destroy(k);
	}
}

static void a_restart_forgets_nothing(void **state)
{
	struct fixture *f = *state;
	char folder[] = "/tmp/heard-dedupe-XXXXXX", path[64];
	struct heard_error err = {0};
	struct recalled r;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(read_back(folder, 3, &r, &err), 0);
	write_more(f, folder, 40, 100);
	assert_int_equal(read_back(folder, 3, &r, &err), 40);
	struct said s = said(f, 39, 7, 39, COMPLAINT);
	assert_memory_equal(r.last.id, s.id, WINDOW_ID);
	assert_int_equal(r.last.at, 39);
	assert_memory_equal(r.last.text.bands, s.text.bands, sizeof(s.text.bands));
	assert_true(minhash_alike(&r.last.text, &s.text) >= 1);

	/* It turns over, and does not grow for ever. */
	write_more(f, folder, 200, 50);
	assert_in_range(read_back(folder, 3, &r, &err), 50, 100);

	/* A torn end costs that end; what is written next is whole. */
	snprintf(path, sizeof(path), "%s/newer", folder);
	size_t n = read_back(folder, 3, &r, &err);
	struct stat st;
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(truncate(path, st.st_size - 5), 0);
	struct kept *k = kept_create(NULL, folder, 3, 100);
	r.n = 0;
	k->host = NULL;
	assert_int_equal(kept_read(k, recall, &r, &err), 0);
	assert_int_equal(r.n, n - 1);
	assert_int_equal(kept_begin(k, &err), 0);
	kept_note(k, &s);
	kept_end(k);
	kept_destroy(k);
	assert_int_equal(read_back(folder, 3, &r, &err), n);

	/* Another key, another file: said in a sentence. */
	err = (struct heard_error){0};
	read_back(folder, 4, &r, &err);
	assert_non_null(strstr(err.text, "another key"));
	FILE *file = fopen(path, "w");
	fputs("this is something else altogether", file);
	fclose(file);
	err = (struct heard_error){0};
	read_back(folder, 3, &r, &err);
	assert_non_null(strstr(err.text, "not what this version"));

	unlink(path);
	snprintf(path, sizeof(path), "%s/older", folder);
	unlink(path);
	rmdir(folder);
}

static void bad_frames_are_refused(void **state)
{
	struct fixture *f = *state;
	char frame[FRAME_MAX];
	struct said s = said(f, 1, 7, 100, COMPLAINT), back;
	size_t size = frame_write(&s, frame);
	assert_int_equal(frame_read(heard_str_n(frame, size), &back), size);
	for (size_t i = 0; i < size; i++) {
		assert_int_equal(frame_read(heard_str_n(frame, i), &back), 0);
		frame[i] ^= 1;
		assert_int_equal(frame_read(heard_str_n(frame, size), &back), 0);
		frame[i] ^= 1;
	}
}

/* As it was written before there was an origin: a hash of the source's own id is there. */
static void an_older_frame_has_no_origin(void **state)
{
	struct fixture *f = *state;
	char frame[FRAME_MAX];
	struct said s = said(f, 1, 7, 100, COMPLAINT), back;
	s.origin = 77;
	size_t size = frame_write(&s, frame);
	assert_int_equal(frame_read(heard_str_n(frame, size), &back), size);
	assert_true(back.origin == 77 && back.text.is_whole == s.text.is_whole);

	frame[AT_WHOLE] = (char)s.text.is_whole;
	uint32_t check = check_of(frame, size);
	memcpy(frame, &check, 4);
	assert_int_equal(frame_read(heard_str_n(frame, size), &back), size);
	assert_true(back.origin == 0 && back.text.is_whole == s.text.is_whole);
	assert_int_equal(back.at, 100);

	frame[AT_WHOLE] = 4;
	check = check_of(frame, size);
	memcpy(frame, &check, 4);
	assert_int_equal(frame_read(heard_str_n(frame, size), &back), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(spelling_does_not_matter, begin, end),
		cmocka_unit_test_setup_teardown(nothing_said_is_nothing, begin, end),
		cmocka_unit_test_setup_teardown(short_texts_are_compared_exactly, begin, end),
		cmocka_unit_test_setup_teardown(the_quick_ways_say_the_same, begin, end),
		cmocka_unit_test_setup_teardown(near_repeats_are_found_and_others_are_not,
						begin, end),
		cmocka_unit_test_setup_teardown(the_earliest_of_the_best_is_named, begin, end),
		cmocka_unit_test_setup_teardown(a_crowd_hides_nobody, begin, end),
		cmocka_unit_test_setup_teardown(time_and_count_end_it, begin, end),
		cmocka_unit_test_setup_teardown(what_comes_again_is_no_repeat, begin, end),
		cmocka_unit_test_setup_teardown(what_came_after_is_not_what_was_said_before,
						begin, end),
		cmocka_unit_test_setup_teardown(a_restart_forgets_nothing, begin, end),
		cmocka_unit_test_setup_teardown(bad_frames_are_refused, begin, end),
		cmocka_unit_test_setup_teardown(an_older_frame_has_no_origin, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
