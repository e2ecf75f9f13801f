/*
 * form.c - what is written in the place of private data.
 *
 * partial keeps what an agent needs to recognise his customer and no more:
 *
 *	phone        138****5678        foreign: +44****0958
 *	landline     010-****9988       area code and the last four
 *	email        z***@example.com
 *	resident_id  11****************  the province alone: with the last four and
 *	                                 the checksum a birthday could be guessed
 *	bank_card    ****0123
 *	ip           203.0.*.*, 2001:db8:*
 *	plate        京A*****
 *	iban         DE****3000
 *	credit_code, order, courier, batch, tax: the last four
 *	name         张**, J***: of Chinese names the surname's first character
 *	others       ***: what is left of an address or an id would tell too much
 *
 * redact writes [phone].  hash writes [phone:abcdefghijkl], a keyed hash of the
 * number without its spelling, so that two records can be joined and neither be
 * read.  Its letters are a to p: no digit, so that no later filter takes
 * it for a number.
 */
#include "form.h"

#include "number.h"
#include "phone.h"

#include <heard/buf.h>
#include <heard/host.h>

#include <sodium.h>

enum { HASH_BYTES = 6 };

/* ---- partial */

static void last_digits(struct heard_str digits, size_t n, struct heard_buf *out)
{
	heard_buf_puts(out, "****");
	heard_buf_str(out,
		      heard_str_skip(digits, digits.len > n ? digits.len - n : digits.len));
}

/* The last ones of a number without its spelling; what is not ASCII is a gap of it. */
static void last_plain(struct heard_str bare, struct heard_buf *out)
{
	char plain[64];
	size_t n = 0;

	for (size_t i = 0; i < bare.len; i++)
		if ((unsigned char)bare.ptr[i] < 0x80)
			plain[n++] = bare.ptr[i];
	last_digits(heard_str_n(plain, n), 4, out);
}

static void partial_phone(struct heard_str found, struct heard_buf *out)
{
	char canonical[24];
	struct heard_str digits = {canonical, phone_canonical(found, canonical)};
	size_t keep = 3; /* what may stay in front */

	if (digits.len && digits.ptr[0] == '+') {
		uint8_t code[3] = {0};

		for (size_t i = 0; i < 3 && i + 1 < digits.len; i++)
			code[i] = (uint8_t)(digits.ptr[i + 1] - '0');
		keep = 1 + phone_country(code);
	}
	heard_buf_add(out, digits.ptr, digits.len < keep ? digits.len : keep);
	last_digits(digits, 4, out);
}

static void partial_landline(struct heard_str found, struct heard_buf *out)
{
	char canonical[24];
	struct heard_str digits = {canonical, phone_canonical(found, canonical)};
	uint8_t code[3] = {0};

	for (size_t i = 0; i < 3 && i + 1 < digits.len; i++)
		code[i] = (uint8_t)(digits.ptr[i + 1] - '0');
	unsigned area = digits.len > 8 && digits.ptr[0] == '0' ? phone_area(code, 3) : 0;
	if (area) {
		heard_buf_add(out, digits.ptr, area + 1);
		heard_buf_puts(out, "-");
	}
	last_digits(digits, 4, out);
}

static void partial_email(struct heard_str found, struct heard_buf *out)
{
	size_t at = 0;

	while (at < found.len && found.ptr[at] != '@' && (unsigned char)found.ptr[at] < 0x80)
		at++;
	if (at > 1)
		heard_buf_add(out, found.ptr, 1);
	heard_buf_puts(out, "***");
	heard_buf_str(out, heard_str_skip(found, at));
}

/* Keep what stands before the nth separator. */
static void partial_ip(struct heard_str found, struct heard_buf *out)
{
	bool is_v6 = memchr(found.ptr, ':', found.len) != NULL;
	unsigned separators = 0;
	size_t at = 0;

	for (; at < found.len; at++)
		if (found.ptr[at] == (is_v6 ? ':' : '.') && ++separators == 2)
			break;
	heard_buf_add(out, found.ptr, at);
	heard_buf_puts(out, is_v6 ? ":*" : ".*.*");
}

/* The letters and digits of a text, full-width digits folded; at most 64. */
static struct heard_str bare(struct heard_str found, char out[64])
{
	const struct mask_text t = {.s = found.ptr, .n = (uint32_t)found.len};
	size_t n = 0;

	for (uint32_t at = 0, len = 1; at < t.n && n < 64; at += len) {
		int value = number_digit(&t, at, &len);

		if (value >= 0) {
			out[n++] = (char)('0' + value);
			continue;
		}
		len = 1;
		unsigned char c = text_byte(&t, at);
		if (c >= 0x80 || ascii_is_letter(c) || c == '@' || c == '.' || c == ':')
			out[n++] = (char)(c >= 'a' && c <= 'z' ? c & ~0x20 : c);
	}
	return heard_str_n(out, n);
}

static void partial_name(struct heard_str found, struct heard_buf *out)
{
	unsigned char c = found.len ? (unsigned char)found.ptr[0] : 0;
	size_t n = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;

	heard_buf_add(out, found.ptr, found.len < n ? found.len : n);
	heard_buf_puts(out, c >= 0xE3 ? "**" : "***");
}

static void partial(unsigned kind, struct heard_str found, struct heard_buf *out)
{
	char letters[64];

	switch (kind) {
	case MASK_PHONE: partial_phone(found, out); break;
	case MASK_LANDLINE: partial_landline(found, out); break;
	case MASK_EMAIL: partial_email(found, out); break;
	case MASK_RESIDENT_ID: {
		struct heard_str id = bare(found, letters);

		heard_buf_add(out, id.ptr, 2);
		heard_buf_add(out, "****************", id.len < 18 ? 13 : 16);
		break;
	}
	case MASK_BANK_CARD: last_plain(bare(found, letters), out); break;
	case MASK_IP: partial_ip(found, out); break;
	case MASK_PLATE:
		heard_buf_add(out, found.ptr, 4);
		heard_buf_puts(out, "*****");
		break;
	case MASK_IBAN:
		heard_buf_add(out, found.ptr, 2);
		last_plain(bare(found, letters), out);
		break;
	case MASK_CREDIT_CODE:
	case MASK_ORDER_NO:
	case MASK_COURIER_NO:
	case MASK_BATCH_NO:
	case MASK_TAX_NO: last_plain(bare(found, letters), out); break;
	case MASK_NAME: partial_name(found, out); break;
	default: heard_buf_puts(out, "***"); break;
	}
}

/* ---- hash */

static void keyed_hash(const struct form *form, struct heard_str text, unsigned char out[32])
{
	if (form->key.len == 0) {
		heard_keyed_hash(form->host, "mask", text, out);
		return;
	}
	/* A key of any length becomes one of 32 bytes. */
	unsigned char key[crypto_generichash_KEYBYTES];
	crypto_generichash(key, sizeof(key), (const unsigned char *)form->key.ptr,
			   form->key.len, NULL, 0);
	crypto_generichash(out, 32, (const unsigned char *)text.ptr, text.len, key,
			   sizeof(key));
	sodium_memzero(key, sizeof(key));
}

static void hash(const struct form *form, unsigned kind, struct heard_str name,
		 struct heard_str found, struct heard_buf *out)
{
	unsigned char digest[32];
	char canonical[64], letters[2 * HASH_BYTES];
	struct heard_str text = found;

	if (kind == MASK_PHONE || kind == MASK_LANDLINE)
		text = heard_str_n(canonical, phone_canonical(found, canonical));
	else if (found.len <= sizeof(canonical))
		text = bare(found, canonical);
	keyed_hash(form, text, digest);
	for (size_t i = 0; i < HASH_BYTES; i++) {
		letters[2 * i] = (char)('a' + (digest[i] >> 4));
		letters[2 * i + 1] = (char)('a' + (digest[i] & 15));
	}
	heard_buf_printf(out, "[%.*s:%.*s]", HEARD_ARG(name), (int)sizeof(letters), letters);
}

void form_write(const struct form *form, unsigned kind, struct heard_str name,
		struct heard_str found, struct heard_buf *out)
{
	switch (form->mode) {
	case FORM_PARTIAL: partial(kind, found, out); break;
	case FORM_REDACT: heard_buf_printf(out, "[%.*s]", HEARD_ARG(name)); break;
	case FORM_HASH: hash(form, kind, name, found, out); break;
	}
}
