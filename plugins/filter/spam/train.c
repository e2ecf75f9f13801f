/*
 * train.c - `heard train spam`: learn from files, and from what the desk said.
 *
 * In a process of its own (decision 0005).  What is new goes into the database of
 * corrections in one transaction; then both models are learned from all of it and
 * replaced by rename, while others are kept out of it.  Killed at any moment, the
 * corrections are there or not, a model is the old or the new one, and the next run brings
 * them together.
 */
#include "spam.h"

#include "corrections.h"
#include "examples.h"
#include "learn.h"

#include <heard/buf.h>
#include <heard/command.h>
#include <heard/error.h>
#include <heard/host.h>
#include <labelled/bytes.h>
#include <mime/mime.h>
#include <store/store.h>

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include <xxhash.h>

enum { ADDRESS_MAX = 1024 }; /* a longer one is no address */

struct training {
	const struct spam *spam;
	const struct heard_call *call;
	struct corrections *corrections;
	struct gram_lane *lane;
	struct spam_models models; /* the shipped ones alone */
	struct heard_error *err;
	bool is_spam;
	int64_t at;
	size_t from_files, from_desk, unreadable;
	int64_t *forgotten; /* of the person that the argument names */
	bool is_unknown;    /* a person of whom nothing was found    */
	int result;	    /* of a callback that cannot give one */
};

/* ---- examples to corrections */

static void id_of(const struct example *e, const uint32_t *places, size_t n, char out[64])
{
	if (e->id.len > 0 && e->id.len < 48) {
		snprintf(out, 64, "record:%.*s", HEARD_ARG(e->id));
		return;
	}
	XXH128_hash_t h = XXH3_128bits(places, n * sizeof(*places));
	snprintf(out, 64, "text:%016llx%016llx", (unsigned long long)h.high64,
		 (unsigned long long)h.low64);
}

/* By author.key, or by the address of a mail, whose case says nothing of whose it is. */
static uint64_t author_named(struct heard_str name)
{
	char folded[ADDRESS_MAX];
	if (name.len > sizeof(folded) || memchr(name.ptr, '@', name.len) == NULL)
		return XXH3_64bits(name.ptr, name.len);
	for (size_t i = 0; i < name.len; i++)
		folded[i] = name.ptr[i] >= 'A' && name.ptr[i] <= 'Z'
				    ? (char)(name.ptr[i] - 'A' + 'a')
				    : name.ptr[i];
	return XXH3_64bits(folded, name.len);
}

/* What somebody said of a text.  One whose author is not known counts as of one with all
 * others of the desk, or one could write under no name and often; what an operator hands
 * over in files is vouched for, so it is of an author of its own. */
static uint64_t author_of(const struct example *e, bool is_vouched, const char *id)
{
	if (e->author.len > 0)
		return author_named(e->author);
	return is_vouched ? XXH3_64bits(id, strlen(id)) : 0;
}

static int take_example(struct training *t, const struct example *e, bool is_vouched)
{
	char id[64];
	size_t n;
	enum spam_kind kind = spam_kind_of(&e->text);
	float odds = spam_shipped_odds(&t->models, t->lane, &e->text);
	spam_features(t->lane, kind, &e->text);
	const uint32_t *places = gram_places(t->lane, &n);
	if (n == 0)
		return 0;
	id_of(e, places, n, id);
	struct correction c = {
		.id = heard_str(id),
		.kind = kind,
		.is_spam = t->is_spam,
		.odds = odds,
		.author = author_of(e, is_vouched, id),
		.at = t->at,
		.places = places,
		.n = (uint32_t)n,
	};
	return corrections_put(t->corrections, &c, t->err);
}

static int take_from_file(void *arg, const struct example *e)
{
	struct training *t = arg;
	t->from_files++;
	return take_example(t, e, true);
}

static int take_from_desk(void *arg, const struct example *e)
{
	return take_example(arg, e, false);
}

/* ---- files */

static int take_file(struct training *t, const char *name)
{
	struct heard_buf bytes;
	heard_buf_init(&bytes, EXAMPLES_FILE_MAX);
	int result = bytes_read(name, t->call, &bytes, t->err);
	if (result == 0 &&
	    (result = examples_read(heard_buf_view(&bytes), take_from_file, t, t->err)) != 0)
		heard_error_wrap(t->err, "%s", name);
	heard_buf_release(&bytes);
	return result;
}

/* ---- the desk */

static void take_judged(void *arg, const struct store_judged *j)
{
	struct training *t = arg;
	struct heard_error ignored = {0};
	if (t->result != 0)
		return;
	t->is_spam = j->is_spam;
	t->at = j->at;
	int result = examples_record(j->line, take_from_desk, t, &ignored);
	if (result == -EBADMSG)
		t->unreadable++;
	else if (result != 0)
		t->result = result;
	else
		t->from_desk++;
}

static int take_desk(struct training *t)
{
	struct store *store;
	if (access(t->spam->database, F_OK) != 0)
		return 0; /* no desk, or no ticket yet */
	if (store_open(&store, t->spam->database, STORE_OPEN, t->err) != 0)
		return -t->err->code;
	int result = store_judged(store, take_judged, t, t->err);
	store_close(store);
	return result ? result : t->result;
}

/* ---- corrections to a model */

struct gathered {
	struct learn_example *examples;
	size_t n, size, spam;
	enum spam_kind kind;
};

static int gather(void *arg, const struct correction *c)
{
	struct gathered *g = arg;
	size_t places = (size_t)1 << spam_shapes[g->kind].bits;
	if (g->n == g->size) {
		size_t size = g->size ? 2 * g->size : 256;
		void *more = realloc(g->examples, size * sizeof(*g->examples));
		if (more == NULL)
			return -ENOMEM;
		g->examples = more;
		g->size = size;
	}
	uint32_t *copy = malloc((c->n + 1) * sizeof(*copy));
	if (copy == NULL)
		return -ENOMEM;
	memcpy(copy, c->places, c->n * sizeof(*copy)); /* which lie anywhere in a page */
	for (uint32_t i = 0; i < c->n; i++)
		if (copy[i] >= places) { /* of a damaged database */
			free(copy);
			return 0;
		}
	g->examples[g->n++] = (struct learn_example){
		.places = copy,
		.n = c->n,
		.is_spam = c->is_spam,
		.author = c->author,
		.odds = c->odds,
	};
	g->spam += c->is_spam;
	return 0;
}

static int save(struct training *t, enum spam_kind kind, const struct gathered *g)
{
	char path[4096], name[LINEAR_KIND];
	if (!spam_learned_path(t->spam->learned, kind, path, sizeof(path)))
		return heard_fail(t->err, ENAMETOOLONG, "%s: too long", t->spam->learned);
	if (g->n == 0)
		return unlink(path) == 0 || errno == ENOENT
			       ? 0
			       : heard_fail(t->err, errno, "%s cannot be removed: %s", path,
					    strerror(errno));
	snprintf(name, sizeof(name), "%s+", spam_kind_names[kind]);
	struct linear *m = learn(name, &spam_shapes[kind], g->examples, g->n);
	int result = m ? linear_save(m, path, t->err)
		       : heard_fail(t->err, ENOMEM, "no memory for the model");
	linear_destroy(m);
	return result;
}

static int learn_kind(struct training *t, enum spam_kind kind)
{
	struct gathered g = {.kind = kind};
	int result = corrections_each(t->corrections, kind, gather, &g, t->err);
	if (result == 0)
		result = save(t, kind, &g);
	if (result == 0)
		fprintf(t->call->out, "%s: %zu corrections, %zu of them spam\n",
			spam_kind_names[kind], g.n, g.spam);
	for (size_t i = 0; i < g.n; i++)
		free((void *)(uintptr_t)g.examples[i].places);
	free(g.examples);
	return result;
}

/* ---- the command */

static int forget_person(struct training *t, int at)
{
	return corrections_forget_author(t->corrections,
					 author_named(heard_str(t->call->argv[at])),
					 &t->forgotten[at], t->err);
}

/* After the commit: until then nothing is forgotten. */
static void tell_forgotten(struct training *t)
{
	const struct heard_call *c = t->call;
	for (int i = 1; i + 1 < c->argc; i++) {
		if (strcmp(c->argv[i], "--forget-person") != 0)
			continue;
		int64_t n = t->forgotten[++i];
		if (n > 0) {
			fprintf(c->out,
				"%lld corrections of this person's texts are forgotten\n",
				(long long)n);
			continue;
		}
		t->is_unknown = true;
		fprintf(c->err,
			"heard: nothing was found of %s; name author_key of `heard tickets "
			"show ID --json`, or the address in From of the mails that were "
			"given as files\n",
			c->argv[i]);
	}
}

static int take_files(struct training *t, bool is_spam, int *at)
{
	const struct heard_call *c = t->call;
	t->is_spam = is_spam;
	/* `--spam *.eml`: all words up to the next option */
	while (*at + 1 < c->argc && strncmp(c->argv[*at + 1], "--", 2) != 0)
		if (take_file(t, c->argv[++*at]) != 0)
			return -t->err->code;
	return 0;
}

/* 2: wrong usage. */
static int take_arguments(struct training *t)
{
	const struct heard_call *c = t->call;
	int result = 0;
	t->at = heard_now(c->host);
	for (int i = 1; i < c->argc && result == 0; i++) {
		const char *word = c->argv[i];
		bool is_spam = strcmp(word, "--spam") == 0;
		if (strcmp(word, "--forget") == 0)
			result = corrections_forget(t->corrections, t->err);
		else if (i + 1 >= c->argc)
			result = 2;
		else if (strcmp(word, "--forget-person") == 0)
			result = forget_person(t, ++i);
		else if (is_spam || strcmp(word, "--ham") == 0)
			result = take_files(t, is_spam, &i);
		else
			result = 2;
	}
	return result;
}

static int train(struct training *t)
{
	int result = spam_shipped_load(&t->models, t->spam->shipped, t->err);
	if (result == 0)
		result = take_arguments(t);
	if (result == 0)
		result = take_desk(t);
	if (result == 0)
		result = corrections_commit(t->corrections, t->err);
	if (result == 0)
		tell_forgotten(t);
	for (int k = 0; k < SPAM_KINDS && result == 0; k++)
		result = learn_kind(t, (enum spam_kind)k);
	spam_models_release(&t->models);
	return result;
}

int spam_train(void *self, const struct heard_call *call)
{
	struct heard_error err = {0};
	struct training t = {.spam = self, .call = call, .err = &err};
	mime_init();
	t.lane = gram_lane_create();
	t.forgotten = calloc((size_t)call->argc + 1, sizeof(*t.forgotten));
	t.corrections = t.lane && t.forgotten ? corrections_open(t.spam->learned, &err) : NULL;
	int result = t.corrections ? train(&t) : -1;
	corrections_close(t.corrections);
	gram_lane_destroy(t.lane);
	free(t.forgotten);
	if (result == 2)
		return 2;
	if (result != 0) {
		fprintf(call->err, "heard: %s\n", err.text[0] ? err.text : "no memory");
		return 1;
	}
	fprintf(call->out,
		"learned from %zu examples of files and %zu verdicts of the desk; `heard "
		"reload` "
		"puts it to use\n",
		t.from_files, t.from_desk);
	if (t.unreadable > 0)
		fprintf(call->err, "heard: %zu records of tickets could not be read\n",
			t.unreadable);
	return t.is_unknown ? 1 : 0;
}
