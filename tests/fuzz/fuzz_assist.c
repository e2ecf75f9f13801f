/*
 * What a language model says, and the file of the budget.  By the first byte: the whole answer
 * of the API, or what the model says inside of a good one.  Nothing is believed that was not
 * asked for, and a summary that is taken has no markup.
 */
#include "../../plugins/filter/assist/budget.c"
#include "../../plugins/filter/assist/classes.c"
#include "../../plugins/filter/assist/prompt.c"
#include "../../plugins/filter/assist/verdict.c"

#include "batch.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct classes classes;
static const struct prompt prompt = {.model = "m",
				     .format = FORMAT_SCHEMA,
				     .max_tokens = 100,
				     .max_text = 300,
				     .max_summary = 60,
				     .classes = &classes};

static void check(struct prompt_wish wish, const struct verdict *v, int rc,
		  const struct heard_error *err)
{
	bool gives = v->class != NULL || v->intent != NULL || v->summary.len > 0;
	if (rc != 0 && (gives || err->text[0] == '\0'))
		abort();
	if ((!wish.class && (v->class != NULL || v->intent != NULL)) ||
	    (!wish.summary && v->summary.len > 0))
		abort();
	if (v->summary.len > 0 && (memchr(v->summary.ptr, '<', v->summary.len) != NULL ||
				   memchr(v->summary.ptr, '\n', v->summary.len) != NULL ||
				   !text_is_valid(v->summary) || v->summary.len > 240))
		abort();
}

/* The question is JSON whatever the text is. */
static void ask(struct prompt_wish wish, struct heard_str text)
{
	struct heard_buf b;
	heard_buf_init(&b, 1 << 20);
	if (prompt_write(&prompt, wish, text, text, &b)) {
		struct heard_json_doc *doc = heard_json_parse(heard_buf_view(&b), 1 << 20,
							      NULL);
		if (doc == NULL)
			abort();
		heard_json_destroy(doc);
	}
	heard_buf_release(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct heard_batch *batch;
	struct heard_error err = {0};
	struct budget budget = {0};
	struct verdict v;
	if (batch == NULL) {
		batch = batch_create(8 << 20);
		if (classes_init(&classes, &(struct heard_rows){0}, &err) != 0)
			abort();
	}
	if (size < 1)
		return 0;
	batch_clear(batch);
	struct heard_str bytes = heard_str_n((const char *)data + 1, size - 1);
	struct prompt_wish wish = {data[0] & 2, data[0] & 4};
	struct heard_buf b;
	heard_buf_init(&b, 1 << 20);
	if (data[0] & 1) {
		heard_buf_str(&b, bytes);
	} else {
		heard_buf_puts(&b, "{\"choices\":[{\"message\":{\"content\":");
		heard_json_put_str(&b, bytes);
		heard_buf_puts(&b, "}}],\"usage\":{\"total_tokens\":7}}");
	}
	int rc = verdict_read(&prompt, wish, heard_buf_view(&b), 1 << 20, bytes, batch, &v,
			      &err);
	check(wish, &v, rc, &err);
	heard_buf_release(&b);
	ask(wish, bytes);
	if (bytes.len > 0)
		budget_read(&budget, bytes);
	return 0;
}
