/*
 * Models as files, with a checksum that is right, and texts as grams.
 *
 * First byte even: the rest is a model's file, its checksum and length corrected so that
 * what is behind them is reached; what is taken for a model judges and is written again.
 * Odd: four bytes of shape, then a text.
 */
#include "model/gram.h"
#include "model/linear.h"

#include <heard/error.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct gram_lane *lane;

static void judge(const struct linear *m, struct heard_str text)
{
	float p[LINEAR_LABELS];
	size_t n;
	gram_begin(lane, &m->shape);
	gram_text(lane, text, 0);
	const uint32_t *places = gram_places(lane, &n);
	linear_judge(m, places, n, p);
}

static void one_file(const uint8_t *data, size_t size)
{
	struct heard_error err = {0};
	char *file = malloc(size + 1);
	if (file == NULL)
		return;
	memcpy(file, data, size);
	if (size >= 32) {
		uint64_t length = size;
		memcpy(file, "HEARDMOD\1\0\0\0", 12);
		memcpy(file + 16, &length, 8);
		uint64_t sum = XXH3_64bits(file + 32, size - 32);
		memcpy(file + 24, &sum, 8);
	}
	struct linear *m = linear_read(heard_str_n(file, size), NULL, &err);
	if (m == NULL && err.text[0] == '\0')
		abort(); /* refused without a sentence */
	if (m != NULL) {
		judge(m, heard_str("很好 good"));
		judge(m, heard_str_n(NULL, 0));
		if (linear_find(m, heard_str(m->labels[0].name)) != 0)
			abort();
	}
	linear_destroy(m);
	free(file);
}

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return (x > y) - (x < y);
}

/* Each place once and within the table; the same again, and in parts no more than
 * there is room for. */
static void one_text(const uint8_t *data, size_t size)
{
	static uint32_t first[GRAM_MAX];
	struct gram_shape shape;
	size_t n, again;
	memcpy(&shape, data, sizeof(shape));
	shape.bits = (uint8_t)(GRAM_BITS_MIN +
			       shape.bits % (GRAM_BITS_MAX - GRAM_BITS_MIN + 1));
	if (!gram_shape_is_good(&shape))
		return;
	struct heard_str text = {(const char *)data + 4, size - 4};
	gram_begin(lane, &shape);
	gram_text(lane, text, 0);
	memcpy(first, gram_places(lane, &n), sizeof(first));
	qsort(first, n, sizeof(*first), by_value);
	for (size_t i = 0; i < n; i++)
		if (first[i] >> shape.bits != 0 || (i > 0 && first[i] == first[i - 1]))
			abort();
	gram_text(lane, text, 0);
	gram_places(lane, &again);
	if (n > GRAM_MAX || again != n)
		abort();
	gram_text(lane, text, 1);
	gram_token(lane, text);
	gram_places(lane, &again);
	if (again > GRAM_MAX || again < n)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (lane == NULL)
		lane = gram_lane_create();
	if (size < 5 || lane == NULL)
		return 0;
	if (data[0] % 2 == 0)
		one_file(data + 1, size - 1);
	else
		one_text(data + 1, size - 1);
	return 0;
}
