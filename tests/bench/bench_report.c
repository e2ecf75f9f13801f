/*
 * bench_report.c - how long the figures of a month take, in a store that is full.
 *
 *	bench_report FOLDER [RECORDS [TICKETS [DAYS]]]
 *
 * Fills FOLDER/tickets.db with records of the last DAYS (60) days before now, of which
 * so many become tickets, three quarters of them answered and half resolved; then
 * gathers the figures of the last 30 days five times and prints one JSON object.
 * tests/bench/run.sh g uses the file for what the commands take.
 */
#include "bench.h"

#include <heard/buf.h>
#include <heard/error.h>

#include <store/figures.h>
#include <store/sqlite.h>

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DAY INT64_C(86400000)

enum { BATCH = 4096, TIMES = 5 };

/* What is said, by whom it is to be done, and how often. */
static const struct topic {
	const char *category, *subcategory, *department, *intent, *priority, *zh, *en, *words;
} topics[] = {
	{"service", "logistics", "logistics", "complaint", "medium",
	 "快递三天没动，客服一直说在核实，到底什么时候发货",
	 "parcel has not moved for three days", "\"快递\",\"核实\",\"发货\""},
	{"product", "quality", "quality", "complaint", "medium",
	 "充电宝用了两周就充不进电了，按键也没有反应",
	 "the power bank stopped charging after two weeks", "\"充电宝\",\"充不进电\",\"按键\""},
	{"platform", "payment", "finance", "complaint", "high",
	 "付款成功但订单显示未支付，钱已经扣了", "paid, yet the order says unpaid",
	 "\"付款\",\"支付\",\"订单\""},
	{"service", "aftersales", "aftersales", "complaint", "medium",
	 "退货已经签收一周，退款还没有到账", "returned a week ago and no refund yet",
	 "\"退货\",\"签收\",\"退款\""},
	{"product", "description", "product", "question", "medium",
	 "请问这个充电头支持 65W 快充吗，说明书里没有写", "does this charger support 65 W?",
	 "\"快充\",\"说明书\",\"充电头\""},
	{"service", "attitude", "service", "complaint", "medium",
	 "客服回复很敷衍，问了三遍都没有答案", "asked three times, got no answer",
	 "\"客服\",\"敷衍\",\"答案\""},
	{"platform", "app", "tech", "complaint", "low", "应用打开订单页就闪退，换了手机也一样",
	 "the app crashes when I open my orders", "\"闪退\",\"订单\",\"应用\""},
	{"product", "size", "product", "suggestion", "low",
	 "希望出一个更小的尺寸，放包里太占地方", "please make a smaller one",
	 "\"尺寸\",\"包\""},
	{"product", "safety", "quality", "complaint", "high",
	 "充电时发热严重，外壳都变形了，很害怕", "it gets so hot that the case bends",
	 "\"发热\",\"变形\",\"外壳\""},
};
static const char *const channels[] = {"web",  "web",	"app",	  "app",  "review",
				       "chat", "email", "survey", "kiosk"};
static const char *const products[] = {"PB-10000", "PB-20000", "GaN-65", "Cable-C2", "Hub-7"};

static unsigned pick(unsigned n) /* the first ones more often */
{
	return random_below(n) * random_below(n) / n;
}

/* In the order of time, as a daemon gets them. */
static void fill(struct store_record *rec, char line[2048], char body[256], unsigned i,
		 unsigned total, unsigned tickets, int64_t now, int64_t days)
{
	const struct topic *t = &topics[pick(sizeof(topics) / sizeof(*topics))];
	bool is_zh = random_below(4) > 0, is_ticket = random_below(total) < tickets;
	int64_t at = now - days * DAY + (int64_t)((double)i / total * (double)(days * DAY));
	memset(rec, 0, sizeof(*rec));
	for (int b = 0; b < 6; b++)
		rec->id[b] = (unsigned char)(at >> (40 - 8 * b));
	rec->id[6] = 0x70;
	for (int b = 7; b < 16; b++)
		rec->id[b] = (unsigned char)random_below(256);
	rec->id[8] = 0x80;
	for (int b = 0; b < STORE_TOKEN; b++)
		rec->token[b] = (unsigned char)random_below(256);
	snprintf(body, 256, "%.200s (%u%c%c)", is_zh ? t->zh : t->en, random_below(100000),
		 'a' + (char)random_below(26), 'a' + (char)random_below(26));
	const char *channel = channels[random_below(sizeof(channels) / sizeof(*channels))];
	const char *product = products[pick(sizeof(products) / sizeof(*products))];
	const char *intent = is_ticket ? t->intent : "praise";
	snprintf(line, 2048,
		 "{\"id\":\"00000000-0000-7000-8000-%012u\",\"source\":\"shop/http\","
		 "\"channel\":\"%s\",\"lang\":\"%s\",\"body\":\"%.255s\",\"intent\":\"%s\","
		 "%s\"keywords\":[%s,\"w%u\",\"w%u\"],"
		 "\"attributes\":{\"filler\":\"%0600u\"}}",
		 i, channel, is_zh ? "zh" : "en", body, intent,
		 i % 9	     ? ""
		 : is_ticket ? "\"rating\":1,"
			     : "\"rating\":5,",
		 t->words, pick(3000), pick(3000), i);
	rec->received_at = at;
	rec->line = heard_str(line);
	rec->source = HEARD_STR_OF("shop/http");
	rec->channel = heard_str(channel);
	rec->body = heard_str(body);
	rec->intent = heard_str(intent);
	rec->category = heard_str(t->category);
	rec->subcategory = heard_str(t->subcategory);
	rec->department = heard_str(t->department);
	rec->priority = heard_str(is_ticket ? t->priority : "low");
	rec->product = heard_str(product);
	rec->lang = is_zh ? HEARD_STR_OF("zh") : HEARD_STR_OF("en");
	rec->csat = rec->ces = rec->nps = rec->rating = rec->rating_max = NAN;
	if (strcmp(channel, "survey") == 0) {
		rec->nps = (double)random_below(is_ticket ? 8 : 11);
		rec->csat = 1 + (double)random_below(5);
		rec->ces = 1 + (double)random_below(7);
	} else if (strcmp(channel, "kiosk") == 0 || strcmp(channel, "review") == 0) {
		rec->rating = 5 - (double)pick(5);
		rec->rating_max = 5;
	}
}

static void write_all(struct store *store, unsigned total, unsigned tickets, int64_t now,
		      int64_t days)
{
	struct heard_error err;
	enum store_fate fate;
	static struct store_record recs[BATCH];
	static char lines[BATCH][2048], bodies[BATCH][256];
	for (unsigned done = 0; done < total; done += BATCH) {
		unsigned n = total - done < BATCH ? total - done : BATCH;
		for (unsigned i = 0; i < n; i++)
			fill(&recs[i], lines[i], bodies[i], done + i, total, tickets, now,
			     days);
		if (store_begin(store, &err))
			die(&err);
		for (unsigned i = 0; i < n; i++)
			if (store_put(store, &recs[i], recs[i].received_at, &fate, &err))
				die(&err);
		if (store_commit(store, "bench", done + n, &err))
			die(&err);
	}
}

/* People at work, at once: most tickets are answered, many resolved, some late. */
static void work(struct store *store)
{
	static const char sql[] =
		"BEGIN;"
		"UPDATE ticket SET first_response_at=received_at+(id*7919%300)*60000,"
		" answered_at=received_at+(id*7919%300)*60000, state='open' WHERE id%4>0;"
		"INSERT INTO level SELECT id,0,1,1,coalesce(first_response_due,received_at),"
		" first_response_at,first_response_at<=first_response_due FROM ticket"
		" WHERE id%4>0 AND first_response_due IS NOT NULL;"
		"UPDATE ticket SET resolved_at=received_at+(id*104729%4000)*60000,"
		" state='resolved', alarm=NULL WHERE id%4>1;"
		"INSERT INTO level SELECT id,2,1,1,resolution_due,resolved_at,"
		" resolved_at<=resolution_due FROM ticket"
		" WHERE id%4>1 AND resolution_due IS NOT NULL;"
		"UPDATE ticket SET state='reopened',round=2,resolved_at=NULL WHERE id%97=0;"
		"INSERT INTO follow_up SELECT randomblob(16),id,1,resolved_at+3600000,"
		" resolved_at+86400000,resolved_at+7200000,1+id*31%5+(id%3>0)*(4-id*31%5)/"
		"2,NULL"
		" FROM ticket WHERE state='resolved' AND id%3=0;"
		"UPDATE ticket SET board='快递延误：已加派承运商' WHERE id=(SELECT max(id)-3 "
		"FROM"
		" ticket WHERE subcategory='logistics' AND state='resolved');"
		"COMMIT";
	struct heard_error err;
	if (db_exec(store->db, sql, &err))
		die(&err);
}

static void measure(struct store *store, int64_t now)
{
	struct heard_error err;
	struct store_figures f;
	int64_t edges[31];
	double best = 1e9, worst = 0;
	int64_t to = (now / 900000 + 1) * 900000;
	for (int i = 0; i < 31; i++)
		edges[i] = to - (30 - i) * DAY;
	struct store_period period = {edges[0], to, now, edges, 30};
	for (int i = 0; i < TIMES; i++) {
		double start = seconds();
		if (store_figures(store, &period, &f, &err))
			die(&err);
		double took = seconds() - start;
		best = took < best ? took : best;
		worst = took > worst ? took : worst;
		if (i + 1 < TIMES)
			store_figures_release(&f);
	}
	printf("{\"received\":%" PRId64 ",\"tickets\":%" PRId64 ",\"topics\":%zu,"
	       "\"best_ms\":%.0f,\"worst_ms\":%.0f}\n",
	       f.received, f.tickets, f.topics.n, best * 1e3, worst * 1e3);
	store_figures_release(&f);
}

int main(int argc, char **argv)
{
	struct heard_error err;
	struct store *store;
	char path[4096];
	if (argc < 2) {
		fprintf(stderr, "usage: bench_report FOLDER [RECORDS [TICKETS [DAYS]]]\n");
		return 2;
	}
	unsigned records = argc > 2 ? (unsigned)atoi(argv[2]) : 1000000;
	unsigned tickets = argc > 3 ? (unsigned)atoi(argv[3]) : 200000;
	int64_t days = argc > 4 ? atoi(argv[4]) : 60, now = (int64_t)time(NULL) * 1000;
	snprintf(path, sizeof(path), "%s/tickets.db", argv[1]);
	if (store_open(&store, path, STORE_CREATE, &err))
		die(&err);
	if (records > 0) {
		write_all(store, records, tickets, now, days);
		work(store);
	}
	measure(store, now);
	store_close(store);
	return 0;
}
