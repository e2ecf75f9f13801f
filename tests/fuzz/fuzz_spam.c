/*
 * Files of examples for spam: mails, records and texts.  Whatever the bytes, it ends; how a
 * mail was made is said in words of ours; grams have their places.  And answers of rspamd:
 * what they add stays within its bounds.
 */
#include "../../plugins/filter/spam/examples.c"
#include "../../plugins/filter/spam/features.c"
#include "../../plugins/filter/spam/rspamd.c"
#include "../../plugins/filter/spam/signs.c"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int look(void *arg, const struct example *e)
{
	struct signs signs;
	size_t n;
	enum spam_kind kind = spam_kind_of(&e->text);
	for (size_t i = 0; i < e->text.traits.len && e->id.len == 0 && e->text.email.ptr; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789-/ ", e->text.traits.ptr[i]))
			abort();
	for (unsigned k = 0; k < SPAM_MODELS; k++) {
		spam_shipped_features(arg, (enum spam_kind)k, &e->text);
		const uint32_t *places = gram_places(arg, &n);
		for (size_t i = 0; i < n; i++)
			if (places[i] >> spam_shapes[k].bits)
				abort();
	}
	signs_find(&signs, e->text.subject, e->text.body, kind == SPAM_MAIL);
	if (signs.n > SIGNS_MAX || (signs.is_customers && signs.odds <= 0))
		abort();
	if (signs.is_customers && signs_weigh(&signs, -4, 0, -0.8f, -0.4f) > -0.4f)
		abort();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct gram_lane *lane;
	struct heard_error err = {0};
	if (lane == NULL) {
		mime_init();
		lane = gram_lane_create();
	}
	char *copy = malloc(size + 1); /* so that a step beyond is seen */
	memcpy(copy, data, size);
	examples_read(heard_str_n(copy, size), look, lane, &err);
	struct rspamd_verdict v;
	bool is_good = rspamd_read(heard_str_n(copy, size), &v, &err) == 0;
	if (is_good != v.is_there || !(rspamd_odds(&v) >= 0 && rspamd_odds(&v) <= 5))
		abort();
	free(copy);
	return 0;
}
