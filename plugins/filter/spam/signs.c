/*
 * signs.c - what in a text is a sign of spam to anybody who reads it.
 *
 * The folded text (model/gram.h) is put back into UTF-8 and searched for the words of a
 * table.  Some count only with an id right behind them: "微信" is a word of daily life,
 * "加微信 abc123" is not.
 *
 * Words are evidence of a kind: somebody wants to go on in private; he offers a business
 * that nobody advertises openly; links.  Of each kind the strongest group that is met
 * counts, and it alone: "加微信 abc123" asks for a private chat and names the account for
 * it, which is one wish and not two.
 *
 * A business that is open elsewhere (兼职, 返利, 海外代购) is what customers write of every
 * day.  It counts only beside a private account that is named, and confirms nothing: without
 * a word of the other kinds, a model or a flood the text stays unsure.
 *
 * Only kinds confirm each other.  One alone may be a customer who wants to be called
 * back, so by itself it leaves a text unsure, unless a model or a flood has a doubt of its
 * own.  And customers complain of what others asked of them: where a private contact
 * stands beside a complaint or a demand (退款, 没收到, "not arrived"), signs never make
 * spam of it, however many they are, nor does the model of short texts, to which a number
 * to call is a sign, too.  A seller who writes so comes to a person's eyes; a customer
 * taken for one would be heard by nobody.  What is offered ("代退款") or promised ("不满意
 * 全额退款", "refund guaranteed") is taken out of the text before complaints are looked for,
 * as a word is evidence of one thing.  Complaints in Latin letters are whole words: brokers
 * do not say that something broke.
 */
#include "signs.h"

#include "sign_words.h"

#include <model/gram.h>
#include <text/utf8.h>

#include <string.h>

enum { FOLDED = 2048 }; /* characters that are looked at */

/* OFFER: what confirms none of the others. */
enum kind { CONTACT, TRADE, LINKS, OFFER };

struct group {
	enum kind kind;
	const char *reason;
	float odds;    /* 0: without an id it is none                            */
	float with_id; /* letters and digits, five or more, within a few bytes */
	const char *const *words;
};

/* Of a kind the strongest first. */
static const struct group groups[] = {
	{CONTACT, "asks to go on in private: a chat group or account", 2.5f, 3.2f, contacts},
	{CONTACT, "asks to go on in private: a chat group or account", 2.5f, 3.2f, invitations},
	{CONTACT, "names a private account to trade with", 0, 1.5f, ids},
	{TRADE, "offers what shops' customers do not write of", 3.5f, 3.5f, trades},
	{TRADE, "offers what shops' customers do not write of", 2.5f, 2.5f, lures},
	{OFFER, "offers a business beside a private account", 2.5f, 2.5f, offers},
};

struct looked {
	char text[FOLDED * 4 + 1];
	size_t n;
	bool is_latin; /* most words need not be looked for, then */
};

static void unfold(const uint32_t *folded, size_t n, struct looked *l)
{
	l->n = 0;
	l->is_latin = true;
	for (size_t i = 0; i < n; i++) {
		l->n += text_encode(folded[i], l->text + l->n);
		l->is_latin &= folded[i] < 0x80;
	}
	l->text[l->n] = '\0';
}

static bool is_id_char(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

static bool starts_with_one(const char *s, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strncmp(s, *words, strlen(*words)) == 0)
			return true;
	return false;
}

/* Behind a word: at most a few bytes of anything (":", "号是"), then an id.  Of a long
 * number folding leaves "000"; one that is paid, or counted in something, is an amount. */
static bool has_id(const char *at)
{
	enum { BETWEEN = 9, ID = 5 };
	static const char *const paid[] = {"付", "转", "充", "收", "扣", NULL},
				 *const units[] = {"元", "块", "件", "个", "次", "天",
						   "年", "月", "日", "号", "分", "多",
						   "人", "万", "%",  NULL};
	for (size_t skip = 0; skip <= BETWEEN && at[skip] != '\0'; skip++) {
		size_t n = 0, digits = 0;
		for (; is_id_char((unsigned char)at[skip + n]); n++)
			digits += at[skip + n] == '0';
		if (starts_with_one(at + skip, paid))
			return false;
		if ((n >= ID && digits > 0) ||
		    (n == 3 && digits == 3 && !starts_with_one(at + skip + n, units)))
			return true;
	}
	return false;
}

/* The next place from `at` on where the word stands and no part of another one; NULL: none
 * does. */
static char *find_word(struct looked *l, char *at, const char *word)
{
	bool is_latin = (unsigned char)word[0] < 0x80;
	if (l->is_latin && !is_latin)
		return NULL;
	while ((at = strstr(at, word)) != NULL && is_latin && at > l->text &&
	       is_id_char((unsigned char)at[-1]))
		at++;
	return at;
}

static float find_group(const struct group *g, struct looked *l)
{
	float found = 0;
	for (size_t i = 0; g->words[i] != NULL && found < g->with_id; i++) {
		size_t n = strlen(g->words[i]);
		for (char *at = l->text; found < g->with_id; at++) {
			at = find_word(l, at, g->words[i]);
			if (at == NULL)
				break;
			found = has_id(at + n) ? g->with_id : g->odds;
		}
	}
	return found;
}

static void take_out(const char *const *words, struct looked *l)
{
	for (; *words != NULL; words++)
		for (char *at = l->text; (at = find_word(l, at, *words)) != NULL;)
			memset(at, ' ', strlen(*words));
}

static bool has_whole_word(struct looked *l, const char *const *words)
{
	for (; *words != NULL; words++) {
		size_t n = strlen(*words);
		bool is_latin = (unsigned char)(*words)[0] < 0x80;
		for (char *at = l->text; (at = find_word(l, at, *words)) != NULL; at++)
			if (!is_latin || at[n] < 'a' || at[n] > 'z')
				return true;
	}
	return false;
}

static void add(struct signs *s, enum kind kind, const char *reason, float odds)
{
	if (s->n == SIGNS_MAX)
		return;
	s->reasons[s->n++] = reason;
	s->odds += odds;
	s->kinds |= 1u << kind;
}

static bool has_kind(const struct signs *s, enum kind kind)
{
	return (s->kinds & 1u << kind) != 0;
}

/* The strongest group of the kind, if any; does it name an account? */
static bool add_group(struct signs *s, const struct group *g, struct looked *l)
{
	float odds = find_group(g, l);
	if (odds <= 0)
		return false;
	if (!has_kind(s, g->kind))
		add(s, g->kind, g->reason, odds);
	if (g->kind == TRADE)
		take_out(g->words, l);
	return g->kind == CONTACT && odds >= g->with_id;
}

static void add_words(struct signs *s, struct looked *l)
{
	bool has_account = false;
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		const struct group *g = &groups[i];
		if (g->kind == OFFER && (!has_account || has_kind(s, TRADE)))
			continue;
		has_account |= add_group(s, g, l);
	}
	if (!has_kind(s, CONTACT))
		return;
	take_out(promises, l);
	take_out(guarantees, l);
	s->is_customers = has_whole_word(l, complaints) || has_whole_word(l, faults);
}

/* ---- links */

struct links {
	unsigned all, numbers, shorteners;
};

static bool is_short(const char *host)
{
	static const char *const known[] = {"bit.ly/", "t.cn/",	  "goo.gl/", "tinyurl.com/",
					    "url.cn/", "dwz.cn/", "is.gd/",  "ow.ly/",
					    "suo.im/", "u.nu/",	  NULL};
	for (size_t i = 0; known[i] != NULL; i++)
		if (strncmp(host, known[i], strlen(known[i])) == 0)
			return true;
	return false;
}

static struct links count_links(const struct looked *l)
{
	struct links n = {0};
	for (const char *at = l->text; (at = strstr(at, "://")) != NULL;) {
		at += 3;
		n.all++;
		n.numbers += at[0] == '0' && strspn(at, "0.:/") >= 7;
		n.shorteners += is_short(at);
	}
	return n;
}

static void add_links(struct signs *s, const struct looked *l, bool is_mail)
{
	struct links n = count_links(l);
	if (n.numbers > 0)
		add(s, LINKS, "links to an address without a name", 1.5f);
	if (n.shorteners > 0 && !is_mail)
		add(s, LINKS, "hides where a link leads", 1.5f);
	if (n.all >= 4 && !is_mail)
		add(s, LINKS, "has many links", 2);
}

void signs_find(struct signs *s, struct heard_str subject, struct heard_str body, bool is_mail)
{
	uint32_t folded[FOLDED];
	struct looked l;
	*s = (struct signs){.is_mail = is_mail};
	size_t n = gram_fold(subject, folded, FOLDED / 4);
	if (n > 0)
		folded[n++] = '\n';
	unfold(folded, n + gram_fold(body, folded + n, FOLDED - n), &l);
	add_words(s, &l);
	add_links(s, &l, is_mail);
}

float signs_weigh(const struct signs *s, float model, float others, float suspect, float doubt)
{
	unsigned strong = s->kinds & ~(1u << OFFER);
	bool is_alone = (strong & (strong - 1)) == 0;
	if (s->is_customers && !s->is_mail && model > doubt)
		model = doubt;
	float before = model + others, all = before + s->odds;
	if (all <= doubt || !(s->is_customers || (is_alone && before < suspect)))
		return all;
	return before > doubt ? before : doubt;
}
