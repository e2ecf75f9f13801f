/*
 * moderate.c - filter: improper words in what a customer wrote are flagged, or masked.
 *
 * Subject and body are searched.  A record with an improper word gets a tag and counts by
 * kind, attributes.improper.abuse and its like: why, without the words.  With `mode = "mask"`
 * each character of the words becomes a star; then put the filter behind those that
 * read the text, since an oath says how angry somebody is.
 *
 * A record is never dropped for its words: an angry customer is one to answer.
 */
#include "words.h"

#include <heard/batch.h>
#include <heard/error.h>
#include <heard/plugin.h>

#include <errno.h>
#include <stdio.h>

enum mode { MODE_FLAG, MODE_MASK };
enum { CLEAN_MOST = 64 << 20 };

struct moderate {
	int mode; /* enum mode */
	const char *folder, *tag;
	struct heard_list more, allow;
	struct words *words;
};

struct moderate_lane {
	struct words_lane words;
	struct heard_buf clean;
	unsigned counts[WORDS_KINDS]; /* of the record at work */
};

static void add_stars(struct heard_buf *out, struct heard_str word)
{
	for (size_t i = 0; i < word.len; i++) {
		unsigned char c = (unsigned char)word.ptr[i];

		if ((c & 0xc0) != 0x80)
			heard_buf_add(out, c == ' ' ? " " : "*", 1);
	}
}

static int mask(struct moderate_lane *lane, struct heard_record *record, enum heard_field field,
		struct heard_str text, size_t n)
{
	const struct words_found *found = (const void *)lane->words.found.ptr;
	struct heard_buf *out = &lane->clean;
	size_t done = 0;

	heard_buf_clear(out);
	for (size_t i = 0; i < n; i++) {
		heard_buf_add(out, text.ptr + done, found[i].from - done);
		add_stars(out,
			  heard_str_n(text.ptr + found[i].from, found[i].to - found[i].from));
		done = found[i].to;
	}
	heard_buf_add(out, text.ptr + done, text.len - done);
	if (out->failed)
		return -ENOMEM;
	int r = heard_set_str(record, field, heard_buf_view(out));
	return r ? r : heard_masked_add(record, HEARD_STR_OF("improper"), (int64_t)n);
}

static int look(const struct moderate *self, struct moderate_lane *lane,
		struct heard_record *record, enum heard_field field)
{
	struct heard_str text = heard_get_str(record, field);
	int n = words_find(&lane->words, text);
	const struct words_found *found = (const void *)lane->words.found.ptr;

	for (int i = 0; i < n; i++)
		lane->counts[found[i].kind]++;
	return n > 0 && self->mode == MODE_MASK ? mask(lane, record, field, text, (size_t)n)
	       : n < 0				? n
						: 0;
}

static int add_tag(const struct moderate *self, struct heard_record *record)
{
	struct heard_value tags = heard_get(record, HEARD_TAGS);

	for (size_t i = 0; tags.type == HEARD_LIST_ && i < tags.list.n; i++)
		if (heard_str_is(tags.list.at[i], self->tag))
			return 0;
	return self->tag[0] ? heard_list_add(record, HEARD_TAGS, heard_str(self->tag)) : 0;
}

static int conclude(const struct moderate *self, const struct moderate_lane *lane,
		    struct heard_record *record)
{
	bool is_improper = false;
	int r = 0;

	for (unsigned i = 0; i < words_kinds(self->words) && r == 0; i++) {
		char name[WORDS_KIND_NAME + 16];
		struct heard_value count = {.type = HEARD_INT_, .integer = lane->counts[i]};

		if (lane->counts[i] == 0)
			continue;
		is_improper = true;
		snprintf(name, sizeof(name), "improper.%s", words_kind(self->words, i));
		r = heard_family_set(record, HEARD_ATTRIBUTES, heard_str(name), count);
	}
	return r || !is_improper ? r : add_tag(self, record);
}

static int moderate_record(const struct moderate *self, struct moderate_lane *lane,
			   struct heard_record *record)
{
	memset(lane->counts, 0, sizeof(lane->counts));
	int r = look(self, lane, record, HEARD_SUBJECT);
	if (r == 0)
		r = look(self, lane, record, HEARD_BODY);
	return r ? r : conclude(self, lane, record);
}

static int moderate_process(void *self, void *lane, struct heard_batch *batch,
			    struct heard_error *err)
{
	for (size_t i = 0; i < heard_batch_size(batch); i++) {
		struct heard_record *record = heard_batch_at(batch, i);

		if (!heard_record_is_live(record))
			continue;
		int r = moderate_record(self, lane, record);
		if (r == -E2BIG || r == -EIO)
			heard_record_quarantine(record,
						"moderate: the text cannot be searched");
		else if (r)
			return heard_fail(err, -r, "no room for what was found improper");
	}
	return 0;
}

/* ---- life */

static int moderate_open(void *self, struct heard_host *host, struct heard_error *err)
{
	struct moderate *m = self;
	(void)host;

	m->words = words_load(m->folder, m->more.at, m->more.n, m->allow.at, m->allow.n, err);
	return m->words ? 0 : -err->code;
}

static void moderate_close(void *self)
{
	struct moderate *m = self;

	words_destroy(m->words);
	m->words = NULL;
}

static int moderate_lane_open(void *self, void *lane, struct heard_error *err)
{
	const struct moderate *m = self;
	struct moderate_lane *l = lane;

	heard_buf_init(&l->clean, CLEAN_MOST);
	return words_lane_open(&l->words, m->words, err);
}

static void moderate_lane_close(void *self, void *lane)
{
	struct moderate_lane *l = lane;
	(void)self;

	words_lane_close(&l->words);
	heard_buf_release(&l->clean);
}

static const char *const modes[] = {"flag", "mask", NULL};

static const struct heard_option moderate_options[] = {
	{.name = "mode",
	 HEARD_CHOICE(struct moderate, mode),
	 .value = "flag",
	 .choices = modes,
	 .help = "Leave the words in the text, or put a star for each of their characters"},
	{.name = "lists",
	 HEARD_PATH(struct moderate, folder),
	 .value = "rules/improper",
	 .help = "Folder of lists of improper words, *.txt"},
	{.name = "words",
	 HEARD_LIST(struct moderate, more),
	 .value = "[]",
	 .help = "Words that are improper here too; English ones are whole words, a star at "
		 "the "
		 "end lets them go on"},
	{.name = "allow",
	 HEARD_LIST(struct moderate, allow),
	 .value = "[]",
	 .help = "Words of the lists that are fine here, written as there"},
	{.name = "tag",
	 HEARD_STRING(struct moderate, tag),
	 .value = "improper",
	 .help = "Tag of a record with an improper word; empty for none"},
	{.name = NULL},
};

const struct heard_plugin heard_plugin = {
	HEARD_ABI,
	.stage = HEARD_FILTER,
	.flags = HEARD_PARALLEL,
	.name = "moderate",
	.version = "1.0",
	.summary = "improper words, flagged or masked",
	.options = moderate_options,
	.reads = "subject, body",
	.writes = "tags, attributes.improper.*; to mask: subject, body, masked.improper",
	.example = "{ plugin = \"moderate\"; mode = \"mask\"; }",
	.self_size = sizeof(struct moderate),
	.lane_size = sizeof(struct moderate_lane),
	.open = moderate_open,
	.close = moderate_close,
	.lane_open = moderate_lane_open,
	.lane_close = moderate_lane_close,
	.process = moderate_process,
};
