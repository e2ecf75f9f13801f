/*
 * mail.c - dead letters and deferrals: found by the index, read from the
 * segments, and moved forward before their segment is recycled.
 *
 * A reader of letters does not pin a segment.  If the place it was told no
 * longer holds the letter, the letter has moved, and the index knows where to.
 */
#include "journal_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { MOVE_BYTES = 1 << 20 };

/* ---- reading [any] */

static int read_at(struct journal *j, struct scan *s, const struct letter *l, struct frame *f,
		   struct heard_str *payload)
{
	int e = 0;

	if (s->fd < 0 || s->segment != l->segment)
		e = scan_open(s, j->folder, l->segment);
	if (e != 0)
		return e;
	scan_forget(s);
	e = scan_header(s, l->offset, s->size, f);
	if (e != 1)
		return e < 0 ? e : -EBADMSG;
	return scan_payload(s, l->offset, f, &j->key, payload);
}

static bool same_letter(struct letters *kind, const struct letters *dead,
			const struct letter *l, struct heard_str payload)
{
	struct journal_dead d;
	struct journal_defer w;

	if (kind == dead)
		return frame_get_dead(payload, &d) && memcmp(d.id, l->id, 16) == 0;
	return frame_get_defer(payload, &w) && w.output == l->output && w.seq == l->seq;
}

/* It may have moved, or be damaged; anything else is of the moment, and says
 * nothing about the letter. */
static bool is_about_letter(int e)
{
	return e == 0 || e == -ENOENT || e == -EBADMSG || e == -EACCES;
}

/* 0 with the payload; -ENOENT: gone meanwhile; -EBADMSG: damaged; -errno: it
 * cannot be read at present. */
static int read_letter(struct journal *j, struct letters *kind, struct scan *s,
		       struct letter *l, struct frame *f, struct heard_str *payload)
{
	for (;;) {
		struct letter now;
		int e = read_at(j, s, l, f, payload);
		if (e == 0 && same_letter(kind, j->dead, l, *payload))
			return 0;
		if (!is_about_letter(e))
			return e;
		pthread_mutex_lock(&j->lock);
		bool is_live = letters_get(kind, l->id, &now);
		pthread_mutex_unlock(&j->lock);
		if (!is_live)
			return -ENOENT;
		if (now.segment == l->segment && now.offset == l->offset)
			break;
		*l = now;
	}
	health_damaged(j, l->segment, l->offset, "a letter, which is lost");
	return -EBADMSG;
}

static bool next_letter(struct journal *j, const struct letters *kind, uint64_t after,
			struct letter *l)
{
	pthread_mutex_lock(&j->lock);
	bool has = letters_next(kind, after, l);
	pthread_mutex_unlock(&j->lock);
	return has;
}

int journal_dead_each(struct journal *j, bool with_body,
		      bool (*fn)(void *arg, const struct journal_dead *), void *arg)
{
	uint64_t after = 0;

	return journal_dead_from(j, &after, with_body, fn, arg);
}

int journal_dead_from(struct journal *j, uint64_t *after, bool with_body,
		      bool (*fn)(void *arg, const struct journal_dead *), void *arg)
{
	struct scan scan;
	struct letter l = {.order = *after};
	bool go_on = true;
	int passing = 0;

	scan_init(&scan, j->io);
	while (go_on && next_letter(j, j->dead, l.order, &l)) {
		struct journal_dead d = {.output = l.output, .seq = l.seq};
		struct frame f;
		struct heard_str payload;
		uint64_t order = l.order;
		int e = read_letter(j, j->dead, &scan, &l, &f, &payload);
		l.order = order;
		if (e == -ENOENT)
			continue;
		if (e != 0 && e != -EBADMSG) {
			passing = e;
			break;
		}
		memcpy(d.id, l.id, sizeof(d.id));
		if (e == 0)
			frame_get_dead(payload, &d);
		if (!with_body)
			d.body = heard_str_n(NULL, 0);
		go_on = fn(arg, &d);
		*after = order;
	}
	scan_release(&scan);
	return passing;
}

int journal_defer_each(struct journal *j, uint64_t output,
		       void (*fn)(void *arg, const struct journal_defer *), void *arg)
{
	struct scan scan;
	struct letter l = {.order = 0};
	int passing = 0;

	scan_init(&scan, j->io);
	while (next_letter(j, j->deferred, l.order, &l)) {
		struct journal_defer d = {
			.output = l.output, .seq = l.seq, .since_ms = l.time_ms};
		struct frame f;
		struct heard_str payload;
		uint64_t order = l.order;
		if (l.output != output)
			continue;
		int e = read_letter(j, j->deferred, &scan, &l, &f, &payload);
		l.order = order;
		if (e == -ENOENT)
			continue;
		if (e != 0 && e != -EBADMSG) {
			passing = e;
			break;
		}
		if (e == 0)
			frame_get_defer(payload, &d);
		fn(arg, &d);
	}
	scan_release(&scan);
	return passing;
}

bool journal_dead_known(struct journal *j, uint64_t output, uint64_t seq)
{
	pthread_mutex_lock(&j->lock);
	bool known = letters_known(j->dead, output, seq);
	pthread_mutex_unlock(&j->lock);
	return known;
}

size_t journal_dead_count(struct journal *j)
{
	pthread_mutex_lock(&j->lock);
	size_t n = letters_count(j->dead);
	pthread_mutex_unlock(&j->lock);
	return n;
}

/* ---- what a group changed */

static int add(struct journal *j, struct letters *l, const unsigned char *id,
	       const struct group_frame *f)
{
	struct letter letter = {.output = f->frame.only_output,
				.seq = f->frame.first_seq,
				.segment = f->frame.segment,
				.offset = f->offset,
				.time_ms = f->frame.time_ms,
				.size = frame_size(&f->frame)};
	(void)j;
	memcpy(letter.id, id, 16);
	return letters_add(l, &letter);
}

static void remove_all(struct letters *l, const char *ids, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		letters_remove(l, (const unsigned char *)ids + (size_t)i * 16);
}

int mail_reserve(struct journal *j, const struct group *g)
{
	size_t dead = 0, deferred = 0;
	for (size_t i = 0; i < g->n_frames; i++) {
		dead += g->frames[i].frame.type == FRAME_DEAD;
		deferred += g->frames[i].frame.type == FRAME_DEFER;
	}
	pthread_mutex_lock(&j->lock);
	int r = letters_reserve(j->dead, dead);
	if (r == 0)
		r = letters_reserve(j->deferred, deferred);
	pthread_mutex_unlock(&j->lock);
	return r;
}

/* Payloads of letters begin with their id, in both kinds. */
void mail_apply(struct journal *j, const struct group *g)
{
	for (size_t i = 0; i < g->n_frames; i++) {
		const struct group_frame *f = &g->frames[i];
		const struct group_piece *p = &g->pieces[f->first_piece];
		const char *payload = p->ptr ? p->ptr : g->meta.ptr + p->at;
		const unsigned char *id = (const unsigned char *)payload;
		switch (f->frame.type) {
		case FRAME_DEAD: add(j, j->dead, id, f); break;
		case FRAME_DEFER: add(j, j->deferred, id, f); break;
		case FRAME_DEAD_GONE: remove_all(j->dead, payload, f->frame.n); break;
		case FRAME_DEFER_GONE: remove_all(j->deferred, payload, f->frame.n); break;
		default: break;
		}
	}
}

/* ---- moving [journal thread] */

static bool next_in(const struct letters *kind, uint64_t segment, struct letter *l)
{
	while (letters_next(kind, l->order, l))
		if (l->segment == segment)
			return true;
	return false;
}

static bool is_held_there(struct journal *j, uint64_t segment)
{
	struct letter l;

	return j->held.segment == segment &&
	       (letters_get(j->dead, j->held.id, &l) ||
		letters_get(j->deferred, j->held.id, &l)) &&
	       l.segment == segment;
}

/* The whole index is walked only when the letter that was found last is gone:
 * and once none is found, none will be, as letters only go to the last segment. */
bool mail_is_in(struct journal *j, uint64_t segment)
{
	if (j->emptied == segment)
		return false;
	if (is_held_there(j, segment))
		return true;
	j->held = (struct letter){.order = 0};
	if (next_in(j->dead, segment, &j->held))
		return true;
	j->held = (struct letter){.order = 0};
	if (next_in(j->deferred, segment, &j->held))
		return true;
	j->emptied = segment;
	return false;
}

/* Memory and descriptors come back; what the disk does not give does not. */
static bool is_passing(int e)
{
	return e == -ENOMEM || e == -EMFILE || e == -ENFILE || e == -EINTR;
}

/* A group of a quarter of a segment, so that it has room in the next one. */
static uint64_t move_bytes(const struct journal *j)
{
	uint64_t part = journal_group_bytes(j) / 2;
	return part < MOVE_BYTES ? part : MOVE_BYTES;
}

static int copy_some(struct journal *j, struct letters *kind, uint64_t segment)
{
	struct letter l = {.order = 0};

	while (j->group.meta.len < move_bytes(j) && next_in(kind, segment, &l)) {
		struct frame f;
		struct heard_str payload;
		int e = read_at(j, &j->mover, &l, &f, &payload);
		if (e == 0) {
			group_add_copy(&j->group, &f, payload);
			continue;
		}
		if (is_passing(e))
			return e;
		/* Lost: said, counted, and not in the way of recycling for ever. */
		health_damaged(j, l.segment, l.offset, "a letter, which is lost");
		pthread_mutex_lock(&j->lock);
		letters_remove(kind, l.id);
		pthread_mutex_unlock(&j->lock);
	}
	return 0;
}

int mail_move(struct journal *j, uint64_t segment)
{
	if (!mail_is_in(j, segment))
		return 0;
	group_begin(&j->group, j->next_seq, j->options.now());
	int e = copy_some(j, j->dead, segment);
	if (e == 0)
		e = copy_some(j, j->deferred, segment);
	if (e != 0 || group_is_empty(&j->group))
		return e;
	e = pool_make_room(j,
			   j->group.meta.len + j->group.n_frames * 256 +
				   state_size(j->state) * 2 + GROUP_FIXED,
			   POOL_FREES);
	if (e == 0)
		e = commit_group(j);
	return e == 0 ? 1 : e;
}
