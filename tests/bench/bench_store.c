/*
 * bench_store.c - how fast records go into the store, and how the search index
 * follows.
 *
 *	bench_store FOLDER [RECORDS [BATCH [TICKETS_PER_100]]]
 *
 * Lines of about 1 KB, a quarter Chinese, are made beforehand and given to the
 * store in batches, one transaction each, while the follower indexes behind.
 * With LOOP=1 in the environment each ticket gets an owner and its events.
 * Prints one JSON object: records a second of the last fifth and over all, the
 * longest batch, the index's rate, and sizes.
 */
#include "bench.h"

#include <heard/buf.h>
#include <heard/error.h>

#include <store/store.h>

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

enum { VARIETY = 16384, LINE = 1024 };

/* Small numbers are far more frequent, as small ranks are among words. */
static unsigned random_rank(unsigned n)
{
	return (unsigned)((uint64_t)random_below(n) * random_below(n) / n * random_below(n) /
			  n);
}

/* One of 40,000 made-up words, or of 2,500 characters. */
static size_t put_word(char *out, size_t size, bool zh)
{
	static const char *const syllables[] = {
		"ba",  "ter", "ri", "pow", "en", "con", "de", "lo", "mi", "sta", "ing", "or",
		"tra", "ve",  "su", "ke",  "ne", "pa",	"ti", "ch", "ro", "ex",	 "ma",	"ler"};
	if (zh) {
		unsigned c = 0x4e00 + random_rank(2500) * 5;
		return (size_t)snprintf(out, size, "%c%c%c%s", (int)(0xe0 | c >> 12),
					(int)(0x80 | (c >> 6 & 0x3f)), (int)(0x80 | (c & 0x3f)),
					random_below(12) ? "" : "，");
	}
	unsigned r = random_rank(40000);
	size_t n = 0;
	do
		n += (size_t)snprintf(out + n, size - n, "%s", syllables[r % 24]);
	while ((r /= 24) > 0);
	return n + (size_t)snprintf(out + n, size - n, " ");
}

/* Real texts, if the caller has some: TEXTS_EN and TEXTS_ZH name files with one
 * a line. */
enum { TEXTS = 40000 };
static char *texts[2][TEXTS];
static unsigned n_texts, n_texts_of[2];

static void read_texts(const char *path, int zh)
{
	FILE *file = path ? fopen(path, "r") : NULL;
	char *line = NULL;
	size_t size = 0;
	while (file && n_texts_of[zh] < TEXTS && getline(&line, &size, file) > 0) {
		for (char *p = line; *p; p++)
			if ((unsigned char)*p < ' ' || *p == '"' || *p == '\\')
				*p = ' ';
		texts[zh][n_texts_of[zh]++] = strdup(line);
		n_texts++;
	}
	free(line);
	if (file)
		fclose(file);
}

static size_t put_text(char *out, size_t size, bool zh)
{
	unsigned n = n_texts_of[zh ? 1 : 0];
	const char *text = n ? texts[zh ? 1 : 0][random_below(n)] : "-";
	struct heard_str s = heard_str_cut(heard_str(text), size - 1);
	memcpy(out, s.ptr, s.len);
	out[s.len] = '\0';
	return s.len;
}

/* A body of about 600 bytes, and around it what a real record has. */
static char *make_line(void)
{
	char *line = malloc(2 * LINE);
	char body[LINE];
	size_t n = 0;
	bool zh = random_below(4) == 0;
	while (n < 600)
		n += n_texts ? put_text(body + n, sizeof(body) - n, zh)
			     : put_word(body + n, sizeof(body) - n, zh);
	snprintf(line, 2 * LINE,
		 "{\"id\":\"00000000-0000-7000-8000-%012u\",\"source\":\"shop/"
		 "file\",\"channel\":"
		 "\"web\",\"received_at\":\"2026-01-02T03:04:05.678Z\",\"lang\":\"%s\","
		 "\"subject\":"
		 "\"%s "
		 "%u\",\"body\":\"%s\",\"rating\":%u,\"product\":\"PB-%u\",\"order\":\"%u\","
		 "\"intent\":\"complaint\",\"category\":\"product\",\"priority\":\"medium\","
		 "\"department\":\"quality\",\"attributes\":{\"page\":\"/item/%u\",\"device\":"
		 "\"phone\",\"version\":\"4.12.%u\"}}",
		 random_below(1000000), zh ? "zh" : "en", zh ? "投诉" : "complaint",
		 random_below(1000), body, 1 + random_below(5), random_below(5000),
		 random_below(1u << 30), random_below(100000), random_below(50));
	return line;
}

/* Every body says something else, although lines come again: it begins elsewhere. */
static struct heard_str body_of(struct heard_str line, unsigned skip)
{
	static const char member[] = "\"body\":\"";
	const char *body = memmem(line.ptr, line.len, member, sizeof(member) - 1);
	size_t start = (size_t)(body - line.ptr) + sizeof(member) - 1 + skip % 300;
	return heard_str_n(line.ptr + start, 580 - skip % 300);
}

static void fill(struct store_record *rec, char *const lines[], unsigned i, unsigned tickets,
		 char source_id[32])
{
	uint64_t ms = 1767000000000u + i / 80;
	memset(rec, 0, sizeof(*rec));
	for (int b = 0; b < 6; b++)
		rec->id[b] = (unsigned char)(ms >> (40 - 8 * b));
	rec->id[6] = (unsigned char)(0x70 | (i % 80) >> 4);
	rec->id[7] = (unsigned char)(i % 80 << 4);
	for (int b = 8; b < 16; b++)
		rec->id[b] = (unsigned char)random_below(256);
	for (int b = 0; b < STORE_TOKEN; b++)
		rec->token[b] = (unsigned char)random_below(256);
	rec->received_at = (int64_t)ms;
	rec->line = heard_str(lines[i % VARIETY]);
	rec->source = HEARD_STR_OF("shop/file");
	snprintf(source_id, 32, "fd00:1f4a2:%llu", (unsigned long long)i * 1024);
	if (getenv("RANDOM_IDS"))
		snprintf(source_id, 32, "%08x-%08x", random_below(1u << 31),
			 random_below(1u << 31));
	rec->source_id = heard_str(source_id);
	rec->channel = HEARD_STR_OF("web");
	rec->subject = HEARD_STR_OF("late and broken");
	rec->body = body_of(rec->line, i / VARIETY);
	bool is_ticket = random_below(100) < tickets;
	rec->intent = is_ticket ? HEARD_STR_OF("complaint") : HEARD_STR_OF("praise");
	rec->priority = HEARD_STR_OF("medium");
	rec->category = HEARD_STR_OF("product");
	rec->department = HEARD_STR_OF("quality");
	rec->nps = rec->csat = rec->ces = rec->rating = rec->rating_max = NAN;
}

static void say(void *arg, bool trouble, const char *text)
{
	(void)arg;
	if (trouble)
		fprintf(stderr, "index: %s\n", text);
}

static double write_batch(struct store *store, struct store_record *recs, unsigned n,
			  uint64_t seq)
{
	struct heard_error err;
	enum store_fate fate;
	double start = seconds();
	if (store_begin(store, &err))
		die(&err);
	for (unsigned i = 0; i < n; i++)
		if (store_put(store, &recs[i], recs[i].received_at, &fate, &err))
			die(&err);
	if (store_commit(store, "bench", seq, &err))
		die(&err);
	return seconds() - start;
}

static double megabytes(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 ? (double)st.st_size / 1e6 : 0;
}

struct setup {
	unsigned total, batch, tickets;
	char path[4096], search[4096];
	char *lines[VARIETY];
};

struct result {
	double writing, tail, longest, inserted, all;
	int64_t last, indexed_meanwhile, longest_index_ms;
};

static void write_all(struct store *store, struct store_follower *follower,
		      const struct setup *setup, struct result *r)
{
	struct store_record *recs = calloc(setup->batch, sizeof(*recs));
	char(*ids)[32] = calloc(setup->batch, sizeof(*ids));
	double start = seconds();
	for (unsigned done = 0; done < setup->total; done += setup->batch) {
		for (unsigned i = 0; i < setup->batch; i++)
			fill(&recs[i], setup->lines, done + i, setup->tickets, ids[i]);
		double took = write_batch(store, recs, setup->batch, done + setup->batch);
		r->writing += took;
		if (done >= setup->total / 5 * 4)
			r->tail += took;
		if (took > r->longest)
			r->longest = took;
		if (follower)
			store_follower_wake(follower);
	}
	r->inserted = seconds() - start;
	free(ids);
	free(recs);
}

static void wait_for_index(struct store_follower *follower, struct result *r)
{
	struct store_follower_figures figures;
	store_follower_figures(follower, &figures);
	r->indexed_meanwhile = figures.position;
	while (figures.position < r->last) {
		nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
		store_follower_figures(follower, &figures);
	}
	r->longest_index_ms = figures.longest_ms;
}

static void print_result(const struct setup *setup, const struct result *r, bool follow)
{
	struct rusage usage;
	double n = (double)r->last;
	getrusage(RUSAGE_SELF, &usage);
	printf("{\"records\":%" PRId64 ",\"records_per_s\":%.0f,\"last_fifth_per_s\":%.0f,"
	       "\"longest_batch_ms\":%.0f,\"inserts_s\":%.1f,\"indexed_meanwhile_per_s\":%.0f,"
	       "\"indexed_per_s\":%.0f,\"longest_index_ms\":%" PRId64 ",\"db_mb\":%.0f,"
	       "\"search_mb\":%.0f,\"rss_mb\":%.0f}\n",
	       r->last, n / r->writing, n / 5 / r->tail, r->longest * 1e3, r->inserted,
	       (double)r->indexed_meanwhile / r->inserted, follow ? n / r->all : 0.0,
	       r->longest_index_ms, megabytes(setup->path), megabytes(setup->search),
	       (double)usage.ru_maxrss / 1024);
}

/* LOOP: tickets get owners, and all that happens is told. */
static const struct heard_str agents[] = {HEARD_STR("anna"), HEARD_STR("bo"),
					  HEARD_STR("chen"), HEARD_STR("dora"),
					  HEARD_STR("eva"),  HEARD_STR("fu")};
static const struct store_department quality = {.name = HEARD_STR("quality"),
						.agents = agents,
						.n_agents = 6,
						.method = STORE_LEAST_LOADED};

static void run(const struct setup *setup, bool follow)
{
	struct store_rules rules = store_default_rules;
	struct heard_error err;
	struct store *store;
	struct store_follower *follower = NULL;
	struct result r = {.last = 0};
	if (store_open(&store, setup->path, STORE_CREATE, &err))
		die(&err);
	if (getenv("LOOP")) {
		rules.departments = &quality;
		rules.n_departments = 1;
		rules.events = true;
	}
	store_set_rules(store, &rules);
	if (follow && !(follower = store_follower_start(setup->path, say, NULL, &err)))
		die(&err);
	double start = seconds();
	write_all(store, follower, setup, &r);
	if (store_last(store, &r.last, &err))
		die(&err);
	if (follower)
		wait_for_index(follower, &r);
	r.all = seconds() - start;
	store_follower_stop(follower);
	store_close(store);
	print_result(setup, &r, follow);
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr,
			"usage: bench_store FOLDER [RECORDS [BATCH [TICKETS_PER_100]]]\n");
		return 2;
	}
	static struct setup setup;
	setup.total = argc > 2 ? (unsigned)atoi(argv[2]) : 1000000;
	setup.batch = argc > 3 ? (unsigned)atoi(argv[3]) : 4096;
	setup.tickets = argc > 4 ? (unsigned)atoi(argv[4]) : 20;
	snprintf(setup.path, sizeof(setup.path), "%s/bench.db", argv[1]);
	snprintf(setup.search, sizeof(setup.search), "%s/bench-search.db", argv[1]);
	read_texts(getenv("TEXTS_EN"), 0);
	read_texts(getenv("TEXTS_ZH"), 1);
	for (unsigned i = 0; i < VARIETY; i++)
		setup.lines[i] = make_line();
	run(&setup, getenv("NO_INDEX") == NULL);
	return 0;
}
