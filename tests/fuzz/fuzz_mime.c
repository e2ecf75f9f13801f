/* Mail: read whole, and then its text stripped, its subject's topic taken, its words
 * decoded; what was read is written, and must be read back. */
#include "../../plugins/lib/mime/mime.h"

#include <heard/buf.h>
#include <heard/error.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

static const struct mime_limits limits = {.max_size = 1 << 20,
					  .max_depth = 8,
					  .max_parts = 50,
					  .max_text = 64 << 10,
					  .max_attachments = 5,
					  .max_memory = 8 << 20};
static const struct mime_key key = {"0123456789abcdef0123456789abcde"};

static void touch(struct heard_str s, size_t *sum)
{
	for (size_t i = 0; i < s.len; i++)
		*sum += (unsigned char)s.ptr[i];
}

static void touch_all(const struct mime_message *m)
{
	volatile size_t kept;
	size_t sum = 0;

	touch(m->subject, &sum);
	touch(m->text, &sum);
	touch(m->fresh, &sum);
	touch(m->message_id, &sum);
	for (size_t i = 0; i < m->references.n; i++)
		touch(m->references.list[i], &sum);
	for (size_t i = 0; i < m->n_attachments; i++)
		touch(m->attachments[i].bytes, &sum);
	for (size_t i = 0; i < m->report.n_recipients; i++)
		touch(m->report.recipients[i].final, &sum);
	if (m->n_spans && m->spans[m->n_spans - 1].end > m->text.len)
		abort();
	if ((m->text.len == 0) != (m->fresh.len == 0))
		abort();
	kept = sum;
	(void)kept;
}

/* What one mail says is written as another. */
static void write_back(const struct mime_message *m)
{
	struct mime_outgoing o = {.from = m->from,
				  .to = {&m->from, 1},
				  .subject = m->subject,
				  .message_id = m->message_id,
				  .references = m->references,
				  .text = m->text,
				  .html = m->fresh,
				  .attachments = m->attachments,
				  .n_attachments = m->n_attachments};
	struct heard_error err = {0};
	struct mime_message again;
	struct heard_buf mail;

	heard_buf_init(&mail, 1 << 20);
	if (mime_write(&o, &mail, &err) == 0 &&
	    mime_read(heard_buf_view(&mail), &limits, NULL, &again, &err) == 0) {
		if (!heard_str_eq(again.from.email, m->from.email) ||
		    !heard_str_eq(again.subject, m->subject))
			abort();
		mime_release(&again);
	}
	heard_buf_release(&mail);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct mime_self self = {.key = &key};
	struct heard_error err = {0};
	struct mime_message m;
	struct mime_id id;

	if (mime_read(heard_str_n((const char *)data, size), &limits, &self, &m, &err) == 0) {
		touch_all(&m);
		mime_id_check(&key, m.message_id, &id);
		write_back(&m);
		mime_release(&m);
	} else if (err.text[0] == '\0') {
		abort();
	}
	return 0;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	mime_init();
	return 0;
}
