/*
 * fuzz_condition.c - any bytes as a condition, tested on two records: it is
 * refused with a sentence, or it is true, false or failed, in bounded time and
 * memory, and the same again.
 */
#include "batch.h"
#include "condition.h"

#include <heard/error.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char full[] =
	"{\"channel\":\"web\",\"received_at\":\"2026-01-02T03:04:05.678Z\",\"body\":\"我要退款 "
	"REFUND\",\"author\":{\"key\":\"k1\"},\"rating\":2,\"spam\":{\"score\":0.25,"
	"\"reasons\":[\"short\"]},\"tags\":[\"vip\"],\"masked\":{\"phone\":1},\"priority\":"
	"\"high\",\"attributes\":{\"plan\":\"gold\",\"utm\":{\"source\":\"ad\"}}}";

static struct heard_batch *batch; /* made once: a record is only read here */

static void make_records(void)
{
	struct heard_error err;
	batch = batch_create(1 << 20);
	if (heard_batch_add_json(batch, heard_str(full), &err) < 0 ||
	    heard_batch_add_json(batch, HEARD_STR_OF("{}"), &err) < 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (batch == NULL)
		make_records();
	char *expression = malloc(size + 1);
	memcpy(expression, data, size);
	expression[size] = '\0';
	struct heard_error err = {.code = 0};
	struct condition *c = condition_create(expression, &err);
	if (c == NULL && err.text[0] == '\0')
		abort();
	for (size_t i = 0; c && i < 2; i++) {
		bool failed = false, failed_again = false;
		bool is_met = condition_test(c, heard_batch_at(batch, i), &failed);
		bool is_met_again = condition_test(c, heard_batch_at(batch, i), &failed_again);
		if (is_met && failed)
			abort();
		/* A table has another address each time, which tostring() shows. */
		if (strstr(expression, "tostring") == NULL &&
		    (is_met != is_met_again || failed != failed_again))
			abort();
	}
	condition_destroy(c);
	free(expression);
	return 0;
}
