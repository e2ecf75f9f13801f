/*
 * channels.c - how each channel fared: what came by it, how much of that could not be read
 * or processed, when it was last heard.  The weakest come first.
 *
 * The daemon counts it (heard/channel.h), by what was taken in: with spam, which the
 * figures of the ticket store leave out.  A period that began before it counted is not
 * compared with.  What cannot be read is not shown: the daemon says so in its log.
 */
#include "words.h"

#include <heard/channel.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double many_errors = 0.01; /* fewer make no channel weak */

static struct channel_row *row_of(struct book *book, struct heard_str name)
{
	for (size_t i = 0; i < book->n_channels; i++)
		if (heard_str_is(name, book->channels[i].name))
			return &book->channels[i];
	if (book->n_channels == CHANNEL_ROWS || name.len >= sizeof(book->channels[0].name))
		return NULL;
	struct channel_row *row = &book->channels[book->n_channels++];
	*row = (struct channel_row){.received_before = NAN, .dead_before = NAN};
	memcpy(row->name, name.ptr, name.len);
	return row;
}

static void take_now(void *arg, const struct heard_channel *c)
{
	struct book *book = arg;
	struct channel_row *row = row_of(book, c->name);
	if (!row)
		return;
	row->received = (double)c->received;
	row->dead = (double)c->dead;
	row->last_heard = c->last_heard;
	row->is_silent = c->is_silent;
}

static void take_before(void *arg, const struct heard_channel *c)
{
	struct book *book = arg;
	struct channel_row *row = row_of(book, c->name);
	if (!row)
		return;
	row->is_there = row->received > 0 || c->received > 0;
	if (c->since > book->before.from)
		return;
	row->received_before = (double)c->received;
	row->dead_before = (double)c->dead;
}

/* ---- the weakest first */

static double rate(double part, double whole)
{
	return whole > 0 ? part / whole : NAN;
}

static double errors_of(const struct channel_row *row)
{
	double errors = rate(row->dead, row->received);
	return errors >= many_errors ? errors : 0;
}

static double change_of(const struct channel_row *row)
{
	double change = rate(row->received - row->received_before, row->received_before);
	return isfinite(change) ? change : 0;
}

static int compare(double a, double b)
{
	return (a > b) - (a < b);
}

static int by_weakness(const void *a, const void *b)
{
	const struct channel_row *x = a, *y = b;
	int order = (int)y->is_silent - (int)x->is_silent;
	if (order == 0)
		order = compare(errors_of(y), errors_of(x));
	if (order == 0)
		order = compare(change_of(x), change_of(y));
	return order ? order : strcmp(x->name, y->name);
}

/* Who said nothing in either period is of no interest, unless that is the news. */
static bool is_shown(const struct channel_row *row)
{
	return row->is_there || row->is_silent;
}

void channels_gather(struct book *book)
{
	size_t n = 0;
	const struct period *now = &book->period, *before = &book->before;
	if (!book->host || book->edition != EDITION_MANAGEMENT ||
	    heard_channels(book->host, now->from, now->to, take_now, book) ||
	    heard_channels(book->host, before->from, before->to, take_before, book))
		return;
	for (size_t i = 0; i < book->n_channels; i++)
		if (is_shown(&book->channels[i]))
			book->channels[n++] = book->channels[i];
	book->n_channels = n;
	if (n)
		qsort(book->channels, n, sizeof(*book->channels), by_weakness);
}

/* ---- cells */

struct row channel_volume(const struct channel_row *c)
{
	return (struct row){.unit = UNIT_COUNT,
			    .now = c->received,
			    .then = c->received_before,
			    .good = 1,
			    .of = -1};
}

struct row channel_errors(const struct channel_row *c)
{
	return (struct row){.unit = UNIT_RATE,
			    .now = rate(c->dead, c->received),
			    .then = rate(c->dead_before, c->received_before),
			    .good = -1,
			    .of = -1};
}
