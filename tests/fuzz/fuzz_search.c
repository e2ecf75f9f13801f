/*
 * fuzz_search.c - the search language: whatever is typed is folded, cut into
 * phrases and matched without a fault, and a query finds the text that it is.
 */
#include <heard/error.h>

#include <store/fold.h>
#include <store/posting.h>
#include <store/query.h>

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct heard_str text = heard_str_n((const char *)data, size);
	struct heard_error err;
	struct heard_buf folded;
	struct query query;
	struct postings postings;
	heard_buf_init(&folded, 1 << 20);
	fold_text(text, &folded);
	if (folded.len > 3 * size + 4)
		abort(); /* at most a mark or two beside each character */
	postings_init(&postings, 1);
	if (postings_add(&postings, 0, heard_buf_view(&folded)) || postings_sort(&postings))
		abort();
	if (query_init(&query, text, &err) == 0)
		for (size_t i = 0; i < query.n; i++)
			if (query.phrase[i].len == 0)
				abort();
	if (query.n == 1 && size <= QUERY_BYTES && !memchr(data, '"', size) &&
	    !query_matches(&query, heard_buf_view(&folded)))
		abort();
	query_release(&query);
	postings_release(&postings);
	heard_buf_release(&folded);
	return 0;
}
