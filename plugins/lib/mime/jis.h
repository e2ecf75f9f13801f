/*
 * jis.h - ISO-2022-JP as Japanese mail really writes it.
 */
#ifndef MIME_JIS_H
#define MIME_JIS_H

#include <heard/str.h>

struct heard_buf;

#define MIME_SHIFT_JIS "ibm-943_P15A-2003" /* ICU's name for Windows code page 932 */

/* Append as UTF-8; what is malformed becomes U+FFFD. */
void mime_jis_decode(struct heard_str bytes, struct heard_buf *out);

#endif
