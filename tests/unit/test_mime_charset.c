/* Text of whatever charset, with labels that are true, unknown and lies. */
#include "mime_fixture.h"

#include "../../plugins/lib/mime/charset.h"
#include "../../plugins/lib/mime/words.h"

static void assert_decoded_(const char *label, const char *bytes, size_t n, const char *wanted,
			    int line)
{
	struct heard_buf out;

	heard_buf_init(&out, 1 << 16);
	mime_decode(heard_str(label), heard_str_n(bytes, n), &out);
	assert_text_(heard_buf_view(&out), wanted, __FILE__, line);
	heard_buf_release(&out);
}
#define assert_decoded(label, bytes, wanted) \
	assert_decoded_(label, bytes, sizeof(bytes) - 1, wanted, __LINE__)

static void labels_are_taken_as_mail_means_them(void **state)
{
	(void)state;
	assert_decoded("gb2312", "\xc4\xe3\xba\xc3", "你好");
	/* Not in GB2312, in GBK; not in GBK, in GB18030. */
	assert_decoded("GB2312", "\xe9\x46", "镕");
	assert_decoded("gbk", "\x81\x30\x84\x36", "¥");
	assert_decoded("x-gbk", "\xc4\xe3", "你");
	assert_decoded("big5", "\xa7\x41\xa6\x6e", "你好");
	assert_decoded("big5", "\xfa\xe0", "㽙");
	assert_decoded("iso-2022-jp", "\x1b$B$3$s\x1b(B!", "こん!");
	assert_decoded("iso-2022-jp", "\x1b$B-!\x1b(B", "①"); /* NEC's */
	assert_decoded("iso-2022-jp", "\x1b(I12\x1b(B", "ｱｲ");
	assert_decoded("shift_jis", "\x82\xb1\x82\xf1", "こん");
	assert_decoded("euc-kr", "\xbe\xc8", "안");
	assert_decoded("ks_c_5601-1987", "\xbe\xc8", "안");
	assert_decoded("koi8-r", "\xf4\xc5\xd3\xd4", "Тест");
	assert_decoded("windows-1251", "\xd2\xe5\xf1\xf2", "Тест");
	assert_decoded("iso-8859-1", "\x93quoted\x94 \x80", "“quoted” €");
	assert_decoded("utf-7", "a +T2BZfQ- b", "a 你好 b");
	assert_decoded("hz-gb-2312", "~{Dc:C~}", "你好");
	assert_decoded("utf-16le", "a\0b\0", "ab");
	assert_decoded("\"utf-8\"", "é", "é");
}

static void lies_are_seen(void **state)
{
	(void)state;
	assert_decoded("gb2312", "你好，世界", "你好，世界");
	assert_decoded("iso-8859-1", "caf\xc3\xa9", "café");
	assert_decoded("us-ascii", "你好", "你好");
	assert_decoded("us-ascii", "\xc4\xe3\xba\xc3", "你好");
	assert_decoded("utf-8", "\xc4\xe3\xba\xc3\xa3\xac\xca\xc0\xbd\xe7", "你好，世界");
	assert_decoded("utf-8", "caf\xe9 au lait", "café au lait");
	assert_decoded("utf-16", "plain", "plain");
	assert_decoded("no-such-charset", "\xc4\xe3\xba\xc3", "你好");
	assert_decoded("a\nb", "x", "x");
	assert_decoded("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "x",
		       "x");
	assert_decoded("", "\x1b$B$3$s\x1b(B", "こん");
	assert_decoded("utf-8", "a\0b", "ab");
}

static void one_damaged_character_makes_no_lie(void **state)
{
	(void)state;
	assert_decoded("utf-8", "你好\xe4\xbd，世界，再见", "你好\uFFFD\uFFFD，世界，再见");
	assert_decoded("gbk", "\xc4\xe3\xba\xc3\xc4\xe3\xba\xc3\xff", "你好你好\uFFFD");
}

/* All charsets, all bytes: something comes out, and it is UTF-8. */
static void any_bytes_give_utf8(void **state)
{
	static const char *const labels[] = {
		"",	  "utf-8",   "gb2312", "gb18030", "big5",      "iso-2022-jp",
		"utf-7",  "hz",	     "utf-16", "euc-jp",  "shift_jis", "iso-2022-kr",
		"koi8-r", "tis-620", "x"};
	unsigned seed = 1;

	(void)state;
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		for (int k = 0; k < 300; k++) {
			char bytes[64];
			struct heard_buf out, again;
			size_t n = (size_t)k % sizeof(bytes);

			for (size_t j = 0; j < n; j++) {
				seed = seed * 1103515245 + 12345;
				bytes[j] = (char)(seed >> 16);
			}
			heard_buf_init(&out, 4096);
			heard_buf_init(&again, 8192);
			mime_decode(heard_str(labels[i]), heard_str_n(bytes, n), &out);
			mime_decode(heard_str("utf-8"), heard_buf_view(&out), &again);
			assert_true(heard_str_eq(heard_buf_view(&out), heard_buf_view(&again)));
			heard_buf_release(&out);
			heard_buf_release(&again);
		}
}

static void assert_words_(const char *raw, const char *wanted, int line)
{
	struct heard_buf out;

	heard_buf_init(&out, 1 << 16);
	mime_words(heard_str(raw), &out);
	assert_text_(heard_buf_view(&out), wanted, __FILE__, line);
	heard_buf_release(&out);
}
#define assert_words(raw, wanted) assert_words_(raw, wanted, __LINE__)

static void encoded_words_are_read_as_they_are_found(void **state)
{
	(void)state;
	assert_words("=?utf-8?B?5L2g5aW9?=", "你好");
	assert_words("=?GB2312?B?xOO6ww==?= ok", "你好 ok");
	assert_words("=?utf-8?Q?a=5Fb_c?=", "a_b c");
	assert_words("=?utf-8?q?=E4=BD=A0?= =?utf-8?q?=E5=A5=BD?=", "你好");
	/* A character in two words, in base64 and in Q */
	assert_words("=?utf-8?B?5L2g5Q==?= =?utf-8?B?pb0=?=", "你好");
	assert_words("=?utf-8?Q?=E4=BD?=\r\n =?UTF-8?Q?=A0?=", "你");
	assert_words("=?gbk?B?xOM=?= =?utf-8?B?5aW9?=", "你好");
	/* No end, no blank, blanks inside, quotes around */
	assert_words("=?utf-8?B?5L2g5aW9", "你好");
	assert_words("a=?utf-8?B?5L2g?=b", "a你b");
	assert_words("=?utf-8?Q?a b=20c?=", "a b c");
	assert_words("\"=?utf-8?B?5L2g5aW9?=\"", "\"你好\"");
	assert_words("=?utf-8*zh?B?5L2g?=", "你");
	/* Raw bytes, folds, controls */
	assert_words("\xc4\xe3\xba\xc3\xca\xc0\xbd\xe7", "你好世界");
	assert_words("你好", "你好");
	assert_words("a\r\n\tb\x01"
		     "c ",
		     "a b c");
	assert_words("=?utf-8?B?YQ0KQmNjOiB4?=", "a Bcc: x"); /* no header gets in */
	/* None of them */
	assert_words("=?", "=?");
	assert_words("=?x?y", "=?x?y");
	assert_words("=?utf-8?X?abc?=", "=?utf-8?X?abc?=");
	assert_words("1 =? 2", "1 =? 2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(labels_are_taken_as_mail_means_them),
		cmocka_unit_test(lies_are_seen),
		cmocka_unit_test(one_damaged_character_makes_no_lie),
		cmocka_unit_test(any_bytes_give_utf8),
		cmocka_unit_test(encoded_words_are_read_as_they_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
