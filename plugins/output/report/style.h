/*
 * style.h - how a report looks on a screen and on paper.
 */
#ifndef REPORT_STYLE_H
#define REPORT_STYLE_H

extern const char report_style[]; /* CSS */

#endif
