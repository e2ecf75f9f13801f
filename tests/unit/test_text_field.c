/* Fields of a form: pairs are cut, values are decoded and settled, one after another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>
#include <text/field.h>

static void cuts(const char *form, const char *expected)
{
	char all[128] = "";
	struct heard_str rest = heard_str(form), name, value;
	while (text_pair(&rest, &name, &value)) {
		strncat(all, name.ptr, name.len);
		strcat(all, ":");
		strncat(all, value.len ? value.ptr : "", value.len);
		strcat(all, ";");
	}
	assert_string_equal(all, expected);
}

static void a_form_is_cut_into_pairs(void **state)
{
	(void)state;
	cuts("", "");
	cuts("a=1", "a:1;");
	cuts("a=1&b=2=3&", "a:1;b:2=3;");
	cuts("a&=1&&b=", "a:;:1;:;b:;");
}

/* What `encoded` stands for behind what is there. */
static void reads(struct heard_buf *text, const char *encoded, int result, const char *expected)
{
	size_t before = text->len;
	struct heard_str value;
	assert_int_equal(text_value(text, heard_str(encoded), &value), result);
	assert_true(heard_str_is(value, expected));
	if (result < 0)
		assert_int_equal(text->len, before);
}

static void a_value_is_text_without_white_space_at_its_ends(void **state)
{
	struct heard_buf text;
	(void)state;
	heard_buf_init(&text, 64);
	reads(&text, "", 0, "");
	reads(&text, "+a+b%0D%0Ac%0D+", 0, "a b\nc");
	reads(&text, "%E5%A5%BD", 0, "好");
	reads(&text, "%E5%A5", -EBADMSG, "");
	reads(&text, "a%00b", -EBADMSG, "");
	reads(&text, "%4", -EBADMSG, "");
	reads(&text, "%0D%0A", 0, "");
	reads(&text, "last", 0, "last");
	heard_buf_release(&text);
}

static void a_value_beyond_the_cap_is_told_apart(void **state)
{
	struct heard_buf text;
	(void)state;
	heard_buf_init(&text, 8);
	reads(&text, "123456", 0, "123456");
	reads(&text, "789", -ENOMEM, "");
	heard_buf_release(&text);
}

static void raw_bytes_are_settled_too(void **state)
{
	struct heard_buf text;
	struct heard_str value;
	(void)state;
	heard_buf_init(&text, 64);
	heard_buf_puts(&text, "one\r\n two\r\n");
	assert_int_equal(text_settle(&text, 5, &value), 0);
	assert_true(heard_str_is(value, "two"));
	heard_buf_puts(&text, "\xff");
	assert_int_equal(text_settle(&text, text.len - 1, &value), -EBADMSG);
	assert_memory_equal(text.ptr, "one\r\n two\n", text.len);
	heard_buf_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_form_is_cut_into_pairs),
		cmocka_unit_test(a_value_is_text_without_white_space_at_its_ends),
		cmocka_unit_test(a_value_beyond_the_cap_is_told_apart),
		cmocka_unit_test(raw_bytes_are_settled_too),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
