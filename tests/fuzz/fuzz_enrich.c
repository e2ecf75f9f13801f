/*
 * What enrich reads: by the first byte a CSV file, or the JSON of a service.  Behind a mask
 * only labels, figures and contacts come into a record, whatever stands there; and what an
 * answer says of segments is one of their words.
 */
#include "../../plugins/filter/enrich/cache.c"
#include "../../plugins/filter/enrich/fill.c"
#include "../../plugins/filter/enrich/key.c"
#include "../../plugins/filter/enrich/listing.c"
#include "../../plugins/filter/enrich/segment.c"
#include "../../plugins/filter/enrich/service.c"
#include "../../plugins/filter/enrich/wanted.c"

#include "batch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct wanted wanted;
static struct fill fill;
static struct segment segment;
static struct key key;

static void make(void)
{
	static const char *const targets[] = {"attributes_a", "region", "author_name"};
	static const char *const columns[] = {"a", "b|c.0", "name"};
	static const char *const rules[] = {"intent=praise"};
	static const struct segment_options options = {
		.loyalty = {"a", "since", "last", 3, 6, 180 * DAY_MS, 730 * DAY_MS},
		.satisfaction = {"scores", 1, 5, 0.5, 0.75, 5},
		.need = {{rules, 1}, {NULL, 0}, {NULL, 0}},
	};
	struct heard_error err;
	if (fill_init(&fill, &(struct heard_map){targets, columns, 3}, true, &wanted, &err) ||
	    segment_init(&segment, &options, &wanted, &err) ||
	    key_init(&key, "author.email", &err))
		abort();
}

static void apply(struct heard_batch *b, const struct heard_str *values)
{
	struct heard_record *r = heard_batch_add(b);
	uint64_t left_out = 0;
	if (r == NULL || fill_record(&fill, r, values, &left_out) < 0 ||
	    segment_record(&segment, r, values, false, INT64_C(1795305600000)) != 0)
		return;
	struct heard_value v = heard_family_get(r, HEARD_ATTRIBUTES, HEARD_STR_OF("a"));
	if (v.type == HEARD_STR_ && !heard_is_label(v.str))
		abort();
	if ((v.type == HEARD_INT_ && (v.integer >= 1000000 || v.integer <= -1000000)) ||
	    (v.type == HEARD_NUM_ && !(v.number < 1e6 && v.number > -1e6)))
		abort();
	if (!heard_is_label(heard_get_str(r, HEARD_REGION)))
		abort();
}

static void read_csv(struct heard_batch *b, struct heard_str bytes, enum charset charset)
{
	static const struct heard_str headers = HEARD_STR(
		"a,b|c.0,id,name,since,last,scores\n");
	struct heard_str values[WANTED_MAX];
	struct heard_error err = {0};
	struct heard_buf all;
	heard_buf_init(&all, 1 << 20);
	heard_buf_str(&all, headers);
	heard_buf_str(&all, bytes);
	struct listing *l = listing_read(heard_buf_view(&all), charset, "id", &key, &wanted,
					 &err);
	if (l == NULL && err.text[0] == '\0')
		abort();
	if (l != NULL && listing_get(l, HEARD_STR_OF("a"), values))
		apply(b, values);
	listing_close(l);
	listing_close(listing_read(bytes, charset, "id", &key, &wanted, &err));
	heard_buf_release(&all);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct heard_batch *batch;
	struct heard_str values[WANTED_MAX];
	struct heard_error err = {0};
	if (batch == NULL) {
		make();
		batch = batch_create(8 << 20);
	}
	if (size < 1)
		return 0;
	batch_clear(batch);
	struct heard_str bytes = heard_str_n((const char *)data + 1, size - 1);
	if (data[0] & 1) {
		read_csv(batch, bytes, (enum charset)(data[0] / 2 % 7));
		return 0;
	}
	int rc = service_read(&wanted, bytes, 65536, batch, values, &err);
	if (rc == 1)
		apply(batch, values);
	if (rc < 0 && err.text[0] == '\0')
		abort();
	return 0;
}
