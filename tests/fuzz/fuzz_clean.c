/*
 * Texts through all of mask: what was well-formed UTF-8 is so afterwards, whatever is
 * replaced; what changed it is counted; and the author's address is one that he wrote.
 *
 * The first byte says which of the forms.
 */
#define heard_plugin mask_plugin
#include "../../plugins/filter/mask/again.c"
#include "../../plugins/filter/mask/clean.c"
#include "../../plugins/filter/mask/context.c"
#include "../../plugins/filter/mask/cue.c"
#include "../../plugins/filter/mask/custom.c"
#include "../../plugins/filter/mask/finder.c"
#include "../../plugins/filter/mask/form.c"
#include "../../plugins/filter/mask/han.c"
#include "../../plugins/filter/mask/han_name.c"
#include "../../plugins/filter/mask/han_place.c"
#include "../../plugins/filter/mask/ids.c"
#include "../../plugins/filter/mask/latin.c"
#include "../../plugins/filter/mask/lexicon.c"
#include "../../plugins/filter/mask/mask.c"
#include "../../plugins/filter/mask/name.c"
#include "../../plugins/filter/mask/net.c"
#include "../../plugins/filter/mask/number.c"
#include "../../plugins/filter/mask/papers.c"
#include "../../plugins/filter/mask/phone.c"
#include "../../plugins/filter/mask/place.c"
#include "../../plugins/filter/mask/plate.c"
#include "../../plugins/filter/mask/social.c"
#include "../../plugins/filter/mask/sure.c"
#include "../../plugins/filter/mask/words.c"
#include "../../plugins/filter/mask/work.c"

#include "batch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void begin(struct mask *mask, struct mask_lane *lane, int mode)
{
	struct heard_error err = {0};

	*mask = (struct mask){.mode = mode, .key = "key"};
	if (mask_open(mask, NULL, &err) != 0 || mask_lane_open(mask, lane, &err) != 0)
		abort();
}

static void clean_text(struct mask *mask, struct mask_lane *lane, struct heard_str text)
{
	static struct heard_batch *batch;
	struct heard_error err = {0};

	if (batch == NULL)
		batch = batch_create(8 << 20);
	batch_clear(batch);
	struct heard_record *r = heard_batch_add(batch);
	if (r == NULL || heard_set_str(r, HEARD_BODY, text) != 0 ||
	    mask_process(mask, lane, batch, &err) != 0)
		abort();
	struct heard_str body = heard_get_str(r, HEARD_BODY);
	bool is_changed = !heard_str_eq(body, text);
	if (!text_is_valid(body) || (is_changed && heard_family_size(r, HEARD_MASKED) == 0))
		abort();
	struct heard_str email = heard_get_str(r, HEARD_AUTHOR_EMAIL);
	if (!text_is_valid(email) ||
	    (email.len && memmem(text.ptr, text.len, email.ptr, email.len) == NULL))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct mask masks[3];
	static struct mask_lane lanes[3];
	struct heard_str text = {(const char *)data + 1, size - 1};

	if (size < 2 || !text_is_valid(text))
		return 0;
	int mode = data[0] % 3;
	if (masks[mode].lexicon == NULL)
		begin(&masks[mode], &lanes[mode], mode);
	clean_text(&masks[mode], &lanes[mode], text);
	return 0;
}
