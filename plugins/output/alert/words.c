/*
 * words.c - an alert as a text of a few lines.
 *
 * The first line says what and how bad, because a phone shows no more; then figures
 * against the usual, the curve of twelve hours, where it is, and samples.
 */
#include "words.h"

#include <heard/buf.h>
#include <heard/time.h>
#include <watch/watch.h>

enum { MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS };

static const char *const kinds[][2] = {
	[OF_ALL] = {"全部反馈", "all feedback"},
	[OF_CATEGORY] = {"类别", "category"},
	[OF_CHANNEL] = {"渠道", "channel"},
	[OF_PRODUCT] = {"商品", "product"},
};
static const char *const others[] = {"其他", "others"};

/* A name is a customer's words, masked; on one line. */
static void put_line(struct heard_buf *out, struct heard_str text)
{
	for (size_t i = 0; i < text.len; i++)
		heard_buf_add(out, (unsigned char)text.ptr[i] < ' ' ? " " : text.ptr + i, 1);
}

static void put_series(struct heard_buf *out, const struct series *s, enum words_lang lang)
{
	heard_buf_puts(out, kinds[s->kind][lang]);
	if (s->kind == OF_ALL)
		return;
	heard_buf_puts(out, lang == WORDS_ZH ? "「" : " \"");
	put_line(out, s->name[0] ? heard_str(s->name) : heard_str(others[lang]));
	heard_buf_puts(out, lang == WORDS_ZH ? "」" : "\"");
}

static void put_span(struct heard_buf *out, int64_t ms, enum words_lang lang)
{
	long long minutes = (long long)((ms + MINUTE_MS / 2) / MINUTE_MS), hours = minutes / 60;
	bool is_zh = lang == WORDS_ZH;
	if (hours >= 48)
		heard_buf_printf(out, is_zh ? "%lld 天" : "%lld days", hours / 24);
	else if (hours == 0)
		heard_buf_printf(out, is_zh ? "%lld 分钟" : "%lld min", minutes);
	else if (minutes % 60 == 0)
		heard_buf_printf(out, is_zh ? "%lld 小时" : "%lld h", hours);
	else
		heard_buf_printf(out, is_zh ? "%lld 小时 %lld 分" : "%lld h %lld min", hours,
				 minutes % 60);
}

static void put_title(struct heard_buf *out, const struct notice *n, enum words_lang lang)
{
	static const char *const heads[][2] = {
		[OPENED] = {"预警", "ALERT"},
		[WORSE] = {"预警升级", "WORSE"},
		[RECOVERED] = {"恢复正常", "RECOVERED"},
		[ACCEPTED] = {"预警结束", "ENDED"},
	};
	static const char *const causes[][2] = {
		[BY_COUNT] = {"负面反馈明显增多", "far more negative feedback than usual"},
		[BY_SHARE] = {"负面占比明显上升", "negative share well above the usual"},
		[BY_LIKE] = {"许多客户反映同一问题", "many customers say the same"},
		[BY_SILENCE] = {"异常安静，没有收到反馈", "nothing is heard"},
	};
	bool is_zh = lang == WORDS_ZH;
	heard_buf_printf(out, is_zh ? "【%s%s】" : "[%s%s] ", heads[n->news][lang],
			 n->is_high && n->news < RECOVERED ? is_zh ? "·高" : ", high" : "");
	put_series(out, n->series, lang);
	heard_buf_puts(out, is_zh ? "：" : ": ");
	heard_buf_puts(out, causes[n->incident->cause][lang]);
}

static void put_figures(struct heard_buf *out, const struct notice *n, enum words_lang lang)
{
	bool is_zh = lang == WORDS_ZH;
	heard_buf_puts(out, is_zh ? "\n近 " : "\nlast ");
	if (n->incident->cause == BY_LIKE) {
		put_span(out, n->now - n->incident->onset + MINUTE_MS / 2, lang);
		heard_buf_printf(out, is_zh ? " %.0f 条内容相同" : ": %.0f alike", n->bad);
		return;
	}
	put_span(out, n->window, lang);
	heard_buf_printf(out,
			 is_zh ? " %.0f 条负面，往常约 %.0f 条；占比 %.0f%%，往常 %.0f%%"
			       : ": %.0f negative, usually %.0f; share %.0f%%, usually %.0f%%",
			 n->bad, n->usual_bad, 100 * n->share, 100 * n->usual_share);
}

/* "3 2 0 42 ▁▁▁█": hours, the last is now. */
static void put_curve(struct heard_buf *out, const struct notice *n, enum words_lang lang)
{
	static const char *const bars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
	uint32_t most = 1;
	heard_buf_puts(out, lang == WORDS_ZH ? "\n每小时：" : "\nby hour:");
	for (int i = 0; i < CURVE; i++) {
		heard_buf_printf(out, " %u", n->curve[i]);
		most = n->curve[i] > most ? n->curve[i] : most;
	}
	heard_buf_puts(out, "  ");
	for (int i = 0; i < CURVE; i++)
		heard_buf_puts(out, bars[(uint64_t)n->curve[i] * 7 / most]);
}

static void put_groups(struct heard_buf *out, const struct notice *n, enum words_lang lang)
{
	if (n->n_groups)
		heard_buf_puts(out, lang == WORDS_ZH ? "\n主要涉及：" : "\nmostly: ");
	for (size_t i = 0; i < n->n_groups; i++) {
		heard_buf_puts(out, i == 0 ? "" : lang == WORDS_ZH ? "，" : ", ");
		put_series(out, n->groups[i].series, lang);
		heard_buf_printf(out, " %u/%u", n->groups[i].n, n->looked_at);
	}
	if (n->n_words)
		heard_buf_puts(out, lang == WORDS_ZH ? "\n关键词：" : "\nkeywords: ");
	for (size_t i = 0; i < n->n_words; i++) {
		heard_buf_puts(out, i == 0 ? "" : lang == WORDS_ZH ? "、" : ", ");
		put_line(out, n->words[i]);
	}
	for (size_t i = 0; i < n->n_samples; i++) {
		heard_buf_puts(out, "\n· ");
		heard_buf_puts(out, n->samples[i]);
	}
}

static void put_since(struct heard_buf *out, const struct notice *n, enum words_lang lang,
		      struct heard_zone *zone)
{
	char text[HEARD_TIME_SIZE];
	int64_t at = n->incident->onset;
	heard_time_format(at + (zone ? heard_zone_offset(zone, at) : 0), text);
	heard_buf_printf(out, lang == WORDS_ZH ? "\n自 %.5s %.5s 起" : "\nsince %.5s %.5s",
			 text + 5, text + 11);
}

static void put_end(struct heard_buf *out, const struct notice *n, enum words_lang lang)
{
	bool is_zh = lang == WORDS_ZH;
	heard_buf_puts(out, is_zh ? "\n历时 " : "\nlasted ");
	put_span(out, n->now - n->incident->onset, lang);
	if (n->incident->cause == BY_SILENCE)
		heard_buf_printf(out, is_zh ? "，往常会有约 %.0f 条" : ", usually %.0f come",
				 n->incident->missed);
	else
		heard_buf_printf(out, is_zh ? "，共 %.0f 条" : ", %.0f in all",
				 n->incident->bad);
	if (n->news == ACCEPTED)
		heard_buf_puts(out, is_zh ? "；已持续一周，今后视为常态"
					  : "; it has lasted a week and is the usual now");
}

void words_text(const struct notice *n, enum words_lang lang, struct heard_zone *zone,
		struct heard_buf *out)
{
	put_title(out, n, lang);
	if (n->news >= RECOVERED) {
		put_end(out, n, lang);
		return;
	}
	if (n->incident->cause == BY_SILENCE)
		put_end(out, n, lang);
	else
		put_figures(out, n, lang);
	put_curve(out, n, lang);
	put_groups(out, n, lang);
	put_since(out, n, lang, zone);
}

void words_warning_text(const struct warning *w, enum words_lang lang, struct heard_buf *out)
{
	heard_buf_puts(out, lang == WORDS_ZH ? "【人工预警】" : "[WARNING] ");
	if (w->product.len) {
		heard_buf_puts(out, lang == WORDS_ZH ? "商品「" : "product \"");
		put_line(out, w->product);
		heard_buf_puts(out, lang == WORDS_ZH ? "」：" : "\": ");
	}
	put_line(out, w->text);
	if (w->who.len) {
		heard_buf_puts(out, lang == WORDS_ZH ? "\n发起人：" : "\nraised by ");
		put_line(out, w->who);
	}
}
