/*
 * attach.c - the files that come with a mail.
 *
 * A file keeps the type that its mail gives it only if that is harmless to show: what
 * a browser would run (HTML, SVG, scripts) is bytes to us.  Pictures within the text are
 * kept, since QQ and Outlook send screenshots so, but for the small ones: logos of
 * signatures and pixels that count readers.
 */
#include "attach.h"

#include "letter.h"

#include <errno.h>

#include <heard/batch.h>
#include <heard/blob.h>
#include <heard/error.h>
#include <heard/record.h>
#include <mime/mime.h>

enum { LOGO_MAX = 8 * 1024 };

static struct heard_str safe_type(struct heard_str type)
{
	static const struct heard_str harmless[] = {
		HEARD_STR("image/jpeg"),       HEARD_STR("image/png"),
		HEARD_STR("image/gif"),	       HEARD_STR("image/webp"),
		HEARD_STR("image/heic"),       HEARD_STR("image/bmp"),
		HEARD_STR("image/tiff"),       HEARD_STR("application/pdf"),
		HEARD_STR("application/zip"),  HEARD_STR("application/msword"),
		HEARD_STR("application/vnd."), HEARD_STR("text/plain"),
		HEARD_STR("text/csv"),	       HEARD_STR("text/calendar"),
		HEARD_STR("message/rfc822"),   HEARD_STR("audio/"),
		HEARD_STR("video/"),
	};
	for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++)
		if (heard_str_starts(type, harmless[i]))
			return type;
	return HEARD_STR_OF("application/octet-stream");
}

static int keep(const struct letter *l, const struct mime_attachment *a, struct heard_record *r,
		struct heard_error *err)
{
	char name[HEARD_BLOB_NAME];
	int result = heard_blob_put(l->host, a->bytes, name, err);
	if (result != 0)
		return result;
	const struct heard_file file = {
		.name = a->name.len ? a->name : HEARD_STR_OF("file"),
		.type = safe_type(a->type),
		.sha256 = heard_str(name),
		.size = (int64_t)a->bytes.len,
	};
	result = heard_file_add(r, &file);
	return result == 0 ? 0 : heard_fail(err, -result, "no memory for the record");
}

int attach_files(const struct letter *l, const struct mime_message *m, struct heard_record *r,
		 int64_t *left_out, struct heard_error *err)
{
	const struct letter_attachments *o = &l->options->attachments;
	bool is_allowed = heard_blob_allowed(l->host);
	int64_t n = 0;
	*left_out = 0;
	for (size_t i = 0; i < m->n_attachments; i++) {
		const struct mime_attachment *a = &m->attachments[i];
		if (a->is_inline && a->bytes.len <= LOGO_MAX)
			continue;
		if (!is_allowed || n == o->max_count || (int64_t)a->bytes.len > o->max_size) {
			(*left_out)++;
			continue;
		}
		int result = keep(l, a, r, err);
		if (result != 0)
			return result;
		n++;
	}
	return 0;
}
