/*
 * hanzi_gen.c - writes two tables of the characters U+3400 to U+9FFF.  Run by make.
 *
 *	hanzi_table.inc   each as OpenCC simplifies it when it stands alone
 *	hanzi_same.inc    the one that stands for all its forms when texts are compared
 *
 * The second is the first, made coarser by the list below: characters that OpenCC tells
 * apart by the word they stand in (回覆 is 回复, 覆蓋 is 覆盖), and forms that are usual in
 * Taiwan or Hong Kong (睡著, 衞生).  docs/decisions/0074-chinese-by-character.md has what
 * was counted.
 */
#include <opencc/opencc.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST = 0x3400, LAST = 0x9fff, N = LAST - FIRST + 1 };

/* A form, and the one that it is compared as. */
static const char *const forms[][2] = {
	/* by the word */
	{"覆", "复"}, /* 回覆 */
	{"藉", "借"}, /* 藉口 */
	{"瞭", "了"}, /* 瞭解 */
	{"鍊", "链"}, /* 項鍊, and 鍛鍊 which is 锻炼: so three are one */
	{"炼", "链"},
	{"锺", "钟"}, /* 鍾愛 */
	{"沈", "沉"}, /* 沈重 */
	{"画", "划"}, /* 計畫 */
	{"俱", "具"}, /* 傢俱 */
	{"彷", "仿"}, /* 彷彿 */
	{"揹", "背"}, /* 揹包 */
	{"薰", "熏"}, /* 薰香 */
	{"钜", "巨"},
	{"衹", "只"},
	{"牴", "抵"},
	{"馀", "余"},
	{"伕", "夫"},
	{"幷", "并"},
	{"讬", "托"},
	{"雠", "仇"},
	{"繐", "穗"},
	{"鏚", "戚"},
	{"赒", "周"},
	{"谘", "咨"},
	/* by the place */
	{"著", "着"}, /* 睡著 */
	{"幺", "么"},
	{"擡", "抬"},
	{"痺", "痹"},
	{"睪", "睾"},
	{"簷", "檐"},
	{"顎", "颚"},
	{"腭", "颚"},
	{"鯰", "鲶"},
	{"鲇", "鲶"},
	{"潨", "潀"},
	{"敍", "叙"},
	{"枱", "台"}, /* 枱燈 */
	{"粧", "妆"}, /* 化粧品 */
	{"糭", "粽"},
	{"衞", "卫"},
	/* that OpenCC leaves as they are */
	{"妳", "你"},
	{"牠", "它"},
	{"甚", "什"}, /* 甚麼 */
	{"砲", "炮"},
	{"姪", "侄"},
	{"効", "效"},
	{"靱", "韧"},
};

static void encode(unsigned c, char out[4])
{
	out[0] = (char)(0xe0 | c >> 12);
	out[1] = (char)(0x80 | (c >> 6 & 0x3f));
	out[2] = (char)(0x80 | (c & 0x3f));
	out[3] = '\0';
}

/* The character, if it is one of three bytes and alone. */
static unsigned decode(const char *s)
{
	const unsigned char *p = (const unsigned char *)s;
	if (strlen(s) != 3 || (p[0] & 0xf0) != 0xe0)
		return 0;
	return (unsigned)((p[0] & 0x0f) << 12 | (p[1] & 0x3f) << 6 | (p[2] & 0x3f));
}

static int simplify(unsigned *to)
{
	opencc_t cc = opencc_open("t2s.json");
	if (cc == (opencc_t)-1) {
		fprintf(stderr, "hanzi_gen: t2s.json: %s\n", opencc_error());
		return 1;
	}
	for (unsigned c = FIRST; c <= LAST; c++) {
		char text[4];
		encode(c, text);
		char *simple = opencc_convert_utf8(cc, text, 3);
		unsigned one = simple != NULL ? decode(simple) : 0;
		to[c - FIRST] = one >= FIRST && one <= LAST ? one : c;
		opencc_convert_utf8_free(simple);
	}
	opencc_close(cc);
	return 0;
}

/* What is simplified to a character that is itself simplified (in another word). */
static void follow(unsigned *to)
{
	for (size_t i = 0; i < N; i++)
		to[i] = to[to[i] - FIRST];
}

/* All that are compared as the one form are now compared as the other. */
static void join(unsigned *to, const char *form, const char *as)
{
	unsigned from = to[decode(form) - FIRST], one = to[decode(as) - FIRST];
	for (size_t i = 0; i < N; i++)
		if (to[i] == from)
			to[i] = one;
}

static int write_table(const char *path, const unsigned *to)
{
	FILE *out = fopen(path, "w");
	if (out == NULL) {
		perror(path);
		return 1;
	}
	for (unsigned i = 0; i < N; i++)
		if (to[i] != FIRST + i)
			fprintf(out, "[0x%04x - 0x%04x] = 0x%04x,\n", FIRST + i, FIRST, to[i]);
	return fclose(out) != 0;
}

int main(int argc, char **argv)
{
	static unsigned to[N];
	if (argc != 3 || simplify(to) != 0 || write_table(argv[1], to) != 0)
		return 1;
	follow(to);
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++)
		join(to, forms[i][0], forms[i][1]);
	return write_table(argv[2], to);
}
