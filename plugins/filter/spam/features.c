/*
 * features.c - what the models look at, of a mail and of any other text.
 */
#include "features.h"

#include <text/utf8.h>
#include <xxhash.h>

enum { WORDS_MAX = 192, LOOKED_AT = 4096, COPIED = 3 * GRAM_TEXT_MAX };

const struct gram_shape spam_shapes[SPAM_MODELS] = {
	[SPAM_TEXT] = {.chars_min = 1, .chars_max = 5, .words_max = 2, .bits = 19},
	[SPAM_MAIL] = {.chars_min = 1, .chars_max = 4, .words_max = 2, .bits = 20},
	[SPAM_SENDER] = {.chars_min = 1, .chars_max = 4, .words_max = 2, .bits = 17},
	[SPAM_MADE] = {.words_max = 1, .bits = 18}, /* tokens only */
	[SPAM_PROGRAM] = {.words_max = 1, .bits = 14},
	[SPAM_ROUTE] = {.words_max = 1, .bits = 16},
};
const char *const spam_kind_names[SPAM_MODELS] = {
	[SPAM_TEXT] = "spam-text",	 [SPAM_MAIL] = "spam-mail",
	[SPAM_SENDER] = "spam-sender",	 [SPAM_MADE] = "spam-made",
	[SPAM_PROGRAM] = "spam-program", [SPAM_ROUTE] = "spam-route",
};

enum spam_kind spam_kind_of(const struct spam_text *t)
{
	return t->traits.len > 0 ? SPAM_MAIL : SPAM_TEXT;
}

/* Words of the program and of the route have their marks; all others are how it was made. */
static enum spam_kind side_of(struct heard_str word)
{
	return heard_str_starts(word, HEARD_STR_OF("by-"))    ? SPAM_PROGRAM
	       : heard_str_starts(word, HEARD_STR_OF("via-")) ? SPAM_ROUTE
							      : SPAM_MADE;
}

/* The hashes of the words of one side. */
static size_t words_of(struct heard_str traits, enum spam_kind side, uint64_t words[WORDS_MAX])
{
	size_t n = 0;
	while (traits.len > 0 && n < WORDS_MAX) {
		const char *end = memchr(traits.ptr, ' ', traits.len);
		size_t len = end ? (size_t)(end - traits.ptr) : traits.len;
		if (side_of(heard_str_n(traits.ptr, len)) == side)
			words[n++] = XXH3_64bits(traits.ptr, len);
		traits = heard_str_skip(traits, len + 1);
	}
	return n;
}

static void add_word(struct gram_lane *lane, uint64_t word)
{
	gram_token(lane, heard_str_n((const char *)&word, sizeof(word)));
}

/* Their order does not count. */
static void add_traits(struct gram_lane *lane, struct heard_str traits)
{
	uint64_t words[WORDS_MAX];
	size_t n = words_of(traits, SPAM_MADE, words);
	for (size_t i = 0; i < n; i++) {
		add_word(lane, words[i]);
		for (size_t k = 0; k < i; k++)
			add_word(lane, words[i] + words[k]);
	}
}

/* Words, and pairs of neighbours. */
static void add_chain(struct gram_lane *lane, enum spam_kind side, struct heard_str traits)
{
	uint64_t words[WORDS_MAX];
	size_t n = words_of(traits, side, words);
	for (size_t i = 0; i < n; i++) {
		add_word(lane, words[i]);
		if (i > 0)
			add_word(lane, words[i - 1] + 3 * words[i]);
	}
}

static unsigned log_of(size_t n)
{
	unsigned log = 0;
	for (; n > 0; n >>= 1)
		log++;
	return log;
}

static void add_fact(struct gram_lane *lane, char what, size_t value)
{
	char fact[3] = {'#', what, (char)value};
	gram_token(lane, heard_str_n(fact, sizeof(fact)));
}

/* What folding takes away: how long numbers are, and how much is in capitals. */
static void add_facts(struct gram_lane *lane, struct heard_str s, bool is_mail)
{
	size_t digits = 0, capitals = 0, small = 0, numbers = 0;
	for (size_t i = 0; i <= s.len; i++) {
		char c = i < s.len ? s.ptr[i] : '\0';
		if (c >= '0' && c <= '9') {
			digits++;
			continue;
		}
		if (digits >= 3) {
			add_fact(lane, 'n', digits < 15 ? digits : 15);
			numbers++;
		}
		digits = 0;
		capitals += c >= 'A' && c <= 'Z';
		small += c >= 'a' && c <= 'z';
	}
	add_fact(lane, 'm', log_of(numbers));
	if (!is_mail) /* a trait says how long a mail is */
		add_fact(lane, 'l', log_of(s.len));
	add_fact(lane, 'c', log_of(capitals));
	if (capitals + small > 0)
		add_fact(lane, 'C', capitals * 8 / (capitals + small));
}

static void add_sender(struct gram_lane *lane, const struct spam_text *t)
{
	gram_text(lane, t->name, 2);
	gram_text(lane, t->email, 3);
}

static void add_said(struct gram_lane *lane, enum spam_kind kind, const struct spam_text *t)
{
	gram_text(lane, t->body, 0);
	gram_text(lane, t->subject, 0);
	if (kind == SPAM_MAIL)
		gram_text(lane, t->subject, 1);
	else if (t->body.len > 0)
		add_facts(lane, t->body, false);
}

/* Of these a mail may have nothing that is known, and that must count, too: each has one
 * gram that all have, so that what has no other is an example as well. */
static bool may_be_empty(enum spam_kind kind)
{
	return kind == SPAM_SENDER || kind == SPAM_PROGRAM || kind == SPAM_ROUTE;
}

static void add_grams(struct gram_lane *lane, enum spam_kind kind, const struct spam_text *t)
{
	gram_begin(lane, &spam_shapes[kind]);
	if (may_be_empty(kind))
		add_fact(lane, '?', 0);
	if (kind == SPAM_SENDER) {
		add_sender(lane, t);
	} else if (kind == SPAM_PROGRAM || kind == SPAM_ROUTE) {
		add_chain(lane, kind, t->traits);
	} else if (kind == SPAM_MADE) {
		add_traits(lane, t->traits);
		if (t->body.len > 0)
			add_facts(lane, t->body, true);
	} else {
		add_said(lane, kind, t);
	}
}

void spam_features(struct gram_lane *lane, enum spam_kind kind, const struct spam_text *t)
{
	add_grams(lane, kind, t);
	if (kind == SPAM_MAIL)
		add_sender(lane, t);
}

/* ---- letters that the shipped models do not know */

static bool is_other(uint32_t c)
{
	return c >= 0x370 && !(c >= 0x2000 && c < 0x2e80) && c < 0xff00;
}

static const char *end_of(struct heard_str s)
{
	return s.len > 0 ? s.ptr + s.len : s.ptr;
}

static bool has_other(struct heard_str s)
{
	const char *end = end_of(s);
	for (const char *at = s.ptr; at < end;) {
		uint32_t c = (unsigned char)*at;
		size_t n = c < 0x80 ? 1 : text_decode(at, end, &c);
		if (is_other(c))
			return true;
		at += n > 0 ? n : 1;
	}
	return false;
}

bool spam_has_other_letters(const struct spam_text *t)
{
	return has_other(t->body) || has_other(t->subject) || has_other(t->name) ||
	       has_other(t->email);
}

/* The head of s with a blank for each of them. */
static struct heard_str without_other(struct heard_str s, char room[COPIED])
{
	size_t n = 0;
	const char *end = end_of(s);
	for (const char *at = s.ptr; at < end;) {
		uint32_t c;
		size_t len = text_decode(at, end, &c);
		len = len > 0 ? len : 1;
		bool is_kept = len == 1 || !is_other(c);
		if (n + len > COPIED)
			break;
		if (is_kept)
			memcpy(room + n, at, len);
		else
			room[n] = ' ';
		n += is_kept ? len : 1;
		at += len;
	}
	return heard_str_n(room, n);
}

void spam_shipped_features(struct gram_lane *lane, enum spam_kind kind,
			   const struct spam_text *t)
{
	char body[COPIED], subject[COPIED], name[COPIED], email[COPIED];
	bool is_read = kind == SPAM_MAIL || kind == SPAM_SENDER;
	if (!is_read || !spam_has_other_letters(t)) {
		add_grams(lane, kind, t);
		return;
	}
	struct spam_text known = {.subject = without_other(t->subject, subject),
				  .body = without_other(t->body, body),
				  .name = without_other(t->name, name),
				  .email = without_other(t->email, email)};
	add_grams(lane, kind, &known);
}

static void count_letters(struct heard_str s, size_t *latin, size_t *other)
{
	s.len = s.len < LOOKED_AT ? s.len : LOOKED_AT;
	const char *end = end_of(s);
	for (const char *at = s.ptr; at < end;) {
		uint32_t c = 0;
		size_t n = text_decode(at, end, &c);
		if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')
			++*latin;
		else if (is_other(c))
			*other += c >= 0x2e80 ? 4 : 1; /* a character is about a word */
		at += n > 0 ? n : 1;
	}
}

bool spam_is_known(const struct spam_text *t)
{
	size_t latin = 0, other = 0;
	count_letters(t->subject, &latin, &other);
	count_letters(t->body, &latin, &other);
	return latin > 2 * other;
}
