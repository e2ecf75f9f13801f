/*
 * mime_fixture.h - a mail in a test: written as a string, read, looked at, freed.
 */
#ifndef TEST_MIME_FIXTURE_H
#define TEST_MIME_FIXTURE_H

#include "mime/mime.h"

#include <heard/buf.h>
#include <heard/error.h>
#include <heard/time.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct mime_limits mime_limits = MIME_LIMITS_DEFAULT;

__attribute__((unused)) static struct mime_message mime_of_bytes(struct heard_str bytes)
{
	struct heard_error err = {0};
	struct mime_message m;
	/* A copy of its own size, so that a sanitizer sees what is read past its end. */
	char *copy = malloc(bytes.len ? bytes.len : 1);

	assert_non_null(copy);
	memcpy(copy, bytes.ptr, bytes.len);
	int rc = mime_read(heard_str_n(copy, bytes.len), &mime_limits, NULL, &m, &err);
	free(copy); /* nothing of the message may look into it */
	if (rc != 0)
		fail_msg("%s", err.text);
	return m;
}

__attribute__((unused)) static struct mime_message mime_of(const char *mail)
{
	return mime_of_bytes(heard_str(mail));
}

__attribute__((unused)) static void assert_text_(struct heard_str is, const char *wanted,
						 const char *file, int line)
{
	if (!heard_str_is(is, wanted)) {
		print_error("is [%.*s]\nwanted [%s]\n", HEARD_ARG(is), wanted);
		_fail(file, line);
	}
}
#define assert_text(is, wanted) assert_text_(is, wanted, __FILE__, __LINE__)

/* The folder of real data, or NULL when it is not there. */
__attribute__((unused)) static const char *mime_data(void)
{
	static char folder[4096];
	const char *data = getenv("HEARD_DATA");
	FILE *f;

	snprintf(folder, sizeof(folder), "%s/mail/replies-eml/gmail.eml",
		 data ? data : "../shared/data");
	f = fopen(folder, "rb");
	if (f == NULL)
		return NULL;
	fclose(f);
	snprintf(folder, sizeof(folder), "%s/mail", data ? data : "../shared/data");
	return folder;
}

/* The bytes of a file below that folder, behind `head`. */
__attribute__((unused)) static void mime_load(const char *head, const char *name,
					      struct heard_buf *out)
{
	char path[8192], bytes[8192];
	size_t n;

	snprintf(path, sizeof(path), "%s/%s", mime_data(), name);
	FILE *f = fopen(path, "rb");
	if (f == NULL)
		fail_msg("%s cannot be read", path);
	heard_buf_init(out, 64 << 20);
	heard_buf_puts(out, head);
	while ((n = fread(bytes, 1, sizeof(bytes), f)) > 0)
		heard_buf_add(out, bytes, n);
	fclose(f);
	assert_false(out->failed);
}

#endif
