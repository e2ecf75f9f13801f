/*
 * fuzz_sse.c - any bytes as a stream of server-sent events.
 *
 * The first byte says how the second run cuts them.  What must hold: the events are the
 * same however the bytes are cut, and nothing of one is longer than its limit.
 */
#include <pull/sse.h>

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static bool note(void *arg, struct heard_str name, struct heard_str data)
{
	struct heard_buf *b = arg;
	must(name.len < SSE_NAME && data.len <= SSE_MAX);
	heard_buf_str(b, name);
	heard_buf_puts(b, "|");
	heard_buf_str(b, data);
	heard_buf_puts(b, "\n\n");
	return true;
}

static void run(struct heard_str bytes, size_t piece, struct heard_buf *said)
{
	struct sse s;
	sse_init(&s);
	heard_buf_init(said, 4 << 20);
	for (size_t at = 0; at < bytes.len; at += piece) {
		size_t left = bytes.len - at;
		sse_read(&s, heard_str_n(bytes.ptr + at, left < piece ? left : piece), note,
			 said);
	}
	sse_release(&s);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n)
{
	struct heard_buf whole, cut;
	if (n < 2)
		return 0;
	struct heard_str bytes = heard_str_n((const char *)data + 1, n - 1);
	run(bytes, bytes.len, &whole);
	run(bytes, (size_t)data[0] + 1, &cut);
	must(heard_str_eq(heard_buf_view(&whole), heard_buf_view(&cut)));
	heard_buf_release(&whole);
	heard_buf_release(&cut);
	return 0;
}
