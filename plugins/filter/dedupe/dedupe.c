/*
 * dedupe.c - filter: what was said before, by the same person or by others.
 *
 * A record whose text is nearly that of an earlier one within the window gets its id: in
 * `duplicate_of` if the same person wrote it (the same author.key, address or number)
 * about the same order and product, else in `related`.  Nothing is dropped, and a record
 * that the source delivers again is not its own duplicate: the journal judges those.
 *
 * This reads near repeats of whole texts, for all records, across restarts, and says so
 * in the record.  The ticket store has a memory of its own (lib/store/alike.h) for the
 * very same words after letters alone are left, and trusts `duplicate_of` before that.
 *
 * Workers fold and hash in parallel, each in its lane; only looking and adding, some
 * microseconds, are under the lock.
 */
#include "kept.h"
#include "window.h"

#include <heard/batch.h>
#include <heard/error.h>
#include <heard/host.h>
#include <heard/plugin.h>
#include <heard/time.h>

#include <ctype.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <xxhash.h>

enum { UUID_TEXT = 37 };

struct dedupe {
	int64_t span, count, least;
	double alike;
	struct heard_host *host;
	struct minhash_family family;
	uint64_t seed; /* of names */
	pthread_mutex_t lock;
	bool has_lock;
	struct window *window; /* under the lock */
	struct kept *kept;
	struct heard_timer *timer; /* rings once, when the loop runs */
};

/* ---- a record as it is remembered */

static uint64_t hash_str(uint64_t seed, struct heard_str s)
{
	uint64_t h = s.len > 0 ? XXH3_64bits_withSeed(s.ptr, s.len, seed) : 0;
	return s.len > 0 && h == 0 ? 1 : h;
}

/* An address without case, a number by its last eleven digits. */
static uint64_t hash_contact(uint64_t seed, struct heard_str s, bool is_phone)
{
	char plain[256];
	size_t n = 0;
	for (size_t i = 0; i < s.len && n < sizeof(plain); i++) {
		unsigned char c = (unsigned char)s.ptr[i];
		if (is_phone ? isdigit(c) != 0 : c > ' ')
			plain[n++] = (char)(c < 0x80 ? tolower(c) : c);
	}
	size_t skip = is_phone && n > 11 ? n - 11 : 0;
	return hash_str(seed, heard_str_n(plain + skip, n - skip));
}

static int hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_id(struct heard_str text, unsigned char id[WINDOW_ID])
{
	size_t n = 0;
	for (size_t i = 0; i + 1 < text.len && n < WINDOW_ID;) {
		if (text.ptr[i] == '-') {
			i++;
			continue;
		}
		int high = hex(text.ptr[i]), low = hex(text.ptr[i + 1]);
		if (high < 0 || low < 0)
			return false;
		id[n++] = (unsigned char)(high << 4 | low);
		i += 2;
	}
	return text.len == UUID_TEXT - 1 && n == WINDOW_ID;
}

static struct heard_str write_id(const unsigned char id[WINDOW_ID], char out[UUID_TEXT])
{
	static const char digits[] = "0123456789abcdef";
	size_t n = 0;
	for (size_t i = 0; i < WINDOW_ID; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			out[n++] = '-';
		out[n++] = digits[id[i] >> 4];
		out[n++] = digits[id[i] & 15];
	}
	out[n] = '\0';
	return heard_str_n(out, n);
}

/* When it was written, so that a year's reviews in one file are a year's; never later
 * than now. */
static int64_t time_of(const struct dedupe *d, const struct heard_record *r)
{
	int64_t now = heard_now(d->host), at = heard_get_time(r, HEARD_CREATED_AT);
	return at == HEARD_TIME_NONE || at > now ? now : at;
}

/* false: it says nothing that can be compared. */
static bool make_said(const struct dedupe *d, struct minhash_lane *lane,
		      const struct heard_record *r, struct said *s)
{
	struct heard_str text = heard_get_str(r, HEARD_BODY);
	if (heard_str_is(heard_get_str(r, HEARD_OP), "delete"))
		return false;
	if (text.len == 0)
		text = heard_get_str(r, HEARD_SUBJECT);
	if (!read_id(heard_get_str(r, HEARD_ID), s->id) ||
	    !minhash_make(&s->text, lane, &d->family, text))
		return false;
	s->who[0] = hash_str(d->seed, heard_get_str(r, HEARD_AUTHOR_KEY));
	s->who[1] = hash_contact(d->seed + 1, heard_get_str(r, HEARD_AUTHOR_EMAIL), false);
	s->who[2] = hash_contact(d->seed + 2, heard_get_str(r, HEARD_AUTHOR_PHONE), true);
	s->origin = heard_record_origin(r);
	s->order = hash_str(d->seed, heard_get_str(r, HEARD_ORDER));
	s->product = hash_str(d->seed, heard_get_str(r, HEARD_PRODUCT));
	s->at = time_of(d, r);
	return true;
}

/* ---- looking, and saying what was found */

static void look(struct dedupe *d, const struct said *s, struct window_found *found)
{
	const struct window_rules rules = {
		.alike = d->alike, .span = d->span, .least = (unsigned)d->least};
	pthread_mutex_lock(&d->lock);
	window_look(d->window, s, &rules, found);
	bool is_new = !found->is_again && !found->is_kept;
	if (is_new) {
		window_add(d->window, s);
		kept_note(d->kept, s);
	}
	pthread_mutex_unlock(&d->lock);
}

static int tell(struct heard_record *r, const struct window_found *found)
{
	char text[UUID_TEXT];
	int result = 0;
	if (found->has_earlier)
		result = heard_set_str(r, HEARD_DUPLICATE_OF, write_id(found->earlier, text));
	for (size_t i = 0; i < found->n_related && result == 0; i++)
		result = heard_list_add(r, HEARD_RELATED, write_id(found->related[i], text));
	return result;
}

static int dedupe_process(void *self, void *lane, struct heard_batch *batch,
			  struct heard_error *err)
{
	struct dedupe *d = self; /* its window has a lock; the rest is read only */
	for (size_t i = 0; i < heard_batch_size(batch); i++) {
		struct heard_record *r = heard_batch_at(batch, i);
		struct window_found found;
		struct said said;
		if (!heard_record_is_live(r) || !make_said(d, lane, r, &said))
			continue;
		look(d, &said, &found);
		if (tell(r, &found) != 0)
			return heard_fail(err, ENOMEM, "no room for what was said before");
	}
	return 0;
}

/* ---- life */

static int dedupe_open(void *self, struct heard_host *host, struct heard_error *err)
{
	struct dedupe *d = self;
	d->host = host;
	d->window = window_create((size_t)d->count);
	if (d->window == NULL)
		return heard_fail(err, ENOMEM, "no memory for %lld records; make count less",
				  (long long)d->count);
	d->has_lock = pthread_mutex_init(&d->lock, NULL) == 0;
	return d->has_lock ? 0 : heard_fail(err, ENOMEM, "no memory");
}

static void recall(void *arg, const struct said *s)
{
	window_add(arg, s);
}

static void begin_writing(void *arg)
{
	struct dedupe *d = arg;
	struct heard_error err = {0};
	heard_state_folder(d->host); /* makes it */
	if (kept_begin(d->kept, &err) != 0)
		heard_log(d->host, HEARD_WARN,
			  "what comes is not written: %s; a restart will not know it",
			  err.text);
}

/* The key is this installation's, so hashes say nothing to others. */
static int dedupe_start(void *self, struct heard_error *err)
{
	struct dedupe *d = self;
	unsigned char key[32];
	uint64_t words[4];
	heard_keyed_hash(d->host, "dedupe", HEARD_STR_OF("texts and names"), key);
	memcpy(words, key, sizeof(words));
	minhash_family_init(&d->family, words[0]);
	d->seed = words[1];
	d->kept = kept_create(d->host, heard_state_folder(d->host), words[2], (size_t)d->count);
	d->timer = heard_timer_create(d->host, begin_writing, d);
	if (d->kept == NULL || d->timer == NULL)
		return heard_fail(err, ENOMEM, "no memory");
	struct heard_error why = {0};
	if (kept_read(d->kept, recall, d->window, &why) != 0)
		heard_log(d->host, HEARD_WARN,
			  "%s; what was said before is not known and is gathered anew",
			  why.text);
	heard_timer_set(d->timer, 0);
	return 0;
}

static void dedupe_stop(void *self, struct heard_done *take_done)
{
	struct dedupe *d = self;
	if (d->kept)
		kept_end(d->kept);
	heard_done(take_done);
}

static void dedupe_close(void *self)
{
	struct dedupe *d = self;
	if (d->timer)
		heard_timer_destroy(d->timer);
	kept_destroy(d->kept);
	window_destroy(d->window);
	if (d->has_lock)
		pthread_mutex_destroy(&d->lock);
	d->timer = NULL;
	d->kept = NULL;
	d->window = NULL;
	d->has_lock = false;
}

static const struct heard_option dedupe_options[] = {
	{"window", HEARD_DURATION(struct dedupe, span), .value = "7d", .min = 1000,
	 .max = 366.0 * 86400000,
	 .help = "How long before another a text counts as said before"},
	{"count", HEARD_INT(struct dedupe, count), .value = "32768", .min = 64, .max = 2097152,
	 .help = "So many of the newest records are remembered, of 0.8 KB each"},
	{"alike", HEARD_REAL(struct dedupe, alike), .value = "0.75", .min = 0.5, .max = 1,
	 .help = "From this Jaccard index of their character n-grams on two texts say the "
		 "same"},
	{"least", HEARD_INT(struct dedupe, least), .value = "8", .min = 1, .max = 1000,
	 .help = "Texts of fewer letters are compared with those of the same person only, "
		 "and must be the very same"},
	{.name = NULL},
};

const struct heard_plugin heard_plugin = {
	HEARD_ABI,
	.stage = HEARD_FILTER,
	.flags = HEARD_PARALLEL,
	.name = "dedupe",
	.version = "1.0",
	.summary = "what the same person, or others, said before in nearly the same words",
	.options = dedupe_options,
	.reads = "id source source_id op subject body author.key author.email author.phone "
		 "order product created_at",
	.writes = "duplicate_of related",
	.example = "{ plugin = \"dedupe\"; window = \"7d\"; }",
	.self_size = sizeof(struct dedupe),
	.lane_size = sizeof(struct minhash_lane),
	.open = dedupe_open,
	.start = dedupe_start,
	.stop = dedupe_stop,
	.close = dedupe_close,
	.process = dedupe_process,
};
