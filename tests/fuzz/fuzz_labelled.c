/*
 * Files of labelled records for `heard train classify` and sentiment: tables and NDJSON.
 * The first byte tells which columns are asked for.  Whatever the bytes: it ends, what is
 * refused is refused with a sentence, a label is one that a model's file can hold, each
 * text has its fold, and its grams have their places.
 */
#include "../../plugins/filter/classify/learned.c"
#include "../../plugins/filter/classify/teach.c"

#include <labelled/labelled.h>

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int take(void *arg, const struct labelled *l)
{
	struct heard_error err = {0};
	int rc = teach_add(arg, l->subject, l->body, l->label, &err);
	if (rc == -EBADMSG && err.text[0] == '\0')
		abort();
	return rc == -EBADMSG ? 0 : rc; /* go on: there is more to read */
}

static void look(struct teach *t)
{
	static const struct gram_shape shape = {
		.chars_min = 1, .chars_max = 6, .words_max = 2, .bits = 12};
	struct heard_error err = {0};
	if (teach_settle(t, &err) != 0 && err.text[0] == '\0')
		abort();
	for (size_t i = 0; i < t->n_labels; i++)
		if (strlen(t->labels[i].name) == 0 || t->labels[i].n == 0)
			abort();
	for (size_t i = 0; i < t->texts.n; i++) {
		size_t n;
		if (t->texts.at[i].fold >= TEACH_FOLDS || t->texts.at[i].label >= t->n_labels)
			abort();
		gather_text(t, &shape, &t->texts.at[i]);
		const uint32_t *places = gram_places(t->lane, &n);
		for (size_t k = 0; k < n; k++)
			if (places[k] >> shape.bits)
				abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct labelled_columns columns[] = {{"intent", NULL, NULL},
							  {"intent", "b", NULL},
							  {"department", "text", "label"},
							  {"sentiment", NULL, NULL}};
	struct heard_error err = {0};
	struct teach *t = teach_create();
	if (size == 0 || t == NULL) {
		teach_destroy(t);
		return 0;
	}
	char *copy = malloc(size); /* so that a step beyond is seen */
	memcpy(copy, data + 1, size - 1);
	if (labelled_read(heard_str_n(copy, size - 1), &columns[data[0] % 4], take, t, &err) !=
		    0 &&
	    err.text[0] == '\0')
		abort();
	look(t);
	free(copy);
	teach_destroy(t);
	return 0;
}
