/*
 * fuzz_http.c - any bytes as a request: its head, a chunked body, and a body of
 * each kind, plain or gzip.
 *
 * The first byte says which.  What must hold: a head that is taken has views
 * inside of the text and no control characters in them; a chunked body gives
 * the same data however it is cut; a body that is refused says why.
 */
#include "batch.h"
#include "http_head.h"

#include "input/http/body.c"
#include "input/http/form.c"

#include <heard/buf.h>

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n);

enum { MEMORY = 64 << 20, MAX_PLAIN = 1 << 20 };

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void check_view(struct heard_str view, const char *text, size_t n)
{
	if (view.ptr == NULL)
		return;
	must(view.ptr >= text && view.ptr + view.len <= text + n);
}

static void fuzz_head(const char *bytes, size_t n)
{
	static struct http_head head;
	const char *why = NULL;
	char *text = malloc(n + 1);
	memcpy(text, bytes, n);
	size_t end = http_head_end(text, n, 0);
	if (end) {
		must(end == http_head_end(text, n, end - 1) &&
		     http_head_end(text, end - 1, 0) == 0);
		int status = http_head_parse(text, end, &head, &why);
		must(status == 0 || (status >= 400 && status < 600 && why));
		check_view(head.path, text, end);
		check_view(head.query, text, end);
		for (size_t i = 0; i < head.n; i++) {
			check_view(head.fields[i].name, text, end);
			check_view(head.fields[i].value, text, end);
			must(memchr(head.fields[i].value.ptr, '\n', head.fields[i].value.len) ==
			     NULL);
		}
		if (status == 0) {
			must(head.path.len && memchr(head.path.ptr, 0, head.path.len) == NULL);
			must(head.is_chunked == (head.length < 0));
		}
	}
	free(text);
}

/* The data of a chunked body that arrives in pieces of that size. */
static int dechunk(const char *bytes, size_t n, size_t piece, struct heard_buf *out)
{
	struct http_chunks chunks = {0};
	int result = 0;
	while (n && result == 0) {
		size_t used, len = n < piece ? n : piece;
		struct heard_str data;
		result = http_chunks_feed(&chunks, bytes, len, &used, &data);
		must(used > 0 && used <= len && data.len <= used);
		heard_buf_str(out, data);
		bytes += used;
		n -= used;
	}
	return result;
}

static void fuzz_chunks(const char *bytes, size_t n)
{
	struct heard_buf whole, cut;
	heard_buf_init(&whole, n);
	heard_buf_init(&cut, n);
	must(dechunk(bytes, n, n, &whole) == dechunk(bytes, n, 1, &cut));
	must(heard_str_eq(heard_buf_view(&whole), heard_buf_view(&cut)));
	heard_buf_release(&whole);
	heard_buf_release(&cut);
}

static void fuzz_body(const char *bytes, size_t n, enum body_kind kind, bool is_gzip)
{
	struct body_context context = {
		.kind = kind, .is_gzip = is_gzip, .max_plain = MAX_PLAIN};
	struct heard_error err = {0};
	struct heard_batch *batch = batch_create(MEMORY);
	int result = body_decode(&context, heard_str_n(bytes, n), HEARD_STR_OF("web"), batch,
				 &err);
	must(result == 0 || (err.code == -result && err.text[0]));
	must(result != 0 || heard_batch_size(batch) > 0);
	batch_destroy(batch);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n)
{
	const char *bytes = (const char *)data + 1;
	if (n < 2)
		return 0;
	unsigned what = data[0] % 10;
	if (what == 0)
		fuzz_head(bytes, n - 1);
	else if (what == 1)
		fuzz_chunks(bytes, n - 1);
	else
		fuzz_body(bytes, n - 1, (enum body_kind)(what / 2 - 1), what % 2);
	return 0;
}
