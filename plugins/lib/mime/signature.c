/*
 * signature.c - where a writer's own text ends and his signature begins.
 *
 * Only what is one for sure: the usual delimiter, the line that a phone or a program
 * adds, the foot of a mailing list, and a name alone behind a dash.  "Best regards,
 * Li" stays: a closing line does no harm, and a sentence lost does.
 */
#include "lines.h"

#include <strings.h>

enum { MAX_SIGNATURE = 10, MAX_MOBILE = 120, MAX_LOOK = 60 };

/* Have at most so many lines in [begin, end) something on them?  Looks at few, so that a
 * text of nothing but delimiters is read in linear time. */
static bool at_most(const struct mime_lines *l, size_t most, size_t begin, size_t end)
{
	size_t n = 0;

	if (end - begin > MAX_LOOK)
		return false;
	for (size_t i = begin; i < end; i++)
		n += !line_is_blank(&l->list[i]);
	return n <= most;
}

static bool starts(struct heard_str s, const char *word)
{
	return s.len >= strlen(word) && strncasecmp(s.ptr, word, strlen(word)) == 0;
}

static bool ends(struct heard_str s, const char *word)
{
	size_t n = strlen(word);

	return s.len >= n && memcmp(s.ptr + s.len - n, word, n) == 0;
}

static size_t words(struct heard_str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++)
		n += s.ptr[i] != ' ' && (i == 0 || s.ptr[i - 1] == ' ');
	return n;
}

/* ---- lines that programs add */

static const char *const mobile[] = {
	"发自我的",	   "发送自我的",     "来自我的",
	"從我的",	   "从我的",	     "發自我的",
	"傳送自我的",	   "寄自我的",	     "發送自我的",
	"发自手机",	   "发自新浪",	     "发自网易",
	"发自 ",	   "发送自 Outlook", "来自 Outlook",
	"来自Outlook",	   "来自 QQ",	     "来自QQ",
	"获取 Outlook",	   "取得 Outlook",   "下载适用于",
	"签名由",	   "通过 Outlook",   "來自 Outlook",
	"get outlook for", "sent with ",     "sent via ",
	"sent using ",	   "envoyé de mon",  "envoyé depuis",
	"von meinem ",	   "gesendet mit ",  "gesendet von ",
	"enviado desde ",  "enviado do ",    "inviato da ",
	"отправлено с ",   "Отправлено с ",  "Отправлено из ",
	"iphoneから",	   "iphone から",    NULL,
};

static bool is_mobile(struct heard_str line)
{
	if (line.len == 0 || line.len > MAX_MOBILE || ends(line, "。") || ends(line, "？") ||
	    ends(line, "！") || strchr(".!?,;", line.ptr[line.len - 1]) != NULL)
		return false;
	if (starts(line, "sent from ")) /* but not a sentence of his own */
		return memchr(line.ptr, ',', line.len) == NULL && words(line) <= 8;
	for (size_t i = 0; mobile[i] != NULL; i++)
		if (starts(line, mobile[i]))
			return words(line) <= 8;
	return false;
}

/* ---- lines that people add */

/* "-Jane Doe": a dash and capital letters, behind an empty line, with nothing below. */
static bool is_name(const struct mime_lines *l, size_t i, size_t begin, size_t end)
{
	struct heard_str s = heard_str_trim(l->list[i].text);
	bool is_start = true;

	if (i == begin || !line_is_blank(&l->list[i - 1]) || !at_most(l, 1, i, end))
		return false;
	if (s.len < 4 || s.len > 40 || s.ptr[0] != '-' || s.ptr[1] == '-')
		return false;
	s = heard_str_trim(heard_str_skip(s, 1));
	for (size_t k = 0; k < s.len; k++) {
		char c = s.ptr[k];

		if (is_start && !(c >= 'A' && c <= 'Z'))
			return false;
		is_start = c == ' ';
		if (c != ' ' && c != '.' && !((c | 0x20) >= 'a' && (c | 0x20) <= 'z'))
			return false;
	}
	return words(s) >= 2 && words(s) <= 4;
}

/* A line of so many of one character, and nothing else. */
static size_t ruled(struct heard_str s, char c)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] != c)
			return 0;
	return s.len;
}

/* "____" above "... mailing list" */
static bool is_list_foot(const struct mime_lines *l, size_t i, size_t end)
{
	static const char *const says[] = {"mailing list", "mailman/listinfo", "unsubscribe",
					   NULL};

	if (ruled(heard_str_trim(l->list[i].text), '_') < 20 || !at_most(l, 8, i, end))
		return false;
	for (size_t j = i + 1; j < end && j < i + 4; j++)
		if (mime_has_word(l->list[j].text, says))
			return true;
	return false;
}

/* "-- " as RFC 3676 has it, or without the blank; QQ writes 18 of them. */
static bool is_delimiter(const struct mime_lines *l, size_t i, size_t end)
{
	struct heard_str raw = l->list[i].text, s = heard_str_trim(raw);

	if (heard_str_is(s, "--") && raw.ptr[0] == '-')
		return at_most(l, MAX_SIGNATURE, i + 1, end);
	return ruled(s, '-') == 18 && at_most(l, 6, i + 1, end);
}

static size_t find(const struct mime_lines *l, size_t begin, size_t end)
{
	for (size_t i = begin; i < end; i++) {
		struct heard_str line = heard_str_trim(l->list[i].text);

		if (line.len == 0 || line.len > 400)
			continue;
		if (is_mobile(line) && at_most(l, 3, i, end))
			return i;
		if (line.ptr[0] == '-' &&
		    (is_delimiter(l, i, end) || is_name(l, i, begin, end)))
			return i;
		if (line.ptr[0] == '_' && is_list_foot(l, i, end))
			return i;
	}
	return end;
}

/* Below a signature a list may have put its own, and a phone below that. */
size_t mime_signature(const struct mime_lines *l, size_t begin, size_t end)
{
	for (int i = 0; i < 3; i++) {
		size_t at = find(l, begin, end);

		if (at == end)
			break;
		end = at;
	}
	return end;
}
