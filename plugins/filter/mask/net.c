/*
 * net.c - e-mail and IP addresses.
 *
 * All three are found from their sign in the middle, the @, dot or colon, and
 * the ends by walking both ways: no expression with a bounded repeat, and right
 * beside Chinese characters.
 *
 * Four small numbers with dots are as often a version as an address; without a
 * word to tell, one of them must be 32 or more.  Addresses that belong to nobody
 * (loopback, masks) stay.
 */
#include "net.h"

#include "cue.h"

/* ---- e-mail */

static bool is_local(unsigned char c)
{
	return ascii_is_alnum(c) || (c && strchr("._%+-'&", c) != NULL);
}

static bool is_domain(unsigned char c)
{
	return ascii_is_alnum(c) || c == '-' || c == '.';
}

/* Length of the @ at this place, ASCII or full-width. */
static uint32_t at_sign(const struct mask_text *t, uint32_t at)
{
	if (t->s[at] == '@')
		return 1;
	return text_has(t, at, HEARD_STR_OF("＠")) ? 3 : 0;
}

/* a@2x.png is a file. */
static bool is_file_ending(const char *s, size_t n)
{
	static const char *const endings[] = {"png", "jpg", "jpeg", "gif", "webp", "svg", NULL};

	for (size_t i = 0; endings[i]; i++)
		if (strlen(endings[i]) == n && strncmp(endings[i], s, n) == 0)
			return true;
	return false;
}

/* End of the last label, which begins here; 0 if it is none.  What follows its letters is
 * no part of it (a@example.com13812345678), but of "c0m". */
static uint32_t label_end(const struct mask_text *t, uint32_t at, uint32_t end)
{
	uint32_t letters = at;

	while (letters < end && ascii_is_letter(text_byte(t, letters)))
		letters++;
	if (letters == at || end - at < 2)
		return 0;
	bool is_coded = end - at > 4 && memcmp(t->s + at, "xn--", 4) == 0;
	return letters - at < 2 || is_coded ? end : letters;
}

/* End of the domain that begins here, or 0: labels, a dot, letters.  Of "a@example.com.2
 * days" the last label is none. */
static uint32_t domain_end(const struct mask_text *t, uint32_t at)
{
	uint32_t end = at, last = 0;

	if (!alnum_at(t, at))
		return 0;
	while (end < t->n && is_domain(text_byte(t, end)) && end - at < 253)
		end++;
	while (last == 0) {
		while (end > at && !ascii_is_alnum(text_byte(t, end - 1)))
			end--;
		uint32_t dot = end;
		while (dot > at && t->s[dot - 1] != '.')
			dot--;
		if (dot <= at + 1)
			return 0;
		last = label_end(t, dot, end);
		if (last && is_file_ending(t->s + dot, last - dot))
			return 0;
		end = dot - 1;
	}
	return last;
}

bool email_match(const struct mask_text *t, uint32_t at, struct mask_span *span)
{
	uint32_t sign = at_sign(t, at), from = at;

	if (sign == 0)
		return false;
	while (from > t->low && is_local(text_byte(t, from - 1)))
		from--;
	while (from < at && !ascii_is_alnum(text_byte(t, from)) && t->s[from] != '_')
		from++;
	uint32_t end = from < at ? domain_end(t, at + sign) : 0;
	if (end == 0)
		return false;
	*span = (struct mask_span){.from = from, .to = end, .kind = MASK_EMAIL, .surety = 99};
	return true;
}

/* ---- IPv4 */

static bool ipv4_is_nobody(const unsigned octet[4])
{
	return octet[0] == 0 || octet[0] == 127 || octet[0] == 255;
}

bool ipv4_match(const struct mask_text *t, const struct number *number, struct mask_span *span)
{
	unsigned octet[4], largest = 0;
	uint32_t from = number->group[0].from;

	if (number->groups < 4)
		return false;
	for (unsigned i = 0; i < 4; i++) {
		const struct number_group *g = &number->group[i];

		if (g->n > 3 || (g->n > 1 && number->digit[g->first] == 0) ||
		    (i && (g->gap != GAP_DOT || g->width != 1)))
			return false;
		octet[i] = (unsigned)number_value(number, g->first, g->n);
		largest = octet[i] > largest ? octet[i] : largest;
	}
	uint32_t to = number->group[3].to;
	bool goes_on = number->groups > 4 && number->group[4].gap == GAP_DOT;
	if (largest > 255 || ipv4_is_nobody(octet) || goes_on || alnum_at(t, to) ||
	    (from > 0 && t->s[from - 1] == '.'))
		return false;
	enum mask_cue cue = cue_before(t, from);
	if (cue == CUE_VERSION || (cue != CUE_IP && (largest < 32 || alnum_before(t, from))))
		return false;
	*span = (struct mask_span){.from = from, .to = to, .kind = MASK_IP};
	span->surety = cue == CUE_IP ? 98 : 80;
	return true;
}

/* ---- IPv6 */

static bool is_hex(unsigned char c)
{
	return ascii_is_digit(c) || ((unsigned)c | 0x20) - 'a' <= 5;
}

/* Groups of up to four hex digits with colons, "::" once; counts the groups. */
static bool is_ipv6(const char *s, uint32_t n, unsigned *groups_r, bool *digit_r)
{
	unsigned groups = 0, in_group = 0, gaps = 0;

	*digit_r = false;
	for (uint32_t i = 0; i < n; i++) {
		if (s[i] != ':') {
			if (++in_group > 4)
				return false;
			groups += in_group == 1;
			*digit_r |= ascii_is_digit((unsigned char)s[i]);
			continue;
		}
		if (i && s[i - 1] == ':') {
			if (++gaps > 1)
				return false;
		} else if (in_group == 0 && i) {
			return false;
		}
		in_group = 0;
	}
	*groups_r = groups;
	return (gaps == 1 && groups < 8) || (gaps == 0 && groups == 8);
}

bool ipv6_match(const struct mask_text *t, uint32_t at, struct mask_span *span)
{
	uint32_t from = at, to = at;
	unsigned groups;
	bool digit;

	while (from > t->low && at - from < 40 &&
	       (is_hex(text_byte(t, from - 1)) || t->s[from - 1] == ':'))
		from--;
	while (to < t->n && to - at < 40 && (is_hex(text_byte(t, to)) || t->s[to] == ':'))
		to++;
	/* A colon of the sentence: "IP:2001:db8::1", "2001:db8::1:". */
	if (from < at && t->s[from] == ':' && t->s[from + 1] != ':')
		from++;
	if (to > at + 1 && t->s[to - 1] == ':' && t->s[to - 2] != ':')
		to--;
	if (to - from < 6 || to - from > 39 || alnum_at(t, to) ||
	    (alnum_before(t, from) && cue_before(t, from) != CUE_IP) ||
	    !is_ipv6(t->s + from, to - from, &groups, &digit))
		return false;
	/* dead::beef and a::b are more often code than an address */
	if (!digit || groups < 2)
		return false;
	*span = (struct mask_span){.from = from, .to = to, .kind = MASK_IP, .surety = 95};
	return true;
}
