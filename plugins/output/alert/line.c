/*
 * line.c - an alert as JSON: data of a Standard Webhook.
 */
#include "words.h"

#include <heard/json.h>
#include <heard/time.h>
#include <watch/saved.h>
#include <watch/watch.h>

static const char *const states[] = {[OPENED] = "opened",
				     [WORSE] = "worse",
				     [RECOVERED] = "recovered",
				     [ACCEPTED] = "ended"};
static const char *const events[] = {[OPENED] = "alert.opened",
				     [WORSE] = "alert.worse",
				     [RECOVERED] = "alert.recovered",
				     [ACCEPTED] = "alert.ended"};
const char *words_event(const struct notice *n)
{
	return events[n->news];
}

static void put_time(struct heard_json_out *out, const char *name, int64_t at)
{
	char text[HEARD_TIME_SIZE];
	heard_time_format(at, text);
	heard_json_str(out, name, heard_str(text));
}

static void put_series(struct heard_json_out *out, const struct series *s)
{
	heard_json_str(out, "kind", heard_str(watch_kinds[s->kind]));
	if (s->kind != OF_ALL)
		heard_json_str(out, "name", heard_str(s->name[0] ? s->name : "others"));
}

static double tenth(double x)
{
	return (double)(int64_t)(x * 10 + 0.5) / 10;
}

static double thousandth(double x)
{
	return (double)(int64_t)(x * 1000 + 0.5) / 1000;
}

static void put_figures(struct heard_json_out *out, const struct notice *n)
{
	heard_json_int(out, "window_minutes", n->window / 60000);
	heard_json_int(out, "records", (int64_t)n->n);
	heard_json_int(out, "negative", (int64_t)n->bad);
	heard_json_num(out, "usual_negative", tenth(n->usual_bad));
	heard_json_num(out, "share", thousandth(n->share));
	heard_json_num(out, "usual_share", thousandth(n->usual_share));
	heard_json_begin(out, "by_hour", '[');
	for (int i = 0; i < CURVE; i++)
		heard_json_int(out, NULL, n->curve[i]);
	heard_json_end(out, ']');
}

static void put_lists(struct heard_json_out *out, const struct notice *n)
{
	heard_json_begin(out, "groups", '[');
	for (size_t i = 0; i < n->n_groups; i++) {
		heard_json_begin(out, NULL, '{');
		put_series(out, n->groups[i].series);
		heard_json_int(out, "count", n->groups[i].n);
		heard_json_int(out, "of", n->looked_at);
		heard_json_end(out, '}');
	}
	heard_json_end(out, ']');
	heard_json_begin(out, "keywords", '[');
	for (size_t i = 0; i < n->n_words; i++)
		heard_json_str(out, NULL, n->words[i]);
	heard_json_end(out, ']');
	heard_json_begin(out, "samples", '[');
	for (size_t i = 0; i < n->n_samples; i++)
		heard_json_str(out, NULL, heard_str(n->samples[i]));
	heard_json_end(out, ']');
}

void words_line(const struct notice *n, struct heard_buf *buf)
{
	struct heard_json_out out = {.buf = buf};
	heard_json_begin(&out, NULL, '{');
	heard_json_str(&out, "state", heard_str(states[n->news]));
	heard_json_int(&out, "alert", (int64_t)n->incident->id);
	heard_json_str(&out, "cause", heard_str(watch_causes[n->incident->cause]));
	heard_json_begin(&out, "subject", '{');
	put_series(&out, n->series);
	heard_json_end(&out, '}');
	heard_json_str(&out, "priority", heard_str(n->is_high ? "high" : "medium"));
	put_time(&out, "since", n->incident->onset);
	put_time(&out, "at", n->now);
	heard_json_int(&out, "total", (int64_t)n->incident->bad);
	if (n->incident->cause == BY_SILENCE)
		heard_json_num(&out, "missed", tenth(n->incident->missed));
	put_figures(&out, n);
	put_lists(&out, n);
	heard_json_end(&out, '}');
}

void words_warning_line(const struct warning *w, struct heard_buf *buf)
{
	struct heard_json_out out = {.buf = buf};
	heard_json_begin(&out, NULL, '{');
	heard_json_str(&out, "state", HEARD_STR_OF("warning"));
	heard_json_str(&out, "priority", HEARD_STR_OF("high"));
	heard_json_str(&out, "text", w->text);
	if (w->product.len)
		heard_json_str(&out, "product", w->product);
	if (w->who.len)
		heard_json_str(&out, "raised_by", w->who);
	put_time(&out, "at", w->at);
	heard_json_end(&out, '}');
}
