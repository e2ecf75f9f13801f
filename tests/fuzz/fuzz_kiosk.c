/* What a kiosk device sends: the look at home, and then records of the same bytes. */
#define heard_now  fuzz_now
#define heard_emit fuzz_emit
#define heard_log  fuzz_log
#include "input/kiosk/batch.c"
#include "input/kiosk/burst.c"
#include "input/kiosk/device.c"
#include "input/kiosk/payload.c"
#include "input/kiosk/press.c"

#include "batch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW 1772692200000

int64_t fuzz_now(const struct heard_host *host)
{
	(void)host;
	return NOW;
}

void fuzz_log(struct heard_host *host, enum heard_level level, const char *format, ...)
{
	(void)host, (void)level, (void)format;
}

void fuzz_emit(struct heard_host *host, const struct heard_emission *e)
{
	(void)host, (void)e;
}

static void check(const struct heard_batch *batch, size_t i)
{
	const struct heard_record *r = heard_batch_at(batch, i);
	int64_t at = heard_get_time(r, HEARD_CREATED_AT);
	double rating = heard_get_number(r, HEARD_RATING, 1);
	if (at > NOW || at < NOW - 86400000LL * 90 || rating < 1 || rating > 5)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct device_row row = {"shop-3", "店", "", 1};
	static struct heard_batch *batch;
	static struct kiosk k = {.faces = 5,
				 .devices = {&row, 1},
				 .burst = {3, 10000},
				 .max_skew = 300000,
				 .max_age = 86400000LL * 90};
	struct heard_str raw = heard_str_n((const char *)data, size);
	struct press_context context;
	struct batch_seqs seqs;
	struct heard_error err = {0};

	if (batch == NULL) {
		batch = batch_create(64 << 20);
		device_create_all(&k, NULL);
	}
	batch_clear(batch);
	k.known[0].burst.n = k.known[0].burst.n > 32 ? 0 : k.known[0].burst.n;
	if (batch_look(&k, &k.known[0], raw, &context, &seqs, &err) != 0)
		return 0;
	if (press_decode(&k, raw, &context, batch, &err) != 0)
		abort(); /* what is good at home is good on a worker */
	if (heard_batch_size(batch) + batch_dead_count(batch) != seqs.n + seqs.bad ||
	    heard_batch_size(batch) > seqs.n)
		abort();
	for (size_t i = 0; i < heard_batch_size(batch); i++)
		check(batch, i);
	return 0;
}
