/*
 * attribution.c - the line above a quote that says whose it is, and when.
 *
 * Every mail program has its own, in every language: "On DATE, NAME wrote:", "在 DATE，
 * NAME 写道：", "NAME <a@b> 于DATE写道：", and each may be folded over some lines.
 * Common to all: a colon at the end, a word for writing, a date; and it begins with
 * one of few words, or with a date, or has an address in it.  Right above a "> " less
 * is asked, since nothing else ends with a colon, a time and an address there.
 */
#include "lines.h"

#include <strings.h>

enum { MAX_LINES = 4, MAX_BYTES = 400 };

static const char *const first_words[] = {
	"On ",	"At ",	 "Le ",	    "Am ",	  "El ",  "Il ",       "Em ", "Op ",
	"Den ", "Dnia ", "W dniu ", "Pada ",	  "Vào ", "В ",	       "В ",  "在",
	"于",	"於",	 "Dne ",    "Il giorno ", "Il ",  "Tarihinde", NULL,
};
/* At the end, before the colon. */
static const char *const last_words[] = {
	"wrote",      "writes",	 "a écrit", "écrit",	  "escribió",  "ha scritto", "escreveu",
	"schreef",    "skrev",	 "napisał", "napisał(a)", "написал",   "написала",   "пишет",
	"写道",	      "寫道",	 "来信",    "來信",	  "书写道",    "撰写",	     "撰寫",
	"書きました", "작성",	 "yazdı",   "đã viết",	  "kirjoitti", "menulis",    "napsal",
	"napsal(a)",  "schrieb", NULL,
};
/* Anywhere: the name comes behind it. */
static const char *const verbs[] = {" schrieb ", " scrisse ", " schreef ", NULL};

static bool ends_with(struct heard_str s, const char *word)
{
	size_t n = strlen(word);

	return s.len >= n && strncasecmp(s.ptr + s.len - n, word, n) == 0;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool has_digit(struct heard_str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (is_digit(s.ptr[i]))
			return true;
	return false;
}

/* "4:19" */
static bool has_time(struct heard_str s)
{
	for (size_t i = 1; i + 2 < s.len; i++)
		if (s.ptr[i] == ':' && is_digit(s.ptr[i - 1]) && is_digit(s.ptr[i + 1]) &&
		    is_digit(s.ptr[i + 2]))
			return true;
	return false;
}

static bool has_at(struct heard_str s)
{
	return s.len && memchr(s.ptr, '@', s.len) != NULL;
}

static bool begins(struct heard_str s)
{
	if (s.len > 5 && is_digit(s.ptr[0]) && (is_digit(s.ptr[1]) || is_digit(s.ptr[2])) &&
	    memchr(s.ptr, s.ptr[2] == '.' ? '.' : '-', 6) != NULL)
		return true; /* 02.04.2012, 2012-04-02 */
	for (size_t i = 0; first_words[i] != NULL; i++)
		if (strncmp(s.ptr ? s.ptr : "", first_words[i],
			    s.len < strlen(first_words[i]) ? s.len : strlen(first_words[i])) ==
			    0 &&
		    s.len >= strlen(first_words[i]))
			return true;
	return false;
}

/* Without the colon that it must end with; false: it has none. */
static bool drop_colon(struct heard_str *s)
{
	if (ends_with(*s, "："))
		s->len -= strlen("：");
	else if (ends_with(*s, ":"))
		s->len--;
	else
		return false;
	*s = heard_str_trim(*s);
	while (s->len >= 2 && memcmp(s->ptr + s->len - 2, "\u00a0", 2) == 0)
		s->len -= 2;
	return true;
}

static bool says_wrote(struct heard_str s)
{
	if (!drop_colon(&s))
		return false;
	for (size_t i = 0; last_words[i] != NULL; i++)
		if (ends_with(s, last_words[i]))
			return true;
	return mime_has_word(s, verbs);
}

/* Is the next line with something on it, from line i on, a "> "? */
static bool is_before_quote(const struct mime_lines *l, size_t i)
{
	size_t blanks = 0;

	while (i < l->n && blanks < 3 && line_is_blank(&l->list[i])) {
		blanks++;
		i++;
	}
	return i < l->n && l->list[i].is_quote;
}

/* From the beginning of line i to the end of line j: they lie behind each other. */
static struct heard_str joined(const struct mime_lines *l, size_t i, size_t j)
{
	const char *begin = l->list[i].text.ptr;
	struct heard_str last = l->list[j].text;

	return heard_str_trim(heard_str_n(begin, (size_t)(last.ptr + last.len - begin)));
}

/* Is the whole, lines i to j, an attribution? */
static bool is_attribution(const struct mime_lines *l, size_t i, size_t j)
{
	struct heard_str s = joined(l, i, j), colon = s;
	bool quote_follows = is_before_quote(l, j + 1);

	if (s.len > MAX_BYTES || !drop_colon(&colon))
		return false;
	if (says_wrote(s)) {
		if (quote_follows && i == j)
			return true;
		return has_digit(s) && (begins(s) || has_at(s));
	}
	return quote_follows && has_digit(s) && has_at(s) && (has_time(s) || begins(s));
}

/* Could an attribution begin here? */
static bool is_first(struct heard_str s)
{
	return begins(s) || (has_at(s) && has_digit(s));
}

size_t mime_attribution(const struct mime_lines *l, size_t i)
{
	bool may_fold;

	if (l->list[i].is_quote || line_is_blank(&l->list[i]) ||
	    l->list[i].text.len > MAX_BYTES)
		return 0;
	may_fold = is_first(heard_str_trim(l->list[i].text));
	for (size_t j = i; j < l->n && j < i + MAX_LINES; j++) {
		struct heard_str line = heard_str_trim(l->list[j].text);

		if (line.len == 0 || l->list[j].is_quote || line.len > MAX_BYTES)
			break;
		/* The nearest beginning counts, not one in the text above. */
		if (j > i && begins(line))
			break;
		if (is_attribution(l, i, j))
			return j - i + 1;
		if (!may_fold)
			break;
	}
	return 0;
}
