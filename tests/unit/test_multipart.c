/*
 * test_multipart.c - parts of a body, and bodies that are none.
 */
#include "input/http/multipart.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* "name=bytes" of each part, "name(filename,type)=bytes" of a file; "!" where it is
 * malformed. */
static const char *parts_of(const char *body, size_t len)
{
	static char out[4096];
	struct multipart m;
	struct multipart_part p;
	int result;
	size_t n = 0;
	multipart_init(&m, heard_str_n(body, len), "b0");
	out[0] = '\0';
	while ((result = multipart_next(&m, &p)) > 0 && n < sizeof(out) - 600) {
		n += (size_t)snprintf(out + n, 200, "%.*s", HEARD_ARG(p.name));
		if (p.is_file)
			n += (size_t)snprintf(out + n, 200, "(%.*s,%.*s)",
					      HEARD_ARG(p.filename), HEARD_ARG(p.type));
		n += (size_t)snprintf(out + n, 200, "=%.*s;", HEARD_ARG(p.bytes));
	}
	if (result < 0)
		strcpy(out + n, "!");
	return out;
}

static void expect(const char *body, const char *parts)
{
	/* In memory of its own, so that a sanitizer sees what reads past it. */
	size_t len = strlen(body);
	char *copy = malloc(len + 1);
	memcpy(copy, body, len);
	const char *got = parts_of(copy, len);
	if (strcmp(got, parts) != 0)
		fail_msg("<%s> gave <%s>, not <%s>", body, got, parts);
	free(copy);
}

#define FIELD(name) "Content-Disposition: form-data; name=\"" name "\"\r\n\r\n"
#define FILE_(name, file) \
	"Content-Disposition: form-data; name=\"" name "\"; filename=\"" file "\"\r\n"

static void fields_and_files_are_told_apart(void **state)
{
	(void)state;
	expect("--b0\r\n" FIELD("a") "1\r\n--b0\r\n" FIELD("b") "\r\n--b0--\r\n", "a=1;b=;");
	expect("--b0\r\n" FILE_("f", "x.jpg") "Content-Type: image/jpeg\r\n\r\nJPEG\r\n--b0--",
	       "f(x.jpg,image/jpeg)=JPEG;");
	expect("--b0\r\n" FILE_("f", "") "Content-Type: application/octet-stream\r\n\r\n\r\n"
					 "--b0--\r\n",
	       "f(,application/octet-stream)=;");
	expect("--b0--\r\n", "");
}

static void what_is_around_the_parts_is_passed_over(void **state)
{
	(void)state;
	expect("a preamble\r\n--b0\r\n" FIELD("a") "1\r\n--b0--\r\nan epilogue\r\n--b0\r\n",
	       "a=1;");
	expect("\r\n--b0 \t\r\n" FIELD("a") "1\r\n--b0  \r\n" FIELD("b") "2\r\n--b0--",
	       "a=1;b=2;");
}

static void what_only_looks_like_a_delimiter_is_data(void **state)
{
	(void)state;
	expect("--b0\r\n" FIELD("a") "\r\n--b0x\r\n--b\r\n-b0\n--b0\r--b0--\r\n--b0--",
	       "a=\r\n--b0x\r\n--b\r\n-b0\n--b0\r--b0--;");
	expect("--b0x\r\n--b0\r\n" FIELD("a") "1\r\n\r\n--b0--", "a=1\r\n;");
}

static void headers_are_read_as_senders_write_them(void **state)
{
	(void)state;
	expect("--b0\r\ncontent-disposition:form-data;NAME=a\r\n\r\n1\r\n--b0--", "a=1;");
	expect("--b0\r\nX-Other: y\r\nContent-Disposition: form-data ; name=\"a;b=\\\"c\" ; "
	       "filename=\"C:\\\\x\\\"y.png\"\r\n\r\n1\r\n--b0--",
	       "a;b=\\\"c(C:\\\\x\\\"y.png,)=1;");
	expect("--b0\r\nContent-Disposition: form-data; name=\"f\"; "
	       "filename=\"\xe5\x9b\xbe.png\"; "
	       "filename*=UTF-8''y\r\nContent-Transfer-Encoding: BINARY\r\n\r\n1\r\n--b0--",
	       "f(\xe5\x9b\xbe.png,)=1;");
}

static void malformed_bodies_are_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"no delimiter at all",
		"--b0",
		"--b0\r\n",
		"--b0\r\n" FIELD("a") "1",			/* cut short */
		"--b0\r\n" FIELD("a") "1\r\n--b0",		/* in the delimiter */
		"--b0\r\n" FIELD("a") "1\r\n--b0-",		/* in its end */
		"--b0\r\n1\r\n--b0--",				/* no headers */
		"--b0\r\n\r\n1\r\n--b0--",			/* empty ones */
		"--b0\r\nContent-Type: a/b\r\n\r\n1\r\n--b0--", /* no name */
		"--b0\r\nContent-Disposition: form-data\r\n\r\n1\r\n--b0--",
		"--b0\r\nContent-Disposition: form-data; name=\"\"\r\n\r\n1\r\n--b0--",
		"--b0\r\nContent-Disposition: form-data; name=\"a\r\n\r\n1\r\n--b0--",
		"--b0\r\nContent-Disposition: form-data; name=\"a\" x\r\n\r\n1\r\n--b0--",
		"--b0\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\n1\r\n--b0--",
		"--b0\r\n: no name\r\n" FIELD("a") "1\r\n--b0--",
		"--b0\r\nno colon\r\n" FIELD("a") "1\r\n--b0--",
		"--b0\r\nContent-Transfer-Encoding: base64\r\n" FIELD("a") "MQ==\r\n--b0--",
		"--b0\r\n" FILE_("a", "x") FIELD("b") "1\r\n--b0--", /* two of them */
		"--b0\nContent-Disposition: form-data; name=\"a\"\n\n1\n--b0--",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		expect(bad[i], "!");
}

static void parts_and_headers_are_limited(void **state)
{
	char *body = malloc(200000);
	size_t n = 0;
	struct multipart m;
	struct multipart_part p;
	(void)state;
	for (int i = 0; i <= MULTIPART_MAX_PARTS; i++)
		n += (size_t)sprintf(body + n, "\r\n--b0\r\n" FIELD("a") "1");
	strcpy(body + n, "\r\n--b0--");
	multipart_init(&m, heard_str(body), "b0");
	for (int i = 0; i < MULTIPART_MAX_PARTS; i++)
		assert_int_equal(multipart_next(&m, &p), 1);
	assert_int_equal(multipart_next(&m, &p), -EBADMSG);

	n = (size_t)sprintf(body, "--b0\r\nX: ");
	memset(body + n, 'x', MULTIPART_MAX_HEAD);
	strcpy(body + n + MULTIPART_MAX_HEAD, "\r\n" FIELD("a") "1\r\n--b0--");
	expect(body, "!");

	n = (size_t)sprintf(body, "--b0\r\n");
	for (int i = 0; i < MULTIPART_MAX_LINES; i++)
		n += (size_t)sprintf(body + n, "X: y\r\n");
	strcpy(body + n, FIELD("a") "1\r\n--b0--");
	expect(body, "!");
	free(body);
}

static void boundary_is_taken_from_the_content_type(void **state)
{
	static const struct {
		const char *type, *boundary;
	} cases[] = {
		{"multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxk",
		 "----WebKitFormBoundary7MA4YWxk"},
		{"multipart/form-data;charset=utf-8 ; Boundary=\"a=b:c\"", "a=b:c"},
		{"multipart/form-data; boundary=b; boundary=c", "b"},
		{"multipart/form-data", NULL},
		{"multipart/form-data; boundary", NULL},
		{"multipart/form-data; boundary=", NULL},
		{"multipart/form-data; boundary=\"\"", NULL},
		{"multipart/form-data; boundary=\"open", NULL},
		{"multipart/form-data; boundary=\"a b\"", NULL},
		{"multipart/form-data; boundary=\"a\r\nb\"", NULL},
		{"multipart/form-data; x=\"; boundary=no\"", NULL},
		{"multipart/form-data; boundary="
		 "01234567890123456789012345678901234567890123456789012345678901234567890",
		 NULL},
	};
	char boundary[MULTIPART_BOUNDARY];
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool found = multipart_boundary(heard_str(cases[i].type), boundary);
		if (found != (cases[i].boundary != NULL))
			fail_msg("%s", cases[i].type);
		if (found)
			assert_string_equal(boundary, cases[i].boundary);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_and_files_are_told_apart),
		cmocka_unit_test(what_is_around_the_parts_is_passed_over),
		cmocka_unit_test(what_only_looks_like_a_delimiter_is_data),
		cmocka_unit_test(headers_are_read_as_senders_write_them),
		cmocka_unit_test(malformed_bodies_are_refused),
		cmocka_unit_test(parts_and_headers_are_limited),
		cmocka_unit_test(boundary_is_taken_from_the_content_type),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
