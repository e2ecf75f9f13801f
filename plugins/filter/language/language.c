/*
 * language.c - filter: the language that a record is written in, as `lang`.
 *
 * Body and subject are asked in turn: the body has more text, and a subject is often a
 * word that a form put there.  How a language is found, see plugins/lib/language.
 *
 * A language that the source gave stays: it may be what the customer chose.  Where it is
 * only the language of a page, `replace` has the text decide; what nobody can tell by the
 * text keeps it even then.
 */
#include <language/language.h>

#include <heard/batch.h>
#include <heard/error.h>
#include <heard/plugin.h>

#include <errno.h>

struct language {
	struct heard_list names;
	bool replaces;
	struct languages expected;
};

static struct heard_str language_read(const struct language *self,
				      const struct heard_record *record)
{
	struct heard_str code = language_of(&self->expected, heard_get_str(record, HEARD_BODY));

	return code.len ? code
			: language_of(&self->expected, heard_get_str(record, HEARD_SUBJECT));
}

static int language_process(void *self, void *lane, struct heard_batch *batch,
			    struct heard_error *err)
{
	const struct language *language = self;
	(void)lane;

	for (size_t i = 0; i < heard_batch_size(batch); i++) {
		struct heard_record *record = heard_batch_at(batch, i);

		if (!heard_record_is_live(record) ||
		    (!language->replaces && heard_has(record, HEARD_LANG)))
			continue;
		struct heard_str code = language_read(language, record);
		int r = code.len ? heard_set_str(record, HEARD_LANG, code) : 0;
		if (r)
			return heard_fail(err, -r, "no room for the language");
	}
	return 0;
}

static int language_open(void *self, struct heard_host *host, struct heard_error *err)
{
	struct language *language = self;
	(void)host;

	return languages_init(&language->expected, language->names.at, language->names.n, err);
}

static const struct heard_option language_options[] = {
	{.name = "languages",
	 HEARD_LIST(struct language, names),
	 .value = "[ \"zh\", \"en\" ]",
	 .help = "Languages that customers are expected to write, as codes of two or three "
		 "letters; a short text is taken for one of them"},
	{.name = "replace",
	 HEARD_BOOL(struct language, replaces),
	 .value = "false",
	 .help = "Look at the text also where the source gave a language"},
	{.name = NULL},
};

const struct heard_plugin heard_plugin = {
	HEARD_ABI,
	.stage = HEARD_FILTER,
	.flags = HEARD_PARALLEL,
	.name = "language",
	.version = "1.0",
	.summary = "the language that a record is written in",
	.options = language_options,
	.reads = "body, subject, lang",
	.writes = "lang",
	.example = "{ plugin = \"language\"; languages = [ \"zh\", \"en\" ]; }",
	.self_size = sizeof(struct language),
	.open = language_open,
	.process = language_process,
};
