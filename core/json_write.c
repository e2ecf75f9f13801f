/*
 * json_write.c - a writer that places the commas.
 */
#include <heard/json.h>

#include "json_number.h"

#include <math.h>

/* JSON has no word for what is no number. */
void heard_json_put_number(struct heard_buf *b, double number)
{
	if (!isfinite(number)) {
		heard_buf_puts(b, "null");
		return;
	}
	char text[JSON_NUMBER_SIZE];
	heard_buf_add(b, text, json_number(number, text));
}

void heard_json_put_int(struct heard_buf *b, int64_t integer)
{
	char text[JSON_NUMBER_SIZE];
	heard_buf_add(b, text, json_integer(integer, text));
}

static void lead(struct heard_json_out *out, const char *key)
{
	if (out->comma)
		heard_buf_add(out->buf, ",", 1);
	out->comma = true;
	if (key) {
		heard_json_put_str(out->buf, heard_str(key));
		heard_buf_add(out->buf, ":", 1);
	}
}

void heard_json_begin(struct heard_json_out *out, const char *key_or_null, char open)
{
	lead(out, key_or_null);
	heard_buf_add(out->buf, &open, 1);
	out->comma = false;
}

void heard_json_end(struct heard_json_out *out, char close)
{
	heard_buf_add(out->buf, &close, 1);
	out->comma = true;
}

void heard_json_str(struct heard_json_out *out, const char *key_or_null, struct heard_str s)
{
	lead(out, key_or_null);
	heard_json_put_str(out->buf, s);
}

void heard_json_int(struct heard_json_out *out, const char *key_or_null, int64_t integer)
{
	lead(out, key_or_null);
	heard_json_put_int(out->buf, integer);
}

void heard_json_num(struct heard_json_out *out, const char *key_or_null, double number)
{
	lead(out, key_or_null);
	heard_json_put_number(out->buf, number);
}

void heard_json_bool(struct heard_json_out *out, const char *key_or_null, bool boolean)
{
	lead(out, key_or_null);
	heard_buf_puts(out->buf, boolean ? "true" : "false");
}

void heard_json_null(struct heard_json_out *out, const char *key_or_null)
{
	lead(out, key_or_null);
	heard_buf_puts(out->buf, "null");
}
