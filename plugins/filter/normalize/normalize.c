/*
 * normalize.c - filter: one form for all text, before anything looks at it.
 *
 * Each text that people wrote goes through the steps it needs and no other:
 * HTML to text, repair of malformed UTF-8, folding of width and compatibility
 * forms (fold.c), blanks, line ends and control characters (tidy.c), and a cap
 * on the length.  Most texts need none, which one pass finds out; they are not
 * copied.
 */
#include "fold.h"
#include "tidy.h"

#include <heard/batch.h>
#include <heard/buf.h>
#include <heard/error.h>
#include <heard/plugin.h>
#include <text/html.h>
#include <text/utf8.h>

#include <errno.h>

enum { MOST_BYTES = 64 << 20 }; /* of one text in work */
enum html_mode { HTML_AUTO, HTML_ALWAYS, HTML_NEVER };

struct normalize {
	bool width;
	int html; /* enum html_mode */
	bool blanks;
	int64_t max_length;
	struct fold *fold;
};

struct normalize_lane {
	struct heard_buf a, b; /* each step reads one and writes the other    */
	struct fold_room room;
};

/* A text on its way: where it is now, and what it still needs. */
struct passage {
	const struct normalize *self;
	struct normalize_lane *lane;
	struct heard_str text;
	unsigned need;
};

/* The buffer that the text is not in. */
static struct heard_buf *other_buf(struct passage *p)
{
	struct heard_buf *buf = p->text.ptr == p->lane->a.ptr ? &p->lane->b : &p->lane->a;

	heard_buf_clear(buf);
	return buf;
}

static void strip_html(struct passage *p)
{
	if (p->self->html == HTML_NEVER ||
	    (p->self->html == HTML_AUTO && !((p->need & NEED_LOOK) && html_is_likely(p->text))))
		return;
	struct heard_buf *out = other_buf(p);
	html_to_text(p->text, out);
	p->text = heard_buf_view(out);
	p->need = fold_needs(p->self->fold, p->text);
}

static int repair_and_fold(struct passage *p)
{
	int r = 0;

	if ((p->need & NEED_FOLD) && p->self->width) {
		struct heard_buf *out = other_buf(p);

		r = fold_text(p->self->fold, &p->lane->room, p->text, out);
		p->text = heard_buf_view(out);
		p->need |= NEED_TIDY; /* a folded blank is a blank */
	} else if (p->need & NEED_REPAIR) {
		struct heard_buf *out = other_buf(p);

		text_repair(p->text, out);
		p->text = heard_buf_view(out);
	}
	return r;
}

static void cut(struct passage *p)
{
	if (p->text.len <= (size_t)p->self->max_length)
		return;
	struct heard_str kept = p->text;
	kept.len = tidy_cut(kept, (size_t)p->self->max_length - 3);
	struct heard_buf *out = other_buf(p);
	heard_buf_str(out, kept);
	heard_buf_puts(out, "…");
	p->text = heard_buf_view(out);
}

/* 0 with the new text in p->text, or -ENOMEM. */
static int normalize_text(struct passage *p)
{
	strip_html(p);
	int r = repair_and_fold(p);
	if (r)
		return r;
	if (p->need & NEED_TIDY) {
		struct heard_buf *out = other_buf(p);

		tidy_text(p->text, p->self->blanks, out);
		p->text = heard_buf_view(out);
	}
	cut(p);
	return p->lane->a.failed || p->lane->b.failed ? -ENOMEM : 0;
}

static int normalize_record(const struct normalize *self, struct normalize_lane *lane,
			    struct heard_record *record)
{
	struct heard_text t = {0};

	while (heard_text_next(record, &t)) {
		unsigned need = fold_needs(self->fold, t.text);

		if (need == 0 && t.text.len <= (size_t)self->max_length &&
		    self->html != HTML_ALWAYS)
			continue;
		struct passage p = {self, lane, t.text, need};
		heard_buf_clear(&lane->a);
		heard_buf_clear(&lane->b);
		int r = normalize_text(&p);
		if (r)
			return r;
		if (heard_str_eq(p.text, t.text))
			continue;
		struct heard_str copy = heard_batch_copy(heard_record_batch(record), p.text);
		if (copy.ptr == NULL && p.text.len)
			return -ENOMEM;
		r = heard_text_set(record, &t, copy.ptr ? copy : HEARD_STR_OF(""));
		if (r)
			return r;
	}
	return 0;
}

static int normalize_process(void *self, void *lane, struct heard_batch *batch,
			     struct heard_error *err)
{
	for (size_t i = 0; i < heard_batch_size(batch); i++) {
		struct heard_record *record = heard_batch_at(batch, i);
		int r = heard_record_is_live(record) ? normalize_record(self, lane, record) : 0;

		if (r)
			return heard_fail(err, -r, "no room for the normalised text");
	}
	return 0;
}

/* ---- life */

static int normalize_open(void *self, struct heard_host *host, struct heard_error *err)
{
	struct normalize *normalize = self;
	(void)host;

	normalize->fold = fold_create(err);
	return normalize->fold ? 0 : -err->code;
}

static void normalize_close(void *self)
{
	struct normalize *normalize = self;

	fold_destroy(normalize->fold);
	normalize->fold = NULL;
}

static int normalize_lane_open(void *self, void *lane, struct heard_error *err)
{
	struct normalize_lane *l = lane;
	(void)self;
	(void)err;

	heard_buf_init(&l->a, MOST_BYTES);
	heard_buf_init(&l->b, MOST_BYTES);
	return 0;
}

static void normalize_lane_close(void *self, void *lane)
{
	struct normalize_lane *l = lane;
	(void)self;

	heard_buf_release(&l->a);
	heard_buf_release(&l->b);
	fold_room_release(&l->room);
}

static const char *const html_modes[] = {"auto", "always", "never", NULL};

static const struct heard_option normalize_options[] = {
	{.name = "width",
	 HEARD_BOOL(struct normalize, width),
	 .value = "true",
	 .help = "Fold full-width and other compatibility forms (NFKC), Chinese punctuation "
		 "excepted"},
	{.name = "html",
	 HEARD_CHOICE(struct normalize, html),
	 .value = "auto",
	 .choices = html_modes,
	 .help = "Turn HTML into text where a tag is seen, always, or never"},
	{.name = "blanks",
	 HEARD_BOOL(struct normalize, blanks),
	 .value = "true",
	 .help = "Collapse runs of blanks and of empty lines"},
	{.name = "max_length",
	 HEARD_SIZE(struct normalize, max_length),
	 .value = "32K",
	 .min = 64,
	 .max = 16 << 20,
	 .help = "Longest text, in bytes; a longer one is cut and ends with an ellipsis"},
	{.name = NULL},
};

const struct heard_plugin heard_plugin = {
	HEARD_ABI,
	.stage = HEARD_FILTER,
	.flags = HEARD_PARALLEL,
	.name = "normalize",
	.version = "1.0",
	.summary = "clean text: width, HTML, blanks, control characters, length",
	.options = normalize_options,
	.reads = "subject, body and every other text",
	.writes = "the same",
	.example = "{ plugin = \"normalize\"; max_length = \"16K\"; }",
	.self_size = sizeof(struct normalize),
	.lane_size = sizeof(struct normalize_lane),
	.open = normalize_open,
	.close = normalize_close,
	.lane_open = normalize_lane_open,
	.lane_close = normalize_lane_close,
	.process = normalize_process,
};
