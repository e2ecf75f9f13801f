/* Bodies with reviews: bad with a sentence, or records that each have an id and a thread. */
#include "../unit/review_fixture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first byte: lines or not, links or fetched, an envelope or not. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct heard_batch *batch; /* again and again: making one is slow */
	static struct review review;
	struct heard_error err = {0};
	if (size < 1)
		return 0;
	if (batch == NULL) {
		batch = batch_create(64 << 20);
		review_defaults(&review);
		if (review_setup(&review, &err) != 0)
			abort();
	}
	struct page page = {.kind = data[0] & 1 ? PAGE_LINES : PAGE_BODY,
			    .found = HEARD_STR("00112233445566770000000000000000 - size\n")};
	review.extra_options.media.policy = data[0] >> 1 & 1 ? MEDIA_FETCH : MEDIA_LINK;
	review.pull.feed.items = data[0] >> 2 & 1 ? "data" : "";
	batch_clear(batch);
	int result = push_decode(&review, &page, heard_str_n((const char *)data + 1, size - 1),
				 batch, &err);
	if (result < 0) {
		if (result != -EBADMSG || err.text[0] == '\0')
			abort();
		return 0;
	}
	if (heard_batch_size(batch) == 0)
		abort();
	for (size_t i = 0; i < heard_batch_size(batch); i++) {
		const struct heard_record *r = heard_batch_at(batch, i);
		if (!heard_has(r, HEARD_SOURCE_ID) || !heard_has(r, HEARD_THREAD) ||
		    !heard_has(r, HEARD_CHANNEL))
			abort();
	}
	return 0;
}
