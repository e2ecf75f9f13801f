/*
 * language.c - the language a text is written in.
 *
 * Names of goods in Latin letters stand in Chinese sentences more often than Chinese
 * characters in English ones, and a character says as much as a word: so a text with a
 * character for each two words is Chinese, unless it has more of the commonest English
 * words than characters.
 *
 * What CLD2 says and nobody expects is believed from SURE_BYTES on: of the SMS of the
 * UCI collection it takes one in twenty for something else than English, most of them
 * below that.
 */
#include "language.h"

#include "cld.h"
#include "script.h"

#include <heard/error.h>
#include <text/utf8.h>

#include <ctype.h>
#include <errno.h>

enum {
	TEXT_MAX = 2048, /* bytes looked at: a text does not change its language   */
	SURE_BYTES = 48, /* of letters, for a language that is not expected        */
	SURE_PERCENT = 80,
};

static bool is_code(struct heard_str code)
{
	size_t n = 0;

	while (n < code.len && islower((unsigned char)code.ptr[n]))
		n++;
	return n == code.len && (n == 2 || n == 3);
}

int languages_init(struct languages *l, const char *const *codes, size_t n,
		   struct heard_error *err)
{
	size_t len = 0;

	*l = (struct languages){.n = 0};
	if (n > LANGUAGES_MAX)
		return heard_fail(err, EINVAL,
				  "more than %d languages; name those that customers "
				  "write most",
				  LANGUAGES_MAX);
	for (size_t i = 0; i < n; i++) {
		struct heard_str code = heard_str(codes[i]);

		if (!is_code(code))
			return heard_fail(err, EINVAL,
					  "\"%.20s\" is no code of a language; write two "
					  "or three small letters, like \"zh\" or \"en\"",
					  codes[i]);
		l->code[l->n++] = code;
		memcpy(l->hint + len, code.ptr, code.len);
		len += code.len;
		l->hint[len++] = ',';
	}
	l->hint[len ? len - 1 : 0] = '\0';
	return 0;
}

static bool is_expected(const struct languages *l, struct heard_str code)
{
	for (unsigned i = 0; i < l->n; i++)
		if (heard_str_eq(l->code[i], code))
			return true;
	return false;
}

/* The first that is expected in this script, or empty. */
static struct heard_str expected_in(const struct languages *l, enum script script)
{
	for (unsigned i = 0; i < l->n; i++)
		if (script_of(l->code[i]) == script)
			return l->code[i];
	return heard_str(NULL);
}

/* ---- by script */

static enum script main_script(const struct script_count *count)
{
	const unsigned *n = count->letters;
	enum script best = SCRIPT_LATIN;
	unsigned most = 0, asian = n[SCRIPT_HAN] + n[SCRIPT_KANA];

	for (unsigned i = 0; i < SCRIPTS; i++)
		if (i != SCRIPT_HAN && i != SCRIPT_KANA && i != SCRIPT_LATIN && n[i] > most) {
			most = n[i];
			best = (enum script)i;
		}
	if (most >= asian && most * 3 >= n[SCRIPT_LATIN] && most > 0)
		return best;
	if (asian == 0 || (asian * 2 < count->words || count->english >= asian))
		return count->words ? SCRIPT_LATIN : asian ? SCRIPT_HAN : best;
	/* One の on a Chinese label is fashion. */
	return n[SCRIPT_KANA] > 1 && n[SCRIPT_KANA] * 8 >= asian ? SCRIPT_KANA : SCRIPT_HAN;
}

static bool has_many_languages(enum script script)
{
	return script >= SCRIPT_LATIN && script <= SCRIPT_DEVANAGARI;
}

/* ---- by model */

static struct heard_str head(struct heard_str text)
{
	if (text.len <= TEXT_MAX)
		return text;
	const char *end = text_back(text.ptr, text.ptr + TEXT_MAX);
	return heard_str_n(text.ptr, (size_t)(end - text.ptr));
}

static struct heard_str guess(const struct languages *l, enum script script,
			      struct heard_str text)
{
	struct heard_str likely = expected_in(l, script);
	struct cld_guess g;

	cld_ask(text.ptr, (int)text.len, l->hint, &g);
	for (int i = 0; i < 3 && g.code[i]; i++)
		if (is_expected(l, heard_str(g.code[i])) &&
		    script_of(heard_str(g.code[i])) == script)
			return heard_str(g.code[i]);
	bool is_sure = g.is_reliable && g.percent[0] >= SURE_PERCENT && g.bytes >= SURE_BYTES;
	if (g.code[0] && script_of(heard_str(g.code[0])) == script && (is_sure || !likely.len))
		return heard_str(g.code[0]);
	return likely;
}

struct heard_str language_of(const struct languages *l, struct heard_str text)
{
	struct script_count count;

	text = head(text);
	script_count(text, &count);
	enum script script = main_script(&count);
	if (count.letters[script] == 0 && !(script == SCRIPT_KANA || script == SCRIPT_HAN))
		return heard_str(NULL);
	if (!has_many_languages(script))
		return heard_str(script_language(script));
	bool is_english = script == SCRIPT_LATIN && count.english * 4 >= count.words &&
			  (count.english > 1 || count.words < 4) && count.english > 0;
	if (is_english && is_expected(l, HEARD_STR_OF("en")))
		return HEARD_STR_OF("en");
	struct heard_str code = guess(l, script, text);
	return code.len || script == SCRIPT_LATIN ? code : heard_str(script_language(script));
}
