/*
 * upload.c - files of a form: what they are, and into the store of blobs.
 *
 * What a file says of itself is not believed: its type is what its first bytes tell, and
 * that must be one of the option's.  So what is kept under the name of a picture is a
 * picture, and neither a page nor a program.
 *
 * All files are looked at before the first is written, so a refused form leaves nothing
 * behind.  Blobs are synced when heard_blob_put() returns, so they are safe before the
 * record is that names them.
 */
#include "upload.h"

#include "fault.h"
#include "form.h"
#include "multipart.h"

#include <heard/batch.h>
#include <heard/blob.h>
#include <heard/error.h>

#include <errno.h>
#include <sniff/sniff.h>
#include <string.h>
#include <text/utf8.h>

enum { NAME_MAX_BYTES = 120 };

/* ---- may it come in? */

/* Browsers send an empty file where none was chosen. */
static bool is_nothing(const struct multipart_part *part)
{
	return part->filename.len == 0 && part->bytes.len == 0;
}

static enum form_fault check_file(const struct http *h, const struct multipart_part *part,
				  int64_t n)
{
	if (!h->has_files)
		return FAULT_NO_FILES;
	if (n >= h->attachments.max_count)
		return FAULT_FILE_COUNT;
	if (part->bytes.len > (size_t)h->attachments.max_size)
		return FAULT_FILE_SIZE;
	return sniff_is_in(&h->attachments.types, sniff_type(part->bytes)) ? FAULT_NONE
									   : FAULT_FILE_TYPE;
}

/* ---- in it comes */

/* The last part of a path.  A backslash before a quote belongs to the quote. */
static struct heard_str last_part(struct heard_str path)
{
	for (size_t i = path.len; i-- > 0;) {
		bool is_quote = i + 1 < path.len && path.ptr[i + 1] == '"';
		if (path.ptr[i] == '/' || (path.ptr[i] == '\\' && !is_quote))
			return heard_str_skip(path, i + 1);
	}
	return path;
}

/* No control characters, no quotes, not too long. */
static struct heard_str clean_name(struct heard_batch *batch, struct heard_str name)
{
	name = last_part(name);
	char *to = name.len ? heard_batch_alloc(batch, NAME_MAX_BYTES) : NULL;
	size_t n = 0;
	uint32_t c;
	if (to == NULL)
		return HEARD_STR_OF("file");
	const char *end = name.ptr + name.len;
	for (const char *p = name.ptr; p < end;) {
		size_t size = text_decode(p, end, &c);
		bool is_good = size && c >= ' ' && c != '"' && c != '\\' &&
			       (c < 0x7f || c >= 0xa0);
		if (n + size > NAME_MAX_BYTES)
			break;
		if (is_good)
			memcpy(to + n, p, size);
		n += is_good ? size : 0;
		p += size ? size : 1;
	}
	return n ? heard_str_n(to, n) : HEARD_STR_OF("file");
}

static int keep_file(const struct http *h, const struct multipart_part *part,
		     struct heard_record *r, struct heard_error *err)
{
	char name[HEARD_BLOB_NAME];
	int result = heard_blob_put(h->host, part->bytes, name, err);
	if (result < 0)
		return result;
	struct heard_file file = {
		.name = clean_name(heard_record_batch(r), part->filename),
		.type = heard_str(sniff_type(part->bytes)),
		.sha256 = heard_str(name),
		.size = (int64_t)part->bytes.len,
	};
	result = heard_file_add(r, &file);
	return result < 0 ? heard_fail(err, -result, "no memory for the record") : 0;
}

static int check_files(const struct http *h, struct heard_str raw, const char *boundary,
		       struct heard_error *err)
{
	struct multipart m;
	struct multipart_part part;
	int result;
	int64_t n = 0;
	multipart_init(&m, raw, boundary);
	while ((result = multipart_next(&m, &part)) > 0) {
		if (!part.is_file || is_nothing(&part))
			continue;
		enum form_fault fault = check_file(h, &part, n++);
		if (fault != FAULT_NONE)
			return fault_fail(err, fault);
	}
	return result < 0 ? fault_fail(err, FAULT_MALFORMED) : 0;
}

int upload_files(const struct http *h, struct heard_str raw, const char *boundary,
		 struct heard_record *r, struct heard_error *err)
{
	struct multipart m;
	struct multipart_part part;
	int result = check_files(h, raw, boundary, err);
	multipart_init(&m, raw, boundary);
	while (result == 0 && multipart_next(&m, &part) > 0)
		if (part.is_file && !is_nothing(&part))
			result = keep_file(h, &part, r, err);
	return result;
}

/* ---- a body from elsewhere */

static int take_field(struct heard_record *r, const struct multipart_part *part)
{
	struct heard_batch *batch = heard_record_batch(r);
	struct heard_str name = heard_batch_copy(batch, part->name);
	struct heard_str value = heard_batch_copy(batch, part->bytes);
	if (part->bytes.len == 0)
		return 0;
	if (name.ptr == NULL || value.ptr == NULL)
		return -ENOMEM;
	if (!text_is_valid(name) || !text_is_valid(value) ||
	    memchr(value.ptr, '\0', value.len) != NULL)
		return -EBADMSG;
	return form_set(r, name, value);
}

static int take_fields(const struct http *h, struct heard_record *r, struct heard_str raw,
		       const char *boundary, size_t *n)
{
	struct multipart m;
	struct multipart_part part;
	int result;
	int64_t room = h->max_body; /* files have limits of their own */
	multipart_init(&m, raw, boundary);
	for (*n = 1; (result = multipart_next(&m, &part)) > 0; (*n)++) {
		if (part.is_file)
			continue;
		room -= (int64_t)part.bytes.len;
		result = room < 0 ? -EFBIG : take_field(r, &part);
		if (result < 0)
			return result;
	}
	return result;
}

int upload_decode(const struct http *h, struct heard_str raw, const char *boundary,
		  struct heard_batch *batch, struct heard_error *err)
{
	size_t n;
	struct heard_record *r = heard_batch_add(batch);
	if (r == NULL)
		return heard_fail(err, ENOMEM, "no memory for the record");
	int result = take_fields(h, r, raw, boundary, &n);
	if (result == 0 && !heard_has(r, HEARD_CHANNEL))
		result = heard_set_str(r, HEARD_CHANNEL, heard_str(h->channel));
	if (result == -EBADMSG)
		return heard_fail(err, EBADMSG,
				  "part %zu of the body is malformed, or not of its type", n);
	if (result == -EFBIG)
		return fault_fail(err, FAULT_TOO_LONG);
	if (result < 0)
		return heard_fail(err, -result, "no memory for the record");
	return upload_files(h, raw, boundary, r, err);
}
