/*
 * record.h - the piece of feedback that load and gen are made of.
 *
 * About 1 KB of JSON: some 50 nodes, 660 bytes of text of which a quarter is
 * Chinese, private data in every third.  A record depends on its seed and
 * nothing else, so that a repeated request carries the same bytes.  Its number
 * stands in `order` (working data, that filters leave alone) as "PREFIX-0123456789",
 * always RECORD_DIGITS long: a sender overwrites it in place.
 */
#ifndef TOOLS_RECORD_H
#define TOOLS_RECORD_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define RECORD_SIZE   1023 /* without the newline */
#define RECORD_CAP    2048
#define RECORD_DIGITS 10

static inline uint64_t record_random(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15u);
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

#define RECORD_PICK(state, words) \
	((words)[record_random(state) % (sizeof(words) / sizeof(*(words)))])

static inline void record_number(char *at, uint64_t number)
{
	for (int i = RECORD_DIGITS - 1; i >= 0; i--, number /= 10)
		at[i] = (char)('0' + number % 10);
}

/* As in a shop: most are content, a third is not, some ask or wish. */
enum { TONES = 3, TONE_SENTENCES = 4 };

static inline unsigned record_tone(uint64_t *r)
{
	unsigned of_ten = (unsigned)(record_random(r) % 10);

	return of_ten < 6 ? 0 : of_ten < 9 ? 1 : 2;
}

static inline size_t record_sentences(char *out, size_t cap, uint64_t *r, int is_chinese,
				      unsigned tone, size_t want)
{
	static const char *const english[TONES][TONE_SENTENCES] = {
		{"Great value, my whole family uses it every single day now.",
		 "Customer service was friendly and solved it within minutes.",
		 "Arrived a day early and was packed with a lot of care.",
		 "The sound is clear and the case feels solid in the hand."},
		{"The charger stopped working after two days and gets very hot.",
		 "Delivery took nine days and the box was crushed on one side.",
		 "I asked for a refund last week and nobody has answered me yet.",
		 "The zip broke at once; I will never buy this brand again."},
		{"Could you tell me whether this fits the older model as well?",
		 "It would be nice if the app remembered the last address.",
		 "Do you ship spare parts to the islands, and how long is it?",
		 "Please offer a smaller size of this for people who travel."},
	};
	static const char *const chinese[TONES][TONE_SENTENCES] = {
		{"性价比很高，全家每天都在用。", "客服态度很好，几分钟就解决了。",
		 "发货很快，包装也很用心。", "音质清楚，手感也不错，推荐。"},
		{"充电器用了两天就坏了，而且特别烫手。", "快递走了九天，盒子都压扁了。",
		 "上周申请退款，到现在没人理我。", "拉链马上就断了，再也不买了。"},
		{"请问这个配件旧款能不能用？", "建议应用能记住上次的收货地址。",
		 "请问海岛地区多久能到货？", "希望能出一款小号的，方便出差。"},
	};
	size_t n = 0;

	while (n < want) {
		const char *s = is_chinese ? RECORD_PICK(r, chinese[tone])
					   : RECORD_PICK(r, english[tone]);
		int added = snprintf(out + n, cap - n, "%s%s", n && !is_chinese ? " " : "", s);
		if (added < 0 || (size_t)added >= cap - n)
			break;
		n += (size_t)added;
	}
	out[n] = '\0';
	return n;
}

static inline void record_private(char *out, size_t cap, uint64_t *r)
{
	unsigned a = (unsigned)(record_random(r) % 90000000) + 10000000;

	switch (record_random(r) % 12) {
	case 0: snprintf(out, cap, " 我的电话是138%08u。", a); break;
	case 1: snprintf(out, cap, " Call me at 139 %04u %04u.", a / 10000, a % 10000); break;
	case 2: snprintf(out, cap, " Write to user%u@example.com.", a); break;
	case 3:
		snprintf(out, cap, " 服务器 10.%u.%u.%u 报错。", a % 200, a / 7 % 250,
			 a / 11 % 250);
		break;
	default: out[0] = '\0';
	}
}

/* Writes one record and returns its length; *number_r is where its digits are.
 * source_id may be NULL. */
static inline size_t record_render(char out[RECORD_CAP], uint64_t seed, const char *prefix,
				   uint64_t number, const char *source_id, size_t *number_r)
{
	static const char *const channels[] = {"web",	 "app",	 "survey",
					       "review", "chat", "forum"};
	static const char *const products[] = {"蓝牙耳机 Pro", "Kettle K2", "智能手环 5",
					       "Desk lamp"};
	static const char filler[] = "(Linux; x86_64) AppleWebKit (KHTML, like Gecko) ";
	static const char *const regions[] = {"上海", "Berlin", "广州", "Leeds"};
	uint64_t r = seed * 2654435761u + 1;
	int is_chinese = record_random(&r) % 3 == 0;
	char body[512], private_data[128], subject[160], source[128] = "";
	unsigned day = (unsigned)(record_random(&r) % 28) + 1, tone = record_tone(&r),
		 score = (unsigned)(record_random(&r) % 2) + (tone == 0	  ? 4
							      : tone == 1 ? 1
									  : 3);
	unsigned user = (unsigned)(record_random(&r) % 90000) + 10000;

	record_sentences(body, sizeof(body) - 64, &r, is_chinese, tone, 240);
	record_private(private_data, sizeof(private_data), &r);
	record_sentences(subject, 100, &r, is_chinese, tone, 20);
	if (source_id)
		snprintf(source, sizeof(source), "\"source_id\":\"%s-%010llu\",", source_id,
			 (unsigned long long)number);
	int n = snprintf(
		out, RECORD_CAP,
		"{%s\"channel\":\"%s\",\"created_at\":\"2026-01-%02uT%02u:%02u:%02u.000Z\","
		"\"lang\":\"%s\","
		"\"subject\":\"%s\",\"body\":\"%s%s\","
		"\"author\":{\"name\":\"%s\",\"email\":\"u%u@example.org\",\"id\":\"user-%u\"},"
		"\"rating\":%u,\"rating_max\":5,\"ratings\":{\"appearance\":%u,\"function\":%u,"
		"\"value\":%u,"
		"\"packaging\":4,\"logistics\":%u,\"service\":3},\"nps\":%u,\"product\":\"%s\","
		"\"order\":\"%s-",
		source, RECORD_PICK(&r, channels), day, day % 24, score * 7, day,
		is_chinese ? "zh" : "en", subject, body, private_data,
		is_chinese ? "王小明" : "John Doe", user, user, score, score, 6 - score, score,
		score, score * 2, RECORD_PICK(&r, products), prefix);
	*number_r = (size_t)n;
	n += snprintf(out + n, RECORD_CAP - (size_t)n,
		      "%010llu\",\"region\":\"%s\",\"tags\":[\"t%u\",\"t%u\",\"web\"],"
		      "\"attributes\":{"
		      "\"app\":\"3.%u.1\",\"os\":\"Android "
		      "%u\",\"wifi\":true,\"vip\":false,\"visits\":%u,"
		      "\"spent\":%u.5,\"locale\":\"zh-CN\",\"page\":\"/item/%u\",\"dark\":true,"
		      "\"cart\":{\"items\":%u,\"total\":%u.25,\"gift\":false},\"scale\":1.5,"
		      "\"steps\":%u,"
		      "\"ab\":\"b\",\"tz\":8,\"agent\":\"Mozilla/5.0",
		      (unsigned long long)number, RECORD_PICK(&r, regions), score, day, score,
		      day, day, day * 10, score, score, day * 3, day);
	for (; n < RECORD_SIZE - 3; n++)
		out[n] = filler[n % (int)(sizeof(filler) - 1)];
	return (size_t)n + (size_t)snprintf(out + n, RECORD_CAP - (size_t)n, "\"}}");
}

#endif
