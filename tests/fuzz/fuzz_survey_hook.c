/* Webhooks of survey tools: the body is bad, of no use, or exactly one record with an id. */
#include "input/survey/hook.c"
#include "input/survey/hook_answer.c"
#include "input/survey/hook_formbricks.c"
#include "input/survey/hook_limesurvey.c"
#include "input/survey/hook_tally.c"
#include "input/survey/hook_target.c"
#include "input/survey/hook_tool.c"
#include "input/survey/hook_typeform.c"

#include "batch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first byte: which tool. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct hook_question questions[] = {{"f1", "csat", "", 1, 10},
							 {"f2", "ratings.service", "", 7, 1},
							 {"f3", "text", "", 0, 0},
							 {"f4", "choice", "other", 0, 0},
							 {"f5", "order", "", 0, 0}};
	static struct heard_batch *batch; /* again and again: making one is slow */
	static struct hooks *hooks;
	static struct hook_row row;
	struct heard_error err = {0};
	struct hook_context c = {.mark = HOOK_MARK};

	if (size < 1)
		return 0;
	if (batch == NULL) {
		batch = batch_create(64 << 20);
		hooks = calloc(1, sizeof(*hooks) + sizeof(hooks->at[0]));
	}
	row = (struct hook_row){.tool = data[0] % 4,
				.path = "/h",
				.survey = "",
				.max_body = 1 << 20,
				.questions = {questions, 5}};
	hooks->n = 1;
	hooks->at[0] = (struct hook){.all = hooks, .row = &row, .tool = hook_tool_at(row.tool)};
	batch_clear(batch);
	int result = hooks_decode(hooks, heard_str_n((const char *)data + 1, size - 1),
				  heard_str_n((char *)&c, sizeof(c)), batch, &err);
	if (result < 0) {
		if (result != -EBADMSG || err.text[0] == '\0')
			abort();
		return 0;
	}
	if (heard_batch_size(batch) != 1)
		abort();
	const struct heard_record *r = heard_batch_at(batch, 0);
	if (heard_record_is_live(r) != (heard_get_str(r, HEARD_SOURCE_ID).len > 0))
		abort();
	double nps = heard_get_number(r, HEARD_NPS, 0),
	       csat = heard_get_number(r, HEARD_CSAT, 1);
	if (!(nps >= 0 && nps <= 10 && csat >= 1 && csat <= 5))
		abort();
	return 0;
}
