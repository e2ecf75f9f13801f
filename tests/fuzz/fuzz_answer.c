/*
 * Articles and questions for answer: whatever the bytes, what is read lies inside of them,
 * an article finds itself by its title, and a score is a score.
 */
#include "../../plugins/filter/answer/article.c"
#include "../../plugins/filter/answer/folder.c"
#include "../../plugins/filter/answer/score.c"
#include "../../plugins/filter/answer/shelf.c"
#include "../../plugins/filter/answer/terms.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(struct shelf *s, struct heard_str text)
{
	struct terms terms;
	struct shelf_find find;
	struct shelf_reader *reader = shelf_read(s, NULL);

	if (reader == NULL)
		abort();
	terms_init(&terms);
	if (terms_read(&terms, text) == 0 &&
	    (shelf_best(reader, &terms, heard_str(NULL), &find, NULL) != 0 ||
	     !(find.score >= 0) || find.score > 1))
		abort();
	terms_release(&terms);
	shelf_reader_close(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct heard_error err = {0};
	struct article a;
	char *copy = malloc(size + 1); /* so that a step beyond is seen */
	memcpy(copy, data, size);
	struct heard_str text = heard_str_n(copy, size);
	struct shelf *s = shelf_create(&err);

	if (article_read(&a, text, HEARD_STR_OF("name"), &err) == 0) {
		if (a.body.ptr < copy || a.body.ptr + a.body.len > copy + size)
			abort();
		if (shelf_add(s, &a, &err) || shelf_finish(s, &err))
			abort();
		ask(s, a.title);
		ask(s, text);
	}
	shelf_close(s);
	free(copy);
	return 0;
}
