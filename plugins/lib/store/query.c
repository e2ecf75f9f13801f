/*
 * query.c - the search language: phrases, all of which must occur.
 */
#include "query.h"

#include "fold.h"

#include <heard/error.h>

#include <errno.h>
#include <string.h>

static const struct heard_str wide_space = HEARD_STR("\xe3\x80\x80");
static const struct heard_str quotes[] = {HEARD_STR("\""), HEARD_STR("\xe2\x80\x9c"),
					  HEARD_STR("\xe2\x80\x9d")};

/* Bytes of the blank or quote that the text begins with, or 0. */
static size_t blank_len(struct heard_str s)
{
	if (s.ptr[0] == ' ' || (s.ptr[0] >= '\t' && s.ptr[0] <= '\r'))
		return 1;
	return heard_str_starts(s, wide_space) ? wide_space.len : 0;
}

static size_t quote_len(struct heard_str s)
{
	for (size_t i = 0; i < sizeof(quotes) / sizeof(*quotes); i++)
		if (heard_str_starts(s, quotes[i]))
			return quotes[i].len;
	return 0;
}

/* Takes the next phrase, unfolded, off the front; false at the end. */
static bool take_phrase(struct heard_str *left, struct heard_str *phrase)
{
	size_t skip;
	while (left->len && (skip = blank_len(*left)) > 0)
		*left = heard_str_skip(*left, skip);
	if (left->len == 0)
		return false;
	bool quoted = (skip = quote_len(*left)) > 0;
	*left = heard_str_skip(*left, skip);
	*phrase = heard_str_n(left->ptr, 0);
	while (left->len && quote_len(*left) == 0 && (quoted || blank_len(*left) == 0)) {
		phrase->len++;
		*left = heard_str_skip(*left, 1);
	}
	if (quoted && left->len)
		*left = heard_str_skip(*left, quote_len(*left));
	return true;
}

static int add_phrase(struct query *q, struct heard_str text, size_t *ends,
		      struct heard_error *err)
{
	size_t before = q->folded.len;
	fold_text(text, &q->folded);
	if (q->folded.len > before && q->folded.ptr[q->folded.len - 1] == FOLD_BREAK)
		q->folded.len--;
	if (q->folded.failed)
		return heard_fail(err, ENOMEM, "out of memory");
	if (q->folded.len == before)
		return 0;
	if (q->n == QUERY_PHRASES)
		return heard_fail(err, EINVAL,
				  "the search has more than %d words; leave some out",
				  QUERY_PHRASES);
	ends[q->n++] = q->folded.len;
	return 0;
}

int query_init(struct query *q, struct heard_str text, struct heard_error *err)
{
	size_t ends[QUERY_PHRASES] = {0}, start = 0;
	struct heard_str phrase;
	memset(q, 0, sizeof(*q));
	heard_buf_init(&q->folded, 8 * QUERY_BYTES);
	if (text.len > QUERY_BYTES)
		return heard_fail(err, EINVAL, "the search is longer than %d bytes",
				  QUERY_BYTES);
	while (take_phrase(&text, &phrase))
		if (add_phrase(q, phrase, ends, err))
			return -err->code;
	if (q->n == 0)
		return heard_fail(err, EINVAL, "the search has no word in it");
	for (size_t i = 0; i < q->n; start = ends[i++])
		q->phrase[i] = heard_str_n(q->folded.ptr + start, ends[i] - start);
	return 0;
}

void query_release(struct query *q)
{
	heard_buf_release(&q->folded);
	memset(q, 0, sizeof(*q));
}

bool query_matches(const struct query *q, struct heard_str folded)
{
	for (size_t i = 0; i < q->n; i++)
		if (!folded.len ||
		    !memmem(folded.ptr, folded.len, q->phrase[i].ptr, q->phrase[i].len))
			return false;
	return true;
}
