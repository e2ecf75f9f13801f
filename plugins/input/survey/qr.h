/*
 * qr.h - a link as a QR code.
 */
#ifndef SURVEY_QR_H
#define SURVEY_QR_H

#include <heard/buf.h>

/* Appends an SVG, black on white with a quiet zone, `link` its title.  False: it is too
 * long for one, or there is no memory. */
bool qr_svg(struct heard_buf *, const char *link);

#endif
