/*
 * chart.c - charts as SVG inside of a page.
 */
#include "chart.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { TOP = 14, HEIGHT = 180, FOOT = 24, SHOWN = 6 };

static void attr_percent(struct page *p, const char *name, double value)
{
	char text[32];
	snprintf(text, sizeof(text), "%.3f%%", value);
	page_attr(p, name, heard_str(text));
}

static void attr_px(struct page *p, const char *name, double value)
{
	char text[32];
	snprintf(text, sizeof(text), "%.1f", value);
	page_attr(p, name, heard_str(text));
}

/* A round number at or above the largest: 1, 2, 5 times a power of ten; of small ones
 * an even one, so that half of it is whole. */
static double round_up(double most)
{
	static const double steps[] = {1, 2, 3, 4, 5, 6, 8, 10};
	double unit = pow(10, floor(log10(fmax(most, 1))));
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++)
		if (steps[i] * unit >= most && (unit > 1 || fmod(steps[i], 2) == 0))
			return steps[i] * unit;
	return 10 * unit;
}

static double height_of(double value, double top)
{
	return value / top * (HEIGHT - TOP);
}

static void put_grid(struct page *p, double top)
{
	for (int i = 0; i <= 2; i++) {
		char text[32];
		double y = HEIGHT - height_of(top * i / 2, top);
		page_html(p, "<line class=grid x1=\"0\" x2=\"100%\"");
		attr_px(p, "y1", y);
		attr_px(p, "y2", y);
		page_html(p, "/>");
		snprintf(text, sizeof(text), "%.0f", top * i / 2);
		page_html(p, "<text class=tick x=\"-8\" text-anchor=end");
		attr_px(p, "y", y + 4);
		page_html(p, ">");
		page_text(p, heard_str(text));
		page_html(p, "</text>");
	}
}

static void put_title(struct page *p, const struct chart_point *point, const char *bar_name,
		      const char *line_name)
{
	char text[200];
	snprintf(text, sizeof(text), "%s: %s %.0f, %s %.0f", point->label, bar_name, point->bar,
		 line_name, point->line);
	page_html(p, "<title>");
	page_text(p, heard_str(text));
	page_html(p, "</title>");
}

static void put_column(struct page *p, const struct chart_point *point, double at, double width,
		       double top, const char *bar_name, const char *line_name)
{
	double height = height_of(point->bar, top);
	page_html(p, "<rect class=column rx=\"2\"");
	attr_percent(p, "x", at + width * 0.14);
	attr_percent(p, "width", width * 0.72);
	attr_px(p, "y", HEIGHT - height);
	attr_px(p, "height", height);
	page_html(p, ">");
	put_title(p, point, bar_name, line_name);
	page_html(p, "</rect>");
}

static void put_line(struct page *p, const struct chart_point *points, size_t n, double top)
{
	double width = 100 / (double)n;
	for (size_t i = 0; i + 1 < n; i++) {
		page_html(p, "<line class=line");
		attr_percent(p, "x1", width * ((double)i + 0.5));
		attr_percent(p, "x2", width * ((double)i + 1.5));
		attr_px(p, "y1", HEIGHT - height_of(points[i].line, top));
		attr_px(p, "y2", HEIGHT - height_of(points[i + 1].line, top));
		page_html(p, "/>");
	}
	for (size_t i = 0; i < n; i++) {
		page_html(p, "<circle class=dot");
		attr_px(p, "r", n > 40 ? 1.6 : 3);
		attr_percent(p, "cx", width * ((double)i + 0.5));
		attr_px(p, "cy", HEIGHT - height_of(points[i].line, top));
		page_html(p, "/>");
	}
}

static void put_labels(struct page *p, const struct chart_point *points, size_t n)
{
	double width = 100 / (double)n;
	size_t step = (n + SHOWN - 1) / SHOWN;
	for (size_t i = 0; i < n; i += step) {
		page_html(p, "<text class=tick text-anchor=middle");
		attr_percent(p, "x", width * ((double)i + 0.5));
		attr_px(p, "y", HEIGHT + 18);
		page_html(p, ">");
		page_text(p, heard_str(points[i].label));
		page_html(p, "</text>");
	}
}

void chart_course(struct page *p, const struct chart_point *points, size_t n,
		  const char *bar_name, const char *line_name)
{
	double most = 0, width = n ? 100 / (double)n : 100;
	for (size_t i = 0; i < n; i++)
		most = fmax(most, fmax(points[i].bar, points[i].line));
	double top = round_up(most);
	page_html(p, "<p class=legend><span class=\"key column\"></span>");
	page_text(p, heard_str(bar_name));
	page_html(p, "<span class=\"key line\"></span>");
	page_text(p, heard_str(line_name));
	page_html(p, "</p><svg class=course role=img");
	attr_px(p, "height", HEIGHT + FOOT);
	page_html(p, ">");
	put_grid(p, top);
	for (size_t i = 0; i < n; i++)
		put_column(p, &points[i], width * (double)i, width, top, bar_name, line_name);
	if (n)
		put_line(p, points, n, top);
	if (n)
		put_labels(p, points, n);
	page_html(p, "</svg>");
}

void chart_bar(struct page *p, double share)
{
	page_html(p, "<svg class=bar width=\"100%\" height=\"8\" aria-hidden=true>"
		     "<rect class=rail width=\"100%\" height=\"8\" rx=\"4\"/>"
		     "<rect class=column height=\"8\" rx=\"4\"");
	attr_percent(p, "width", isfinite(share) ? 100 * fmin(fmax(share, 0), 1) : 0);
	page_html(p, "/></svg>");
}

void chart_spark(struct page *p, const int64_t *values, size_t n)
{
	enum { SPARK = 22 };
	char text[24];
	int64_t most = 1;
	double width = n ? 100 / (double)n : 100;
	for (size_t i = 0; i < n; i++)
		most = values[i] > most ? values[i] : most;
	page_html(p, "<svg class=spark role=img width=\"140\" height=\"22\"><title>");
	for (size_t i = 0; i < n; i++) {
		snprintf(text, sizeof(text), "%s%lld", i ? " " : "", (long long)values[i]);
		page_text(p, heard_str(text));
	}
	page_html(p, "</title>");
	for (size_t i = 0; i < n; i++) {
		double share = (double)values[i] / (double)most;
		double height = values[i] ? fmax(2, share * SPARK) : 1;
		page_html(p, "<rect");
		page_attr(p, "class", heard_str(values[i] ? "column" : "rail"));
		attr_percent(p, "x", width * ((double)i + 0.1));
		attr_percent(p, "width", width * 0.8);
		attr_px(p, "y", SPARK - height);
		attr_px(p, "height", height);
		page_html(p, "/>");
	}
	page_html(p, "</svg>");
}

void chart_parts(struct page *p, const double parts[3], const char *const names[3])
{
	static const char *const classes[] = {"good", "middling", "bad"};
	double at = 0, whole = parts[0] + parts[1] + parts[2];
	page_html(p, "<svg class=parts role=img width=\"100%\" height=\"16\">");
	for (size_t i = 0; i < 3 && whole > 0; i++) {
		double width = 100 * parts[i] / whole;
		char text[128];
		snprintf(text, sizeof(text), "%s: %.0f", names[i], parts[i]);
		page_html(p, "<rect height=\"16\"");
		page_attr(p, "class", heard_str(classes[i]));
		attr_percent(p, "x", at);
		attr_percent(p, "width", width);
		page_html(p, "><title>");
		page_text(p, heard_str(text));
		page_html(p, "</title></rect>");
		at += width;
	}
	page_html(p, "</svg><p class=legend>");
	for (size_t i = 0; i < 3; i++) {
		char text[128];
		snprintf(text, sizeof(text), "%s %.0f", names[i], parts[i]);
		page_html(p, "<span class=\"key\"><svg width=\"10\" height=\"10\"><rect "
			     "width=\"10\" height=\"10\" rx=\"3\"");
		page_attr(p, "class", heard_str(classes[i]));
		page_html(p, "/></svg></span>");
		page_text(p, heard_str(text));
	}
	page_html(p, "</p>");
}
