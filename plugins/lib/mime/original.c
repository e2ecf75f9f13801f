/*
 * original.c - what stands above a quote that has no ">": to the end, all is quote.
 *
 * Outlook, Hotmail, Yahoo, QQ, Foxmail and Alibaba's mail put the old mail below a line
 * of dashes with a title, or below some of its headers, or both.  Headers are known by
 * their labels, in the languages that we met.  A complaint about a parcel has a sender
 * and a receiver as well (发件人, 收件人), so a date is asked for, too.
 */
#include "lines.h"

#include <strings.h>

bool mime_has_word(struct heard_str s, const char *const *words)
{
	for (size_t w = 0; words[w] != NULL; w++) {
		size_t n = strlen(words[w]);

		char first = (char)(words[w][0] | 0x20);

		for (size_t i = 0; i + n <= s.len; i++)
			if ((s.ptr[i] | 0x20) == first &&
			    strncasecmp(s.ptr + i, words[w], n) == 0)
				return true;
	}
	return false;
}

/* ---- titles between dashes */

static const char *const titles[] = {
	"original message",
	"original",
	"original email",
	"reply message",
	"replied message",
	"原始邮件",
	"原始郵件",
	"原邮件",
	"回复的原邮件",
	"回复邮件",
	"原始信件",
	"原始訊息",
	"邮件原件",
	"ursprüngliche nachricht",
	"originalnachricht",
	"message d'origine",
	"message original",
	"mensaje original",
	"mensagem original",
	"messaggio originale",
	"исходное сообщение",
	"original-nachricht",
	"oorspronkelijk bericht",
	"元のメッセージ",
	"원본 메시지",
	NULL,
};

static bool is_dash(struct heard_str s, size_t *n_r)
{
	static const char *const dashes[] = {"-", "_", "=", "*", "—", "–", "─", NULL};

	for (size_t i = 0; dashes[i] != NULL; i++)
		if (heard_str_starts(s, heard_str(dashes[i]))) {
			*n_r = strlen(dashes[i]);
			return true;
		}
	return false;
}

/* Blanks of every kind. */
static size_t blank_len(struct heard_str s)
{
	if (s.len && (s.ptr[0] == ' ' || s.ptr[0] == '\t'))
		return 1;
	if (heard_str_starts(s, HEARD_STR_OF("\u3000")))
		return 3;
	return heard_str_starts(s, HEARD_STR_OF("\u00a0")) ? 2 : 0;
}

static struct heard_str skip_dashes(struct heard_str s, size_t *count_r)
{
	size_t n;

	for (*count_r = 0; s.len;) {
		if (is_dash(s, &n))
			(*count_r)++;
		else if ((n = blank_len(s)) == 0)
			break;
		s = heard_str_skip(s, n);
	}
	return s;
}

/* A line of dashes with nothing else on it. */
static bool is_rule(struct heard_str line)
{
	size_t n;

	return skip_dashes(line, &n).len == 0 && n >= 5;
}

static bool is_title(struct heard_str line)
{
	size_t before, n;
	struct heard_str s = skip_dashes(line, &before);

	if (before < 2 || line.len > 200)
		return false;
	for (size_t i = 0; titles[i] != NULL; i++) {
		n = strlen(titles[i]);
		if (s.len >= n && strncasecmp(s.ptr, titles[i], n) == 0 &&
		    skip_dashes(heard_str_skip(s, n), &before).len == 0 && before >= 2)
			return true;
	}
	return false;
}

bool mime_reply_above(struct heard_str line)
{
	static const char *const english[] = {"reply above this line", "reply above the line",
					      "type your reply above", NULL};
	static const char *const please[] = {"请在", "請在", NULL};
	static const char *const above[] = {"上方回复", "以上回复", "之上回复",	    "上面回复",
					    "上方回覆", "以上回覆", "上方输入回复", NULL};

	if (line.len > 300)
		return false;
	return mime_has_word(line, english) ||
	       (mime_has_word(line, please) && mime_has_word(line, above));
}

/* ---- headers */

enum label { FROM = 1, DATE = 2, TO = 4, SUBJECT = 8, CC = 16 };
static const struct {
	const char *word; /* ASCII in small letters */
	enum label label;
} labels[] = {
	{"from", FROM},	      {"sent", DATE},
	{"date", DATE},	      {"to", TO},
	{"subject", SUBJECT}, {"cc", CC},
	{"bcc", CC},	      {"importance", CC},
	{"发件人", FROM},     {"发送时间", DATE},
	{"收件人", TO},	      {"主题", SUBJECT},
	{"抄送", CC},	      {"抄送人", CC},
	{"日期", DATE},	      {"时间", DATE},
	{"发送日期", DATE},   {"标题", SUBJECT},
	{"重要性", CC},	      {"密送", CC},
	{"發件人", FROM},     {"寄件者", FROM},
	{"寄件人", FROM},     {"寄件日期", DATE},
	{"傳送時間", DATE},   {"收件者", TO},
	{"主旨", SUBJECT},    {"副本", CC},
	{"發送時間", DATE},   {"主題", SUBJECT},
	{"收件匣", TO},	      {"發件者", FROM},
	{"von", FROM},	      {"gesendet", DATE},
	{"datum", DATE},      {"an", TO},
	{"betreff", SUBJECT}, {"de", FROM},
	{"envoyé", DATE},     {"à", TO},
	{"objet", SUBJECT},   {"enviado", DATE},
	{"para", TO},	      {"asunto", SUBJECT},
	{"assunto", SUBJECT}, {"fecha", DATE},
	{"da", FROM},	      {"inviato", DATE},
	{"data", DATE},	      {"a", TO},
	{"oggetto", SUBJECT}, {"от", FROM},
	{"От", FROM},	      {"Отправлено", DATE},
	{"Дата", DATE},	      {"Кому", TO},
	{"Тема", SUBJECT},    {"Копия", CC},
	{"差出人", FROM},     {"送信日時", DATE},
	{"宛先", TO},	      {"件名", SUBJECT},
	{"보낸 사람", FROM},  {"보낸 날짜", DATE},
	{"받는 사람", TO},    {"제목", SUBJECT},
	{"van", FROM},	      {"verzonden", DATE},
	{"aan", TO},	      {"onderwerp", SUBJECT},
	{"reply-to", CC},     {"回复", CC},
};

enum { MAX_LABEL = 40, MAX_BLOCK = 12 };

/* The text before the colon without blanks and asterisks, ASCII in small letters; its
 * length, 0: the line has no label. */
static size_t label_text(struct heard_str s, char out[MAX_LABEL])
{
	size_t n = 0, blank;

	while (s.len) {
		if ((blank = blank_len(s)) > 0 || s.ptr[0] == '*' ||
		    (s.ptr[0] == '|' && n == 0)) {
			s = heard_str_skip(s, blank ? blank : 1);
			continue;
		}
		if (s.ptr[0] == ':' || s.ptr[0] == '|' ||
		    heard_str_starts(s, HEARD_STR_OF("：")))
			return n;
		if (n == MAX_LABEL - 1)
			return 0;
		out[n++] = s.ptr[0] >= 'A' && s.ptr[0] <= 'Z' ? (char)(s.ptr[0] | 0x20)
							      : s.ptr[0];
		s = heard_str_skip(s, 1);
	}
	return 0;
}

static unsigned label_of(struct heard_str line)
{
	char text[MAX_LABEL];
	size_t n = line.len > 2000 ? 0 : label_text(line, text);

	for (size_t i = 0; n && i < sizeof(labels) / sizeof(labels[0]); i++)
		if (strlen(labels[i].word) == n && memcmp(labels[i].word, text, n) == 0)
			return labels[i].label;
	return 0;
}

/* The labels of the block that begins at line i; an address or a date may be folded. */
static unsigned block_labels(const struct mime_lines *l, size_t i)
{
	unsigned seen = label_of(l->list[i].text), folds = 0;

	if (seen == 0)
		return 0;
	for (size_t j = i + 1; j < l->n && j < i + MAX_BLOCK && folds < 2; j++) {
		unsigned label = label_of(l->list[j].text);

		folds = label ? 0 : folds + 1;
		seen |= label;
	}
	return seen;
}

static bool is_block(const struct mime_lines *l, size_t i, bool has_rule)
{
	unsigned seen = block_labels(l, i);

	if (has_rule && (seen & FROM) && (seen & (DATE | SUBJECT)))
		return true;
	return (seen & FROM) && (seen & DATE) && (seen & (TO | SUBJECT));
}

bool mime_original(const struct mime_lines *l, size_t i)
{
	struct heard_str line = heard_str_trim(l->list[i].text);

	if (line.len == 0 || l->list[i].is_quote)
		return false;
	if (is_title(line) || is_block(l, i, false))
		return true;
	if (!is_rule(line))
		return false;
	for (size_t j = i + 1; j < l->n && j < i + 4; j++)
		if (!line_is_blank(&l->list[j]))
			return is_block(l, j, true);
	return false;
}
