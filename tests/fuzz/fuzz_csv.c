/* Tables as text: charset, header, rows cut in two ways, and records from both. */
#include "table/csv.h"
#include "table/map.h"
#include "table/rows.h"

#include "batch.h"

#include <heard/batch.h>
#include <heard/buf.h>
#include <heard/error.h>

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
	size_t records, dead;
};

static void decode(const struct rows_head *h, const char *file, size_t from, size_t to,
		   struct seen *seen)
{
	static const struct map best = {0};
	const struct rows rows = {.map = &best,
				  .file = "f",
				  .dialect = h->dialect,
				  .header = h->end - h->begin,
				  .line = 1,
				  .max_row = 1 << 16};
	static struct heard_batch *batch; /* again and again: making one is slow */
	struct heard_error err = {0};
	struct heard_buf piece;

	if (batch == NULL)
		batch = batch_create(64 << 20);
	batch_clear(batch);
	heard_buf_init(&piece, 1 << 20);
	heard_buf_add(&piece, file + h->begin, h->end - h->begin);
	heard_buf_add(&piece, file + from, to - from);
	if (rows_decode(&rows, heard_buf_view(&piece), batch, &err) != 0)
		abort(); /* the head was found good */
	seen->records += heard_batch_size(batch);
	seen->dead += batch_dead_count(batch);
	heard_buf_release(&piece);
}

/* Whole rows of at most `step` bytes more at a time. */
static struct seen read_rows(const struct rows_head *h, const char *file, size_t n, size_t step)
{
	struct seen seen = {0};

	for (size_t from = h->end, to = from; from < n;) {
		struct csv_cut cut;

		to = to + step < n ? to + step : n;
		cut = csv_cut(&h->dialect, heard_str_n(file + from, to - from), to == n,
			      INT64_MAX);
		if (cut.rows > 0)
			decode(h, file, from, from + cut.bytes, &seen);
		from += cut.bytes;
		if (to == n && cut.rows == 0)
			break;
	}
	return seen;
}

/* The first byte: which charset is given. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct map best = {0};
	struct heard_error err = {0};
	struct rows_head h;
	struct seen whole, parts;
	const char *file = (const char *)data + 1;

	if (size < 2)
		return 0;
	if (rows_find_head(&best, charset_named(data[0] % 9), heard_str_n(file, size - 1), true,
			   &h, &err) != 1)
		return 0;
	whole = read_rows(&h, file, size - 1, size);
	parts = read_rows(&h, file, size - 1, 7 + size / 8);
	if (whole.records != parts.records || whole.dead != parts.dead)
		abort();
	return 0;
}
