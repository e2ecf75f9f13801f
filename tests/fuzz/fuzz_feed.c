/* Documents of feeds: JSON or XML to a tree, its items to records and dead letters. */
#include "feed/feed.h"
#include "feed/tree.h"

#include "batch.h"

#include <heard/batch.h>
#include <heard/buf.h>
#include <heard/error.h>
#include <heard/json.h>

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct feed *make(int which)
{
	static const char *const names[] = {
		"source_id", "body",	"subject", "created_at",   "rating",	"updated",
		"tags",	     "deleted", "op",	   "attributes.a", "ratings.b", "author.name"};
	static const char *const values[] = {"id|guid|a.0", "body|description|b.c.d",
					     "title",	    "at|pubDate",
					     "rating|r",    "updated",
					     "tags",	    "deleted",
					     "op",	    "x|=none",
					     "y",	    "author.name|dc:creator"};
	struct feed_options o = {.channel = "fuzz", .items = "", .max_items = 100};
	struct heard_error err;
	if (which > 0)
		o.fields = (struct heard_map){names, values, sizeof(names) / sizeof(names[0])};
	if (which > 1)
		o.items = "feed.entry|data.0.list";
	return feed_create(&o, &err);
}

/* What is written of an item is JSON, and reads as the same again. */
static void write_again(const struct heard_json *item)
{
	struct heard_buf first, second;
	struct heard_json_doc *doc;
	heard_buf_init(&first, 64 << 20);
	heard_buf_init(&second, 64 << 20);
	tree_write(item, &first);
	doc = heard_json_parse(heard_buf_view(&first), 64 << 20, NULL);
	if (doc) {
		tree_write(heard_json_root(doc), &second);
		if (!heard_str_eq(heard_buf_view(&first), heard_buf_view(&second)))
			abort();
	}
	heard_json_destroy(doc);
	heard_buf_release(&first);
	heard_buf_release(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct feed *feeds[3];
	static struct heard_batch *batch;
	struct heard_error err = {0};
	if (size < 1)
		return 0;
	if (batch == NULL)
		batch = batch_create(64 << 20);
	for (int i = 0; i < 3 && feeds[i] == NULL; i++)
		feeds[i] = make(i);
	const struct feed *feed = feeds[data[0] % 3];
	struct heard_str raw = heard_str_n((const char *)data + 1, size - 1);
	batch_clear(batch);
	struct feed_page *page = feed_page_read(feed, raw, &err);
	size_t n = 0, seen = 0;
	const struct heard_json *j = page ? feed_page_first(page, &n) : NULL;
	for (; j && seen < n; j = j->next, seen++)
		write_again(j);
	if (seen != n || (page == NULL && err.text[0] == '\0'))
		abort();
	feed_page_destroy(page);
	int code = feed_decode(feed, raw, batch, NULL, NULL, &err);
	if (code == 0 && heard_batch_size(batch) + batch_dead_count(batch) != n)
		abort(); /* each became one or the other */
	return 0;
}
