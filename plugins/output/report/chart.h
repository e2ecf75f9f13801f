/*
 * chart.h - charts as SVG inside of a page.
 *
 * Places along a chart are percents and heights are pixels, so that it fills whatever
 * width it is given and its text stays as large as that of the page.
 */
#ifndef REPORT_CHART_H
#define REPORT_CHART_H

#include <page/page.h>

struct chart_point {
	double bar, line;
	char label[24];
};
/* Columns with a line over them; the labels that fit are shown, and each column tells
 * its values as a title. */
void chart_course(struct page *, const struct chart_point *, size_t n, const char *bar_name,
		  const char *line_name);
/* A bar of this share, 0 to 1, of the width. */
void chart_bar(struct page *, double share);
/* Small columns in a row, without labels; the values are its title. */
void chart_spark(struct page *, const int64_t *values, size_t n);
/* Three parts of a whole side by side, from good to bad. */
void chart_parts(struct page *, const double parts[3], const char *const names[3]);

#endif
