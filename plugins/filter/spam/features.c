/*
 * features.c - what the models look at, of a mail and of any other text.
 */
#include "features.h"

#include <text/utf8.h>
#include <xxhash.h>

enum { WORDS_MAX = 96, LOOKED_AT = 4096 };

const struct gram_shape spam_shapes[SPAM_KINDS] = {
	[SPAM_TEXT] = {.chars_min = 1, .chars_max = 5, .words_max = 2, .bits = 19},
	[SPAM_MAIL] = {.chars_min = 1, .chars_max = 4, .words_max = 2, .bits = 20},
};
const char *const spam_kind_names[SPAM_KINDS] = {"spam-text", "spam-mail"};

enum spam_kind spam_kind_of(const struct spam_text *t)
{
	return t->traits.len > 0 ? SPAM_MAIL : SPAM_TEXT;
}

/* Their order does not count. */
static void add_traits(struct gram_lane *lane, struct heard_str traits)
{
	uint64_t words[WORDS_MAX];
	size_t n = 0;
	while (traits.len > 0 && n < WORDS_MAX) {
		const char *end = memchr(traits.ptr, ' ', traits.len);
		size_t len = end ? (size_t)(end - traits.ptr) : traits.len;
		words[n++] = XXH3_64bits(traits.ptr, len);
		traits = heard_str_skip(traits, len + 1);
	}
	for (size_t i = 0; i < n; i++) {
		gram_token(lane, heard_str_n((const char *)&words[i], sizeof(words[i])));
		for (size_t k = 0; k < i; k++) {
			uint64_t both = words[i] + words[k];
			gram_token(lane, heard_str_n((const char *)&both, sizeof(both)));
		}
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
static void add_facts(struct gram_lane *lane, struct heard_str s)
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
	add_fact(lane, 'l', log_of(s.len));
	add_fact(lane, 'c', log_of(capitals));
	if (capitals + small > 0)
		add_fact(lane, 'C', capitals * 8 / (capitals + small));
}

void spam_features(struct gram_lane *lane, const struct gram_shape *shape,
		   const struct spam_text *t)
{
	gram_begin(lane, shape);
	gram_text(lane, t->body, 0);
	gram_text(lane, t->subject, t->traits.len > 0);
	if (t->body.len > 0)
		add_facts(lane, t->body);
	if (t->traits.len == 0)
		return;
	gram_text(lane, t->name, 2);
	gram_text(lane, t->email, 3);
	add_traits(lane, t->traits);
}

static void count_letters(struct heard_str s, size_t *latin, size_t *other)
{
	const char *end = s.ptr + (s.len < LOOKED_AT ? s.len : LOOKED_AT);
	for (const char *at = s.ptr; at < end;) {
		uint32_t c = 0;
		size_t n = text_decode(at, end, &c);
		if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')
			++*latin;
		else if (c >= 0x370 && !(c >= 0x2000 && c < 0x2e80) && c < 0xff00)
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
