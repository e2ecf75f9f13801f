/*
 * fuzz_json.c - any bytes as JSON: into a tree, and into a record.
 *
 * What the record reader takes, the tree reader takes; and a record that was
 * written and read again is written the same.
 */
#include "record.h"

#include <heard/error.h>
#include <heard/json.h>

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n);

enum { CAP = 1 << 20, MEMORY = 64 << 20 };

static bool tree_takes(struct heard_str text)
{
	struct heard_error err = {0};
	struct heard_json_doc *doc = heard_json_parse(text, CAP, &err);
	if (doc == NULL && (err.code == 0 || err.text[0] == '\0'))
		abort();
	heard_json_destroy(doc);
	return doc != NULL;
}

static struct heard_record *read_record(struct heard_batch *batch, struct heard_str text)
{
	struct heard_error err = {0};
	if (heard_batch_add_json(batch, text, &err) == 0)
		return heard_batch_at(batch, heard_batch_size(batch) - 1);
	if (err.code == 0 || err.text[0] == '\0')
		abort();
	return NULL;
}

static void check_record(struct heard_batch *batch, struct heard_str text, bool is_json)
{
	struct heard_buf once, again;
	struct heard_record *r = read_record(batch, text);
	if (r == NULL)
		return;
	heard_buf_init(&once, MEMORY);
	heard_buf_init(&again, MEMORY);
	record_encode(r, &once);
	struct heard_str line = heard_str_n(once.ptr, once.len - 1);
	struct heard_record *reread = read_record(batch, line);
	if (reread)
		record_encode(reread, &again);
	if (!is_json || !tree_takes(line) || once.failed ||
	    !heard_str_eq(heard_buf_view(&once), heard_buf_view(&again)))
		abort();
	heard_buf_release(&once);
	heard_buf_release(&again);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n)
{
	/* A copy of just that size, so that reading behind it shows. */
	char *copy = malloc(n ? n : 1);
	struct heard_batch *batch = batch_create(MEMORY);
	if (copy == NULL || batch == NULL)
		abort();
	if (n)
		memcpy(copy, data, n);
	struct heard_str text = {copy, n};
	check_record(batch, text, tree_takes(text));
	batch_destroy(batch);
	free(copy);
	return 0;
}
