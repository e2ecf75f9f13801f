/*
 * What dedupe keeps on disk: whatever the bytes, a frame that is taken is whole, and is
 * written as it was read.
 */
#include "../../plugins/filter/dedupe/frame.c"
#include "../../plugins/filter/dedupe/window.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The check would keep the fuzzer out, so it is made good. */
static size_t mend(const uint8_t *data, size_t size, char frame[FRAME_MAX])
{
	size_t n = size < FRAME_MAX ? size : FRAME_MAX;
	memcpy(frame, data, n);
	if (n < FRAME_HEAD)
		return n;
	size_t hashes = (unsigned char)frame[AT_N] % (MINHASH_SKETCH + 1);
	frame[AT_N] = (char)hashes;
	if (n >= FRAME_HEAD + 4 * hashes) {
		uint32_t check = check_of(frame, FRAME_HEAD + 4 * hashes);
		memcpy(frame, &check, 4);
	}
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct window_rules rules = {
		.alike = 0.75, .span = INT64_MAX / 4, .least = 8};
	char frame[FRAME_MAX], again[FRAME_MAX];
	struct said said;
	struct window_found found;
	size_t n = mend(data, size, frame);
	size_t took = frame_read(heard_str_n(frame, n), &said);
	if (took == 0)
		return 0;
	if (frame_write(&said, again) != took || memcmp(frame, again, took) != 0)
		abort();
	struct window *w = window_create(64);
	if (w == NULL)
		return 0;
	window_add(w, &said);
	window_look(w, &said, &rules, &found);
	window_destroy(w);
	return 0;
}
