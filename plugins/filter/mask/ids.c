/*
 * ids.c - papers whose numbers have no checksum, or letters in them.
 *
 * A token is a run of ASCII letters and digits; the finder stops at its first
 * digit.  The shape is asked first because it is cheap, then the checksum if there
 * is one (credit code, Hong Kong identity card), and the words around last.  What has
 * neither checksum nor a shape of its own (passports, permits, licences) counts only
 * behind the word for it: E12345678 is as often an article as a passport.
 */
#include "ids.h"

#include "cue.h"

enum { TOKEN_MOST = 20 };

struct token {
	uint32_t from, to;
	unsigned n, letters; /* characters; letters in front */
	unsigned digits;
};

/* ---- checksums */

bool check_credit_code(const char *code)
{
	static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
	unsigned sum = 0, weight = 1;

	for (unsigned i = 0; i < 18; i++) {
		const char *place = code[i] ? strchr(alphabet, code[i]) : NULL;

		if (place == NULL)
			return false;
		unsigned value = (unsigned)(place - alphabet);
		if (i == 17)
			return (31 - sum % 31) % 31 == value;
		sum += value * weight;
		weight = weight * 3 % 31;
	}
	return false;
}

bool check_hkid(const char *letters, unsigned n, const char *digits, char check)
{
	/* A missing first letter counts as a blank, 36. */
	unsigned sum = n == 2 ? (unsigned)((letters[0] & ~0x20) - 'A' + 10) * 9 : 36 * 9;

	sum += (unsigned)((letters[n - 1] & ~0x20) - 'A' + 10) * 8;
	for (unsigned i = 0; i < 6; i++)
		sum += (unsigned)(digits[i] - '0') * (7 - i);
	sum += (check | 0x20) == 'a' ? 10 : (unsigned)(check - '0');
	return sum % 11 == 0;
}

/* ---- tokens */

static bool token_read(const struct mask_text *t, uint32_t at, struct token *token)
{
	uint32_t from = at, to = at;

	while (from > t->low && at - from <= TOKEN_MOST &&
	       ascii_is_alnum(text_byte(t, from - 1)))
		from--;
	token->letters = at - from;
	token->digits = 0;
	for (uint32_t i = from; i < at; i++)
		if (ascii_is_digit(text_byte(t, i)))
			return false; /* not its first digit */
	while (to < t->n && to - from <= TOKEN_MOST && ascii_is_alnum(text_byte(t, to)))
		token->digits += ascii_is_digit(text_byte(t, to++));
	token->from = from;
	token->to = to;
	token->n = to - from;
	return token->n <= TOKEN_MOST && token->n >= 2;
}

static bool take_paper(const struct token *token, unsigned kind, unsigned surety,
		       struct mask_span *span)
{
	*span = (struct mask_span){token->from, token->to, kind, surety};
	return true;
}

static bool credit_code(const struct mask_text *t, const struct token *token,
			struct mask_span *span)
{
	const char *s = t->s + token->from;

	if (token->n != 18 || !check_credit_code(s))
		return false;
	for (unsigned i = 2; i < 8; i++) /* where it is registered */
		if (!ascii_is_digit((unsigned char)s[i]))
			return false;
	/* All digits, or all but a last X, it could be a resident number or an order. */
	enum mask_cue cue = cue_before(t, token->from);
	bool letters = token->digits < 17 || (token->digits == 17 && s[17] != 'X');
	if (cue != CUE_COMPANY && (!letters || cue_work_before(t, token->from) >= 0))
		return false;
	return take_paper(token, MASK_CREDIT_CODE, cue == CUE_COMPANY ? 99 : 95, span);
}

/* AB123456C or AB 12 34 56 C: prefixes that were never given out stay. */
static bool insurance_number(const struct mask_text *t, struct token token,
			     struct mask_span *span)
{
	if (token.letters != 2 && !(token.letters == 0 && token.from >= t->low + 3))
		return false;
	uint32_t from = token.letters ? token.from : token.from - 3, at = from + 2;
	unsigned digits = 0;
	const char *s = t->s + from;

	if (!ascii_is_letter(text_byte(t, from)) || !ascii_is_letter(text_byte(t, from + 1)) ||
	    alnum_before(t, from) || strchr("DFIQUVdfiquv", s[0]) ||
	    strchr("DFIQUVOdfiquvo", s[1]) || memcmp(s, "BG", 2) == 0 ||
	    memcmp(s, "GB", 2) == 0 || memcmp(s, "NK", 2) == 0 || memcmp(s, "KN", 2) == 0 ||
	    memcmp(s, "TN", 2) == 0 || memcmp(s, "NT", 2) == 0 || memcmp(s, "ZZ", 2) == 0)
		return false;
	for (; digits < 6; digits++) {
		if (digits % 2 == 0 && at < t->n && t->s[at] == ' ')
			at++;
		if (at >= t->n || !ascii_is_digit(text_byte(t, at)))
			return false;
		at++;
	}
	if (at < t->n && t->s[at] == ' ')
		at++;
	if (at >= t->n || (text_byte(t, at) | 0x20) < 'a' || (text_byte(t, at) | 0x20) > 'd' ||
	    alnum_at(t, at + 1))
		return false;
	token.from = from;
	token.to = at + 1;
	enum mask_cue cue = cue_before(t, from);
	return cue != CUE_ID && take_paper(&token, MASK_SOCIAL_SECURITY,
					   cue == CUE_SOCIAL_SECURITY ? 98 : 85, span);
}

/* A123456(3): the check in parentheses is how the card itself has it. */
static bool hkid(const struct mask_text *t, struct token token, struct mask_span *span)
{
	const char *s = t->s + token.from;
	unsigned l = token.letters;
	bool wide = token.n == l + 6 && text_has(t, token.to, HEARD_STR_OF("（"));
	bool paren = wide || (token.n == l + 6 && token.to < t->n && t->s[token.to] == '(');
	uint32_t at = paren ? token.to + (wide ? 3 : 1) : token.to - 1;

	if (l < 1 || l > 2 || (!paren && token.n != l + 7) || at >= t->n)
		return false;
	for (unsigned i = l; i < l + 6; i++)
		if (!ascii_is_digit((unsigned char)s[i]))
			return false;
	if (!ascii_is_digit(text_byte(t, at)) && (t->s[at] | 0x20) != 'a')
		return false;
	if (paren && !text_has(t, at + 1, HEARD_STR_OF(")")) &&
	    !text_has(t, at + 1, HEARD_STR_OF("）")))
		return false;
	if (!check_hkid(s, l, s + l, t->s[at]))
		return false;
	enum mask_cue cue = cue_before(t, token.from);
	bool said = cue == CUE_PERMIT || cue == CUE_PERSON;
	if (paren)
		token.to = at + (t->s[at + 1] == ')' ? 2 : 4);
	return (paren || said) && cue != CUE_ID &&
	       take_paper(&token, MASK_PERMIT, said ? 98 : 90, span);
}

/* Shapes that only the word before makes a paper. */
static bool named_paper(const struct mask_text *t, struct token token, struct mask_span *span)
{
	if (token.letters > 2 || token.digits < 6)
		return false;
	switch (cue_before(t, token.from)) {
	case CUE_PASSPORT:
		return token.n >= 7 && token.n <= 10 &&
		       take_paper(&token, MASK_PASSPORT, 95, span);
	case CUE_PERMIT:
		if (token.n == 18 && token.digits >= 17)
			return false; /* a resident number, which has its own check */
		return token.n >= 8 && token.n <= 18 &&
		       take_paper(&token, MASK_PERMIT, 95, span);
	case CUE_LICENCE:
		if (token.n == 18 && token.digits >= 17)
			return false;
		return take_paper(&token, MASK_LICENCE, 90, span);
	default: return false;
	}
}

bool paper_match(const struct mask_text *t, uint32_t at, struct mask_span *span)
{
	struct token token;

	if (!token_read(t, at, &token))
		return false;
	return credit_code(t, &token, span) || insurance_number(t, token, span) ||
	       hkid(t, token, span) || named_paper(t, token, span);
}

/* ---- USA */

/* 078-05-1120: blanks or no gaps need the word.  No such area as 000, 666 or 9xx. */
bool social_security_match(const struct mask_text *t, const struct number *number,
			   struct mask_span *span)
{
	char shape[NUMBER_GROUPS + 1];
	int last = number_ends_at(number, 9);

	if (last < 0)
		return false;
	number_shape(number, 0, last, shape);
	bool grouped = strcmp(shape, "cbd") == 0,
	     dashes = number_gaps_are(number, 0, (unsigned)last, GAP_DASH);
	if (!grouped && last != 0)
		return false;
	uint32_t from = number->group[0].from, to = number->group[last].to;
	unsigned area = (unsigned)number_value(number, 0, 3);
	bool given_out = area != 0 && area != 666 && area < 900 &&
			 number_value(number, 3, 2) != 0 && number_value(number, 5, 4) != 0;
	bool goes_on = number->groups > (unsigned)last + 1 &&
		       number->group[last + 1].gap == GAP_DASH;
	if (alnum_at(t, to) || goes_on || (from > 0 && t->s[from - 1] == '-'))
		return false;
	enum mask_cue cue = cue_before(t, from);
	if (alnum_before(t, from) && cue != CUE_SOCIAL_SECURITY)
		return false;
	if (cue != CUE_SOCIAL_SECURITY &&
	    !(grouped && dashes && given_out && (cue == CUE_NONE || cue == CUE_PERSON)))
		return false;
	*span = (struct mask_span){from, to, MASK_SOCIAL_SECURITY,
				   cue == CUE_SOCIAL_SECURITY ? 98 : 80};
	return true;
}
