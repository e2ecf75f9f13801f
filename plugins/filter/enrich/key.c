/*
 * key.c - a field's text as a key.
 */
#include "key.h"

#include <heard/error.h>
#include <heard/record.h>

#include <errno.h>
#include <sodium.h>
#include <stdio.h>

int key_init(struct key *k, const char *by, struct heard_error *err)
{
	static const struct heard_str family = HEARD_STR("attributes.");
	struct heard_str name = heard_str(by);
	_Static_assert(sizeof(k->secret) == crypto_shorthash_siphashx24_KEYBYTES, "a secret");
	randombytes_buf(k->secret, sizeof(k->secret));
	k->field = heard_field_find(name);
	if (k->field < 0 && heard_str_starts(name, family) && name.len > family.len) {
		k->name = heard_str_skip(name, family.len);
		return 0;
	}
	if (k->field < 0 || heard_field_table[k->field].type != HEARD_STR_)
		return heard_fail(err, EINVAL,
				  "by: \"%.64s\" is no text field of a record, such as "
				  "author.id, order, product or attributes.NAME",
				  by);
	k->folds = k->field == HEARD_AUTHOR_EMAIL;
	return 0;
}

struct heard_str key_fold(const struct key *k, struct heard_str s, char buffer[KEY_MAX])
{
	s = heard_str_trim(s);
	if (s.len == 0 || s.len > KEY_MAX)
		return heard_str_n(NULL, 0);
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];
		if ((unsigned char)c < ' ' || c == 0x7f)
			return heard_str_n(NULL, 0);
		buffer[i] = k->folds && c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
	}
	return heard_str_n(buffer, s.len);
}

struct heard_str key_of(const struct key *k, const struct heard_record *r, char buffer[KEY_MAX])
{
	if (k->field >= 0)
		return key_fold(k, heard_get_str(r, (enum heard_field)k->field), buffer);
	struct heard_value v = heard_family_get(r, HEARD_ATTRIBUTES, k->name);
	if (v.type == HEARD_STR_)
		return key_fold(k, v.str, buffer);
	if (v.type != HEARD_INT_)
		return heard_str_n(NULL, 0);
	char digits[24];
	int n = snprintf(digits, sizeof(digits), "%lld", (long long)v.integer);
	return key_fold(k, heard_str_n(digits, (size_t)n), buffer);
}

void key_print(const struct key *k, struct heard_str s, unsigned char print[PRINT_SIZE])
{
	crypto_shorthash_siphashx24(print, (const unsigned char *)s.ptr, s.len, k->secret);
}
