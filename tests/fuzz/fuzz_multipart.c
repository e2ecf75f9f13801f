/*
 * fuzz_multipart.c - any bytes as a multipart body, and as the Content-Type before it.
 *
 * The first byte says how long the Content-Type is.  What must hold: parts are views
 * inside of the body, in order and apart from each other; reading our own form, or
 * somebody else's, either makes a record or says why not; a file that is kept is one
 * whose content is known.
 */
#include "batch.h"
#include "host.h"

#define heard_blob_put fuzz_blob_put
#include "input/http/answer.c"
#include "input/http/body.c"
#include "input/http/cors.c"
#include "input/http/entry.c"
#include "input/http/fault.c"
#include "input/http/form.c"
#include "input/http/http.c"
#include "input/http/multipart.c"
#include "input/http/screen.c"
#include "input/http/upload.c"
#include "input/http/widget.c"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n);

enum { MEMORY = 64 << 20 };

static void must(bool holds)
{
	if (!holds)
		abort();
}

int fuzz_blob_put(struct heard_host *host, struct heard_str bytes, char name[HEARD_BLOB_NAME],
		  struct heard_error *err)
{
	(void)host, (void)err;
	must(sniff_type(bytes) != NULL);
	memset(name, 'a', HEARD_BLOB_NAME - 1);
	name[HEARD_BLOB_NAME - 1] = '\0';
	return 0;
}

static bool is_inside(struct heard_str part, struct heard_str whole)
{
	return part.len == 0 ||
	       (part.ptr >= whole.ptr && part.ptr + part.len <= whole.ptr + whole.len);
}

static void fuzz_parts(struct heard_str body, const char *boundary)
{
	struct multipart m;
	struct multipart_part p;
	const char *last = body.ptr;
	int n = 0, result;
	multipart_init(&m, body, boundary);
	while ((result = multipart_next(&m, &p)) > 0) {
		must(++n <= MULTIPART_MAX_PARTS);
		must(p.name.len > 0 && is_inside(p.name, body) && is_inside(p.filename, body) &&
		     is_inside(p.type, body) && is_inside(p.bytes, body));
		must(p.name.ptr >= last && p.bytes.ptr >= p.name.ptr + p.name.len);
		last = p.bytes.ptr + p.bytes.len;
	}
	must(result == 0 || result == -EBADMSG);
}

static void fuzz_decode(const struct http *h, struct heard_str body,
			const struct body_context *context)
{
	struct heard_error err = {0};
	struct heard_batch *batch = batch_create(MEMORY);
	int result = http_decode((void *)(uintptr_t)h, body,
				 heard_str_n((const char *)context, sizeof(*context)), batch,
				 &err);
	must(result == 0 || (err.code == -result && err.text[0]));
	must(result != 0 || heard_batch_size(batch) == 1);
	batch_destroy(batch);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n)
{
	struct heard_host host = {0};
	struct http h = {.channel = "web",
			 .consent = {"", "", "1"},
			 .attachments = {.max_count = 3, .max_size = 4096},
			 .has_files = true,
			 .host = &host};
	struct body_context context = {.kind = BODY_MULTIPART, .is_anonymous = true};
	struct heard_str all = {(const char *)data, n};
	h.attachments.types.at = sniff_types;
	h.attachments.types.n = sizeof(sniff_types) / sizeof(sniff_types[0]) - 1;
	if (n < 1 || n - 1 < data[0])
		return 0;
	struct heard_str type = heard_str_n(all.ptr + 1, data[0]);
	struct heard_str body = heard_str_skip(all, 1 + type.len);
	if (!multipart_boundary(type, context.boundary))
		strcpy(context.boundary, "b");
	fuzz_parts(body, context.boundary);
	fuzz_decode(&h, body, &context);
	context.is_page = true;
	fuzz_decode(&h, body, &context);
	context.kind = BODY_FORM;
	fuzz_decode(&h, body, &context);
	return 0;
}
